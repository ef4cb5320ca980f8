import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OctobarError } from '../../../emulator/sim/error.js';
import {
  decodePicture,
  encodePng,
  fixturePath,
  loadCommittedPicture,
  resample,
} from '../../../src/datasets/index.js';
import type { Literal } from '../../../src/datasets/script-literal.js';
import type { FloatGraph } from '../../../src/deploy/graph/float-graph.js';
import { elements } from '../../../src/deploy/graph/tensor.js';
import { importOnnx } from '../../../src/deploy/import/onnx.js';
import { importGraphModel } from '../../../src/deploy/import/tfjs-graph.js';
import { importLayersModel } from '../../../src/deploy/import/tfjs-layers.js';
import { importTflite } from '../../../src/deploy/import/tflite.js';
import { Sequence } from '../sequence.js';
import { TinyModel } from '../tiny-model.js';
import { SmallGraph } from './small-graph.js';
import { writeTflite } from './small-tflite.js';

/**
 * Two thousand damaged files of each format. Each either imports, within the limits of sizes, or is
 * refused with our error; nothing else may come out, and memory does not grow with what a file claims.
 */
const mutations = 2000;
/** Bytes that all small files together may keep, garbage not yet collected included. */
const mostMemory = 512 * 1024 * 1024;

function damagedBytes(file: Uint8Array, random: Sequence): Uint8Array {
  const bytes = Uint8Array.from(file);
  for (let n = random.between(1, 4); n > 0; n -= 1) {
    const at = random.between(0, bytes.length - 1);
    switch (random.between(0, 4)) {
      case 0:
        bytes[at] = random.between(0, 255);
        break;
      case 1:
        bytes[at]! ^= 1 << random.between(0, 7);
        break;
      case 2:
        bytes.fill(0xff, at, at + 4);
        break;
      case 3:
        bytes.copyWithin(at, random.between(0, bytes.length - 1), bytes.length - 1);
        break;
      default:
        return bytes.slice(0, at);
    }
  }
  return bytes;
}

const oddities: readonly Literal[] = [
  null,
  true,
  -1,
  0,
  1e9,
  2.5,
  '',
  'x',
  [],
  {},
  [1],
  '-7',
  1e300,
];

/** A copy of a description with one to three values anywhere replaced or removed. */
function damagedLiteral(source: string, random: Sequence): Literal {
  const copy = JSON.parse(source) as Literal;
  for (let n = random.between(1, 3); n > 0; n -= 1) {
    let holder = copy as { [key: string]: Literal };
    for (;;) {
      const keys = Object.keys(holder);
      if (keys.length === 0) break;
      const key = random.of(keys);
      const value = holder[key]!;
      const deeper = value !== null && typeof value === 'object' && Object.keys(value).length > 0;
      if (deeper && random.between(0, 9) > 0) {
        holder = value as { [key: string]: Literal };
        continue;
      }
      if (random.between(0, 3) === 0 && !Array.isArray(holder)) delete holder[key];
      else holder[key] = structuredClone(random.of(oddities)) as Literal;
      break;
    }
  }
  return copy;
}

function attack(attempt: (random: Sequence) => FloatGraph | undefined): void {
  const before = process.memoryUsage().rss;
  let refused = 0;
  for (let seed = 1; seed <= mutations; seed += 1) {
    try {
      const graph = attempt(new Sequence(seed));
      for (const node of graph?.nodes ?? []) {
        expect(elements(node.output)).toBeLessThanOrEqual(1 << 26);
      }
    } catch (error) {
      if (!(error instanceof OctobarError)) throw new Error(`mutation ${seed}`, { cause: error });
      expect(error.code, `mutation ${seed}`).toBe('image');
      expect(error.reason.length).toBeGreaterThan(20);
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(mutations / 10);
  expect(process.memoryUsage().rss - before).toBeLessThan(mostMemory);
}

describe('damaged models', () => {
  test('ONNX', { timeout: 120_000 }, () => {
    const file = new Uint8Array(readFileSync(fixturePath('onnx', 'small.onnx')));
    attack((random) => importOnnx(damagedBytes(file, random), 'damaged'));
  });

  test('TensorFlow Lite', { timeout: 120_000 }, () => {
    const file = writeTflite();
    attack((random) => importTflite(damagedBytes(file, random), 'damaged'));
  });

  test('tfjs graph models', { timeout: 120_000 }, () => {
    const { description, weights } = new SmallGraph().files();
    const text = JSON.stringify(description);
    attack((random) =>
      importGraphModel({ description: damagedLiteral(text, random), weights }, 'damaged'),
    );
  });

  test('tfjs layers models', { timeout: 120_000 }, () => {
    const { description, weights } = new TinyModel().files();
    const text = JSON.stringify(description);
    attack((random) =>
      importLayersModel({ description: damagedLiteral(text, random), weights }, 'damaged'),
    );
  });
});

describe('damaged pictures', () => {
  const small = resample(
    loadCommittedPicture('cat'),
    { x: 0, y: 0, width: 224, height: 224 },
    24,
    16,
  );

  test('PNG', { timeout: 120_000 }, () => {
    const file = encodePng(small);
    attack((random) => void decodePicture(damagedBytes(file, random)));
  });

  test('JPEG', { timeout: 120_000 }, () => {
    const file = new Uint8Array(readFileSync(fixturePath('pictures', 'small.jpg')));
    attack((random) => void decodePicture(damagedBytes(file, random)));
  });
});
