import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import type { Settings } from '../../src/config/index.js';
import { openSession, type Session } from '../../src/session/index.js';
import * as e from '../lockstep/encode.js';
import { Random } from '../lockstep/random.js';
import { firstDifference } from './compare.js';
import { compareProgram, paceOf } from './differential.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { makeClusterProgram } from './program.js';
import { place } from './writer.js';

/** Translated regions: code of a hart while no other one, and no unit, has anything to do. */

const elf = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../bench/prebuilt/${name}.elf`, import.meta.url)));

/** A compiled guest on one hart: `passes` of its work. */
function openGuest(name: string, passes: number, engine: Engine, settings: Settings = {}): Session {
  const session = openSession({ harts: 1, set: { ...settings, engine, translate_after: 0 } });
  session.load({ name, bytes: elf(name) });
  session.writeWord('bench_harts', 1);
  session.writeWord('bench_passes', passes);
  return session;
}

function seen(session: Session): unknown {
  const { tier: _, config: __, ...guest } = session.stats();
  return { guest, hart: session.hart(0), tcdm: session.read(place.tcdm, 0x4000) };
}

const guests = [
  ['conv', 3],
  ['sort', 3],
  ['crc', 4],
] as const;

describe('compiled guests on one hart', () => {
  it.each(guests)('%s, %i passes', (name, passes) => {
    const reference = openGuest(name, passes, 'interpreter');
    reference.run({ maxCycles: 1e8 });
    for (const engine of ['auto', 'eager'] as const) {
      const session = openGuest(name, passes, engine);
      session.run({ maxCycles: 1e8 });
      expect(seen(session)).toEqual(seen(reference));
      const { region, translated, interpreted } = session.stats().tier.instructions;
      if (engine === 'auto')
        expect(region / (region + translated + interpreted)).toBeGreaterThan(0.5);
    }
  });

  it.each([
    ['conv', 1997, {}],
    ['sort', 2003, {}],
    ['sort', 5003, { 'icache.ideal': true, 'tcdm.banks': 32 }],
    ['sort', 5003, { 'timing.branch_not_taken': 2, 'timing.jump': 1, 'timing.load_use': 2 }],
    ['crc', 5009, { 'timing.branch_taken': 4, 'timing.mulh': 1, 'icache.prefetch': false }],
    ['crc', 9973, { 'tcdm.arbitration': 'round-robin' }],
  ] as const)('%s cut every %i cycles, %o', (name, cut, settings) => {
    const reference = openGuest(name, 2, 'interpreter', settings);
    const session = openGuest(name, 2, 'eager', settings);
    for (let cycle = cut; ; cycle += cut) {
      const stop = reference.runUntil(cycle);
      expect(session.runUntil(cycle)).toEqual(stop);
      expect(seen(session)).toEqual(seen(reference));
      if (stop.reason !== 'cycle' || cycle > 60_000) break;
    }
  });

  it('goes on from a snapshot', () => {
    const reference = openGuest('sort', 2, 'interpreter');
    reference.runUntil(150_000);
    const session = openGuest('sort', 2, 'auto');
    session.runUntil(123_456);
    const snapshot = session.save();
    session.runUntil(150_000);
    expect(seen(session)).toEqual(seen(reference));
    session.restore(snapshot);
    session.runUntil(150_000);
    expect(seen(session)).toEqual(seen(reference));
  });
});

/** A loop that jumps to an address which the instructions before it have just made. */
function openJumps(engine: Engine, makers: readonly number[]): MachineApi {
  const words: number[] = [];
  const wide = (bits: number): void => void words.push(bits);
  const target = 6 + makers.length + 2;
  const { high, low } = e.split(place.l2 + 4 * target);
  wide(e.uType(0x37, 8, place.tcdm >>> 12));
  wide(e.uType(0x37, 6, high));
  wide(e.addi(6, 6, low));
  wide(e.sw(6, 8, 0));
  wide(e.addi(11, 0, 1));
  const loop = words.length;
  wide(e.addi(5, 5, 1));
  for (const maker of makers) wide(maker);
  wide(e.jalr(0, 7, 0));
  wide(e.addi(9, 9, 1));
  if (words.length !== target) throw new Error('the target has moved');
  wide(e.addi(10, 10, 1));
  wide(e.jType(0, 4 * (loop - words.length)));
  const machine = openMachine(engine, { harts: 1 });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.start(place.l2);
  return machine;
}

describe('a jump that waits for its register', () => {
  const nop = e.addi(0, 0, 0);
  const div = e.rType(0x33, 4, 1, 7, 6, 11);
  it.each([
    ['a sum', [e.addi(7, 6, 0)]],
    ['a sum before', [e.addi(7, 6, 0), nop]],
    ['a quotient', [div]],
    ['a load', [e.lw(7, 8, 0)]],
    ['a load before', [e.lw(7, 8, 0), nop]],
    ['a load, behind a high product', [e.lw(7, 8, 0), e.rType(0x33, 1, 1, 12, 6, 6)]],
    ['nothing, behind a quotient', [e.addi(7, 6, 0), e.rType(0x33, 4, 1, 12, 6, 11)]],
  ])('of %s', (_, makers) => {
    const reference = openJumps('interpreter', makers);
    const machine = openJumps('auto', makers);
    for (const cycle of [20_000, 20_003, 160_000]) {
      const expected = stateOf(reference, reference.runUntil(cycle));
      expect(firstDifference(expected, stateOf(machine, machine.runUntil(cycle)))).toBeUndefined();
    }
    expect(machine.tiers().instructions.region).toBeGreaterThan(5_000);
  });
});

/** Hart `working` turns in nested loops over all banks; all others have been at the banks and sleep. */
function openSleepers(engine: Engine, working: number): MachineApi {
  const words: number[] = [];
  const wide = (bits: number): void => void words.push(bits);
  wide(e.csr(2, 10, 0, 0xf14));
  wide(e.uType(0x37, 8, place.tcdm >>> 12));
  wide(e.iType(0x13, 1, 11, 10, 2));
  wide(e.rType(0x33, 0, 0, 11, 11, 8));
  for (let n = 0; n < 20; n++) wide(e.sw(10, 11, 4 * n));
  wide(e.addi(12, 0, working));
  wide(e.bType(0, 10, 12, 12));
  wide(0x10500073);
  wide(e.jType(0, -4));
  const outer = words.length;
  wide(e.addi(5, 0, 100));
  wide(e.addi(9, 8, 0));
  const inner = words.length;
  wide(e.lw(6, 9, 0));
  wide(e.addi(6, 6, 3));
  wide(e.sw(6, 9, 256));
  wide(e.addi(9, 9, 4));
  wide(e.addi(5, 5, -1));
  wide(e.bType(1, 5, 0, 4 * (inner - words.length)));
  wide(e.addi(13, 13, 1));
  wide(e.jType(0, 4 * (outer - words.length)));
  const machine = openMachine(engine, { harts: 8 });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.start(place.l2);
  return machine;
}

describe('one hart of eight', () => {
  it.each([0, 3, 7])('hart %i works while the others sleep', (working) => {
    const reference = openSleepers('interpreter', working);
    const machine = openSleepers('auto', working);
    for (const cycle of [300, 30_000, 30_001, 90_000, 200_003]) {
      const expected = stateOf(reference, reference.runUntil(cycle));
      expect(firstDifference(expected, stateOf(machine, machine.runUntil(cycle)))).toBeUndefined();
    }
    expect(machine.tiers().instructions.region).toBeGreaterThan(50_000);
  });
});

describe('random programs of one hart', () => {
  it('are as the interpreter has them', { timeout: 120_000 }, () => {
    const random = new Random(7);
    for (let ran = 0, number = 10_000; ran < 12; number++) {
      const program = makeClusterProgram(1, number);
      if (program.harts > 1) continue;
      ran++;
      const pace = random.pick(['whole', paceOf(number), 'slices'] as const);
      const { difference } = compareProgram(program, pace, number, 'eager');
      expect(difference && `program ${number}, ${pace}: ${difference}`).toBeUndefined();
    }
  });
});
