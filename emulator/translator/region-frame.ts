import type { Account } from './region-account.js';
import type { Block } from './region-graph.js';
import type { Pending } from './region-pending.js';
import { MOST_TIGHT } from './region-shape.js';

/** Words of counters that a function may have. */
export const MOST_WORDS = 40;

/** Where a function leaves what it counted: bytes from the start of the frame. */
export const frame = {
  /** Last ways with taken edges, a byte each: the entry of number n is at n modulo RECENT. */
  recent: 0,
  /** Banks with an odd number of grants, and banks with any, one bit each. */
  odd: 256,
  granted: 260,
  /** Time at which the function looks for a place to return, as in the first word of counters. */
  limit: 264,
  /** Cycles that divisions took beyond the first. */
  divisions: 272,
  /** By tight loop: cycles of its turns, and the first word when it was entered last. */
  turned: 280,
  begun: 280 + 4 * MOST_TIGHT,
  /** Words of 64 bits: time and counters. */
  words: 280 + 12 * MOST_TIGHT,
  /** Where a jump led that left. */
  target: 280 + 12 * MOST_TIGHT + 8 * MOST_WORDS,
  /** Of a function that books its accesses: cycles when it began, and the address behind the last entry. */
  since: 800,
  bookedAt: 804,
  /** 64 bits: how many entries the list had when the function began, modulo RECENT; it counts on from there. */
  start: 808,
  /** Loads of L2. */
  outer: 816,
  /** Cycles that a tight loop turned, a word for each entry of `recent`. */
  lengths: 1024,
} as const;
export const RECENT = 256;

/**
 * - side: the instruction there is for the interpreter;
 * - cold: the region would go on if it were larger;
 * - jump: behind a jump to where the region does not go on;
 * - late: time is up.
 */
export type ExitKind = 'side' | 'cold' | 'jump' | 'late';

/** A place where the function returns. */
export interface RegionExit {
  readonly block: Block;
  /** Next instruction of the hart; behind a jump, the jump. */
  readonly pc: number;
  /** What the block has done so far, time included. */
  readonly account: Account;
  /** What was done before that is not counted yet. */
  readonly pending: Pending;
  readonly kind: ExitKind;
  /** A jump that leads too far to be followed within a region. */
  readonly far: boolean;
  /** The tight loop that it is in, or -1, and how many turns are not in the time yet. */
  readonly tight: number;
  readonly turns: number;
}

/**
 * - plain: all banks had this hart last already;
 * - tracking: banks that were granted are noted;
 * - booking: accesses are booked, to be arbitrated later;
 * - fetching: fetches are, too.
 */
export type Variant = 'plain' | 'tracking' | 'booking' | 'fetching';
export const books = (variant: Variant): boolean => variant === 'booking' || variant === 'fetching';
