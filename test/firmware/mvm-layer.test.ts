/** One ELF file on every in-memory computing engine: tiling, reload and partial sums at run time. */
import { describe, expect, it } from 'vitest';
import { openSession } from '../../src/session/index.js';
import type { SessionOptions, Stats } from '../../src/session/index.js';
import { prebuilt } from './run-block.js';

const layer = { pixels: 196, rows: 64, cols: 384 };

function run(options: SessionOptions, ideal = false): Stats & { metric: Record<string, number> } {
  const session = openSession(options);
  session.load({ name: 'mvm-layer.elf', bytes: prebuilt('mvm-layer') });
  if (ideal) session.writeWord('layer_tables', 2);
  expect(session.run()).toMatchObject({ reason: 'exit', code: 0 });
  const stats = session.stats();
  const metric = Object.fromEntries(stats.metrics.map(({ name, value }) => [name, value]));
  session.close();
  return { ...stats, metric };
}

describe('mvm-layer', () => {
  const machines: [string, SessionOptions, { loads: number; jobs: number }][] = [
    // 64 rows, 4 of them above each other, 128 outputs wide: 512 outputs fit, 3 jobs are enough.
    ['garofalo2022', { set: { 'ima.ideal': true } }, { loads: 1, jobs: 3 }],
    // 16 outputs wide, 8 above each other: 128 outputs a load.
    ['capram', { preset: 'capram', set: { 'capram.ideal': true } }, { loads: 3, jobs: 24 }],
    // 8 outputs wide, 2 above each other: 16 outputs a load.
    ['osahcim', { preset: 'osahcim', set: { 'osahcim.ideal': true } }, { loads: 24, jobs: 48 }],
    // 32 outputs wide, 2 above each other, 4 arrays of SRAM: 256 outputs a load.
    ['yoloc', { preset: 'yoloc', set: { 'yoloc.ideal': true } }, { loads: 2, jobs: 12 }],
    // As the crossbar: racetracks are exact, only the scale of the converters is off.
    ['fpirm', { preset: 'fpirm', set: { 'fpirm.ideal': true } }, { loads: 1, jobs: 3 }],
    // Rows in two tiles that both fit: 32 x 8 outputs an array, four arrays: 16 outputs a load.
    [
      'two row tiles',
      { set: { 'ima.ideal': true, 'ima.rows': 32, 'ima.cols': 16, 'ima.arrays': 4 } },
      { loads: 24, jobs: 48 },
    ],
    // Two row tiles and one array: partial sums on the harts, 128 outputs at a time.
    ['partial sums', { set: { 'ima.ideal': true, 'ima.rows': 32 } }, { loads: 6, jobs: 6 }],
  ];

  it.each(machines)('is exact with ideal circuits: %s', (_, options, { loads, jobs }) => {
    const { metric } = run(options, true);
    expect(metric).toMatchObject({
      outputs: layer.pixels * layer.cols,
      outputs_differing: 0,
      mean_square_error: 0,
      array_loads: loads,
      jobs,
    });
  });

  it('computes every product once', () => {
    const { engines } = run({ preset: 'capram' });
    const macs = layer.pixels * layer.rows * layer.cols;
    // One row group, three slices of the inputs, 8 bit columns a weight.
    expect(engines['capram']).toMatchObject({
      macs,
      macro_operations: 24 * 196 * 3,
      bit_macs: macs * 3 * 8,
    });
  });

  it('reports the error of converters, which depends on the seed only where circuits vary', () => {
    const crossbar = run({}).metric;
    expect(crossbar['outputs_differing']).toBeGreaterThan(0);
    expect(crossbar['mean_square_error']).toBeLessThan(1);
    expect(run({ seed: 5 }).metric).toEqual(crossbar);
    const [a, b] = [1, 2].map((seed) => run({ preset: 'capram', seed }).metric);
    expect(a).not.toEqual(b);
  });
});
