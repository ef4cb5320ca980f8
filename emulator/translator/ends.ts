import type { TranslatorArrays } from './layout.js';

/*
 * The lower half of an end, by bits:
 *
 *              | 0, 1        | 2         | 3     | 4 to 7             | 8 to 10           | from 11 on
 *   request    | `ALIGNMENT` | `STORE`   | jumps | last stall, plus 1 | 0                 | index of its counter
 *   no request | 0           | `RESUMES` | jumps | last stall, plus 1 | 0                 | index of its counter
 *   jump       | words that it saved     | 1     | `JUMPED`           | more words, by 8s | index of its counter
 *
 * The index of a counter needs 21 bits, with 16 harts; no path saves more than 63 words.
 */

/** Bits of an offset that are zero where the access is aligned: its bytes less 1. */
export const ALIGNMENT = 3;
export const STORE = 4;
/** `RESUME` goes on with the path. */
export const RESUMES = 4;
/** The path has taken jumps, which are one entry of the ring. */
export const JUMPS_SHIFT = 3;
/** Cause of its last stall, plus 1; 0: there was none. */
export const STALL_SHIFT = 4;
export const STALL_MASK = 15;
/** In the place of a cause: the path ends with a jump to an address in L2 that only it knows, which is the upper half. */
export const JUMPED = STALL_MASK;
/** Where a jump has the number of words that it saved: the low bits of it as they are, the others from here on. */
export const SAVED_LOW = 7;
export const SAVED_HIGH_SHIFT = 8;
export const COUNTER_SHIFT = 11;

/** The whole lower half where the function itself has said what is next. */
export const DONE = 0;

/** What a path does at its end. */
export interface End {
  readonly path: number;
  readonly jumps: boolean;
  /** Cause of its last stall, or -1. */
  readonly lastStall: number;
}

const flagsOf = ({ path, jumps, lastStall }: End, arrays: TranslatorArrays): number =>
  (arrays.counterIndex(0, path) << COUNTER_SHIFT) |
  ((lastStall + 1) << STALL_SHIFT) |
  (jumps ? 1 << JUMPS_SHIFT : 0);

/**
 * What a path leaves to the scheduler: the counter, the ring of taken jumps and the last stall of its hart, the bounds of
 * its access, and what is next. All of it is known when the path is written, so a function only returns it as a
 * constant: there are many functions, and the host has to fetch all they do. The lower half says what is done. The upper half is
 * of a request the element of the function table that ends it, else the address of the next instruction.
 */
export class Ends {
  /** Paths whose request nobody can end yet, by its address. */
  private readonly waiting = new Map<number, number[]>();

  constructor(private readonly arrays: TranslatorArrays) {}

  clear(): void {
    this.waiting.clear();
  }

  /** Of a path that ends with the request of an access. Gives the lower half. */
  request(end: End, pc: number, next: number, bytes: number, write: boolean): number {
    this.put(end.path, pc);
    if (next === 0) {
      const paths = this.waiting.get(pc);
      if (paths) paths.push(end.path);
      else this.waiting.set(pc, [end.path]);
    }
    return flagsOf(end, this.arrays) | (bytes - 1) | (write ? STORE : 0);
  }

  /** Of a path before an instruction that is for `RESUME`, or the interpreter. */
  leave(end: End, resumes: boolean): number {
    return flagsOf(end, this.arrays) | (resumes ? RESUMES : 0);
  }

  /** Of a path that ends with an indirect jump, and has saved so many words. */
  jump(end: End, saved: number): number {
    const flags = flagsOf({ ...end, lastStall: JUMPED - 1 }, this.arrays);
    return flags | (saved & SAVED_LOW) | ((saved & ~SAVED_LOW) << (SAVED_HIGH_SHIFT - 3));
  }

  /** The access at an address can be ended by `index`. */
  completed(pc: number, index: number): void {
    for (const path of this.waiting.get(pc) ?? []) {
      this.arrays.requests[2 * path + 1] = index;
    }
    this.waiting.delete(pc);
  }

  private put(path: number, pc: number): void {
    this.arrays.requests[2 * path] = pc;
    this.arrays.requests[2 * path + 1] = 0;
  }
}
