import type { PlannedConvolution, PlannedDepthwise, PlannedLayer } from '../graph/network-plan.js';
import { isPoint, type CodeKind, type CodeTensor, type Window } from '../graph/tensor.js';
import type { Requantisation } from '../quantise/requantise.js';
import { cellPlanes } from '../reference/layers.js';
import type { Arena } from './arena.js';

/** A layer with weights and tables in the arena. */
export interface FastLayer {
  /** Computes `rows` rows from `first` on: addresses of its inputs and of its output. */
  readonly compute: (inputs: readonly number[], out: number, first: number, rows: number) => void;
  /** struct Product of a convolution. */
  readonly product?: number;
}

export const bytesOf = (kind: CodeKind): number => (kind === 'int32' ? 4 : 1);

const rowBytes = ({ width, channels, kind }: CodeTensor): number =>
  width * channels * bytesOf(kind);

/** Rows of weights are padded to this, and columns of tables. */
const step = 8;
const padded = (n: number): number => Math.ceil(n / step) * step;

/** Puts weights and tables of a layer into the arena. */
export function placeLayer(
  arena: Arena,
  layer: PlannedLayer,
  inputs: readonly CodeTensor[],
): FastLayer {
  const { kernels } = arena;
  const [x] = inputs as [CodeTensor, ...CodeTensor[]];
  switch (layer.kind) {
    case 'convolution':
      return placeConvolution(arena, layer, x);
    case 'depthwise':
      return placeDepthwise(arena, layer, x);
    case 'add': {
      const signs = (x.kind === 'int8' ? 1 : 0) + (inputs[1]!.kind === 'int8' ? 2 : 0);
      const { mul, shift, lo, hi } = layer;
      const pitch = rowBytes(layer.output);
      return {
        compute: ([a, b], out, first, rows) => {
          const at = first * pitch;
          const count = rows * pitch;
          kernels.add(a! + at, b! + at, out + at, count, mul[0], mul[1], shift, lo, hi, signs);
        },
      };
    }
    case 'average-pool': {
      const geometry = placeGeometry(arena, layer.window, x, layer.output);
      const { mul, shift, lo, hi } = layer;
      const signed = x.kind === 'int8' ? 1 : 0;
      const [from, to] = [layer.window.strideY * rowBytes(x), rowBytes(layer.output)];
      return {
        compute: ([a], out, first, rows) => {
          arena.write(geometry + geometryOutHeight, Int32Array.of(rows));
          kernels.pool(geometry, a! + first * from, out + first * to, mul, shift, lo, hi, signed);
        },
      };
    }
  }
}

function placeConvolution(arena: Arena, layer: PlannedConvolution, x: CodeTensor): FastLayer {
  const { kernels } = arena;
  const { output, rows } = layer;
  const product = placeProduct(arena, layer, x.kind === 'int8');
  const { width } = output;
  const [from, to] = [rowBytes(x), rowBytes(output)];
  if (isPoint(layer.window)) {
    return {
      product,
      compute: ([a], out, first, count) =>
        kernels.product(product, a! + first * from, out + first * to, count * width),
    };
  }
  const geometry = placeGeometry(arena, layer.window, x, output);
  const matrix = arena.reserve(width * rows);
  return {
    product,
    compute: ([a], out, first, count) => {
      for (let y = first; y < first + count; y += 1) {
        kernels.windows(geometry, a!, matrix, y);
        kernels.product(product, matrix, out + y * to, width);
      }
    },
  };
}

function placeDepthwise(arena: Arena, layer: PlannedDepthwise, x: CodeTensor): FastLayer {
  const { kernels } = arena;
  const geometry = placeGeometry(arena, layer.window, x, layer.output);
  const weights = arena.place(layer.weights);
  const plan = arena.place(
    productWords(arena, layer.requantisation, {
      rows: 0,
      cols: layer.output.channels,
      outBytes: bytesOf(layer.output.kind),
      inSigned: x.kind === 'int8',
      converter: undefined,
      parts: 0,
      list: 0,
    }),
  );
  const { padTop, strideY } = layer.window;
  const pitch = rowBytes(layer.output);
  return {
    compute: ([a], out, first, rows) => {
      arena.write(geometry + geometryOutHeight, Int32Array.of(rows));
      arena.write(geometry + geometryPadTop, Int32Array.of(padTop - first * strideY));
      kernels.depthwise(geometry, plan, weights, a!, out + first * pitch);
    },
  };
}

/** struct Product of kernels.c. */
function placeProduct(arena: Arena, layer: PlannedConvolution, inSigned: boolean): number {
  const { rows, weights, array } = layer;
  const cols = layer.output.channels;
  const converter = array?.converter;
  // Without converters the two cells of a weight and the row tiles add up to the weight itself.
  const spans = converter === undefined ? [{ first: 0, rows }] : array!.spans;
  const planes =
    converter === undefined
      ? [{ cells: weights, factor: 1 }]
      : cellPlanes(weights, array!.cellsPerWeight);
  const parts = spans.flatMap((span) =>
    planes.map(({ cells, factor }) => {
      const width = padded(span.rows);
      const packed = new Int8Array(padded(cols) * width);
      for (let c = 0; c < cols; c += 1) {
        const from = c * rows + span.first;
        packed.set(cells.subarray(from, from + span.rows), c * width);
      }
      return [span.first, width, arena.place(packed), Math.log2(factor)];
    }),
  );
  const list = arena.place(Uint32Array.from(parts.flat()));
  return arena.place(
    productWords(arena, layer.requantisation, {
      rows,
      cols,
      outBytes: bytesOf(layer.output.kind),
      inSigned,
      converter,
      parts: parts.length,
      list,
    }),
  );
}

interface ProductHead {
  readonly rows: number;
  readonly cols: number;
  readonly outBytes: number;
  readonly inSigned: boolean;
  readonly converter: { m: number; r: number; lo: number; hi: number } | undefined;
  readonly parts: number;
  readonly list: number;
}

function productWords(arena: Arena, table: Requantisation, head: ProductHead): Int32Array {
  const { converter: c } = head;
  const mul = new Int32Array(padded(head.cols));
  mul.set(table.mul);
  const bias = new BigInt64Array(padded(head.cols));
  const half = 1n << BigInt(table.shift - 1);
  bias.set(table.bias.map((value) => value + half));
  return Int32Array.of(
    head.rows,
    head.cols,
    head.outBytes,
    head.parts,
    head.inSigned ? 1 : 0,
    c === undefined ? 0 : 1,
    c?.m ?? 0,
    c?.r ?? 1,
    c?.lo ?? 0,
    c?.hi ?? 0,
    arena.place(mul),
    arena.place(bias),
    table.shift,
    table.lo,
    table.hi,
    head.list,
  );
}

/** Offsets in struct Geometry of what differs between pieces of a layer. */
const geometryOutHeight = 12;
const geometryPadTop = 36;

/** struct Geometry of kernels.c. */
function placeGeometry(arena: Arena, w: Window, x: CodeTensor, out: CodeTensor): number {
  const sizes = [x.height, x.width, x.channels, out.height, out.width];
  const steps = [w.kernelHeight, w.kernelWidth, w.strideY, w.strideX, w.padTop, w.padLeft];
  return arena.place(Int32Array.from([...sizes, ...steps]));
}
