import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import { firstDifference } from './compare.js';
import { check } from './differential.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { place } from './writer.js';

/**
 * A loop that jumps through a pointer which it has just loaded, as the code of a `switch` does: where a
 * run stops between the load and the jump, the jump still has to wait for the loaded register.
 */
function openSwitch(engine: Engine, harts: number): MachineApi {
  const words: number[] = [];
  const wide = (bits: number): void => void words.push(bits);
  const target = 9;
  const { high, low } = e.split(place.l2 + 4 * target);
  wide(e.uType(0x37, 8, place.tcdm >>> 12));
  wide(e.uType(0x37, 6, high));
  wide(e.addi(6, 6, low));
  wide(e.sw(6, 8, 0));
  wide(e.addi(5, 0, 400));
  const loop = words.length;
  wide(e.addi(5, 5, -1));
  wide(e.lw(7, 8, 0));
  wide(e.jalr(0, 7, 0));
  wide(e.addi(9, 9, 1));
  if (words.length !== target) throw new Error('the target has moved');
  wide(e.addi(10, 10, 1));
  wide(e.bType(1, 5, 0, 4 * (loop - words.length)));
  wide(e.jType(0, 0));
  const machine = openMachine(engine, { harts });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.start(place.l2);
  return machine;
}

const end = 4_000;

describe('a run in pieces', () => {
  it.each([
    ['eager', 1, 1],
    ['eager', 8, 1],
    ['eager', 8, 137],
    ['auto', 8, 137],
  ] as const)('by %s on %i harts, cut every %i cycles, is the whole run', (engine, harts, cut) => {
    const reference = openSwitch('interpreter', harts);
    const whole = reference.runUntil(end);
    const machine = openSwitch(engine, harts);
    let stop = whole;
    for (let cycle = cut; cycle < end + cut; cycle += cut)
      stop = machine.runUntil(Math.min(cycle, end));
    expect(machine.tiers().instructions.translated).toBeGreaterThan(0);
    expect(firstDifference(stateOf(reference, whole), stateOf(machine, stop))).toBeUndefined();
  });
});

describe('a hart that is taken back into a stall', () => {
  // The cause of the stall is the one of before, whatever the hart met while it ran ahead.
  it.each([
    [1, 595],
    [8, 115],
    [9022, 163],
  ])('seed %i, program %i', (seed, number) => {
    expect(check(seed, number)?.text).toBeUndefined();
  });
});

describe('a store into code that waits for its bank', () => {
  // Hart 7 stores its next instruction, and is refused once.
  it('is seen by what follows it: seed 23, program 16488', () => {
    expect(check(23, 16_488)?.text).toBeUndefined();
  });
});

describe('a snapshot behind an access that waits for the end of a loop without turns', () => {
  it('goes on elsewhere as here: seed 1, program 3815', () => {
    expect(check(1, 3_815)?.text).toBeUndefined();
  });
});
