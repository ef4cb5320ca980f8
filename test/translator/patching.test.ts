import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import type { Settings } from '../../src/config/index.js';
import * as e from '../lockstep/encode.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { place } from './writer.js';

/** Code in the TCDM that is patched and called for the first time when the code that patches it is hot. */

const routine = place.tcdm + 0x100;
const forms = [e.addi(10, 10, 1), e.addi(10, 10, 16)];

/**
 * Hart 0 turns in a loop that patches a routine. From turn `quiet` on, hart `caller` calls it in each turn of its own loop, which
 * is the same one for hart 0.
 */
function openPatching(
  engine: Engine,
  settings: Settings,
  caller: number,
  quiet: number,
): MachineApi {
  const words: number[] = [];
  const wide = (bits: number): void => void words.push(bits);
  wide(e.csr(2, 12, 0, 0xf14));
  wide(e.uType(0x37, 6, place.tcdm >>> 12));
  const [low, high] = [forms[0], forms[0] ^ forms[1]].map((value) => e.split(value));
  wide(e.uType(0x37, 7, low.high));
  wide(e.addi(7, 7, low.low));
  wide(e.uType(0x37, 8, high.high));
  wide(e.addi(8, 8, high.low));
  const turns = e.split(quiet);
  wide(e.uType(0x37, 9, turns.high));
  wide(e.addi(9, 9, turns.low));
  wide(e.addi(11, 0, caller));
  const loop = words.length;
  wide(e.bType(1, 12, 0, 12));
  wide(e.rType(0x33, 4, 0, 7, 7, 8));
  wide(e.sw(7, 6, 0x100));
  wide(e.addi(5, 5, 1));
  wide(e.bType(4, 5, 9, 12));
  wide(e.bType(1, 12, 11, 8));
  wide(e.jalr(1, 6, 0x100));
  wide(e.jType(0, 4 * (loop - words.length)));
  const machine = openMachine(engine, { ...settings, 'icache.ideal': true });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.write(routine, new Uint8Array(Uint32Array.of(forms[0], e.jalr(0, 1, 0)).buffer));
  machine.start(place.l2);
  return machine;
}

describe('a routine that is patched before each call', () => {
  it.each([
    ['auto', 1, 5000],
    ['auto', 2, 5000],
    ['eager', 1, 303],
    ['eager', 2, 302],
    ['eager', 2, 303],
  ] as const)('%s, %i harts, called from turn %i on', (engine, harts, quiet) => {
    const reference = openPatching('interpreter', { harts }, harts - 1, quiet);
    const machine = openPatching(engine, { harts }, harts - 1, quiet);
    for (const cycle of [20 * quiet, 20 * quiet + 997]) {
      const expected = stateOf(reference, reference.runUntil(cycle));
      expect(firstDifference(expected, stateOf(machine, machine.runUntil(cycle)))).toBeUndefined();
    }
  });
});
