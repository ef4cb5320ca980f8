import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import type { Settings } from '../../src/config/index.js';
import * as e from '../lockstep/encode.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { makeClusterProgram } from './program.js';
import { place } from './writer.js';

/** Phases at the edges of what they keep in mind. */

const [counter, own, barrier] = [5, 8, 9];

/** x11: hart; x12: 512 bytes for each; x8: words of its own; x9: event unit; x15: the TCDM. Then `body`, again and again, behind a barrier. */
function openPhases(
  engine: Engine,
  settings: Settings & { readonly harts: number },
  body: (at: number) => number[],
): MachineApi {
  const words: number[] = [];
  const wide = (...bits: readonly number[]): void => void words.push(...bits);
  wide(e.csr(2, 11, 0, 0xf14), e.uType(0x37, own, place.tcdm >>> 12));
  wide(e.iType(0x13, 1, 12, 11, 9), e.add(own, own, 12));
  wide(e.uType(0x37, barrier, place.events >>> 12), e.addi(barrier, barrier, place.events & 0xfff));
  wide(e.addi(13, 0, 2 ** settings.harts - 1));
  wide(e.sw(13, barrier, 0x200), e.sw(13, barrier, 0x20c));
  wide(e.uType(0x37, 13, 16), e.sw(13, barrier, 0), e.uType(0x37, 15, place.tcdm >>> 12));
  for (let n = 0; n < 8; n++) wide(0x0ff0000f);
  const again = words.length;
  wide(e.iType(0x0b, 3, 0, barrier, 0x21c));
  wide(...body(words.length));
  wide(e.jType(0, 4 * (again - words.length)));
  const machine = openMachine(engine, settings);
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.start(place.l2);
  return machine;
}

describe('a refused access right before a jump, where the logs of two chunks meet', () => {
  it.each([2, 4].flatMap((harts) => [2, 3].map((jump) => [harts, jump] as const)))(
    '%i harts, timing.jump=%i',
    (harts, jump) => {
      const slli = (rd: number, rs1: number, by: number): number => e.iType(0x13, 1, rd, rs1, by);
      const body = (): number[] => [
        e.uType(0x37, counter, 10),
        e.addi(17, 11, 1),
        e.addi(18, 15, 0),
        // The word that was read last, right behind the jump
        e.lw(16, 18, 0),
        e.addi(counter, counter, -1),
        e.bType(0, counter, 0, 52),
        // One of four words, as it comes
        slli(19, 17, 2),
        e.add(17, 17, 19),
        e.add(17, 17, 11),
        e.addi(17, 17, 1),
        e.iType(0x13, 5, 19, 17, 16),
        e.iType(0x13, 7, 19, 19, 12),
        e.add(18, 15, 19),
        // A cycle more, now and then
        e.iType(0x13, 7, 20, 19, 4),
        e.bType(0, 20, 0, 8),
        e.addi(0, 0, 0),
        e.lw(14, 18, 0),
        e.jType(0, -56),
      ];
      const settings = { harts, 'timing.jump': jump };
      const reference = openPhases('interpreter', settings, body);
      const machine = openPhases('eager', settings, body);
      for (const cycle of [1_000_000, 2_000_000]) {
        const expected = stateOf(reference, reference.runUntil(cycle));
        expect(
          firstDifference(expected, stateOf(machine, machine.runUntil(cycle))),
        ).toBeUndefined();
      }
      // A longer jump is for segments: more hides behind a refused access than it was refused.
      expect(machine.tiers().phases['done'] > 0).toBe(jump === 2);
    },
  );
});

/**
 * Hart 0 waits in the TCDM at an event load; what follows there is decoded when a phase begins, behind which code then ends. The
 * regions of the others, which store right behind that, are older: they write the last of those instructions.
 */
function openWriters(engine: Engine): MachineApi {
  const at = place.tcdm + 0x8000;
  const harts = 3;
  const words: number[] = [];
  const wide = (...bits: readonly number[]): void => void words.push(...bits);
  const here = (): number => 4 * words.length;
  const elw = (base: number): number => e.iType(0x0b, 3, 0, base, 0x21c);
  const link = (rd: number, rs1: number, imm: number): number => e.iType(0x13, 4, rd, rs1, imm);
  wide(e.csr(2, 11, 0, 0xf14), e.uType(0x37, own, place.tcdm >>> 12));
  wide(e.iType(0x13, 1, 12, 11, 9), e.add(own, own, 12));
  wide(e.uType(0x37, barrier, place.events >>> 12), e.addi(barrier, barrier, place.events & 0xfff));
  wide(e.addi(13, 0, 7), e.sw(13, barrier, 0x200), e.sw(13, barrier, 0x20c));
  wide(e.addi(13, 0, 6), e.sw(13, barrier, 0x220), e.sw(13, barrier, 0x22c), e.addi(31, 0, 3));
  wide(e.uType(0x37, 13, 16), e.sw(13, barrier, 0), e.uType(0x37, 26, at >>> 12));
  // Another instruction: the way back skips one
  wide(e.uType(0x37, 29, (4 << 20) >>> 12));
  const back = words.length;
  wide(0, 0, e.lw(27, 26, 8));
  for (let n = 0; n < 38; n++) wide(0x0ff0000f);
  wide(e.csr(2, 6, 0, 0xf14), e.addi(28, 27, 0), e.bType(1, 11, 0, 8), e.jalr(0, 26, 0));
  // Harts 1 and 2: three times at a barrier of their own, then at that of all
  const again = here();
  wide(e.addi(counter, 0, 200));
  const top = here();
  wide(e.addi(counter, counter, -1), e.lw(14, own, 4));
  wide(e.bType(1, counter, 0, top - here()));
  wide(e.addi(17, 0, 1), e.bType(1, 11, 17, 8), e.sw(28, 26, 8));
  wide(e.rType(0x33, 2, 0, 6, 0, 31), e.iType(0x13, 1, 7, 6, 5), e.add(30, barrier, 7));
  wide(link(6, 6, 1), e.rType(0x33, 0, 0x20, 6, 0, 6), e.rType(0x33, 7, 0, 6, 6, 29));
  wide(e.add(28, 27, 6), e.addi(31, 31, -1), elw(30), e.jType(0, again - here() - 4));
  const work = here();
  wide(e.addi(23, 23, 1), e.addi(24, 24, 1), e.addi(counter, 0, 100));
  const turn = here();
  wide(e.addi(counter, counter, -1), e.lw(14, own, 4));
  wide(e.bType(1, counter, 0, turn - here()), e.jalr(0, 26, 0));
  const { high, low } = e.split(place.l2 + work);
  words[back] = e.uType(0x37, 25, high);
  words[back + 1] = e.addi(25, 25, low);
  const machine = openMachine(engine, { harts, 'icache.ideal': true });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  const waiting = [elw(barrier), e.addi(22, 22, 1), e.jalr(0, 25, 0)];
  machine.write(at, new Uint8Array(Uint32Array.from(waiting).buffer));
  machine.start(place.l2);
  return machine;
}

it('code that was looked at when a phase began is written in it', () => {
  const reference = openWriters('interpreter');
  const machine = openWriters('eager');
  for (const cycle of [5_300, 10_000]) {
    const expected = stateOf(reference, reference.runUntil(cycle));
    expect(firstDifference(expected, stateOf(machine, machine.runUntil(cycle)))).toBeUndefined();
  }
});

/** Its code is in the TCDM. A phase that looks at more of it than was known is given up: harts must stay where they were. */
it('a phase that looked at code and was given up', () => {
  const program = makeClusterProgram(900, 22);
  const settings = {
    ...program.settings,
    'icache.ideal': true,
    'tcdm.arbitration': 'fair',
    'timing.split_target': 0,
    'timing.jump': 2,
    'timing.div_base': 3,
  };
  const open = (engine: Engine): MachineApi => {
    const machine = openMachine(engine, settings);
    program.prepare(machine);
    machine.start(program.entry);
    return machine;
  };
  const reference = open('interpreter');
  const machine = open('eager');
  for (const cycle of [1000, 2000, 4000, 8000, 16_000]) {
    const expected = stateOf(reference, reference.runUntil(cycle));
    expect(firstDifference(expected, stateOf(machine, machine.runUntil(cycle)))).toBeUndefined();
  }
});
