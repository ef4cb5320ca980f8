/** Requantisation of which no step leaves 32 bits: three cycles an output on the harts instead of seven. */
import type { Requantisation } from './requantise.js';

/** Least and largest accumulator of an output. */
export interface AccumulatorEnds {
  readonly low: number;
  readonly high: number;
}

const limit = 2 ** 31;
export const fits32 = (value: number): boolean => value >= -limit && value < limit;

/** For any input codes, signed or unsigned bytes. */
export function accumulatorEnds(weights: Int8Array, signed: boolean): AccumulatorEnds {
  const [least, most] = signed ? [-128, 127] : [0, 255];
  let [low, high] = [0, 0];
  for (const weight of weights) {
    low += Math.min(weight * least, weight * most);
    high += Math.max(weight * least, weight * most);
  }
  return { low, high };
}

/** Whether products and sums of one output stay within 32 bits at both ends of its accumulator. */
export function staysNarrow(
  { low, high }: AccumulatorEnds,
  mul: number,
  bias: number,
  shift: number,
): boolean {
  const half = 2 ** (shift - 1);
  return [low * mul, high * mul, low * mul + bias + half, high * mul + bias + half, bias].every(
    fits32,
  );
}

/** Error of a rounded multiplier at the end of the accumulator, in output codes, that is accepted. */
const largestError = 0.25;

/**
 * Tables with the largest shift for which no input leaves 32 bits; undefined when that makes multipliers too coarse.
 *
 * @param gain output codes per unit of the accumulator, per output
 * @param offset output codes added, per output
 */
export function narrowRequantisation(
  gain: Float64Array,
  offset: Float64Array,
  lo: number,
  hi: number,
  ends: readonly AccumulatorEnds[],
): Requantisation | undefined {
  const farthest = ends.reduce((most, { low, high }) => Math.max(most, -low, high), 0);
  for (let shift = 31; shift >= 1; shift -= 1) {
    const scale = 2 ** shift;
    if ((farthest * 0.5) / scale > largestError) return undefined;
    const mul = gain.map((g) => Math.round(g * scale));
    const bias = offset.map((o) => Math.round(o * scale));
    if (!mul.every(fits32)) continue;
    if (!ends.every((end, c) => staysNarrow(end, mul[c]!, bias[c]!, shift))) continue;
    return {
      mul: Int32Array.from(mul),
      bias: BigInt64Array.from(bias, (value) => BigInt(value)),
      shift,
      lo,
      hi,
    };
  }
  return undefined;
}
