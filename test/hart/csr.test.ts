import { describe, expect, it } from 'vitest';
import * as e from '../lockstep/encode.js';
import { li, machineFor, nop, tcdm } from '../timing/harness.js';
import { csrr, csrw, csrwi, exitWith, loaded } from './program.js';

const csr = {
  mstatus: 0x300,
  misa: 0x301,
  mie: 0x304,
  mtvec: 0x305,
  mcountinhibit: 0x320,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  mip: 0x344,
  mcycle: 0xb00,
  minstret: 0xb02,
  mhpmevent3: 0x323,
  mhpmcounter3: 0xb03,
};

/** Runs to the end; register 10 of hart 0. */
function a0(code: readonly number[]): number {
  const machine = loaded([...code, ...exitWith(0)]);
  expect(machine.runUntil(10_000)).toMatchObject({ reason: 'exit' });
  return machine.hart(0).registers[10]!;
}

describe('fields that hold legal values only (CV32E40P user manual)', () => {
  const legal: [string, number, number][] = [
    ['mie: lines 3, 7, 11, 16 to 31', csr.mie, 0xffff0888],
    ['mtvec: 256-byte aligned, direct or vectored', csr.mtvec, 0xffffff01],
    ['mepc: an instruction may start at each halfword', csr.mepc, 0xfffffffe],
    ['mcause: interrupt bit and five bits of code', csr.mcause, 0x8000001f],
    ['mstatus: MIE and MPIE, MPP reads machine mode', csr.mstatus, 0x1888],
    ['mtval: always 0', csr.mtval, 0],
    ['mip: read-only', csr.mip, 0],
    ['misa: 32 bit, I, M, C and non-standard extensions', csr.misa, 0x40801104],
    ['mcountinhibit: all counters, and no counter 1', csr.mcountinhibit, 0xfffffffd],
  ];
  it.each(legal)('%s', (_name, number, expected) => {
    const write = [e.addi(5, 0, -1), csrw(number, 5), csrr(10, number)];
    expect(a0(write)).toBe(expected);
  });

  it('every counter of the privileged ISA exists: 3 to 31, with high words and shadows', () => {
    const numbers = Array.from({ length: 29 }, (_, index) => index + 3);
    const reads = numbers.flatMap((n) =>
      [0x320, 0xb00, 0xb80, 0xc00, 0xc80].map((base) => csrr(10, base + n)),
    );
    expect(a0([e.addi(10, 0, 1), ...reads])).toBe(0);
  });
});

describe('a counter that was written', () => {
  const running = csrwi(csr.mcountinhibit, 0);

  it('minstret is read as written by the next instruction (Zicsr)', () => {
    expect(a0([running, csrwi(csr.minstret, 7), csrr(10, csr.minstret)])).toBe(7);
    expect(a0([running, csrwi(csr.minstret, 7), nop, nop, csrr(10, csr.minstret)])).toBe(9);
  });

  it('mcycle goes on in the cycle behind the write: 4 cycles to the next instruction, less 1', () => {
    expect(a0([running, csrwi(csr.mcycle, 7), csrr(10, csr.mcycle)])).toBe(10);
    expect(a0([running, csrwi(csr.mcycle, 7), nop, nop, csrr(10, csr.mcycle)])).toBe(12);
  });

  it('starts with the instruction behind the one that lets it, and stops behind the one that stops it', () => {
    const start = [csrwi(csr.minstret, 0), running, nop, nop];
    expect(a0([...start, csrr(10, csr.minstret)])).toBe(2);
    expect(a0([...start, csrwi(csr.mcountinhibit, 4), nop, csrr(10, csr.minstret)])).toBe(3);
  });

  it('keeps its other half, and what it holds when its events change', () => {
    const code = [
      running,
      csrwi(0xb83, 5),
      csrwi(csr.mhpmcounter3, 9),
      csrwi(csr.mhpmevent3, 2),
      nop,
      csrwi(csr.mhpmevent3, 0),
      nop,
    ];
    // Counted: nop and the write that ends the event.
    expect(a0([...code, csrr(10, csr.mhpmcounter3)])).toBe(11);
    expect(a0([...code, csrr(10, 0xb83)])).toBe(5);
  });

  it('survives save and restore as JSON', () => {
    const machine = loaded([running, ...Array<number>(40).fill(nop), csrr(10, csr.mcycle)]);
    machine.runUntil(20);
    const saved = machine.save();
    expect(() => JSON.stringify(saved)).not.toThrow();
    machine.runUntil(100);
    const first = machine.hart(0).registers[10];
    machine.restore(saved);
    machine.runUntil(100);
    expect(machine.hart(0).registers[10]).toBe(first);
    expect(first).toBeGreaterThan(0);
  });
});

describe('configuration', () => {
  it('refuses an interrupt line that a hart does not have', () => {
    expect(() => machineFor({ set: { 'event.interrupt_line': 12 } })).toThrow(/interrupt line 12/);
  });
});

describe('jalr behind a result', () => {
  it('does not wait for cv.elw: it has answered when it is over (no penalty on use)', () => {
    // The event mask is a register that holds what was written to it: here the target, a c.j to itself.
    const setUp = [...li(6, 0x10204000), ...li(7, tcdm), e.sw(7, 6, 0)];
    const machine = loaded([...setUp, e.iType(0x0b, 3, 5, 6, 0), e.jalr(0, 5, 0)]);
    machine.write(tcdm, Uint8Array.of(1, 0xa0));
    const cycles: number[] = [];
    machine.trace((_hart, _pc, cycle) => cycles.push(cycle));
    machine.runUntil(30);
    const [, , , , , elw, jalr, target] = cycles;
    expect(jalr! - elw!).toBe(4);
    expect(target! - jalr!).toBe(2);
  });
});
