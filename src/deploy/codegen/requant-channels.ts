/**
 * Requantisation tables in the form of firmware/kernels/requant_xcv.h, 16 bytes a channel. They are made
 * here so that the cluster spends no cycle on them; `requant_xcv_prepare` there is the same in C.
 */
import type { Requantisation } from '../quantise/requantise.js';

export interface FastRequantisation {
  /** [channels][high, rest, mul, swapped]. */
  readonly channels: Uint32Array;
  /** Shift of the fast form. */
  readonly shift: number;
  readonly range: number;
  /** Lower bound in each of four bytes. */
  readonly lo4: number;
}

const half = 15n;
const halfMask = (1n << half) - 1n;
const highLimit = (1n << 30n) - (1n << 17n);
const fits62 = (value: bigint): boolean => value < 1n << 62n && value > -(1n << 62n);

/** undefined when a channel does not fit: then the scalar kernels compute the layer. */
export function fastRequantisation(from: Requantisation): FastRequantisation | undefined {
  const range = from.hi - from.lo;
  if (range < 0 || range > 255 || from.shift > 52) return undefined;
  const more = BigInt(Math.max(0, 31 - from.shift));
  const shift = BigInt(from.shift);
  const channels = new Uint32Array(4 * from.mul.length);
  for (let c = 0; c < from.mul.length; c += 1) {
    const b = (from.bias[c]! + (1n << (shift - 1n)) - (BigInt(from.lo) << shift)) << more;
    const mul = BigInt(from.mul[c]!) << more;
    const high = b >> 31n;
    if (!fits62(b) || mul < 0n || mul >> (2n * half) !== 0n) return undefined;
    if (high >= highLimit || high <= -highLimit) return undefined;
    const lower = mul & halfMask;
    const upper = mul >> half;
    channels[4 * c] = Number(BigInt.asUintN(32, high));
    channels[4 * c + 1] = Number(b & 0x7fff_ffffn);
    channels[4 * c + 2] = Number((upper << 16n) | lower);
    channels[4 * c + 3] = Number((lower << 16n) | upper);
  }
  const lo = from.lo & 255;
  return {
    channels,
    shift: from.shift + Number(more) - 31,
    range,
    lo4: (lo | (lo << 8) | (lo << 16) | (lo << 24)) >>> 0,
  };
}
