import { Assembler, type Label } from './assembler.js';
import { split, uType, addi, cLi } from './encode.js';
import { cornerValue, Random } from './random.js';

/**
 * The record of a program in data memory, byte offsets. It holds the register values a program
 * starts with and, afterwards, those it ended with; a window for loads and stores; and a little
 * memory of the machinery. Everything but `back`, `trapSave` and `spill` is compared.
 */
export const record = {
  /** Return address into the dispatcher; the place of x0 in the register file, so it costs nothing. */
  back: 0,
  /** x1..x31 at 4 * number. */
  registers: 0,
  index: 128,
  trapHash: 132,
  /** Two registers that the trap handler borrows. */
  trapSave: 136,
  /** An address on its way through memory, at any alignment. */
  spill: 144,
  /** Saved links of non-leaf functions. */
  links: 152,
  window: 176,
  windowBytes: 512,
  bytes: 704,
} as const;

export const functionSlots = 4;

/** A function that the program may call: generated after the body. */
export interface Callee {
  readonly label: Label;
  readonly link: number;
  readonly leaf: boolean;
  readonly slot: number;
}

/**
 * What the generator knows while it writes a program. Registers that hold addresses are `hidden`:
 * no random instruction reads or writes them, so that no result depends on where the program lies.
 * Loop counters are `fixed`: they may be read, not written.
 */
export class Context {
  readonly asm = new Assembler();
  readonly random: Random;
  hidden = 0;
  fixed = 0;
  /** Pointer into the record, and its distance from the start of the record. */
  readonly pointer: number;
  readonly delta: number;
  /** Holds the address of `start`. */
  readonly code: number;
  readonly start: Label;
  /** Loop counters: two for the body, one for functions, which never write the others. */
  readonly counters: readonly [number, number, number];
  /** Target of calls by register: hidden inside functions. */
  readonly far: number;
  readonly callees: Callee[] = [];
  /** The program installs its own trap handler, so it may trap. */
  readonly traps: boolean;
  /** mstatus.MIE and mie are never both written: no interrupt can arrive. */
  readonly csrFlavour: 'mstatus' | 'mie';
  /** The program's own character: relative frequencies. */
  readonly weights: readonly number[];

  constructor(random: Random) {
    this.random = random;
    this.start = this.asm.label('start');
    const reserved = distinct(random, 6);
    this.pointer = reserved[0];
    this.code = reserved[1];
    this.counters = [reserved[2], reserved[3], reserved[4]];
    this.far = reserved[5];
    const delta = random.chance(60)
      ? record.window + random.below(440)
      : random.between(-1300, 1900);
    this.delta = random.chance(85) ? delta & -4 : delta;
    this.hidden = (1 << this.pointer) | (1 << this.code);
    this.traps = random.chance(35);
    this.csrFlavour = random.chance(50) ? 'mstatus' : 'mie';
    this.weights = Array.from({ length: 16 }, () => random.between(2, 10));
  }

  private free(mask: number, low: number, high: number): number {
    for (let tries = 0; tries < 200; tries++) {
      const r = this.random.between(low, high);
      if (((mask >>> r) & 1) === 0) return r;
    }
    throw new Error('no free register');
  }

  /** A register that may be written; x0 now and then. */
  destination(): number {
    return this.random.chance(5) ? 0 : this.free(this.hidden | this.fixed, 1, 31);
  }

  /** A register that may be written, never x0. */
  writable(): number {
    return this.free(this.hidden | this.fixed, 1, 31);
  }

  source(): number {
    return this.free(this.hidden, 0, 31);
  }

  /** x8..x15, writable. */
  writableP(): number {
    return this.free(this.hidden | this.fixed, 8, 15);
  }

  sourceP(): number {
    return this.free(this.hidden, 8, 15);
  }

  isWritable(r: number): boolean {
    return (((this.hidden | this.fixed) >>> r) & 1) === 0;
  }

  hide(r: number): void {
    this.hidden |= 1 << r;
  }

  show(r: number): void {
    this.hidden &= ~(1 << r);
  }

  /** rd = value, in the shortest of several ways. */
  constant(rd: number, value: number): void {
    const signed = value | 0;
    if (signed >= -32 && signed < 32 && rd !== 0 && this.random.chance(60)) {
      this.asm.narrow('c.li', cLi(rd, signed));
    } else if (signed >= -2048 && signed < 2048) {
      this.asm.wide('addi', addi(rd, 0, signed));
    } else {
      const { high, low } = split(signed);
      this.asm.wide('lui', uType(0x37, rd, high));
      if (low !== 0) this.asm.wide('addi', addi(rd, rd, low));
    }
  }

  randomConstant(rd: number): void {
    this.constant(rd, cornerValue(this.random));
  }
}

/** Registers for the roles, with the compressed range and sp over-represented. */
function distinct(random: Random, count: number): number[] {
  const taken: number[] = [];
  while (taken.length < count) {
    // The pointer comes first: compressed loads and stores want it in x8..x15 or x2.
    const r =
      taken.length === 0 && random.chance(60)
        ? random.pick([2, 8, 9, 10, 11, 12, 13, 14, 15])
        : random.between(1, 31);
    if (!taken.includes(r)) taken.push(r);
  }
  return taken;
}
