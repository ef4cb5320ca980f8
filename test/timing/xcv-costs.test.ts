import { describe, expect, it } from 'vitest';
import { rows } from '../../emulator/isa/table.js';
import { encode, rowOf } from '../isa/xcv-machine.js';
import * as e from '../lockstep/encode.js';
import { costsOf, half, l2, nop, tcdm, type Instruction } from './harness.js';

/** Costs and hazards of CORE-V outside of hardware loops, each with the reason for its number. */
const registers = { 6: tcdm + 0x100, 10: l2 + 0x1010, 11: l2 + 0x1010, 12: 3, 13: 4 };
const words = { [tcdm + 0x100]: l2 + 0x1010, [tcdm + 0x104]: 5 };
const costs = (code: readonly Instruction[], more: Record<number, number> = {}) =>
  costsOf(code, { registers: { ...registers, ...more }, words });

const computing = rows.filter((row) => row.extension.startsWith('xcv') && row.result);
const load = (rd: number) => e.lw(rd, 6, 0);
const cv = (name: string, rd: number, rs1: number, rs2 = 0, imm = 0) =>
  encode(rowOf(`cv.${name}`), { rd, rs1, rs2, imm });
const lwPost = (rd: number, rs1: number, imm = 4) =>
  encode(rowOf('cv.lw', 'load-post'), { rd, rs1, imm });
const swPost = (rs2: number, rs1: number, imm = 4) =>
  encode(rowOf('cv.sw', 'store-post'), { rs2, rs1, imm });

describe('cost per instruction', () => {
  it('every ALU, bit, SIMD, multiply and dot-product instruction: 1, result forwarded', () => {
    // Each reads the result of the one before, and accumulates into it.
    const code = computing.map((row) => encode(row, { rd: 5, rs1: 5, rs2: 5, imm: 1 }));
    expect(new Set(costs(code))).toEqual(new Set([1]));
    expect(code).toHaveLength(285);
  });

  it('aligned load or store with post-increment or register offset: 1, in chains too', () => {
    expect(costs([lwPost(5, 6), lwPost(7, 6), swPost(12, 6), swPost(12, 6), nop])).toEqual([
      1, 1, 1, 1, 1,
    ]);
    const indexed = [
      encode(rowOf('cv.lw', 'load-index'), { rd: 5, rs1: 6, rs2: 13 }),
      encode(rowOf('cv.lw', 'load-post-register'), { rd: 7, rs1: 6, rs2: 13 }),
      encode(rowOf('cv.sw', 'store-index'), { rd: 13, rs1: 6, rs2: 12 }),
      encode(rowOf('cv.sw', 'store-post-register'), { rd: 13, rs1: 6, rs2: 12 }),
      nop,
    ];
    expect(costs(indexed)).toEqual([1, 1, 1, 1, 1]);
  });

  it('misaligned: 2, two bus accesses; a halfword that crosses a word too', () => {
    expect(costs([lwPost(5, 6), nop], { 6: tcdm + 0x101 })).toEqual([2, 1]);
    expect(costs([swPost(5, 6), nop], { 6: tcdm + 0x102 })).toEqual([2, 1]);
    const lh = encode(rowOf('cv.lh', 'load-post'), { rd: 5, rs1: 6, imm: 2 });
    expect(costs([lh, nop], { 6: tcdm + 0x103 })).toEqual([2, 1]);
    expect(costs([lh, nop], { 6: tcdm + 0x101 })).toEqual([1, 1]);
    const indexed = encode(rowOf('cv.lw', 'load-index'), { rd: 5, rs1: 6, rs2: 12 });
    expect(costs([indexed, nop])).toEqual([2, 1]);
  });

  it('immediate branch: not taken 1, taken 3, one more to a split target', () => {
    const beq = (imm: number, offset: number) =>
      encode(rowOf('cv.beqimm'), { rs1: 12, imm, second: offset });
    expect(costs([beq(4, 8), nop, nop])[0]).toBe(1);
    expect(costs([beq(3, 8), nop, nop])[0]).toBe(3);
    expect(costs([beq(3, 6), half(e.cNop), nop])[0]).toBe(4);
    expect(costs([beq(3, 6), half(e.cNop), half(e.cNop), nop])[0]).toBe(3);
    const bne = encode(rowOf('cv.bneimm'), { rs1: 12, imm: 4, second: 8 });
    expect(costs([bne, nop, nop])[0]).toBe(3);
  });
});

describe('hazard 1: load-use with three operands', () => {
  it('+1 for first and second source', () => {
    expect(costs([load(5), cv('add.b', 7, 5, 12)])).toEqual([2, 1]);
    expect(costs([load(5), cv('add.b', 7, 12, 5)])).toEqual([2, 1]);
    expect(costs([load(5), nop, cv('add.b', 7, 12, 5)])).toEqual([1, 1, 1]);
  });
  it('+1 for an accumulator and an insertion target', () => {
    expect(costs([load(5), cv('mac', 5, 12, 12)])).toEqual([2, 1]);
    expect(costs([load(5), cv('sdotsp.b', 5, 12, 12)])).toEqual([2, 1]);
    expect(costs([load(5), cv('insert', 5, 12, 0, 3)])).toEqual([2, 1]);
    expect(costs([load(5), cv('shuffle2.b', 5, 12, 12)])).toEqual([2, 1]);
  });
  it('+1 for store data, base and index of a store', () => {
    const indexed = (rs2: number, rs1: number, rs3: number) =>
      encode(rowOf('cv.sw', 'store-index'), { rd: rs3, rs1, rs2 });
    expect(costs([load(5), swPost(5, 6)])).toEqual([2, 1]);
    // 4 is loaded into the index, so the store goes to an aligned word.
    const four = (rd: number) => e.lw(rd, 6, 8);
    const at = (code: readonly Instruction[]) =>
      costsOf(code, { registers, words: { ...words, [tcdm + 0x108]: 4 } });
    expect(at([four(5), indexed(12, 6, 5), nop])).toEqual([2, 1, 1]);
    expect(at([four(5), nop, indexed(12, 6, 5), nop])).toEqual([1, 1, 1, 1]);
    expect(at([four(5), indexed(12, 6, 13), nop])).toEqual([1, 1, 1]);
  });
  it('+1 for the index of a load', () => {
    const indexed = encode(rowOf('cv.lb', 'load-index'), { rd: 7, rs1: 6, rs2: 5 });
    expect(costs([e.lw(5, 6, 4), indexed, nop])).toEqual([2, 1, 1]);
  });
  it('nothing for an immediate in the place of a register', () => {
    // Is2 = 5 of cv.extract, 10 of a six-bit immediate, 5 of cv.clip sit where rs2 would.
    const extract = encode(rowOf('cv.extract'), { rd: 7, rs1: 12, imm: 3, second: 5 });
    expect(costs([load(5), extract])).toEqual([1, 1]);
    expect(costs([load(5), cv('add.sci.b', 7, 12, 0, 10)])).toEqual([1, 1]);
    expect(costs([load(5), cv('clip', 7, 12, 0, 5)])).toEqual([1, 1]);
    const branch = encode(rowOf('cv.beqimm'), { rs1: 12, imm: 5, second: 8 });
    expect(costs([load(5), branch, nop, nop]).slice(0, 2)).toEqual([1, 1]);
  });
  it('+1 for the immediates that the core mistakes for a register: lane numbers and shuffles', () => {
    // Bits 24..20: 1 for lane 2 of cv.extract.b, 5 for 10 or 11 of cv.shuffleI1.sci.b.
    expect(costs([load(1), cv('extract.b', 7, 12, 0, 2)])).toEqual([2, 1]);
    expect(costs([load(1), cv('insert.b', 7, 12, 0, 3)])).toEqual([2, 1]);
    expect(costs([load(1), cv('extract.h', 7, 12, 0, 1)])).toEqual([1, 1]);
    expect(costs([load(5), cv('shufflei1.sci.b', 7, 12, 0, 11)])).toEqual([2, 1]);
    expect(costs([load(1), cv('shuffle.sci.h', 7, 12, 0, 2)])).toEqual([2, 1]);
  });
  it('+1 behind a load with post-increment or index as behind any other', () => {
    expect(costs([lwPost(5, 6), e.add(7, 5, 0)])).toEqual([2, 1]);
    const indexed = encode(rowOf('cv.lw', 'load-index'), { rd: 5, rs1: 6, rs2: 13 });
    expect(costs([indexed, e.add(7, 5, 0)])).toEqual([2, 1]);
    expect(
      costs([lwPost(5, 6), encode(rowOf('cv.bneimm'), { rs1: 5, imm: 0, second: 4 })]),
    ).toEqual([2, 3]);
  });
});

describe('hazard 2: overwriting a register that is being loaded', () => {
  it('+1 by a CORE-V result', () => {
    expect(costs([load(5), cv('add.h', 5, 12, 12)])).toEqual([2, 1]);
    expect(costs([lwPost(5, 6), cv('cnt', 5, 12)])).toEqual([2, 1]);
  });
  it('nothing by another load', () => {
    expect(costs([load(5), lwPost(5, 6)])).toEqual([1, 1]);
  });
});

describe('hazard 3: the base of a post-increment access', () => {
  it('is available at once', () => {
    expect(costs([lwPost(5, 6), e.addi(7, 6, 0)])).toEqual([1, 1]);
    expect(costs([swPost(5, 6), e.addi(7, 6, 0)])).toEqual([1, 1]);
    expect(costs([lwPost(5, 6, 0), e.lw(7, 6, 0)])).toEqual([1, 1]);
  });
  it('may be overwritten at once', () => {
    expect(costs([lwPost(5, 6), e.addi(6, 0, 0)])).toEqual([1, 1]);
  });
  it('is loaded data when the load goes to it', () => {
    expect(costs([lwPost(6, 6), e.addi(7, 6, 0)])).toEqual([2, 1]);
  });
});

describe('hazard 4: jalr behind CORE-V', () => {
  const jump = (before: Instruction[], rs1 = 10) => {
    const padding = Array.from({ length: 3 - before.length }, () => nop);
    const all = costs([...before, e.jalr(0, rs1, 0), ...padding, nop], { 15: tcdm + 0x100 });
    return all.slice(0, before.length + 1).reduce((sum, value) => sum + value, 0) - before.length;
  };
  // cv.min of two equal addresses gives the target.
  const target = cv('min', 10, 11, 11);
  it('+1 directly behind its result, nothing with one between', () => {
    expect(jump([target])).toBe(3);
    expect(jump([target, nop])).toBe(2);
  });
  it('+2 behind a post-increment load of it, +1 with one between', () => {
    expect(jump([lwPost(10, 15)])).toBe(4);
    expect(jump([lwPost(10, 15), nop])).toBe(3);
    expect(jump([lwPost(10, 15), nop, nop])).toBe(2);
  });
  it('+1 behind an access that steps it: the ALU makes it', () => {
    expect(jump([lwPost(5, 10, 0)])).toBe(3 + 9);
    expect(jump([lwPost(5, 10, 0), nop])).toBe(2 + 9);
  });
});

describe('hazard 6: a jump behind a multi-cycle CORE-V access', () => {
  it('misaligned cv.lw, then jal: 2 + 1', () => {
    expect(costs([lwPost(5, 6), e.jType(0, 4), nop], { 6: tcdm + 0x101 })).toEqual([2, 1, 1]);
  });
  it('a jalr through the base that a misaligned access steps waits behind its first turn only', () => {
    // The register post-increment takes the base from data to the target.
    const through = (access: number, link: number): readonly number[] =>
      costs([access, e.jalr(link, 6, 0), nop, nop, nop], {
        6: tcdm + 0x101,
        7: l2 + 0x1010 - (tcdm + 0x101),
      });
    const behindLoad = (rd: number, link: number) =>
      through(encode(rowOf('cv.lw', 'load-post-register'), { rd, rs1: 6, rs2: 7 }), link);
    expect(behindLoad(5, 0)).toEqual([2, 2, 1]);
    const store = encode(rowOf('cv.sw', 'store-post-register'), { rd: 7, rs1: 6, rs2: 12 });
    expect(through(store, 1)).toEqual([2, 2, 1]);
    // The link waits a cycle for the loaded value, and hides the second cycle of the jump there.
    expect(behindLoad(1, 1)).toEqual([3, 1, 1]);
    expect(behindLoad(0, 0)).toEqual([3, 1, 1]);
  });
});
