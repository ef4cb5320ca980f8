/**
 * Binary floating-point formats of the engine. Rounding is to nearest, ties to even; numbers below the
 * smallest normal one are zero, as operands and as results (after rounding); one quiet NaN.
 */
export interface FloatFormat {
  readonly name: 'fp32' | 'bf16';
  readonly exponentBits: number;
  /** Fraction bits, without the hidden one. */
  readonly fractionBits: number;
  /** Wires of a lane: product and aligned sum need more than the format itself. */
  readonly lane: number;
  /** Zero bits below the larger operand of a sum; a power of two. */
  readonly guard: number;
}

export const fp32: FloatFormat = {
  name: 'fp32',
  exponentBits: 8,
  fractionBits: 23,
  lane: 64,
  guard: 32,
};

export const bf16: FloatFormat = {
  name: 'bf16',
  exponentBits: 8,
  fractionBits: 7,
  lane: 32,
  guard: 16,
};

export const biasOf = (format: FloatFormat): number => 2 ** (format.exponentBits - 1) - 1;
export const quietNaN = (format: FloatFormat): number =>
  2 ** format.fractionBits * (2 ** format.exponentBits - 1) + 2 ** (format.fractionBits - 1);
