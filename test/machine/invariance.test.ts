import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import { openElf } from './elf.js';
import { machineFor } from '../timing/harness.js';

/** Observing, pausing, saving and restoring change nothing. */
const fixtures = new URL('../../fixtures/validation/', import.meta.url);
const programs = [
  'cl_seq_copy.x1.elf',
  'cl_rand_half_ld.x1.elf',
  'cl_mc_matmul_i32.x1.elf',
  'divheavy.elf',
  'x_conv1x1.xcorev.elf',
  'x_fir_i16.xcorev.elf',
];

function load(name: string, harts: number, ideal: boolean): MachineApi {
  const machine = machineFor({ harts, set: { 'icache.ideal': ideal } });
  const elf = openElf(readFileSync(new URL(name, fixtures)));
  for (const { address, bytes } of elf.segments) machine.write(address, bytes);
  machine.start(elf.entry);
  return machine;
}

function outcome(machine: MachineApi): unknown {
  const views = machine.stats().harts.map((_, hart) => machine.hart(hart));
  return { stats: machine.stats(), views, tcdm: machine.read(0x10000000, 0x10000) };
}

const cases = programs.flatMap((name) => [
  { name, fetch: 'ideal' },
  { name, fetch: 'cached' },
]);

describe.each(cases)('$name, $fetch', ({ name, fetch }) => {
  const harts = name.startsWith('cl_') ? 8 : 1;
  const ideal = fetch === 'ideal';

  it('ends the same with and without a trace, and when stopped every 37 cycles', () => {
    const plain = load(name, harts, ideal);
    const end = plain.runUntil(1e7);
    expect(end.reason).toBe('exit');

    const traced = load(name, harts, ideal);
    let instructions = 0;
    let compressed = 0;
    traced.trace((_hart, pc) => {
      instructions++;
      if ((traced.read(pc, 1)[0]! & 3) !== 3) compressed++;
    });
    expect(traced.runUntil(1e7)).toEqual(end);
    expect(outcome(traced)).toEqual(outcome(plain));

    const stepped = load(name, harts, ideal);
    let stop = stepped.runUntil(37);
    for (let cycle = 74; stop.reason === 'cycle'; cycle += 37) stop = stepped.runUntil(cycle);
    expect(stop).toEqual(end);
    expect(outcome(stepped)).toEqual(outcome(plain));

    // Instructions are not counted one by one: the trace is the independent count.
    const retired = plain.stats().harts.reduce((sum, hart) => sum + hart.instret, 0);
    expect(retired).toBe(instructions);
    expect(plain.stats().total.instret).toBe(instructions);
    expect(plain.stats().total.compressed).toBe(compressed);
  });

  it('active and sleeping cycles are the run, and instructions and stalls are the active ones', () => {
    for (const limit of [1, 10, 99, 100, 101, 102, 103, 777, 1e7]) {
      const machine = load(name, harts, ideal);
      machine.runUntil(limit);
      const { cycles, harts: all } = machine.stats();
      for (const hart of all) {
        expect(hart.cycles_active + hart.cycles_sleep).toBe(cycles);
        const stalls = Object.values(hart.stalls);
        expect(Math.min(...stalls)).toBeGreaterThanOrEqual(0);
        expect(hart.instret + stalls.reduce((a, b) => a + b, 0)).toBe(hart.cycles_active);
        // The first line comes out of L2 after 16 cycles, to the last of eight harts 9 later.
        if (ideal || limit > 25) expect(hart.instret).toBeGreaterThan(0);
      }
    }
  });

  it('a run restored in the middle ends as one that was not interrupted', () => {
    const plain = load(name, harts, ideal);
    plain.runUntil(1000);
    const saved = plain.save();
    const end = plain.runUntil(1e7);
    const other = load(name, harts, ideal);
    other.runUntil(500);
    other.restore(saved);
    expect(other.runUntil(1e7)).toEqual(end);
    expect(outcome(other)).toEqual(outcome(plain));
  });
});
