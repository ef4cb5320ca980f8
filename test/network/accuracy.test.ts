import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { encodePng, fixturePath, readPicture } from '../../src/datasets/index.js';
import { defaultArrays } from '../../src/deploy/array-geometry.js';
import { loadModel } from '../../src/deploy/models.js';
import { quantiseNetwork } from '../../src/deploy/quantise/network/quantise-network.js';
import {
  checkAccuracySample,
  fitPicture,
  measureAccuracy,
  picturesIn,
  type Deployment,
} from '../../src/network/index.js';

const model = fixturePath('fashion-mnist', 'model.json');
const graph = await loadModel(model);
const calibration = picturesIn(fixturePath('fashion-mnist', 'calibration'));
const rgb = calibration.map((path) => fitPicture(readPicture(path), graph));
const folder = mkdtempSync(join(tmpdir(), 'octobar-accuracy-'));
afterAll(() => rmSync(folder, { recursive: true }));

function deployment(bits: 4 | 8): Deployment {
  const { plan } = quantiseNetwork(graph, rgb.slice(0, 24), {
    bits: () => bits,
    method: 'best',
    mapping: 'ima-dw',
    ideal: false,
    geometry: defaultArrays,
  });
  return {
    plan,
    info: {
      schema: 'octobar-deployment/1',
      versions: { octobar: 'test' },
      model,
      weights: bits === 4 ? '4' : '8',
      mapping: 'ima-dw',
      ideal: false,
      calibration: [],
      rows: 256,
      cols: 256,
      adc_bits: 8,
    },
  };
}

// Pictures of the training set that calibration did not see, as a folder for each class.
const ofClass = new Map<string, string[]>();
for (const path of calibration.slice(24)) {
  const pixels = fitPicture(readPicture(path), graph);
  // Any fixed grouping will do: what is tested is the counting.
  const name = String(pixels.reduce((a, b) => a + b, 0) % 3);
  const target = join(folder, 'classes', name);
  mkdirSync(target, { recursive: true });
  const file = join(target, `${path.split('/').at(-1)}`);
  writeFileSync(file, encodePng(readPicture(path)));
  ofClass.set(name, [...(ofClass.get(name) ?? []), file]);
}

const idx = (sizes: number[], data: Uint8Array): Uint8Array => {
  const head = Buffer.alloc(4 + 4 * sizes.length);
  head.writeUInt32BE(0x0800 + sizes.length, 0);
  sizes.forEach((size, i) => head.writeUInt32BE(size, 4 + 4 * i));
  return new Uint8Array(gzipSync(Buffer.concat([head, data])));
};

const eight = deployment(8);
const session = { preset: 'garofalo2022-net' };
const study = (of: Deployment) => ({ deployment: of, session, float: false, workers: 0 });

describe('accuracy', () => {
  test('folders of classes: counts, confusion and the constant predictor agree', async () => {
    const images = join(folder, 'classes');
    const found = await measureAccuracy({ ...study(eight), images, float: true });
    expect([found.pictures, found.labelled]).toEqual([24, 24]);
    const sizes = [0, 1, 2].map((k) => ofClass.get(String(k))?.length ?? 0);
    expect(found.classes.slice(0, 3).map(({ pictures }) => pictures)).toEqual(sizes);
    expect(found.constantRight).toBe(Math.max(...sizes));
    const diagonal = found.confusion.reduce((sum, row, k) => sum + row[k]!, 0);
    expect(found.right).toBe(diagonal);
    expect(found.agreement!.same).toBeGreaterThanOrEqual(22);
    expect(found.agreement!.mean).toBeGreaterThan(0.99);
  });

  test('IDX files give what the same pictures give as PNG', async () => {
    const images = join(folder, 'idx');
    mkdirSync(images);
    const paths = [...ofClass.keys()].toSorted().flatMap((name) => ofClass.get(name)!.toSorted());
    const pixels = paths.map((path) => fitPicture(readPicture(path), graph));
    const labels = paths.map((path) => Number(path.split('/').at(-2)));
    writeFileSync(
      join(images, 't10k-images-idx3-ubyte.gz'),
      idx([24, 28, 28], new Uint8Array(Buffer.concat(pixels))),
    );
    writeFileSync(join(images, 't10k-labels-idx1-ubyte.gz'), idx([24], Uint8Array.from(labels)));
    const options = study(eight);
    const a = await measureAccuracy({ ...options, images });
    const b = await measureAccuracy({ ...options, images: join(folder, 'classes') });
    expect(a.confusion).toEqual(b.confusion);
    expect(a.answers.map(({ answers }) => answers)).toEqual(
      b.answers.map(({ answers }) => answers),
    );
    const some = await measureAccuracy({ ...options, images, most: 5 });
    expect(some.pictures).toBe(5);
  });

  test('a folder that names no class is refused', async () => {
    const images = join(folder, 'wrong');
    mkdirSync(join(images, 'trousers'), { recursive: true });
    const attempt = measureAccuracy({ ...study(eight), images });
    await expect(attempt).rejects.toThrow(OctobarError);
    await expect(attempt).rejects.toThrow(/"trousers" names no class/);
  });

  test('the firmware computes the same bytes', () => {
    for (const bits of [8, 4] as const) {
      const of = bits === 8 ? eight : deployment(4);
      const images = join(folder, 'classes');
      const checked = checkAccuracySample({ deployment: of, session, images, sample: 1 });
      expect(checked.map(({ equal, seed }) => [equal, seed])).toEqual([[true, undefined]]);
    }
  });
});

describe('accuracy on noisy chips', () => {
  const images = join(folder, 'classes');
  const noisy = { ...session, set: { 'ima.read_noise': 2 }, seed: 5 };
  const chips = { ...study(eight), session: noisy, images, chips: 3, float: true };

  test('each chip sees every picture; mean and spread are those of the chips', async () => {
    const found = await measureAccuracy(chips);
    expect(found.chips.map(({ seed }) => seed)).toEqual([5, 6, 7]);
    expect(found.answers.every(({ answers }) => answers.length === 3)).toBe(true);
    const shares = found.chips.map(({ right }) => right / 24);
    const mean = shares.reduce((a, b) => a + b, 0) / 3;
    const variance = shares.reduce((a, b) => a + (b - mean) ** 2, 0) / 2;
    expect(found.spread!.mean).toBeCloseTo(mean, 12);
    expect(found.spread!.deviation).toBeCloseTo(Math.sqrt(variance), 12);
    expect(found.right).toBe(found.chips.reduce((sum, { right }) => sum + right, 0));
    const rows = found.confusion.map((row) => row.reduce((a, b) => a + b, 0));
    expect(rows).toEqual(found.classes.map(({ pictures }) => 3 * pictures));
    const cosines = found.chips.map(({ agreement }) => agreement!.mean);
    expect(new Set(cosines).size).toBe(3);
    const exact = await measureAccuracy({ ...chips, session, chips: 3 });
    expect(exact.chips.length).toBe(1);
    expect(Math.max(...cosines)).toBeLessThan(exact.agreement!.mean);
  });

  test('a chip answers the same whoever else is looked at', async () => {
    const all = await measureAccuracy({ ...chips, float: false });
    const one = await measureAccuracy({ ...chips, session: { ...noisy, seed: 6 }, chips: 1 });
    expect(one.answers.map(({ answers }) => answers[0])).toEqual(
      all.answers.map(({ answers }) => answers[1]),
    );
  });

  test('the firmware computes the same bytes on each chip, noise and all', () => {
    const checked = checkAccuracySample({ ...chips, sample: 3 });
    expect(checked.map(({ equal, seed }) => [equal, seed])).toEqual([
      [true, 5],
      [true, 6],
      [true, 7],
    ]);
  });
});

describe('the network that was trained on Fashion-MNIST', () => {
  test('is a MobileNetV2: inverted residuals with linear bottlenecks', () => {
    const kinds = graph.nodes.map((node) => node.kind);
    expect(kinds.filter((kind) => kind === 'depthwise').length).toBe(5);
    expect(kinds.filter((kind) => kind === 'add').length).toBe(2);
    expect(graph.tail).toMatchObject({ kind: 'classifier', softmax: true });
  });
});
