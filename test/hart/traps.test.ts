import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import { l2, li, nop, tcdm, type Instruction, type Setting } from '../timing/harness.js';
import {
  bytesOf,
  csrr,
  csrw,
  elw,
  eventUnit,
  exitWith,
  halt,
  loaded,
  onlyHart,
  start,
  wfi,
} from './program.js';

const handler = l2 + 0x4000;
const external = 11;
const [mstatus, mie, mtvec, mepc, mcause, mtval] = [0x300, 0x304, 0x305, 0x341, 0x342, 0x343];

/** The handler leaves what it finds in a0 to a4 and ends the run, unless it is told to go on. */
const look = [csrr(10, mepc), csrr(11, mcause), csrr(12, mtval), csrr(13, mstatus)];
const stopHere = [...look, ...exitWith(1)];
/** Clears all events and goes on; a5 counts the visits. */
const goOn = [...look, e.addi(15, 15, 1), e.addi(14, 0, -1), e.sw(14, 6, 0x28), e.mret];

const vector = (mode = 0): number[] => [...li(5, handler | mode), csrw(mtvec, 5)];
/** Software event 0 of this hart is an interrupt; x6 is the event unit, x7 is 1. */
const enable = (globally: boolean): number[] => [
  ...li(6, eventUnit),
  e.addi(7, 0, 1),
  e.sw(7, 6, 0x0c),
  ...li(8, 1 << external),
  csrw(mie, 8),
  ...(globally ? [e.csr(6, 0, 8, mstatus)] : []),
];

function run(
  code: readonly Instruction[],
  routine: readonly number[],
  setting: Setting = {},
): MachineApi {
  const machine = loaded(code, setting);
  machine.write(handler, bytesOf([...routine, halt]));
  const stop = machine.runUntil(20_000);
  if (stop.reason === 'fault') throw stop.error;
  return machine;
}

const [A0, A1, A3, A5] = [10, 11, 13, 15];
const at = (index: number): number => start + 4 * index;

describe('exceptions', () => {
  it.each([
    ['ecall', e.ecall, 11],
    ['ebreak', e.ebreak, 3],
    ['an illegal instruction', 0xffffffff, 2],
    ['a CSR that does not exist', csrr(5, 0x7c0), 2],
    ['a write to a read-only CSR', csrw(0xf14, 5), 2],
  ])(
    '%s: mepc is the instruction, mtval 0, interrupts off, the old enable in MPIE',
    (_n, code, cause) => {
      const set = [...vector(1), e.csr(6, 0, 8, mstatus)];
      const machine = run([...set, code], stopHere);
      const registers = machine.hart(0).registers;
      // Exceptions go to the base also in vectored mode.
      expect(registers.slice(A0, A3 + 1)).toEqual([at(set.length), cause, 0, 0x1880]);
    },
  );

  it('mret goes to mepc, restores MIE and sets MPIE', () => {
    const set = [...vector(), ...li(9, at(8)), csrw(mepc, 9), e.mret, nop, nop];
    expect(set).toHaveLength(9);
    const machine = run([...set.slice(0, 8), csrr(20, mstatus), ...exitWith(2)], stopHere);
    // MPIE was 0, so MIE is 0 now; MPIE reads 1 and MPP machine mode.
    expect(machine.hart(0).registers[20]).toBe(0x1880);
  });

  it('of a 16-bit instruction at an odd halfword', () => {
    const machine = run([...vector(), { half: e.cNop }, { half: e.cEbreak }], stopHere);
    expect(machine.hart(0).registers[A0]).toBe(at(3) + 2);
  });
});

describe('interrupts', () => {
  it('of the event unit come in direct and vectored mode', () => {
    for (const mode of [0, 1]) {
      const set = [...vector(mode), ...enable(true), e.sw(7, 6, 0x100)];
      const machine = loaded([...set, ...Array<number>(20).fill(nop)]);
      // 256-byte table of jumps to the routine behind it, in both modes.
      const table = Array.from({ length: 32 }, (_, line) => e.jType(0, 4 * (32 - line)));
      machine.write(handler, bytesOf([...table, ...stopHere]));
      const visited: number[] = [];
      machine.trace((_hart, pc) => visited.push(pc));
      expect(machine.runUntil(1000).reason).toBe('exit');
      expect(visited).toContain(handler + (mode === 1 ? 4 * external : 0));
      const registers = machine.hart(0).registers;
      expect(registers[A1]).toBe(0x8000000b);
      expect(registers[A3]).toBe(0x1880);
      // What is interrupted is what would have left decode.
      expect(visited.at(-(stopHere.length + 2))).toBe(registers[A0]! - 4);
    }
  });

  it('do not come while MIE is 0, and come when it is set', () => {
    const set = [...vector(), ...enable(false), e.sw(7, 6, 0x100), ...Array<number>(9).fill(nop)];
    const machine = run([...set, e.csr(6, 0, 8, mstatus), nop], stopHere);
    expect(machine.hart(0).registers[A0]).toBe(at(set.length + 1));
  });

  it('go on where they came, once', () => {
    const count = Array<number>(30).fill(e.addi(20, 20, 1));
    const machine = run(
      [...vector(), ...enable(true), e.sw(7, 6, 0x100), ...count, ...exitWith(3)],
      goOn,
    );
    expect(machine.hart(0).registers[20]).toBe(30);
    expect(machine.hart(0).registers[A5]).toBe(1);
  });

  it('wait for the end of an access that lost its bank', () => {
    // Eight harts read one word for ever; each gets an interrupt at some time. The load is never repeated.
    const loop = [
      ...li(9, tcdm),
      e.lw(16, 9, 0),
      e.addi(20, 20, 1),
      e.addi(21, 21, -1),
      e.bType(1, 21, 0, -12),
    ];
    const code = [...vector(), ...enable(true), ...li(21, 40), e.sw(7, 6, 0x100), ...loop, halt];
    const machine = run(code, goOn, { harts: 8 });
    machine.stats().harts.forEach((hart, index) => {
      expect(machine.hart(index).registers[20]).toBe(40);
      expect(hart.loads).toBe(40);
    });
  });

  it('wake wfi: with MIE 0 it goes on, with MIE 1 the handler sees the instruction behind it', () => {
    for (const globally of [false, true]) {
      const set = [...vector(), ...enable(globally)];
      // Hart 1 is woken by hart 0, long after.
      const code = [
        ...set,
        e.addi(9, 0, 2),
        ...onlyHart(1, [wfi, e.addi(20, 0, 1), nop, ...exitWith(4)]),
        ...li(5, 200),
        e.addi(5, 5, -1),
        e.bType(1, 5, 0, -4),
        e.sw(9, 6, 0x100),
      ];
      const machine = run(code, stopHere, { harts: 2 });
      const registers = machine.hart(1).registers;
      expect(registers[20]).toBe(globally ? 0 : 1);
      if (globally) expect(registers[A0]).toBe(at(set.length + 5));
      expect(machine.stats().harts[1]!.cycles_sleep).toBeGreaterThan(700);
    }
  });

  it('take a hart out of cv.elw and let it sleep again: it arrives at a barrier once', () => {
    // Hart 1 waits at the barrier; hart 0 interrupts it twice and comes late.
    const wait = (cycles: number): number[] => [
      ...li(5, cycles),
      e.addi(5, 5, -1),
      e.bType(1, 5, 0, -4),
    ];
    const set = [
      ...vector(),
      ...enable(true),
      e.addi(9, 0, 2),
      ...li(16, 0x10000),
      e.sw(16, 6, 0),
      e.addi(17, 0, 3),
      e.sw(17, 6, 0x200),
      e.sw(17, 6, 0x20c),
    ];
    const code = [
      ...set,
      ...onlyHart(1, [elw(18, 6, 0x21c), e.addi(20, 0, 1)]),
      // Hart 1 goes on behind what hart 0 does.
      e.bType(1, 20, 0, 4 * 15),
      ...wait(50),
      e.sw(9, 6, 0x100),
      ...wait(50),
      e.sw(9, 6, 0x100),
      ...wait(50),
      elw(18, 6, 0x21c),
    ];
    const two = run([...code, nop, nop, nop], goOn, { harts: 2 });
    const sleeper = two.hart(1);
    expect(sleeper.registers[A5]).toBe(2);
    expect(sleeper.registers[20]).toBe(1);
    expect(sleeper.registers[18]).toBe(0x10000);
    expect(sleeper.registers[A0]).toBe(at(set.length + 3));
    // Both have left, so the barrier fired: once.
    expect(two.hart(0).state).toBe('running');
    expect(two.hart(0).registers[18]).toBe(0x10000);
  });
});
