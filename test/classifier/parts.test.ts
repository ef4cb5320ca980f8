/** Files, places and drawings of classifiers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseModel, programOf, readModel, targetOf } from '../../src/classifier/index.js';
import { candidates, cheapest } from '../../src/classifier/saliency.js';
import { fixturePath, loadCifar, loadFashionMnist } from '../../src/datasets/index.js';
import { linePlot } from '../../src/reproduce/line-plot.js';
import { configure } from '../../src/session/index.js';
import { recipes } from '../../src/train/recipes.js';
import { randomModel } from './models.js';

const folder = mkdtempSync(join(tmpdir(), 'octobar-classifier-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('files of classifiers', () => {
  it('are committed with what made them, and hold whole weights of their bits', () => {
    for (const name of Object.keys(recipes).filter((key) => !key.includes('cifar'))) {
      const model = readModel(fixturePath(`classifiers/${name}.json`));
      expect(model.training['command']).toBe(`npm run train:classifiers -- ${name}`);
      expect(String(model.training['options'])).toContain(`seed=${recipes[name]!.options['seed']}`);
      const most = model.weightBits === 8 ? 119 : 2 ** (model.weightBits - 1);
      for (const { weights } of model.layers)
        expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(most);
    }
  });

  it('are refused where they are malformed, naming the place', () => {
    const good = {
      schema: 'octobar-classifier/1',
      name: 'x',
      data: 'none',
      side: 2,
      channels: 1,
      classes: 1,
      inputLevels: 7,
      weightBits: 4,
      layers: [
        {
          kernel: 2,
          stride: 1,
          pad: 0,
          inputs: 1,
          outputs: 1,
          high: 0,
          factor: [1],
          offset: [0],
          weights: Buffer.from([1, 2, 3, 4]).toString('base64'),
        },
      ],
    };
    const bad = (change: object): unknown => ({ ...good, ...change });
    const layer = (change: object): unknown => bad({ layers: [{ ...good.layers[0], ...change }] });
    expect(parseModel(good, 'x.json').layers[0]!.weights).toEqual(Int8Array.of(1, 2, 3, 4));
    for (const [document, message] of [
      [null, /the document is no object/],
      [bad({ schema: 'other' }), /schema/],
      [bad({ side: 1e9 }), /side is no whole number from 1 to 64/],
      [bad({ layers: 'many' }), /layers is no list/],
      [bad({ layers: [] }), /one score for each class/],
      [layer({ weights: 'AAAA' }), /3 weights, 4 expected/],
      [layer({ kernel: 3 }), /weights, 9 expected/],
      [layer({ factor: [] }), /factor has not one entry an output/],
      [layer({ factor: [Infinity] }), /factor holds/],
      [layer({ high: 7 }), /all layers but the last/],
      [layer({ branch: {} }), /compress is no object/],
    ] as const)
      expect(() => parseModel(document, 'x.json')).toThrow(message);
  });
});

describe('places of weights', () => {
  it('do not overlap, and CAP-RAM holds the pruned network in one macro', () => {
    const model = readModel(fixturePath('classifiers/capram-mnist-4.json'));
    const target = targetOf(configure({ preset: 'capram' }));
    const { groups } = programOf(model, target, {});
    const taken = new Set<number>();
    let cells = 0;
    for (const { tiles, outputs } of groups)
      for (const { array, x, y, rows } of tiles) {
        expect(array).toBe(0);
        for (let row = y; row < y + rows; row++)
          for (let column = x; column < x + outputs; column++) {
            expect(column).toBeLessThan(32);
            taken.add(row * 32 + column);
            cells++;
          }
      }
    expect(taken.size).toBe(cells);
    // 5 x 5 x 14, 3 x 3 x 14 x 28, 3 x 3 x 28 x 28, 3 x 3 x 28 x 10 weights of four bits
    expect(cells).toBe(350 + 3528 + 7056 + 2520);
    expect(4 * cells).toBeLessThanOrEqual(65_536);
  });

  it('put trunks behind what firmware can write, and branches before it', () => {
    const model = randomModel({ weightBits: 8, inputLevels: 127, branches: true });
    const target = targetOf(configure({ preset: 'yoloc' }));
    const { groups, plots, chip } = programOf(model, target, {});
    for (const { product, tiles } of groups)
      for (const { array } of tiles) expect(array >= 4).toBe(product.fixed);
    expect(plots.every(({ tile }) => tile.array < 4)).toBe(true);
    expect(chip).toBeDefined();
  });
});

describe('thresholds of saliency', () => {
  it('are the cheapest ones that lose little', () => {
    const tried = [90, 96, 97, 95].map((correct, i) => ({
      thresholds: candidates[i]!,
      correct,
      energy: [1, 4, 3, 2][i]!,
    }));
    expect(cheapest(tried, 95)).toBe(tried[3]);
    expect(cheapest(tried, 96)).toBe(tried[2]);
    expect(cheapest(tried, 98)).toBeUndefined();
  });
});

describe('data of the user', () => {
  const record = (
    labels: number[],
    value: (channel: number, pixel: number) => number,
  ): number[] => [
    ...labels,
    ...[0, 1, 2].flatMap((c) => Array.from({ length: 1024 }, (_, p) => value(c, p))),
  ];
  const write = (name: string, bytes: number[]): void =>
    writeFileSync(join(folder, name), Uint8Array.from(bytes));

  it('reads both forms of CIFAR, colours side by side', () => {
    for (const i of [1, 2, 3, 4, 5])
      write(
        `data_batch_${i}.bin`,
        record([i], (c, p) => (c * 80 + p + i) % 256),
      );
    write('test_batch.bin', [...record([9], () => 7), ...record([0], (c) => c)]);
    const ten = loadCifar('cifar10', folder);
    expect([...ten.train.labels]).toEqual([1, 2, 3, 4, 5]);
    expect(ten.train.pixels.slice(0, 6)).toEqual(Uint8Array.of(1, 81, 161, 2, 82, 162));
    expect(ten.test.pixels.slice(3072, 3078)).toEqual(Uint8Array.of(0, 1, 2, 0, 1, 2));
    write(
      'train.bin',
      record([3, 99], () => 1),
    );
    write(
      'test.bin',
      record([3, 42], () => 1),
    );
    expect([...loadCifar('cifar100', folder).test.labels]).toEqual([42]);
  });

  it('refuses what is missing, cut off or labelled beyond the classes', () => {
    expect(() => loadCifar('cifar10', join(folder, 'nowhere'))).toThrow(
      /there is no .*data_batch_1/,
    );
    write(
      'test.bin',
      record([3, 100], () => 1),
    );
    expect(() => loadCifar('cifar100', folder)).toThrow(/label 100, there are 100 classes/);
    write('test.bin', [1, 2, 3]);
    expect(() => loadCifar('cifar100', folder)).toThrow(
      /3 bytes, no whole number of records of 3074/,
    );
    expect(() => loadFashionMnist(folder)).toThrow(/no Fashion-MNIST.*dataset-fashion-mnist/s);
    writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), 'not gzip');
    expect(() => loadFashionMnist(folder)).toThrow(/cannot unpack/);
  });
});

describe('a line plot', () => {
  it('places points by their values and escapes names', () => {
    const svg = linePlot({
      title: 'a < b',
      x: 'x',
      y: 'y',
      series: [
        {
          name: 'one',
          points: [
            [0, 10],
            [5, 20],
            [10, 30],
          ],
        },
      ],
    });
    expect(svg).toContain('a &lt; b');
    const [points] = /points="([^"]+)"/.exec(svg)!.slice(1);
    const places = points!.split(' ').map((pair) => pair.split(',').map(Number));
    expect(places.map(([x]) => x)).toEqual([70, 345, 620]);
    const ys = places.map(([, y]) => y!);
    expect(ys[0]! - ys[1]!).toBeCloseTo(ys[1]! - ys[2]!);
    expect(ys[0]!).toBeGreaterThan(ys[2]!);
  });
});
