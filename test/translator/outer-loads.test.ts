import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import type { Settings } from '../../src/config/index.js';
import * as e from '../lockstep/encode.js';
import { Random } from '../lockstep/random.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { place } from './writer.js';

/** Loads of L2 in translated regions: each of a random loop may reach the TCDM or L2, or one after the other. And reads of `mhartid`. */

const [hart, own, table, either, flip, counter, barrier] = [11, 8, 9, 18, 19, 20, 21];
const values = [5, 6, 7, 12, 13, 14, 15];
const turns = 120;
/** Functions that a loaded address leads to. */
const functions = 3;

function load32(rd: number, value: number): number[] {
  const { high, low } = e.split(value | 0);
  return [e.uType(0x37, rd, high), e.addi(rd, rd, low)];
}

/** One instruction, or a few, of the body of the loop. */
function piece(r: Random): number[] {
  const [a, b, d] = [r.pick(values), r.pick(values), r.pick(values)];
  const [f3, bytes] = r.pick([
    [0, 1],
    [1, 2],
    [2, 4],
    [4, 1],
    [5, 2],
  ] as const);
  const at = r.below(400);
  const offset = r.chance(97) ? at - (at % bytes) : at;
  const load = e.iType(0x03, f3, d, r.pick([own, table, table, either]), offset);
  switch (r.below(13)) {
    case 0:
      return [e.sw(a, own, 4 * r.below(60))];
    case 1:
      return [e.rType(0x33, r.pick([1, 4]), 1, d, a, b)];
    case 2:
      return [load, e.add(b, d, a)];
    case 3:
      return [load, e.bType(r.below(2), d, a, 8), e.add(a, a, b)];
    case 4:
      return [load, e.jType(0, 8), e.addi(a, a, 1)];
    case 5:
      return [e.rType(0x33, 4, 0, either, either, flip)];
    case 6: {
      // Its address lies in the table, behind the data.
      const pointer = e.lw(1, table, 512 + 4 * r.below(functions));
      return [pointer, ...(r.chance(50) ? [e.add(d, a, b)] : []), e.jalr(1, 1, 0)];
    }
    case 7:
      return [e.add(d, a, b)];
    case 8:
      return [e.csr(2, d, 0, 0xf14), ...(r.chance(50) ? [e.jType(0, 4)] : [])];
    default:
      return [load];
  }
}

function openLoop(engine: Engine, seed: number, harts: number, settings: Settings): MachineApi {
  const r = new Random(seed, 7);
  const words: number[] = [];
  const put = (...bits: readonly number[]): void => void words.push(...bits);
  put(e.csr(2, hart, 0, 0xf14), e.iType(0x13, 7, hart, hart, 31));
  put(...load32(own, place.tcdm), e.iType(0x13, 1, 5, hart, 10), e.add(own, own, 5));
  put(...load32(table, place.outside), ...load32(barrier, place.events));
  put(e.addi(either, table, 0), ...load32(flip, 0), e.rType(0x33, 4, 0, flip, own, table));
  put(e.addi(5, 0, (1 << harts) - 1), e.sw(5, barrier, 0x200), e.sw(5, barrier, 0x20c));
  put(e.uType(0x37, 5, 16), e.sw(5, barrier, 0));
  const again = words.length;
  put(e.iType(0x0b, 3, 0, barrier, 0x21c), e.addi(counter, 0, turns));
  const top = words.length;
  for (let n = r.between(4, 12); n > 0; n--) put(...piece(r));
  put(e.addi(counter, counter, -1), e.bType(1, counter, 0, 4 * (top - words.length - 1)));
  put(e.jType(0, 4 * (again - words.length)));
  const starts = Array.from({ length: functions }, (_, n) => {
    const start = place.l2 + 4 * words.length;
    put(...Array.from({ length: n }, () => e.addi(r.pick(values), r.pick(values), 3)));
    put(e.jalr(0, 1, 0));
    return start;
  });
  const machine = openMachine(engine, { harts, ...settings });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  const data = Uint32Array.from({ length: 128 + functions }, (_, n) =>
    n < 128 ? r.word() : starts[n - 128],
  );
  machine.write(place.outside, new Uint8Array(data.buffer));
  machine.start(place.l2);
  return machine;
}

describe.each(['auto', 'eager'] as const)('random loops, %s', (engine) => {
  it.each([
    [1, {}],
    [1, { 'l2.latency': 1, 'timing.load_use': 2 }],
    [8, {}],
    [8, { 'l2.latency': 4, 'icache.ideal': true, 'timing.jump': 1 }],
    [3, { 'l2.latency': 20, 'tcdm.banks': 8, 'timing.split_target': 2 }],
  ] as const)('%i harts, %o', (harts, settings) => {
    let loads = 0;
    let together = 0;
    for (let seed = 0; seed < 10; seed++) {
      const reference = openLoop('interpreter', seed, harts, settings);
      const machine = openLoop(engine, seed, harts, settings);
      for (const cycle of [9_000, 30_001, 90_007]) {
        const expected = stateOf(reference, reference.runUntil(cycle));
        const difference = firstDifference(expected, stateOf(machine, machine.runUntil(cycle)));
        expect(difference, `seed ${seed}, cycle ${cycle}`).toBeUndefined();
      }
      const { instructions, phases } = machine.tiers();
      if (instructions.region > 10_000) loads += machine.stats().harts[0].l2_reads;
      together += phases['done'];
    }
    expect(loads).toBeGreaterThan(1000);
    if (harts > 1 && engine === 'auto') expect(together).toBeGreaterThan(0);
  });
});
