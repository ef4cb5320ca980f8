import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { groupDigits as grouped } from '../../src/cli/table.js';
import { cli, temporaryFolder } from './cli.js';

const folder = temporaryFolder();
afterAll(folder.remove);

it('octobar bottleneck answers on stdout, reports progress on stderr, and writes JSON', async () => {
  const path = folder.path('b.json');
  const { status, out, err } = await cli('bottleneck', '--mapping', 'ima-dw', '--json', path);
  expect(err).toMatch(/ima-dw/);
  expect(out).toMatch(/^mapping +cycles /m);
  expect(out).toMatch(/^ima-dw +[\d,]+ .* yes /m);
  expect(status).toBe(0);
  const result = JSON.parse(readFileSync(path, 'utf8')) as {
    cycles: number;
    programming_cycles: number;
    layers: { name: string; cycles: number }[];
  };
  expect(result).toMatchObject({ mapping: 'ima-dw', block: 7, bit_exact: true });
  // The tutorial walks through this run.
  const tutorial = readFileSync('docs/tutorial-profiling.md', 'utf8');
  for (const { name, cycles } of result.layers)
    expect(tutorial).toMatch(new RegExp(`layer: ${name} +${grouped(cycles)} `));
  expect(tutorial).toMatch(new RegExp(`measured +${grouped(result.cycles)} `));
  expect(result.cycles).toBeGreaterThan(0);
  expect(result.programming_cycles).toBeGreaterThan(0);
});

it.each([
  [['--block', '17'], 64, /blocks 0 to 16/],
  [
    ['--mapping', 'gpu'],
    64,
    /Allowed choices are all, cores, pulp-nn, best, ima-cores, ima-only, ima-dw/,
  ],
  [['--weights', '5'], 64, /Allowed choices are 4, 8/],
  [['--set', 'ima.row=1'], 78, /did you mean ima\.rows/],
])('octobar bottleneck %j is refused', async (argv, status, message) => {
  const outcome = await cli('bottleneck', ...argv);
  expect(outcome.err).toMatch(message);
  expect(outcome.status).toBe(status);
  expect(outcome.out).toBe('');
});
