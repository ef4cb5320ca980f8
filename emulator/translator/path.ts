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
  /** Entries that this path has put into the ring of taken jumps. */
  remembered = 0;
  /** Local with the target of its last jump when that is known at run time only, or -1. */
  target = -1;
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
    this.target = from.target;
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
  readonly saved: Int32Array;
  /** Where the hart was when they had these values. */
  readonly resumes: number;
  /** Entries that it has put into the ring of taken jumps. */
  readonly entries: number;
  /** Cycles from the beginning of its frame to its end; `STAMPED`: the frame holds when it began. */
  readonly cycles: number;
  /** Whether the scheduler noted its last stall, and the one before it. */
  readonly stalls: boolean;
}

export const STAMPED = -1;
/** In the place of a target that is known at run time only. */
export const DYNAMIC = -1;

/** The first path is none: it counts nothing, has no jumps, and its frame is empty. */
export const NO_PATH = 0;
/** Words that say so. */
const EMPTY = 5;

/** Paths that have counters, and what one turn through each adds to the numbers of a hart. */
export class Paths {
  size = 0;
  private data = new Int32Array(1 << 12);
  private used = 0;
  /** Where in `data` is what a path counts, behind it its jumps; and what it leaves in the undo log. */
  private counts = new Int32Array(1 << 8);
  private undos = new Int32Array(1 << 8);

  constructor() {
    this.clear();
  }

  /** Only `NO_PATH` is left. */
  clear(): void {
    this.used = 0;
    for (let i = 0; i < EMPTY; i++) this.push(0);
    this.undos[NO_PATH] = this.counts[NO_PATH] = 0;
    this.size = 1;
  }

  private push(value: number): void {
    if (this.used === this.data.length) this.data = doubled(this.data);
    this.data[this.used++] = value;
  }

  private pushAll(values: readonly number[]): void {
    this.push(values.length);
    for (const value of values) this.push(value);
  }

  /** @param jumps sources and targets of the jumps that it takes */
  add(counts: readonly number[], jumps: readonly number[]): number {
    if (this.size === this.counts.length) {
      this.counts = doubled(this.counts);
      this.undos = doubled(this.undos);
    }
    const at = this.used;
    this.counts[this.size] = at;
    this.push(0);
    for (let index = 0; index < COUNTS; index++) {
      if (counts[index] === 0) continue;
      this.push(index);
      this.push(counts[index]);
    }
    this.data[at] = this.used - at - 1;
    this.pushAll(jumps);
    return this.size++;
  }

  /** Of the path that was added last. */
  setUndo(state: PathState, cycles: number, stalls: boolean): void {
    this.undos[this.size - 1] = this.used;
    this.push(state.resumes);
    this.push(state.remembered);
    this.push(cycles);
    this.push(stalls ? 1 : 0);
    this.pushAll(state.saved);
  }

  undo(path: number): Undo {
    const { data } = this;
    const at = this.undos[path];
    const saved = data.subarray(at + 5, at + 5 + data[at + 4]);
    const [resumes, entries, cycles, stalls] = data.subarray(at, at + 4);
    return { saved, resumes, entries, cycles, stalls: stalls !== 0 };
  }

  /** Sources and targets of the jumps of a path. */
  jumps(path: number): Int32Array {
    const { data } = this;
    const at = this.counts[path] + 1 + data[this.counts[path]];
    return data.slice(at + 1, at + 1 + data[at]);
  }

  /** Adds `times` turns through a path to `numbers` from `base` on; returns their instructions. */
  apply(path: number, times: number, numbers: Float64Array, base: number): number {
    const { data } = this;
    const at = this.counts[path];
    const end = at + data[at];
    let instructions = 0;
    for (let i = at + 1; i < end; i += 2) {
      if (data[i] === INSTRUCTIONS) instructions = data[i + 1] * times;
      else numbers[base + data[i]] += data[i + 1] * times;
    }
    return instructions;
  }
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
