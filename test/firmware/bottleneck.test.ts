/**
 * The prebuilt application on random blocks: every byte of every tensor against the formulas of
 * block.ts. Shapes are small; the sizes of MobileNetV2 come with the real block (test/deploy, test/cli).
 */
import { describe, expect, it } from 'vitest';
import { randomBlock } from './block.js';
import type { Block, Mapping, Shape } from './block.js';
import { runBlock } from './run-block.js';

const mappings: Mapping[] = ['cores', 'pulp-nn', 'best', 'ima-cores', 'ima-only', 'ima-dw'];
const cuts = { pointwise: { cols: 24, rows: 16 }, depthwiseChannels: 16 };

const shape = (
  [inH, inW, inC]: [number, number, number],
  hiddenC: number,
  outC: number,
  rest: Partial<Shape> = {},
): Shape => ({ inH, inW, inC, hiddenC, outC, stride: 1, expand: true, residual: false, ...rest });

/** Stacks of 8 harts and the variables of the program lie below the heap: this much is not for tensors. */
const RESERVED = 0x80 + 0x800 + 8 * 0x810 + 0x280;

function expectExact(block: Block, options: Parameters<typeof runBlock>[1] = {}) {
  const run = runBlock(block, options);
  expect(run.differences).toEqual([]);
  expect(run.code, run.lines.join('\n')).toBe(0);
  expect(run.rows).toEqual({
    ...(block.expand ? { expand: block.shape.inH } : {}),
    depthwise: block.outH,
    project: block.outH,
    output: block.outH,
  });
  expect(run.cycles).toBeGreaterThan(0);
  return run;
}

const stripesOf = (lines: string[]): number => Number(/(\d+) stripe/.exec(lines.join('\n'))?.[1]);

describe.each(mappings)('bottleneck, mapping %s', (mapping) => {
  it.each([4, 8] as const)('computes a residual block with %i-bit weights', (bits) => {
    const block = randomBlock(
      1,
      shape([6, 6, 16], 32, 16, { residual: true }),
      mapping,
      bits,
      cuts,
    );
    expect(stripesOf(expectExact(block).lines)).toBe(1);
  });

  it('computes stride 2 on even sizes, padded below and right only', () => {
    const block = randomBlock(2, shape([8, 6, 16], 32, 24, { stride: 2 }), mapping, 4, cuts);
    expect([block.padTop, block.padLeft]).toEqual([0, 0]);
    expectExact(block);
  });

  it('computes stride 2 on odd sizes, padded on all sides', () => {
    const block = randomBlock(3, shape([7, 9, 8], 48, 16, { stride: 2 }), mapping, 8, cuts);
    expect([block.padTop, block.padLeft]).toEqual([1, 1]);
    expectExact(block);
  });

  it('computes a block without expansion, signed into the depth-wise layer', () => {
    const block = randomBlock(4, shape([9, 5, 32], 32, 16, { expand: false }), mapping, 4, cuts);
    expectExact(block);
  });

  // Each tensor of these shapes is larger than what is left of the TCDM.
  it.each([
    ['residual', shape([13, 6, 16], 32, 16, { residual: true }), 5500],
    ['stride 2', shape([14, 10, 16], 32, 24, { stride: 2 }), 6300],
    ['odd sizes, stride 2', shape([15, 11, 16], 32, 24, { stride: 2 }), 6900],
    ['no expansion', shape([15, 10, 32], 32, 16, { expand: false }), 6500],
    ['one row at a time', shape([9, 6, 16], 32, 16, { residual: true }), 4200],
  ])('cuts a block into stripes: %s', (_name, stripedShape, heap) => {
    const block = randomBlock(5, stripedShape, mapping, 4, cuts);
    // Tables of the kernels with CORE-V, and scratch of eight harts.
    const more = mapping === 'pulp-nn' || mapping === 'best' ? 3200 : 0;
    const run = expectExact(block, { tcdm: RESERVED + heap + more });
    expect(stripesOf(run.lines)).toBeGreaterThan(1);
  });
});

describe('bottleneck', () => {
  it.each([1, 3, 16])('runs on %i harts', (harts) => {
    const block = randomBlock(6, shape([5, 7, 16], 32, 16, { residual: true }), 'cores', 4, cuts);
    expectExact(block, { harts });
    expectExact({ ...randomBlock(6, block.shape, 'ima-only', 4, cuts) }, { harts });
  });

  it.each([
    ['cores', 0],
    ['pulp-nn', 6500],
    ['best', 6500],
  ] as const)(
    '%s streams weights in slices when they do not fit beside the tensors',
    (mapping, more) => {
      // 64 x 96 and 96 x 64 weights are 12 kB, the tensors of 4 x 4 pixels some 6 kB.
      const block = randomBlock(7, shape([4, 4, 64], 96, 64, { residual: true }), mapping, 4, cuts);
      const resident = expectExact(block);
      for (const heap of [16_000 + more, 10_500 + more]) {
        const run = expectExact(block, { tcdm: RESERVED + heap });
        expect(stripesOf(run.lines)).toBe(1);
        expect(run.cycles).toBeGreaterThan(resident.cycles);
      }
    },
  );

  it('says what is wrong with an image and ends with status 2', () => {
    const block = randomBlock(8, shape([4, 4, 16], 16, 16), 'cores', 4, cuts);
    const run = runBlock({ ...block, outH: 5 });
    expect(run.code).toBe(2);
    expect(run.lines.join()).toContain('output size does not follow from input size and stride');
  });

  it('says that a block does not fit and ends with status 3', () => {
    const block = randomBlock(9, shape([4, 40, 16], 64, 16), 'cores', 4, cuts);
    const run = runBlock(block, { tcdm: RESERVED + 4000 });
    expect(run.code).toBe(3);
    expect(run.lines.join()).toContain('does not fit');
  });

  it('says that a multiplier is out of range and ends with status 4, where scalar kernels take it', () => {
    const block = randomBlock(10, shape([4, 4, 16], 16, 16), 'best', 4, cuts);
    block.depthwise.requant.mul[3] = -5;
    const run = runBlock(block);
    expect(run.code).toBe(4);
    expect(run.lines.join()).toContain('multiplier is negative or above');
    expectExact({ ...block, mapping: 'cores' });
  });
});
