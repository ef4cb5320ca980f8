import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import { rows } from '../../emulator/isa/table.js';
import type { Settings } from '../../src/config/index.js';
import { openSession, type Session } from '../../src/session/index.js';
import * as e from '../lockstep/encode.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { place } from './writer.js';

/** Harts that run freely and do not meet: what they did up to some cycle is kept. */

const [link, counter, own, sum, hart, offset, shared] = [1, 5, 8, 10, 11, 12, 15];

/** x11: hart; x8: words of its own; x15: words that all read. Then `body`, which is at address `at`, for ever. */
function openWork(engine: Engine, settings: Settings, body: (at: number) => number[]): MachineApi {
  const words: number[] = [];
  const wide = (...bits: readonly number[]): void => void words.push(...bits);
  wide(e.csr(2, hart, 0, 0xf14), e.uType(0x37, shared, place.tcdm >>> 12));
  wide(e.iType(0x13, 1, offset, hart, 9), e.add(own, shared, offset), e.addi(own, own, 1024));
  // Each in another bank, and at another time
  wide(e.iType(0x13, 1, offset, hart, 2), e.add(own, own, offset));
  wide(e.addi(counter, hart, 1), e.addi(counter, counter, -1), e.bType(1, counter, 0, -4));
  for (let n = 0; n < 8; n++) wide(0x0ff0000f);
  wide(...body(place.l2 + 4 * words.length));
  const machine = openMachine(engine, { harts: 8, ...settings });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.start(place.l2);
  return machine;
}

const row = (name: string): number => rows.find((found) => found.name === name)!.match;
const setup = (loop: number, rs1: number, imm: number): number =>
  (row('cv.setup') | (loop << 7) | (rs1 << 15) | (imm << 20)) >>> 0;
const back = (to: number, words: readonly number[]): number => e.jType(0, 4 * (to - words.length));

const alu = Array.from({ length: 6 }, () => e.add(sum, sum, hart));

const bodies = {
  /** All read words of one bank, some right before a jump that a refusal hides. */
  conflicts: () => [
    e.lw(16, shared, 0),
    e.add(sum, sum, 16),
    e.sw(sum, own, 4),
    e.lw(17, shared, 64),
    e.jType(0, 8),
    e.addi(sum, sum, 1),
    e.add(18, 17, hart),
    e.addi(counter, counter, -1),
    e.iType(0x13, 7, 19, counter, 3),
    e.bType(1, 19, 0, 8),
    e.lw(20, shared, 128),
    e.rType(0x33, 4, 1, 21, counter, 19),
    e.lw(14, own, 0),
    e.jType(0, -52),
  ],
  /** Every hart but the first has a loop without an access. */
  quiet: () => [
    e.addi(counter, 0, 1000),
    e.addi(sum, sum, 3),
    e.rType(0x33, 4, 1, 21, sum, counter),
    e.addi(counter, counter, -1),
    e.bType(1, counter, 0, -12),
    e.lw(16, shared, 0),
    e.sw(sum, own, 8),
    e.jType(0, -28),
  ],
  /** Two hardware loops, one in the other. */
  loops: () => {
    const words = [e.addi(19, 0, 20), e.addi(20, hart, 5), setup(1, 19, 14)];
    words.push(e.lw(16, shared, 32), setup(0, 20, 10), e.lw(17, own, 0), e.add(sum, sum, 17));
    words.push(...alu);
    words.push(e.lw(18, shared, 96), e.sw(sum, own, 0), e.addi(sum, sum, 1), e.addi(sum, sum, 5));
    words.push(back(0, words));
    return words;
  },
  /** A function that calls itself, with a stack. */
  recursion: () => {
    const words = [e.addi(2, own, 256), e.addi(counter, hart, 6), e.jType(link, 8)];
    words.push(back(1, words));
    // f(x5): nothing at 0, else twice itself
    const f = 4;
    words.push(e.bType(1, counter, 0, 8), e.jalr(0, link, 0));
    words.push(e.addi(2, 2, -8), e.sw(link, 2, 0), e.sw(counter, 2, 4));
    words.push(e.addi(counter, counter, -1), e.lw(16, shared, 0), e.add(sum, sum, 16));
    words.push(e.jType(link, 4 * (f - words.length)));
    words.push(e.lw(counter, 2, 4), e.addi(counter, counter, -1));
    words.push(e.jType(link, 4 * (f - words.length)));
    words.push(e.lw(link, 2, 0), e.lw(counter, 2, 4), e.addi(2, 2, 8), e.jalr(0, link, 0));
    return words;
  },
  /** A jump through a pointer that was loaded just before. */
  pointers: (at: number) => {
    const { high, low } = e.split(at + 12);
    const words = [e.uType(0x37, 6, high), e.addi(6, 6, low), e.sw(6, own, 12)];
    words.push(e.addi(counter, 0, 300), e.lw(7, own, 12), e.addi(counter, counter, -1));
    words.push(e.lw(16, shared, 0), e.add(sum, sum, 16), ...alu, e.bType(1, counter, 0, -36));
    words.push(e.addi(19, 19, 1), e.iType(0x13, 7, 20, 19, 3), e.lw(7, own, 12));
    words.push(...alu, e.bType(0, 20, 0, 8), e.jalr(0, 7, 0), e.addi(counter, 0, 40));
    words.push(e.addi(sum, sum, 2), e.addi(counter, counter, -1), e.bType(1, counter, 0, -8));
    words.push(back(3, words));
    return words;
  },
  /** A counter is read now and then: only the interpreter does that. */
  counters: () => [
    e.uType(0x37, counter, 16),
    e.lw(16, shared, 0),
    e.add(sum, sum, 16),
    e.sw(sum, own, 4),
    e.addi(counter, counter, -1),
    e.bType(1, counter, 0, -16),
    e.csr(2, 19, 0, 0xb00),
    e.add(sum, sum, 19),
    e.jType(0, -32),
  ],
} satisfies Record<string, (at: number) => number[]>;

const settings: readonly Settings[] = [
  { isa: 'rv32imc_xcv', 'tcdm.banks': 8 },
  {
    isa: 'rv32imc_xcv',
    'tcdm.banks': 16,
    'icache.ideal': true,
    'timing.jump': 1,
    'timing.load_use': 2,
  },
];

describe.each(Object.keys(bodies) as (keyof typeof bodies)[])('%s', (name) => {
  it.each([
    ['auto', 150_000, 6],
    ['eager', 701, 40],
    ['eager', 20_011, 9],
    ['auto', 400_000, 2],
  ] as const)('%s, in pieces of %i cycles', (engine, piece, pieces) => {
    for (const set of settings) {
      const reference = openWork('interpreter', set, bodies[name]);
      const machine = openWork(engine, set, bodies[name]);
      for (let n = 1; n <= pieces; n++) {
        const expected = stateOf(reference, reference.runUntil(n * piece), n === pieces);
        const got = stateOf(machine, machine.runUntil(n * piece), n === pieces);
        expect(firstDifference(expected, got)).toBeUndefined();
      }
      expect(machine.tiers().phases['cut']).toBeGreaterThan(0);
    }
  });
});

it('what was done before an instruction of the interpreter is kept', () => {
  const reference = openWork('interpreter', settings[0], bodies.counters);
  const machine = openWork('auto', settings[0], bodies.counters);
  const end = 3_000_000;
  const expected = stateOf(reference, reference.runUntil(end));
  expect(firstDifference(expected, stateOf(machine, machine.runUntil(end)))).toBeUndefined();
  expect(machine.tiers().phases['cut']).toBeGreaterThan(2);
  expect(machine.tiers().phase_cycles).toBeGreaterThan(end / 2);
});

/** A compiled guest: `passes` of its work. */
function openGuest(name: string, engine: Engine): Session {
  const file = fileURLToPath(new URL(`../bench/prebuilt/${name}.elf`, import.meta.url));
  const session = openSession({ harts: 8, set: { engine, translate_after: 0 } });
  session.load({ name, bytes: readFileSync(file) });
  session.writeWord('bench_harts', 8);
  session.writeWord('bench_passes', 1);
  return session;
}

function seen(session: Session): unknown {
  const { tier: _tier, config: _config, ...guest } = session.stats();
  const harts = guest.harts.map((_hart, index) => session.hart(index));
  return { guest, harts, tcdm: session.read(place.tcdm, 0x40000) };
}

it.each(['crc', 'sort'])('%s in pieces that end before its barriers', (name) => {
  const reference = openGuest(name, 'interpreter');
  const session = openGuest(name, 'eager');
  for (let cycle = 30_011; ; cycle += 30_011) {
    const stop = reference.runUntil(cycle);
    expect(session.runUntil(cycle)).toEqual(stop);
    expect(seen(session)).toEqual(seen(reference));
    if (stop.reason !== 'cycle') break;
  }
  expect(session.stats().tier.phases['cut']).toBeGreaterThan(0);
});
