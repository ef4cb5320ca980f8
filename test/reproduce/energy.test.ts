/** The fit of the energy model, on committed counters; the runs have tests of their own. */
import { describe, expect, it } from 'vitest';
import { runBottleneck } from '../../src/bottleneck/index.js';
import { formatCalibration } from '../../src/cli/calibrate.js';
import { energyOf } from '../../src/energy/index.js';
import { answersOf, constraints } from '../../src/reproduce/calibration/answers.js';
import { calibrate, freePrices, paperPrices } from '../../src/reproduce/calibration/calibrate.js';
import { fit, withValues } from '../../src/reproduce/calibration/fit.js';
import { energyRows } from '../../src/reproduce/garofalo-energy.js';
import { solve } from '../../src/reproduce/calibration/solve.js';
import {
  checkNetwork,
  committedCounts,
  countsText,
  differences,
} from '../../src/reproduce/calibration/workloads.js';
import { cli } from '../cli/cli.js';

const runs = committedCounts();

describe('elimination', () => {
  it('solves what has one solution, whatever the order of its rows', () => {
    // x = 2, y = -1, z = 3
    const matrix = [
      [0, 2, 1],
      [1, 1, 1],
      [4, 0, -1],
    ];
    expect(solve(matrix, [1, 4, 5]).map((x) => Math.round(x * 1e9) / 1e9)).toEqual([2, -1, 3]);
  });

  it('refuses what has none', () => {
    expect(() =>
      solve(
        [
          [1, 2],
          [2, 4],
        ],
        [1, 2],
      ),
    ).toThrow(/do not determine/);
  });
});

describe('the fit', () => {
  const calibration = calibrate(runs, false);

  it('has as many free prices as constraints, and no other fitted one', () => {
    expect(freePrices).toHaveLength(constraints.length);
    const fitted = paperPrices().rows.filter(({ status }) => status === 'fitted');
    expect(fitted.map(({ key }) => key).toSorted()).toEqual([...freePrices].toSorted());
  });

  it('leaves every frozen price inside of its range', () => {
    for (const { key, value, price } of paperPrices().rows) {
      // What the preset sets to nothing is outside of what was published.
      if (price.range === undefined || value === 0) continue;
      expect(value, key).toBeGreaterThanOrEqual(price.range[0]);
      expect(value, key).toBeLessThanOrEqual(price.range[1]);
    }
  });

  it('meets each constraint exactly with the solution and within 2 % with the table', () => {
    for (const { name, relative, solved } of calibration.residuals) {
      expect(Math.abs(solved), name).toBeLessThan(1e-9);
      expect(Math.abs(relative), name).toBeLessThan(0.02);
    }
  });

  it('stays in the ranges that physics leaves', () => {
    for (const { key, inside } of calibration.fitted) expect(inside, key).toBe(true);
  });

  it('finds back the prices that a set of totals was computed with', () => {
    const hidden = new Map<string, number>([
      ['energy.cluster.hart_instruction', 12],
      ['energy.ima.adc_conversion', 20],
      ['energy.ima.cell', 0.3],
    ]);
    const list = withValues(paperPrices(), hidden);
    const energy = (name: keyof typeof runs): number => energyOf(runs[name], list).total_pj;
    const totals = constraints.map((constraint) => ({
      ...constraint,
      target: () =>
        Object.entries(constraint.weights(runs, constraint.published)).reduce(
          (sum, [name, weight]) => sum + weight * energy(name as keyof typeof runs),
          0,
        ),
    }));
    const found = fit(runs, totals, paperPrices(), freePrices);
    for (const [key, value] of hidden) expect(found.get(key)! / value, key).toBeCloseTo(1, 9);
  });

  it('moves answers by what a price is paid: leakage by 2 mW up', () => {
    const leakage = calibration.sensitivity.find(({ key }) => key === 'energy.cluster.leakage')!;
    // 1 to 6 mW: 2 pJ a cycle and mW at 500 MHz.
    const pj = 2 * (6 - 3) * runs.network.cycles;
    expect(leakage.high.held.networkUj).toBeCloseTo(calibration.answers.networkUj + pj / 1e6, 6);
    expect(leakage.high.refitted.answers.networkUj).toBeCloseTo(482, 6);
    expect(leakage.high.refitted.answers.fullJobNj).toBeCloseTo(20.5, 6);
  });

  it('says what a published figure weighs: 1 % more of each scales all prices alike', () => {
    const list = paperPrices();
    // Without frozen prices everything is in proportion.
    const free = new Map(list.rows.map(({ key }) => [key, 0]));
    const scaled = constraints.map((constraint, i) =>
      i < 2 ? { ...constraint, published: 1.01 * constraint.published } : constraint,
    );
    const one = fit(runs, constraints, withValues(list, free), freePrices);
    const more = fit(runs, scaled, withValues(list, free), freePrices);
    for (const key of freePrices) expect(more.get(key)! / one.get(key)!, key).toBeCloseTo(1.01, 9);
    const [job, network] = calibration.leverage;
    expect(job!.values['energy.ima.cell']).not.toBe(network!.values['energy.ima.cell']);
  });

  it('takes supply and clock into the check at 0.6 V', () => {
    const asked: object[] = [];
    answersOf(runs, (change) => {
      asked.push(change);
      return paperPrices();
    });
    expect(asked).toEqual([{}, { voltage: 0.6, clock_hz: expect.closeTo(375e6, 0) }]);
  });
});

describe('garofalo-energy', () => {
  const rows = energyRows(runs, false);
  const row = (figure: RegExp) => rows.find((other) => figure.test(other.figure))!;

  it('meets what was fitted within 2 %, and calls it fitted', () => {
    for (const figure of [
      /^a full job/,
      /efficiency/,
      /^MobileNetV2/,
      /^power of both .*4-bit/,
      /gain/,
    ])
      expect(row(figure), String(figure)).toMatchObject({
        met: true,
        basis: 'fitted',
        tolerance: 0.02,
      });
  });

  it('judges the checks outside the fit as they fall, each with its arithmetic', () => {
    const checks = rows.filter(({ figure }) => figure.startsWith('check: '));
    expect(checks.map(({ published }) => published)).toEqual([2.8, 50, 12.5]);
    for (const { ours, published, tolerance, met, basis, note } of checks) {
      expect(basis).toBe('predicted');
      expect(met).toBe(Math.abs(ours / published! - 1) <= tolerance!);
      expect(note).toMatch(/\d.*\d.*\d/);
      expect(note).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('counts no fitted figure as reproduction', () => {
    for (const { figure, basis } of rows)
      if (/uJ|MobileNetV2|fitted/.test(figure)) expect(basis, figure).toBe('fitted');
  });
});

describe('octobar calibrate', () => {
  it('prints every free and every assumed price that matters, and each constraint', () => {
    const calibration = calibrate(runs, false);
    const text = formatCalibration(calibration);
    for (const { key } of calibration.sensitivity)
      expect(text).toContain(`\n${key.replace(/^energy\.(cluster\.)?/, '')} `);
    for (const key of freePrices) expect(text).toContain(key);
    for (const { name } of constraints) expect(text.split(name)).toHaveLength(3);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
    const assumed = calibration.sensitivity.map(({ key }) => key);
    for (const name of ['cluster.leakage', 'ima.dac_conversion', 'depthwise.mac'])
      expect(assumed).toContain(`energy.${name}`);
    // Free under this preset, so nothing to move.
    expect(assumed).not.toContain('energy.cluster.dma_byte');
  });

  it('writes counters of fresh runs only', async () => {
    const { status, err } = await cli('calibrate', '--counts', 'counts.json');
    expect(status).toBe(64);
    expect(err).toContain('octobar calibrate --full --counts counts.json');
  });
});

describe('committed counters', () => {
  it('are those of the network: products of its 34 pointwise layers, by hand', () => {
    // Row tiles x column tiles x pixels.
    expect(runs.network.engines['ima']!['mvms']).toBe(50_617);
    // 8-bit outputs of all depth-wise layers, nine taps where none is padding.
    expect(runs.network.engines['depthwise']!['requantisations']).toBe(2_301_824);
    expect(runs.network.dma['words'] ?? 0).toBe(0);
  });

  it('are a fixed point of being written and read', () => {
    const text = JSON.parse(countsText(runs)) as { workloads: typeof runs };
    for (const name of Object.keys(runs) as (keyof typeof runs)[])
      expect(differences(runs[name], text.workloads[name])).toEqual([]);
  });

  it('differ loudly from a run that counts something else', () => {
    const other = { ...runs.network, cycles: 1, dma: { ...runs.network.dma, transfers: 7 } };
    expect(() => checkNetwork(runs.network, runs.network)).not.toThrow();
    expect(() => checkNetwork(runs.network, other)).toThrow(
      /differs from a fresh run in 2 counters: cycles \d+ is now 1/,
    );
  });

  it('stand for the machine as it is: the fit holds for a fresh run of both engines', async () => {
    const { counted } = await runBottleneck({ mapping: 'ima-dw', weights: 4 });
    const { residuals } = calibrate({ ...runs, accelerated: counted }, false);
    for (const { name, relative } of residuals) expect(Math.abs(relative), name).toBeLessThan(0.02);
  });
});
