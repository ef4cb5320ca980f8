import { describe, expect, it } from 'vitest';
import * as e from '../lockstep/encode.js';
import { costsOf, l2, nop, stepsOf, type Instruction, type Step } from './harness.js';

/**
 * The event unit on the harts' direct link, measured with its RTL (docs/timing.md). Costs of cv.elw run
 * from its issue to the issue of the next instruction.
 */
const eventUnit = 0x10204000;
const base = 10;
const hart = 11;
const elw = (rd: number, offset: number) => e.iType(0x0b, 3, rd, base, offset);
const store = (register: number, offset: number) => e.sw(register, base, offset);
const mhartid = e.csr(2, hart, 0, 0xf14);

const start = l2 + 0x1000;
/** Cycle in which the instruction number `index` of the code leaves decode, by hart. */
const at = (steps: readonly Step[], index: number): number[] =>
  steps
    .filter((step) => step.pc === start + 4 * index)
    .toSorted((a, b) => a.hart - b.hart)
    .map((step) => step.cycle);

const registers = { [base]: eventUnit, 12: 1, 13: 0xff, 14: 0x20000, 15: 0x10000 };

describe('plain access over the direct link', () => {
  it('costs 1', () => {
    expect(costsOf([e.lw(5, base, 0x1c), nop], { registers })).toEqual([1, 1]);
    expect(costsOf([store(12, 0x00), nop], { registers })).toEqual([1, 1]);
    // A load into the link of the jump behind it: the jump waits, and hides its second cycle.
    expect(costsOf([e.lw(1, base, 0x1c), e.jType(1, 4), nop], { registers })).toEqual([2, 1, 1]);
  });
});

describe('cv.elw', () => {
  it('costs 4 on a wait register whose event is pending, no penalty on use', () => {
    // Mask software event 0, trigger it at oneself, wait long enough for it to be pending.
    const code = [
      store(12, 0x00),
      store(12, 0x140 - 0x40),
      nop,
      nop,
      nop,
      elw(5, 0x3c),
      e.add(6, 5, 5),
    ];
    const costs = costsOf(code, { registers });
    expect(costs.slice(5)).toEqual([4, 1]);
  });

  it('locks a free mutex in 5', () => {
    expect(costsOf([store(14, 0x00), nop, elw(5, 0xc0), nop], { registers }).slice(2)).toEqual([
      5, 1,
    ]);
  });
});

/** Barrier 0 with all eight harts as trigger and target mask; mask the barrier event. */
const prepareBarrier = [store(13, 0x200), store(13, 0x20c), store(15, 0x00)];

describe('barrier (trigger, wait, clear by cv.elw)', () => {
  it('takes 6 for every hart when all come together', () => {
    // Those who set the barrier up leave one after the other; a first barrier brings them together.
    const code = [...prepareBarrier, elw(5, 0x21c), elw(5, 0x21c), nop];
    const steps = stepsOf(code, { registers, harts: 8 });
    const issue = at(steps, 4);
    const next = at(steps, 5);
    expect(new Set(issue).size).toBe(1);
    expect(next.map((cycle, index) => cycle - issue[index]!)).toEqual(Array(8).fill(6));
  });

  it('takes 6 for the last, and all others leave in the same cycle as it', () => {
    // Hart h counts down from 3 h + 1 before it arrives.
    const delay = [
      e.iType(0x13, 1, 6, hart, 2),
      e.addi(6, 6, 1),
      e.addi(6, 6, -1),
      e.bType(1, 6, 0, -4),
    ];
    const code = [...prepareBarrier, mhartid, ...delay, elw(5, 0x21c), nop];
    const steps = stepsOf(code, { registers, harts: 8 });
    const issue = at(steps, 8);
    const next = at(steps, 9);
    expect(new Set(issue).size).toBe(8);
    expect(next).toEqual(Array(8).fill(Math.max(...issue) + 6));
  });
});

describe('registers of a barrier', () => {
  it('serve one hart in a cycle, the lowest number first: all eight at once take 1 to 8 cycles', () => {
    for (const access of [store(13, 0x20c), e.lw(5, base, 0x200)]) {
      const steps = stepsOf([access, nop], { registers, harts: 8 });
      const cost = at(steps, 1).map((cycle, index) => cycle - at(steps, 0)[index]!);
      expect(cost).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });
  it('let a lower hart that comes later go first', () => {
    // Hart 0 comes three cycles behind the others, when four of them still wait.
    const late = [e.bType(1, hart, 0, 12), nop, nop];
    const code = [mhartid, ...late, e.lw(5, base, 0x200), nop];
    const steps = stepsOf(code, { registers, harts: 8 });
    const issue = at(steps, 4);
    const next = at(steps, 5);
    // Taken branch 3; not taken and two nops 3: hart 0 arrives with them, so it is simply the first.
    expect(next.map((cycle, h) => cycle - issue[h]!)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const later = [e.bType(1, hart, 0, 20), nop, nop, nop, nop];
    const again = stepsOf([mhartid, ...later, e.lw(5, base, 0x200), nop], { registers, harts: 8 });
    const costs = at(again, 7).map((cycle, h) => cycle - at(again, 6)[h]!);
    // Hart 0 asks two cycles behind the seven others: two of them are served before it, five behind.
    expect(costs).toEqual([1, 1, 2, 4, 5, 6, 7, 8]);
  });
  it('triggering by a load is not among them, nor are other barriers', () => {
    const together = stepsOf([e.lw(5, base, 0x214), nop], { registers, harts: 8 });
    expect(new Set(at(together, 1)).size).toBe(1);
    // Hart h reads barrier h.
    const own = [mhartid, e.iType(0x13, 1, 6, hart, 5), e.add(6, 6, base), e.lw(5, 6, 0x200), nop];
    expect(new Set(at(stepsOf(own, { registers, harts: 8 }), 4)).size).toBe(1);
  });
});

describe('software event', () => {
  it('wakes all sleepers 5 cycles after the issue of the triggering store; the store itself takes 1', () => {
    // Harts 1..7 sleep; hart 0 counts to 20 and triggers event 0 at all.
    const skip = (offset: number) => e.bType(1, hart, 0, offset);
    const wait: Instruction[] = [e.addi(6, 0, 20), e.addi(6, 6, -1), e.bType(1, 6, 0, -4)];
    const sleeper = [elw(5, 0x3c), nop];
    const code = [
      mhartid,
      store(12, 0x00),
      skip(8 + 4 * 4),
      ...wait,
      store(13, 0x100),
      nop,
      ...sleeper,
    ];
    const steps = stepsOf(code, { registers, harts: 8 });
    const trigger = at(steps, 6)[0]!;
    expect(at(steps, 7)[0]! - trigger).toBe(1);
    // Hart 0 runs into the wait too; of it only the order is known.
    const woken = steps.filter((step) => step.hart > 0 && step.pc === start + 4 * 9);
    expect(woken.map((step) => step.cycle)).toEqual(Array(7).fill(trigger + 5));
  });
});

describe('mutex', () => {
  it('goes to the lowest hart first when all ask in one cycle, and is handed over in 5', () => {
    // Lock, one instruction, unlock, on all harts at once.
    const code = [store(14, 0x00), elw(5, 0xc0), nop, store(0, 0xc0), nop];
    const steps = stepsOf(code, { registers, harts: 8 });
    const locked = at(steps, 2);
    const unlock = at(steps, 3);
    expect(locked[0]! - at(steps, 1)[0]!).toBe(5);
    for (let h = 1; h < 8; h++) expect(locked[h]! - unlock[h - 1]!, `hart ${h}`).toBe(5);
  });
});
