import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fixturePath } from '../../src/datasets/index.js';
import {
  assembleBlock,
  buildBlock,
  loadFixtureBlock,
  type Mapping,
} from '../../src/deploy/index.js';

const mappings: Mapping[] = ['cores', 'pulp-nn', 'best', 'ima-cores', 'ima-only', 'ima-dw'];
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe('block 7 from the fixture', () => {
  test.each([4, 8] as const)(
    '%i bit: ideal converters give the same bytes everywhere',
    (weights) => {
      const source = loadFixtureBlock(weights);
      const built = mappings.map((mapping) =>
        assembleBlock(source, { mapping, weights, ideal: true }),
      );
      for (const one of built.slice(1)) {
        for (const name of ['expand', 'depthwise', 'project', 'output'] as const) {
          expect(same(one.tensors[name]!.bytes, built[0]!.tensors[name]!.bytes)).toBe(true);
        }
      }
    },
  );

  // The cat is not a calibration picture. Measured: 0.9997 and 0.9986 without converters, at least
  // 0.9993 and 0.9983 behind them; rounding to nearest at 4 bit gives 0.9950.
  test.each([
    [8, 'cores', 0.9995],
    [8, 'ima-only', 0.999],
    [8, 'ima-dw', 0.9993],
    [4, 'cores', 0.998],
    [4, 'ima-only', 0.9975],
    [4, 'ima-dw', 0.998],
  ] as const)('%i bit on %s: cosine to the trained network above %d', (weights, mapping, least) => {
    const built = assembleBlock(loadFixtureBlock(weights), { mapping, weights });
    expect(built.cosine).toBeGreaterThan(least);
    expect(built.cosine).toBeLessThan(1);
  });

  test('built twice it is the same, and needs no download', async () => {
    const once = await buildBlock({ mapping: 'ima-dw', weights: 4 });
    const again = await buildBlock({ mapping: 'ima-dw', weights: 4 });
    expect(same(once.elf, again.elf)).toBe(true);
    expect(once.provenance.licence).toContain('MIT');
    expect(once.provenance.picture).toContain('CC0');
  });

  test('the fixture is small', () => {
    expect(statSync(fixturePath('block7', 'block7.tensors')).size).toBeLessThan(400_000);
  });
});

describe('refused', () => {
  test('a block that does not exist', async () => {
    await expect(buildBlock({ block: 17, mapping: 'cores', weights: 8 })).rejects.toMatchObject({
      code: 'usage',
    });
  });

  test('an array that makes no sense', async () => {
    const arrays = { rows: 8 };
    await expect(buildBlock({ mapping: 'cores', weights: 8, arrays })).rejects.toMatchObject({
      code: 'config',
    });
  });

  test('more arrays than there are', async () => {
    const arrays = { arrays: 1 };
    await expect(buildBlock({ mapping: 'ima-only', weights: 8, arrays })).rejects.toMatchObject({
      code: 'config',
    });
  });
});
