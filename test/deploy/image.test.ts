import { describe, expect, test } from 'vitest';
import {
  assembleBlock,
  blockImage,
  loadFixtureBlock,
  type BuildOptions,
  type BuiltBlock,
} from '../../src/deploy/index.js';
import { ImageReader } from './image-reader.js';
import { smallBlock, type SmallBlock } from './small-block.js';

/** The one segment of an ELF file as it lies in memory, by the ELF specification. */
function segment(elf: Uint8Array): { address: number; memory: Uint8Array } {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const header = view.getUint32(28, true);
  const [offset, address, fileSize, memorySize] = [4, 8, 16, 20].map((at) =>
    view.getUint32(header + at, true),
  ) as [number, number, number, number];
  const memory = new Uint8Array(memorySize);
  memory.set(elf.subarray(offset, offset + fileSize));
  return { address, memory };
}

function readerOf(built: BuiltBlock, adcBits = 8): ImageReader {
  const { address, memory } = segment(built.elf);
  return new ImageReader(address, memory, adcBits);
}

/** Runs the image by the reader's own model and compares every byte with the reference. */
function expectSameTensors(built: BuiltBlock, adcBits = 8): void {
  const reader = readerOf(built, adcBits);
  reader.program();
  const found = reader.run();
  for (const name of ['expand', 'depthwise', 'project', 'output'] as const) {
    const wanted = built.tensors[name];
    if (wanted === undefined) continue;
    const values = wanted.signed ? new Int8Array(wanted.bytes) : wanted.bytes;
    expect(found[name], name).toEqual([...values]);
  }
}

const mappings = ['cores', 'pulp-nn', 'best', 'ima-cores', 'ima-only', 'ima-dw'] as const;

const shapes: Record<string, SmallBlock> = {
  residual: {
    side: 3,
    inChannels: 8,
    hidden: 32,
    outChannels: 8,
    stride: 1,
    expansion: true,
    weights: 8,
  },
  'stride 2, four bits': {
    side: 4,
    inChannels: 24,
    hidden: 48,
    outChannels: 20,
    stride: 2,
    expansion: true,
    weights: 4,
  },
  'odd side, no expansion': {
    side: 5,
    inChannels: 32,
    hidden: 32,
    outChannels: 16,
    stride: 2,
    expansion: false,
    weights: 8,
  },
};

describe('an image run by an independent reader gives the reference tensors', () => {
  for (const [name, shape] of Object.entries(shapes)) {
    test.each(mappings)(`${name}, %s`, (mapping) => {
      for (const ideal of [false, true]) {
        const options: BuildOptions = { mapping, weights: shape.weights, ideal };
        expectSameTensors(assembleBlock(smallBlock(shape, 1), options));
      }
    });
  }

  test('on small arrays with many row tiles and 5-bit converters', () => {
    const arrays = { rows: 20, cols: 40, arrays: 64, adcBits: 5 };
    for (const mapping of ['ima-only', 'ima-dw'] as const) {
      const options: BuildOptions = { mapping, weights: 4, arrays };
      const built = assembleBlock(smallBlock(shapes['stride 2, four bits']!, 2), options);
      expect(built.arrays).toBeGreaterThan(2);
      expectSameTensors(built, 5);
    }
  });
});

describe('the image of block 7', () => {
  const built = assembleBlock(loadFixtureBlock(8), { mapping: 'ima-only', weights: 8 });

  test('is a data-only RISC-V ELF', () => {
    const view = new DataView(built.elf.buffer);
    // Magic, 32 bit, little endian; ET_EXEC, machine 243; one program header of type PT_LOAD.
    expect([...built.elf.subarray(0, 7)]).toEqual([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
    expect([view.getUint16(16, true), view.getUint16(18, true)]).toEqual([2, 243]);
    expect(view.getUint16(44, true)).toBe(1);
    expect(view.getUint32(view.getUint32(28, true), true)).toBe(1);
    expect(segment(built.elf).address).toBe(blockImage.base);
  });

  test('names what lies in it', () => {
    const symbols = new Map(built.symbols.map((symbol) => [symbol.name, symbol]));
    const header = readerOf(built).header();
    expect(symbols.get('bn_image')!.address).toBe(blockImage.base);
    expect(symbols.get('bn_input')!.address).toBe(header['input']);
    expect(symbols.get('bn_input')!.size).toBe(14 * 14 * 64);
    expect(symbols.get('bn_output')!.address).toBe(header['output']);
  });

  test('has the sizes, alignments and signs that the layout asks for', () => {
    const reader = readerOf(built);
    const h = reader.header();
    expect(h).toMatchObject({
      magic: blockImage.magic,
      version: blockImage.version,
      mapping: 4,
      weight_bits: 8,
      ideal: 0,
      in_h: 14,
      in_c: 64,
      hidden_c: 384,
      out_w: 14,
      out_c: 64,
      stride: 1,
      pad_top: 1,
      pad_left: 1,
    });
    const expand = reader.struct('bn_pointwise', h['expand']!);
    const depthwise = reader.struct('bn_depthwise', h['depthwise']!);
    const project = reader.struct('bn_pointwise', h['project']!);
    expect(expand).toMatchObject({ rows: 64, cols: 384, in_signed: 1, out_signed: 0, weights: 0 });
    expect(expand).toMatchObject({ lo: 0, hi: 255 });
    expect(depthwise).toMatchObject({ channels: 384, in_signed: 0, out_signed: 0, n_tiles: 24 });
    expect(project).toMatchObject({ rows: 384, cols: 64, in_signed: 0, out_signed: 1 });
    expect(project).toMatchObject({ lo: -128, hi: 127 });
    for (const layer of [expand, depthwise, project]) {
      expect(layer['mul']! % 8).toBe(0);
      expect(layer['bias']! % 8).toBe(0);
      expect(layer['adc_m']).toBeGreaterThan(0);
    }
    expect(h['input']! % 16).toBe(0);
    expect(h['output']! % 16).toBe(0);
  });

  test('weights are there for the harts and the engine where those compute', () => {
    const onCores = readerOf(assembleBlock(loadFixtureBlock(4), { mapping: 'cores', weights: 4 }));
    const h = onCores.header();
    const expand = onCores.struct('bn_pointwise', h['expand']!);
    const depthwise = onCores.struct('bn_depthwise', h['depthwise']!);
    expect(h['n_plots']).toBe(0);
    expect(expand['n_tiles']).toBe(0);
    expect(expand['weights']! % 16).toBe(0);
    expect(depthwise['weights']! % 16).toBe(0);
    const source = loadFixtureBlock(4).quantised;
    expect(onCores.bytes(expand['weights']!, 64, true)).toEqual([
      ...source.expand!.weights.subarray(0, 64),
    ]);
  });

  test('an image whose pixels are all alike still has every tensor', () => {
    expect(built.tensors.expand!.bytes.length).toBe(14 * 14 * 384);
    expect(built.tensors.output).toMatchObject({
      height: 14,
      width: 14,
      channels: 64,
      signed: true,
    });
    // 14 * 14 * (64 * 384 + 9 * 384 + 384 * 64) MAC.
    expect(built.macs.total).toBe(10_311_168);
  });
});
