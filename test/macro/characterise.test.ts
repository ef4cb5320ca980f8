import { describe, expect, it } from 'vitest';
import {
  cellErrors,
  characterise,
  histogramPicture,
  macroTemplate,
} from '../../src/macro/index.js';
import { parseMacro } from '../../src/config/index.js';
import { errorOf } from '../../src/macro/statistics.js';

const small = { 'ima.rows': 64, 'ima.cols': 64 };
const options = { products: 40, inputs: 'uniform' } as const;

describe('figures of a macro', () => {
  it('are those of the definitions', () => {
    const exact = [100, -100, 100, -100];
    const figures = errorOf({ exact, found: [101, -99, 99, -101], clipped: 1 }, 200);
    expect(figures.sigma_percent).toBeCloseTo(0.5, 12);
    expect(figures.mean_percent).toBeCloseTo(0, 12);
    expect(figures.snr_db).toBeCloseTo(40, 9);
    expect(figures.effective_bits).toBeCloseTo((40 - 1.76) / 6.02, 9);
    expect(figures.clipped_percent).toBe(25);
    expect(errorOf({ exact, found: exact, clipped: 0 }, 200).snr_db).toBeNull();
  });

  it('find the steps of an ideal converter: 1 / sqrt(12) of a code, and 6 dB a bit', () => {
    const error = (bits: number) =>
      characterise({ ...options, session: { set: { ...small, 'ima.adc_bits': bits } } }).error;
    const eight = error(8);
    expect(Math.abs(eight.sigma_percent / (100 / 127 / Math.sqrt(12)) - 1)).toBeLessThan(0.05);
    expect(eight.snr_db! - error(6).snr_db!).toBeCloseTo(12.04, 0);
  });

  it('find the published error of a product from the published error of programming', () => {
    // HERMES: 5 % of the largest conductance, and 1.94 % of a product of 256 x 256.
    const session = { set: { 'ima.program_noise': 5 } };
    const report = characterise({ ...options, session });
    expect(Math.abs(report.error.sigma_percent / 1.94 - 1)).toBeLessThan(0.1);
    expect(report.circuits.map(({ name }) => name)).toEqual([
      'programming',
      'steps of column converters',
    ]);
    const other = characterise({ ...options, session: { ...session, seed: 2 } });
    expect(other.error.sigma_percent).not.toBe(report.error.sigma_percent);
  });

  it('read single cells back', () => {
    const { mean, sigma } = cellErrors({ set: { 'ima.program_noise': 5 } });
    expect(Math.abs(sigma / 5 - 1)).toBeLessThan(0.02);
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(cellErrors({}).sigma).toBeLessThan(0.02);
  });

  it('price the circuits of a product, which add up', () => {
    const set = { ...small, 'energy.ima.adc_conversion': 7 };
    const { cost } = characterise({ ...options, session: { set } });
    const adc = cost.shares.find(({ price }) => price === 'energy.ima.adc_conversion')!;
    expect(adc.pj).toBeCloseTo(64 * 7, 3);
    expect(cost.shares.reduce((sum, { pj }) => sum + pj, 0)).toBeCloseTo(cost.pj, 9);
    expect(cost.tops_per_watt).toBeCloseTo((2 * 64 * 64) / cost.pj, 9);
  });

  it('count every code once', () => {
    const report = characterise({ ...options, inputs: 'activations', session: { set: small } });
    expect(report.histogram.counts.reduce((a, b) => a + b, 0)).toBe(40 * 64);
    expect(histogramPicture(report)).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  it('refuse a machine without the engine, and one with nothing to measure', () => {
    expect(() => characterise({ ...options, session: { preset: 'capram' } })).toThrow(/no IMA/);
    const ideal = { set: { 'ima.ideal': true } };
    expect(() => characterise({ ...options, session: ideal })).toThrow(/nothing to characterise/);
  });
});

it('the template is a macro that changes nothing', () => {
  const macro = parseMacro(JSON.stringify(macroTemplate({})), 'ima', 'template');
  const session = { set: small, macros: [macro] };
  const report = characterise({ ...options, session });
  expect(report.error).toEqual(characterise({ ...options, session: { set: small } }).error);
  expect(report.macros).toEqual(['my-macro']);
});
