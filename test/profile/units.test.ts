/** Intervals of engines and DMA against their counters, and of many harts against the banks. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Profiler, type Profile, type UnitInterval } from '../../src/profile/index.js';
import { openSession } from '../../src/session/index.js';

interface Options {
  preset?: string;
  intervals?: number;
  cycles?: number;
}

function profile(name: string, options: Options = {}): Profile {
  const { preset = 'garofalo2022' } = options;
  const session = openSession({ preset });
  const file = new URL(`../../firmware/prebuilt/${name}.elf`, import.meta.url);
  session.load({ name, bytes: new Uint8Array(readFileSync(file)) });
  const { intervals, cycles = 1e7 } = options;
  const profiler = new Profiler(session, intervals === undefined ? {} : { intervals });
  session.runUntil(cycles);
  return profiler.finish();
}

/** Cycles in which at least one interval is under way. */
function covered(intervals: readonly UnitInterval[]): number {
  let cycles = 0;
  let end = 0;
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    cycles += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return cycles;
}

function expectTracks(intervals: readonly UnitInterval[]): void {
  const ends = new Map<number, number>();
  for (const { track, from, to } of intervals) {
    expect(from).toBeGreaterThanOrEqual(ends.get(track) ?? 0);
    expect(to).toBeGreaterThan(from);
    ends.set(track, to);
  }
}

describe('engines and DMA', () => {
  it.each([
    ['ima-job', 'garofalo2022', 'ima', 'jobs'],
    ['fpirm-job', 'fpirm', 'fpirm', 'jobs'],
    ['runtime-test', 'garofalo2022', 'dma', 'transfers'],
  ])('%s on %s: the intervals of %s are its busy cycles', (program, preset, name, count) => {
    const { units } = profile(program, { preset });
    const unit = units.find(({ unit: other }) => other === name)!;
    expect(unit.intervals.length).toBeGreaterThan(0);
    expect(unit.intervals.length).toBeLessThanOrEqual(unit.counters[count]);
    expect(covered(unit.intervals)).toBe(unit.counters['busy_cycles']);
    expectTracks(unit.intervals);
    expect(unit.dropped).toBe(0);
  });

  it('moves all bytes of the DMA in intervals', () => {
    const dma = profile('runtime-test').units.find(({ unit }) => unit === 'dma')!;
    const moved = (way: string): number =>
      dma.intervals
        .filter(({ what }) => what.startsWith(way))
        .reduce((sum, { what }) => sum + Number(what.split(' ')[1]), 0);
    expect(moved('in')).toBe(dma.counters['bytes_in']);
    expect(moved('out')).toBe(dma.counters['bytes_out']);
  });

  it('keeps as many intervals as there is room for, and says what is missing', () => {
    const { units, notes } = profile('runtime-test', { intervals: 1 });
    const dma = units.find(({ unit }) => unit === 'dma')!;
    expect(dma.intervals).toHaveLength(1);
    expect(dma.dropped).toBeGreaterThan(0);
    expect(notes.join()).toMatch(/intervals of units found no room/);
  });
});

it('banks: where only harts ask, every conflict is one of theirs, bank by bank', () => {
  const { banks, harts } = profile('barrier');
  expect(banks.reduce((sum, bank) => sum + bank.harts, 0)).toBeGreaterThan(10);
  for (const { ports } of banks) expect(ports).toBe(0);
  expect(harts.length).toBe(8);
});
