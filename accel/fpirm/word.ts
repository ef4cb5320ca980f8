import { quietNaN } from './float-format.js';
import type { FloatFormat } from './float-format.js';

/**
 * The same arithmetic on words, for work that would take hours domain by domain. Bit patterns in, bit
 * patterns out; results equal `FloatUnit`'s.
 */
const bits = new DataView(new ArrayBuffer(8));

export const toDouble = (word: number, format: FloatFormat): number => {
  bits.setUint32(0, format.name === 'bf16' ? word << 16 : word);
  const value = bits.getFloat32(0);
  return Math.abs(value) < smallestNormal ? (value < 0 || Object.is(value, -0) ? -0 : 0) : value;
};

/** Both formats have the exponents of single precision. */
const smallestNormal = 2 ** -126;
const scale = 2 ** 100;

/** Rounds a double that is exact, or whose lower bits only decide ties, to nearest even. */
function round(value: number, format: FloatFormat): number {
  if (Number.isNaN(value)) return quietNaN(format);
  // Below twice the smallest normal number single precision would round on the wrong grid: go there scaled.
  const tiny = Math.abs(value) < 2 * smallestNormal;
  const rounded = toPrecision(tiny ? value * scale : value, format);
  const result = tiny ? rounded / scale : rounded;
  if (Math.abs(result) < smallestNormal)
    return pattern(value < 0 || Object.is(value, -0) ? -0 : 0, format);
  return pattern(result, format);
}

function toPrecision(value: number, format: FloatFormat): number {
  if (format.name === 'fp32') return Math.fround(value);
  // Rounding to 8 bits of precision at once: Veltkamp's splitting would round twice at ties of 53 bits.
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const low = bits.getUint32(4);
  const drop = 2 ** 13;
  const rest = (high % drop) * 2 ** 32 + low;
  const kept = high - (high % drop);
  const half = drop * 2 ** 31;
  const odd = (kept / drop) % 2 === 1;
  const up = rest > half || (rest === half && odd);
  if (!Number.isFinite(value)) return value;
  bits.setUint32(0, up ? kept + drop : kept);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

function pattern(value: number, format: FloatFormat): number {
  bits.setFloat32(0, value);
  const word = bits.getUint32(0);
  return format.name === 'bf16' ? word >>> 16 : word;
}

/** Product of two bit patterns: exact in a double, then rounded once. */
export const multiplyWords = (a: number, b: number, format: FloatFormat): number =>
  round(toDouble(a, format) * toDouble(b, format), format);

/** Sum of two bit patterns. A double has more than twice the bits of both formats, so rounding twice is rounding once. */
export const addWords = (a: number, b: number, format: FloatFormat): number =>
  round(toDouble(a, format) + toDouble(b, format), format);

/** Subnormal operands count as zero of their sign. */
export function flush(word: number, format: FloatFormat): number {
  const sign = 2 ** (format.exponentBits + format.fractionBits);
  const magnitude = word % sign;
  return magnitude < 2 ** format.fractionBits ? word - magnitude : word;
}

/** a where a > b, else b. */
export const maximumWords = (a: number, b: number, format: FloatFormat): number =>
  toDouble(a, format) > toDouble(b, format) ? a : b;

/** a where b > 0, else zero. */
export const selectWords = (a: number, b: number, format: FloatFormat): number =>
  toDouble(b, format) > 0 ? a : 0;
