import { describe, expect, it } from 'vitest';
import { createHartState, mode, stall } from '../../emulator/hart/state.js';
import { HART_SHIFT } from '../../emulator/hart/slot.js';
import { Budget } from '../../emulator/translator/budget.js';

/** Two harts that run from cycle 0 on, and what a test says of translated code. */
function open(after: number) {
  const state = createHartState(2);
  for (const hart of [0, 1]) {
    state.mode[hart << HART_SHIFT] = mode.running;
    state.startedAt[hart << HART_SHIFT] = 0;
  }
  const done = { translated: 0, made: 0, infos: { length: 0 } };
  const budget = new Budget(state, () => done.translated, done, after);
  return { state, done, budget };
}

describe('what may be translated', () => {
  it('begins after a number of instructions of all harts', () => {
    const { budget, state } = open(200_000);
    expect(budget.begins(99_999)).toBe(false);
    expect(budget.begins(100_000)).toBe(true);
    // A stall is no instruction, nor are cycles asleep.
    state.stalls[stall.load_use] = 1;
    expect(budget.begins(100_000)).toBe(false);
    expect(budget.begins(100_001)).toBe(true);
    state.mode[1 << HART_SHIFT] = mode.asleep;
    state.sleepSince[1 << HART_SHIFT] = 50_000;
    expect(budget.begins(150_000)).toBe(false);
    expect(budget.begins(150_001)).toBe(true);
    state.mode[1 << HART_SHIFT] = mode.stopped;
    expect(budget.begins(200_000)).toBe(false);
  });

  it('is a function for 250 instructions interpreted, and for 2,000 translated, soon for fewer', () => {
    const { budget, done } = open(1);
    // 50,000 instructions: 200 functions, and a fifth more
    expect(budget.functions(25_000)).toBe(240);
    done.made = 100;
    expect(budget.functions(25_000)).toBe(140);
    // 250,000: 1,000 functions, and as many more
    expect(budget.functions(125_000)).toBe(1900);
    done.translated = 40_000;
    done.made = 20;
    // 10,000 are interpreted, and 40,000 count as 5,000: 60 functions, and 6 hundredths more
    expect(budget.functions(25_000)).toBe(43);
  });

  it('is nothing until it is worth a module, which is the more the more there is', () => {
    const { budget, done } = open(1);
    expect(budget.functions(3_000)).toBe(0);
    // 32 functions, of which 24 are earned: the other 8 take two harts 1,000 cycles.
    expect(budget.lookAt).toBe(4_000);
    expect(budget.functions(3_999)).toBe(0);
    expect(budget.functions(4_000)).toBe(33);
    done.made = 200;
    done.infos.length = 200;
    expect(budget.functions(25_000)).toBe(0);
    expect(budget.lookAt).toBe(26_250);
    expect(budget.functions(26_250)).toBe(54);
  });

  it('is a small module again when all was dropped, but not for nothing', () => {
    const { budget, done } = open(1);
    done.made = 200;
    expect(budget.functions(25_000)).toBe(40);
  });

  it('counts from the start of a run', () => {
    const { budget, done } = open(1);
    done.made = 100;
    expect(budget.functions(10_000)).toBe(0);
    budget.reset();
    expect(budget.functions(10_000)).toBe(86);
  });

  it('has no limit where that is asked for', () => {
    const { budget, done } = open(0);
    done.made = 1e6;
    expect(budget.begins(0)).toBe(true);
    expect(budget.functions(0)).toBe(Infinity);
  });
});
