import { HART_SHIFT } from '../hart/slot.js';
import { mode, stallCauses, type HartState } from '../hart/state.js';

/** Instructions for each function that is made: the interpreter takes about a third of the time for them. */
const PRICE = 500;
/** What translated code executed counts this part: a program that has run long will go on for long. */
const TRANSLATED = 8;
/** Fewer functions are not worth a module. */
const LEAST = 32;
/** Cycles between two looks at what was earned. */
const LOOK = 1024;

/**
 * How much may be translated. Most runs of firmware that leaves its work to engines are over before the host has compiled
 * what it executes, so functions are earned: by instructions.
 */
export class Budget {
  private lookAt = -Infinity;

  constructor(
    private readonly state: HartState,
    /** Instructions of translated code so far. */
    private readonly translated: () => number,
    /** Functions that were made so far. */
    private readonly made: () => number,
    /** Instructions before anything is translated; 0: there is no limit. */
    private readonly after: number,
  ) {}

  reset(): void {
    this.lookAt = -Infinity;
  }

  /** Whether translated code is worth while at all. */
  begins(now: number): boolean {
    return this.after === 0 || this.executed(now) >= this.after;
  }

  /** How many functions may be made now. */
  functions(now: number): number {
    if (this.after === 0) return Infinity;
    if (now < this.lookAt) return 0;
    const translated = this.translated();
    const earned = this.executed(now) - translated + translated / TRANSLATED;
    const functions = Math.floor(earned / PRICE) - this.made();
    if (functions >= LEAST) return functions;
    this.lookAt = now + LOOK;
    return 0;
  }

  /** Instructions of all harts, about: of one that waits, or is ahead, some cycles are no instructions. */
  private executed(now: number): number {
    const { state } = this;
    let sum = 0;
    for (let hart = 0; hart < state.count; hart++) {
      const base = hart << HART_SHIFT;
      const m = state.mode[base];
      if (m === mode.stopped) continue;
      let until = now;
      if (m === mode.asleep || m === mode.waitForInterrupt) until = state.sleepSince[base];
      else if (m === mode.held) until = state.since[base];
      sum += until - state.startedAt[base] - state.sleep[base];
      for (let cause = 0; cause < stallCauses.length; cause++) sum -= state.stalls[base + cause];
    }
    return sum;
  }
}
