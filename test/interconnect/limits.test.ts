import { describe, expect, it } from 'vitest';
import { HART_SHIFT } from '../../emulator/hart/slot.js';
import { createHartState, NOW } from '../../emulator/hart/state.js';
import {
  nextPointer,
  winnerOf,
  type ArbitrationRule,
} from '../../emulator/interconnect/arbiter.js';
import { Crossbar } from '../../emulator/interconnect/crossbar.js';
import { tcdmParameters } from '../../emulator/interconnect/parameters.js';
import { Memory } from '../../emulator/memory/memory.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';

/** Sizes at their ends, and requests that a stopped run left behind. */
const BASE = 0x10000000;

function build(settings: Partial<Record<'banks' | 'masters' | 'size', number>>, harts = 8) {
  const state = createHartState(harts);
  const completed: number[] = [];
  const config = { ...defaultsOf(tcdmParameters), ...settings };
  const memory = new Memory(BASE, 65536);
  const crossbar = new Crossbar(config, memory, state);
  crossbar.complete = (hart) => completed.push(hart);
  let now = 0;
  /** One cycle in which these harts ask for words at these offsets; who was granted. */
  const cycle = (harts_: Record<number, number> = {}): number[] => {
    completed.length = 0;
    state.clock[NOW] = ++now;
    const asking = Object.entries(harts_).map(([hart, offset]) => {
      state.requestOffset[Number(hart) << HART_SHIFT] = offset;
      return Number(hart);
    });
    state.requesters.set(asking);
    if (crossbar.portRequests > 0) crossbar.arbitrateAll(asking.length);
    else crossbar.arbitrateHarts(asking.length);
    return completed.slice();
  };
  return { crossbar, cycle };
}

/** The rules of timing.md once more, by recursion over lists of masters. */
function winnerByRule(
  asking: readonly number[],
  pointer: number,
  from: number,
  width: number,
): number {
  if (width === 1) return from;
  const half = width / 2;
  const lower = asking.filter((master) => master < from + half);
  const upper = asking.filter((master) => master >= from + half);
  const up = lower.length === 0 || (upper.length > 0 && (pointer & half) !== 0);
  return winnerByRule(up ? upper : lower, pointer, up ? from + half : from, half);
}

describe('arbiters of 1 to 32 masters', () => {
  it.each([1, 2, 4, 8, 16, 32])('%i masters: winner and pointer follow the rule', (masters) => {
    let state = 12345;
    const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0);
    for (let i = 0; i < 2000; i++) {
      const list = Array.from({ length: masters }, (_, m) => m).filter(() => random() >>> 31 === 1);
      if (list.length === 0) list.push(random() % masters);
      const bits = list.reduce((sum, m) => sum | (1 << m), 0);
      const pointer = random() % masters;
      expect(winnerOf(bits, pointer, masters)).toBe(winnerByRule(list, pointer, 0, masters));
      const above = list.find((m) => m > pointer) ?? list[0]!;
      expect(nextPointer('fair', bits, pointer, masters)).toBe(above);
      const rule: ArbitrationRule = 'round-robin';
      expect(nextPointer(rule, bits, pointer, masters)).toBe((pointer + 1) % masters);
    }
  });

  it('sixteen harts on one bank are served once each in sixteen cycles', () => {
    const { cycle, crossbar } = build({ masters: 16, banks: 1 }, 16);
    const waiting = new Set(Array.from({ length: 16 }, (_, hart) => hart));
    for (let i = 0; i < 16; i++) {
      const granted = cycle(Object.fromEntries([...waiting].map((hart) => [hart, 4 * hart])));
      expect(granted).toHaveLength(1);
      waiting.delete(granted[0]!);
    }
    expect(waiting.size).toBe(0);
    // 15 + 14 + ... + 1 lost.
    expect(crossbar.conflicts).toBe(120);
  });

  it('256 banks: words 256 apart meet, neighbours do not', () => {
    const { cycle } = build({ banks: 256 });
    expect(cycle({ 0: 0, 1: 4, 2: 1020 })).toEqual([0, 1, 2]);
    expect(cycle({ 0: 4, 1: 4 + 1024 })).toHaveLength(1);
  });
});

describe('wide accesses and few banks', () => {
  it('an access that needs a bank twice in one cycle is an error', () => {
    const { crossbar, cycle } = build({ banks: 4 });
    const port = crossbar.addWidePort(16);
    port.read(BASE, 16);
    cycle();
    expect(port.granted).toBe(true);
    // One byte further it touches five words.
    expect(() => port.read(BASE + 1, 16)).toThrow(/5 words.*4 banks/s);
    expect(() => build({ banks: 16 }).crossbar.addWidePort(64).read(BASE, 64)).not.toThrow();
  });

  it('an access as wide as the TCDM has banks meets every hart', () => {
    const { crossbar, cycle } = build({ banks: 4 });
    const port = crossbar.addWidePort(16);
    for (const offset of [0, 4, 8, 12]) {
      port.write(BASE, 16);
      expect(cycle({ 0: offset })).toEqual([0]);
      expect(port.granted).toBe(false);
    }
  });
});

describe('the stall counter of the branches', () => {
  it('starts anew when a cycle passes without a conflict, one without any wide request too', () => {
    const { crossbar, cycle } = build({ banks: 16 });
    const port = crossbar.addWidePort(16);
    crossbar.branch = { maxStall: 2, acceleratorsFirst: false };
    const both = (): boolean => {
      port.read(BASE, 16);
      cycle({ 0: 0 });
      return port.granted;
    };
    expect([both(), both(), both()]).toEqual([false, false, true]);
    expect([both(), both()]).toEqual([false, false]);
    // The engine pauses for a cycle in which only the hart asks.
    cycle({ 0: 0 });
    expect([both(), both(), both()]).toEqual([false, false, true]);
  });
});

describe('a run that stopped in the middle of a cycle', () => {
  it.each(['reset', 'restore'] as const)('leaves no request behind: %s', (how) => {
    const { crossbar, cycle } = build({ banks: 16 });
    const wide = crossbar.addWidePort(16);
    const saved = crossbar.save();
    crossbar.wordPorts[0]!.write(BASE + 8, 0x55, 15);
    wide.read(BASE + 16, 16);
    if (how === 'reset') crossbar.reset();
    else crossbar.restore(saved);
    expect(crossbar.portRequests).toBe(0);
    // The next request of another port moves its own word only.
    crossbar.wordPorts[1]!.read(BASE + 32);
    cycle();
    expect(crossbar.portReads + crossbar.portWrites).toBe(1);
    expect(crossbar.memory.i32[2]).toBe(0);
  });
});
