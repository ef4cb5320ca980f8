/**
 * Register maps are data. The model indexes them, the C headers and the register
 * pages are generated from them, and the tests walk them.
 */
export type RegisterAccess = 'rw' | 'ro' | 'wo';

export interface RegisterField {
  readonly name: string;
  readonly lsb: number;
  readonly width: number;
  readonly meaning: string;
}

export interface Register {
  /** Upper-case C name without the prefix of the block. */
  readonly name: string;
  /** Byte offset from the base of the block. */
  readonly offset: number;
  readonly access: RegisterAccess;
  readonly meaning: string;
  readonly reset?: number;
  readonly fields?: readonly RegisterField[];
  /** A register array: `count` copies, `stride` bytes apart (default 1 and 4). */
  readonly count?: number;
  readonly stride?: number;
  /** False: exists in hardware, is not modelled here; a touch is an error that says so by name. */
  readonly modelled?: false;
}

export interface RegisterMap {
  /** Prefix of the C macros, e.g. `EU` or `MCHAN`. */
  readonly name: string;
  readonly meaning: string;
  /** Bytes of address space. */
  readonly size: number;
  readonly registers: readonly Register[];
}
