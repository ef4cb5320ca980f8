import { powerOfTwo } from './power.js';

/**
 * Logarithm and exponential from additions, multiplications and divisions only. `Math.log` and
 * `Math.exp` may differ in the last bit between hosts, and devices must not.
 */
const ln2 = Math.LN2;

/** Natural logarithm of 2^-60 to 2^60, to 1e-15. */
export function naturalLog(x: number): number {
  let mantissa = x;
  let exponent = 0;
  for (; mantissa > 1.5; mantissa /= 2) exponent++;
  for (; mantissa < 0.75; mantissa *= 2) exponent--;
  // ln m = 2 artanh z with |z| <= 1/5
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  let sum = 0;
  for (let n = 23; n > 0; n -= 2) sum = sum * square + 1 / n;
  return exponent * ln2 + 2 * z * sum;
}

/** e^x for |x| <= 40, to 1e-15 of it. */
export function exponential(x: number): number {
  const exponent = Math.round(x / ln2);
  const rest = x - exponent * ln2;
  let sum = 1;
  for (let n = 16; n > 0; n--) sum = 1 + (sum * rest) / n;
  return sum * powerOfTwo(exponent);
}
