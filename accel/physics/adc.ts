/**
 * Column converter of a charge- or current-summing array.
 *
 * A column holds the exact sum s of its products (in units of one input step times one cell
 * step). The converter has a linear range that the firmware sets per layer: code = s * M / 2^R,
 * rounded half away from zero, clipped to the codes that exist.
 *
 * Source: HERMES (256x256 PCM core with 8-bit linear column converters), as used by the cluster
 * of Garofalo et al., JETCAS 2022. The integer form M, R stands for the affine calibration there.
 * Limits: no noise, no non-linearity, no mismatch between columns.
 */
export interface AdcRange {
  /** Numerator of the slope, 0 to 2^31 - 1. */
  readonly m: number;
  /** Binary exponent of its denominator, 1 to 48. */
  readonly r: number;
}

/** |s| of 1024 rows x 255 x 8 is below 2^21, so |s| M + 2^(R-1) stays below 2^53: doubles are exact. */
export const adcLimits = { maxM: 2 ** 31 - 1, minR: 1, maxR: 48, maxSum: 2 ** 21 } as const;

/** Unclipped code of a column sum. */
export function adcCode(sum: number, range: AdcRange): number {
  const magnitude = Math.floor((Math.abs(sum) * range.m + 2 ** (range.r - 1)) / 2 ** range.r);
  return sum < 0 ? 0 - magnitude : magnitude;
}

/** Lowest and highest code of a converter of `bits` bits. */
export const adcSpan = (bits: number): { lo: number; hi: number } => ({
  lo: -(2 ** (bits - 1)),
  hi: 2 ** (bits - 1) - 1,
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
  const half = 2 ** (range.r - 1);
  const scale = 2 ** -range.r;
  let clipped = 0;
  for (let i = 0; i < count; i++) {
    const s = sums[i];
    // A power of two scales a double without rounding.
    const magnitude = Math.floor((Math.abs(s) * m + half) * scale);
    const code = s < 0 ? -magnitude : magnitude;
    if (code > hi) {
      sums[i] = hi;
      clipped++;
    } else if (code < lo) {
      sums[i] = lo;
      clipped++;
    } else sums[i] = code;
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
