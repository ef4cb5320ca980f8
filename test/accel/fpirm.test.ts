import { describe, expect, it } from 'vitest';
import { Dbc, noPrimitives } from '../../accel/fpirm/dbc.js';
import {
  addition,
  floatAddition,
  floatMultiplication,
  multiplication,
  signedMultiplication,
} from '../../accel/fpirm/costs.js';
import { bf16, fp32 } from '../../accel/fpirm/float-format.js';
import { FloatUnit } from '../../accel/fpirm/float.js';
import { IntegerUnit, reductions } from '../../accel/fpirm/integer.js';
import { fromLanes, toLanes } from '../../accel/fpirm/rows.js';
import { addWords, multiplyWords } from '../../accel/fpirm/word.js';
import { random } from '../hwpe/random.js';
import { operands, softAdd, softMultiply } from './fpirm-softfloat.js';

const wires = 512;
const next = random(2022);
const big = (bits: number): bigint => {
  let value = 0n;
  for (let i = 0; i < bits; i += 16) value = (value << 16n) | BigInt(next(1 << 16));
  return BigInt.asUintN(bits, value);
};
const open = (width: number): IntegerUnit =>
  new IntegerUnit(new Dbc({ wires, domains: 32 }), width);

describe('integer arithmetic by transverse reads', () => {
  it.each([8, 16, 32])('adds up to five operands of %d bits', (bits) => {
    const unit = open(bits);
    const lanes = wires / bits;
    for (let round = 0; round < Math.ceil(20_000 / lanes); round++) {
      const count = 2 + (round % 4);
      const values = Array.from({ length: count }, () =>
        Array.from({ length: lanes }, () => big(bits)),
      );
      const sum = unit.add(values.map((row) => fromLanes(row, bits, wires)));
      const expected = Array.from({ length: lanes }, (_, lane) =>
        BigInt.asUintN(
          bits,
          values.reduce((total, row) => total + row[lane], 0n),
        ),
      );
      expect(toLanes(sum, bits, wires)).toEqual(expected);
    }
  });

  it.each([8, 16, 32])('multiplies %d bits, with and without sign', (bits) => {
    const unit = open(2 * bits);
    const lanes = wires / (2 * bits);
    for (let round = 0; round < Math.ceil(20_000 / lanes / 2); round++) {
      const [a, b] = [0, 1].map(() => Array.from({ length: lanes }, () => big(bits)));
      if (round % 8 === 0) a[0] = b[0] = 1n << BigInt(bits - 1);
      const [x, y] = [a, b].map((row) => fromLanes(row, 2 * bits, wires));
      expect(toLanes(unit.multiply(x, y, bits), 2 * bits, wires)).toEqual(
        a.map((v, i) => v * b[i]),
      );
      const signed = a.map((v, i) =>
        BigInt.asUintN(2 * bits, BigInt.asIntN(bits, v) * BigInt.asIntN(bits, b[i])),
      );
      expect(toLanes(unit.multiplySigned(x, y, bits), 2 * bits, wires)).toEqual(signed);
    }
  });

  it('takes the primitives of the closed forms', () => {
    // The public simulator's counters: 8 transverse reads and 15 writes add 8 bits, operands in place.
    const unit = open(8);
    unit.add([unit.number(3n), unit.number(4n)]);
    expect(unit.dbc.counts).toEqual({
      ...noPrimitives(),
      transverseReads: 8,
      writes: 15,
      writeSteps: 8,
      transverseWrites: 7,
      reads: 1,
    });
    // ceil((n - 5) / 4) reductions for n partial products.
    expect([8, 11, 16, 24, 32, 53].map(reductions)).toEqual([1, 2, 3, 5, 7, 12]);
    for (const bits of [8, 16, 32]) {
      const wide = open(2 * bits);
      wide.multiply(wide.number(5n), wide.number(7n), bits);
      const steps = reductions(bits);
      expect(wide.dbc.counts).toEqual({
        ...noPrimitives(),
        transverseReads: steps + 2 * bits,
        writes: 4 * bits - 1,
        writeSteps: 2 * bits,
        transverseWrites: 7 * (steps + 1),
        reads: 1,
      });
      expect(multiplication(bits)).toEqual(wide.dbc.counts);
      const signed = open(2 * bits);
      signed.multiplySigned(signed.number(5n), signed.number(7n), bits);
      expect(signedMultiplication(bits)).toEqual(signed.dbc.counts);
      const sum = open(bits);
      sum.add([sum.number(5n), sum.number(7n)]);
      expect(addition(bits)).toEqual(sum.dbc.counts);
    }
  });

  it('is wrong where a transverse read is, and nowhere else', () => {
    const unit = open(8);
    unit.dbc.inject([{ read: 3, wire: 16 + 3, up: true }]);
    const sum = toLanes(unit.add([unit.number(1n), unit.number(2n)]), 8, wires);
    expect(sum[2]).toBe(3n + 8n);
    expect(sum.filter((value) => value !== 3n)).toHaveLength(1);
  });
});

describe.each([fp32, bf16])('floating point, $name', (format) => {
  const unit = new FloatUnit(new Dbc({ wires, domains: 32 }), format);

  const batch = (): [number, number][] =>
    Array.from({ length: unit.lanes }, () => operands(next, format.name));
  const rowOf = (values: number[]) => fromLanes(values.map(BigInt), format.lane, wires);
  const words = (row: ReturnType<typeof rowOf>): number[] =>
    toLanes(row, format.lane, wires).map(Number);

  it('adds and multiplies like an exact soft float, domain by domain and on words', () => {
    for (let done = 0; done < 20_000; done += unit.lanes) {
      const pairs = batch();
      const [a, b] = [0, 1].map((k) => rowOf(pairs.map((pair) => pair[k])));
      const sums = pairs.map(([x, y]) => softAdd(x, y, format.name));
      const products = pairs.map(([x, y]) => softMultiply(x, y, format.name));
      expect(pairs.map(([x, y]) => addWords(x, y, format))).toEqual(sums);
      expect(pairs.map(([x, y]) => multiplyWords(x, y, format))).toEqual(products);
      expect(words(unit.add(a, b))).toEqual(sums);
      expect(words(unit.multiply(a, b))).toEqual(products);
    }
  });

  it('takes the primitives of the closed forms, whatever the values', () => {
    for (let round = 0; round < 4; round++) {
      const pairs = batch();
      const [a, b] = [0, 1].map((k) => rowOf(pairs.map((pair) => pair[k])));
      const [sum, product] = [0, 1].map(
        () => new FloatUnit(new Dbc({ wires, domains: 32 }), format),
      );
      sum.add(a, b);
      product.multiply(a, b);
      expect(sum.counts).toEqual(floatAddition(format));
      expect(product.counts).toEqual(floatMultiplication(format));
    }
  });
});
