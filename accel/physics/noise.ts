/**
 * Noise as a pure function of where and when it strikes: seed of the chip, array, number of the product,
 * column. No state, so that results do not depend on the order of evaluation, and integers only,
 * so that every host and every engine (scalar, SIMD) gives the same bits.
 *
 * A counter-based hash gives eight independent bytes; their sum, centred, is close to a normal variable
 * (Irwin-Hall of order 8). Limits: excess kurtosis -0.15, nothing beyond 4.9 sigma.
 */

/** Standard deviation of `gaussian`: eight uniform bytes have a variance of 8 (256^2 - 1) / 12. */
export const gaussianSigma = Math.sqrt((8 * (256 ** 2 - 1)) / 12);
/** Largest magnitude of `gaussian`. */
export const gaussianLimit = 8 * 255 - 1020;

/** Bijective mixing of 32 bits (the finaliser of MurmurHash3, public domain constants). */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The rounds of `mix` for the vector form: shift to the right, then multiply. */
export const mixing = [
  [16, 0x85ebca6b],
  [13, 0xc2b2ae35],
  [16, 1],
] as const;

/** Odd step between the counters of neighbouring columns: 2^32 divided by the golden ratio. */
export const columnStep = 0x9e3779b9 | 0;
/** Separates the second word of four bytes from the first. */
export const secondWord = 0x6a09e667;

/** What the noises of one event (a product, a programming pulse) have in common. */
export const noiseKey = (seed: number, array: number, event: number): number =>
  mix(mix(mix(seed) ^ array) ^ event);

/** Seed of what differs between runs of one chip. */
export const runSeed = (seed: number, run: number): number =>
  run === 0 ? seed : mix(seed ^ Math.imul(run, columnStep));

/** Sum of the four bytes of a word. */
const byteSum = (word: number): number =>
  (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);

/** A normal variable as an integer with standard deviation `gaussianSigma` and mean 0. */
export function gaussian(key: number, column: number): number {
  const first = mix(key + Math.imul(column, columnStep));
  const second = mix(first ^ secondWord);
  return byteSum(first) + byteSum(second) - 1020;
}

/**
 * Standard deviations as a fixed-point factor: noise = (gaussian * scale + half) >> noiseShift, where
 * a sigma of one unit is `fixedSigma(1)`.
 */
export const noiseShift = 16;
export const fixedSigma = (sigma: number): number =>
  Math.round((sigma * 2 ** noiseShift) / gaussianSigma);

/** Integer noise of a standard deviation given by `fixedSigma`, rounded to nearest. */
export const noise = (key: number, column: number, scale: number): number =>
  (Math.imul(gaussian(key, column), scale) + (1 << (noiseShift - 1))) >> noiseShift;

/** Noise that a converter adds before it rounds: `gaussian` times gain, in codes. */
export interface ReadNoise {
  /** `noiseKey` of the product at hand. */
  key: number;
  readonly gain: number;
}

/**
 * Gain for a standard deviation of 0 to 64 codes: a multiple of 2^-32, so that a product with
 * `gaussian` is exact in a double.
 */
export const readGain = (sigma: number): number =>
  Math.round((sigma / gaussianSigma) * 2 ** 32) / 2 ** 32;
