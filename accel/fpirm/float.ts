import { biasOf, quietNaN } from './float-format.js';
import type { FloatFormat } from './float-format.js';
import { IntegerUnit } from './integer.js';
import type { Dbc, Primitives } from './dbc.js';
import { and, anyBit, choose, field, not, or, shiftLanes, spread } from './rows.js';
import type { Row } from './rows.js';

/** One operand, taken apart: rows over whole lanes are masks. */
interface Parts {
  sign: Row;
  /** Biased, in the lowest bits. */
  exponent: Row;
  /** With the hidden bit; zero for zeros and for what counts as zero. */
  significand: Row;
  zero: Row;
  infinite: Row;
  nan: Row;
}

/**
 * Floating-point addition and multiplication out of integer additions and row-buffer logic. Every lane
 * goes through the same steps, whatever its values: the primitives of an operation are a constant of
 * the format.
 */
export class FloatUnit {
  private readonly unit: IntegerUnit;
  private readonly precision: number;
  /** Exponents in two's complement, with room for the sum of two and a sign. */
  private readonly range: number;

  constructor(
    dbc: Dbc,
    readonly format: FloatFormat,
  ) {
    this.unit = new IntegerUnit(dbc, format.lane);
    this.precision = format.fractionBits + 1;
    this.range = format.exponentBits + 2;
  }

  /** Primitives so far. */
  get counts(): Readonly<Primitives> {
    return this.unit.dbc.counts;
  }

  get lanes(): number {
    return this.unit.wires / this.format.lane;
  }

  multiply(a: Row, b: Row): Row {
    const { unit, precision: p } = this;
    const [x, y] = [this.unpack(a), this.unpack(b)];
    const product = unit.multiply(x.significand, y.significand, p);
    const top = this.bit(product, 2 * p - 1);
    const normal = choose(top, product, this.shift(product, 1));
    const { fraction, carry } = this.round(normal, p, 2 * p);
    const bias = unit.number(BigInt(-biasOf(this.format)));
    const exponent = unit.add(
      [x.exponent, y.exponent, bias, this.one(top), this.one(carry)],
      this.range,
    );
    const sign = this.differ(x.sign, y.sign);
    const nan = or(or(x.nan, y.nan), or(and(x.zero, y.infinite), and(x.infinite, y.zero)));
    return this.pack({
      sign,
      exponent,
      fraction,
      zero: or(x.zero, y.zero),
      infinite: or(x.infinite, y.infinite),
      nan,
    });
  }

  add(a: Row, b: Row): Row {
    const { unit, format, range } = this;
    const bits = format.exponentBits + format.fractionBits;
    const [x, y] = [this.unpack(a), this.unpack(b)];
    const difference = unit.subtract(this.magnitude(a, x), this.magnitude(b, y), bits + 1);
    const swap = this.bit(difference, bits);
    const pick = (first: Row, second: Row): [Row, Row] => [
      choose(swap, second, first),
      choose(swap, first, second),
    ];
    const [bigExponent, smallExponent] = pick(x.exponent, y.exponent);
    const [big, small] = pick(x.significand, y.significand);
    const [bigSign] = pick(x.sign, y.sign);
    const distance = unit.subtract(bigExponent, smallExponent, range);

    const top = this.precision + format.guard;
    const aligned = this.alignRight(this.shift(small, format.guard), distance);
    const opposite = this.differ(x.sign, y.sign);
    const term = choose(opposite, unit.complement(aligned, top + 1), aligned);
    const sum = unit.add([this.shift(big, format.guard), term, this.one(opposite)], top + 1);

    const { normal, shifted } = this.normalise(sum, top);
    const { fraction, carry } = this.round(normal, format.guard + 1, top + 1);
    const two = unit.number(2n);
    const exponent = unit.add(
      [bigExponent, unit.complement(shifted, range), two, this.one(carry)],
      range,
    );
    const empty = not(anyBit(sum, format.lane, unit.wires));
    const bothZero = and(x.zero, y.zero);
    const sign = choose(bothZero, and(x.sign, y.sign), and(bigSign, not(empty)));
    const clash = and(and(x.infinite, y.infinite), opposite);
    return this.pack({
      sign,
      exponent,
      fraction,
      zero: empty,
      infinite: or(x.infinite, y.infinite),
      nan: or(or(x.nan, y.nan), clash),
    });
  }

  /** a where a > b, else b; also b where either is no number. Zeros of both signs are equal. */
  maximum(a: Row, b: Row): Row {
    const { exponentBits: e, fractionBits: f } = this.format;
    const [x, y] = [this.unpack(a), this.unpack(b)];
    const size = e + f + 2;
    // In the order of the numbers: magnitudes, those of negative numbers complemented.
    const order = (row: Row, parts: Parts): Row => {
      const magnitude = this.magnitude(row, parts);
      return choose(
        and(parts.sign, not(parts.zero)),
        this.unit.complement(magnitude, size),
        magnitude,
      );
    };
    const difference = this.unit.subtract(order(b, y), order(a, x), size);
    const greater = and(this.bit(difference, size - 1), not(or(x.nan, y.nan)));
    return choose(greater, a, b);
  }

  /** a where b > 0, else zero: both rows are read, the result is written. */
  select(a: Row, b: Row): Row {
    const { dbc } = this.unit;
    dbc.counts.reads += 2;
    const y = this.unpack(b);
    const positive = and(not(y.sign), not(or(y.zero, y.nan)));
    const result = and(a, positive);
    dbc.write(0, result, not(this.unit.zero()));
    return result;
  }

  private unpack(a: Row): Parts {
    const { fractionBits: f, exponentBits: e, lane } = this.format;
    const { wires } = this.unit;
    const rawExponent = and(a, field(f, f + e, lane, wires));
    const rawFraction = and(a, field(0, f, lane, wires));
    const exponent = this.shift(rawExponent, -f);
    const zero = not(anyBit(rawExponent, lane, wires));
    const special = not(anyBit(and(not(a), field(f, f + e, lane, wires)), lane, wires));
    const fractional = anyBit(rawFraction, lane, wires);
    const significand = and(or(rawFraction, field(f, f + 1, lane, wires)), not(zero));
    return {
      sign: this.bit(a, f + e),
      exponent,
      significand,
      zero,
      infinite: and(special, not(fractional)),
      nan: and(special, fractional),
    };
  }

  /** Exponent and fraction as one number; zero where the operand counts as zero. */
  private magnitude(a: Row, { zero }: Parts): Row {
    const { fractionBits: f, exponentBits: e, lane } = this.format;
    return and(and(a, field(0, f + e, lane, this.unit.wires)), not(zero));
  }

  /** Right by the distance of the exponents; what is further away than the guard bits leaves a one behind. */
  private alignRight(row: Row, distance: Row): Row {
    const { guard, lane } = this.format;
    const { wires } = this.unit;
    let result = row;
    for (let step = 1, bit = 0; step < guard; step *= 2, bit++)
      result = choose(this.bit(distance, bit), this.shift(result, -step), result);
    const beyond = anyBit(
      and(distance, field(Math.log2(guard), this.range, lane, wires)),
      lane,
      wires,
    );
    const sticky = this.one(anyBit(row, lane, wires));
    return choose(beyond, sticky, result);
  }

  /** Left until the bit `top` is one, by halving steps; says by how much. Zero stays zero. */
  private normalise(row: Row, top: number): { normal: Row; shifted: Row } {
    const { lane, guard } = this.format;
    const { wires } = this.unit;
    let normal = row;
    let shifted = this.unit.zero();
    for (let step = guard; step >= 1; step /= 2) {
      const empty = not(
        anyBit(and(normal, field(top + 1 - step, top + 1, lane, wires)), lane, wires),
      );
      normal = choose(empty, this.shift(normal, step), normal);
      shifted = or(shifted, and(empty, this.unit.number(BigInt(step))));
    }
    return { normal: and(normal, field(0, top + 1, lane, wires)), shifted };
  }

  /**
   * Rounds a normalised row of `size` bits whose lowest `drop` go: adding half a unit less one, and one more where the
   * kept part is odd, carries exactly when the nearest even number is the upper one.
   */
  private round(row: Row, drop: number, size: number): { fraction: Row; carry: Row } {
    const { unit, format } = this;
    const half = unit.number((1n << BigInt(drop - 1)) - 1n);
    const odd = this.one(this.bit(row, drop));
    const sum = unit.add([row, half, odd], size + 1);
    const kept = and(
      this.shift(sum, -drop),
      field(0, format.fractionBits, format.lane, unit.wires),
    );
    return { fraction: kept, carry: this.bit(sum, size) };
  }

  private pack(value: Omit<Parts, 'significand'> & { fraction: Row }): Row {
    const { unit, format, range } = this;
    const { fractionBits: f, exponentBits: e, lane } = format;
    const limit = 2 ** e - 1;
    // exponent <= 0: its sign, or nothing left; exponent >= limit: limit - 1 - exponent is negative.
    const room = unit.subtract(unit.number(BigInt(limit - 1)), value.exponent, range);
    const tooBig = this.bit(room, range - 1);
    const low = and(value.exponent, field(0, range, lane, unit.wires));
    const tooSmall = or(this.bit(low, range - 1), not(anyBit(low, lane, unit.wires)));
    const infinity = unit.number(BigInt(limit) << BigInt(f));
    const finite = or(value.fraction, and(this.shift(low, f), field(f, f + e, lane, unit.wires)));
    let magnitude = choose(and(tooBig, not(tooSmall)), infinity, finite);
    magnitude = and(magnitude, not(or(value.zero, tooSmall)));
    magnitude = choose(value.infinite, infinity, magnitude);
    const signed = or(magnitude, and(value.sign, field(f + e, f + e + 1, lane, unit.wires)));
    return choose(value.nan, unit.number(BigInt(quietNaN(format))), signed);
  }

  private bit(row: Row, at: number): Row {
    return spread(row, at, this.format.lane, this.unit.wires);
  }

  /** A mask over lanes as the number one or zero. */
  private one(mask: Row): Row {
    return and(mask, this.unit.number(1n));
  }

  private shift(row: Row, by: number): Row {
    return shiftLanes(row, by, this.format.lane, this.unit.wires);
  }

  private differ(a: Row, b: Row): Row {
    return or(and(a, not(b)), and(b, not(a)));
  }
}
