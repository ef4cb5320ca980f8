/** Operands of the application `mvm-layer`, as assembler source: the expansion of a trained bottleneck. */
import { assembleBlock } from '../deploy/build-block.js';
import { loadFixtureBlock } from '../deploy/block-source.js';
import { splitWeight } from '../deploy/quantise/block.js';
import { quantiseSigned } from '../deploy/quantise/statistics.js';
import type { LayerPlan } from '../deploy/reference/plan.js';
import { banner } from './c-header.js';

/** Outputs in a word of 8 cells. */
const outputsPerWord = 4;

/** FNV-1a, as the application computes it over its own exact result. */
function fnv(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Words [cols / 4][rows]: nibble 2 i the high, 2 i + 1 the low cell of output i. */
function cellWords({ weights, rows, cols }: LayerPlan): Uint32Array {
  const words = new Uint32Array((cols / outputsPerWord) * rows);
  for (let group = 0; group < cols / outputsPerWord; group++)
    for (let row = 0; row < rows; row++) {
      let word = 0;
      for (let i = 0; i < outputsPerWord; i++) {
        const { hi, lo } = splitWeight(weights[(group * outputsPerWord + i) * rows + row]!);
        word |= ((hi & 15) | ((lo & 15) << 4)) << (8 * i);
      }
      words[group * rows + row] = word >>> 0;
    }
  return words;
}

const wordsOf = (bytes: ArrayBufferView): Uint32Array =>
  new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

function table(name: string, words: Uint32Array): string[] {
  const lines = [`    .globl  ${name}`, '    .balign 8', `${name}:`];
  for (let i = 0; i < words.length; i += 12) {
    const row = [...words.subarray(i, i + 12)].map((word) => `0x${word.toString(16)}`);
    lines.push(`    .word   ${row.join(',')}`);
  }
  return lines;
}

/** The generated file. */
export function layerData(): string {
  const source = loadFixtureBlock(8);
  const exact = assembleBlock(source, { mapping: 'cores', weights: 8 });
  const converted = assembleBlock(source, { mapping: 'ima-cores', weights: 8 });
  const layer = exact.plan.expand!;
  const codes = converted.plan.expand!;
  const { m, r } = codes.array!.converter!;
  const input = quantiseSigned(source.input.real, source.quantised.inputScale);
  const { shape } = exact;
  const shapeWords = [
    shape.inHeight * shape.inWidth,
    layer.rows,
    layer.cols,
    m,
    r,
    layer.requantisation.shift,
    codes.requantisation.shift,
    fnv(exact.tensors.expand!.bytes),
  ];
  return [
    `/* ${banner('src/generate/layer-data.ts')} */`,
    '    .section .rodata.layer_data, "a"',
    '/* pixels, inputs, outputs, M and R of the converters, shifts: exact and converted, FNV-1a of the exact result */',
    ...table('layer_shape', new Uint32Array(shapeWords)),
    '/* 1: the engine gets the tables for converted sums, 2: those for exact ones */',
    ...table('layer_tables', new Uint32Array([1])),
    '/* how many registers of the macro itself to write, then up to 8 pairs of offset and value */',
    ...table('layer_modes', new Uint32Array(17)),
    ...table('layer_input', wordsOf(input)),
    ...table('layer_cells', cellWords(layer)),
    ...table('layer_exact_mul', wordsOf(layer.requantisation.mul)),
    ...table('layer_exact_bias', wordsOf(layer.requantisation.bias)),
    ...table('layer_code_mul', wordsOf(codes.requantisation.mul)),
    ...table('layer_code_bias', wordsOf(codes.requantisation.bias)),
    '',
  ].join('\n');
}
