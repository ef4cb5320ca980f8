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
  private readonly top: number;
  /** By code: the least charge, rounding included, that gets it or a higher one. */
  private readonly limits: Float64Array;

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
    this.top = 2 ** bits - 1;
    this.limits = this.settledLimits();
  }

  /** Least charge of any code but 0, without rounding. */
  get lowestStep(): number {
    return this.limits[1];
  }

  /**
   * Code of a charge `value`, in units of a nominal code; rounds to nearest and clips. Deciding bit by bit,
   * highest first, a charge gets code c or a higher one exactly when it reaches `limits[c]`.
   */
  convert(value: number): number {
    const { limits, top } = this;
    const target = value + 0.5;
    let code = target < 0 ? 0 : target > top ? top : Math.floor(target);
    while (code < top && target >= limits[code + 1]) code++;
    while (code > 0 && target < limits[code]) code--;
    return code;
  }

  /** Where code c settles is the sum of its bit weights; a lighter higher code is taken first. */
  private settledLimits(): Float64Array {
    const limits = new Float64Array(this.top + 1);
    for (let code = 0; code <= this.top; code++)
      this.weights.forEach((weight, i) => {
        if ((code & (1 << (this.bits - 1 - i))) !== 0) limits[code] += weight;
      });
    for (let code = this.top; code > 0; code--)
      limits[code - 1] = Math.min(limits[code - 1], limits[code]);
    return limits;
  }
}

/** Event number under which a chip draws its converters; products count from 0 up. */
const sarDraw = -1;
