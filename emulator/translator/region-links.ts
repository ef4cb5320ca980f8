import { HISTORY } from '../hart/state.js';
import { arenaBytes, type Arena } from '../memory/arena.js';
import type { Region } from './region.js';
import type { RegionExit } from './region-frame.js';

/*
 * Regions lead into each other without a way through the host: in the shared memory stands what of a region, and of its exits,
 * somebody needs to know who goes from one to the next (`region-link-code.ts`).
 */

/** Bytes of a record of a region; then the offsets of its words. */
export const RECORD_SHIFT = 7;
export const recordAt = {
  /** Element of the table of its functions: the one that does not note which banks were granted, and the one that does; 0: none. */
  element: 0,
  tracking: 4,
  /** The same of the one that books its accesses. */
  booking: 8,
  /** Bytes from the sums of a hart to those of the next one. */
  stride: 12,
  /** Cycles that it may need to come back. */
  longest: 16,
  /** Whether it has ends of hardware loops. */
  loops: 20,
  exits: 24,
  /**
   * Words of counters, tight loops, and where are added up, 32 bits each: all counters, the cycles of tight loops, and by
   * exit how often another region went on there.
   */
  words: 28,
  tight: 32,
  sums: 36,
  /** By hart a byte: there is something in its sums. */
  dirty: 48,
  /** By hart the state of its instruction cache in which all lines were there, plus 1. */
  epochs: 64,
} as const;

/** Bytes of what is known of an exit; then the offsets of its words. */
export const EXIT_SHIFT = 4;
export const exitAt = {
  pc: 0,
  /** Cycles that are not in the time of the function yet. */
  time: 4,
  /** What the flags below say, and the last stall plus 1. */
  flags: 8,
} as const;
/** Another region may go on. */
export const LINKED = 1;
/** It is behind a jump. */
export const JUMPED = 2;
/** There are taken jumps that are in no entry of the list yet. */
export const WAYS = 4;
export const LAST_STALL_SHIFT = 8;

/** Words of what is said before regions run, and after. */
export const link = {
  /** Address of the record of the region to begin with, and of the last one that ran. */
  record: 0,
  /** Cycles until somebody else has something to do. */
  deadline: 1,
  hart: 2,
  epoch: 3,
  /** Of all regions but the last one: cycles, flags of banks, cycles of divisions, targets that straddle fetch words. */
  elapsed: 4,
  odd: 5,
  granted: 6,
  divisions: 7,
  splits: 8,
  /** Loads of L2. */
  outer: 9,
  /** Entries of the list of regions with taken jumps. */
  recorded: 10,
  /** A double: the sum of targets of jumps. */
  targets: 12,
  /** Cycles after which no other region begins. */
  soft: 14,
  list: 16,
} as const;
/** Regions with taken jumps that are remembered: as many as a fault report shows jumps, and each has one at least. */
export const MOST_RECORDED = HISTORY;
/**
 * Bytes of an entry of their list; then the offsets of its words: record and exit, how many entries the list of the function had
 * at its end, where it led, and how many that list had when it began.
 */
export const RECORDED_SHIFT = 4;
export const recordedAt = { exit: 0, taken: 4, target: 8, start: 12 } as const;
/** Cycles for which a region is worth while beyond those it may need to come back. */
export const WORTH = 64;

const MOST_RECORDS = 1 << 12;
/** In an entry of the table by halfword: the instruction there lies in two fetch words. */
export const STRADDLES = 0x8000;
/** Bytes of exits, and of the sums of each hart. */
const EXITS = 1 << 20;
const SUMS = 1 << 19;
export const LINK_BYTES = 4 * link.list + (MOST_RECORDED << RECORDED_SHIFT);

export const linkBytes = (harts: number, l2: number): readonly number[] => [
  LINK_BYTES * harts,
  MOST_RECORDS << RECORD_SHIFT,
  EXITS,
  SUMS * harts,
  l2,
  l2,
];

/** The first word has one counter, the others three. */
const countersOf = (words: number): number => 3 * words - 2;

/** What regions know of each other. */
export class RegionLinks {
  readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  /** Addresses; of what is said to and of hart 0. */
  readonly controlAt: number;
  readonly recordsAt: number;
  /** By halfword of L2 two bytes: the number of the record of the region that goes on there; 0: none. */
  readonly entriesAt: number;
  /** The same for regions that book their fetches. */
  readonly fetchingAt: number;
  /** By hart. */
  readonly controls: readonly Int32Array[];
  private readonly entries: Uint16Array;
  private readonly fetching: Uint16Array;
  private readonly exitsAt: number;
  private readonly sumsAt: number;
  private exitsUsed = 0;
  private sumsUsed = 0;
  /** By number of its record. */
  private readonly regions: (Region | undefined)[] = [undefined];

  constructor(
    arena: Arena,
    private readonly harts: number,
    private readonly l2: { readonly base: number; readonly size: number },
  ) {
    const parts = linkBytes(harts, l2.size).map((bytes) => arena.take(bytes));
    const [control, records, exits, sums, entries, fetching] = parts;
    this.words = new Int32Array(control.buffer);
    this.bytes = new Uint8Array(control.buffer);
    this.controls = Array.from(
      { length: harts },
      (_, hart) => new Int32Array(control.buffer, control.at + hart * LINK_BYTES, LINK_BYTES >> 2),
    );
    this.controlAt = control.at;
    this.recordsAt = records.at;
    this.exitsAt = exits.at;
    this.sumsAt = sums.at;
    this.entriesAt = entries.at;
    this.entries = new Uint16Array(entries.buffer, entries.at, l2.size >> 1);
    this.fetchingAt = fetching.at;
    this.fetching = new Uint16Array(fetching.buffer, fetching.at, l2.size >> 1);
  }

  /** All sums. */
  get sums(): Int32Array {
    return this.words.subarray(this.sumsAt >> 2, (this.sumsAt + this.sumsUsed) >> 2);
  }

  /** Room for a region with so many exits, words of counters and tight loops; undefined where there is none. */
  add(
    region: Region,
    exits: readonly RegionExit[],
    words: number,
    tight: number,
  ): number | undefined {
    const exitBytes = exits.length << EXIT_SHIFT;
    const stride = 4 * (countersOf(words) + tight + exits.length);
    const bytes = arenaBytes(stride * this.harts);
    const { regions, harts } = this;
    if (regions.length === MOST_RECORDS || this.exitsUsed + exitBytes > EXITS) return undefined;
    if (this.sumsUsed + bytes > SUMS * harts) return undefined;
    const number = regions.push(region) - 1;
    const at = this.exitsAt + this.exitsUsed;
    const sums = this.sumsAt + this.sumsUsed;
    this.exitsUsed += exitBytes;
    this.sumsUsed += bytes;
    this.words.fill(0, sums >> 2, (sums + bytes) >> 2);
    const { words: memory } = this;
    const record = this.recordOf(number);
    memory.fill(0, record, record + (1 << (RECORD_SHIFT - 2)));
    memory[record + (recordAt.stride >> 2)] = stride;
    memory[record + (recordAt.longest >> 2)] = region.longest;
    memory[record + (recordAt.loops >> 2)] = region.loopEnds.length;
    memory[record + (recordAt.exits >> 2)] = at;
    memory[record + (recordAt.words >> 2)] = words;
    memory[record + (recordAt.tight >> 2)] = tight;
    memory[record + (recordAt.sums >> 2)] = sums;
    exits.forEach(({ pc, account, pending }, i) => {
      const exit = (at + (i << EXIT_SHIFT)) >> 2;
      memory[exit + (exitAt.pc >> 2)] = pc;
      memory[exit + (exitAt.time >> 2)] = pending.time + account.time;
      memory[exit + (exitAt.flags >> 2)] = 0;
    });
    return number;
  }

  /** Index of the words of a record. */
  private recordOf(number: number): number {
    return (this.recordsAt + (number << RECORD_SHIFT)) >> 2;
  }

  private exitOf(number: number, exit: number): number {
    const exits = this.words[this.recordOf(number) + (recordAt.exits >> 2)];
    return (exits + (exit << EXIT_SHIFT)) >> 2;
  }

  set(number: number, field: keyof typeof recordAt, value: number): void {
    this.words[this.recordOf(number) + (recordAt[field] >> 2)] = value;
  }

  get(number: number, field: keyof typeof recordAt): number {
    return this.words[this.recordOf(number) + (recordAt[field] >> 2)];
  }

  setFlags(number: number, exit: number, flags: number): void {
    this.words[this.exitOf(number, exit) + (exitAt.flags >> 2)] = flags;
  }

  /** All lines of a region are in the instruction cache of a hart while that is in a state. */
  admit(number: number, hart: number, epoch: number): void {
    this.words[this.recordOf(number) + (recordAt.epochs >> 2) + hart] = epoch + 1;
  }

  /** What was in the instruction cache of a hart in any state is no longer known. */
  forgetEpochs(): void {
    const { words, regions, harts } = this;
    for (let number = 1; number < regions.length; number++) {
      const at = this.recordOf(number) + (recordAt.epochs >> 2);
      words.fill(0, at, at + harts);
    }
  }

  /**
   * Adds the sums of a region to its counters, the cycles of its tight loops and how often it was left, and forgets them;
   * false where there is nothing.
   */
  takeSums(
    number: number,
    hart: number,
    turns: Float64Array,
    tight: Float64Array,
    left: Float64Array,
  ): boolean {
    const { words, bytes } = this;
    const flag = 4 * this.recordOf(number) + recordAt.dirty + hart;
    if (bytes[flag] === 0) return false;
    bytes[flag] = 0;
    const first = (this.get(number, 'sums') + hart * this.get(number, 'stride')) >> 2;
    let at = first;
    for (let i = 0; i < turns.length; i++) turns[i] += words[at + i] >>> 0;
    at += countersOf(this.get(number, 'words'));
    for (let i = 0; i < tight.length; i++) tight[i] += words[at + i] >>> 0;
    at += tight.length;
    for (let i = 0; i < left.length; i++) left[i] += words[at + i] >>> 0;
    words.fill(0, first, at + left.length);
    return true;
  }

  /** Others may lead to a region, which is in L2, or no longer. `straddles`: its first instruction lies in two fetch words. */
  open(pc: number, number: number, fetches: boolean, straddles = false): void {
    const offset = (pc >>> 0) - this.l2.base;
    if (offset < 0 || offset >= this.l2.size) return;
    const entries = fetches ? this.fetching : this.entries;
    entries[offset >> 1] = number | (straddles ? STRADDLES : 0);
  }

  /** Forgets all regions; `pcs`: where they are. */
  clear(pcs: Iterable<number>): void {
    for (const pc of pcs) for (const fetches of [false, true]) this.open(pc, 0, fetches);
    this.regions.length = 1;
    this.exitsUsed = this.sumsUsed = 0;
  }

  // --- Running -------------------------------------------------------------------------------

  begin(number: number, deadline: number, hart: number, epoch: number): void {
    const control = this.controls[hart];
    control.fill(0, 0, link.list);
    control[link.record] = this.recordsAt + (number << RECORD_SHIFT);
    control[link.deadline] = deadline;
    control[link.hart] = hart;
    control[link.epoch] = epoch + 1;
    control[link.soft] = 0x7fffffff;
  }

  /** The region that ran last, or runs next. */
  regionOf(control: Int32Array): Region {
    return this.regions[(control[link.record] - this.recordsAt) >> RECORD_SHIFT]!;
  }

  /** Regions with taken jumps before the last one, the newest first, while they are wanted. */
  recall(
    control: Int32Array,
    want: (region: Region, exit: number, target: number, taken: number, start: number) => boolean,
  ): void {
    const recorded = control[link.recorded];
    for (let back = 1; back <= Math.min(recorded, MOST_RECORDED); back++) {
      const entry = (recorded - back) & (MOST_RECORDED - 1);
      const at = link.list + (entry << (RECORDED_SHIFT - 2));
      const word = (field: keyof typeof recordedAt): number =>
        control[at + (recordedAt[field] >> 2)];
      const region = this.regions[word('exit') >>> 16]!;
      const exit = word('exit') & 0xffff;
      if (!want(region, exit, word('target'), word('taken'), word('start'))) return;
    }
  }
}

const targets = new Float64Array(1);
const targetWords = new Int32Array(targets.buffer);
/** The sum of targets of jumps. */
export function sumOfTargets(control: Int32Array): number {
  targetWords[0] = control[link.targets];
  targetWords[1] = control[link.targets + 1];
  return targets[0];
}
