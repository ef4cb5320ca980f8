import { describe, expect, it } from 'vitest';
import * as e from '../lockstep/encode.js';
import { setupi } from '../timing/loop-code.js';
import { costsOf, half, l2, nop, stepsOf, tcdm, type Instruction } from '../timing/harness.js';

/**
 * Harts on the real cache: what an instruction costs whose line is not there. Costs of the bare core are
 * those of docs/timing.md; a cold line adds 16, one of the shared cache 3 (caches.test.ts). Code starts
 * at a line; its first line comes before the first measured instruction.
 */
const COLD = 16;
const shortNop = half(0x0001);
const set = { 'icache.ideal': false, 'icache.prefetch': false };
const nops = (n: number): number[] => Array<number>(n).fill(nop);

const costs = (code: readonly Instruction[], more: Record<string, unknown> = {}): number[] =>
  costsOf(code, { set: { ...set, ...more } as typeof set });

describe('straight code', () => {
  it('pays for each line when it comes to it', () => {
    expect(costs(nops(9))).toEqual([1, 1, 1, 1 + COLD, 1, 1, 1, 1 + COLD, 1]);
  });

  it('an instruction over two lines needs both: it pays, not the one behind it', () => {
    // Seven short ones fill 14 bytes; the next is of 4.
    const code = [...Array<Instruction>(7).fill(shortNop), nop, nop];
    expect(costs(code)).toEqual([1, 1, 1, 1, 1, 1, 1 + COLD, 1, 1]);
  });

  it('lines of other sizes', () => {
    expect(costs(nops(9), { 'icache.line': 32 })).toEqual([1, 1, 1, 1, 1, 1, 1, 1 + COLD + 2, 1]);
  });

  it('latency of L2 and width of the port are those of their parameters', () => {
    const wide = costs(nops(5), { 'l2.latency': 50, 'icache.refill_width': 16 });
    expect(wide).toEqual([1, 1, 1, 1 + COLD + 40 - 1, 1]);
  });
});

describe('what an instruction waits for comes first, then the line of the next one', () => {
  it('division, misaligned access and L2 hide nothing of it', () => {
    const registers = { 5: 1, 6: l2 + 0x8000 };
    const behind = (code: readonly number[]) =>
      costsOf([...nops(4 - code.length), ...code, nop], { registers, set });
    expect(behind([e.rType(0x33, 5, 1, 7, 5, 5)])[3]).toBe(34 + COLD);
    expect(behind([e.lw(7, 6, 0)])[3]).toBe(10 + COLD);
  });

  it('a withheld grant hides nothing either', () => {
    // Hart 1 gets the line of the four loads two cycles behind hart 0 (under refill). Hart 0 loads in
    // cycles 0, 1, 2. In 2 hart 1 asks too: the pointer is at 0, so hart 0 wins, and the pointer moves to 1,
    // the next one that asked. In 3 both ask again and hart 1 wins: the last load of hart 0 is granted
    // in 4, and its next instruction would be in decode in 5. Its line is cold.
    const registers = { 6: tcdm };
    const code = [...Array<number>(4).fill(e.lw(7, 6, 0)), ...nops(4)];
    const [hart0, hart1] = [0, 1].map((hart) =>
      stepsOf(code, { registers, set, harts: 2 }).filter((step) => step.hart === hart),
    );
    const start = hart0![0]!.cycle;
    expect(hart1![0]!.cycle - start).toBe(2);
    expect(hart0![3]!.cycle - start).toBe(3);
    expect(hart0![4]!.cycle - start).toBe(5 + COLD);
  });
});

describe('jumps', () => {
  const far = 0x200;
  const padding = (n: number): number[] => nops((far >> 2) - n);

  it('a cold target costs 16 more than the jump', () => {
    const code = [e.jType(0, far), ...padding(1), nop, nop];
    expect(costs(code).slice(0, 2)).toEqual([2 + COLD, 1]);
  });

  it('a cold target over two lines costs both, one after the other', () => {
    const target = far + 14;
    const code: Instruction[] = [e.jType(0, target), ...padding(1), ...nops(3), shortNop, nop, nop];
    expect(costs(code)[0]).toBe(2 + 1 + COLD + COLD);
  });

  it('a taken branch, and a jalr that waits for its register', () => {
    const taken = [e.bType(0, 0, 0, far), ...padding(1), nop, nop];
    expect(costs(taken)[0]).toBe(3 + COLD);
    const registers = { 5: l2 + 0x1000 + far };
    const jalr = [e.addi(6, 5, 0), e.jalr(0, 6, 0), ...padding(2), nop, nop];
    expect(costsOf(jalr, { registers, set }).slice(0, 2)).toEqual([2, 2 + COLD]);
  });

  it('back into a line that was replaced', () => {
    // Two sets of one way: of lines 1 to 4 of the loop the third replaces the first, and so on. The
    // first turn comes out of L2, the second out of the shared cache.
    const small = { 'icache.private_size': 32, 'icache.private_ways': 1 };
    const code = [
      e.addi(5, 0, 2),
      ...nops(3),
      e.addi(5, 5, -1),
      ...nops(14),
      e.bType(1, 5, 0, -60),
    ];
    const turns = costs([...code, nop], small);
    const first = turns.slice(4, 20);
    const second = turns.slice(20, 36);
    const pays = (line: number, back: number): number[] => {
      const behindLine = [1, 1, 1, 1 + line];
      return [behindLine, behindLine, behindLine, [1, 1, 1, back]].flat();
    };
    expect(first).toEqual(pays(COLD, 3 + 3));
    // The loop ends: the line behind it is cold.
    expect(second).toEqual(pays(3, 1 + COLD));
  });
});

describe('hardware loops', () => {
  it('the jump back is free, the line it goes to is not', () => {
    // A body of 12 instructions, three lines. Two sets of one way: lines 1 and 3 of the body replace
    // each other in each turn, line 2 stays.
    const small = { 'icache.private_size': 32, 'icache.private_ways': 1 };
    const code = [...nops(3), setupi(0, 2, 12), ...nops(12), nop];
    const turns = costs(code, small).slice(4, 28);
    const [first, second] = [turns.slice(0, 12), turns.slice(12)];
    expect(first).toEqual([1, 1, 1, 1 + COLD, 1, 1, 1, 1 + COLD, 1, 1, 1, 1 + 3]);
    expect(second).toEqual([1, 1, 1, 1, 1, 1, 1, 1 + 3, 1, 1, 1, 1 + COLD]);
  });
});

describe('fetching ahead', () => {
  it('straight cold code: 17 a line instead of 20', () => {
    // The line behind is asked for in the cycle in which the first one is here, comes 16 later, and costs
    // a cycle of restart.
    const code = costsOf(nops(9), { set: { 'icache.ideal': false } });
    expect(code).toEqual([1, 1, 1, 14, 1, 1, 1, 14, 1]);
  });
});

describe('observers', () => {
  it('see an instruction in the cycle in which it leaves decode, once', () => {
    const steps = stepsOf(nops(9), { set });
    expect(steps.map(({ pc }) => pc)).toEqual(
      Array.from({ length: 10 }, (_, index) => l2 + 0x1000 + 4 * index),
    );
  });
});
