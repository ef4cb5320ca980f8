import { gaussian } from './noise.js';
import type { ReadNoise } from './noise.js';
import { powerOfTwo } from './power.js';

/**
 * Column converter of a charge- or current-summing array.
 *
 * A column holds the exact sum s of its products (in units of one input step times one cell
 * step). The converter has a linear range that the firmware sets per layer: code = s * M / 2^R,
 * rounded half away from zero, clipped to the codes that exist.
 *
 * Source: HERMES (256x256 PCM core with 8-bit linear column converters), as used by the cluster
 * of Garofalo et al., JETCAS 2022. The integer form M, R stands for the affine calibration there.
 * Limits: no non-linearity, no mismatch between columns; noise is white (`noise.ts`).
 */
export interface AdcRange {
  /** Numerator of the slope, 0 to 2^31 - 1. */
  readonly m: number;
  /** Binary exponent of its denominator, 1 to 48. */
  readonly r: number;
}

/** Codes for a unit of the column sum. */
export const adcSlope = ({ m, r }: AdcRange): number => m * powerOfTwo(-r);

/** |s| of 1024 rows x 255 x 8 is below 2^21, so |s| M + 2^(R-1) stays below 2^53: doubles are exact. */
export const adcLimits = { maxM: 2 ** 31 - 1, minR: 1, maxR: 48, maxSum: 2 ** 21 } as const;

/** Unclipped code of a column sum. */
export function adcCode(sum: number, range: AdcRange): number {
  const magnitude = Math.floor(
    (Math.abs(sum) * range.m + powerOfTwo(range.r - 1)) * powerOfTwo(-range.r),
  );
  return sum < 0 ? 0 - magnitude : magnitude;
}

/** Lowest and highest code of a converter of `bits` bits. */
export const adcSpan = (bits: number): { lo: number; hi: number } => ({
  lo: -powerOfTwo(bits - 1),
  hi: powerOfTwo(bits - 1) - 1,
});

/**
 * Converts `count` column sums in place. Returns how many were clipped.
 * @param sums exact column sums, |s| < 2^21
 */
export function convertColumns(
  sums: Int32Array,
  count: number,
  range: AdcRange,
  bits: number,
): number {
  const { lo, hi } = adcSpan(bits);
  const { m } = range;
  const half = powerOfTwo(range.r - 1);
  const scale = powerOfTwo(-range.r);
  let clipped = 0;
  for (let i = 0; i < count; i++) {
    const s = sums[i];
    // A power of two scales a double without rounding; a magnitude that passes the limit fits 32 bits.
    if (s < 0) {
      const magnitude = (half - s * m) * scale;
      if (magnitude < 1 - lo) sums[i] = 0 - (magnitude | 0);
      else {
        sums[i] = lo;
        clipped++;
      }
    } else {
      const magnitude = (half + s * m) * scale;
      if (magnitude < hi + 1) sums[i] = magnitude | 0;
      else {
        sums[i] = hi;
        clipped++;
      }
    }
  }
  return clipped;
}

/**
 * The same with read noise, which adds to the column before the converter rounds:
 * code = s * M / 2^R + gaussian * gain, rounded half away from zero, then clipped.
 * @param first column of the array that stands at sums[0]
 */
export function convertNoisyColumns(
  sums: Int32Array,
  count: number,
  range: AdcRange,
  bits: number,
  noise: ReadNoise,
  first: number,
): number {
  const { lo, hi } = adcSpan(bits);
  const { key, gain } = noise;
  const slope = range.m * powerOfTwo(-range.r);
  let clipped = 0;
  for (let i = 0; i < count; i++) {
    // Both products are exact in a double; their sum is rounded once, the same way on every host.
    const value = sums[i] * slope + gaussian(key, first + i) * gain;
    const limit = value < 0 ? -lo : hi;
    const magnitude = Math.floor(Math.abs(value) + 0.5);
    if (magnitude > limit) clipped++;
    const code = Math.min(magnitude, limit);
    sums[i] = value < 0 ? 0 - code : code;
  }
  return clipped;
}

/**
 * Slope that stands for the ADC_LOW and ADC_HIGH of `ima_v1`. That model scales inputs by 1/127 and
 * weights by 1/7 and converts with 127 / (low + high): code = s / (7 (low + high)).
 */
export function rangeOfBounds(low: number, high: number): AdcRange {
  const span = low + high;
  return { m: span > 0 ? Math.round(2 ** 24 / (7 * span)) : 0, r: 24 };
}
