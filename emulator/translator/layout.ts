import { FIRST_PRIVATE, RING, wordOffset, type WordField } from '../hart/state.js';
import { HART_SHIFT } from '../hart/slot.js';
import { cacheBytes } from '../icache/arrays.js';
import type { icacheParameters } from '../icache/parameters.js';
import { winnerOf } from '../interconnect/arbiter.js';
import { arenaBytes, type Arena } from '../memory/arena.js';
import type { ConfigOf } from '../sim/parameters.js';
import {
  BOOKED_CONTROL,
  BOOKED_ENTRY,
  BOOKED_HARTS,
  BOOKED_PAD,
  BOOKED_ROOM,
  bookedScratch,
} from './booked-layout.js';
import { linkBytes } from './region-links.js';

/** What translated code shares with the rest of the machine, and what it keeps for itself. */

/** Words of a hart that only the translator uses, as indices into `words`. */
const privateWords = [
  /** Element of the function table that goes on with this hart; 0: translated code does not. */
  'function',
  /**
   * Time of the hart's next event, in cycles since translated code was entered; of a request the cycle
   * in which it is raised for the first time.
   */
  'event',
  /** `jalrReady` in cycles since translated code was entered. */
  'ready',
  /** Address of this hart's undo log. */
  'undo',
  /** Address of this hart's ring of taken jumps. */
  'ring',
  /** One bit, at the place of the hart's number. */
  'bit',
  /** Time of the next event where the wheel does not reach it, else 0: then `event` is before it. */
  'far',
  /** Address of the frame of a path that jumped. */
  'frame',
  /** `lastStall` before the scheduler set it for the last path. */
  'stallBefore',
] as const;
export type PrivateWord = (typeof privateWords)[number];
export const privateWord = (name: PrivateWord): number =>
  FIRST_PRIVATE + privateWords.indexOf(name);

/** Element of the function table that ends an access of the interpreter. */
export const INTERPRETED = 1;
/** Element of the function table that goes on with a hart whose next fetch has a consequence. */
export const RESUME = 2;

export const MAX_HARTS = 16;
/** Cycles that the wheel covers; a hart's next event must never be farther away. */
export const WHEEL = 1024;
/** The longest wait of a hart that the wheel is given. */
export const FARTHEST = WHEEL - 64;
/** Cycles that a hart may run ahead before it hands on to the wheel. */
export const AHEAD = 192;
/** Longest path of one function, in cycles. */
export const LONGEST_PATH = 256;
/** Paths that are counted; more code than that is dropped and starts anew. */
export const MAX_PATHS = 1 << 17;
/** Paths whose counters of one hart stand together: as many as the hart has words. */
export const PATH_BLOCK = 1 << HART_SHIFT;
/** Bytes of a frame in the undo log before the saved words: when it begins, and the path that it belongs to. */
export const FRAME_HEAD = 8;
const UNDO_BYTES = 1 << 15;
/** Keeps the same counter or frame of all harts out of the same set of the host's cache. */
const SKEW = 5 * 64;

/** Bits of the wheel for each cycle, as a power of two: one for each hart. */
export const laneShiftOf = (harts: number): number => (harts > 1 ? 32 - Math.clz32(harts - 1) : 0);
export const wheelBytes = (harts: number): number => (WHEEL << laneShiftOf(harts)) >> 3;

/** In the place of the number of a path: no frame has been written. */
const NO_FRAME = -1;
/** The same, and the hart has not run ahead since: older frames are no longer those of its state. */
export const SETTLED = -2;

const WINNERS = 1 << 11;
function fillWinners(winners: Uint8Array): void {
  for (let i = 0; i < WINNERS; i++) winners[i] = winnerOf(i & 0xff, i >> 8, 8);
}

/** Bytes of the control block. */
const CONTROL = 64;
/** Bytes in which a region leaves what it counted. */
export const REGION_FRAME = 2048;
/** Words of the control block. */
export const control = {
  /** Last cycle in which a function may hand on to another one without the wheel. */
  deadline: 0,
  /** Banks that granted an odd number of requests. */
  toggled: 1,
  /** A double: the cycle that times count from. */
  origin: 2,
  /** First offset in the TCDM that translated code may store to: below it lies code. */
  codeEnd: 4,
} as const;

interface Sizes {
  readonly harts: number;
  readonly tcdm: { readonly size: number; readonly banks: number };
  readonly l2: { readonly size: number };
}

/** Entries that a hart may book before they are arbitrated. */
export const LOG_ENTRIES = 1 << 15;
export const LOG_BYTES = LOG_ENTRIES * BOOKED_ENTRY + BOOKED_PAD + SKEW;
export const DELAY_BYTES = 2 * BOOKED_ROOM + SKEW;
const bookingBytes = (tcdm: Sizes['tcdm']): readonly number[] => [
  (tcdm.size >> 1) + 2,
  BOOKED_CONTROL,
  bookedScratch(tcdm.banks),
  BOOKED_HARTS * LOG_BYTES,
  BOOKED_HARTS * DELAY_BYTES,
];

const counterBytes = (harts: number): number => harts * 4 * MAX_PATHS;
const undoBytes = (harts: number): number => harts * (UNDO_BYTES + SKEW);

/** Bytes of the shared memory of a machine, with or without those of its translator. */
export function sharedBytes(
  { harts, tcdm, l2, icache }: Sizes & { readonly icache: ConfigOf<typeof icacheParameters> },
  translates = true,
): number {
  const entries = harts << HART_SHIFT;
  const parts = [tcdm.size, l2.size, 4 * entries, 8 * entries, 8 * RING * harts, 10 * tcdm.banks];
  const own = [
    CONTROL,
    REGION_FRAME,
    4 * 32,
    2 * wheelBytes(harts),
    8 * WHEEL,
    4 * tcdm.banks,
    WINNERS,
    counterBytes(harts),
    8 * MAX_PATHS,
    undoBytes(harts),
    2 * (tcdm.size + l2.size),
    2 * (tcdm.size + l2.size),
    ...bookingBytes(tcdm),
    ...linkBytes(harts, l2.size),
  ];
  const caches = cacheBytes(icache, harts, (tcdm.size + l2.size) / icache.line);
  return [...parts, ...(translates ? own : [])].reduce(
    (sum, bytes) => sum + arenaBytes(bytes),
    caches,
  );
}

/** The translator's own part of the shared memory. `...At` are addresses in it. */
export class TranslatorArrays {
  readonly control: Int32Array;
  readonly controlAt: number;
  /** Of a bank, one bit: whether it granted an odd number of requests. */
  readonly toggledAt: number;
  /** One double of the control block. */
  readonly origin: Float64Array;
  readonly frame: Int32Array;
  /** The bits of the banks, a word each. */
  readonly banksAt: number;
  /** Lanes of bits, a row for each cycle: all events, and those that are no requests. */
  readonly wheelAt: number;
  readonly othersAt: number;
  readonly wheel: Int32Array;
  readonly others: Int32Array;
  /** 64 bits a cycle: banks that are asked for (0..31), and contested ones (32..63). */
  readonly metaAt: number;
  readonly meta: Int32Array;
  /** By bank: harts whose request has been refused; while a contested cycle is settled, all that ask. */
  readonly asking: Int32Array;
  readonly askingAt: number;
  /** By pointer (3 bits) and requesters (8 bits) the one that an arbiter grants, a byte each. */
  readonly winnersAt: number;
  readonly counters: Int32Array;
  /**
   * Of each path that ends with a request, the address of the instruction, and the element of the function table
   * that ends the access, where it was not known before; 0: there is none yet.
   */
  readonly requests: Int32Array;
  readonly requestsAt: number;
  readonly undo: Int32Array;
  /** Element of the function table that goes on at each halfword of code, 0 = not translated. */
  readonly entries: Int32Array;
  readonly entriesAt: number;
  /** The same for the functions that end the access of a load or store there. */
  readonly completions: Int32Array;
  readonly completionsAt: number;
  /** By word of the TCDM two bytes: who was there while accesses are booked. */
  readonly tags: Uint16Array;
  readonly tagsAt: number;
  readonly booked: Int32Array;
  readonly scratchAt: number;
  readonly logsAt: number;
  readonly delaysAt: number;
  private readonly undoAt: number;
  private readonly firstPaths = new Int32Array(MAX_HARTS);

  /** Address of the counters less that of the words of harts. */
  readonly countersFromWords: number;
  private readonly blockWords: number;

  constructor({ harts, tcdm, l2 }: Sizes, arena: Arena, wordsAt: number) {
    const words = (bytes: number): Int32Array => {
      const { buffer, at } = arena.take(bytes);
      return new Int32Array(buffer, at, bytes >> 2);
    };
    this.control = words(CONTROL);
    this.frame = words(REGION_FRAME);
    const bits = words(4 * 32);
    bits.forEach((_, bank) => (bits[bank] = 1 << bank));
    this.banksAt = bits.byteOffset;
    this.wheel = words(2 * wheelBytes(harts));
    this.others = this.wheel.subarray(this.wheel.length / 2);
    this.meta = words(8 * WHEEL);
    this.asking = words(4 * tcdm.banks);
    const winners = words(WINNERS);
    this.counters = words(counterBytes(harts));
    this.requests = words(8 * MAX_PATHS);
    this.undo = words(undoBytes(harts));
    this.entries = words(2 * (tcdm.size + l2.size));
    this.completions = words(2 * (tcdm.size + l2.size));
    const [tagBytes, ...bookings] = bookingBytes(tcdm);
    const tags = arena.take(tagBytes);
    this.tags = new Uint16Array(tags.buffer, tags.at, tagBytes >> 1);
    this.tagsAt = tags.at;
    const [booked, scratch, logs, delays] = bookings.map((bytes) => words(bytes));
    this.booked = booked;
    this.scratchAt = scratch.byteOffset;
    this.logsAt = logs.byteOffset;
    this.delaysAt = delays.byteOffset;
    this.controlAt = this.control.byteOffset;
    this.toggledAt = this.controlAt + 4 * control.toggled;
    this.origin = new Float64Array(this.control.buffer, this.controlAt + 4 * control.origin, 1);
    this.wheelAt = this.wheel.byteOffset;
    this.othersAt = this.others.byteOffset;
    this.metaAt = this.meta.byteOffset;
    this.askingAt = this.asking.byteOffset;
    this.winnersAt = winners.byteOffset;
    fillWinners(new Uint8Array(winners.buffer, winners.byteOffset, WINNERS));
    this.blockWords = harts * PATH_BLOCK;
    this.countersFromWords = this.counters.byteOffset - wordsAt;
    this.requestsAt = this.requests.byteOffset;
    this.undoAt = this.undo.byteOffset;
    this.entriesAt = this.entries.byteOffset;
    this.completionsAt = this.completions.byteOffset;
  }

  /** Index into `counters` of a path of a hart. */
  counterIndex(hart: number, path: number): number {
    const inBlock = path % PATH_BLOCK;
    return ((path - inBlock) / PATH_BLOCK) * this.blockWords + hart * PATH_BLOCK + inBlock;
  }

  /** The path whose counters are at an index of hart 0. */
  pathOf(index: number): number {
    return Math.floor(index / this.blockWords) * PATH_BLOCK + (index % PATH_BLOCK);
  }

  /** Address of the counter of a path less that of the words of its hart. */
  counterFromWords(path: number): number {
    return this.countersFromWords + 4 * this.counterIndex(0, path);
  }

  undoOf(hart: number): number {
    return this.undoAt + hart * (UNDO_BYTES + SKEW);
  }

  private firstPathAt(hart: number): number {
    return (hart * (UNDO_BYTES + SKEW) + 4) >> 2;
  }

  /** From here on `ran` tells whether functions of the hart left frames. Until then older frames stay. */
  watchUndo(hart: number): void {
    const at = this.firstPathAt(hart);
    this.firstPaths[hart] = this.undo[at];
    this.undo[at] = NO_FRAME;
  }

  /** The hart is where it is: nothing can be taken back. */
  settle(hart: number): void {
    this.undo[this.firstPathAt(hart)] = SETTLED;
  }

  isSettled(hart: number): boolean {
    return this.undo[this.firstPathAt(hart)] === SETTLED;
  }

  ran(hart: number): boolean {
    const at = this.firstPathAt(hart);
    if (this.undo[at] !== NO_FRAME) return true;
    this.undo[at] = this.firstPaths[hart];
    return false;
  }
}

export const othersFromWheel = ({ wheelAt, othersAt }: TranslatorArrays): number =>
  othersAt - wheelAt;

/** Offsets of words from the start of a hart's, in bytes. */
export const wordBytes = (name: WordField): number => 4 * wordOffset(name);
export const privateBytes = (name: PrivateWord): number => 4 * privateWord(name);
