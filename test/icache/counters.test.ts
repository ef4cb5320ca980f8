import { describe, expect, it } from 'vitest';
import type { HartStats } from '../../emulator/api.js';
import { performanceEvents } from '../../emulator/hart/performance-events.js';
import * as e from '../lockstep/encode.js';
import { half, l2, li, nop, tcdm, type Instruction } from '../timing/harness.js';
import { bytesOf, csrr, csrw, elw, exitWith, loaded, start, word } from '../hart/program.js';

/**
 * The event counters that firmware reads are the statistics of the run: each event is counted between two
 * instructions, and the statistics are taken at the same two by probes.
 */
const HARTS = 4;
const results = tcdm + 0x800;
const shortNop = half(0x0001);

/** What the statistics call an event, written down again: bits as the CV32E40P manual and PULP have them. */
const inStatistics: Record<number, (hart: HartStats) => number> = {
  0: (h) => h.cycles_active,
  1: (h) => h.instret,
  2: (h) => h.stalls['load_use'],
  3: (h) => h.jalr_stalls,
  4: (h) => h.stalls['icache'],
  5: (h) => h.loads,
  6: (h) => h.stores,
  7: (h) => h.jumps,
  8: (h) => h.branches,
  9: (h) => h.branches_taken,
  10: (h) => h.compressed,
  15: (h) => h.stalls['tcdm_conflict'],
  16: (h) => h.stalls['event_load'],
  18: (h) => h.icache_misses,
  19: (h) => h.icache_prefetches,
  20: (h) => h.icache_shared_misses,
  21: (h) => h.stalls['misaligned'],
  22: (h) => h.stalls['outer_memory'],
  23: (h) => h.stalls['peripheral'],
  24: (h) => h.stalls['branch'],
  25: (h) => h.stalls['jump'],
  26: (h) => h.stalls['mulh'],
  27: (h) => h.stalls['div'],
  28: (h) => h.stalls['csr'],
  29: (h) => h.stalls['fence'],
  30: (h) => h.stalls['trap'],
};
const bits = Object.keys(inStatistics).map(Number);

/** Something of everything, three times: 0 x20 = TCDM, x21 = L2, x22 = slow event unit, x23 = fast one. */
function work(): Instruction[] {
  const turn: Instruction[] = [
    e.lw(5, 20, 0),
    e.addi(5, 5, 1),
    e.sw(5, 20, 0),
    e.lw(6, 20, 2),
    e.lw(7, 21, 0),
    e.sw(7, 21, 4),
    e.lw(7, 22, 0x1c),
    e.rType(0x33, 1, 1, 8, 5, 6),
    e.rType(0x33, 5, 1, 8, 5, 6),
    shortNop,
    shortNop,
    csrr(9, 0xb00),
    0x0000000f, // fence
    e.bType(1, 0, 0, 8),
    e.bType(0, 0, 0, 8),
    nop,
    e.jType(0, 4),
    e.uType(0x17, 10, 0), // auipc, its result is needed at once
    e.jalr(0, 10, 8),
    0x00000073, // ecall
    // Barrier 0: the harts come one after the other.
    elw(5, 23, 0x21c),
  ];
  const bytes = turn.reduce<number>((sum, item) => sum + (typeof item === 'number' ? 4 : 2), 0);
  return [e.addi(28, 0, 3), ...turn, e.addi(28, 28, -1), e.bType(1, 28, 0, -(bytes + 4))];
}

function program() {
  const setUp: number[] = [
    csrr(29, 0xf14),
    ...li(20, tcdm),
    ...li(21, l2 + 0x8000),
    ...li(22, 0x10200800),
    ...li(23, 0x10204000),
    ...li(24, results),
    e.iType(0x13, 1, 25, 29, 8), // 256 bytes of results a hart
    e.rType(0x33, 0, 0, 24, 24, 25),
    ...li(25, (1 << HARTS) - 1),
    e.sw(25, 23, 0x200),
    e.sw(25, 23, 0x20c),
    ...li(25, 0x10000),
    e.sw(25, 23, 0),
    ...li(25, l2 + 0x4000),
    csrw(0x305, 25),
    ...bits.flatMap((bit, n) => [...li(25, 1 << bit), csrw(0x323 + n, 25)]),
    e.addi(26, 0, -1),
    // Apart in time, so that they wait for each other.
    e.addi(29, 29, 1),
    e.addi(29, 29, -1),
    e.bType(1, 29, 0, -4),
  ];
  // The instruction that lets the counters count, and the one that stops them, begin a line: then
  // nothing is fetched between them and the probes behind them.
  const toLine = (code: Instruction[]): Instruction[] => {
    while (bytesOf(code).length % 16 !== 0) code.push(shortNop);
    return code;
  };
  const before = toLine([...setUp]);
  const begin = bytesOf(before).length + 4;
  const middle = toLine([...before, csrw(0x320, 0), ...work()]);
  const end = bytesOf(middle).length + 4;
  const read = bits.flatMap((_, n) => [csrr(25, 0xb03 + n), e.sw(25, 24, 4 * n)]);
  const time = [csrr(25, 0xb00), e.sw(25, 24, 4 * bits.length)];
  const meet = elw(5, 23, 0x21c);
  const code = [...middle, csrw(0x320, 26), ...read, ...time, meet, ...exitWith(0)];
  return { code, begin: start + begin, end: start + end };
}

describe.each([
  ['ideal', { 'icache.ideal': true }],
  ['cached', { 'icache.ideal': false }],
  ['no fetching ahead', { 'icache.ideal': false, 'icache.prefetch': false }],
])('counters of %s fetch', (name, set) => {
  const { code, begin, end } = program();
  const machine = loaded(code, { harts: HARTS, set: { ...set, 'tcdm.banks': 8 } });
  // ecall: step over it.
  const handler = [csrr(30, 0x341), e.addi(30, 30, 4), csrw(0x341, 30), 0x30200073];
  machine.write(l2 + 0x4000, bytesOf(handler));
  const from: HartStats[] = [];
  const to: HartStats[] = [];
  machine.probe(begin, (hart) => void (from[hart] = machine.stats().harts[hart]!));
  machine.probe(end, (hart) => void (to[hart] = machine.stats().harts[hart]!));
  const stop = machine.runUntil(100_000);
  const read = (hart: number, n: number): number => word(machine, results + 256 * hart + 4 * n);

  it.each([0, 1, 2, 3])('hart %i reads what the statistics say', (hart) => {
    expect(stop).toMatchObject({ reason: 'exit' });
    const firmware = Object.fromEntries(bits.map((bit, n) => [bit, read(hart, n)]));
    const statistics = Object.fromEntries(
      bits.map((bit) => [bit, inStatistics[bit](to[hart]) - inStatistics[bit](from[hart])]),
    );
    expect(firmware).toEqual(statistics);
    // mcycle is the counter of event 0.
    expect(read(hart, bits.length)).toBe(firmware[0]);
  });

  it('each of them counted something, the cache only when there is one', () => {
    const never = name === 'ideal' ? [4, 18, 19, 20] : name === 'cached' ? [] : [19];
    const sums = new Map(bits.map((bit, n) => [bit, [0, 1, 2, 3].map((hart) => read(hart, n))]));
    for (const [bit, counts] of sums) {
      const sum = counts.reduce((all, count) => all + count, 0);
      if (never.includes(bit)) expect(sum, `event ${bit}`).toBe(0);
      else expect(sum, `event ${bit}`).toBeGreaterThan(0);
    }
  });

  it('counts what stands in the program: three turns', () => {
    const count = (bit: number): number => read(0, bits.indexOf(bit));
    // Loads: 4 of memory, the event unit and the barrier among them 5. Stores: 2.
    expect(count(5)).toBe(3 * 5);
    expect(count(6)).toBe(3 * 2);
    expect(count(7)).toBe(3 * 2);
    expect(count(8)).toBe(3 * 2 + 3);
    expect(count(9)).toBe(3 + 2);
    // Behind auipc jalr waits a cycle.
    expect(count(3)).toBe(3);
    // Ends of turns, and those that pad the last line.
    expect(count(10)).toBeGreaterThanOrEqual(3 * 2);
    expect(count(21)).toBe(3);
    expect(count(26)).toBe(3 * 4);
    // ecall 4, mret 4 more than itself.
    expect(count(30)).toBe(3 * 8);
  });
});

describe('the clock of a hart', () => {
  it('stands still while it sleeps: a barrier costs 6 by mcycle, however long the others take', () => {
    const code = [
      ...li(23, 0x10204000),
      ...li(25, 0xff),
      e.sw(25, 23, 0x200),
      e.sw(25, 23, 0x20c),
      ...li(25, 0x10000),
      e.sw(25, 23, 0),
      csrw(0x320, 0),
      csrr(29, 0xf14),
      e.iType(0x13, 1, 24, 29, 2),
      ...li(25, results),
      e.rType(0x33, 0, 0, 24, 24, 25),
      // Hart h comes about 60 h cycles later.
      e.iType(0x13, 1, 29, 29, 4),
      e.addi(29, 29, 1),
      e.addi(29, 29, -1),
      e.bType(1, 29, 0, -4),
      csrr(26, 0xb00),
      elw(5, 23, 0x21c),
      csrr(27, 0xb00),
      e.rType(0x33, 0, 0x20, 27, 27, 26),
      e.sw(27, 24, 0),
      elw(5, 23, 0x21c),
      ...exitWith(0),
    ];
    const machine = loaded(code, { harts: 8 });
    expect(machine.runUntil(10_000)).toMatchObject({ reason: 'exit' });
    // 4 cycles of the read, then 6.
    const costs = Array.from({ length: 8 }, (_, hart) => word(machine, results + 4 * hart));
    expect(costs).toEqual(Array(8).fill(4 + 6));
    const { harts } = machine.stats();
    expect(harts[0]!.cycles_sleep).toBeGreaterThan(400);
    expect(harts[7]!.cycles_sleep).toBeLessThan(20);
  });
});

describe('the table of events', () => {
  it('has each bit once, none at 17 and 31', () => {
    const used = performanceEvents.map(({ bit }) => bit);
    expect(new Set(used).size).toBe(used.length);
    expect(used).not.toContain(17);
    expect(Math.max(...used)).toBe(30);
  });
});
