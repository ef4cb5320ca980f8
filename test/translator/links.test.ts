import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import { openSession, type Session } from '../../src/session/index.js';
import * as e from '../lockstep/encode.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { place } from './writer.js';

/** Regions that lead into each other: a hart that is alone in more functions than one region holds. */

const [bne, slot, counter] = [1, 7, 11];
const functions = 12;
const calls = 20_000;

/** Code in halfwords: functions then lie at addresses that straddle fetch words, too. */
class Code {
  readonly halves: number[] = [];

  get at(): number {
    return 2 * this.halves.length;
  }

  add(...words: readonly number[]): void {
    for (const word of words) this.halves.push(word & 0xffff, word >>> 16);
  }

  /** `c.nop` */
  addShort(): void {
    this.halves.push(1);
  }
}

/** What function `n` does: nothing, a product, a division, a short loop, or one with accesses; each leaves in x5 how much. */
function bodyOf(n: number): number[] {
  const loop = (...body: number[]): number[] => [
    e.addi(6, 0, 2 + (n % 7)),
    ...body,
    e.addi(6, 6, -1),
    e.bType(bne, 6, 0, -4 * (body.length + 1)),
  ];
  const adds = Array.from({ length: n }, (_, i) => e.addi(5, 5, i));
  switch (n % 5) {
    case 0:
      return adds;
    case 1:
      return [...adds, e.rType(0x33, 4, 1, 13, 5, 11)];
    case 2:
      return loop(e.addi(5, 5, 3));
    case 3:
      return loop(e.lw(13, 8, 4 * n), e.add(5, 5, 13), e.sw(5, 8, 4 * n));
    default:
      return [e.sw(5, 8, 64 + 4 * n), e.rType(0x33, 1, 1, 5, 5, 11), e.lw(5, 8, 64 + 4 * n)];
  }
}

/**
 * One hart calls functions through a table in the TCDM, one after the other, in an order that does not repeat soon; behind so many calls it loads from where nothing is.
 */
function openCalls(engine: Engine): MachineApi {
  const code = new Code();
  const starts: number[] = [];
  code.add(e.jType(0, 0));
  for (let n = 0; n < functions; n++) {
    if (n % 3 !== 0) code.addShort();
    starts.push(code.at);
    code.add(...bodyOf(n), e.jalr(0, 1, 0));
  }
  if (code.at % 4 !== 0) code.addShort();
  const entry = code.at;
  code.add(e.uType(0x37, 8, place.tcdm >>> 12));
  starts.forEach((start, n) => {
    const { high, low } = e.split(place.l2 + start);
    code.add(e.uType(0x37, 6, high), e.addi(6, 6, low), e.sw(6, 8, 512 + 4 * n));
  });
  const many = e.split(calls);
  code.add(e.uType(0x37, counter, many.high), e.addi(counter, counter, many.low));
  const top = code.at;
  code.add(
    e.iType(0x13, 5, slot, counter, 3),
    e.add(slot, slot, counter),
    e.iType(0x13, 7, slot, slot, 7),
    e.iType(0x13, 1, slot, slot, 2),
    e.add(slot, slot, 8),
    e.lw(slot, slot, 512 + 4 * (functions - 8)),
    e.jalr(1, slot, 0),
    e.addi(counter, counter, -1),
  );
  code.add(e.bType(bne, counter, 0, top - code.at));
  code.add(e.lw(5, 0, 16));
  code.halves.splice(0, 2, e.jType(0, entry) & 0xffff, e.jType(0, entry) >>> 16);
  const machine = openMachine(engine, { harts: 1 });
  machine.write(place.l2, new Uint8Array(Uint16Array.from(code.halves).buffer));
  machine.start(place.l2);
  return machine;
}

/** Whom the arbiters of the banks would grant next. */
const arbitersOf = (machine: MachineApi): unknown =>
  (machine.save() as { parts: Record<'crossbar', unknown> }).parts.crossbar;

describe.each(['auto', 'eager'] as const)(
  'functions that are called through a table: %s',
  (engine) => {
    it('end in the same fault, behind the same instructions', () => {
      const reference = openCalls('interpreter');
      const machine = openCalls(engine);
      const expected = reference.runUntil(1e7);
      const stop = machine.runUntil(1e7);
      expect(expected.reason).toBe('fault');
      expect(firstDifference(stateOf(reference, expected), stateOf(machine, stop))).toBeUndefined();
      expect(arbitersOf(machine)).toEqual(arbitersOf(reference));
    });

    it('are the same in any cycle', () => {
      const reference = openCalls('interpreter');
      const machine = openCalls(engine);
      for (let cycle = 20_000, step = 1; cycle < 50_000; cycle += step, step = (step * 5) % 1777) {
        const expected = stateOf(reference, reference.runUntil(cycle));
        expect(
          firstDifference(expected, stateOf(machine, machine.runUntil(cycle))),
        ).toBeUndefined();
      }
    });

    it('lead into each other without a way through the host', () => {
      const machine = openCalls(engine);
      machine.runUntil(1e7);
      const { instructions, region_visits: visits } = machine.tiers();
      expect(instructions.region).toBeGreaterThan(3 * instructions.interpreted);
      expect(visits).toBeLessThan(calls / 10);
    });
  },
);

/** The guest with 600 functions. */
function openBig(engine: Engine): Session {
  const bytes = readFileSync(fileURLToPath(new URL('../bench/prebuilt/big.elf', import.meta.url)));
  const session = openSession({ harts: 1, set: { engine, 'icache.ideal': true } });
  session.load({ name: 'big', bytes });
  session.writeWord('bench_harts', 1);
  session.writeWord('bench_passes', 12);
  return session;
}

it('large code is the same', () => {
  const reference = openBig('interpreter');
  const session = openBig('auto');
  const seen = (of: Session): unknown => {
    const { tier: _, config: __, ...guest } = of.stats();
    return guest;
  };
  for (const cycle of [1_000_003, 2_000_001, 1e8]) {
    expect(session.runUntil(cycle)).toEqual(reference.runUntil(cycle));
    expect(seen(session)).toEqual(seen(reference));
    expect(session.hart(0)).toEqual(reference.hart(0));
  }
  expect(session.stats().tier.instructions.translated).toBeLessThan(1000);
});
