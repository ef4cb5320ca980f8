/**
 * Trained parameters as 8-bit integers for the engine's integer products: weights symmetric with one scale a
 * layer, activations unsigned with the range that calibration pictures show.
 */
import { splitWeight } from '../deploy/quantise/block.js';
import { referenceActivations } from './reference.js';
import { convolutions, denses, inputOf, pixels, window } from './shape.js';

/** Of w = 16 hi + lo, both from -8 to 7, the largest is 119. */
const largestWeight = 119;
const shift = 24;
const wordsOfLayer = 6;

interface Layer {
  readonly rows: number;
  readonly outputs: number;
  readonly weights: number;
  readonly bias: number;
}

const layers: readonly Layer[] = [
  ...convolutions.map((c) => ({ ...c, rows: window * window * c.inputs })),
  ...denses.map((d) => ({ ...d, rows: d.inputs })),
];

/** `integer_layer_t [5]` and what it points to; see firmware/apps/lenet/integers.c. */
export function quantise(p: Float32Array, calibration: Uint8Array): Uint8Array {
  const ranges = rangesOf(p, calibration);
  const chunks: Uint8Array[] = [];
  const header = new Int32Array(layers.length * wordsOfLayer);
  let at = header.byteLength;
  const put = (data: ArrayBufferView): number => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const from = at;
    const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
    padded.set(bytes);
    chunks.push(padded);
    at += padded.length;
    return from;
  };
  // A byte v of a picture stands for v scale + zero.
  const zero = inputOf(0);
  let inputScale = (inputOf(255) - zero) / 255;
  layers.forEach((layer, i) => {
    const last = i === layers.length - 1;
    const outputScale = ranges[i] / (last ? 127 : 255);
    const { codes, scale } = weightsOf(p, layer);
    const factor = (scale * inputScale) / outputScale;
    const mul = new Int32Array(layer.outputs).fill(Math.round(factor * 2 ** shift));
    const bias = BigInt64Array.from({ length: layer.outputs }, (_, o) => {
      let sum = 0;
      if (i === 0) for (let r = 0; r < layer.rows; r++) sum += codes[r * layer.outputs + o] * scale;
      return BigInt(Math.round(((p[layer.bias + o] + sum * zero) / outputScale) * 2 ** shift));
    });
    const [lo, hi] = last ? [-128, 127] : [0, 255];
    header.set([put(cellsOf(codes, layer)), put(mul), put(bias), shift, lo, hi], i * wordsOfLayer);
    inputScale = outputScale;
  });
  const result = new Uint8Array(at);
  result.set(new Uint8Array(header.buffer));
  let to = header.byteLength;
  for (const chunk of chunks) {
    result.set(chunk, to);
    to += chunk.length;
  }
  return result;
}

/** Largest magnitude of each layer's outputs. */
function rangesOf(p: Float32Array, calibration: Uint8Array): number[] {
  const ranges = layers.map(() => 1e-6);
  for (let at = 0; at < calibration.length / pixels; at++)
    referenceActivations(p, calibration, at).forEach((values, i) => {
      for (const value of values) ranges[i] = Math.max(ranges[i], Math.abs(value));
    });
  return ranges;
}

function weightsOf(p: Float32Array, { rows, outputs, weights }: Layer) {
  const values = p.subarray(weights, weights + rows * outputs);
  const scale =
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9) / largestWeight;
  return { scale, codes: Int8Array.from(values, (value) => Math.round(value / scale)) };
}

function cellsOf(codes: Int8Array, { rows, outputs }: Layer): Uint32Array {
  const perRow = Math.ceil(outputs / 4);
  const words = new Uint32Array(rows * perRow);
  for (let r = 0; r < rows; r++)
    for (let o = 0; o < outputs; o++) {
      const { hi, lo } = splitWeight(codes[r * outputs + o]);
      words[r * perRow + (o >> 2)] |= ((hi & 15) | ((lo & 15) << 4)) << (8 * (o & 3));
    }
  return words;
}
