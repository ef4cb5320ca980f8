/** The figures of the depth-wise engine against cycles counted by hand. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reproduction, Row } from '../../src/reproduce/index.js';
import { cli, temporaryFolder } from '../cli/cli.js';

const folder = temporaryFolder();
afterAll(folder.remove);

let text = '';
let reproduction: Reproduction;
const row = (figure: string): Row =>
  reproduction.rows.find((candidate) => candidate.figure.trim() === figure)!;

beforeAll(async () => {
  const json = folder.path('depthwise.json');
  const { status, out } = await cli('reproduce', 'garofalo-depthwise', '--full', '--json', json);
  expect(status).toBe(0);
  text = out;
  reproduction = JSON.parse(readFileSync(json, 'utf8')) as Reproduction;
});

/** The fitted cycles in which the datapath runs empty at the end of a row. */
const drain = 4;
/** Beats before each group of 16 channels: 9 x 16 weights, 16 multipliers, 16 biases, by 16 bytes. */
const tables = 9 + 4 + 8;

/** After the last product of a row: its 4 cycles, the drain, the store of the last pixel. */
const row1 = (fill: number, between: number): number => fill + between + 4 + drain + 1;

/**
 * Stride 1: a row loads two columns of 3 pixels first (of 2 in the first and last row); then the
 * next column and the last result just fit the 4 cycles of a product.
 */
const groupStride1 = (side: number): number =>
  tables + (side - 2) * row1(6, 4 * (side - 1)) + 2 * row1(4, 4 * (side - 1));

/**
 * Stride 2, even input: padding below and right only. Three columns come first. Two new columns
 * of 3 pixels and a store make 7 cycles from product to product, but 4 to the last, which needs one
 * column. The last row has 2 input rows: 4 loads fit a product, its store delays the next one, so
 * 4 and 6 alternate.
 */
function groupStride2(side: number): number {
  const out = side / 2;
  const steps = out - 2;
  const alternating = 5 * steps - (steps % 2);
  return tables + (out - 1) * row1(9, 7 * steps + 4) + row1(6, alternating + 4);
}

const cyclesOf = (side: number, channels: number, stride: number): number =>
  (channels / 16) * (stride === 1 ? groupStride1(side) : groupStride2(side));
const macsOf = (side: number, channels: number, stride: number): number =>
  9 * (side / stride) ** 2 * channels;

describe('garofalo-depthwise', () => {
  it('sustains 29 to 30 MAC/cycle on 14x14x384', () => {
    const line = row('14x14x384, stride 1');
    expect(line.ours).toBeCloseTo(macsOf(14, 384, 1) / cyclesOf(14, 384, 1), 9);
    expect(line.ours).toBeGreaterThan(29);
    expect(line.ours).toBeLessThan(30);
    expect(line).toMatchObject({ published: 29.7, met: true, basis: 'fitted' });
    const fitted = reproduction.parameters.filter(({ status }) => status === 'fitted');
    expect(fitted.map(({ key }) => key)).toEqual(['depthwise.row_drain_cycles']);
  });

  it('attributes every cycle of it', () => {
    // 24 groups of 14 rows of 14 pixels.
    const share = (name: string): number => row(`of its 22920 cycles: ${name}`).ours;
    expect(share('products')).toBe(24 * 14 * 14 * 4);
    expect(share('weights and tables')).toBe(24 * tables);
    expect(share('drain of rows')).toBe(24 * 14 * drain);
    // Two columns of 3 pixels before the first product, of 2 in two rows, and the last store.
    expect(share('edges of rows')).toBe(24 * (12 * (6 + 1) + 2 * (4 + 1)));
  });

  it.each([
    [7, 960, 1],
    [112, 32, 1],
    [28, 192, 2],
    [14, 576, 2],
  ])('predicts %ix%i channels at stride %i', (side, channels, stride) => {
    const line = row(`check: ${side}x${side}x${channels}, stride ${stride}`);
    const rate = macsOf(side, channels, stride) / cyclesOf(side, channels, stride);
    expect(line.ours).toBeCloseTo(rate, 9);
    expect(line).toMatchObject({ published: null, met: null, basis: 'predicted' });
    const percent = [...line.note.matchAll(/([\d.]+) %/g)].map(([, value]) => Number(value));
    expect(percent).toHaveLength(4);
    expect(percent.reduce((sum, part) => sum + part)).toBeCloseTo(100, 0);
  });

  it('adds up the layers of MobileNetV2', () => {
    // channels, input side, stride, how often: the definition of the network, width 1.0 at 224
    const network = [
      [32, 112, 1, 1],
      [96, 112, 2, 1],
      [144, 56, 1, 1],
      [144, 56, 2, 1],
      [192, 28, 1, 2],
      [192, 28, 2, 1],
      [384, 14, 1, 4],
      [576, 14, 1, 2],
      [576, 14, 2, 1],
      [960, 7, 1, 3],
    ];
    const sum = (of: typeof cyclesOf): number =>
      network.reduce((total, [c, side, stride, times]) => total + times * of(side, c, stride), 0);
    expect(sum(macsOf)).toBe(9 * 2_301_824);
    const line = row('all depth-wise layers of MobileNetV2');
    expect(line.ours).toBeCloseTo(sum(macsOf) / sum(cyclesOf), 9);
    expect(line.note).toContain('20.72 MMAC');
  });

  it('prints a table for people: four digits, short notes inside, long ones below', () => {
    expect(text).toMatch(
      /^14x14x384, stride 1 +29\.7 +29\.55 +MAC\/cycle +2 % +yes +fitted +\[1\]$/m,
    );
    expect(text).toMatch(/^\[1\] depthwise\.row_drain_cycles was set by this figure/m);
    expect(text).toMatch(/^fitted: depthwise\.row_drain_cycles = 4 cycle, /m);
    expect(text).toMatch(/^1 of 11 figures are judged, 1 met; 0 of these predicted/m);
  });
});
