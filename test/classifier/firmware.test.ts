/** The same firmware on four macros, against arithmetic that knows neither tiles nor converters. */
import { describe, expect, it } from 'vitest';
import { withWeightBits } from '../../src/classifier/round.js';
import { classify, exactAnswer } from '../../src/classifier/index.js';
import type { Tuning } from '../../src/classifier/index.js';
import type { Model } from '../../src/classifier/index.js';
import type { Settings } from '../../src/session/index.js';
import { randomModel, randomPictures } from './models.js';

const pictures = randomPictures(12);
const size = pictures.pixels.length / pictures.count;
const exact = (model: Model): number[] =>
  Array.from({ length: pictures.count }, (_, i) =>
    exactAnswer(model, pictures.pixels.subarray(i * size, (i + 1) * size)),
  );
const answers = (model: Model, preset: string, set: Settings, tuning: Tuning = {}, seed = 1) =>
  classify(model, pictures, tuning, { preset, set, seed });

const wide = randomModel({ weightBits: 8, inputLevels: 255 });
const branched = randomModel({ weightBits: 8, inputLevels: 127, branches: true });

describe('a trained classifier as firmware', () => {
  it.each([
    ['garofalo2022', { 'ima.ideal': true }],
    ['capram', { 'capram.ideal': true }],
    ['osahcim', { 'osahcim.arrays': 16, 'osahcim.ideal': true }],
    ['yoloc', { 'yoloc.sram_arrays': 16, 'yoloc.ideal': true }],
  ] as const)('answers like exact arithmetic on %s with ideal circuits', (preset, set) => {
    const wanted = exact(wide);
    expect(new Set(wanted).size).toBeGreaterThan(2);
    const { answers: found, correct, metrics } = answers(wide, preset, set);
    expect([...found]).toEqual(wanted);
    expect(correct).toBe(wanted.filter((answer, i) => answer === pictures.labels[i]).length);
    expect(metrics['cells_written']).toBeGreaterThan(1000);
  });

  it.each([1, 2, 3, 4, 5, 6])('holds weights of %i bits in columns of CAP-RAM', (weightBits) => {
    const model = randomModel({ weightBits, inputLevels: 7 });
    if (weightBits === 1)
      for (const { weights } of model.layers)
        weights.forEach((weight, i) => (weights[i] = weight < 0 ? -1 : 1));
    const { answers: found } = answers(model, 'capram', { 'capram.ideal': true });
    expect([...found]).toEqual(exact(model));
  });

  it('rounds weights to fewer bits, whose sums keep their worth', () => {
    const model = randomModel({ weightBits: 4, inputLevels: 7 });
    const two = withWeightBits(model, 2);
    // -8 to 7 in steps of four
    model.layers[0]!.weights.forEach((weight, i) => {
      expect(two.layers[0]!.weights[i]).toBe(Math.min(1, Math.round(weight / 4)) + 0);
      expect(two.layers[0]!.factor[i % 8]).toBe(4 * model.layers[0]!.factor[i % 8]!);
    });
    for (const bits of [1, 2, 3]) {
      const fewer = withWeightBits(model, bits);
      const { answers: found } = answers(fewer, 'capram', { 'capram.ideal': true });
      expect([...found]).toEqual(exact(fewer));
    }
  });

  it('adds trunk and branch, the trunk in memory that cannot be written', () => {
    const { answers: found, stats } = answers(branched, 'yoloc', { 'yoloc.ideal': true });
    expect([...found]).toEqual(exact(branched));
    expect(stats.engines['yoloc']!['rom_operations']).toBeGreaterThan(0);
    // res of 18 x 3 and the dense layer of 432 x 5, two cells a weight
    expect(stats.engines['yoloc']!['cells_programmed']).toBe(2 * (18 * 3 + 432 * 5));
  });

  it('gives the same bytes for a seed on both engines, and others for another seed', () => {
    const model = randomModel({ weightBits: 4, inputLevels: 7 });
    const noisy = { 'capram.conversion_noise': 4, 'capram.cap_mismatch': 20 };
    const run = (engine: string, seed: number) =>
      answers(model, 'capram', { ...noisy, engine }, {}, seed);
    const [one, again, other] = [run('interpreter', 3), run('eager', 3), run('interpreter', 4)];
    expect(again.answers).toEqual(one.answers);
    expect(again.stats.cycles).toBe(one.stats.cycles);
    expect(other.answers).not.toEqual(one.answers);
  });

  it('takes pictures with colours', () => {
    const model = randomModel({ weightBits: 4, inputLevels: 7, channels: 3 });
    const coloured = randomPictures(8, 3);
    const wanted = Array.from({ length: 8 }, (_, i) =>
      exactAnswer(model, coloured.pixels.subarray(i * 432, (i + 1) * 432)),
    );
    const options = { preset: 'capram', set: { 'capram.ideal': true } };
    expect([...classify(model, coloured, {}, options).answers]).toEqual(wanted);
  });

  it('is right with any number of harts', () => {
    const { answers: found } = answers(wide, 'garofalo2022', { 'ima.ideal': true, harts: 1 });
    expect([...found]).toEqual(exact(wide));
  });

  it('refuses a network that does not fit, and says what would', () => {
    expect(() => answers(wide, 'osahcim', {})).toThrow(/does not fit.*--set osahcim\.arrays/s);
    const sixBits = randomModel({ weightBits: 6, inputLevels: 7 });
    expect(() => answers(sixBits, 'osahcim', {})).toThrow(/no cells for weights of 6 bits/);
    expect(() => answers(wide, 'fpirm', {})).toThrow(/no macro for classifiers/);
  });
});
