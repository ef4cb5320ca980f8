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
} as const;
export type BookedWord = keyof typeof bookedWord;
export const BOOKED_SHIFT = 6;
/** Harts whose accesses can be booked: their bits and those of a row are one byte and eight. */
export const BOOKED_HARTS = 8;
/** Bytes of the control block: the words of the harts, and then the word `ended`. */
export const BOOKED_CONTROL = (BOOKED_HARTS << BOOKED_SHIFT) + 64;
export const BOOKED_ENDED = BOOKED_HARTS << BOOKED_SHIFT;
/** Why a call ended, in the word `ended`. */
export const bookedEnd = {
  until: 0,
  /** An entry of kind `FINAL` would be refused in the cycle that was returned. */
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
export const kind = { plain: 0, hides: 1, final: 2 } as const;

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
export const bookedScratch = (banks: number): number => scratchLayout(banks).end;
