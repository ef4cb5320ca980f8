import { separateArena, type Arena } from '../memory/arena.js';
import { HART_SHIFT, SINK } from './slot.js';

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
  'icache',
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
export const UNTIL = 3;
/** Cycle of the instruction that calls out of the interpreter. */
export const AT = 4;

/** Index into `signals`: somebody's `next` changed outside the interpreter, or the run is to end. */
export const DISTURBED = 0;

/** Taken jumps looked at for the list of last instructions in a fault report. */
export const HISTORY = 16;
/** Taken jumps remembered per hart: more, since a hart that ran ahead may have to be taken back. */
export const RING_SHIFT = 8;
export const RING = 1 << RING_SHIFT;
/** In the source of a remembered jump: an interrupt came before that instruction. */
export const NOT_EXECUTED = 1;

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

/** Words of one hart in `words`: its registers (x0..x31 and the sink), then these; the rest is the translator's. */
export const wordFields = [
  'pc',
  'mode',
  /** Not zero: `attend` must look at this hart before it issues (interrupts, tracing). */
  'attention',
  /** Where the pending access stands. */
  'phase',
  /** TCDM byte offset of the pending access. */
  'requestOffset',
  /** Slot word 0 of the memory instruction in flight. */
  'requestSlot',
  /** Guest address of a misaligned access. */
  'requestAddress',
  /** Low half of a misaligned load that got its first word. */
  'partial',
  /** Cycles that a jump has waited in decode behind the previous instruction. */
  'waited',
  /** Cause of the most recent stall, to cut it where a run ends in the middle of one. */
  'lastStall',
  'historyHead',
  /** What a post-increment access will leave in its base register. */
  'nextBase',
  /** Registers of hardware loops 0 and 1: start, address behind the last instruction, turns to go. */
  'loopStart0',
  'loopEnd0',
  'loopCount0',
  'loopStart1',
  'loopEnd1',
  'loopCount1',
  /** Where the instruction in flight jumps back to, when its slot word says so (bit 31). */
  'loopTarget',
  /** Cycles that this jump back costs. */
  'loopExtra',
  /** Length of the instruction that jumps back. */
  'loopBytes',
  /** Which loops the last watched instruction counted down: bit 0 and bit 1. */
  'loopCounted',
  /** Address of the first instruction after the last pipeline flush. */
  'afterFlush',
  /** Counts up with every change of the hart's private instruction cache. */
  'fetchEpoch',
] as const;

/** Doubles of one hart in `numbers`, before its stall counters. Doubles cannot wrap. */
export const numberFields = [
  /** Cycle in which the next instruction leaves decode or the pending request is raised again. */
  'next',
  /** Cycle of the first request of the pending access. */
  'since',
  /** Earliest cycle in which a jalr that needs the last flagged result can leave decode. */
  'jalrReady',
  'branches',
  'taken',
  'jumps',
  'loads',
  'stores',
  /** Cycles asleep with the clock stopped, completed sleeps only. */
  'sleep',
  'sleepSince',
  /** Cycle in which the hart was started. */
  'startedAt',
  /** Latency of the held access. */
  'heldLatency',
  /** Accesses outside the TCDM, and their cycles. */
  'outerLoads',
  'outerStores',
  'outerLoadCycles',
  'outerStoreCycles',
  /**
   * Bytes of instructions that left decode, less the way from 0 to the pc: changes at jumps only. With
   * the instructions retired it gives the 16-bit ones.
   */
  'walked',
  /** Cycles that jalr waited for its register. */
  'jalrStalls',
  /** Of the accesses outside the TCDM, those to L2. */
  'l2Loads',
  'l2Stores',
] as const;

export type WordField = (typeof wordFields)[number];
export type NumberField = (typeof numberFields)[number];

const FIRST_WORD = SINK + 1;
/** First word of a hart that belongs to the translator. No part of the saved state. */
export const FIRST_PRIVATE = 64;
const FIRST_STALL = 32;

/** Offsets of fields from the start of a hart, for the interpreter's generator. */
export const wordOffset = (field: WordField): number => FIRST_WORD + wordFields.indexOf(field);
export const numberOffset = (field: NumberField): number => numberFields.indexOf(field);
export const stallOffset = (cause: StallCause): number => FIRST_STALL + stall[cause];

type Views = { readonly [F in WordField]: Int32Array } & {
  readonly [F in NumberField]: Float64Array;
};

/**
 * All state of all harts in two arrays and a ring, 2^HART_SHIFT entries a hart: what the interpreter touches in an
 * instruction lies together, nothing is allocated while it runs, and save is a copy. For everybody else
 * each field is a view of its own, indexed by `hart << HART_SHIFT`.
 *
 * Instructions retired are not counted one by one: every cycle in which a hart is awake is either an
 * instruction leaving decode or a stall with a cause, so they follow from time and stalls.
 */
class HartArrays {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly registers: Int32Array;
  /** By cause, from `hart << HART_SHIFT` on. */
  readonly stalls: Float64Array;
  /** Rings of (source, target) of taken branches and jumps, from `hart * 2 * RING` on. */
  readonly history: Int32Array;
  /** Times shared with the interpreter, indexed by NOW, HORIZON, SOON, UNTIL and AT: a double
   * that may become an argument is boxed, and then tested for it at each instruction. */
  readonly clock = new Float64Array(5);
  readonly signals = new Int32Array(1);
  /** Harts that ask for the TCDM in this cycle. */
  readonly requesters: Int32Array;
  /** Called before somebody looks at the counters: translated code counts in a form of its own. */
  settle: () => void = () => undefined;
  /** Jumps (source, target, ...) that translated code remembers as one entry: what its two words stand for. */
  jumpsOf: (source: number, target: number) => readonly number[] = () => [];

  /** @param clockStops cycles of a sleep before the clock stops */
  constructor(
    readonly count: number,
    readonly clockStops: number,
    arena: Arena,
  ) {
    const entries = count << HART_SHIFT;
    const words = arena.take(4 * entries);
    const numbers = arena.take(8 * entries);
    const history = arena.take(8 * RING * count);
    this.words = new Int32Array(words.buffer, words.at, entries);
    this.numbers = new Float64Array(numbers.buffer, numbers.at, entries);
    this.registers = this.words;
    this.stalls = this.numbers.subarray(FIRST_STALL);
    this.history = new Int32Array(history.buffer, history.at, 2 * RING * count);
    this.requesters = new Int32Array(count);
    for (const field of wordFields) {
      Object.defineProperty(this, field, { value: this.words.subarray(wordOffset(field)) });
    }
    for (const field of numberFields) {
      Object.defineProperty(this, field, { value: this.numbers.subarray(numberOffset(field)) });
    }
    this.reset();
  }

  private get views(): Views {
    return this as unknown as Views;
  }

  reset(): void {
    this.settle();
    this.words.fill(0);
    this.numbers.fill(0);
    this.history.fill(0);
    for (let hart = 0; hart < this.count; hart++) {
      this.views.next[hart << HART_SHIFT] = Infinity;
      this.views.mode[hart << HART_SHIFT] = mode.stopped;
    }
  }

  save(): unknown {
    this.settle();
    const words = this.words.slice();
    for (let end = 1 << HART_SHIFT; end <= words.length; end += 1 << HART_SHIFT) {
      words.fill(0, end - (1 << HART_SHIFT) + FIRST_PRIVATE, end);
    }
    const history = this.history.slice();
    this.writeJumps(history);
    return { words, numbers: this.numbers.slice(), history };
  }

  restore(state: unknown): void {
    const saved = state as { words: Int32Array; numbers: Float64Array; history: Int32Array };
    this.settle();
    this.words.set(saved.words);
    this.numbers.set(saved.numbers);
    this.history.set(saved.history);
  }

  /** Adds a taken jump to the ring; the start of a hart is a jump from 0. */
  remember(hart: number, source: number, target: number): void {
    const base = hart << HART_SHIFT;
    const { historyHead } = this.views;
    const at = 2 * (hart * RING + historyHead[base]);
    this.history[at] = source;
    this.history[at + 1] = target;
    historyHead[base] = (historyHead[base] + 1) & (RING - 1);
  }

  /** The last taken jumps of a hart (source, target, ...), newest first; targets are even. */
  takenJumps(hart: number): number[] {
    const { history } = this;
    const head = this.views.historyHead[hart << HART_SHIFT];
    const jumps: number[] = [];
    for (let back = 1; back <= RING && jumps.length < 2 * HISTORY; back++) {
      const at = 2 * (hart * RING + ((head - back) & (RING - 1)));
      const [source, target] = [history[at], history[at + 1]];
      if (target === 0) break;
      const entry = (target & 1) === 0 ? [source, target] : this.jumpsOf(source, target);
      for (let i = entry.length - 2; i >= 0; i -= 2) jumps.push(entry[i], entry[i + 1]);
    }
    jumps.length = Math.min(jumps.length, 2 * HISTORY);
    return jumps;
  }

  /** Fills the rings with an entry for each of the last jumps. */
  writeJumps(history = this.history): void {
    for (let hart = 0; hart < this.count; hart++) {
      const jumps = this.takenJumps(hart);
      const head = this.views.historyHead[hart << HART_SHIFT];
      history.fill(0, 2 * hart * RING, 2 * (hart + 1) * RING);
      for (let i = 0; i < jumps.length; i += 2) {
        const at = 2 * (hart * RING + ((head - 1 - i / 2) & (RING - 1)));
        history[at] = jumps[i];
        history[at + 1] = jumps[i + 1];
      }
    }
  }

  /**
   * How many of `retired` instructions were of 16 bits, when the next one is at `pc`: n instructions
   * of 4 bytes are 4 n bytes, and each short one is 2 less.
   */
  compressedOf(hart: number, retired: number, pc: number): number {
    return 2 * retired - (this.views.walked[hart << HART_SHIFT] + pc) / 2;
  }

  addStall(hart: number, cause: StallCause, cycles: number): void {
    this.stalls[(hart << HART_SHIFT) + stall[cause]] += cycles;
    this.views.lastStall[hart << HART_SHIFT] = stall[cause];
  }

  stallSum(hart: number): number {
    let sum = 0;
    const base = hart << HART_SHIFT;
    for (let cause = 0; cause < stallCauses.length; cause++) sum += this.stalls[base + cause];
    return sum;
  }

  /** A sleep of `cycles` is over: its first cycles are a stall, then the clock stands still. */
  sleptFor(hart: number, cycles: number, cause: StallCause): void {
    const base = hart << HART_SHIFT;
    const awake = Math.min(cycles, this.clockStops);
    this.stalls[base + stall[cause]] += awake;
    this.views.sleep[base] += cycles - awake;
  }

  /** Cycles before `at` in which the clock of a hart that is awake has run, from cycle 0 on. */
  clockedBefore(hart: number, at: number): number {
    return at - this.views.sleep[hart << HART_SHIFT];
  }

  /** Instructions that left decode before cycle `at`, for a hart that is not waiting. */
  retiredBefore(hart: number, at: number): number {
    this.settle();
    const base = hart << HART_SHIFT;
    return at - this.views.startedAt[base] - this.views.sleep[base] - this.stallSum(hart);
  }
}

export type HartState = HartArrays & Views;

export const createHartState = (
  count: number,
  clockStops = 0,
  arena: Arena = separateArena,
): HartState => new HartArrays(count, clockStops, arena) as HartState;
