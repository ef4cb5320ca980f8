/** What the observed interpreter and the profiler share: one frame of words a hart, and counters. */

/** Words of a frame. */
export const frameOf = {
  /** Position in the code space of the stretch of code that the hart is in, and its bytes. */
  ORIGIN: 0,
  SIZE: 1,
  /** Counter of the instruction that the hart is at. */
  CURRENT: 2,
  /** Counter of the first halfword of the stretch. */
  FIRST: 3,
  /** What the jump that was just taken means, and where it lies. */
  PENDING: 4,
  SITE: 5,
  /** Address behind a call. */
  LINK: 6,
} as const;

/** A frame has 2^FRAME_SHIFT words. */
export const FRAME_SHIFT = 3;

/** Values of PENDING. */
export const pending = { none: 0, call: 1, return: 2, trap: 3, trapReturn: 4 } as const;

/** Doubles of a counter: one for each halfword of code that a node reaches. */
export const counterOf = {
  instructions: 0,
  loads: 1,
  stores: 2,
  /** Number of its record of stalls, 0 while it has none. */
  record: 3,
} as const;
export const COUNTER = 4;
