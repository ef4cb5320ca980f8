import { afterEach, describe, expect, it, vi } from 'vitest';
import { PhaseRun } from '../../emulator/translator/phase-run.js';
import { comparePhases } from './phase-programs.js';

/** Harts that run freely through code that their instruction caches do not hold, against the interpreter. */

const PROGRAMS = 10;

afterEach(() => vi.restoreAllMocks());

describe.each([0, 1, 2, 3])('random code between barriers, part %i', (part) => {
  it.each(['eager', 'auto'] as const)('%s: every cycle is that of the interpreter', (engine) => {
    // Cycles that fetches waited in phases that were kept
    let waits = 0;
    const commit = PhaseRun.prototype.commitBehind;
    vi.spyOn(PhaseRun.prototype, 'commitBehind').mockImplementation(function (
      this: PhaseRun,
      between,
    ) {
      for (let hart = 0; hart < this.count; hart++) waits += this.get(hart, 'waits');
      commit.call(this, between);
    });
    for (let number = part * PROGRAMS; number < (part + 1) * PROGRAMS; number++) {
      const { difference } = comparePhases(7, number, engine);
      expect(difference, `program ${number}`).toBeUndefined();
    }
    // What is translated when it is hot begins no phase in some parts.
    if (engine === 'eager') expect(waits).toBeGreaterThan(0);
  });
});
