import { describe, expect, it } from 'vitest';
import * as e from '../lockstep/encode.js';
import { costsOf, l2, nop, stepsOf, type Instruction } from './harness.js';

/**
 * Interrupts and wfi, as the RTL of the core took them: software event 0 raises line 11 through the event
 * unit. Costs run from leaving decode to the next instruction leaving it, at the vector or behind wfi.
 */
const [base, one, vector, end, line] = [10, 12, 13, 14, 15];
const handler = l2 + 0x2000;
const start = l2 + 0x1000;
const store = (register: number, offset: number) => e.sw(register, base, offset);
const wfi = 0x10500073;

/** Vector, interrupt mask of the event unit, mie. */
const prepare = [e.csr(1, 0, vector, 0x305), store(one, 0x0c), e.csr(1, 0, line, 0x304)];
const trigger = [store(one, 0x100), nop, nop, nop, nop, nop];
const setting = (code: readonly Instruction[]) => ({
  registers: {
    [base]: 0x10204000,
    [one]: 1,
    [vector]: handler,
    [end]: start + 4 * code.length,
    [line]: 0x800,
  },
  words: { [handler]: e.jalr(0, end, 0) },
});

describe('interrupts', () => {
  it('enter the handler in 2, behind what enables them (4, a flush)', () => {
    const code = [...prepare, ...trigger, e.csr(5, 0, 8, 0x300), nop, nop, nop];
    const steps = stepsOf(code, setting(code));
    const enable = steps.find((step) => step.pc === start + 4 * 9)!;
    const entered = steps.find((step) => step.pc === handler)!;
    expect(entered.cycle - enable.cycle).toBe(4 + 2);
    // The interrupted instruction did not leave decode
    expect(steps.some((step) => step.pc === start + 4 * 10)).toBe(false);
  });
});

describe('wfi', () => {
  it('takes 6 when an interrupt is pending that mie lets through, also with MIE 0', () => {
    const code = [...prepare, ...trigger, wfi, nop];
    expect(costsOf(code, setting(code)).slice(9)).toEqual([6, 1]);
  });

  it('that sleeps goes on 2 cycles behind the line, but not earlier than one that does not', () => {
    // Hart 1 counts down before it triggers; hart 0 sleeps.
    const hart = 11;
    const delayed = (turns: number): number => {
      const code = [
        ...prepare,
        e.csr(2, hart, 0, 0xf14),
        e.addi(6, 0, turns),
        e.bType(0, hart, 0, 20),
        e.addi(6, 6, -1),
        e.bType(1, 6, 0, -4),
        store(16, 0x100),
        e.jalr(0, end, 0),
        wfi,
        nop,
      ];
      const at = setting(code);
      const steps = stepsOf(code, { ...at, registers: { ...at.registers, 16: 1 }, harts: 2 });
      const of = (h: number, index: number): number =>
        steps.find((step) => step.hart === h && step.pc === start + 4 * index)!.cycle;
      expect(of(0, 11) - of(0, 10)).toBeGreaterThanOrEqual(6);
      return of(0, 11) - of(1, 8);
    };
    // The event is in the buffer in the cycle behind the store, and its line wakes in the next.
    expect(delayed(20)).toBe(2 + 2);
  });
});
