import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fixturePath } from '../../src/datasets/index.js';
import { decodeBlockFile } from '../../src/deploy/block-file.js';
import { makeFixture } from '../../src/deploy/fixture-content.js';
import { weightsOrSkip } from './weights.js';

const committed = (): Uint8Array =>
  new Uint8Array(readFileSync(fixturePath('block7', 'block7.tensors')));

test('made again from the trained weights, the fixture has the same bytes', async (context) => {
  await weightsOrSkip(context);
  const made = await makeFixture(() => {});
  expect(Buffer.compare(made, committed())).toBe(0);
});

test('a damaged fixture is refused', () => {
  const bytes = committed();
  const damaged = (change: (copy: Uint8Array) => Uint8Array): (() => unknown) => {
    return () => decodeBlockFile(change(bytes.slice()), 'block7.tensors');
  };
  const image = expect.objectContaining({ code: 'image' });
  expect(damaged((copy) => copy.subarray(0, 100))).toThrow(image);
  expect(damaged((copy) => copy.subarray(0, copy.length - 1))).toThrow(image);
  expect(damaged((copy) => copy.fill(copy.at(-1)! ^ 1, copy.length - 1))).toThrow(image);
  expect(damaged((copy) => copy.fill(0x20, 0, 20))).toThrow(image);
  expect(damaged(() => new Uint8Array())).toThrow(image);
});
