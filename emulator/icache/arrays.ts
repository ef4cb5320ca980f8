import { arenaBytes, type Arena } from '../memory/arena.js';
import type { ConfigOf } from '../sim/parameters.js';
import type { icacheParameters } from './parameters.js';

/** Typed arrays of the caches, in memory that translated code shares. `byteOffset` of each is its address. */
export const words = (arena: Arena, count: number): Int32Array => {
  const { buffer, at } = arena.take(4 * count);
  return new Int32Array(buffer, at, count);
};
export const doubles = (arena: Arena, count: number): Float64Array => {
  const { buffer, at } = arena.take(8 * count);
  return new Float64Array(buffer, at, count);
};
export const octets = (arena: Arena, count: number): Uint8Array => {
  const { buffer, at } = arena.take(count);
  return new Uint8Array(buffer, at, count);
};

/** Doubles that `SharedCache` keeps beside its banks. */
export const SHARED_NUMBERS = 3;

/** Bytes of all that for `count` harts at most, and `lines` lines of code. */
export function cacheBytes(
  config: ConfigOf<typeof icacheParameters>,
  count: number,
  lines: number,
): number {
  const { line, private_size, shared_size, shared_banks } = config;
  const slots = (count * private_size) / line;
  const sharedSlots = shared_size / line;
  const parts = [
    2 * lines,
    4 * slots,
    8 * slots,
    count,
    4,
    4 * sharedSlots,
    8 * sharedSlots,
    8 * shared_banks,
    8 * SHARED_NUMBERS,
    shared_banks,
    ...Array.from({ length: 4 }, () => 8 * count),
    4,
  ];
  return parts.reduce((sum, bytes) => sum + arenaBytes(bytes), 0);
}
