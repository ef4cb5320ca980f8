import { gaussian, gaussianSigma, noiseKey } from './noise.js';

/**
 * Successive-approximation converter whose bit weights are counts of charge-injection cells.
 *
 * Source: ciSAR of CAP-RAM (JSSC 56(6), 2021): 7 bits, no sample-and-hold, no reference buffer: each
 * decision injects the charge of 2^b unit cells. Units that differ make bit weights that differ, which shows as
 * integral and differential non-linearity. Limits: no offset (calibrated away), no memory
 * between conversions, no metastability; noise of a decision is counted once per conversion.
 */
export class SarConverter {
  /** Bit weights in codes, highest first. */
  private readonly weights: Float64Array;

  /**
   * @param bits resolution
   * @param unitSigma standard deviation of one unit cell, relative; bit b has 2^b units, so 2^(b/2) of it
   * @param seed of the chip; @param column that the converter belongs to
   */
  constructor(
    readonly bits: number,
    unitSigma: number,
    seed: number,
    column: number,
  ) {
    const key = noiseKey(seed, column, sarDraw);
    this.weights = Float64Array.from({ length: bits }, (_, i) => {
      const nominal = 2 ** (bits - 1 - i);
      const deviation = (gaussian(key, i) / gaussianSigma) * unitSigma;
      return nominal + Math.sqrt(nominal) * deviation;
    });
  }

  /** Least charge of any code but 0, without rounding. */
  get lowestStep(): number {
    return this.weights.reduce((low, weight) => Math.min(low, weight), Infinity);
  }

  /** Code of a charge `value`, in units of a nominal code; rounds to nearest and clips. */
  convert(value: number): number {
    const { weights, bits } = this;
    const target = value + 0.5;
    let settled = 0;
    let code = 0;
    for (let i = 0; i < bits; i++) {
      const trial = settled + weights[i];
      if (target >= trial) {
        settled = trial;
        code |= 1 << (bits - 1 - i);
      }
    }
    return code;
  }
}

/** Event number under which a chip draws its converters; products count from 0 up. */
const sarDraw = -1;
