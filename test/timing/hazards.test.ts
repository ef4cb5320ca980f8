import { describe, expect, it } from 'vitest';
import * as e from '../lockstep/encode.js';
import { costsOf, half, l2, nop, tcdm, type Instruction } from './harness.js';

/** Hazards 1 to 9 of the timing rules, each with the reason for its number (docs/timing.md). */
const target = l2 + 0x1000;
const registers = { 6: tcdm + 0x100, 10: target + 16, 11: target + 16, 12: 3 };
const words = { [tcdm + 0x100]: target + 16 };
const costs = (code: readonly Instruction[], more: Record<number, number> = {}) =>
  costsOf(code, { registers: { ...registers, ...more }, words });

const load = (rd: number) => e.lw(rd, 6, 0);
const mulh = (rd: number) => e.rType(0x33, 1, 1, rd, 12, 12);
const mul = (rd: number) => e.rType(0x33, 0, 1, rd, 10, 12);
const div = (rd: number, rs2 = 12) => e.rType(0x33, 5, 1, rd, 12, rs2);

describe('hazard 1: load-use', () => {
  it('costs 1 when the next instruction reads the loaded register', () => {
    expect(costs([load(5), e.add(7, 5, 0)])).toEqual([2, 1]);
    expect(costs([load(5), e.add(7, 0, 5)])).toEqual([2, 1]);
    expect(costs([load(5), e.sw(5, 6, 4)])).toEqual([2, 1]);
    expect(costs([e.lw(6, 6, 0), e.lw(7, 6, 0)], {}).slice(0, 1)).toEqual([2]);
    expect(costs([load(5), e.csr(1, 0, 5, 0x340), nop])).toEqual([2, 1, 1]);
  });
  it('costs nothing with one instruction between, for other registers, or for x0', () => {
    expect(costs([load(5), nop, e.add(7, 5, 0)])).toEqual([1, 1, 1]);
    expect(costs([load(5), e.add(7, 8, 9)])).toEqual([1, 1]);
    expect(costs([load(0), e.add(7, 0, 0)])).toEqual([1, 1]);
    // The immediate of csrrwi is no register although it sits in the field of rs1.
    expect(costs([load(5), e.csr(5, 0, 5, 0x340)])).toEqual([1, 1]);
    // Neither are the bits of a lui.
    expect(costs([load(5), e.uType(0x37, 7, 5 << 3)])).toEqual([1, 1]);
  });
});

describe('hazard 2: overwriting a register that is being loaded', () => {
  it('costs 1 through the ALU port', () => {
    expect(costs([load(5), e.addi(5, 0, 1)])).toEqual([2, 1]);
    expect(costs([load(5), e.uType(0x37, 5, 1)])).toEqual([2, 1]);
    expect(costs([load(5), mul(5)])).toEqual([2, 1]);
  });
  it('costs nothing by another load', () => {
    expect(costs([load(5), load(5)])).toEqual([1, 1]);
  });
  it('holds back the link of a jump, too, which hides its second cycle meanwhile: 3 in all', () => {
    expect(costs([load(1), e.jType(1, 4), nop])).toEqual([2, 1, 1]);
    expect(costs([load(1), e.jalr(1, 10, 0), nop, nop, nop], {})).toEqual([2, 1, 1]);
    // Behind two bus accesses nothing is left to hide: 4 in all
    const misaligned = e.lw(1, 6, 1);
    expect(costs([misaligned, e.jType(1, 4), nop])).toEqual([3, 1, 1]);
    expect(costs([misaligned, e.jalr(1, 10, 0), nop, nop, nop], {})).toEqual([3, 1, 1]);
  });
  it('counts x0 as a register: a discarded load and a discarded result share the port', () => {
    for (const next of [nop, half(e.cNop), e.csr(1, 0, 6, 0x340), e.uType(0x37, 0, 1)]) {
      expect(costs([load(0), next])).toEqual([2, 1]);
    }
    expect(costs([load(0), e.jType(0, 4), nop])).toEqual([2, 1, 1]);
    // Neither stores nor branches have a destination, and another load has its own
    for (const next of [e.sw(5, 6, 0), e.bType(1, 0, 0, 8), load(0)]) {
      expect(costs([load(0), next, e.sw(5, 6, 0)])).toEqual([1, 1, 1]);
    }
  });
});

describe('hazard 4: jalr needs its base register in decode', () => {
  const jump = (before: Instruction[]) => {
    // The jump goes to the nop at offset 16; what lies between is never reached.
    const padding = Array.from({ length: 3 - before.length }, () => nop);
    const all = costs([...before, e.jalr(0, 10, 0), ...padding, nop]);
    return all.slice(0, before.length + 1).reduce((sum, value) => sum + value, 0) - before.length;
  };
  it('+1 directly behind ALU, mul, CSR; +0 with one between', () => {
    expect(jump([e.addi(10, 10, 0)])).toBe(2 + 1);
    expect(jump([e.addi(10, 10, 0), nop])).toBe(2);
    expect(jump([e.add(10, 11, 0)])).toBe(3);
  });
  it('+1 directly behind mulh and div, whose wait hides nothing then', () => {
    // ((target + 16) << 3) * 2^29 has target + 16 as its high word.
    const high = e.rType(0x33, 3, 1, 10, 13, 14);
    const behindMulh = costs([high, e.jalr(0, 10, 0), nop, nop, nop], {
      13: (target + 16) * 8,
      14: 1 << 29,
    });
    expect(behindMulh).toEqual([5 + 1, 2, 1]);
    const quotient = e.rType(0x33, 5, 1, 10, 13, 14);
    const behindDiv = costs([quotient, e.jalr(0, 10, 0), nop, nop, nop], {
      13: target + 16,
      14: 1,
    });
    expect(behindDiv).toEqual([34 + 1, 2, 1]);
  });
  it('+2 directly behind a load, +1 with one between, +0 with two', () => {
    expect(jump([load(10)])).toBe(4);
    expect(jump([load(10), nop])).toBe(3);
    expect(jump([load(10), nop, nop])).toBe(2);
  });
});

describe('hazard 5: branches compare in execute', () => {
  const branch = e.bType(0, 5, 0, 8);
  it('wait for a load only', () => {
    expect(costs([e.addi(5, 0, 1), branch, nop, nop]).slice(0, 2)).toEqual([1, 1]);
    expect(costs([mul(5), branch, nop, nop]).slice(0, 2)).toEqual([1, 1]);
    expect(costs([mulh(5), branch, nop, nop]).slice(0, 1)).toEqual([5]);
    expect(costs([load(5), branch, nop, nop]).slice(0, 2)).toEqual([2, 1]);
  });
});

describe('hazard 6: a jump that waits behind a multi-cycle instruction has fetched already', () => {
  const jal = (offset: number) => e.jType(0, offset);
  it('mulh + jal = 5 + 1, div + jal = n + 1, misaligned load + jal = 2 + 1', () => {
    expect(costs([mulh(5), jal(4), nop])).toEqual([5, 1, 1]);
    expect(costs([div(5), jal(4), nop])).toEqual([33, 1, 1]);
    expect(costs([e.lw(5, 6, 1), jal(4), nop])).toEqual([2, 1, 1]);
    expect(costs([e.sw(5, 6, 2), half(e.cJ(4)), half(e.cNop), nop])).toEqual([2, 1, 1]);
  });
  it('a load-use stall, a taken branch or a flushing CSR access hides nothing', () => {
    expect(costs([load(5), jal(4), nop])).toEqual([1, 2, 1]);
    expect(costs([load(5), e.add(7, 5, 0), jal(4), nop])).toEqual([2, 1, 2, 1]);
    expect(costs([e.bType(0, 0, 0, 4), jal(4), nop])).toEqual([3, 2, 1]);
    expect(costs([e.csr(2, 5, 0, 0x300), jal(4), nop])).toEqual([4, 2, 1]);
  });
  it('does not hide the cycle of a split target: 5 + 2', () => {
    expect(costs([mulh(5), jal(6), half(e.cNop), nop]).slice(0, 2)).toEqual([5, 2]);
  });
  it('jalr with rd == rs1: no extra when hidden and aligned, 3 with a split target', () => {
    expect(costs([mulh(5), e.jalr(10, 10, 0), nop, nop, nop]).slice(0, 2)).toEqual([5, 1]);
    const split = [mulh(5), e.jalr(10, 10, 2), nop, nop, half(e.cNop), nop];
    expect(costs(split).slice(0, 2)).toEqual([5, 3]);
  });
  it('an instruction between ends the shadow', () => {
    expect(costs([mulh(5), nop, jal(4), nop])).toEqual([5, 1, 2, 1]);
  });
});

describe('hazard 8: an answer that takes longer', () => {
  it('costs the latency, and the next instruction waits even when it does not need it', () => {
    const at = l2 + 0x3000;
    expect(costs([e.lw(5, 15, 0), nop], { 15: at })).toEqual([10, 1]);
    expect(costs([e.lw(5, 15, 0), e.add(7, 5, 0)], { 15: at })).toEqual([11, 1]);
    expect(costs([e.sw(5, 15, 0), nop], { 15: at })).toEqual([10, 1]);
    const five = costsOf([e.lw(5, 15, 0), nop], {
      registers: { 15: at },
      set: { 'l2.latency': 5 },
    });
    expect(five).toEqual([5, 1]);
  });
});
