/** What the arbitration of booked accesses shares with its caller, and what it keeps for itself. */

/** Words of a hart in the control block, as indices; the words of hart h begin `h << BOOKED_SHIFT` bytes behind those of hart 0. */
export const bookedWord = {
  /** Address of the first entry of the log that is not granted yet. */
  readAt: 0,
  /** Address behind the last entry. The `BOOKED_PAD` bytes from there on are overwritten. */
  endAt: 1,
  /** Cycles that the hart is later than its log says. */
  shift: 2,
  /** Refused cycles of entries that were granted: added to. */
  refusedCycles: 3,
  /** Granted entries of kind 1 that had been refused: added to. */
  hides: 4,
  /** Where the next pair of address of an entry and its refused cycles is written: advanced. */
  delaysAt: 5,
  /** Address behind the room for such pairs. */
  delaysEnd: 6,
  /** Private: `readAt` when the call began; the last cycle in which the hart was refused. */
  firstAt: 7,
  refusedAt: 8,
  /** The same word, private to the merge: where in `requests` the hart requests, or the bank of that (`firstAt`: behind its last fetch). */
  requestAt: 8,
  /** Cycles that fetches waited: added to. */
  waits: 9,
  /** Of these, cycles in which a jalr would have waited for its register anyway: added to. */
  covered: 10,
  /**
   * A line that has something to fetch ahead as soon as the port is free: its number plus 1, or 0; when the hart began in it, and
   * behind how many cycles it asks for it again, a bit each, bit 0 behind one.
   */
  openLine: 11,
  openTime: 12,
  openAsks: 13,
  /** Cycles that the fetch at `readAt` waited already. */
  waited: 14,
  /** Whether the last access that was granted had been refused. */
  wasRefused: 15,
  /** Written by the merge, never read: addresses of the last access that was granted and of the last fetch that waited. */
  grantedAt: 16,
  waitedAt: 17,
  /** The same: own time of the last fetch that changed something, plus 1. */
  fetchedAt: 18,
  /** Private: cycles that the hart will be earlier when the fetch at `readAt` is over. */
  early: 19,
} as const;
export type BookedWord = keyof typeof bookedWord;
export const BOOKED_SHIFT = 7;
/** Harts whose accesses can be booked: their bits and those of a row are one byte and eight. */
export const BOOKED_HARTS = 8;
/** Bytes of the control block: the words of the harts, and then the word `ended`. */
export const BOOKED_CONTROL = (BOOKED_HARTS << BOOKED_SHIFT) + 64;
export const BOOKED_ENDED = BOOKED_HARTS << BOOKED_SHIFT;
/** A double behind it: the cycle of the machine that times count from. */
export const BOOKED_ORIGIN = BOOKED_ENDED + 8;
/** Why a call ended, in the word `ended`. */
export const bookedEnd = {
  until: 0,
  /** An entry of kind `FINAL` would be refused, or wait, in the cycle that was returned. */
  final: 1,
  /** A hart has less than `BOOKED_ROOM` bytes for its delays. */
  delays: 2,
} as const;

/** An entry of a log: offset in the TCDM and kind, then the cycle of the request, 4 bytes each. */
export const BOOKED_ENTRY = 8;
/** Kinds of entries stand in the highest two bits of the offset. */
export const KIND_SHIFT = 30;
/** The access is a store: nothing to the arbitration. */
export const BOOKED_WRITE = 1 << 29;
export const kind = { plain: 0, hides: 1, final: 2, fetch: 3 } as const;

/**
 * An entry of kind `fetch`: the hart begins an instruction in a line, which may not be in its instruction cache. Its first word, from
 * bit 0 on: what a wait changes, `hiding`; cycles in which a jalr behind it waits for its register in any case, which a wait here takes the place of;
 * behind how many cycles the next instructions of the line ask for it, a bit each, the lowest one behind one cycle; whether the
 * instruction ends in the next line, which then is the one that the others ask for; the number of the line; the kind.
 */
export const fetchShift = { hiding: 0, owed: 2, asks: 4, straddles: 11, line: 12 } as const;
export const FETCH_ASKS = 7;
export const MOST_OWED = (1 << (fetchShift.asks - fetchShift.owed)) - 1;
export const FETCH_LINES = 1 << (KIND_SHIFT - fetchShift.line);
/**
 * Whether the second cycle of the jump behind it hides when it waited for more than `owed` cycles: no; yes; if the access before
 * it was refused; not known, so it must not wait.
 */
export const hiding = { never: 0, always: 1, refused: 2, final: 3 } as const;
export const HIDING = 3;

/** Cycles whose bits are kept at once. */
export const SPAN = 512;
/** Cycles that the logs are read ahead: with more of them reading costs less, but a refusal more. */
export const FIRST_WINDOW = 64;
export const SHORTEST_WINDOW = 16;
export const LONGEST_WINDOW = 256;
/**
 * When the next window has twice or half the length: contested cycles times length, summed up over windows; of the sum,
 * one part in 2^decay is lost with each. Measured; no result depends on it.
 */
export const BALANCE = { longer: 1200, shorter: 6400, first: 3000, decay: 4 };
/** Entries that are read at once where they fit. */
export const BATCH = 4;
export const BOOKED_PAD = BATCH * BOOKED_ENTRY;
/** Bytes for delays without which no cycle is arbitrated. */
export const BOOKED_ROOM = 8 * (LONGEST_WINDOW + 1);
/** Time of what stands behind the end of a log: later than anything that is arbitrated. */
export const NEVER = 0x5fff_ffff;

export interface BookedOptions {
  /** Address of the control block, `BOOKED_CONTROL` bytes. */
  readonly controlAt: number;
  /** Address of `bookedScratch(banks)` bytes, which are 0 at first. */
  readonly scratchAt: number;
  /** The arrays of the crossbar: by bank a byte, a byte and a double. */
  readonly pointersAt: number;
  readonly sidesAt: number;
  readonly conflictsAt: number;
  /** The table of `TranslatorArrays`: who wins, by pointer and requesters. */
  readonly winnersAt: number;
  /** A power of two from 2 to 32. */
  readonly banks: number;
  /** 2 to 8. */
  readonly harts: number;
  /** Cycles that a refused entry of kind `hides` takes off what follows it. */
  readonly hidden: number;
}

const WORDS = SPAN / 64;
const KINDS = 64;
/** Addresses relative to the scratch memory. */
export const scratchLayout = (banks: number) => {
  const rows = 0;
  const contested = rows + 8 * SPAN;
  const kinds = contested + 8 * WORDS;
  const asked = kinds + KINDS;
  const flagged = asked + 8 * WORDS * banks;
  const latest = flagged + 4 * SPAN;
  return {
    /** By cycle 8 bytes, one for each hart: 0, or the number of the word that it asks for, and bit 7. */
    rows,
    /** By cycle one bit: a bank may be asked for by several harts. */
    contested,
    /** All first words of entries that were read, by or: bit 31 tells that one was final. */
    kinds,
    /** By 64 cycles and bank 64 bits: who is asked for in which cycle. */
    asked,
    /** By cycle a word with a bit for each bank that may be contested; else 0, also between calls. */
    flagged,
    /** By bank the last cycle after which `pointers` has been written, in this span. */
    latest,
    /** Length of a window, 0 at first. */
    window: latest + 4 * banks,
    end: latest + 4 * banks + 8,
  };
};

/** Cycles whose events the merge keeps: a power of two. */
export const MERGE_SPAN = 128;
/** The same for the merge (`merge-code.ts`), behind the other's; all is 0 also between calls. */
export const mergeLayout = (banks: number) => {
  const wheel = (scratchLayout(banks).end + 63) & -64;
  const requests = wheel + 2 * MERGE_SPAN;
  const pending = requests + 2 * MERGE_SPAN * banks;
  return {
    /** By cycle two bytes: harts whose fetch is due, harts that request. */
    wheel,
    /** By cycle and bank two bytes: who requests, and bit 8: not to be granted without a closer look. */
    requests,
    /** By hart: what its fetch is, of `merge-base.ts`. */
    pending,
    end: pending + 4 * BOOKED_HARTS,
  };
};
/** Bytes of both. */
export const bookedScratch = (banks: number): number => mergeLayout(banks).end;
