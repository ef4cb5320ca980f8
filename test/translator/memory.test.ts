import { describe, expect, it } from 'vitest';
import { measureMemory } from './memory.js';

describe('memory', () => {
  it('stays bounded while code that is hot everywhere keeps changing', { timeout: 120_000 }, () => {
    // A lap is about 200,000 cycles: 60 laps, four changes in every other one
    const { early, late, translated, dropped } = measureMemory(1000, 12_000_000, 20, 2);
    expect(translated).toBeGreaterThan(0.5);
    expect(dropped).toBeGreaterThan(15);
    expect(late - early).toBeLessThan(10);
  });
});
