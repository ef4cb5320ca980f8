import { describe, expect, it } from 'vitest';
import * as e from '../lockstep/encode.js';
import { costsOf, li, machineFor, nop, tcdm, type Setting } from '../timing/harness.js';
import { loaded } from './program.js';

/** Cycle rules of somebody else's core: every parameter at its end, and counters that still add up. */
describe('timing parameters', () => {
  const slow: Setting['set'] = {
    'timing.branch_taken': 5,
    'timing.split_target': 2,
    'timing.jump': 5,
    'timing.branch_not_taken': 3,
    'timing.load_use': 6,
    'timing.fence': 5,
  };

  it('are honoured at their ends', () => {
    // beq to the next 32-bit instruction but one, at address % 4 == 2.
    const half = { half: e.cNop };
    const code = [e.bType(0, 0, 0, 6), half, e.bType(1, 0, 0, 8), nop];
    expect(costsOf(code, { set: slow })).toEqual([7, 3, 1]);
    expect(costsOf([e.jType(0, 6), half, nop], { set: slow })).toEqual([7, 1]);
    const use = [e.lw(5, 6, 0), e.add(7, 5, 5), nop];
    expect(costsOf(use, { set: slow, registers: { 6: tcdm } })).toEqual([7, 1, 1]);
  });

  it.each(['branch_taken', 'jump', 'fence', 'split_target'])('%s has an end', (name) => {
    const setting = { set: { [`timing.${name}`]: 6 } };
    expect(() => machineFor(setting)).toThrow(/at most|maximum|too large|6/);
  });

  it('leave counters that add up wherever the run is cut', () => {
    const code = [
      ...li(6, tcdm),
      e.bType(1, 0, 0, 8),
      e.lw(5, 6, 0),
      e.add(7, 5, 5),
      e.bType(0, 0, 0, -12),
    ];
    const machine = loaded(code, { set: slow });
    let instructions = 0;
    machine.trace(() => instructions++);
    for (let cycle = 1; cycle < 80; cycle++) {
      machine.runUntil(cycle);
      const [hart] = machine.stats().harts;
      expect(hart!.instret, `cycle ${cycle}`).toBe(instructions);
      expect(Math.min(...Object.values(hart!.stalls))).toBeGreaterThanOrEqual(0);
    }
  });
});
