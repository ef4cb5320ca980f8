import { describe, expect, it } from 'vitest';
import * as e from '../lockstep/encode.js';
import { costsOf, half, l2, li, nop, tcdm, type Instruction, type Setting } from './harness.js';

/**
 * The cost table of the core. Every expectation is a measurement on the CV32E40P RTL (docs/timing.md):
 * cycles from an instruction leaving decode to the next one leaving it.
 */
const r = e.rType;
const op = (f3: number, f7 = 0) => r(0x33, f3, f7, 5, 6, 7);
const loads = (rd: number, rs1: number, imm: number, f3: number) => e.iType(0x03, f3, rd, rs1, imm);
const cost = (code: readonly Instruction[], setting?: Setting): number =>
  costsOf(code, setting)[0]!;

describe('cost per instruction', () => {
  it('ALU, upper immediates, shifts and compares: 1, 16- and 32-bit, aligned or not', () => {
    const plain = [
      op(0),
      op(0, 0x20),
      op(1),
      op(2),
      op(3),
      op(4),
      op(5),
      op(5, 0x20),
      op(6),
      op(7),
    ];
    const upper = [e.uType(0x37, 5, 1), e.uType(0x17, 5, 1), e.addi(5, 6, 1)];
    const short = [half(e.cAddi(5, 1)), half(e.cLi(5, 3)), half(e.cMv(5, 6)), half(e.cSlli(5, 2))];
    const costs = costsOf([...plain, half(e.cNop), ...upper, ...short, ...plain]);
    expect(new Set(costs)).toEqual(new Set([1]));
  });

  it('mul: 1, and an accumulator chain runs at one per cycle', () => {
    expect(costsOf([r(0x33, 0, 1, 5, 5, 6), r(0x33, 0, 1, 5, 5, 6), e.add(7, 5, 5)])).toEqual([
      1, 1, 1,
    ]);
  });

  it('mulh, mulhsu, mulhu: always 5, nothing more on use', () => {
    for (const f3 of [1, 2, 3]) expect(costsOf([op(f3, 1), e.add(8, 5, 5)])).toEqual([5, 1]);
  });

  it('misaligned word 2; halfword across words 2, odd inside a word 1', () => {
    const at = (f3: number, address: number) =>
      cost([loads(5, 6, 0, f3), nop], { registers: { 6: address } });
    expect([0, 1, 2, 3].map((offset) => at(2, tcdm + 64 + offset))).toEqual([1, 2, 2, 2]);
    expect([0, 1, 2, 3].map((offset) => at(1, tcdm + 64 + offset))).toEqual([1, 1, 1, 2]);
    expect([0, 1, 2, 3].map((offset) => at(0, tcdm + 64 + offset))).toEqual([1, 1, 1, 1]);
    const store = (f3: number, address: number) =>
      cost([e.sType(0x23, f3, 6, 5, 0), nop], { registers: { 6: address } });
    expect([0, 1, 2, 3].map((offset) => store(2, tcdm + 64 + offset))).toEqual([1, 2, 2, 2]);
    expect([0, 1, 2, 3].map((offset) => store(1, tcdm + 64 + offset))).toEqual([1, 1, 1, 2]);
  });

  it('branch: not taken 1, taken 3, one more to a 32-bit instruction at address % 4 == 2', () => {
    const beq = (offset: number) => e.bType(0, 0, 0, offset);
    const bne = e.bType(1, 0, 0, 8);
    expect(cost([bne, nop, nop])).toBe(1);
    expect(cost([beq(8), nop, nop])).toBe(3);
    expect(cost([beq(6), half(e.cNop), nop])).toBe(4);
    // A 16-bit target is in one fetch word wherever it lies.
    expect(cost([beq(6), half(e.cNop), half(e.cNop), nop])).toBe(3);
    expect(cost([half(e.cBeqz(8, 4)), half(e.cNop), nop], { registers: { 8: 0 } })).toBe(3);
  });

  it('jal, c.j, c.jal, jalr, c.jr, c.jalr: 2, same rule for the target', () => {
    const registers = { 10: l2 + 0x1008 };
    expect(cost([e.jType(1, 8), nop, nop])).toBe(2);
    expect(cost([e.jType(0, 6), half(e.cNop), nop])).toBe(3);
    expect(cost([half(e.cJ(4)), half(e.cNop), nop])).toBe(2);
    expect(cost([half(e.cJal(4)), half(e.cNop), nop])).toBe(2);
    expect(cost([e.jalr(1, 10, 0), nop, nop], { registers })).toBe(2);
    expect(cost([half(e.cJr(10)), half(e.cNop), nop, nop], { registers })).toBe(2);
    expect(cost([half(e.cJalr(10)), half(e.cNop), nop, nop], { registers })).toBe(2);
    const split = { registers: { 10: l2 + 0x100a } };
    expect(cost([e.jalr(1, 10, 0), nop, half(e.cNop), nop], split)).toBe(3);
  });

  it('jalr with rd == rs1: 3; the far-call pair auipc + jalr: 1 + 1 + 3', () => {
    expect(cost([e.jalr(10, 10, 0), nop, nop], { registers: { 10: l2 + 0x1008 } })).toBe(3);
    // auipc ra, 0 ; jalr ra, 12(ra): the jalr also waits one cycle for ra in decode.
    const steps = costsOf([e.uType(0x17, 1, 0), e.jalr(1, 1, 12), nop, nop]);
    expect(steps[0]! + steps[1]!).toBe(5);
    expect(steps).toEqual([2, 3, 1]);
  });

  it('fence and fence.i: 4, and 5 when the next is 32-bit at address % 4 == 2', () => {
    const fence = 0x0ff0000f;
    expect(costsOf([fence, nop])).toEqual([4, 1]);
    expect(costsOf([e.fenceI, nop])).toEqual([4, 1]);
    expect(costsOf([half(e.cNop), fence, nop])).toEqual([1, 5, 1]);
    expect(costsOf([half(e.cNop), fence, half(e.cNop)])).toEqual([1, 4, 1]);
  });

  it('CSR access: 1 ordinary; 4 for those that flush, read or written', () => {
    const read = (number: number) => cost([e.csr(2, 5, 0, number), nop]);
    const write = (number: number) => cost([e.csr(1, 0, 6, number), nop], { registers: { 6: 0 } });
    for (const ordinary of [0xf14, 0x340, 0x304, 0x301, 0xf11]) expect(read(ordinary)).toBe(1);
    for (const flushing of [
      0x300, 0x341, 0x342, 0x305, 0xb00, 0xb80, 0xb02, 0xb82, 0xb03, 0x323, 0x320, 0xc00, 0xc02,
    ]) {
      expect(read(flushing), flushing.toString(16)).toBe(4);
    }
    expect(write(0x340)).toBe(1);
    for (const flushing of [0x300, 0x341, 0x305, 0xb00, 0xb02, 0x323, 0x320])
      expect(write(flushing)).toBe(4);
  });

  it('ecall and ebreak 4, illegal instruction 5, illegal CSR access 4, mret 5 (6 to a split target)', () => {
    const vector = l2 + 0x2000;
    const registers = { 6: vector, 7: l2 + 0x1010, 8: l2 + 0x1012 };
    const words = { [vector]: e.csr(1, 0, 7, 0x341), [vector + 4]: nop, [vector + 8]: e.mret };
    const at = (first: number) =>
      costsOf([e.csr(1, 0, 6, 0x305), nop, first, nop], { registers, words });
    // csrw mtvec 4, nop 1, trap, csrw mepc 4, nop 1, mret to 0x1010 (the endless loop of the harness)
    expect(at(e.ecall)).toEqual([4, 1, 4, 4, 1, 5]);
    expect(at(e.ebreak)).toEqual([4, 1, 4, 4, 1, 5]);
    expect(at(0xffffffff)).toEqual([4, 1, 5, 4, 1, 5]);
    // A CSR that does not exist, and a write to one that cannot be written: as quick as ecall
    expect(at(e.csr(2, 5, 0, 0x001))).toEqual([4, 1, 4, 4, 1, 5]);
    expect(at(e.csr(1, 5, 6, 0xf14))).toEqual([4, 1, 4, 4, 1, 5]);
    const toSplit = { ...words, [vector]: e.csr(1, 0, 8, 0x341) };
    const code = [e.csr(1, 0, 6, 0x305), nop, e.ecall, nop, half(e.cNop), nop];
    expect(costsOf(code, { registers, words: toSplit })).toEqual([4, 1, 4, 4, 1, 6, 1]);
  });

  it('ecall is not counted in minstret; fence, CSR instructions and mret are', () => {
    const vector = l2 + 0x2000;
    const instret = 0xb02;
    const run = (body: readonly Instruction[]): number => {
      const registers = { 6: vector, 7: l2 + 0x1018, 8: 0, 9: tcdm };
      const words = { [vector]: nop, [vector + 4]: e.csr(1, 0, 7, 0x341), [vector + 8]: e.mret };
      // Counters start, first read, body, second read; the difference goes to memory and back.
      const code = [
        e.csr(1, 0, 6, 0x305),
        e.csr(1, 0, 8, 0x320),
        e.csr(2, 10, 0, instret),
        ...body,
        e.csr(2, 11, 0, instret),
        e.sub(12, 11, 10),
      ];
      return differenceOf(code, { registers, words });
    };
    // csrr itself counts: nop, fence, nop between two reads make 4.
    expect(run([nop, 0x0ff0000f, nop])).toBe(4);
    // nop + [ecall] + nop + csrw + mret (to 0x1018, after the ecall) + first csrr
    expect(run([nop, nop, e.ecall])).toBe(1 + 2 + 3);
  });
});

describe('division: 3 + z cycles, from the divisor alone', () => {
  const rows: readonly (readonly [number, number, number])[] = [
    // divisor, unsigned cycles, signed cycles; z = leading zeros, or leading ones - 1 when negative
    [0, 35, 35],
    [1, 34, 34],
    [7, 32, 32],
    [100, 28, 28],
    [0x7fffffff, 4, 4],
    [-1, 3, 34],
    [-2, 3, 33],
    [-100, 3, 27],
    [-0x80000000, 3, 3],
  ];
  const cycles = (f3: number, divisor: number, dividend: number) =>
    costsOf([op(f3, 1), e.add(8, 5, 5)], { registers: { 6: dividend, 7: divisor } });

  it.each(rows)('by %i: unsigned %i, signed %i', (divisor, unsigned, signed) => {
    for (const dividend of [0, 1, -1, 12345, -0x80000000]) {
      for (const f3 of [5, 7]) expect(cycles(f3, divisor, dividend)).toEqual([unsigned, 1]);
      for (const f3 of [4, 6]) expect(cycles(f3, divisor, dividend)).toEqual([signed, 1]);
    }
  });
});

/** Runs code and gives x12, which the program stores at the start of the TCDM. */
function differenceOf(code: readonly Instruction[], setting: Setting): number {
  let value = -1;
  const store = e.sw(12, 9, 0);
  const load = e.lw(13, 9, 0);
  // Time tells the value: a shift left by it and a counted loop would too, but a branch per value is simple.
  for (let guess = 0; guess < 16 && value < 0; guess++) {
    const costs = costsOf(
      [...code, store, load, ...li(14, guess), e.bType(0, 13, 14, 8), nop, nop],
      setting,
    );
    if (costs.at(-2) === 3) value = guess;
  }
  return value;
}
