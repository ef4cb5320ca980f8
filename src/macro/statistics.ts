/** Errors of products in the terms of converters. */

export interface ErrorFigures {
  /** Standard deviation of the error, percent of the full scale. */
  readonly sigma_percent: number;
  /** Mean of the error, percent of the full scale. */
  readonly mean_percent: number;
  /** Variance of the exact sums over the mean square of the error; null when there is no error. */
  readonly snr_db: number | null;
  /** Bits of an ideal converter with as much error: (SNR - 1.76 dB) / 6.02 dB. */
  readonly effective_bits: number | null;
  /** Conversions that left the range, percent. */
  readonly clipped_percent: number;
}

export interface Outcome {
  /** Exact column sums, and what the converters made of them in the same unit. */
  readonly exact: readonly number[];
  readonly found: readonly number[];
  readonly clipped: number;
}

export function errorOf({ exact, found, clipped }: Outcome, fullScale: number): ErrorFigures {
  const count = exact.length;
  const mean = (values: (i: number) => number): number => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values(i);
    return sum / count;
  };
  const offset = mean((i) => found[i] - exact[i]);
  const square = mean((i) => (found[i] - exact[i]) ** 2);
  const centre = mean((i) => exact[i]);
  const power = mean((i) => (exact[i] - centre) ** 2);
  const snr = square === 0 ? null : 10 * Math.log10(power / square);
  return {
    sigma_percent: (100 * Math.sqrt(Math.max(0, square - offset ** 2))) / fullScale,
    mean_percent: (100 * offset) / fullScale,
    snr_db: snr,
    effective_bits: snr === null ? null : (snr - 1.76) / 6.02,
    clipped_percent: (100 * clipped) / count,
  };
}
