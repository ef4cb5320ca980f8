import { describe, expect, it } from 'vitest';
import { encode, rowOf } from '../isa/xcv-machine.js';
import * as e from '../lockstep/encode.js';
import { costsOf, half, l2, nop, tcdm, type Instruction } from './harness.js';
import * as loop from './loop-code.js';

/** Hardware loops: every turn is counted, so a list of costs shows how often the body ran. */
const data = tcdm + 0x100;
const registers = { 6: data, 10: l2 + 0x1010, 12: 3, 13: 4 };
const costs = (code: readonly Instruction[], more: Record<number, number> = {}) =>
  costsOf(code, {
    registers: { ...registers, ...more },
    words: { [data]: 3, [data + 4]: 3, [data + 8]: 3 },
  });
const repeat = <T>(times: number, items: readonly T[]): T[] =>
  Array.from({ length: times }, () => items).flat();

const load = (rd: number) => e.lw(rd, 6, 0);
const mstatus = e.csr(2, 0, 0, 0x300);
const mscratch = e.csr(2, 0, 0, 0x340);
const mulh = e.rType(0x33, 1, 1, 14, 12, 12);
const add = (rd: number, rs1: number) => e.add(rd, rs1, 0);

describe('set-up', () => {
  it('costs 1, then N times the body, the jump back 0', () => {
    expect(costs([loop.setupi(0, 5, 3), nop, nop, nop, nop])).toEqual(repeat(1 + 15 + 1, [1]));
    expect(costs([loop.setup(1, 12, 4), nop, nop, nop, nop, nop])).toEqual(repeat(1 + 12 + 1, [1]));
  });
  it('piece by piece: 1 each', () => {
    const byOffset = [loop.starti(0, 3), loop.endi(0, 5), loop.counti(0, 4), nop, nop, nop, nop];
    expect(costs(byOffset)).toEqual(repeat(3 + 12 + 1, [1]));
    const bodyAt = l2 + 0x1000 + 12;
    const byRegister = [loop.start(1, 15), loop.end(1, 16), loop.count(1, 12), nop, nop, nop, nop];
    expect(costs(byRegister, { 15: bodyAt, 16: bodyAt + 12 })).toEqual(repeat(3 + 9 + 1, [1]));
  });
  it('the two low bits of a register with an address are ignored', () => {
    const bodyAt = l2 + 0x1000 + 12;
    const code = [loop.start(1, 15), loop.end(1, 16), loop.count(1, 12), nop, nop, nop, nop];
    expect(costs(code, { 15: bodyAt + 3, 16: bodyAt + 14 })).toEqual(repeat(3 + 9 + 1, [1]));
  });
  it('count 0 and count 1: the body runs once', () => {
    for (const count of [0, 1]) {
      expect(costs([loop.setupi(0, count, 3), nop, nop, nop, nop])).toEqual(repeat(5, [1]));
      expect(costs([loop.setup(0, 15, 3), nop, nop, nop, nop], { 15: count })).toEqual(
        repeat(5, [1]),
      );
    }
  });
  it('cv.count that reads a just loaded register: +1, load-use', () => {
    const prepared = [loop.starti(0, 4), loop.endi(0, 6)];
    const body = [nop, nop, nop, nop];
    expect(costs([...prepared, load(15), loop.count(0, 15), ...body])).toEqual([
      1,
      1,
      2,
      1,
      ...repeat(9, [1]),
      1,
    ]);
    expect(costs([load(15), loop.setup(0, 15, 3), ...body])).toEqual([2, 1, ...repeat(10, [1])]);
  });
});

describe('two levels', () => {
  it('outer 3 times (set-up, inner 4 times 3, 2 more)', () => {
    const inner = [loop.setupi(0, 4, 3), nop, nop, nop];
    const code = [loop.setupi(1, 3, 6), ...inner, nop, nop, nop];
    expect(costs(code)).toEqual(repeat(1 + 3 * (1 + 12 + 2) + 1, [1]));
  });
  it('the least distance of the ends: 8 bytes', () => {
    // The last instruction of the outer loop follows the first one behind the inner loop.
    const code = [loop.setupi(1, 3, 6), loop.counti(0, 0), loop.setupi(0, 2, 3), nop, nop, nop];
    expect(costs([...code.slice(0, 1), ...code.slice(2), nop, nop, nop])).toEqual(
      repeat(1 + 3 * (1 + 6 + 2) + 1, [1]),
    );
  });
  it('an inner loop of count 1 and of count 0 inside an outer loop', () => {
    for (const count of [0, 1]) {
      const code = [loop.setupi(1, 3, 6), loop.setupi(0, count, 3), nop, nop, nop, nop, nop, nop];
      expect(costs(code)).toEqual(repeat(1 + 3 * 6 + 1, [1]));
    }
  });
  it('both loop registers one after the other, without nesting', () => {
    const one = (l: 0 | 1) => [loop.setupi(l, 3, 3), nop, nop, nop];
    expect(costs([...one(0), ...one(1), ...one(0), nop])).toEqual(repeat(3 * 10 + 1, [1]));
  });
});

describe('hazards over the back edge', () => {
  it('a load at the end that the first instruction uses: +1 per turn that goes back', () => {
    const code = [loop.setupi(0, 3, 3), add(14, 15), nop, load(15), nop];
    expect(costs(code)).toEqual([1, 1, 1, 2, 1, 1, 2, 1, 1, 1, 1]);
  });
  it('a load at the end that the instruction behind the loop uses: +1 at the end only', () => {
    const code = [loop.setupi(0, 3, 3), nop, nop, load(15), add(14, 15)];
    expect(costs(code)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1]);
  });
  it('both', () => {
    const code = [loop.setupi(0, 2, 3), add(14, 15), nop, load(15), add(14, 15)];
    expect(costs(code)).toEqual([1, 1, 1, 2, 1, 1, 2, 1]);
  });
  it('a post-increment load at the end, its base used first: 0', () => {
    const lwPost = encode(rowOf('cv.lw', 'load-post'), { rd: 15, rs1: 6, imm: 4 });
    const code = [loop.setupi(0, 3, 3), add(14, 6), nop, lwPost, nop];
    expect(costs(code)).toEqual(repeat(11, [1]));
  });
  it('an overwritten load: +1', () => {
    const code = [loop.setupi(0, 3, 3), e.addi(15, 0, 1), nop, load(15), nop];
    expect(costs(code)).toEqual([1, 1, 1, 2, 1, 1, 2, 1, 1, 1, 1]);
  });
  it('multi-cycle last instructions cost what they cost: mulh 5, misaligned load 2', () => {
    expect(costs([loop.setupi(0, 3, 3), nop, nop, mulh, nop])).toEqual([
      1,
      ...repeat(3, [1, 1, 5]),
      1,
    ]);
    const misaligned = e.lw(15, 6, 1);
    expect(costs([loop.setupi(0, 3, 3), nop, nop, misaligned, nop])).toEqual([
      1,
      ...repeat(3, [1, 1, 2]),
      1,
    ]);
  });
  it('a mulh at the end hides the second cycle of a jump behind the loop, not inside it', () => {
    const code = [loop.setupi(0, 2, 3), nop, nop, mulh, e.jType(0, 4), nop];
    expect(costs(code)).toEqual([1, 1, 1, 5, 1, 1, 5, 1, 1]);
  });
});

describe('a pipeline flush near the end: the fetch unit cannot be told to jump back in time', () => {
  it('a flushing CSR access as the second-last instruction: +1 per turn that goes back', () => {
    const code = [loop.setupi(0, 3, 4), nop, nop, mstatus, nop, nop];
    expect(costs(code)).toEqual([1, ...repeat(2, [1, 1, 4, 2]), 1, 1, 4, 1, 1]);
  });
  it('as the third-last: +1, the second-last is then the first one after the flush', () => {
    const code = [loop.setupi(0, 3, 4), nop, mstatus, nop, nop, nop];
    expect(costs(code)).toEqual([1, ...repeat(2, [1, 4, 1, 2]), 1, 4, 1, 1, 1]);
  });
  it('as the fourth-last: 0', () => {
    const code = [loop.setupi(0, 3, 4), mstatus, nop, nop, nop, nop];
    expect(costs(code)).toEqual([1, ...repeat(3, [4, 1, 1, 1]), 1]);
  });
  it('as the last: 4 as anywhere, the jump back happens during the flush', () => {
    const code = [loop.setupi(0, 3, 3), nop, nop, mstatus, nop];
    expect(costs(code)).toEqual([1, ...repeat(3, [1, 1, 4]), 1]);
  });
  it('an ordinary CSR access: 0', () => {
    const code = [loop.setupi(0, 3, 4), nop, nop, mscratch, nop, nop];
    expect(costs(code)).toEqual(repeat(1 + 12 + 1, [1]));
  });
  it('third-last, and the last one waits behind a mulh or for a load: hidden', () => {
    expect(costs([loop.setupi(0, 2, 4), nop, mstatus, mulh, nop, nop])).toEqual([
      1,
      ...repeat(2, [1, 4, 5, 1]),
      1,
    ]);
    expect(costs([loop.setupi(0, 2, 4), nop, mstatus, load(15), add(14, 15), nop])).toEqual([
      1,
      ...repeat(2, [1, 4, 2, 1]),
      1,
    ]);
  });
  it('second-last, and the last one loads what the first one uses: one bubble serves both', () => {
    const code = [loop.setupi(0, 2, 4), add(14, 15), nop, mstatus, load(15), nop];
    expect(costs(code)).toEqual([1, 1, 1, 4, 2, 1, 1, 4, 1, 1]);
  });
  it('mret to the last instruction: +1, also where a load that it would wait for is before it', () => {
    const loops = [loop.setupi(0, 2, 4), nop, nop, load(15), add(14, 15)];
    const skips = [e.bType(1, 20, 0, 4 * 6), e.addi(20, 20, 1)];
    const returns = [e.csr(1, 0, 8, 0x341), loop.counti(0, 3), e.mret];
    const between = [1, 1, 4, 1, 5];
    const two = repeat(2, [1, 1, 2, 1]);
    expect(costs([...loops, ...skips, ...returns, nop], { 8: l2 + 0x1000 + 4 * 4 })).toEqual([
      1,
      ...two,
      ...between,
      2,
      ...two,
      3,
    ]);
  });
  it('before the set-up: 0', () => {
    expect(costs([mstatus, loop.setupi(0, 3, 3), nop, nop, nop, nop])).toEqual([
      4,
      ...repeat(11, [1]),
    ]);
  });
});

describe('loops in code of any memory', () => {
  it('run the same out of the TCDM', () => {
    const code = [loop.setupi(0, 5, 3), nop, load(15), add(14, 15), nop];
    const cost = [1, ...repeat(5, [1, 2, 1]), 1];
    expect(costsOf(code, { registers, at: tcdm + 0x2000 })).toEqual(cost);
    expect(costs(code)).toEqual(cost);
  });
  it('with compressed instructions around them', () => {
    const code = [half(e.cNop), half(e.cNop), loop.setupi(0, 3, 3), nop, nop, nop, half(e.cNop)];
    expect(costs(code)).toEqual(repeat(2 + 1 + 9 + 1, [1]));
  });
  it('with an auipc at the end, which knows its own address', () => {
    const code = [loop.setupi(0, 2, 3), nop, nop, e.uType(0x17, 10, 0), e.jalr(0, 10, 16)];
    // auipc gives 0x100c; +16 is the endless loop of the harness behind two more.
    const all = costs([...code, nop, nop]);
    expect(all).toEqual([1, 1, 1, 1, 1, 1, 2, 2]);
  });
});
