import { splitWeight } from '../quantise/block.js';
import { columnConverter, exactRequantiser } from './arithmetic.js';
import type { ArrayExecution, LayerPlan } from './plan.js';
import { sourcePixel, type DepthwiseGeometry } from './window.js';

/** Activation codes, HWC. */
export type Codes = Int8Array | Uint8Array;

const largestInput = 255;

/** Largest magnitude an accumulator of `terms` products can reach, converters or not. */
const largestAccumulator = (terms: number): number => terms * largestInput * 128;

const emptyCodes = (signed: boolean, length: number): Codes =>
  signed ? new Int8Array(length) : new Uint8Array(length);

/** What a product of inputs with weights needs to know of its layer. */
export type ProductPlan = Pick<LayerPlan, 'rows' | 'cols' | 'weights' | 'requantisation' | 'array'>;

/**
 * A 1x1 convolution.
 *
 * @param input [pixels][rows]
 * @returns [pixels][cols]
 */
export function pointwise(layer: LayerPlan, input: Codes): Codes;
/** The same into `out`, whose kind the layer's limits fit. */
export function pointwise<T extends Codes | Int32Array>(
  layer: ProductPlan,
  input: Codes,
  out: T,
): T;
export function pointwise(
  layer: ProductPlan & { readonly outSigned?: boolean },
  input: Codes,
  into?: Codes | Int32Array,
): Codes | Int32Array {
  const { rows, cols } = layer;
  const pixels = input.length / rows;
  const accumulators =
    layer.array === undefined
      ? dotProducts(layer.weights, input, rows, cols, { first: 0, rows })
      : arrayAccumulators(layer, layer.array, input);
  const requantise = exactRequantiser(layer.requantisation, largestAccumulator(rows));
  const out = into ?? emptyCodes(layer.outSigned === true, pixels * cols);
  for (let p = 0, at = 0; p < pixels; p += 1) {
    for (let c = 0; c < cols; c += 1, at += 1) out[at] = requantise(accumulators[at]!, c);
  }
  return out;
}

/**
 * Sums [pixels][cols] of the products over one span of inputs. Four columns at a time: each input is read once for them, and
 * the host adds without looking whether 32 bits suffice.
 */
export function dotProducts(
  weights: Int8Array,
  input: Codes | Int16Array,
  rows: number,
  cols: number,
  span: { readonly first: number; readonly rows: number },
): Int32Array {
  const pixels = input.length / rows;
  const sums = new Int32Array(pixels * cols);
  for (let c = 0; c < cols; c += 4) {
    // Columns behind the last one are the last one again.
    const column = (n: number): number => Math.min(c + n, cols - 1);
    const first = (n: number): number => column(n) * rows + span.first;
    const [w0, w1, w2, w3] = [first(0), first(1), first(2), first(3)];
    const [c1, c2, c3] = [column(1), column(2), column(3)];
    for (let p = 0; p < pixels; p += 1) {
      const x = p * rows + span.first;
      let [a, b, d, e] = [0, 0, 0, 0];
      for (let i = 0; i < span.rows; i += 1) {
        const value = input[x + i]!;
        a = (a + Math.imul(value, weights[w0 + i]!)) | 0;
        b = (b + Math.imul(value, weights[w1 + i]!)) | 0;
        d = (d + Math.imul(value, weights[w2 + i]!)) | 0;
        e = (e + Math.imul(value, weights[w3 + i]!)) | 0;
      }
      const at = p * cols;
      sums[at + c3] = e;
      sums[at + c2] = d;
      sums[at + c1] = b;
      sums[at + c] = a;
    }
  }
  return sums;
}

/** Column sums of each array and of each of its cell columns, converted, then added. */
function arrayAccumulators(layer: ProductPlan, array: ArrayExecution, input: Codes): Int32Array {
  const { rows, cols } = layer;
  const planes = cellPlanes(layer.weights, array.cellsPerWeight);
  const total = new Int32Array((input.length / rows) * cols);
  for (const span of array.spans) {
    const convert = converterFor(array, span.rows);
    for (const { cells, factor } of planes) {
      const sums = dotProducts(cells, input, rows, cols, span);
      for (let i = 0; i < sums.length; i += 1) total[i]! += factor * convert(sums[i]!);
    }
  }
  return total;
}

function converterFor(array: ArrayExecution, rows: number): (sum: number) => number {
  return array.converter === undefined
    ? (sum) => sum
    : columnConverter(array.converter, rows * largestInput * 8);
}

/** Cells of the weights, high part first, with the factor of each part. */
export function cellPlanes(
  weights: Int8Array,
  cellsPerWeight: 1 | 2,
): { readonly cells: Int8Array; readonly factor: number }[] {
  if (cellsPerWeight === 1) return [{ cells: weights, factor: 1 }];
  return [
    { cells: weights.map((w) => splitWeight(w).hi), factor: 16 },
    { cells: weights.map((w) => splitWeight(w).lo), factor: 1 },
  ];
}

/**
 * A 3x3 depth-wise convolution; what lies outside the map counts as 0.
 *
 * @param input [inHeight][inWidth][channels]
 * @returns [outHeight][outWidth][channels]
 */
export function depthwise(layer: LayerPlan, g: DepthwiseGeometry, input: Codes): Codes {
  const channels = layer.cols;
  const requantise = exactRequantiser(layer.requantisation, largestAccumulator(9));
  const window = depthwiseWindow(layer);
  const pixels = g.outHeight * g.outWidth;
  const out = emptyCodes(layer.outSigned, pixels * channels);
  const taps = new Int32Array(9);
  for (let p = 0, at = 0; p < pixels; p += 1) {
    const sources = Array.from({ length: 9 }, (_, tap) => sourcePixel(g, p, tap));
    for (let c = 0; c < channels; c += 1, at += 1) {
      for (let tap = 0; tap < 9; tap += 1) {
        const source = sources[tap]!;
        taps[tap] = source < 0 ? 0 : input[source * channels + c]!;
      }
      out[at] = requantise(window(taps, c), c);
    }
  }
  return out;
}

/** Accumulator of channel c from its nine inputs. */
function depthwiseWindow(layer: LayerPlan): (taps: Int32Array, c: number) => number {
  const { weights, cols: channels, array } = layer;
  const sum = (cells: Int8Array, taps: Int32Array, c: number, from: number, to: number): number => {
    let total = 0;
    for (let tap = from; tap < to; tap += 1) total += taps[tap]! * cells[tap * channels + c]!;
    return total;
  };
  if (array === undefined) return (taps, c) => sum(weights, taps, c, 0, 9);
  // In a block-diagonal group a column holds the 9 weights of its channel, all else is 0: only the
  // taps whose rows a span covers count. Rows are tap-major, `rows` of the spans counts taps here.
  const planes = cellPlanes(weights, array.cellsPerWeight);
  const convert = converterFor(array, 9);
  return (taps, c) => {
    let total = 0;
    for (const span of array.spans) {
      for (const { cells, factor } of planes) {
        total += factor * convert(sum(cells, taps, c, span.first, span.first + span.rows));
      }
    }
    return total;
  };
}
