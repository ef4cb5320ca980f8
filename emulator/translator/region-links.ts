import { HISTORY } from '../hart/state.js';
import { arenaBytes, type Arena } from '../memory/arena.js';
import type { Region } from './region.js';
import type { RegionExit } from './region-writer.js';

/*
 * Regions lead into each other without a way through the host: in the shared memory stands what of a region, and of its exits,
 * somebody needs to know who goes from one to the next (`region-link-code.ts`).
 */

/** Bytes of a record of a region; then the offsets of its words. */
export const RECORD_SHIFT = 6;
export const recordAt = {
  /** Element of the table of its functions: the one that does not note which banks were granted, and the one that does; 0: none. */
  element: 0,
  tracking: 4,
  /** The hart that its counters are of, and the state of its instruction cache in which all lines were there. */
  hart: 8,
  epoch: 12,
  /** Cycles that it may need to come back. */
  longest: 16,
  /** Whether it has ends of hardware loops. */
  loops: 20,
  exits: 24,
  /** Words of counters, tight loops, and where all counters and then the cycles of tight loops are added up, 32 bits each. */
  words: 28,
  tight: 32,
  sums: 36,
} as const;

/** Bytes of what is known of an exit; then the offsets of its words. */
export const EXIT_SHIFT = 4;
export const exitAt = {
  pc: 0,
  /** Cycles that are not in the time of the function yet. */
  time: 4,
  /** What the flags below say, and the last stall plus 1. */
  flags: 8,
  /** How often another region went on there. */
  left: 12,
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
  /** Of all regions but the last one: cycles, flags of banks, cycles of divisions, targets that straddle fetch words, runs. */
  elapsed: 4,
  odd: 5,
  granted: 6,
  divisions: 7,
  splits: 8,
  runs: 9,
  /** Entries of the list of ways with taken jumps. */
  recorded: 10,
  /** A double: the sum of targets of jumps. */
  targets: 12,
  list: 16,
} as const;
/** In an entry of the list: it is the way to an exit, not an entry of the list of the function. */
export const BY_EXIT = 0x8000;

/** Ways with taken jumps that are remembered: as many as a fault report shows jumps, and each has one at least. */
export const MOST_RECORDED = HISTORY;
/** Cycles for which a region is worth while beyond those it may need to come back. */
export const WORTH = 64;

const MOST_RECORDS = 1 << 12;
/** Bytes of exits and sums. */
const POOL = 1 << 21;
const LINK_BYTES = 4 * link.list + 8 * MOST_RECORDED;

export const linkBytes = (l2: number): readonly number[] => [
  LINK_BYTES,
  MOST_RECORDS << RECORD_SHIFT,
  POOL,
  l2,
];

/** The first word has one counter, the others three. */
const countersOf = (words: number): number => 3 * words - 2;

/** What regions know of each other. */
export class RegionLinks {
  readonly words: Int32Array;
  /** Addresses. */
  readonly controlAt: number;
  readonly recordsAt: number;
  /** By halfword of L2 two bytes: the number of the record of the region that goes on there; 0: none. */
  readonly entriesAt: number;
  readonly control: Int32Array;
  private readonly entries: Uint16Array;
  private readonly poolAt: number;
  private readonly targets: Float64Array;
  private used = 0;
  /** By number of its record. */
  private readonly regions: (Region | undefined)[] = [undefined];

  constructor(
    arena: Arena,
    private readonly l2: { readonly base: number; readonly size: number },
  ) {
    const [control, records, pool, entries] = linkBytes(l2.size).map((bytes) => arena.take(bytes));
    this.words = new Int32Array(control.buffer);
    this.control = new Int32Array(control.buffer, control.at, LINK_BYTES >> 2);
    this.targets = new Float64Array(control.buffer, control.at + 4 * link.targets, 1);
    this.controlAt = control.at;
    this.recordsAt = records.at;
    this.poolAt = pool.at;
    this.entriesAt = entries.at;
    this.entries = new Uint16Array(entries.buffer, entries.at, l2.size >> 1);
  }

  /** Room for a region with so many exits, words of counters and tight loops; undefined where there is none. */
  add(
    region: Region,
    exits: readonly RegionExit[],
    words: number,
    tight: number,
  ): number | undefined {
    const exitBytes = exits.length << EXIT_SHIFT;
    const bytes = arenaBytes(exitBytes + 4 * (countersOf(words) + tight));
    if (this.regions.length === MOST_RECORDS || this.used + bytes > POOL) return undefined;
    const number = this.regions.push(region) - 1;
    const at = this.poolAt + this.used;
    this.used += bytes;
    this.words.fill(0, at >> 2, (at + bytes) >> 2);
    const { words: memory } = this;
    const record = this.recordOf(number);
    memory.fill(0, record, record + (1 << (RECORD_SHIFT - 2)));
    memory[record + (recordAt.hart >> 2)] = -1;
    memory[record + (recordAt.longest >> 2)] = region.longest;
    memory[record + (recordAt.loops >> 2)] = region.loopEnds.length;
    memory[record + (recordAt.exits >> 2)] = at;
    memory[record + (recordAt.words >> 2)] = words;
    memory[record + (recordAt.tight >> 2)] = tight;
    memory[record + (recordAt.sums >> 2)] = at + exitBytes;
    exits.forEach(({ pc, account, pending }, i) => {
      const exit = (at + (i << EXIT_SHIFT)) >> 2;
      memory[exit + (exitAt.pc >> 2)] = pc;
      memory[exit + (exitAt.time >> 2)] = pending.time + account.time;
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

  /** Adds the sums of a region to its counters and the cycles of its tight loops, and forgets them. */
  takeSums(number: number, turns: Float64Array, tight: Float64Array): void {
    const { words } = this;
    let at = this.get(number, 'sums') >> 2;
    for (let i = 0; i < turns.length; i++) turns[i] += words[at + i] >>> 0;
    at += countersOf(this.get(number, 'words'));
    for (let i = 0; i < tight.length; i++) tight[i] += words[at + i] >>> 0;
    words.fill(0, this.get(number, 'sums') >> 2, at + tight.length);
  }

  /** How often a region was left by an exit to another one; forgets it. */
  takeLeft(number: number, exit: number): number {
    const at = this.exitOf(number, exit) + (exitAt.left >> 2);
    const left = this.words[at];
    this.words[at] = 0;
    return left;
  }

  /** Others may lead to a region, which is in L2, or no longer. */
  open(pc: number, number: number): void {
    const offset = (pc >>> 0) - this.l2.base;
    if (offset >= 0 && offset < this.l2.size) this.entries[offset >> 1] = number;
  }

  clear(pcs: Iterable<number>): void {
    for (const pc of pcs) this.open(pc, 0);
    this.regions.length = 1;
    this.used = 0;
  }

  // --- Running -------------------------------------------------------------------------------

  begin(number: number, deadline: number, hart: number, epoch: number): void {
    const { control } = this;
    control.fill(0, 0, link.list);
    control[link.record] = this.recordsAt + (number << RECORD_SHIFT);
    control[link.deadline] = deadline;
    control[link.hart] = hart;
    control[link.epoch] = epoch;
  }

  /** The region that ran last. */
  get last(): Region {
    return this.regions[(this.control[link.record] - this.recordsAt) >> RECORD_SHIFT]!;
  }

  get sumOfTargets(): number {
    return this.targets[0];
  }

  /** The ways with taken jumps before those of the last region, the newest first, while they are wanted. */
  recall(want: (region: Region, way: number, byExit: boolean, value: number) => boolean): void {
    const { control } = this;
    const recorded = control[link.recorded];
    for (let back = 1; back <= Math.min(recorded, MOST_RECORDED); back++) {
      const at = link.list + 2 * ((recorded - back) & (MOST_RECORDED - 1));
      const entry = control[at];
      const region = this.regions[entry >>> 16]!;
      const way = entry & (BY_EXIT - 1);
      if (!want(region, way, (entry & BY_EXIT) !== 0, control[at + 1])) return;
    }
  }
}
