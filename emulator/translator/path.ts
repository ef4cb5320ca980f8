import {
  numberOffset,
  stall,
  stallOffset,
  type NumberField,
  type StallCause,
} from '../hart/state.js';

/** Entries of a path's counts: the doubles of a hart that a path can add to, and instructions. */
export const COUNTS = 64;
/** Instructions that left decode; no field of a hart, for the statistics of the tiers. */
export const INSTRUCTIONS = COUNTS - 1;

/** What is known at one place of a path, when its function is written. */
export class PathState {
  /** Cycles since the local that holds the time. */
  time = 0;
  /** From when on a jalr may go, in cycles since that local; `UNKNOWN`: as `ready` of the hart says. */
  ready = UNKNOWN;
  /** Instructions since the beginning, as far as `ready` may still matter. */
  age = 0;
  /** Cycles that the jump that comes next has waited in decode. */
  waited = 0;
  /** Local that holds them when they are not known here, or -1. */
  waitedLocal = -1;
  /** Local that holds `ready` of the hart, or -1. */
  readyLocal = -1;
  lastStall = -1;
  /** Taken jumps that this path has put into the ring of the hart. */
  remembered = 0;
  /** Where the hart is when its frame begins, and when: in cycles since the local that holds the time. */
  resumes = 0;
  begun = 0;
  /** Whether the frame holds when it begins. It need not while the time is known to the cycle. */
  stamped = false;
  /** Registers whose value stands in their local, and those of them whose value stands nowhere else, by bit. */
  loaded = 0;
  dirty = 0;
  /** Words of the hart that this path has saved, in the order of its frame. */
  readonly saved: number[];
  /** What a turn adds, entry by entry. A plain list: a typed array of its own costs the host more than its bytes. */
  readonly counts: number[];
  /** Lines of code that are known to be in the instruction cache. */
  readonly lines: number[];
  /** Sources and targets of taken jumps. */
  readonly jumps: number[];

  constructor(from?: PathState) {
    this.counts = from ? from.counts.slice() : zeros.slice();
    this.lines = from ? from.lines.slice() : [];
    this.saved = from ? from.saved.slice() : [];
    this.jumps = from ? from.jumps.slice() : [];
    if (from === undefined) return;
    this.time = from.time;
    this.ready = from.ready;
    this.age = from.age;
    this.waited = from.waited;
    this.waitedLocal = from.waitedLocal;
    this.readyLocal = from.readyLocal;
    this.lastStall = from.lastStall;
    this.remembered = from.remembered;
    this.resumes = from.resumes;
    this.begun = from.begun;
    this.stamped = from.stamped;
    this.loaded = from.loaded;
    this.dirty = from.dirty;
  }

  count(field: NumberField, by = 1): void {
    this.counts[numberOffset(field)] += by;
  }

  stall(cause: StallCause, cycles: number): void {
    this.counts[stallOffset(cause)] += cycles;
    this.lastStall = stall[cause];
  }

  retire(cost: number): void {
    this.counts[INSTRUCTIONS]++;
    this.time += cost;
    this.age++;
  }
}

const zeros: readonly number[] = Array.from({ length: COUNTS }, () => 0);

export const UNKNOWN = -1_000_000;

/** What a path leaves in the undo log. */
export interface Undo {
  /** Words of the hart that were saved, in their order. */
  readonly saved: readonly number[];
  /** Where the hart was when they had these values. */
  readonly resumes: number;
  /** Taken jumps that it has put into the ring of the hart. */
  readonly jumps: number;
  /** Cycles from the beginning of its frame to its end; `STAMPED`: the frame holds when it began. */
  readonly cycles: number;
}

export const STAMPED = -1;

/** Paths that have counters, and what one turn through each adds to the numbers of a hart. */
export class Paths {
  readonly undo: Undo[] = [];
  private readonly indices: Uint8Array[] = [];
  private readonly amounts: Int32Array[] = [];

  get size(): number {
    return this.indices.length;
  }

  clear(): void {
    this.undo.length = 0;
    this.indices.length = 0;
    this.amounts.length = 0;
  }

  add(counts: readonly number[], undo: Undo): number {
    this.undo.push(undo);
    const indices: number[] = [];
    counts.forEach((amount, index) => {
      if (amount !== 0) indices.push(index);
    });
    this.indices.push(Uint8Array.from(indices));
    this.amounts.push(Int32Array.from(indices, (index) => counts[index]));
    return this.indices.length - 1;
  }

  /** Adds `times` turns through a path to `numbers` from `base` on; returns their instructions. */
  apply(path: number, times: number, numbers: Float64Array, base: number): number {
    const indices = this.indices[path];
    const amounts = this.amounts[path];
    let instructions = 0;
    for (let i = 0; i < indices.length; i++) {
      if (indices[i] === INSTRUCTIONS) instructions = amounts[i] * times;
      else numbers[base + indices[i]] += amounts[i] * times;
    }
    return instructions;
  }
}
