import { OctobarError } from '../../../emulator/sim/error.js';

/** q = clip((acc * mul[c] + bias[c] + 2^(shift-1)) >> shift, lo, hi), 64-bit inside. */
export interface Requantisation {
  readonly mul: Int32Array;
  readonly bias: BigInt64Array;
  /** 1 to 62. */
  readonly shift: number;
  readonly lo: number;
  readonly hi: number;
}

/** q = clip((skip * mulSkip + branch * mulBranch + 2^(shift-1)) >> shift, -128, 127). */
export interface ResidualScaling {
  readonly mulSkip: number;
  readonly mulBranch: number;
  readonly shift: number;
  readonly lo: number;
  readonly hi: number;
}

/** Bits of the largest multiplier: precise to 2^-22, and products of 25-bit sums stay below 2^53. */
const multiplierBits = 23;
const residualBits = 18;
/** Keeps every intermediate value exact in a double too, with room for acc * mul beside it. */
const largestBias = 2 ** 51;

/**
 * Tables that turn an accumulator into an output code.
 *
 * @param gain output codes per unit of the accumulator, per output
 * @param offset output codes added, per output
 */
export function requantisation(
  gain: Float64Array,
  offset: Float64Array,
  lo: number,
  hi: number,
): Requantisation {
  const top = gain.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const far = offset.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  if (!Number.isFinite(top) || !Number.isFinite(far)) {
    throw new OctobarError('image', 'weights and activations are too large to be quantised', {
      hint: 'check the model: its values leave the range of numbers',
    });
  }
  let shift = top > 0 ? multiplierBits - 1 - Math.floor(Math.log2(top)) : 1;
  while (shift > 1 && (top * 2 ** shift >= 2 ** multiplierBits || far * 2 ** shift > largestBias)) {
    shift -= 1;
  }
  shift = Math.min(62, Math.max(1, shift));
  return {
    mul: Int32Array.from(gain, (g) => Math.round(g * 2 ** shift)),
    bias: BigInt64Array.from(offset, (o) => BigInt(Math.round(o * 2 ** shift))),
    shift,
    lo,
    hi,
  };
}

/** Scaling of the residual addition; both multipliers stay within 20 bits. */
export function residualScaling(
  skipScale: number,
  branchScale: number,
  outputScale: number,
): ResidualScaling {
  const skip = skipScale / outputScale;
  const branch = branchScale / outputScale;
  const exponent = Math.floor(Math.log2(Math.max(skip, branch)));
  const shift = Math.min(30, Math.max(1, residualBits - exponent));
  return {
    mulSkip: Math.round(skip * 2 ** shift),
    mulBranch: Math.round(branch * 2 ** shift),
    shift,
    lo: -128,
    hi: 127,
  };
}
