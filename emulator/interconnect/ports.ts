/**
 * The ports through which units that are not harts reach the TCDM. A port raises at most one
 * request a cycle in phase 1; `granted` tells the outcome in phase 3 (`settle`). A request that
 * lost must be raised again. Addresses are guest addresses inside the TCDM; an address outside
 * is an OctobarError `unmapped-access`.
 */

/** One 32-bit port, as the DMA has four of them. */
export interface WordPort {
  /** `address` must be word-aligned. */
  read(address: number): void;
  /** `mask` has one bit per byte of the word that is written. */
  write(address: number, data: number, mask: number): void;
  readonly granted: boolean;
  /** Read data, valid in `settle` when granted. */
  readonly data: number;
}

/**
 * The wide port of an accelerator: all adjacent banks that [address, address + bytes) touches are
 * granted together or not at all. One spare lane lets a full-width access start at any byte.
 */
export interface WidePort {
  /** Payload in bytes per cycle. */
  readonly width: number;
  /** Data of the current access: filled in on a granted read, to be filled before `write`. */
  readonly buffer: Uint8Array;
  read(address: number, bytes: number): void;
  write(address: number, bytes: number): void;
  readonly granted: boolean;
  /** Arbitration and data of cycle `now`, in which nobody else asks. */
  finishAlone(now: number): void;
  /** Debugger's view, no time passes: for tables and tests. */
  peek(address: number): number;
}

/** Memory outside the cluster as the DMA sees it: a back door, the DMA adds the time. */
export interface OuterMemory {
  /** True when all of [address, address + bytes) is backed by memory. */
  contains(address: number, bytes: number): boolean;
  load(address: number): number;
  store(address: number, byte: number): void;
}
