import { describe, expect, it } from 'vitest';
import { adcCode, adcLimits, convertColumns, rangeOfBounds } from '../../accel/physics/adc.js';
import { dacInput } from '../../accel/physics/dac.js';
import { RequantTables } from '../../accel/physics/requantise.js';
import { random } from '../hwpe/random.js';
import { adc, requantise } from './reference.js';

describe('column converter', () => {
  it('rounds half away from zero', () => {
    // slope 1/2: 1 -> 0.5 -> 1, -1 -> -1, 3 -> 1.5 -> 2, -3 -> -2
    expect([1, -1, 3, -3, 0].map((s) => adcCode(s, { m: 1, r: 1 }))).toEqual([1, -1, 2, -2, 0]);
  });

  it('is exact over its whole documented range', () => {
    const next = random(17);
    for (let i = 0; i < 20_000; i++) {
      const r = adcLimits.minR + next(adcLimits.maxR);
      const m = next(3) === 0 ? adcLimits.maxM - next(3) : next(2 ** (1 + next(31)));
      const s =
        (next(2) ? 1 : -1) * (next(3) === 0 ? adcLimits.maxSum - 1 - next(3) : next(522241));
      const bits = 2 + next(11);
      const sums = Int32Array.of(s);
      const clipped = convertColumns(sums, 1, { m, r }, bits);
      const wide = adc(BigInt(s), m, r, 60);
      const code = adc(BigInt(s), m, r, bits);
      expect([sums[0], clipped]).toEqual([Number(code), code === wide ? 0 : 1]);
      expect(adcCode(s, { m, r })).toBe(Number(wide));
    }
  });

  it('takes the slope of ima_v1 bounds', () => {
    const { m, r } = rangeOfBounds(3, 5);
    expect(m / 2 ** r).toBeCloseTo(1 / 56, 6);
    expect(rangeOfBounds(0, 0).m).toBe(0);
  });
});

describe('row converter', () => {
  it('is exact for every byte', () => {
    for (let byte = 0; byte < 256; byte++) {
      expect(dacInput(byte, false)).toBe(byte);
      expect(dacInput(byte, true)).toBe(byte < 128 ? byte : byte - 256);
    }
  });
});

describe('requantisation', () => {
  it('equals the BigInt formula, also where 64 bits wrap', () => {
    const next = random(23);
    for (let round = 0; round < 200; round++) {
      const large = round % 3 === 0;
      const channels = 16;
      const mul = Array.from({ length: channels }, () => (next(2 ** 32) | 0) >> (large ? 0 : 12));
      const bias = mul.map(() => BigInt.asIntN(64, BigInt(next(2 ** 32)) << BigInt(next(33))));
      const bytes = new Uint8Array(12 * channels);
      const view = new DataView(bytes.buffer);
      for (let c = 0; c < channels; c++) {
        view.setInt32(4 * c, mul[c], true);
        view.setBigInt64(4 * channels + 8 * c, bias[c], true);
      }
      const tables = new RequantTables(channels);
      tables.load(bytes, channels);
      const clip = { shift: 1 + next(62), lo: -128, hi: 255 };
      const acc = Int32Array.from(mul, () =>
        large ? next(2 ** 32) | 0 : next(1 << 20) - (1 << 19),
      );
      const bytes8 = new Uint8Array(channels);
      tables.apply(acc, channels, clip, bytes8);
      for (let c = 0; c < channels; c++)
        expect(bytes8[c]).toBe(requantise(BigInt(acc[c]), c, { mul, bias, ...clip }) & 0xff);
    }
  });
});
