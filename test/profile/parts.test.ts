/** Layers and what lies between them: parts of a run add up to the run, hart by hart. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  addCounts,
  noCounts,
  Profiler,
  type Counts,
  type Profile,
} from '../../src/profile/index.js';
import { openSession } from '../../src/session/index.js';
import { cli } from '../cli/cli.js';

function sumOfParts({ sections }: Profile, hart: number): Counts {
  const sum = noCounts();
  for (const row of sections) {
    if (row.kind === 'layer' && row.hart === hart) addCounts(sum, row.total);
  }
  return sum;
}

it('parts of a run add up to the window, the last one named late', () => {
  const session = openSession();
  const file = new URL('../../firmware/prebuilt/runtime-test.elf', import.meta.url);
  session.load({ name: 'runtime-test.elf', bytes: new Uint8Array(readFileSync(file)) });
  const profiler = new Profiler(session, { window: true });
  // Before the window nothing is a part.
  profiler.part('nothing');
  session.runUntil(5000);
  profiler.open(session.now);
  for (const [name, cycle] of [
    ['a', 20_000],
    ['b', 50_000],
    ['a', 90_000],
  ] as const) {
    session.runUntil(cycle);
    profiler.part(name);
  }
  session.runUntil(120_000);
  profiler.close(session.now);
  session.runUntil(130_000);
  profiler.part('late');
  profiler.part('too late');
  const profile = profiler.finish();
  expect([...new Set(profile.sections.map(({ name }) => name))]).toEqual(['a', 'b', 'late']);
  expect(profile.sections.find(({ name }) => name === 'a')?.passes).toBe(2);
  for (const { hart, total } of profile.harts) {
    const { banks: _, ...whole } = total;
    expect(sumOfParts(profile, hart)).toEqual(whole);
  }
  const dma = profile.units.find(({ unit }) => unit === 'dma')!;
  for (const { to, layer } of dma.intervals) {
    const expected = to <= 20_000 ? 'a' : to <= 50_000 ? 'b' : to <= 90_000 ? 'a' : 'late';
    expect(layer).toBe(expected);
  }
  expect(dma.intervals.length).toBeGreaterThan(0);
});

it('the layers of a bottleneck are what it measures, and its engines have their own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octobar-parts-'));
  try {
    const file = join(folder, 'profile.json');
    const result = await cli('bottleneck', '--mapping', 'ima-dw', '--export', `profile=${file}`);
    expect(result.err + result.out).not.toMatch(/error/);
    const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
    const layers = ['expand', 'depthwise', 'project', 'residual'];
    expect([...new Set(profile.sections.map(({ name }) => name))]).toEqual(layers);
    for (const { hart, total } of profile.harts) {
      const { banks: _, ...whole } = total;
      expect(sumOfParts(profile, hart)).toEqual(whole);
    }
    const jobsOf = (name: string): (string | undefined)[] =>
      profile.units.find(({ unit }) => unit === name)!.intervals.map(({ layer }) => layer);
    expect(new Set(jobsOf('depthwise'))).toEqual(new Set(['depthwise']));
    expect(new Set(jobsOf('ima'))).toEqual(new Set(['expand', 'project']));
    const { total_pj, harts_pj, units_pj, background_pj } = profile.energy;
    expect(harts_pj + units_pj + background_pj).toBe(total_pj);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
