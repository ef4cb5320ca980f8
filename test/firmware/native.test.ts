/**
 * The kernels compiled for this machine, against formulas written here once more. The address and
 * undefined-behaviour sanitizers watch every access where the compiler has them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomBlock, expectedTensors, nibbles } from './block.js';
import type { Block, Layer, Mapping, Shape } from './block.js';
import { bytes, compile, doubles, remove, run, words } from './native-kernels.js';
import { hostCompiler } from './tools.js';

const compiler = hostCompiler();

const tables = (layer: Layer): Uint8Array[] => [
  words(layer.requant.mul),
  doubles(layer.requant.bias),
];
const scaling = ({ requant }: Layer): number[] => [requant.shift, requant.lo, requant.hi];

function pointwise(
  layer: Layer,
  input: Int16Array,
  harts: number,
  kernel = 'pointwise',
): Uint8Array {
  return run(
    kernel,
    [
      harts,
      input.length / layer.rows,
      layer.rows,
      layer.cols,
      Number(layer.inSigned),
      ...scaling(layer),
    ],
    [bytes(input), bytes(layer.weights), ...tables(layer)],
  );
}

function depthwise(
  block: Block,
  input: Int16Array,
  harts: number,
  kernel = 'depthwise',
): Uint8Array {
  const { shape, depthwise: layer } = block;
  return run(
    kernel,
    [
      harts,
      shape.inH,
      shape.inW,
      layer.cols,
      block.outH,
      block.outW,
      shape.stride,
      block.padTop,
      block.padLeft,
      Number(layer.inSigned),
      ...scaling(layer),
    ],
    [bytes(input), bytes(layer.weights), ...tables(layer)],
  );
}

interface Rectangle {
  rows: number;
  cells: number[][];
}

/** Rectangles under each other in array after array. */
function imaLayer(
  kernel: string,
  layer: Layer,
  grid: { out: [number, number]; in: [number, number]; stride: number; channels: number },
  input: Int16Array,
  tiles: { first: number; cols: number; parts: Rectangle[] }[],
): Uint8Array {
  let array = 0;
  const places: number[] = [];
  const plots: Uint8Array[] = [];
  for (const { first, cols, parts } of tiles) {
    places.push(first, cols, parts.length);
    for (const { rows, cells } of parts) {
      places.push(rows, array++, 8, 3);
      plots.push(words(cells.flatMap(packed)));
    }
  }
  return run(
    kernel,
    [
      0,
      ...grid.out,
      ...grid.in,
      grid.stride,
      layer.cols,
      grid.channels,
      layer.weightBits,
      Number(layer.inSigned),
      layer.adc.m,
      layer.adc.r,
      ...scaling(layer),
      tiles.length,
      ...places,
    ],
    [bytes(input), ...tables(layer), ...plots],
  );
}

/** A row of cells as words, lowest nibble first. */
function packed(row: number[]): number[] {
  const out: number[] = [];
  for (let i = 0; i < row.length; i += 8) {
    out.push(row.slice(i, i + 8).reduce((word, w, k) => word | ((w & 15) << (4 * k)), 0));
  }
  return out;
}

const cellsOf = (weights: number[], bits: number): number[] =>
  bits === 4 ? weights : weights.flatMap((w) => nibbles(w));

const make = (seed: number, shape: Partial<Shape>, mapping: Mapping = 'cores', bits: 4 | 8 = 8) =>
  randomBlock(
    seed,
    {
      inH: 6,
      inW: 7,
      inC: 16,
      hiddenC: 32,
      outC: 8,
      stride: 1,
      expand: true,
      residual: false,
      ...shape,
    },
    mapping,
    bits,
    { pointwise: { cols: 24, rows: 16 }, depthwiseChannels: 16 },
  );

describe.skipIf(compiler === undefined)('kernels on this machine', () => {
  beforeAll(compile);
  afterAll(remove);

  // 7 x 6 = 42 pixels end in a tile that overlaps its neighbour; 1 x 3 pixels are fewer than a tile;
  // 20 rows are no multiple of 8 and 2 columns fewer than a tile.
  it.each([
    { inC: 16, hiddenC: 32 },
    { inC: 8, hiddenC: 48 },
    { inC: 64, hiddenC: 16 },
    { inC: 20, hiddenC: 16 },
    { inH: 1, inW: 3 },
    { inH: 2, inW: 2, inC: 24, hiddenC: 16, outC: 2 },
    { inH: 3, inW: 3, inC: 8, hiddenC: 16, outC: 6 },
  ])('pointwise %o', (shape) => {
    const block = make(21, shape);
    const expected = expectedTensors(block);
    for (const harts of [1, 3, 8]) {
      expect(pointwise(block.expand!, block.input, harts)).toEqual(bytes(expected.expand));
      expect(pointwise(block.project, expected.depthwise, harts)).toEqual(bytes(expected.project));
    }
  });

  // The portable form of their instructions. Their multipliers are below 2^30, as in the mapping `best`.
  it.each([
    { inH: 6, inW: 7, inC: 16, hiddenC: 32 },
    { inC: 20, hiddenC: 16 },
    { inH: 3, inW: 3, inC: 8, hiddenC: 16, outC: 6 },
    { inH: 2, inW: 2, inC: 24, hiddenC: 16, outC: 4 },
  ])('pointwise with CORE-V %o', (shape) => {
    const block = make(21, shape, 'best');
    const expected = expectedTensors(block);
    for (const harts of [1, 3, 8])
      for (const version of ['xcv', 'pulpnn']) {
        const compute = (layer: Layer, input: Int16Array) =>
          pointwise(layer, input, harts, `pointwise-${version}`);
        expect(compute(block.expand!, block.input), version).toEqual(bytes(expected.expand));
        if (version === 'pulpnn' && block.project.cols % 4 !== 0) continue;
        expect(compute(block.project, expected.depthwise), version).toEqual(
          bytes(expected.project),
        );
      }
  });

  it.each([
    { inH: 6, inW: 7 },
    { inH: 6, inW: 8, stride: 2 as const },
    { inH: 7, inW: 9, stride: 2 as const },
    { inH: 2, inW: 4, stride: 2 as const },
    { inH: 5, inW: 5, inC: 32, expand: false },
    { inH: 5, inW: 6, inC: 32, expand: false, stride: 2 as const },
  ])('depth-wise with CORE-V %o', (shape) => {
    const block = make(22, shape, 'best');
    const expected = expectedTensors(block);
    for (const harts of [1, 3])
      for (const version of ['xcv', 'pulpnn'])
        expect(depthwise(block, expected.expand, harts, `depthwise-${version}`), version).toEqual(
          bytes(expected.depthwise),
        );
  });

  it.each([
    { inH: 6, inW: 7 },
    { inH: 6, inW: 8, stride: 2 as const },
    { inH: 7, inW: 9, stride: 2 as const },
    { inH: 6, inW: 9, stride: 2 as const },
    { inH: 1, inW: 1 },
    { inH: 2, inW: 1 },
    { inH: 1, inW: 2, stride: 2 as const },
    { inH: 5, inW: 5, inC: 32, expand: false },
    { inH: 5, inW: 6, inC: 32, expand: false, stride: 2 as const },
  ])('depth-wise %o, harts and engine', (shape) => {
    const block = make(22, shape);
    const expected = expectedTensors(block);
    for (const harts of [1, 5, 8, 0]) {
      const got = depthwise(block, expected.expand, harts);
      expect(got, `${harts} harts`).toEqual(bytes(expected.depthwise));
    }
  });

  it('requantises with every shift from 1 to 62', () => {
    const block = make(23, { inH: 2, inW: 4 });
    const layer = block.expand!;
    for (let shift = 1; shift <= 62; shift++) {
      // Accumulators are some 2^12, so this multiplier (at most 31 bits) keeps a few bits of them.
      const mul = Math.min(2 ** Math.max(shift - 9, 0), 2 ** 31 - 1);
      layer.requant = {
        ...layer.requant,
        shift,
        mul: layer.requant.mul.map((_, c) => mul - (c % 2) * 2 * mul),
        // Sums stay below 2^63, as the layout asks of its writer.
        bias: layer.requant.bias.map(
          (_, c) => (BigInt(c - 16) << BigInt(Math.min(shift, 58))) >> 1n,
        ),
      };
      block.depthwise.requant = { ...layer.requant };
      const expected = expectedTensors(block);
      expect(pointwise(layer, block.input, 2), `shift ${shift}`).toEqual(bytes(expected.expand));
      const got = depthwise(block, expected.expand, 2);
      expect(got, `shift ${shift}`).toEqual(bytes(expected.depthwise));
    }
  });

  it.each([1, 4, 63, 250])('residual of %i bytes', (count) => {
    const skip = Int16Array.from({ length: count }, (_, i) => ((i * 37) % 256) - 128);
    const branch = Int16Array.from({ length: count }, (_, i) => ((i * 91) % 256) - 128);
    const expected = skip.map((s, i) =>
      Math.max(
        -100,
        Math.min(90, Math.floor((s * 700_001 - branch[i] * 524_287 + 2 ** 19) / 2 ** 20)),
      ),
    );
    for (const harts of [1, 3, 8]) {
      const got = run(
        'residual',
        [harts, count, 700_001, -524_287, 20, -100, 90],
        [bytes(skip), bytes(branch)],
      );
      expect(got).toEqual(bytes(expected));
    }
  });

  it.each([4, 8] as const)('pointwise on the software engine, %i-bit weights', (bits) => {
    const block = make(24, {}, 'ima-cores', bits);
    const layer = block.project;
    const expected = expectedTensors(block);
    const tiles = [0].map((first) => ({
      first,
      cols: layer.cols,
      parts: [0, 16].map((row) => ({
        rows: 16,
        cells: Array.from({ length: 16 }, (_, r) =>
          cellsOf(
            Array.from({ length: layer.cols }, (__, c) => layer.weights[c * layer.rows + row + r]),
            bits,
          ),
        ),
      })),
    }));
    const size: [number, number] = [block.outH, block.outW];
    const got = imaLayer(
      'ima-pointwise',
      layer,
      { out: size, in: size, stride: 1, channels: layer.rows },
      expected.depthwise,
      tiles,
    );
    expect(got).toEqual(bytes(expected.project));
  });

  it.each([1, 2] as const)('block-diagonal depth-wise, stride %i', (stride) => {
    const block = make(25, { stride, inH: 6, inW: 8 }, 'ima-only');
    const layer = block.depthwise;
    const expected = expectedTensors(block);
    // The padding is part of the tensor that the engine walks over.
    const inH = (block.outH - 1) * stride + 3;
    const inW = (block.outW - 1) * stride + 3;
    const padded = new Int16Array(inH * inW * layer.cols);
    for (let y = 0; y < block.shape.inH; y++) {
      const row = expected.expand.subarray(y * 8 * layer.cols, (y + 1) * 8 * layer.cols);
      padded.set(row, ((y + block.padTop) * inW + block.padLeft) * layer.cols);
    }
    const tiles = [0, 16].map((first) => ({
      first,
      cols: 16,
      parts: [
        {
          rows: 144,
          cells: Array.from({ length: 144 }, (_, r) =>
            cellsOf(
              Array.from({ length: 16 }, (__, c) =>
                r % 16 === c ? layer.weights[Math.floor(r / 16) * layer.cols + first + c] : 0,
              ),
              layer.weightBits,
            ),
          ),
        },
      ],
    }));
    const got = imaLayer(
      'ima-depthwise',
      layer,
      { out: [block.outH, block.outW], in: [inH, inW], stride, channels: layer.cols },
      padded,
      tiles,
    );
    expect(got).toEqual(bytes(expected.depthwise));
  });
});
