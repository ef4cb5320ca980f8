import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import { costsOf, l2, li, nop, tcdm, type Setting } from '../timing/harness.js';
import { bytesOf, elw, exitWith, faultOf, halt, loaded, start, word } from './program.js';

const tcdmEnd = tcdm + 512 * 1024;
const l2End = l2 + 2 * 1024 * 1024;
const alias = 0x10100000;
const sh = (rs2: number, rs1: number, imm: number) => e.sType(0x23, 1, rs1, rs2, imm);
const lh = (rd: number, rs1: number, imm: number) => e.iType(0x03, 1, rd, rs1, imm);
const lhu = (rd: number, rs1: number, imm: number) => e.iType(0x03, 5, rd, rs1, imm);

function finished(code: readonly number[], setting: Setting = {}): MachineApi {
  const machine = loaded([...code, ...exitWith(0)], setting);
  expect(machine.runUntil(100_000)).toMatchObject({ reason: 'exit', code: 0 });
  return machine;
}

describe('misaligned accesses', () => {
  const memory = {
    [tcdm]: 0x83828180,
    [tcdm + 4]: 0x87868584,
    [l2]: 0x83828180,
    [l2 + 4]: 0x87868584,
  };

  it.each([tcdm, l2])('read and write at each offset from 0x%s', (base) => {
    for (let offset = 0; offset < 4; offset++) {
      const machine = finished(
        [
          ...li(5, base + offset),
          e.lw(10, 5, 0),
          lh(11, 5, 0),
          lhu(12, 5, 0),
          ...li(6, 0x11223344),
          e.sw(6, 5, 8),
          sh(6, 5, 16),
        ],
        { words: memory },
      );
      const bytes = [0, 1, 2, 3].map((i) => 0x80 + offset + i);
      const [b0, b1, b2, b3] = bytes as [number, number, number, number];
      const registers = machine.hart(0).registers;
      expect(registers[10]).toBe(((b3 << 24) | (b2 << 16) | (b1 << 8) | b0) >>> 0);
      expect(registers[11]).toBe(((((b1 << 8) | b0) << 16) >> 16) >>> 0);
      expect(registers[12]).toBe((b1 << 8) | b0);
      expect([...machine.read(base + offset + 8, 4)]).toEqual([0x44, 0x33, 0x22, 0x11]);
      expect([...machine.read(base + offset + 16, 4)]).toEqual([0x44, 0x33, 0, 0]);
    }
  });

  it('fault at the first byte outside, at each border', () => {
    const borders: [number, number, (rd: number, rs1: number, imm: number) => number][] = [
      [tcdm - 1, tcdm - 1, e.lw],
      [tcdmEnd - 1, tcdmEnd, lh],
      [tcdmEnd - 1, tcdmEnd, e.lw],
      [tcdmEnd - 3, tcdmEnd, e.lw],
      [l2 - 2, l2 - 2, e.lw],
      [l2End - 1, l2End, lh],
      [l2End - 2, l2End, e.lw],
      [tcdmEnd - 3, tcdmEnd, e.sw],
      [l2End - 3, l2End, e.sw],
    ];
    for (const [at, address, access] of borders) {
      const { code, context } = faultOf(loaded([...li(5, at), access(6, 5, 0)]));
      expect(code, at.toString(16)).toBe('unmapped-access');
      expect(context, at.toString(16)).toMatchObject({ hart: 0, pc: start + 8, address });
    }
  });

  it('count as one load of the hart and two accesses of the TCDM', () => {
    const machine = finished([...li(5, tcdm + 2), e.lw(6, 5, 0), e.lw(6, 5, 2), e.sw(6, 5, 0)]);
    const stats = machine.stats();
    expect(stats.harts[0]).toMatchObject({ loads: 2, stores: 2 });
    // The store that ends the run goes outside.
    expect(stats.tcdm.accesses).toBe(5);
  });

  it('are counted by where they went, second accesses as reads', () => {
    const code = [
      ...li(5, tcdm + 2),
      ...li(7, l2 + 0x800),
      e.lw(6, 5, 0),
      e.lw(6, 5, 2),
      e.sw(6, 5, 0),
      e.lw(6, 7, 0),
      e.lw(6, 7, 4),
      e.lw(6, 7, 8),
      e.sw(6, 7, 0),
    ];
    const { harts, tcdm: banks } = finished(code).stats();
    // Two misaligned accesses; the store that ends the run goes to a peripheral.
    expect(harts[0]).toMatchObject({
      loads: 5,
      stores: 3,
      tcdm_reads: 4,
      tcdm_writes: 1,
      l2_reads: 3,
      l2_writes: 1,
      peripheral_accesses: 1,
    });
    expect(banks).toMatchObject({ accesses: 5, port_reads: 0, port_writes: 0 });
  });
});

describe('test-and-set', () => {
  it('returns the word and leaves -1 behind; a store stores', () => {
    const code = [...li(5, alias + 8), e.lw(10, 5, 0), e.lw(11, 5, 0), e.sw(0, 5, 4)];
    const machine = finished(code, { words: { [tcdm + 8]: 42, [tcdm + 12]: 7 } });
    expect(machine.hart(0).registers.slice(10, 12)).toEqual([42, 0xffffffff]);
    expect([word(machine, tcdm + 8), word(machine, tcdm + 12)]).toEqual([0xffffffff, 0]);
  });

  it('lets one of eight harts through, whose word it was', () => {
    // Everybody swaps; who gets the 0 writes its number.
    const code = [
      ...li(5, alias),
      ...li(7, tcdm + 64),
      e.csr(2, 9, 0, 0xf14),
      e.lw(6, 5, 0),
      e.bType(1, 6, 0, 16),
      e.lw(8, 7, 0),
      e.addi(8, 8, 1),
      e.sw(8, 7, 0),
    ];
    const machine = loaded([...code, halt], { harts: 8 });
    machine.runUntil(200);
    expect(word(machine, tcdm + 64)).toBe(1);
  });

  it('is for whole aligned words', () => {
    for (const access of [e.lw(6, 5, 2), lh(6, 5, 0), sh(6, 5, 0)]) {
      expect(faultOf(loaded([...li(5, alias), access]))).toMatchObject({ code: 'misaligned' });
    }
  });
});

describe('cv.elw of a memory', () => {
  it.each([
    ['TCDM', tcdm, 4],
    ['L2', l2, 10 + 3],
  ] as const)('%s loads as a load does, and flushes what is behind it', (_name, at, cycles) => {
    const setting: Setting = { words: { [at]: 77 }, registers: { 6: at } };
    expect(costsOf([nop, elw(5, 6, 0), e.add(7, 5, 5), nop], setting)).toEqual([1, cycles, 1, 1]);
    const machine = finished([...li(6, at), elw(5, 6, 0), e.add(7, 5, 5)], setting);
    expect(machine.hart(0).registers[7]).toBe(154);
    expect(machine.stats().harts[0]).toMatchObject({ loads: 1 });
  });
});

describe('HTIF', () => {
  const toHost = tcdm + 0x100;

  it.each([toHost, l2 + 0x100])('a store to tohost at 0x%s ends the run with its code', (at) => {
    const machine = loaded([...li(5, at), e.addi(6, 0, 7), nop, e.sw(6, 5, 0)]);
    machine.setToHost(at);
    expect(machine.runUntil(1000)).toEqual({ reason: 'exit', code: 3, hart: 0 });
    expect(machine.now).toBe(5);
  });

  it('other stores do not', () => {
    const machine = loaded([...li(5, toHost), e.addi(6, 0, 7), e.sw(6, 5, 4), e.sw(6, 5, -4)]);
    machine.setToHost(toHost);
    expect(machine.runUntil(1000).reason).toBe('cycle');
  });

  it('a system call is an error with hart, pc and cycle', () => {
    const machine = loaded([...li(5, toHost), e.addi(6, 0, 8), e.sw(6, 5, 0)]);
    machine.setToHost(toHost);
    const { code, context } = faultOf(machine);
    expect(code).toBe('device-misuse');
    expect(context).toMatchObject({ hart: 0, pc: start + 12, address: toHost, cycle: 3 });
  });

  it('of two harts in one cycle the first in hart order ends the run', () => {
    const code = [
      ...li(5, toHost),
      e.csr(2, 6, 0, 0xf14),
      e.iType(0x13, 1, 6, 6, 1),
      e.addi(6, 6, 1),
      e.sw(6, 5, 0),
    ];
    const machine = loaded(code, { harts: 8 });
    machine.setToHost(toHost);
    // All ask for one bank: pointer 0 after reset, so hart 0 wins.
    expect(machine.runUntil(1000)).toEqual({ reason: 'exit', code: 0, hart: 0 });
  });

  it('a symbol between two words is refused', () => {
    expect(() => loaded([]).setToHost(toHost + 2)).toThrow(/aligned/);
  });
});

describe('semihosting', () => {
  const call = (operation: number, argument: number): number[] => [
    ...li(10, operation),
    ...li(11, argument),
    0x01f01013,
    e.ebreak,
    0x40705013,
  ];

  function output(machine: MachineApi): () => string {
    const bytes: number[] = [];
    machine.onOutput((_hart, byte) => bytes.push(byte));
    return () => new TextDecoder().decode(Uint8Array.from(bytes));
  }

  it('prints a string, one cycle a byte, and goes on behind it', () => {
    const machine = loaded([...call(4, tcdm), e.addi(12, 10, 9), ...exitWith(0)]);
    machine.write(tcdm, new TextEncoder().encode('hello\0not this'));
    const text = output(machine);
    const seen: number[] = [];
    machine.trace((_hart, _pc, cycle) => seen.push(cycle));
    expect(machine.runUntil(1000).reason).toBe('exit');
    expect(text()).toBe('hello');
    expect(machine.hart(0).registers[12]).toBe(9);
    // ecall 4, and 5 for the bytes.
    expect(seen[6]! - seen[5]!).toBe(9);
  });

  it('does not print memory without end', () => {
    const machine = loaded([...call(4, tcdm)]);
    machine.write(tcdm, new Uint8Array(300_000).fill(65));
    let bytes = 0;
    machine.onOutput(() => bytes++);
    const { code, context } = faultOf(machine);
    expect(code).toBe('device-misuse');
    expect(context).toMatchObject({ hart: 0, pc: start + 20, address: tcdm });
    expect(bytes).toBeLessThanOrEqual(65536);
  });

  it('reaches its cycle limit when it prints for ever', () => {
    const machine = loaded([...call(4, tcdm), e.jType(0, -28)]);
    machine.write(tcdm, new Uint8Array(60_000).fill(65));
    let bytes = 0;
    machine.onOutput(() => bytes++);
    expect(machine.runUntil(1_000_000).reason).toBe('cycle');
    expect(bytes).toBeLessThan(1_100_000);
  });

  it('ends the run: SYS_EXIT and SYS_EXIT_EXTENDED, with the reason', () => {
    expect(loaded(call(0x18, 0x20026)).runUntil(100)).toMatchObject({ reason: 'exit', code: 0 });
    expect(loaded(call(0x18, 0x20023)).runUntil(100)).toMatchObject({ reason: 'exit', code: 1 });
    const block = { words: { [tcdm]: 0x20026, [tcdm + 4]: 9 } };
    expect(loaded(call(0x20, tcdm), block).runUntil(100)).toMatchObject({ code: 9 });
    const failed = { words: { [tcdm]: 0x20023, [tcdm + 4]: 0 } };
    expect(loaded(call(0x20, tcdm), failed).runUntil(100)).toMatchObject({ code: 1 });
  });

  it('refuses what it does not offer, and arguments that are no memory', () => {
    const place = { hart: 0, pc: start + 20 };
    const error = faultOf(loaded(call(5, tcdm)));
    expect(error).toMatchObject({ code: 'device-misuse', context: place });
    for (const operation of [3, 4, 0x20]) {
      const { code, context } = faultOf(loaded(call(operation, 0x40)));
      expect(code).toBe('unmapped-access');
      expect(context).toMatchObject({ ...place, address: 0x40 });
    }
  });
});

describe('two harts that end the run in the same cycle', () => {
  it('the lower one wins, and nobody counts on', () => {
    const same = loaded(exitWith(7), { harts: 8 });
    expect(same.runUntil(1000)).toEqual({ reason: 'exit', code: 7, hart: 0 });
    for (const hart of same.stats().harts) expect(hart.cycles_active).toBe(same.now);
  });
});

describe('an answer that takes longer', () => {
  it('is not made longer by what another hart does meanwhile', () => {
    // Hart 0 is held by the DMA (its queue is full); hart 1 reads slow peripherals meanwhile.
    const command = (): number[] => [
      e.lw(21, 20, 0),
      e.sw(22, 20, 0),
      e.sw(23, 20, 0),
      e.sw(24, 20, 0),
    ];
    const setUp = [
      ...li(20, 0x10204400),
      ...li(22, 0x1000 | (1 << 17) | (1 << 18)),
      ...li(23, tcdm),
      ...li(24, l2),
    ];
    const flood = [...command(), ...command(), ...command(), ...command(), ...command()];
    const busy = [...li(6, 0x10200000), e.lw(7, 6, 0x18), e.lw(7, 6, 0x18), e.jType(0, -8)];
    const alone = loaded([...setUp, ...flood, ...exitWith(1)], { harts: 1 });
    expect(alone.runUntil(100_000)).toMatchObject({ reason: 'exit', code: 1 });
    const machine = loaded(
      [e.csr(2, 29, 0, 0xf14), e.bType(0, 29, 0, 4 * (busy.length + 1)), ...busy],
      { harts: 2 },
    );
    const first = start + 4 * (busy.length + 2);
    machine.write(first, bytesOf([...setUp, ...flood, ...exitWith(1), halt]));
    expect(machine.runUntil(100_000)).toMatchObject({ reason: 'exit', code: 1 });
    // csrr 1, taken branch 3.
    expect(machine.now - alone.now).toBe(4);
  });
});
