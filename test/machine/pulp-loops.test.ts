import { describe, expect, it } from 'vitest';
import { rows } from '../../emulator/isa/table.js';
import { OctobarError } from '../../emulator/sim/error.js';
import { loaded } from '../hart/program.js';
import * as e from '../lockstep/encode.js';
import {
  costsOf,
  half,
  l2,
  li,
  nop,
  tcdm,
  type Instruction,
  type Setting,
} from '../timing/harness.js';

/** Hardware loops of RI5CY: the end register names the last instruction, offsets count halfwords. */
const isa = 'rv32imc_xpulpv2';
const start = l2 + 0x1000;

const matchOf = (name: string): number => rows.find(({ pulp }) => pulp?.name === name)!.pulp!.match;
const starti = (loop: number, offset: number) =>
  matchOf('lp.starti') | (loop << 7) | ((offset >> 1) << 20);
const endi = (loop: number, offset: number) =>
  matchOf('lp.endi') | (loop << 7) | ((offset >> 1) << 20);
const count = (loop: number, rs1: number) => matchOf('lp.count') | (loop << 7) | (rs1 << 15);
const counti = (loop: number, turns: number) => matchOf('lp.counti') | (loop << 7) | (turns << 20);
const setup = (loop: number, rs1: number, offset: number) =>
  matchOf('lp.setup') | (loop << 7) | (rs1 << 15) | ((offset >> 1) << 20);
const setupi = (loop: number, turns: number, offset: number) =>
  matchOf('lp.setupi') | (loop << 7) | ((offset >> 1) << 15) | (turns << 20);

const step = (register: number, by = 1) => e.addi(register, register, by);
/** c.addi register, 1 */
const shortStep = (register: number) => half(0x0005 | (register << 7));
const cNop = half(0x0001);

/** `registers`: set by two instructions each before the code. */
function registersAfter(
  code: readonly Instruction[],
  { registers = {} }: Setting = {},
): readonly number[] {
  const before = Object.entries(registers).flatMap(([x, value]) => {
    const both = li(Number(x), value);
    return both.length === 2 ? both : [...both, nop];
  });
  const machine = loaded([...before, ...code], { set: { isa } });
  const stop = machine.runUntil(10_000);
  if (stop.reason === 'fault') throw stop.error;
  return machine.hart(0).registers;
}

const costs = (code: readonly Instruction[], setting: Setting = {}): number[] =>
  costsOf(code, { ...setting, set: { isa } });

describe('turns', () => {
  it('lp.setupi runs the body, its last instruction included, as often as it says', () => {
    // The end is 8 bytes on: the second of two instructions.
    const r = registersAfter([setupi(0, 7, 8), step(10), step(11, 2), step(12)]);
    expect(r.slice(10, 13)).toEqual([7, 14, 1]);
  });

  it('lp.setup takes its count from a register; 0 and 1 both run the body once', () => {
    for (const [turns, ran] of [
      [0, 1],
      [1, 1],
      [2, 2],
      [100, 100],
    ] as const) {
      const r = registersAfter([setup(1, 5, 8), step(10), step(11)], { registers: { 5: turns } });
      expect(r.slice(10, 12)).toEqual([ran, ran]);
    }
  });

  it('start, end and count one by one, in any order', () => {
    const body = [step(10), step(11)];
    const orders = [
      [starti(0, 12), endi(0, 12), counti(0, 5), ...body],
      [counti(0, 5), starti(0, 8), endi(0, 8), ...body],
      [endi(0, 16), counti(0, 5), starti(0, 4), ...body],
    ];
    for (const code of orders) expect(registersAfter(code).slice(10, 12)).toEqual([5, 5]);
  });

  it('compressed instructions may stand anywhere, also last', () => {
    const r = registersAfter([setupi(0, 9, 10), shortStep(10), step(11), shortStep(12), step(13)]);
    expect(r.slice(10, 14)).toEqual([9, 9, 9, 1]);
  });

  it('a branch inside skips, a jump out leaves the loop', () => {
    // Odd turns skip the step of x11; the sixth turn leaves.
    const code = [
      setupi(0, 20, 24),
      step(10),
      e.iType(0x13, 7, 6, 10, 1), // andi t1, x10, 1
      e.bType(1, 6, 0, 8), // bne t1, x0, +8
      step(11),
      e.bType(0, 10, 5, 12), // beq x10, t0, behind the loop
      step(12),
      nop,
      step(13),
    ];
    const r = registersAfter(code, { registers: { 5: 6 } });
    expect(r.slice(10, 14)).toEqual([6, 3, 5, 1]);
  });

  it('nests two deep, and both may end at the same instruction', () => {
    const inside = registersAfter([
      setupi(1, 3, 16),
      setupi(0, 4, 8),
      step(10),
      step(11),
      step(12),
    ]);
    expect(inside.slice(10, 13)).toEqual([12, 12, 3]);
    const together = registersAfter([setupi(1, 3, 12), setupi(0, 4, 8), step(10), step(11)]);
    expect(together.slice(10, 12)).toEqual([12, 12]);
  });

  it('its registers read and write as CSRs', () => {
    const csrr = (rd: number, csr: number) => e.csr(2, rd, 0, csr);
    const code = [starti(0, 0x40), endi(0, 0x50), count(0, 5), csrr(10, 0x7c0), csrr(11, 0x7c1)];
    const r = registersAfter([...code, csrr(12, 0x7c2)], { registers: { 5: 77 } });
    expect(r.slice(10, 13)).toEqual([start + 8 + 0x40, start + 12 + 0x50, 77]);
    const write = [e.csr(1, 0, 6, 0x7c4), csrr(10, 0x7c4)];
    expect(registersAfter(write, { registers: { 6: start + 0x20 } })[10]).toBe(start + 0x20);
  });
});

describe('cycles', () => {
  it('a jump back is free', () => {
    const turns = 6;
    expect(costs([setupi(0, turns, 8), step(10), step(11), nop])).toEqual([
      1,
      ...Array<number>(2 * turns + 1).fill(1),
    ]);
  });

  it('costs 1 where the body starts with a 32-bit instruction that straddles two words', () => {
    // lp.setupi at 4k + 2: the body starts at 4k + 2 too.
    const code = [cNop, setupi(0, 4, 8), step(10), step(11), nop];
    expect(costs(code)).toEqual([1, 1, 1, 2, 1, 2, 1, 2, 1, 1, 1]);
    // A compressed one there does not.
    const short = [cNop, setupi(0, 4, 6), shortStep(10), step(11), nop];
    expect(costs(short)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('a load at the end waits for its user at the start', () => {
    const code = [setupi(0, 3, 8), step(10), e.lw(10, 5, 0), nop];
    expect(costs(code, { registers: { 5: tcdm } })).toEqual([1, 1, 2, 1, 2, 1, 1, 1]);
  });
});

describe('rules', () => {
  const faultOf = (code: readonly Instruction[]): OctobarError => {
    const stop = loaded(code, { set: { isa } }).runUntil(1000);
    if (stop.reason !== 'fault') throw new Error(`the run ended with ${stop.reason}`);
    return stop.error;
  };

  it('a body of one instruction is refused', () => {
    const error = faultOf([setupi(0, 4, 4), step(10), nop]);
    expect(error.code).toBe('hardware-loop');
    expect(error.reason).toMatch(/lp\.setupi of loop 0: the body must have at least 2/);
  });

  it('a body that ends with a jump is refused', () => {
    const error = faultOf([setupi(1, 4, 8), step(10), e.jType(0, 8), nop, nop]);
    expect(error.reason).toMatch(/must not be a branch or jump, but jal/);
  });

  it('a body outside memory is refused', () => {
    expect(
      faultOf([starti(0, 0), endi(0, 8), e.csr(5, 0, 16, 0x7c0), counti(0, 4)]).reason,
    ).toMatch(/must lie in memory/);
  });
});
