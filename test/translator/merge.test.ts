import { describe, expect, it } from 'vitest';
import { bookedEnd, kind } from '../../emulator/translator/booked-layout.js';
import { mergeModule } from '../../emulator/translator/merge-code.js';
import { Random } from '../lockstep/random.js';
import { Booked, randomFleet, Reference, type Fleet } from './booked.js';
import { FetchingReference, fetchingFleet, Merge, Seen } from './merge.js';

/** Arbitrates in pieces by both ways; all must be equal after each of them. */
function compare(fleet: Fleet, random: Random, longest: number): Reference {
  const reference = new Reference(fleet);
  const merge = new Booked(fleet, 0, mergeModule);
  for (let from = 0; fleet.logs.some((log, hart) => reference.read[hart] < log.length);) {
    const until = from + random.below(longest);
    const reached = reference.arbitrate(from, until);
    expect(merge.run(from, until)).toBe(reached);
    expect(merge.ended).toBe(reached < until ? bookedEnd.final : bookedEnd.until);
    const { pointers, sides, conflicts, read, shifts, refused, hides } = reference;
    const state = { pointers, sides, conflicts, read, shifts, refused, hides };
    expect(merge.state).toEqual(state);
    if (reached < until) {
      // Whoever stands there may be refused from now on
      fleet.logs.forEach((log, hart) => {
        const entry = log[reference.read[hart]];
        if (entry !== undefined) entry.kind = kind.plain;
        merge.show(hart, log.length);
      });
    }
    from = reached;
  }
  return reference;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('accesses that are merged', () => {
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
  });
});

describe('fetches that are merged', () => {
  /** Sequence `number`: by both ways, in pieces; all must be equal after each of them. */
  function compareFetches(number: number, seen: Seen): FetchingReference {
    const random = new Random(77, number);
    const fleet = fetchingFleet(random, number % 3 === 0);
    const reference = new FetchingReference(fleet, seen);
    const merge = new Merge(fleet);
    const longest = random.pick([3, 30, 400, 5000]);
    for (let from = 0; fleet.logs.some((log, hart) => reference.read[hart] < log.length);) {
      const until = from + random.below(longest);
      const reached = reference.arbitrate(from, until);
      expect(merge.run(from, until)).toBe(reached);
      expect(merge.ended).toBe(reached < until ? bookedEnd.final : bookedEnd.until);
      if (reference.useless) break;
      const { pointers, sides, conflicts, read, shifts, refused, hides } = reference;
      const state = { pointers, sides, conflicts, read, shifts, refused, hides };
      expect(merge.state).toEqual(state);
      for (const name of ['waits', 'covered', 'waited', 'wasRefused'] as const) {
        expect(merge.all(name)).toEqual(reference[name]);
      }
      expect(merge.cacheState).toBe(reference.cacheState);
      if (reached < until) {
        fleet.logs.forEach((log, hart) => {
          const entry = log[reference.read[hart]];
          if (entry?.kind === kind.final) entry.kind = kind.plain;
          merge.show(hart, log.length);
        });
      } else expect(merge.lines).toEqual(reference.lines);
      from = reached;
    }
    return reference;
  }

  it.each([0, 1, 2, 3])('are made as cycle by cycle, part %i', (part) => {
    const seen = new Seen();
    let [useless, evictions] = [0, 0];
    for (let number = 0; number < 40; number++) {
      const { useless: ended, cache } = compareFetches(40 * part + number, seen);
      useless += +ended;
      const held = cache.privates.tags.filter((tag) => tag >= 0).length;
      evictions += sum([...cache.misses]) + sum([...cache.prefetches]) - held;
    }
    const counts = { ...seen, useless, evictions };
    for (const [name, count] of Object.entries(counts))
      expect([name, count > 0]).toEqual([name, true]);
  });
});
