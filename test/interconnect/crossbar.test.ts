import { beforeEach, describe, expect, it } from 'vitest';
import { HART_SHIFT } from '../../emulator/hart/slot.js';
import { createHartState, mode, NOW, type HartState } from '../../emulator/hart/state.js';
import { Crossbar } from '../../emulator/interconnect/crossbar.js';
import { tcdmParameters } from '../../emulator/interconnect/parameters.js';
import { Memory } from '../../emulator/memory/memory.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';

/**
 * The crossbar between stub harts and ports. Harts and DMA are the narrow side, accelerators the wide
 * one; rules of hci v1.0.1: all-or-nothing grant, narrow side first, a stall counter turns it once.
 */
const BASE = 0x10000000;
let state: HartState;
let crossbar: Crossbar;
let completed: number[];

beforeEach(() => {
  state = createHartState(8);
  completed = [];
  const config = { ...defaultsOf(tcdmParameters), banks: 16 };
  crossbar = new Crossbar(config, new Memory(BASE, 65536), state);
  crossbar.complete = (hart) => completed.push(hart);
});

/** One cycle: these harts ask for words at these byte offsets. */
function cycle(now: number, harts: Record<number, number> = {}): number[] {
  completed = [];
  state.clock[NOW] = now;
  const asking = Object.entries(harts).map(([hart, offset]) => {
    state.requestOffset[Number(hart) << HART_SHIFT] = offset;
    state.mode[Number(hart) << HART_SHIFT] = mode.requesting;
    return Number(hart);
  });
  state.requesters.set(asking);
  if (crossbar.portRequests > 0) crossbar.arbitrateAll(asking.length);
  else crossbar.arbitrateHarts(asking.length);
  return completed;
}

describe('harts alone', () => {
  it('different banks are all granted; one bank grants one, and losers ask again next cycle', () => {
    expect(cycle(1, { 0: 0, 1: 4, 2: 8 })).toEqual([0, 1, 2]);
    expect(cycle(2, { 0: 0, 1: 64, 2: 128 })).toHaveLength(1);
    expect(crossbar.conflicts).toBe(2);
    expect(crossbar.conflictsPerBank[0]).toBe(2);
  });
  it('bank 16 words on is the same bank; the same word conflicts too (no broadcast)', () => {
    expect(cycle(1, { 3: 20, 4: 20 + 64 })).toHaveLength(1);
    expect(cycle(2, { 3: 20, 4: 20 })).toHaveLength(1);
  });
});

describe('harts against DMA', () => {
  it('the flag of the bank picks harts first, then alternates while both ask', () => {
    const port = crossbar.wordPorts[0]!;
    const winners: string[] = [];
    for (let now = 1; now <= 4; now++) {
      port.read(BASE);
      const harts = cycle(now, { 5: 0 });
      winners.push(port.granted ? 'dma' : `hart ${harts[0]}`);
    }
    expect(winners).toEqual(['hart 5', 'dma', 'hart 5', 'dma']);
  });
  it('a grant to a hart alone toggles the flag too', () => {
    cycle(1, { 5: 0 });
    crossbar.wordPorts[0]!.read(BASE);
    expect(cycle(2, { 5: 0 })).toEqual([]);
    expect(crossbar.wordPorts[0]!.granted).toBe(true);
  });
  it('in different banks both are granted, and a masked write touches its bytes only', () => {
    crossbar.memory.i32[4] = 0x11223344;
    crossbar.wordPorts[2]!.write(BASE + 16, -1, 0b0110);
    expect(cycle(1, { 0: 0 })).toEqual([0]);
    expect(crossbar.wordPorts[2]!.granted).toBe(true);
    expect(crossbar.memory.i32[4] >>> 0).toBe(0x11ffff44);
  });
  it('four ports on one bank are granted one by one', () => {
    for (const port of crossbar.wordPorts) port.read(BASE + 64);
    cycle(1);
    expect(crossbar.wordPorts.filter((port) => port.granted)).toHaveLength(1);
    expect(crossbar.conflicts).toBe(3);
  });
  it('an address outside the TCDM is refused', () => {
    expect(() => crossbar.wordPorts[0]!.read(BASE + 65536)).toThrow(/outside the TCDM/);
  });
});

describe('the wide port', () => {
  it('takes all banks of its access or none', () => {
    const wide = crossbar.addWidePort(16);
    // Bytes 8..23 lie in banks 2..5; hart 0 asks for bank 5, hart 1 for bank 6.
    wide.read(BASE + 8, 16);
    expect(cycle(1, { 1: 24 })).toEqual([1]);
    expect(wide.granted).toBe(true);
    wide.read(BASE + 8, 16);
    expect(cycle(2, { 0: 20, 1: 24 })).toEqual([0, 1]);
    expect(wide.granted).toBe(false);
  });
  it('a misaligned start takes one bank more, and banks wrap around', () => {
    const wide = crossbar.addWidePort(16);
    // Bytes 58..73: words 14, 15, 16 (bank 0), 17 (bank 1), 18 (bank 2).
    for (const [offset, free] of [
      [2 * 4, false],
      [3 * 4, true],
      [14 * 4, false],
      [13 * 4, true],
    ] as const) {
      wide.read(BASE + 58, 16);
      cycle(1, { 0: offset });
      expect(wide.granted, `offset ${offset}`).toBe(free);
    }
  });
  it('loses for ever when the stall counter is off, and is let through after maxStall cycles when on', () => {
    const wide = crossbar.addWidePort(4);
    const run = (cycles: number): boolean[] =>
      Array.from({ length: cycles }, (_, now) => {
        wide.read(BASE, 4);
        cycle(now, { 0: 0 });
        return wide.granted;
      });
    expect(run(20)).toEqual(Array(20).fill(false));
    wide.read(BASE, 4);
    cycle(30);
    crossbar.branch = { maxStall: 3, acceleratorsFirst: false };
    // Three cycles of conflict, then the narrow side is masked in all banks for one cycle.
    expect(run(8)).toEqual([false, false, false, true, false, false, false, true]);
  });
  it('when it is let through no hart is granted in any bank', () => {
    const wide = crossbar.addWidePort(4);
    crossbar.branch = { maxStall: 1, acceleratorsFirst: false };
    wide.read(BASE, 4);
    expect(cycle(1, { 0: 0, 1: 32 })).toEqual([0, 1]);
    wide.read(BASE, 4);
    expect(cycle(2, { 0: 0, 1: 32 })).toEqual([]);
    expect(wide.granted).toBe(true);
  });
  it('favoured by the control unit, it wins its banks; harts elsewhere go on', () => {
    const wide = crossbar.addWidePort(4);
    crossbar.branch = { maxStall: 0, acceleratorsFirst: true };
    wide.read(BASE, 4);
    expect(cycle(1, { 0: 0, 1: 32 })).toEqual([1]);
    expect(wide.granted).toBe(true);
  });
  it('moves the bytes', () => {
    const wide = crossbar.addWidePort(16);
    wide.buffer.set([1, 2, 3, 4, 5]);
    wide.write(BASE + 3, 5);
    cycle(1);
    wide.read(BASE + 4, 4);
    cycle(2);
    expect([...wide.buffer.subarray(0, 4)]).toEqual([2, 3, 4, 5]);
  });
});
