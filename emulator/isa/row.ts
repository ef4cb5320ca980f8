import type { Expression } from './expression.js';

/** An extension that `isa` of the configuration can switch on or off. */
export type Extension =
  | 'i'
  | 'm'
  | 'c'
  | 'zicsr'
  | 'zifencei'
  | 'xcvelw'
  | 'xcvmem'
  | 'xcvmac'
  | 'xcvalu'
  | 'xcvbi'
  | 'xcvbitmanip'
  | 'xcvsimd'
  | 'xcvhwlp'
  /** All of the above but the base, in the older encodings of RI5CY: see `Row.pulp`. */
  | 'xpulpv2';

/**
 * Where the operands of an instruction sit and how they are written in assembly.
 * 32-bit formats are those of the RISC-V manual; `csr`/`csri` are the two forms of Zicsr. The rest is
 * CORE-V: `post` and `index` name the two addressing modes of loads and stores.
 */
export type Format =
  | 'r'
  /** rd, rs1 */
  | 'unary'
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
  | 'none'
  | 'load-post'
  | 'load-post-register'
  | 'load-index'
  | 'store-post'
  | 'store-post-register'
  | 'store-index'
  /** rs1, five-bit signed immediate, target */
  | 'branch-immediate'
  /** rd, rs1, Is3 (bits 29..25), Is2 (bits 24..20) */
  | 'bit-field'
  /** rd, rs1, rs2, Is3 */
  | 'r-shift'
  /** rd, rs1, six-bit immediate whose lowest bit is bit 25 */
  | 'simd-signed'
  | 'simd-unsigned'
  /** Hardware loops: number of the loop, then a register, an offset in words, a count. */
  | 'loop-register'
  | 'loop-offset'
  | 'loop-count'
  | 'loop-setup'
  | 'loop-setup-immediate'
  /** The same with offsets in halfwords, as RI5CY has them. */
  | 'loop-offset-half'
  | 'loop-setup-half'
  | 'loop-setup-immediate-half';

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
  | 'event-load'
  | 'loop';

/** A memory access: `bytes` 1, 2 or 4, sign-extended when `signed`. */
export interface MemoryMeaning {
  readonly bytes: 1 | 2 | 4;
  readonly signed: boolean;
  readonly write: boolean;
  /** What is added to the base: the immediate (default), rs2, or the register in the place of rd. */
  readonly offset?: 'rs2' | 'rd';
  /** The base alone is the address, and the sum is written back to it. */
  readonly postIncrement?: boolean;
}

/** What a hardware-loop instruction sets, and from what. */
export interface LoopMeaning {
  readonly start?: 'offset' | 'register' | 'next';
  readonly end?: 'offset' | 'register';
  readonly count?: 'immediate' | 'register';
}

/** Name, operands and bits of an instruction. A word w is this one when (w & mask) == match. */
export interface Encoding {
  readonly name: string;
  readonly format: Format;
  readonly match: number;
  readonly mask: number;
}

/** One instruction: encoding, operands, meaning and timing class. Everything else derives from it. */
export interface Row extends Encoding {
  readonly extension: Extension;
  /** The older encoding of RI5CY (XpulpV2), which the PULP compiler writes. */
  readonly pulp?: Encoding;
  readonly timing: TimingClass;
  /** rd = result. */
  readonly result?: Expression;
  /** Branches: taken when not zero. */
  readonly condition?: Expression;
  readonly memory?: MemoryMeaning;
  /** Zicsr: what happens to the CSR. */
  readonly csr?: 'write' | 'set' | 'clear';
  readonly loop?: LoopMeaning;
  /**
   * The core takes bits 24..20 for a register although they are part of an immediate, and waits for a
   * load into that register (CV32E40P RTL, decoder: `regb_used_o`).
   */
  readonly waitsForField2?: boolean;
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
  /** Destination; of a store with a register offset that register, of a loop instruction the loop. */
  readonly rd: number;
  readonly rs1: number;
  /** Second source, or the five bits in its place. */
  readonly rs2: number;
  readonly imm: number;
}

export interface Decoded extends Fields {
  readonly row: Row;
  /** The encoding that was found: the row itself, or its older one. */
  readonly encoding: Encoding;
  /** The hart is a RI5CY: some CSRs have other names. */
  readonly pulp: boolean;
  /** The compressed row when the encoding has 16 bits. */
  readonly compressed: CompressedRow | undefined;
  readonly bytes: 2 | 4;
}
