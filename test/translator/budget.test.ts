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
  const done = { translated: 0, made: 0 };
  const budget = new Budget(
    state,
    () => done.translated,
    () => done.made,
    after,
  );
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

  it('is a function for 500 instructions interpreted, and for 4,000 translated', () => {
    const { budget, done } = open(1);
    expect(budget.functions(25_000)).toBe(100);
    done.made = 40;
    expect(budget.functions(25_000)).toBe(60);
    done.translated = 40_000;
    // 10,000 are interpreted, and 40,000 count as 5,000.
    done.made = 0;
    expect(budget.functions(25_000)).toBe(0);
    expect(budget.functions(26_024)).toBe(34);
  });

  it('is nothing for a while when it would be few', () => {
    const { budget, done } = open(1);
    done.made = 100;
    expect(budget.functions(25_000)).toBe(0);
    done.made = 0;
    expect(budget.functions(26_023)).toBe(0);
    expect(budget.functions(26_024)).toBe(104);
    budget.reset();
    expect(budget.functions(0)).toBe(0);
  });

  it('has no limit where that is asked for', () => {
    const { budget, done } = open(0);
    done.made = 1e6;
    expect(budget.begins(0)).toBe(true);
    expect(budget.functions(0)).toBe(Infinity);
  });
});
