import { describe, expect, it } from 'vitest';
import * as e from '../lockstep/encode.js';
import { l2, li, nop, tcdm } from '../timing/harness.js';
import {
  bytesOf,
  elw,
  eventUnit,
  exitWith,
  faultOf,
  loaded,
  onlyHart,
  start,
  word,
} from './program.js';

describe('a probe', () => {
  it('may write memory: the probed instruction keeps its immediate', () => {
    const machine = loaded([e.addi(5, 0, 77), e.sw(5, 0, 0)]);
    machine.probe(start, () => machine.write(tcdm, Uint8Array.of(1, 2, 3, 4)));
    machine.runUntil(1);
    expect(machine.hart(0).registers[5]).toBe(77);
    expect(word(machine, tcdm)).toBe(0x04030201);
  });

  it('may patch the very instruction it stands on', () => {
    const machine = loaded([e.addi(5, 0, 77)]);
    machine.probe(start, () => machine.write(start, bytesOf([e.addi(5, 0, 78)])));
    machine.runUntil(2);
    expect(machine.hart(0).registers[5]).toBe(78);
  });

  it('may set another probe', () => {
    const machine = loaded([e.addi(5, 0, 77), nop]);
    let second = -1;
    machine.probe(start, () => {
      machine.probe(start + 4, (_hart, _pc, cycle) => void (second = cycle));
    });
    machine.runUntil(10);
    expect(machine.hart(0).registers[5]).toBe(77);
    expect(second).toBe(1);
  });

  it('that stops is passed once when the run goes on, and stops again in the next round', () => {
    // A loop of three cycles a round: addi, taken branch... 1 + 3.
    const machine = loaded([e.addi(5, 5, 1), e.bType(0, 0, 0, -4)]);
    machine.probe(start, () => true);
    const stops: number[] = [];
    for (let i = 0; i < 3; i++) {
      expect(machine.runUntil(100).reason).toBe('probe');
      stops.push(machine.now);
    }
    expect(stops).toEqual([0, 4, 8]);
    expect(machine.hart(0).registers[5]).toBe(2);
  });

  it('that stopped does not stop at once again after save and restore', () => {
    const machine = loaded([e.addi(5, 5, 1), e.bType(0, 0, 0, -4)]);
    machine.probe(start, () => true);
    machine.runUntil(100);
    const saved = machine.save();
    machine.runUntil(100);
    machine.restore(saved);
    machine.runUntil(100);
    expect(machine.now).toBe(4);
  });

  it('sees the counters of its own cycle although the hart ran ahead alone', () => {
    // Two to set up, a load from L2 (10 cycles), 20 more: leaves decode in cycle 32.
    const machine = loaded([...li(7, l2), e.lw(6, 7, 0), ...Array<number>(30).fill(nop)]);
    const seen: number[] = [];
    machine.probe(start + 8 + 21 * 4, (_hart, _pc, cycle, instret) => {
      const { cycles, harts } = machine.stats();
      seen.push(cycle, cycles, machine.now, instret, harts[0]!.instret, harts[0]!.cycles_active);
    });
    machine.runUntil(1000);
    expect(seen).toEqual([32, 32, 32, 23, 23, 32]);
  });

  it('does not hide an exit of another hart in the same cycle', () => {
    // Both come to the store that ends the run together; hart 1 stands on a probe there.
    const machine = loaded(exitWith(5), { harts: 2 });
    const stop = (() => {
      machine.probe(start + 4 * 4, (hart) => hart === 1);
      return machine.runUntil(100);
    })();
    expect(stop).toEqual({ reason: 'exit', code: 5, hart: 0 });
  });
});

describe('a trace', () => {
  it('shows an instruction once although a probe stopped the run there', () => {
    const machine = loaded([nop, nop, nop]);
    const seen: number[] = [];
    machine.trace((_hart, pc) => seen.push(pc));
    machine.probe(start + 4, () => true);
    expect(machine.runUntil(3).reason).toBe('probe');
    machine.runUntil(3);
    expect(seen).toEqual([start, start + 4, start + 8]);
  });
});

describe('the clock seen from a callback', () => {
  it('is that of the instruction, for traces and output, with one hart and with eight', () => {
    const text = [...li(6, 0x1a10f000), e.addi(5, 0, 65)];
    const code = [...text, ...Array<number>(30).fill(nop), e.sw(5, 6, 0), nop];
    for (const harts of [1, 8]) {
      const machine = loaded(code, { harts });
      const printed: number[] = [];
      machine.onOutput(() => printed.push(machine.now));
      machine.runUntil(200);
      expect(printed).toEqual(Array<number>(harts).fill(33));

      const traced = loaded(code, { harts });
      traced.trace((_hart, _pc, cycle) => expect(traced.now).toBe(cycle));
      traced.runUntil(200);
    }
  });
});

describe('time', () => {
  it('never runs backwards', () => {
    const machine = loaded([]);
    machine.runUntil(100);
    machine.runUntil(10);
    expect(machine.now).toBe(100);
  });
});

describe('a fault in the cycle in which another hart ends the run', () => {
  it('does not count', () => {
    // Hart 1 jumps over nothing: both come to their store in the same cycle, one to null.
    const code = [
      ...li(31, 0x1a1040a0),
      ...li(30, 0x80000005 | 0),
      e.csr(2, 29, 0, 0xf14),
      // x31 is 0 on hart 1: -(29) as a mask.
      e.addi(29, 29, -1),
      e.rType(0x33, 7, 0, 31, 31, 29),
      nop,
      e.sw(30, 31, 0),
    ];
    const machine = loaded(code, { harts: 2 });
    expect(machine.runUntil(1000)).toEqual({ reason: 'exit', code: 5, hart: 0 });
  });
});

describe('errors of peripherals', () => {
  it('name hart, pc, address and cycle, also when the hart ran ahead alone', () => {
    const code = [...li(6, 0x10200000), ...Array<number>(40).fill(nop), e.lw(5, 6, 0x3fc)];
    const { code: kind, context } = faultOf(loaded(code));
    expect(kind).toBe('device-misuse');
    expect(context).toMatchObject({
      hart: 0,
      pc: start + 4 * 42,
      address: 0x102003fc,
      cycle: 42,
    });
  });

  it('leave counters that add up', () => {
    const code = [...li(6, 0x10200000), ...Array<number>(40).fill(nop), e.lw(5, 6, 0x3fc)];
    const machine = loaded(code);
    faultOf(machine);
    const { cycles, harts } = machine.stats();
    expect(cycles).toBeGreaterThanOrEqual(42);
    expect(harts[0]!.instret).toBe(42);
  });
});

describe('the last instructions', () => {
  it('follow the way through a trap handler', () => {
    const handler = start + 0x400;
    const code = [...li(5, handler), e.csr(1, 0, 5, 0x305), nop, e.ecall];
    const machine = loaded(code);
    machine.write(handler, bytesOf([nop, e.addi(6, 0, 3), e.lw(7, 0, 0)]));
    faultOf(machine);
    expect(machine.hart(0).recent).toEqual([
      ...[0, 4, 8, 12, 16].map((offset) => start + offset),
      handler,
      handler + 4,
    ]);
  });

  it('do not name the instruction that an interrupt came before', () => {
    // Software event 0 of its own as interrupt: hart 0 runs into it between two nops.
    const handler = start + 0x400;
    const code = [
      ...li(5, handler),
      e.csr(1, 0, 5, 0x305),
      ...li(6, eventUnit),
      e.addi(7, 0, 1),
      e.sw(7, 6, 0x0c),
      ...li(8, 0x800),
      e.csr(1, 0, 8, 0x304),
      e.csr(6, 0, 8, 0x300),
      e.sw(7, 6, 0x100),
      ...Array<number>(20).fill(nop),
    ];
    const machine = loaded(code);
    machine.write(handler, bytesOf([e.lw(7, 0, 0)]));
    faultOf(machine);
    const { recent } = machine.hart(0);
    const mepcCode = recent.filter((pc) => pc < handler);
    expect(recent.at(-1)! < handler || recent.at(-1) === handler).toBe(true);
    // The interrupted instruction did not leave decode: the trace is the witness.
    const again = loaded(code);
    again.write(handler, bytesOf([e.lw(7, 0, 0)]));
    const traced: number[] = [];
    again.trace((_hart, pc) => traced.push(pc));
    faultOf(again);
    expect(mepcCode.at(-1)).toBe(traced.filter((pc) => pc < handler).at(-1));
  });
});

describe('harts that sleep', () => {
  it('are woken by an interrupt in the cycle after it came, although the other ran ahead alone', () => {
    // Hart 1 sleeps in wfi with its interrupt enabled in mie, but not in mstatus. Hart 0 counts
    // for a while and then triggers software event 0 of hart 1 through its interrupt mask.
    const wait = [...li(5, 1000), e.addi(5, 5, -1), e.bType(1, 5, 0, -4)];
    const code = [
      ...li(6, eventUnit),
      e.addi(7, 0, 1),
      ...li(8, 0x800),
      ...onlyHart(1, [e.sw(7, 6, 0x0c), e.csr(1, 0, 8, 0x304), 0x10500073, ...exitWith(3)]),
      ...wait,
      e.addi(9, 0, 2),
      e.sw(9, 6, 0x100),
    ];
    const machine = loaded(code, { harts: 2 });
    expect(machine.runUntil(100_000)).toMatchObject({ reason: 'exit', code: 3, hart: 1 });
    expect(machine.now).toBeGreaterThan(4000);
    const { harts } = machine.stats();
    expect(harts[1]!.cycles_sleep).toBeGreaterThan(3900);
  });

  it('are woken when the other hart, far ahead, opens their interrupt mask', () => {
    // Event already in the buffer of hart 1, masked. Hart 0 opens the mask of hart 1 by the slow port.
    const wait = [...li(5, 1000), e.addi(5, 5, -1), e.bType(1, 5, 0, -4)];
    const code = [
      ...li(6, eventUnit),
      ...li(10, 0x10200800),
      e.addi(7, 0, 1),
      ...li(8, 0x800),
      e.addi(9, 0, 2),
      ...onlyHart(1, [e.csr(1, 0, 8, 0x304), e.sw(9, 6, 0x100), 0x10500073, ...exitWith(3)]),
      ...wait,
      e.sw(7, 10, 0x40 + 0x0c),
    ];
    const machine = loaded(code, { harts: 2 });
    expect(machine.runUntil(100_000)).toMatchObject({ reason: 'exit', code: 3, hart: 1 });
    expect(machine.now).toBeGreaterThan(4000);
    expect(machine.stats().harts[1]!.cycles_sleep).toBeGreaterThan(3900);
  });

  it('in cv.elw are taken back at the right time by the same interrupt', () => {
    const handler = start + 0x400;
    const wait = [...li(5, 1000), e.addi(5, 5, -1), e.bType(1, 5, 0, -4)];
    const code = [
      ...li(6, eventUnit),
      ...li(10, 0x10200800),
      ...li(11, handler),
      e.csr(1, 0, 11, 0x305),
      e.addi(7, 0, 1),
      ...li(8, 0x800),
      e.addi(9, 0, 2),
      ...onlyHart(1, [
        e.csr(1, 0, 8, 0x304),
        e.sw(9, 6, 0x100),
        e.csr(6, 0, 8, 0x300),
        elw(12, 6, 0x38),
        ...exitWith(3),
      ]),
      ...wait,
      e.sw(7, 10, 0x40 + 0x0c),
    ];
    const machine = loaded(code, { harts: 2 });
    machine.write(handler, bytesOf(exitWith(9)));
    expect(machine.runUntil(100_000)).toMatchObject({ reason: 'exit', code: 9, hart: 1 });
    expect(machine.now).toBeGreaterThan(4000);
    expect(machine.stats().harts[1]!.cycles_sleep).toBeGreaterThan(3900);
  });
});
