import { describe, expect, it } from 'vitest';
import {
  fixedSigma,
  gaussian,
  gaussianLimit,
  gaussianSigma,
  mix,
  noise,
  noiseKey,
} from '../../accel/physics/noise.js';

const count = 200_000;
const samples = (key: number): number[] =>
  Array.from({ length: count }, (_, c) => gaussian(key, c));

function moments(values: readonly number[]) {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const central = (k: number): number => values.reduce((a, b) => a + (b - mean) ** k, 0) / n;
  const sigma = Math.sqrt(central(2));
  return { mean, sigma, skew: central(3) / sigma ** 3, kurtosis: central(4) / sigma ** 4 };
}

/** The words of the hash by BigInt arithmetic, written from its description. */
function mixExact(value: bigint): bigint {
  const mask = 0xffffffffn;
  let h = value & mask;
  h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & mask;
  h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & mask;
  return h ^ (h >> 16n);
}

describe('counter-based noise', () => {
  it('mixes as described', () => {
    for (let i = 0; i < 1000; i++) {
      const word = Math.imul(i, 0x01234567) ^ i;
      expect(BigInt(mix(word) >>> 0)).toBe(mixExact(BigInt(word >>> 0)));
    }
  });

  it('has the moments of eight uniform bytes: mean 0, the stated sigma, kurtosis 3 - 0.15', () => {
    const { mean, sigma, skew, kurtosis } = moments(samples(noiseKey(1, 0, 0)));
    // Standard errors over 200,000 samples: mean 0.47, sigma 0.33, skew 0.0055, kurtosis 0.011.
    expect(Math.abs(mean)).toBeLessThan(2);
    expect(Math.abs(sigma - gaussianSigma)).toBeLessThan(1.5);
    expect(Math.abs(skew)).toBeLessThan(0.025);
    expect(Math.abs(kurtosis - 2.85)).toBeLessThan(0.05);
    expect(gaussianSigma).toBeCloseTo(209.02, 2);
    expect(gaussianLimit).toBe(1020);
  });

  it('is independent between columns, events, arrays and seeds', () => {
    const reference = samples(noiseKey(1, 0, 0));
    const shifted = [...reference.slice(1), reference[0]];
    const others = [
      [1, 0, 1],
      [1, 1, 0],
      [2, 0, 0],
    ].map(([s, a, e]) => samples(noiseKey(s, a, e)));
    for (const other of [shifted, ...others]) {
      let product = 0;
      for (let i = 0; i < count; i++) product += reference[i] * other[i];
      // Correlation of independent series: standard error 1 / sqrt(200,000) = 0.0022.
      expect(Math.abs(product / count / gaussianSigma ** 2)).toBeLessThan(0.01);
    }
  });

  it('scales to a sigma in units of a code', () => {
    const key = noiseKey(7, 3, 11);
    const scale = fixedSigma(2.5);
    const { mean, sigma } = moments(
      Array.from({ length: count }, (_, column) => noise(key, column, scale)),
    );
    expect(Math.abs(mean)).toBeLessThan(0.03);
    // Rounding to integers adds a variance of 1/12.
    expect(Math.abs(sigma - Math.sqrt(2.5 ** 2 + 1 / 12))).toBeLessThan(0.02);
    expect(noise(key, 5, 0)).toBe(0);
  });
});
