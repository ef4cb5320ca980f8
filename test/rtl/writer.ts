import { registers } from './layout.js';
import { baseRows } from './straight.js';
import type { Row } from '../../emulator/isa/row.js';
import { Assembler, type Label } from '../lockstep/assembler.js';
import * as e from '../lockstep/encode.js';
import { Random } from '../lockstep/random.js';

/** A program in the making: the code, and what the random choices agree on. */
export class Writer {
  readonly asm = new Assembler();
  readonly weights: readonly number[];
  readonly base: readonly Row[] = baseRows;
  /** The few general registers that most instructions use, so that they depend on each other. */
  private readonly few: readonly number[];
  /** A register that has just been produced, or -1. */
  preferred = -1;
  /** Functions that may be called, in the order they are placed. */
  readonly functions: Label[] = [];
  /** Labels whose addresses stand in the table of code addresses. */
  readonly targets: Label[] = [];

  readonly xcv: boolean;
  readonly cluster: boolean;
  readonly harts: number;

  constructor(
    readonly random: Random,
    kind: 'base' | 'xcv' | 'cluster',
  ) {
    this.xcv = kind !== 'base';
    this.cluster = kind === 'cluster';
    this.harts = this.cluster ? random.pick([8, 8, 8, 8, 4, 2, 3, 7]) : 1;
    this.weights = [10, 10, 3, 3, 4, 12, 8].map((weight) => weight * random.between(0, 3) + 1);
    this.few = Array.from({ length: random.between(2, 6) }, () => random.pick(registers.general));
  }

  wide(bits: number): void {
    this.asm.wide('', bits);
  }

  narrow(bits: number): void {
    this.asm.narrow('', bits);
  }

  /** An instruction without effect that no hazard reaches. */
  filler(): void {
    if (this.random.chance(50)) this.narrow(e.cNop);
    else this.wide(e.addi(registers.junk, 0, 1));
  }

  destination(): number {
    const { random } = this;
    if (random.chance(4)) return 0;
    if (this.preferred >= 0 && random.chance(25)) return this.preferred;
    return random.pick(random.chance(80) ? this.few : registers.general);
  }

  source(): number {
    const { random } = this;
    if (random.chance(6)) return 0;
    if (this.preferred >= 0 && random.chance(50)) return this.preferred;
    return random.pick(random.chance(80) ? this.few : registers.general);
  }

  /** Index in the table of code addresses of a label. */
  target(label: Label): number {
    this.targets.push(label);
    return this.targets.length - 1;
  }
}
