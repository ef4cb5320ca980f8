/** Figures of the macros against arithmetic that knows neither machine nor engines. */
import { beforeAll, describe, expect, it } from 'vitest';
import { networks, sizeOf } from '../../src/reproduce/layer-tables.js';
import { costOnLine } from '../../src/reproduce/osahcim.js';
import { branchLatency, densityOf, fitDie, gainOf } from '../../src/reproduce/yoloc.js';
import { conversionPj } from '../../src/energy/index.js';
import type { Reproduction, Row } from '../../src/reproduce/index.js';
import { cli } from '../cli/cli.js';

async function rowsOf(name: string): Promise<(figure: string) => Row> {
  const { status, out } = await cli('reproduce', name, '--pictures', '0', '--json');
  expect(status).toBe(0);
  const { rows } = JSON.parse(out) as Reproduction;
  return (figure) => rows.find((row) => row.figure.startsWith(figure))!;
}

describe('reproduce capram', () => {
  let row: Awaited<ReturnType<typeof rowsOf>>;
  beforeAll(async () => {
    row = await rowsOf('capram');
  });

  it('finds the published peak, calls it an identity, and computes right results', () => {
    for (const [figure, published] of [
      ['peak throughput', 573.4],
      ['efficiency of the macro', 49.4],
    ] as const) {
      const { ours, met, basis } = row(figure);
      expect(Math.abs(ours / published - 1)).toBeLessThan(0.01);
      expect({ met, basis }).toEqual({ met: true, basis: 'identity' });
    }
    expect(row('wrong outputs').ours).toBe(0);
  });

  it('divides by the columns of a weight', () => {
    // 128 columns hold 42 weights of 3 bits and 21 of 6; one product takes 28.57 ns.
    for (const [bits, weights] of [
      [2, 64],
      [3, 42],
      [6, 21],
    ] as const) {
      const gops = (2 * 64 * weights * 35) / 1000;
      const { ours } = row(`throughput, weights of ${bits}`);
      expect(Math.abs(ours / gops - 1)).toBeLessThan(0.01);
      // 331.6 pJ for 128 columns, of which weights x bits are converted.
      const picojoules = (331.6 * weights * bits) / 128;
      const efficiency = row(`efficiency, weights of ${bits}`).ours;
      expect(efficiency).toBeCloseTo((2 * 64 * weights) / picojoules, 1);
    }
  });
});

describe('reproduce osahcim', () => {
  it('gains by boundaries, less the dearer the converter, and says what was measured', async () => {
    const row = await rowsOf('osahcim');
    const gain = (family: string): Row =>
      row(`one layer: gain over all digital, converter by ${family}`);
    const [cheap, middle, dear] = ['neurosim', 'zigzag', 'survey'].map((name) => gain(name).ours);
    expect(cheap).toBeGreaterThan(middle);
    expect(middle).toBeGreaterThan(dear);
    expect(gain('survey')).toMatchObject({ published: 1.95, met: null, basis: 'predicted' });
    const boundaries = [5, 6, 7, 8, 9, 10];
    const shares = boundaries.map((b) => row(`outputs with boundary ${b}`).ours);
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(100, 6);
    // From the histogram alone: digital pairs of each boundary, columns that convert, cost of a conversion.
    const digital = [49, 43, 36, 28, 21, 15];
    const columns = [5, 6, 7, 8, 8, 8];
    const mean = (of: number[]): number => of.reduce((sum, n, i) => sum + (n * shares[i]) / 100, 0);
    for (const [i, family] of ['neurosim', 'zigzag', 'survey'].entries()) {
      const cost = row(`a conversion by ${family}`).ours;
      expect(64 / (mean(digital) + cost * mean(columns))).toBeCloseTo([cheap, middle, dear][i], 6);
    }
    expect(row('error over signal, all digital').ours).toBeLessThan(1e-4);
    expect(row('error over signal, by saliency').ours).toBeGreaterThan(1e-4);
  });

  it('the line of a gain: (64 / gain - digital) / columns', () => {
    expect(costOnLine(8, 1.95)).toBeCloseTo((64 / 1.95 - 28) / 8, 12);
    expect(costOnLine(9.5, 1.95)).toBeCloseTo((64 / 1.95 - 18) / 8, 12);
    expect(costOnLine(7, 1.95)).toBeLessThan(0);
  });

  it('prices of converters by the published formulas', () => {
    const fj = (family: Parameters<typeof conversionPj>[0], bits: number): number =>
      Math.round(1000 * conversionPj(family, bits));
    expect([3, 5, 7].map((bits) => fj('neurosim', bits))).toEqual([148, 268, 417]);
    expect([3, 5, 7].map((bits) => fj('zigzag', bits))).toEqual([300, 501, 716]);
    expect([3, 4, 7].map((bits) => fj('survey', bits))).toEqual([3500, 3500, 4970]);
  });
});

describe('reproduce yoloc', () => {
  it('layer tables have the known sizes', () => {
    const known = {
      yolo: [50.63, 14.68, 6.1, 3.0, 12.1],
      tinyYolo: [15.86, 3.49, 6.2, 0.96, 12.2],
      resnet18: [11.68, 1.81, 5.9, 0.63, 11.0],
      vgg8: [12.97, 0.616, 2.2, 0.27, 11.9],
    };
    for (const [name, [weights, macs, branch, fixed, extra]] of Object.entries(known)) {
      const size = sizeOf(networks[name as keyof typeof networks], 4);
      expect(size.weights / 1e6).toBeCloseTo(weights, 1);
      expect(size.macs / 1e9).toBeCloseTo(macs, 1);
      expect((100 * size.branchWeights) / size.weights).toBeCloseTo(branch, 0);
      expect(size.fixedWeights / 1e6).toBeCloseTo(fixed, 1);
      expect((100 * size.branchMacs) / size.macs).toBeCloseTo(extra, 0);
    }
  });

  it('one die passes through both gains, in the published ranges, and predicts the third', async () => {
    const [yolo, resnet, tiny] = (['yolo', 'resnet18', 'tinyYolo'] as const).map((name) =>
      sizeOf(networks[name], 4),
    );
    const die = fitDie(yolo, 14.8, resnet, 4.8);
    expect(gainOf(yolo, die)).toBeCloseTo(14.8, 9);
    expect(gainOf(resnet, die)).toBeCloseTo(4.8, 9);
    expect(gainOf(tiny, die)).toBeGreaterThan(8.3);
    expect(gainOf(tiny, die)).toBeLessThan(10);
    expect(densityOf(yolo, die)).toBeGreaterThan(0.5);
    expect(densityOf(yolo, die)).toBeLessThan(1.1);
    const row = await rowsOf('yoloc');
    expect(row('energy gain, Tiny').basis).toBe('predicted');
    expect(row('energy gain, YOLO')).toMatchObject({ basis: 'fitted', met: true });
    expect(row('energy gain, YOLO').note).toContain('analytic');
    const dram = row('fitted: DRAM energy').ours;
    expect(dram).toBeGreaterThan(4);
    expect(dram).toBeLessThan(70);
  });

  it('branches cost little time where pictures are large', () => {
    const [large, small] = [100, 10].map((side) =>
      branchLatency([{ inputs: 64, outputs: 64, kernel: 3, side }]),
    );
    expect(large).toBeCloseTo(103 / 10_000, 12);
    expect(small).toBeCloseTo(13 / 100, 12);
    for (const table of Object.values(networks)) expect(branchLatency(table)).toBeLessThan(0.08);
  });
});
