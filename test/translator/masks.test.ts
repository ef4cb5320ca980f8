import { expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import { Random } from '../lockstep/random.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { place } from './writer.js';

/** Instructions that make bits, masks of bits and choices by them, in any order, in one loop. */
function body(random: Random, length: number): number[] {
  const any = (): number => random.pick([0, 5, 6, 7, 9, 10, 11]);
  return Array.from({ length }, () => {
    const [rd, a, b] = [any(), any(), any()];
    return random.pick([
      () => e.iType(0x13, 7, rd, a, 1),
      () => e.rType(0x33, 2, 0, rd, a, b),
      () => e.iType(0x13, 3, rd, a, 1),
      () => e.sub(rd, 0, b),
      () => e.sub(rd, 0, b),
      () => e.rType(0x33, 7, 0, rd, a, b),
      () => e.rType(0x33, 7, 0, rd, a, b),
      () => e.rType(0x33, 4, 0, rd, a, b),
      () => e.iType(0x13, 5, rd, a, 1),
      () => e.addi(rd, a, random.pick([-1, 1, 0x2a5])),
      () => e.lw(rd, 8, 64),
      () => e.sw(b, 8, 64),
    ])();
  });
}

function open(engine: Engine, code: readonly number[]): MachineApi {
  const words = [
    e.uType(0x37, 8, place.tcdm >>> 12),
    e.uType(0x37, 5, 0x12345),
    e.uType(0x37, 9, 0xedb88),
    e.addi(9, 9, 0x320),
  ];
  const top = words.length;
  words.push(e.rType(0x33, 0, 0, 9, 9, 12), e.addi(12, 12, 1), ...code);
  words.push(e.bType(1, 12, 0, 4 * (top - words.length)));
  const machine = openMachine(engine, { harts: 1 });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.start(place.l2);
  return machine;
}

it('bits, masks and choices are what the instructions compute', () => {
  const random = new Random(11);
  for (let program = 0; program < 120; program++) {
    const code = body(random, 4 + (program % 20));
    const [reference, machine] = [open('interpreter', code), open('eager', code)];
    for (const cycle of [300, 301, 1_000]) {
      const expected = stateOf(reference, reference.runUntil(cycle), false);
      const found = stateOf(machine, machine.runUntil(cycle), false);
      const words = code.map((word) => word.toString(16)).join(' ');
      expect(firstDifference(expected, found), `program ${program}: ${words}`).toBeUndefined();
    }
    expect(machine.tiers().instructions.region).toBeGreaterThan(200);
  }
});
