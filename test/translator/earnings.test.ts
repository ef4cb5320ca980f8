import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RegionEarnings } from '../../emulator/translator/region-earnings.js';
import { openSession } from '../../src/session/index.js';

describe('how many regions may be made', () => {
  const spent = (regions: number): RegionEarnings => {
    const earnings = new RegionEarnings(false);
    for (let n = 0; n < regions; n++) earnings.spend();
    return earnings;
  };

  it('has some to begin with, and more behind cycles of other tiers', () => {
    expect(spent(63).has(0)).toBe(true);
    expect(spent(64).has(0)).toBe(false);
    expect(spent(64).has(25_000)).toBe(true);
    expect(spent(64).has(25_000, 2)).toBe(true);
    expect(spent(64).has(25_000, 3)).toBe(false);
  });

  it('has more for each hart that the interpreter led meanwhile', () => {
    const [one, eight] = [spent(65), spent(65)];
    one.hold(2000, 1);
    eight.hold(2000, 8);
    expect(one.has(2000)).toBe(false);
    expect(eight.has(2000, 3)).toBe(true);
    expect(eight.has(2000, 4)).toBe(false);
  });

  it('has fewer behind cycles in regions, and does not hold for ever', () => {
    const earnings = spent(65);
    earnings.ran(25_000);
    expect(earnings.has(25_000)).toBe(false);
    expect(earnings.mayHold(0, 8)).toBe(true);
    earnings.hold(600_000, 8);
    expect(earnings.mayHold(600_000, 8)).toBe(false);
  });

  it('always has where everything is translated at first sight', () => {
    expect(new RegionEarnings(true).has(0, 1000)).toBe(true);
  });
});

it('makes large code of eight harts regions without making it segments first', () => {
  const file = fileURLToPath(new URL('../bench/prebuilt/big.elf', import.meta.url));
  const session = openSession({ harts: 8, set: { 'icache.ideal': true } });
  session.load({ name: 'big', bytes: readFileSync(file) });
  session.writeWord('bench_harts', 8);
  session.writeWord('bench_passes', 8);
  session.run({ maxCycles: 1e8 });
  const { functions, regions, phases } = session.stats().tier;
  expect(functions).toBeLessThan(200);
  expect(regions).toBeGreaterThan(500);
  expect(phases['done']).toBeGreaterThan(4);
});
