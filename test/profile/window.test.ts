/** Parts of a run, and its timeline: exact sums, and no cycle changed. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Observation, parseWindow } from '../../src/profile/index.js';
import type { Observed } from '../../src/profile/index.js';
import { openSession } from '../../src/session/index.js';
import type { Session } from '../../src/session/index.js';

const hello = {
  name: 'hello.elf',
  bytes: new Uint8Array(readFileSync('firmware/prebuilt/hello.elf')),
};

function open(): Session {
  const session = openSession();
  session.load(hello);
  return session;
}

const alone = open();
/** Each time that hart 0 comes to a function, and leaves it. */
const visits: { enter: number[]; leave: number[] } = { enter: [], leave: [] };
alone.probe('printf', (hart, _pc, cycle) => {
  if (hart !== 0) return;
  visits.enter.push(cycle);
  const back = alone.hart(0).registers[1]!;
  alone.probe(back, (other, _place, now) => {
    if (other === 0) visits.leave.push(now);
  });
});
alone.run();
const whole = alone.stats();

function look(window?: string): { seen: Observed; session: Session } {
  const session = open();
  const observation = new Observation(session, {
    title: 'hello',
    ...(window === undefined ? {} : { window: parseWindow(window) }),
  });
  session.run();
  return { seen: observation.finish(), session };
}

describe('a window', () => {
  it.each([undefined, '1000..2000', 'main..printf', 'printf'])(
    '%s changes no counter',
    (window) => {
      // The interpreter executes what is profiled.
      expect({ ...look(window).session.stats(), tier: undefined }).toEqual({
        ...whole,
        tier: undefined,
      });
    },
  );

  it('of cycles holds those cycles and their counters', () => {
    const { seen } = look('1000..2000');
    expect(seen.window).toEqual({ from: 1000, to: 2000 });
    expect(seen.profile.window).toEqual({ from: 1000, to: 2000, cycles: 1000 });
    const [a, b] = [1000, 2000].map((cycle) => {
      const session = open();
      session.runUntil(cycle);
      return session.stats();
    });
    expect(seen.stats.total.instret).toBe(b!.total.instret - a!.total.instret);
    expect(seen.stats.tcdm.conflicts_per_bank).toEqual(
      b!.tcdm.conflicts_per_bank.map((count, bank) => count - a!.tcdm.conflicts_per_bank[bank]!),
    );
    expect(seen.stats.energy.total_pj).toBe(b!.energy.total_pj - a!.energy.total_pj);
  });

  it('from a place to another begins and ends with the first hart there', () => {
    const { seen } = look('main..printf');
    const main = alone.address('main');
    let first = NaN;
    const session = open();
    session.probe(main, (_hart, _pc, cycle) => {
      if (Number.isNaN(first)) first = cycle;
    });
    session.run();
    expect(seen.window).toEqual({ from: first, to: visits.enter[0] });
  });

  it('of a function is its first call, to the return', () => {
    const { seen } = look('printf');
    expect(seen.window).toEqual({ from: visits.enter[0], to: visits.leave[0] });
  });

  it('that the run never comes to is an error, and so is a text that is none', () => {
    const session = open();
    const observation = new Observation(session, { title: '', window: parseWindow('100000000..') });
    session.run();
    expect(() => observation.finish()).toThrow(/never came/);
    for (const text of ['', '..', '5..2', 'a..', 'a..b..c', '5..5'])
      expect(() => parseWindow(text), text).toThrow(/part of a run/);
  });
});

describe('a timeline', () => {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

  it.each([undefined, '777..9999', 'printf'])('of %s has the sums of its window', (window) => {
    const { timeline, stats, window: part } = look(window).seen;
    expect(timeline.borders[0]).toBe(part.from);
    expect(timeline.borders.at(-1)).toBe(part.to);
    expect(timeline.borders.length).toBeGreaterThan(20);
    for (const { hart, instructions, sleep, stalls } of timeline.harts) {
      const counters = stats.harts[hart]!;
      expect(sum(instructions)).toBe(counters.instret);
      expect(sum(sleep)).toBe(counters.cycles_sleep);
      for (const [cause, bins] of Object.entries(stalls))
        expect(sum(bins), cause).toBe(counters.stalls[cause]);
      // No hart does more in a bin than it has cycles.
      timeline.borders.slice(1).forEach((border, bin) => {
        const all = Object.values(stalls).reduce((total, bins) => total + bins[bin]!, 0);
        expect(instructions[bin]! + sleep[bin]! + all).toBe(border - timeline.borders[bin]!);
      });
    }
    expect(sum(Object.values(timeline.energy).map(sum))).toBe(stats.energy.total_pj);
    expect(sum(timeline.conflicts.map(sum))).toBe(stats.tcdm.conflicts);
  });
});
