import { describe, expect, it } from 'vitest';
import { compareFetches } from './fetches.js';

describe('a fetch in translated code equals InstructionCache.fetch', () => {
  it('in 1,500 sequences over caches of random shapes: waits, lines, replacement, counters', () => {
    for (let number = 0; number < 1500; number++) {
      expect(compareFetches(1, number)).toBeUndefined();
    }
  });
});
