import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import type { Settings } from '../../src/config/index.js';
import { openSession, type Session } from '../../src/session/index.js';
import * as e from '../lockstep/encode.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { place } from './writer.js';

/** Harts that run freely from one barrier to the next. */

/** A compiled guest on eight harts: `passes` of its work, with a barrier after each. */
function openGuest(name: string, passes: number, engine: Engine, settings: Settings): Session {
  const file = fileURLToPath(new URL(`../bench/prebuilt/${name}.elf`, import.meta.url));
  const session = openSession({ harts: 8, set: { ...settings, engine, translate_after: 0 } });
  session.load({ name, bytes: readFileSync(file) });
  session.writeWord('bench_harts', 8);
  session.writeWord('bench_passes', passes);
  return session;
}

function seen(session: Session): unknown {
  const { tier: _tier, config: _config, ...guest } = session.stats();
  const harts = guest.harts.map((_hart, index) => session.hart(index));
  return { guest, harts, tcdm: session.read(place.tcdm, 0x40000) };
}

describe('compiled guests on eight harts', () => {
  it.each([
    ['conv', 1e7, 4, {}],
    ['conv', 90_001, 2, { 'icache.ideal': true, 'tcdm.banks': 32 }],
    ['sort', 1e7, 8, { 'timing.branch_not_taken': 2, 'timing.jump': 1, 'timing.load_use': 2 }],
    ['sort', 1e7, 8, { 'timing.split_target': 2, 'tcdm.banks': 8 }],
    ['crc', 1e7, 6, { 'timing.branch_taken': 4, 'timing.jump': 1, 'timing.load_use': 0 }],
    ['big', 1e7, 2, { 'icache.ideal': true }],
    ['big', 1e7, 2, {}],
    ['sort', 300_000, 6, { 'icache.private_size': 256, 'icache.shared_size': 1024 }],
    ['crc', 1e7, 6, { 'icache.private_size': 256, 'icache.prefetch': false }],
  ] as const)('%s, stopped every %i cycles, %o', (name, cut, passes, settings) => {
    const reference = openGuest(name, passes, 'interpreter', settings);
    // What is tried at first sight hardly ever begins where a pass of it does.
    const session = openGuest(name, passes, name === 'sort' ? 'auto' : 'eager', settings);
    for (let cycle = cut; ; cycle += cut) {
      const stop = reference.runUntil(cycle);
      expect(session.runUntil(cycle)).toEqual(stop);
      expect(seen(session)).toEqual(seen(reference));
      if (stop.reason !== 'cycle') break;
    }
    expect(session.stats().tier.phases['done']).toBeGreaterThan(0);
  });
});

const [counter, own, sum, barrier] = [5, 8, 10, 9];

/**
 * Harts add up words between barriers. `writer`: the hart that also writes to a word that all of them read; -1: none does.
 * `same`: all of them read words of one bank.
 */
function openMeetings(engine: Engine, writer: number, same: boolean): MachineApi {
  const words: number[] = [];
  const wide = (...bits: readonly number[]): void => void words.push(...bits);
  const elw = e.iType(0x0b, 3, 0, barrier, 0x21c);
  wide(e.csr(2, 11, 0, 0xf14), e.uType(0x37, own, place.tcdm >>> 12));
  wide(e.iType(0x13, 1, 12, 11, 9), e.add(own, own, 12));
  wide(e.uType(0x37, barrier, place.events >>> 12), e.addi(barrier, barrier, place.events & 0xfff));
  wide(e.addi(13, 0, 255), e.sw(13, barrier, 0x200), e.sw(13, barrier, 0x20c));
  wide(e.uType(0x37, 13, 16), e.sw(13, barrier, 0));
  for (let n = 0; n < 8; n++) wide(0x0ff0000f);
  const again = words.length;
  wide(elw, e.addi(counter, 0, 300));
  const top = words.length;
  wide(e.lw(14, own, 4), e.add(sum, sum, 14), e.sw(sum, own, 4));
  wide(e.uType(0x37, 15, place.tcdm >>> 12), e.lw(16, 15, same ? 0 : 0x700));
  wide(e.add(sum, sum, 16), e.addi(counter, counter, -1));
  wide(e.bType(1, counter, 0, 4 * (top - words.length)));
  if (writer >= 0) {
    wide(e.addi(17, 0, writer), e.bType(1, 11, 17, 8), e.sw(sum, 15, same ? 0 : 0x700));
  }
  wide(e.jType(0, 4 * (again - words.length)));
  const machine = openMachine(engine, { harts: 8 });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.start(place.l2);
  return machine;
}

describe.each(['auto', 'eager'] as const)('meetings, %s', (engine) => {
  it.each([
    ['each with words of its own', -1, false, 'done'],
    ['at one word', -1, true, 'done'],
    ['one of them writes what all read', 3, false, 'raced'],
  ] as const)('%s', (_, writer, same, end) => {
    const reference = openMeetings('interpreter', writer, same);
    const machine = openMeetings(engine, writer, same);
    for (const cycle of [9_000, 30_001, 60_007, 130_003]) {
      const expected = stateOf(reference, reference.runUntil(cycle));
      expect(firstDifference(expected, stateOf(machine, machine.runUntil(cycle)))).toBeUndefined();
    }
    const { phases } = machine.tiers();
    expect(phases[end]).toBeGreaterThan(0);
    if (end !== 'done') expect(phases['done']).toBe(0);
  });
});
