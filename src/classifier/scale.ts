/** Factors and offsets of a product as the whole numbers of the requantisation. */
import type { Scaled } from './model.js';

/** code = (sum * mul + bias + 2^(shift - 1)) >> shift */
export interface Scale {
  readonly mul: readonly number[];
  readonly bias: readonly number[];
  readonly shift: number;
}

/** Multipliers of 18 bits: sums of 24 bits and more stay exact in a double as well. */
const mostMultiplier = 2 ** 18;
const mostShift = 40;

/** @param unit what one of the sums is worth in (input step x weight step) */
export function scaleOf(
  { factor, offset }: Pick<Scaled, 'factor' | 'offset'>,
  unit: number,
): Scale {
  const largest = factor.reduce((most, value) => Math.max(most, Math.abs(value * unit)), 0);
  let shift = 1;
  while (shift < mostShift && largest * 2 ** (shift + 1) < mostMultiplier) shift++;
  return {
    mul: factor.map((value) => Math.round(value * unit * 2 ** shift)),
    bias: offset.map((value) => Math.round(value * 2 ** shift)),
    shift,
  };
}
