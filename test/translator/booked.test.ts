import { describe, expect, it } from 'vitest';
import { bookedEnd, BOOKED_ROOM, kind } from '../../emulator/translator/booked-layout.js';
import { Random } from '../lockstep/random.js';
import { Booked, randomFleet, Reference, type Fleet } from './booked.js';

/** Arbitrates in pieces by both ways; all must be equal after each of them. */
function compare(fleet: Fleet, random: Random, longest: number, room = 0): Reference {
  const reference = new Reference(fleet);
  const booked = new Booked(fleet, room);
  const exact = random.below(2) === 0;
  const equal = (): void => {
    const { pointers, sides, conflicts, read, shifts, refused, hides } = reference;
    const state = { pointers, sides, conflicts, read, shifts, refused, hides };
    expect(booked.state).toEqual(state);
  };
  const open = (): boolean => fleet.logs.some((log, hart) => reference.read[hart] < log.length);
  for (let from = 0; open();) {
    const until = from + random.below(longest);
    const reached = reference.arbitrate(from, until);
    if (exact) {
      fleet.logs.forEach((_, hart) => {
        const waits = reference.raised(hart) < until ? 1 : 0;
        booked.show(hart, reference.read[hart] + waits);
      });
    }
    let done = booked.run(from, until);
    for (let last = from; booked.ended === bookedEnd.delays;) {
      fleet.logs.forEach((_, hart) => booked.drain(hart));
      done = booked.run((last = done), until);
      expect(booked.ended !== bookedEnd.delays || done > last).toBe(true);
    }
    expect(done).toBe(reached);
    expect(booked.ended).toBe(reached < until ? bookedEnd.final : bookedEnd.until);
    equal();
    if (reached < until) {
      // Whoever stands there may be refused from now on
      fleet.logs.forEach((log, hart) => {
        const entry = log[reference.read[hart]];
        if (entry !== undefined) entry.kind = kind.plain;
        booked.show(hart, log.length);
      });
    }
    from = reached;
  }
  expect(booked.delays).toEqual(reference.delays);
  return reference;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('accesses that were booked', () => {
  const shapes = [2, 4, 8].flatMap((harts) => [2, 16, 32].map((banks) => ({ harts, banks })));
  describe.each(shapes)('of $harts harts to $banks banks', ({ harts, banks }) => {
    const shape = { harts, banks, cycles: 3000, same: 0, hides: 3, final: 0 };
    const seed = 64 * harts + banks;

    it.each([1, 3, 10, 60, 900])('are arbitrated as cycle by cycle, one in %i', (gap) => {
      let hidden = 0;
      for (let stream = 0; stream < 8; stream++) {
        const random = new Random(seed, stream);
        const same = stream % 4 === 3 ? 4 : 0;
        const fleet = randomFleet(random, { ...shape, gap, same });
        const { conflicts, refused, hides } = compare(fleet, random, [40, 700, 9000][stream % 3]);
        expect(sum(refused)).toBe(sum(conflicts));
        hidden += sum(hides);
      }
      if (gap < 10) expect(hidden).toBeGreaterThan(0);
    });

    it('are arbitrated where all ask one bank', () => {
      for (let stream = 0; stream < 4; stream++) {
        const random = new Random(seed + 1, stream);
        const fleet = randomFleet(random, { ...shape, cycles: 1200, gap: 4, same: 16 });
        const { conflicts } = compare(fleet, random, [90, 5000][stream % 2]);
        expect(conflicts.filter((count) => count > 0)).toHaveLength(1);
      }
    });

    it('stop before one is refused that must not be', () => {
      for (let stream = 0; stream < 6; stream++) {
        const random = new Random(seed + 2, stream);
        const fleet = randomFleet(random, { ...shape, gap: 6, same: 3, final: 1 });
        compare(fleet, random, [60, 1500][stream % 2]);
      }
    });

    it('stop where there is no room for what they were late', () => {
      for (let stream = 0; stream < 4; stream++) {
        const random = new Random(seed + 3, stream);
        const fleet = randomFleet(random, { ...shape, gap: 2, same: 2, final: stream & 1 });
        compare(fleet, random, 2500, BOOKED_ROOM + 8);
      }
    });
  });

  it('are not touched where no cycle is asked for', () => {
    const random = new Random(5);
    const fleet = randomFleet(random, {
      harts: 3,
      banks: 4,
      cycles: 50,
      gap: 1,
      same: 0,
      hides: 0,
      final: 0,
    });
    const booked = new Booked(fleet);
    const before = booked.state;
    expect(booked.run(10, 10)).toBe(10);
    expect(booked.state).toEqual(before);
  });
});
