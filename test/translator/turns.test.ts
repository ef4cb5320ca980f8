import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { place } from './writer.js';

/** Loops inside loops whose turns are known when a region is written, and some whose turns only look it. */

const [beq, bne, blt, bge, bltu, bgeu] = [0, 1, 4, 5, 6, 7];
/** Registers: pointer, sum, counter, bound, something to change. */
const [pointer, sum, counter, bound, other] = [9, 13, 5, 6, 14];

interface Loop {
  readonly before: readonly number[];
  readonly body: readonly number[];
  /** Branch back over so many bytes. */
  readonly back: (offset: number) => number;
  /** Turns, for those who count by hand. */
  readonly turns: number;
}

const work = [
  e.lw(other, pointer, 0),
  e.add(sum, sum, other),
  e.sw(sum, pointer, 64),
  e.addi(pointer, pointer, 4),
];

const loops: Readonly<Record<string, Loop>> = {
  'down to zero': {
    before: [e.addi(counter, 0, 8)],
    body: [...work, e.addi(counter, counter, -1)],
    back: (offset) => e.bType(bne, counter, 0, offset),
    turns: 8,
  },
  'up to a bound, which comes first': {
    before: [e.addi(counter, 0, -3), e.addi(bound, 0, 4)],
    body: [e.addi(counter, counter, 2), ...work],
    back: (offset) => e.bType(blt, counter, bound, offset),
    turns: 4,
  },
  'up while the bound is above, without sign': {
    before: [e.uType(0x37, bound, 0x80000), e.addi(counter, bound, -6), e.addi(bound, bound, 2)],
    body: [...work, e.addi(counter, counter, 3)],
    back: (offset) => e.bType(bltu, counter, bound, offset),
    turns: 3,
  },
  'over the end of the numbers': {
    before: [e.uType(0x37, counter, 0x80000), e.addi(counter, counter, -2)],
    body: [...work, e.addi(counter, counter, 1)],
    back: (offset) => e.bType(bge, counter, 0, offset),
    turns: 2,
  },
  'down with a wrap': {
    before: [e.addi(counter, 0, 2), e.addi(bound, 0, 5)],
    body: [...work, e.addi(counter, counter, -1)],
    back: (offset) => e.bType(bgeu, bound, counter, offset),
    turns: 3,
  },
  'as long as it is equal': {
    before: [e.addi(counter, 0, 0)],
    body: [...work, e.addi(counter, counter, 1)],
    back: (offset) => e.bType(beq, counter, 0, offset),
    turns: 1,
  },
  'a counter that the body changes twice': {
    before: [e.addi(counter, 0, 8)],
    body: [e.addi(counter, counter, -1), ...work, e.addi(counter, counter, -1)],
    back: (offset) => e.bType(bne, counter, 0, offset),
    turns: 4,
  },
  'a counter that is loaded anew': {
    before: [e.addi(counter, 0, 1), e.sw(counter, pointer, 64)],
    body: [e.lw(counter, pointer, 64), e.addi(counter, counter, -1), e.addi(sum, sum, 3)],
    back: (offset) => e.bType(bne, counter, 0, offset),
    turns: 1,
  },
  'a start that is not a constant': {
    before: [e.addi(counter, 0, 2), e.add(counter, counter, 0), e.addi(counter, counter, 1)],
    body: [...work, e.addi(counter, counter, -1)],
    back: (offset) => e.bType(bne, counter, 0, offset),
    turns: 3,
  },
  'more turns than are written out': {
    before: [e.addi(counter, 0, 40)],
    body: [e.addi(sum, sum, 7), e.addi(counter, counter, -1)],
    back: (offset) => e.bType(bne, counter, 0, offset),
    turns: 40,
  },
};

/** The loop for ever, each time from the same place in memory, behind a function that uses it too. */
function openLoop(engine: Engine, { before, body, back }: Loop): MachineApi {
  const words: number[] = [];
  const wide = (...bits: readonly number[]): void => void words.push(...bits);
  const jumpTo = (rd: number, target: number): void =>
    wide(e.jType(rd, 4 * (target - words.length)));
  wide(e.uType(0x37, 8, place.tcdm >>> 12));
  const skip = words.length;
  wide(0);
  const called = words.length;
  const loop = (): void => {
    wide(e.addi(pointer, 8, 0), ...before);
    const top = words.length;
    wide(...body);
    wide(back(4 * (top - words.length)));
  };
  loop();
  wide(e.jalr(0, 1, 0));
  words[skip] = e.jType(0, 4 * (words.length - skip));
  const outer = words.length;
  wide(e.addi(11, 11, 1));
  loop();
  wide(e.iType(0x13, 7, 12, 11, 3));
  wide(e.bType(bne, 12, 0, 8));
  jumpTo(1, called);
  jumpTo(0, outer);
  const machine = openMachine(engine, { harts: 1 });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.start(place.l2);
  return machine;
}

describe.each(Object.entries(loops))('a loop %s', (_, loop) => {
  it.each(['auto', 'eager'] as const)('is what it is: %s', (engine) => {
    const reference = openLoop('interpreter', loop);
    const machine = openLoop(engine, loop);
    for (let cycle = 9_000, step = 1; cycle < 90_000; cycle += step, step = (step * 3) % 1201) {
      const expected = stateOf(reference, reference.runUntil(cycle));
      expect(firstDifference(expected, stateOf(machine, machine.runUntil(cycle)))).toBeUndefined();
    }
    const { region, interpreted } = machine.tiers().instructions;
    expect(region).toBeGreaterThan(interpreted);
  });

  it('turns as often as the table says', () => {
    const machine = openLoop('auto', loop);
    const reached = (): number => machine.hart(0).registers[11];
    // Once around the outer loop: what the table says, and what the interpreter counts of branches
    machine.runUntil(200_000);
    const rounds = reached() - 1;
    const branches = machine.stats().harts[0].branches;
    const calls = Math.floor(rounds / 4);
    const expected = loop.turns * (rounds + calls) + rounds;
    expect(Math.abs(branches - expected)).toBeLessThanOrEqual(2 * loop.turns + 2);
  });
});
