import { HART_SHIFT } from './slot.js';

/** Why a hart was awake without an instruction leaving decode. The order is the index in `stalls`. */
export const stallCauses = [
  'load_use',
  'tcdm_conflict',
  'misaligned',
  'outer_memory',
  'peripheral',
  'branch',
  'jump',
  'mulh',
  'div',
  'csr',
  'fence',
  'trap',
  'event_load',
] as const;
export type StallCause = (typeof stallCauses)[number];

export const stall = Object.fromEntries(stallCauses.map((name, index) => [name, index])) as Record<
  StallCause,
  number
>;

/** Indices into `clock`. */
export const NOW = 0;
export const HORIZON = 1;
export const SOON = 2;

/** Distance between the stall counters of two harts. */
export const STALL_SHIFT = 4;
/** Taken jumps remembered per hart, for the list of last instructions in a fault report. */
export const HISTORY = 16;

/** Where a memory instruction stands. */
export const phase = {
  /** No request, or one aligned word, halfword or byte. */
  simple: 0,
  /** First of two accesses of a misaligned one. */
  low: 1,
  /** Second of two. */
  high: 2,
  /** Through the test-and-set alias. */
  testAndSet: 3,
  /** A halfword at an odd address inside one word. */
  odd: 4,
} as const;

/** What a hart is doing. */
export const mode = {
  running: 0,
  requesting: 1,
  held: 2,
  asleep: 3,
  waitForInterrupt: 4,
  stopped: 5,
} as const;

/**
 * All state of all harts, as arrays: what the interpreter touches in each instruction lies together,
 * nothing is allocated while it runs, and save is a copy. Counters are doubles and cannot wrap.
 *
 * Instructions retired are not counted one by one: every cycle in which a hart is awake is either an
 * instruction leaving decode or a stall with a cause, so they follow from time and stalls.
 */
export class HartState {
  readonly count: number;
  /** Times shared with the interpreter, indexed by NOW, HORIZON and SOON: as arguments doubles are boxed. */
  readonly clock: Float64Array;
  /** Harts that ask for the TCDM in this cycle. */
  readonly requesters: Int32Array;
  /** Not zero: `attend` must look at this hart before it issues (interrupts, tracing). */
  readonly attention: Uint8Array;
  readonly registers: Int32Array;
  readonly pc: Int32Array;
  /** Cycle in which the next instruction leaves decode or the pending request is raised again. */
  readonly next: Float64Array;
  readonly mode: Uint8Array;
  /** Cycle of the first request of the pending access. */
  readonly since: Float64Array;
  /** TCDM byte offset of the pending access. */
  readonly requestOffset: Int32Array;
  /** Slot word 0 of the memory instruction in flight. */
  readonly requestSlot: Int32Array;
  readonly phase: Uint8Array;
  /** Low half of a misaligned load that got its first word. */
  readonly partial: Int32Array;
  /** Address of a misaligned access. */
  readonly requestAddress: Int32Array;
  /** Earliest cycle in which a jalr that needs the last flagged result can leave decode. */
  readonly jalrReady: Float64Array;
  /** Cycles that a jump has waited in decode behind the previous instruction. */
  readonly waited: Float64Array;
  readonly stalls: Float64Array;
  /** Cause of the most recent stall, to cut it where a run ends in the middle of one. */
  readonly lastStall: Uint8Array;
  /** Cycles asleep, completed sleeps only. */
  readonly sleep: Float64Array;
  readonly sleepSince: Float64Array;
  readonly loads: Float64Array;
  readonly stores: Float64Array;
  /** Accesses outside the TCDM. */
  readonly outerLoads: Float64Array;
  readonly outerStores: Float64Array;
  readonly outerLoadCycles: Float64Array;
  readonly outerStoreCycles: Float64Array;
  readonly branches: Float64Array;
  readonly taken: Float64Array;
  readonly jumps: Float64Array;
  /** Ring of (source, target) of taken branches and jumps. */
  readonly history: Int32Array;
  readonly historyHead: Int32Array;
  /** Cycle in which the hart was started. */
  readonly startedAt: Float64Array;
  /** Latency of the held access. */
  readonly heldLatency: Float64Array;

  constructor(count: number) {
    this.count = count;
    const f64 = (): Float64Array => new Float64Array(count);
    const i32 = (): Int32Array => new Int32Array(count);
    this.clock = new Float64Array(3);
    this.requesters = i32();
    this.attention = new Uint8Array(count);
    this.registers = new Int32Array(count << HART_SHIFT);
    this.pc = i32();
    this.next = f64();
    this.mode = new Uint8Array(count);
    this.since = f64();
    this.requestOffset = i32();
    this.requestSlot = i32();
    this.phase = new Uint8Array(count);
    this.partial = i32();
    this.requestAddress = i32();
    this.jalrReady = f64();
    this.waited = f64();
    this.stalls = new Float64Array(count << STALL_SHIFT);
    this.lastStall = new Uint8Array(count);
    this.sleep = f64();
    this.sleepSince = f64();
    this.loads = f64();
    this.stores = f64();
    this.outerLoads = f64();
    this.outerStores = f64();
    this.outerLoadCycles = f64();
    this.outerStoreCycles = f64();
    this.branches = f64();
    this.taken = f64();
    this.jumps = f64();
    this.history = new Int32Array(count * HISTORY * 2);
    this.historyHead = i32();
    this.startedAt = f64();
    this.heldLatency = f64();
    this.reset();
  }

  reset(): void {
    for (const array of this.arrays()) array.fill(0);
    this.next.fill(Infinity);
    this.mode.fill(mode.stopped);
  }

  private arrays(): (Int32Array | Float64Array | Uint8Array)[] {
    return Object.values(this).filter(
      (value) =>
        value instanceof Int32Array || value instanceof Float64Array || value instanceof Uint8Array,
    );
  }

  save(): unknown {
    return this.arrays().map((array) => array.slice());
  }

  restore(state: unknown): void {
    const saved = state as (Int32Array | Float64Array | Uint8Array)[];
    this.arrays().forEach((array, index) => array.set(saved[index]));
  }

  /** Adds a taken jump to the ring; the start of a hart is a jump from 0. */
  remember(hart: number, source: number, target: number): void {
    const at = (hart * HISTORY + this.historyHead[hart]) << 1;
    this.history[at] = source;
    this.history[at + 1] = target;
    this.historyHead[hart] = (this.historyHead[hart] + 1) & (HISTORY - 1);
  }

  addStall(hart: number, cause: StallCause, cycles: number): void {
    const index = stall[cause];
    this.stalls[(hart << STALL_SHIFT) + index] += cycles;
    this.lastStall[hart] = index;
  }

  stallSum(hart: number): number {
    let sum = 0;
    const base = hart << STALL_SHIFT;
    for (let cause = 0; cause < stallCauses.length; cause++) sum += this.stalls[base + cause];
    return sum;
  }

  /** Instructions that left decode before cycle `at`, for a hart that is not waiting. */
  retiredBefore(hart: number, at: number): number {
    return at - this.startedAt[hart] - this.sleep[hart] - this.stallSum(hart);
  }
}
