import { expect, it } from 'vitest';
import { growth, measureMemory } from './memory.js';

it('keeps no more the longer a run is', { timeout: 120_000 }, () => {
  // A lap is about 200,000 cycles: 60 laps, four changes in every other one
  const guest = { harts: 1, count: 1000, turns: 30, perFence: 250, lapsPerChange: 2 };
  const stretches = measureMemory(guest, 12_000_000, 20);
  const { shares, dropped } = stretches.at(-1)!.tiers;
  expect(shares.region + shares.translated).toBeGreaterThan(0.5);
  expect(dropped).toBeGreaterThan(15);
  expect(growth(stretches).kept).toBeLessThan(10);
});
