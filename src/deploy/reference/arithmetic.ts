/**
 * The integer formulas of converters and requantisation, written from their definition and used
 * by the reference executor only. Engines and firmware have their own.
 *
 * Everything is computed in doubles and is still exact: products stay below 2^53 (checked once a
 * table is made, see `exactRequantiser`), dividing by a power of two only moves the exponent, and
 * floor() of that is the arithmetic shift.
 */
import { OctobarError } from '../../../emulator/sim/error.js';
import type { Requantisation } from '../quantise/requantise.js';
import type { Converter } from './plan.js';

const exactLimit = 2 ** 53;

/** Code of a column sum of magnitude at most `largestSum`. */
export function columnConverter(c: Converter, largestSum: number): (sum: number) => number {
  const half = 2 ** (c.r - 1);
  const scale = 2 ** -c.r;
  if (largestSum * c.m + half >= exactLimit) {
    throw new OctobarError('internal', `converter M = ${c.m}, R = ${c.r} exceeds exact arithmetic`);
  }
  return (sum) => {
    const code = Math.floor((Math.abs(sum) * c.m + half) * scale);
    // "+ 0" turns -0 into 0.
    return Math.min(c.hi, Math.max(c.lo, sum < 0 ? -code : code)) + 0;
  };
}

/** Output code of accumulator `acc`, |acc| <= `largestAcc`, of output `c`. */
export function exactRequantiser(
  table: Requantisation,
  largestAcc: number,
): (acc: number, c: number) => number {
  const { lo, hi, shift } = table;
  const half = 2 ** (shift - 1);
  const scale = 2 ** -shift;
  const mul = Float64Array.from(table.mul);
  const offset = Float64Array.from(table.bias, Number);
  const inexact = table.bias.some(
    (bias, c) => Math.abs(mul[c]!) * largestAcc + Math.abs(Number(bias)) + half >= exactLimit,
  );
  if (inexact) return bigRequantiser(table);
  return (acc, c) => {
    const q = Math.floor((acc * mul[c]! + offset[c]! + half) * scale);
    return q < lo ? lo : q > hi ? hi : q;
  };
}

/** The same with BigInt, for tables whose products do not fit a double. */
function bigRequantiser(table: Requantisation): (acc: number, c: number) => number {
  const { mul, bias, lo, hi } = table;
  const shift = BigInt(table.shift);
  const half = 1n << (shift - 1n);
  return (acc, c) => {
    const q = BigInt.asIntN(64, BigInt(acc) * BigInt(mul[c]!) + bias[c]! + half) >> shift;
    return q < BigInt(lo) ? lo : q > BigInt(hi) ? hi : Number(q);
  };
}
