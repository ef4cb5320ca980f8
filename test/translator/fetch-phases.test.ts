import { describe, expect, it } from 'vitest';
import { comparePhases } from './phase-programs.js';

/** Harts that run freely through code that their instruction caches do not hold, against the interpreter. */

const PROGRAMS = 12;

describe.each([0, 1, 2, 3])('random code between barriers, part %i', (part) => {
  it.each(['eager', 'auto'] as const)('%s: every cycle is that of the interpreter', (engine) => {
    let kept = 0;
    for (let number = part * PROGRAMS; number < (part + 1) * PROGRAMS; number++) {
      const { difference, machine } = comparePhases(7, number, engine);
      expect(difference, `program ${number}`).toBeUndefined();
      const { done, cut } = machine.tiers().phases;
      kept += done + cut;
    }
    expect(kept).toBeGreaterThan(0);
  });
});
