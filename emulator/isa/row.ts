import type { Expression } from './expression.js';

/** An extension that `isa` of the configuration can switch on or off. */
export type Extension = 'i' | 'm' | 'c' | 'zicsr' | 'zifencei' | 'xcvelw';

/**
 * Where the operands of an instruction sit and how they are written in assembly.
 * 32-bit formats are those of the RISC-V manual; `csr`/`csri` are the two forms of Zicsr.
 */
export type Format =
  | 'r'
  | 'i'
  | 'shift'
  | 'load'
  | 'store'
  | 'branch'
  | 'upper'
  | 'jump'
  | 'jalr'
  | 'csr'
  | 'csri'
  | 'fence'
  | 'none';

/** Which rule of the timing table an instruction follows (`hart/timing.ts` has the cycles). */
export type TimingClass =
  | 'alu'
  | 'mul'
  | 'mulh'
  | 'div'
  | 'load'
  | 'store'
  | 'branch'
  | 'jump'
  | 'jalr'
  | 'csr'
  | 'fence'
  | 'ecall'
  | 'ebreak'
  | 'mret'
  | 'wfi'
  | 'event-load';

/** A memory access: `bytes` 1, 2 or 4, sign-extended when `signed`. */
export interface MemoryMeaning {
  readonly bytes: 1 | 2 | 4;
  readonly signed: boolean;
  readonly write: boolean;
}

/** One instruction: encoding, operands, meaning and timing class. Everything else derives from it. */
export interface Row {
  readonly name: string;
  readonly extension: Extension;
  readonly format: Format;
  /** An instruction word w is this one when (w & mask) == match. */
  readonly match: number;
  readonly mask: number;
  readonly timing: TimingClass;
  /** rd = result. */
  readonly result?: Expression;
  /** Branches: taken when not zero. */
  readonly condition?: Expression;
  readonly memory?: MemoryMeaning;
  /** Zicsr: what happens to the CSR. */
  readonly csr?: 'write' | 'set' | 'clear';
}

/** A 16-bit instruction: an encoding of a 32-bit one. */
export interface CompressedRow {
  readonly name: string;
  readonly match: number;
  readonly mask: number;
  /** Name of the row it expands to. */
  readonly base: string;
  /** Assembly operands, with the names of the fields that `expand` fills. */
  readonly operands: string;
  /** Fields of the base instruction; undefined for an encoding that is reserved. */
  readonly expand: (bits: number) => Fields | undefined;
}

/** Operands of a decoded instruction. Registers that the format does not have are 0. */
export interface Fields {
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  readonly imm: number;
}

export interface Decoded extends Fields {
  readonly row: Row;
  /** The compressed row when the encoding has 16 bits. */
  readonly compressed: CompressedRow | undefined;
  readonly bytes: 2 | 4;
}
