import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hartStates } from './states.js';
import { packageRoot } from '../../src/datasets/package-root.js';
import { parseElf } from '../../src/loader/index.js';
import { openSession } from '../../src/session/index.js';
import { crossCompiler } from '../firmware/tools.js';
import { booting, controller, image } from './machine.js';

/** A program for the PULP chip, from the vectors to the exit through SoC control. */
const fixture = new Uint8Array(readFileSync(image));

function run(harts = 8) {
  const session = openSession({ preset: 'pulp-open', harts });
  const lines: string[] = [];
  session.onOutput((text, hart) => lines.push(`${hart} ${text.trimEnd()}`));
  session.load({ name: 'boot.elf', bytes: fixture });
  const stop = session.run({ maxCycles: 1_000_000 });
  return { session, lines, stop };
}

describe('the program of fixtures/pulp-open', () => {
  it('boots the cluster, works with it and ends by SoC control', () => {
    const { lines, stop } = run();
    expect(stop).toEqual({ reason: 'exit', code: 0, hart: controller });
    expect(lines).toEqual([
      '8 controller: starts the cluster',
      '0 cluster: SoC event 51',
      // (1 + ... + 8) (128 * 3 - 128 * 2); each hart counted once; event 50 for the controller.
      '8 controller: sum 4608, counted 8, SoC event 50',
      // The loop turns 64 times over two loads and a dot product.
      expect.stringMatching(/^8 controller: instructions (19[2-9]|20\d), loads 128$/),
    ]);
  });

  it('reports nine harts, the controller as the last one', () => {
    const { session } = run();
    const stats = session.stats();
    expect(stats.preset).toBe('pulp-open');
    expect(stats.isa).toBe('rv32imc_xpulpv2');
    expect(stats.harts.map(({ hart }) => hart)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    for (const hart of stats.harts) {
      const stalls = Object.values(hart.stalls).reduce((sum, value) => sum + value, 0);
      expect(hart.instret + stalls).toBe(hart.cycles_active);
      expect(hart.instret).toBeGreaterThan(100);
    }
    // The cluster's harts begin when the controller starts them.
    const ages = stats.harts.map((hart) => hart.cycles_active + hart.cycles_sleep);
    expect(ages[controller]).toBe(stats.cycles);
    expect(new Set(ages.slice(0, 8)).size).toBe(1);
    expect(ages[0]).toBeLessThan(stats.cycles);
    expect(session.report()).toMatch(/^hart 8 \(controller\): /m);
  });

  it('reaches the same end and the same state traced, cut in pieces, and restored', () => {
    const plain = booting();
    const end = plain.runUntil(1e6);
    expect(end).toEqual({ reason: 'exit', code: 0, hart: controller });

    const traced = booting();
    const byHart = new Map<number, number>();
    let last = 0;
    traced.trace((hart, _, cycle) => {
      byHart.set(hart, (byHart.get(hart) ?? 0) + 1);
      expect(cycle).toBeGreaterThanOrEqual(last);
      last = cycle;
    });
    expect(traced.runUntil(1e6)).toEqual(end);
    expect(hartStates(traced)).toEqual(hartStates(plain));
    // The event load in which a hart of the cluster sleeps at the end has not retired.
    plain.stats().harts.forEach(({ instret }, hart) => {
      const asleep = plain.hart(hart).state === 'sleeping' ? 1 : 0;
      expect(byHart.get(hart)).toBe(instret + asleep);
    });

    const cut = booting();
    let stop = cut.runUntil(41);
    for (let cycle = 82; stop.reason === 'cycle'; cycle += 41) stop = cut.runUntil(cycle);
    expect(stop).toEqual(end);
    expect(hartStates(cut)).toEqual(hartStates(plain));

    for (const cycle of [500, 1500, 2500, 3500, 4500, 5500]) {
      const first = booting();
      first.runUntil(cycle);
      const second = booting();
      second.runUntil(17);
      second.restore(structuredClone(first.save()));
      expect(second.runUntil(1e6)).toEqual(end);
      expect(hartStates(second)).toEqual(hartStates(plain));
    }
  });

  it('stops at a probe of the controller and of the cluster', () => {
    const session = openSession({ preset: 'pulp-open' });
    session.load({ name: 'boot.elf', bytes: fixture });
    const seen: number[] = [];
    session.probe('controller', (hart) => void seen.push(hart));
    session.probe('cluster', (hart) => void seen.push(hart));
    session.run();
    expect(seen).toEqual([8, 0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('runs on a cluster of four, whose sum is another', () => {
    const { lines, stop } = run(4);
    expect(stop).toEqual({ reason: 'exit', code: 1, hart: 4 });
    expect(lines[2]).toBe('4 controller: sum 1280, counted 4, SoC event 50');
  });

  const compiler = crossCompiler();
  it.skipIf(compiler === undefined)('is what its sources give', () => {
    const folder = mkdtempSync(join(tmpdir(), 'octobar-pulp-open-'));
    try {
      const out = join(folder, 'boot.elf');
      const source = join(packageRoot(), 'fixtures/pulp-open');
      const make = spawnSync('make', ['-C', source, `OUT=${out}`], { encoding: 'utf8' });
      expect(make.status, make.stderr).toBe(0);
      expect(make.stderr).not.toContain('warning');
      const rebuilt = parseElf(new Uint8Array(readFileSync(out)), 'boot.elf');
      const kept = parseElf(fixture, 'boot.elf');
      expect(rebuilt.entry).toBe(kept.entry);
      expect(rebuilt.segments).toEqual(kept.segments);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
