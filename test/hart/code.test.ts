import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import { CodeCache } from '../../emulator/hart/code-cache.js';
import { timingParameters } from '../../emulator/hart/timing.js';
import { createDecoder } from '../../emulator/isa/decoder.js';
import { extensionsOf } from '../../emulator/isa/table.js';
import { Memory } from '../../emulator/memory/memory.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import * as e from '../lockstep/encode.js';
import { l2, li, nop, tcdm, type Instruction } from '../timing/harness.js';
import { bytesOf, exitWith, faultOf, halt, loaded } from './program.js';

/** Code that is written while it runs is seen at once, whoever writes it. */
const tcdmEnd = tcdm + 512 * 1024;
const l2End = l2 + 2 * 1024 * 1024;
const ret = e.jalr(0, 1, 0);
const sh = (rs2: number, rs1: number, imm: number) => e.sType(0x23, 1, rs1, rs2, imm);

/** Calls `at` twice and stores `value` to `to` in between; a0 = 10 is what the callee works on. */
function patched(
  at: number,
  callee: readonly Instruction[],
  to: number,
  store: (rs2: number, rs1: number, imm: number) => number,
  value: number,
): MachineApi {
  const call = [...li(5, at), e.jalr(1, 5, 0)];
  const machine = loaded([
    e.addi(10, 0, 10),
    ...call,
    e.addi(12, 10, 0),
    ...li(6, to),
    ...li(7, value),
    store(7, 6, 0),
    e.addi(10, 0, 10),
    ...call,
    ...exitWith(0),
  ]);
  machine.write(at, bytesOf(callee));
  expect(machine.runUntil(10_000).reason).toBe('exit');
  return machine;
}

describe('a hart that stores into code', () => {
  it('in the last word of the TCDM', () => {
    // c.addi a0, 5 and c.jr ra fill the last word.
    const code = [{ half: e.cAddi(10, 5) }, { half: e.cJr(1) }];
    const machine = patched(tcdmEnd - 4, code, tcdmEnd - 4, sh, e.cAddi(10, 7));
    expect(machine.hart(0).registers[12]).toBe(15);
    expect(machine.hart(0).registers[10]).toBe(17);
  });

  it('in the first word of the TCDM and of L2', () => {
    for (const at of [tcdm, l2]) {
      const machine = patched(at, [e.addi(10, 10, 5), ret], at, e.sw, e.addi(10, 10, 7) | 0);
      expect(machine.hart(0).registers[10]).toBe(17);
    }
  });

  it('over the second half of a 32-bit instruction', () => {
    for (const at of [tcdm + 0x100, tcdm + 0x102, l2 + 0x200, l2 + 0x202]) {
      const upper = e.addi(10, 10, 7) >>> 16;
      const machine = patched(at, [e.addi(10, 10, 5), ret], at + 2, sh, upper);
      expect(machine.hart(0).registers[12]).toBe(15);
      expect(machine.hart(0).registers[10]).toBe(17);
    }
  });

  it('over the second of two instructions, whose hazard the first one knew', () => {
    // lw t0 and a use of it cost one more; without the use they do not.
    const at = l2 + 0x200;
    const callee = [e.lw(7, 6, 0), e.add(8, 7, 7), ret];
    const call = [...li(5, at), e.jalr(1, 5, 0)];
    const program = (second: number): Instruction[] => [
      ...li(6, tcdm),
      ...call,
      ...li(9, second | 0),
      e.sw(9, 5, 4),
      ...call,
      halt,
    ];
    const cyclesOf = (second: number): number[] => {
      const machine = loaded(program(second));
      machine.write(at, bytesOf(callee));
      const cycles: number[] = [];
      machine.trace((_hart, pc, cycle) => {
        if (pc === at || pc === at + 8) cycles.push(cycle);
      });
      machine.runUntil(200);
      return [cycles[1]! - cycles[0]!, cycles[3]! - cycles[2]!];
    };
    expect(cyclesOf(e.add(8, 7, 7))).toEqual([3, 3]);
    expect(cyclesOf(e.add(8, 9, 9))).toEqual([3, 2]);
  });

  it('at the target of a branch: a 32-bit instruction at address % 4 == 2 costs one more', () => {
    // jal to at + 6: first two 16-bit nops there, then a 32-bit one; the return comes behind them.
    const at = l2 + 0x200;
    const cNop = { half: e.cNop };
    const call = [...li(5, at), e.jalr(1, 5, 0)];
    const machine = loaded([...call, ...li(6, at + 6), ...li(7, nop), e.sw(7, 6, 0), ...call]);
    machine.write(at, bytesOf([e.jType(0, 6), cNop, cNop, cNop, ret]));
    const cycles: number[] = [];
    machine.trace((_hart, pc, cycle) => {
      if (pc === at || pc === at + 6) cycles.push(cycle);
    });
    machine.runUntil(200);
    expect([cycles[1]! - cycles[0]!, cycles[3]! - cycles[2]!]).toEqual([2, 3]);
  });
});

describe('stores next to code', () => {
  it('drop decoded code only when it was looked at', () => {
    const outer = new Memory(l2, 65536);
    const inner = new Memory(tcdm, 4096);
    const decoder = createDecoder(extensionsOf('rv32imc'));
    const cache = new CodeCache(outer, inner, decoder, defaultsOf(timingParameters));
    outer.u8.set(bytesOf([nop, nop, nop]), 0x100);
    inner.u8.set(bytesOf([nop, nop, nop]), 0x10);
    const decoded = (): boolean => cache.slots[0x100] !== 0;
    const decode = (): void => {
      cache.fill(l2 + 0x100, cache.indexOf(l2 + 0x100));
      cache.fill(tcdm + 0x10, cache.indexOf(tcdm + 0x10));
    };
    decode();
    for (const address of [l2, l2 + 0xfc, l2 + 0x108, tcdm, tcdm + 8, tcdm + 0x18, tcdm + 0xffc]) {
      cache.changed(address, 4);
      expect(decoded(), address.toString(16)).toBe(true);
    }
    // The instruction itself, and the one behind it that was looked at for hazards.
    for (const address of [l2 + 0x100, l2 + 0x106, tcdm + 0x10, tcdm + 0x17]) {
      decode();
      cache.changed(address, 1);
      expect(decoded(), address.toString(16)).toBe(false);
    }
  });
});

describe('the DMA', () => {
  /** Copies `bytes` bytes between L2 and TCDM, waits for the end, all by polling. */
  const dma = (to: 'l1' | 'l2', bytes: number, inner: number, outer: number): number[] => [
    ...li(20, 0x10204400),
    e.lw(21, 20, 0),
    ...li(22, bytes | (to === 'l1' ? 1 << 17 : 0) | (1 << 18)),
    e.sw(22, 20, 0),
    ...li(22, inner),
    e.sw(22, 20, 0),
    ...li(22, outer),
    e.sw(22, 20, 0),
    e.addi(23, 0, 1),
    e.rType(0x33, 1, 0, 23, 23, 21),
    e.lw(22, 20, 4),
    e.rType(0x33, 7, 0, 22, 22, 23),
    e.bType(1, 22, 0, -8),
    e.sw(23, 20, 4),
  ];

  it.each([
    ['both halves', 0, 4],
    ['the second half only', 2, 2],
    ['the second half and what follows', 2, 6],
  ] as const)('writes code in L2: %s of an instruction', (_what, from, bytes) => {
    const at = l2 + 0x200;
    const call = [...li(5, at), e.jalr(1, 5, 0)];
    const machine = loaded([
      e.addi(10, 0, 10),
      ...call,
      ...dma('l2', bytes, tcdm + 0x100 + from, at + from),
      e.addi(10, 0, 10),
      ...call,
      ...exitWith(0),
    ]);
    machine.write(at, bytesOf([e.addi(10, 10, 5), ret]));
    machine.write(tcdm + 0x100, bytesOf([e.addi(10, 10, 7), ret]));
    expect(machine.runUntil(10_000).reason).toBe('exit');
    expect(machine.hart(0).registers[10]).toBe(17);
  });

  it('writes code in the TCDM', () => {
    for (const at of [tcdm, tcdm + 0x200, tcdmEnd - 8]) {
      const call = [...li(5, at), e.jalr(1, 5, 0)];
      const machine = loaded([
        e.addi(10, 0, 10),
        ...call,
        ...dma('l1', 2, at + 2, l2 + 0x302),
        e.addi(10, 0, 10),
        ...call,
        ...exitWith(0),
      ]);
      machine.write(at, bytesOf([e.addi(10, 10, 5), ret]));
      machine.write(l2 + 0x300, bytesOf([e.addi(10, 10, 7)]));
      expect(machine.runUntil(10_000).reason).toBe('exit');
      expect(machine.hart(0).registers[10]).toBe(17);
    }
  });
});

describe('the end of a memory', () => {
  it('cuts a 32-bit instruction in two: a fault that names the first byte outside', () => {
    for (const end of [l2End, tcdmEnd]) {
      const machine = loaded([...li(5, end - 2), e.jalr(0, 5, 0)]);
      machine.write(end - 2, bytesOf([{ half: nop & 0xffff }]));
      const { code, context } = faultOf(machine);
      expect(code).toBe('unmapped-access');
      expect(context).toMatchObject({ hart: 0, pc: end - 2, address: end });
    }
  });

  it('holds a 16-bit instruction; the one behind it does not exist', () => {
    const machine = loaded([...li(5, tcdmEnd - 2), e.jalr(0, 5, 0)]);
    machine.write(tcdmEnd - 2, bytesOf([{ half: e.cAddi(10, 3) }]));
    const { context } = faultOf(machine);
    expect(context).toMatchObject({ hart: 0, pc: tcdmEnd, address: tcdmEnd });
    expect(machine.hart(0).registers[10]).toBe(3);
  });
});
