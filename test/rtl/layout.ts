/**
 * Where a generated program lies and what its registers are for. Random instructions compute with the
 * general registers only; the others always hold what an address needs, so that no program leaves its memory.
 */
export const codeBase = 0x1c008000;
export const entryOffset = 0x80;
export const tcdm = 0x10000000;
/** Tables that the program only reads, around `registers.table`. */
export const tables = tcdm + 0x800;
/** Tables of hart h lie so much further. */
export const tableStride = 0x800;
/** Final registers, 32 words for each hart. */
export const dump = tcdm + 0x6000;
/** Middle of the window that loads and stores move about in. */
export const window = tcdm + 0x10000;

export const registers = {
  /** Always `tables`. */
  table: 3,
  /** Always 1: multiplied or divided by it, an address stays one. */
  one: 19,
  /** Addresses inside the window. */
  pointers: [2, 8, 9, 18],
  /** Small numbers of either sign: offsets. */
  indexes: [20, 21],
  /** Addresses of code, on the way to a jalr: anybody may overwrite them. */
  links: [1, 5, 6],
  /** Counters of nested loops. */
  counters: [25, 26, 27],
  /** May receive what depends on time or place; nobody computes with it. */
  junk: 31,
  /** Belongs to the trap handler. */
  handler: 30,
  general: [10, 11, 12, 13, 14, 15, 7, 16, 22, 23, 24],
  /** In a cluster: base of the event unit, and 1 << hart. */
  events: 28,
  bit: 17,
  /** Where functions keep their way back. */
  ways: [4, 29],
} as const;

/** Offsets from `registers.table`. */
export const slots = {
  /** Addresses in the window. */
  pointers: { at: -0x400, count: 32 },
  /** Offsets between -64 and 64. */
  indexes: { at: -0x300, count: 32 },
  /** The numbers 0, 1, 2, ... */
  counts: { at: -0x280, count: 8 },
  /** Any words. */
  words: { at: -0x200, count: 64 },
  /** Addresses of code, filled by the program's jumps in order. */
  code: { at: 0, count: 256 },
} as const;
