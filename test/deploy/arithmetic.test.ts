import { describe, expect, test } from 'vitest';
import { converterOf } from '../../src/deploy/quantise/converter-range.js';
import { requantisation, residualScaling } from '../../src/deploy/quantise/requantise.js';
import { columnConverter, exactRequantiser } from '../../src/deploy/reference/arithmetic.js';
import { residual } from '../../src/deploy/reference/executor.js';
import { Sequence } from './sequence.js';

/** The converter in whole numbers: rounding half away from zero, then clipping. */
function converterInBigInt(sum: number, m: number, r: number, lo: number, hi: number): number {
  const magnitude = (BigInt(Math.abs(sum)) * BigInt(m) + (1n << BigInt(r - 1))) >> BigInt(r);
  const code = Number(sum < 0 ? -magnitude : magnitude);
  return code < lo ? lo : code > hi ? hi : code;
}

function requantiseInBigInt(
  acc: number,
  mul: number,
  bias: bigint,
  shift: number,
  lo: number,
  hi: number,
): number {
  const sum = BigInt(acc) * BigInt(mul) + bias + (1n << BigInt(shift - 1));
  const q = sum >> BigInt(shift);
  return Number(q < BigInt(lo) ? BigInt(lo) : q > BigInt(hi) ? BigInt(hi) : q);
}

describe('column converter', () => {
  test('rounds halves away from zero and clips, by hand', () => {
    // M = 1, R = 2 divides by 4: 2 / 4 = 0.5 rounds to 1, -2 / 4 to -1, 1 / 4 to 0.
    const convert = columnConverter({ m: 1, r: 2, lo: -128, hi: 127 }, 1 << 20);
    expect([0, 1, 2, 5, 6, -1, -2, -5, -6].map(convert)).toEqual([0, 0, 1, 1, 2, 0, -1, -1, -2]);
    expect([507, 509, 510, 600, -510, -514, -600].map(convert)).toEqual([
      127, 127, 127, 127, -128, -128, -128,
    ]);
    expect(Object.is(convert(-1), 0)).toBe(true);
  });

  test('equals the formula in whole numbers', () => {
    const random = new Sequence(1);
    for (let k = 0; k < 2000; k += 1) {
      const m = 1 + random.below(1 << 15);
      const r = 1 + random.below(30);
      const bits = 2 + random.below(9);
      const lo = -(2 ** (bits - 1));
      const convert = columnConverter({ m, r, lo, hi: -lo - 1 }, 2 ** 21);
      const sum = random.below(2 ** 22) - 2 ** 21;
      expect(convert(sum)).toBe(converterInBigInt(sum, m, r, lo, -lo - 1));
    }
  });

  test.each([1, 1.5, 2, 3.999, 4, 100.3, 4112])('M and R stand for a step of %d', (step) => {
    const { m, r, lo, hi } = converterOf(step, 8);
    expect(m).toBeGreaterThanOrEqual(2 ** 14);
    expect(m).toBeLessThan(2 ** 15);
    // M is rounded to a whole number of at least 2^14.
    expect(Math.abs((m / 2 ** r) * step - 1)).toBeLessThan(2 ** -15);
    expect([lo, hi]).toEqual([-128, 127]);
  });
});

describe('requantisation', () => {
  test('equals the formula in whole numbers, in doubles and in BigInt', () => {
    const random = new Sequence(2);
    for (let k = 0; k < 2000; k += 1) {
      const mul = random.below(2 ** 24) - 2 ** 23;
      const bias = BigInt(random.below(2 ** 30) - 2 ** 29) * BigInt(1 + random.below(2 ** 10));
      const shift = 1 + random.below(45);
      const [lo, hi] = random.below(2) === 0 ? [-128, 127] : [0, 255];
      const table = { mul: Int32Array.of(mul), bias: BigInt64Array.of(bias), shift, lo, hi };
      const acc = random.below(2 ** 25) - 2 ** 24;
      const wanted = requantiseInBigInt(acc, mul, bias, shift, lo, hi);
      expect(exactRequantiser(table, 2 ** 24)(acc, 0)).toBe(wanted);
      // A bound on the accumulator that products of doubles cannot keep forces whole numbers.
      expect(exactRequantiser(table, 2 ** 40)(acc, 0)).toBe(wanted);
    }
  });

  test('a table stands for its real gains and offsets', () => {
    const gain = Float64Array.of(0.001234, 0.0000456, 0.0009);
    const offset = Float64Array.of(3.25, -700.5, 0);
    const table = requantisation(gain, offset, -128, 127);
    expect(table.shift).toBeGreaterThanOrEqual(1);
    expect(table.shift).toBeLessThanOrEqual(62);
    const unit = 2 ** table.shift;
    gain.forEach((g, c) => {
      expect(Math.abs(table.mul[c]! / unit - g)).toBeLessThanOrEqual(0.5 / unit);
      expect(Math.abs(Number(table.bias[c]) / unit - offset[c]!)).toBeLessThanOrEqual(0.5 / unit);
    });
    // 23 bits: the rounding of the largest multiplier is below 2^-22 of it.
    expect(Math.max(...table.mul)).toBeGreaterThanOrEqual(2 ** 22);
    expect(Math.max(...table.mul)).toBeLessThan(2 ** 23);
  });

  test('a large offset shortens the shift instead of overflowing', () => {
    const table = requantisation(Float64Array.of(1e-9), Float64Array.of(1e6), 0, 255);
    expect(Number(table.bias[0])).toBeLessThanOrEqual(2 ** 51);
    expect(exactRequantiser(table, 1)(0, 0)).toBe(255);
  });
});

describe('residual', () => {
  test('by hand: (skip * 3 + branch * 2 + 4) >> 3', () => {
    const scaling = { mulSkip: 3, mulBranch: 2, shift: 3, lo: -128, hi: 127 };
    const out = residual(scaling, Int8Array.of(1, -1, 100, -128), Int8Array.of(1, -2, 127, -128));
    // (3 + 2 + 4) >> 3 = 1; (-3 - 4 + 4) >> 3 = -1; (300 + 254 + 4) >> 3 = 69; (-640 + 4) >> 3 = -80.
    expect([...out]).toEqual([1, -1, 69, -80]);
  });

  test.each([
    [0.14, 0.17, 0.18],
    [1, 1, 0.01],
    [0.001, 0.5, 3],
  ])('scales %d and %d to %d with multipliers of at most 20 bits', (skip, branch, out) => {
    const s = residualScaling(skip, branch, out);
    expect(Math.max(s.mulSkip, s.mulBranch)).toBeLessThan(2 ** 20);
    expect(s.shift).toBeGreaterThanOrEqual(1);
    expect(s.shift).toBeLessThanOrEqual(30);
    expect(s.mulSkip / 2 ** s.shift).toBeCloseTo(skip / out, 4);
    expect(s.mulBranch / 2 ** s.shift).toBeCloseTo(branch / out, 4);
  });
});
