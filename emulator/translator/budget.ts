import { HART_SHIFT } from '../hart/slot.js';
import { mode, stallCauses, type HartState } from '../hart/state.js';

/** Instructions for each function that is made: the interpreter takes a part of the time for them. */
const PRICE = 250;
/** Instructions after which a function costs half of that: what makes functions has been compiled itself by then. */
const HALF = 250_000;
/** What translated code executed counts this part: a program that has run long will go on for long. */
const TRANSLATED = 8;
/** Fewer functions are not worth a module, nor is less than this part of what there is: each module costs the more. */
const LEAST = 32;
const LEAST_PART = 1 / 4;
/** Cycles between two looks at what was earned, at least and at most. */
const SOONEST = 64;
const LATEST = 8192;

/**
 * How much may be translated. Most runs of firmware that leaves its work to engines are over before the host has compiled
 * what it executes, so functions are earned: by instructions.
 */
export class Budget {
  /** Cycle before which nothing more is earned. */
  lookAt = -Infinity;
  /** Functions that were made before what counts. */
  private before = 0;

  constructor(
    private readonly state: HartState,
    /** Instructions of translated code so far. */
    private readonly translated: () => number,
    /** Functions that were ever made, and those that there are. */
    private readonly store: { readonly made: number; readonly infos: { readonly length: number } },
    /** Instructions before anything is translated; 0: there is no limit. */
    private readonly after: number,
  ) {}

  /** Time, and what was executed, begin anew, or are those of another time. */
  reset(): void {
    this.lookAt = -Infinity;
    this.before = this.store.made;
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
    const { made, infos } = this.store;
    const functions = Math.floor((earned / PRICE) * (1 + earned / HALF)) - (made - this.before);
    const least = Math.max(LEAST, infos.length * LEAST_PART);
    if (functions >= least) return functions;
    const lacking = (least - functions) * PRICE;
    this.lookAt = now + Math.min(Math.max(SOONEST, lacking / this.state.count), LATEST);
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
