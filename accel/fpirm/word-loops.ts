import { fp32 } from './float-format.js';
import type { FloatFormat } from './float-format.js';
import { addWords, multiplyWords } from './word.js';

/**
 * Many operations on words at once, in the host's own arithmetic: nothing is drawn or checked for each one,
 * results equal those of word.ts.
 */
type Words = Uint32Array;

export interface Shape {
  readonly n: number;
  readonly depth: number;
}

const smallestNormal = 2 ** -126;
const cell = new Float32Array(1);
const cellBits = new Uint32Array(cell.buffer);

const singles = (words: Words): Float32Array =>
  new Float32Array(words.buffer, words.byteOffset, words.length);

const wordOf = (value: number): number => {
  if (Number.isNaN(value)) return 0x7fc00000;
  cell[0] = value;
  return cellBits[0];
};

const single = (word: number): number => {
  cellBits[0] = word;
  return cell[0];
};

/**
 * Results at or below the smallest normal number may have been rounded on the wrong grid: those go the
 * exact way.
 */
const product = (a: number, b: number, x: number, y: number): number => {
  const value = Math.fround(x * y);
  return value !== 0 && Math.abs(value) <= smallestNormal
    ? single(multiplyWords(a, b, fp32))
    : value;
};

/** A sum that small is exact, so that only its flush is missing. */
const flushed = (sum: number): number =>
  sum !== 0 && Math.abs(sum) < smallestNormal ? (sum < 0 ? -0 : 0) : sum;

/** c += a b, [m][depth] times [depth][n], each step rounded, in the order of k. */
export function multiplySingles(a: Words, b: Words, c: Words, { n, depth }: Shape): void {
  const x = singles(a);
  const z = singles(b);
  // By columns, so that both operands of a sum are read in line.
  const y = new Float32Array(n * depth);
  for (let k = 0, at = 0; k < depth; k++) for (let j = 0; j < n; j++) y[j * depth + k] = z[at++];
  const rows = c.length / n;
  for (let m = 0; m < rows; m++)
    for (let j = 0; j < n; j++) {
      let sum = single(c[m * n + j]);
      const left = m * depth;
      const right = j * depth;
      for (let k = 0; k < depth; k++) {
        let term = Math.fround(x[left + k] * y[right + k]);
        if (term !== 0 && Math.abs(term) <= smallestNormal)
          term = single(multiplyWords(a[left + k], b[k * n + j], fp32));
        sum = Math.fround(sum + term);
        if (sum !== 0 && Math.abs(sum) < smallestNormal) sum = sum < 0 ? -0 : 0;
      }
      c[m * n + j] = wordOf(sum);
    }
}

/** The same in any format. */
export function multiplyWordwise(
  format: FloatFormat,
  a: Words,
  b: Words,
  c: Words,
  { n, depth }: Shape,
): void {
  const rows = c.length / n;
  for (let m = 0; m < rows; m++)
    for (let j = 0; j < n; j++) {
      let sum = c[m * n + j];
      for (let k = 0; k < depth; k++)
        sum = addWords(sum, multiplyWords(a[m * depth + k], b[k * n + j], format), format);
      c[m * n + j] = sum;
    }
}

/** Element by element in single precision; `c` may be an operand. */
export const singleLoops = {
  add(a: Words, b: Words, c: Words): void {
    const [x, y] = [singles(a), singles(b)];
    for (let i = 0; i < c.length; i++) c[i] = wordOf(flushed(Math.fround(x[i] + y[i])));
  },
  multiply(a: Words, b: Words, c: Words): void {
    const [x, y] = [singles(a), singles(b)];
    for (let i = 0; i < c.length; i++) c[i] = wordOf(product(a[i], b[i], x[i], y[i]));
  },
  maximum(a: Words, b: Words, c: Words): void {
    const [x, y] = [singles(a), singles(b)];
    for (let i = 0; i < c.length; i++) c[i] = x[i] > y[i] ? a[i] : b[i];
  },
  select(a: Words, b: Words, c: Words): void {
    const y = singles(b);
    for (let i = 0; i < c.length; i++) c[i] = y[i] > 0 ? a[i] : 0;
  },
} as const;
