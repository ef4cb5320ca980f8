import type { ArrayGeometry } from '../../array-geometry.js';
import type { ConvolutionNode, FloatGraph, FloatNode } from '../../graph/float-graph.js';
import type { WeightBits } from '../../graph/quantised-network.js';
import { pack, publishedRule, type Rectangle } from '../../pack/maxrects.js';
import { columnTiles, rectanglesOf } from '../../pack/tile-and-pack.js';
import { pointwiseSpans } from '../../tiling.js';
import type { FittedWeights } from '../fit.js';
import { fitConvolution, type FitTarget } from './fit-layer.js';
import { quantiseNetwork, type QuantiseNetworkOptions } from './quantise-network.js';
import { convolutionSamples } from './samples.js';

/** What more cells would do for a layer. */
export interface WidthChoice {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  /** Share of the layer's output variance that 4-bit, and 8-bit, weights get wrong. */
  readonly error4: number;
  readonly error8: number;
  bits: WeightBits;
}

export interface ChosenWidths {
  readonly layers: readonly WidthChoice[];
  /** Arrays at 4 bit everywhere, and with the choice. */
  readonly arrays4: number;
  readonly arrays: number;
}

/**
 * Chooses which layers on crossbars get 8-bit weights. Layer after layer, on the inputs that a 4-bit
 * network gives it, the error of both widths is measured; then, best gain per cell first, layers are
 * widened as long as the packed arrays stay within the budget.
 *
 * @param extra arrays allowed beyond those of 4 bit everywhere, as a fraction
 */
export function chooseWidths(
  graph: FloatGraph,
  pictures: readonly Uint8Array[],
  options: Omit<QuantiseNetworkOptions, 'bits' | 'method' | 'observe'>,
  extra: number,
): ChosenWidths {
  const layers: WidthChoice[] = [];
  quantiseNetwork(graph, pictures, {
    ...options,
    bits: () => 4,
    method: 'best',
    observe: (node, target, fitted) => {
      const wide = fitConvolution(node, target, 8, 'best');
      const cols = node.output.channels;
      layers.push({
        name: node.name,
        rows: fitted.codes.length / cols,
        cols,
        error4: relativeError(node, target, fitted),
        error8: relativeError(node, target, wide),
        bits: 4,
      });
    },
  });
  const arrays4 = packedArrays(layers, options.geometry);
  const most = Math.floor(arrays4 * (1 + extra));
  const gain = (l: WidthChoice): number => (l.error4 - l.error8) / (l.rows * l.cols);
  for (const layer of layers.toSorted((a, b) => gain(b) - gain(a))) {
    if (layer.error4 <= layer.error8) continue;
    layer.bits = 8;
    if (packedArrays(layers, options.geometry) > most) layer.bits = 4;
  }
  return { layers, arrays4, arrays: packedArrays(layers, options.geometry) };
}

/** The widths as quantiseNetwork wants them. */
export function widthsOf(chosen: ChosenWidths): (node: FloatNode) => WeightBits {
  const bits = new Map(chosen.layers.map((layer) => [layer.name, layer.bits]));
  return (node) => bits.get(node.name) ?? 4;
}

/** Arrays that the published packing needs for some layers. */
export function packedArrays(
  layers: readonly Pick<WidthChoice, 'rows' | 'cols' | 'bits'>[],
  geometry: ArrayGeometry,
): number {
  const rectangles: Rectangle[] = layers.flatMap(({ rows, cols, bits }) => {
    const cells = bits === 4 ? 1 : 2;
    return rectanglesOf(columnTiles(cols, cells, pointwiseSpans(rows, geometry), geometry), cells);
  });
  const bin = { width: geometry.cols, height: geometry.rows };
  return pack(rectangles, bin, publishedRule).arrays;
}

/** Every how many-th sample measures the error. */
const stride = 8;

function relativeError(node: ConvolutionNode, target: FitTarget, fitted: FittedWeights): number {
  const { x, y, count, inputs, outputs } = convolutionSamples(
    node,
    target.size,
    target.codes,
    target.wanted,
  );
  let error = 0;
  let power = 0;
  for (let o = 0; o < outputs; o += 1) {
    const wanted: number[] = [];
    for (let s = 0; s < count; s += stride) {
      let sum = 0;
      for (let i = 0; i < inputs; i += 1) sum += x[s * inputs + i]! * fitted.codes[o * inputs + i]!;
      const v = y[s * outputs + o]!;
      error += (sum * fitted.unit[o]! + fitted.bias[o]! - v) ** 2;
      wanted.push(v);
    }
    const mean = wanted.reduce((a, b) => a + b, 0) / wanted.length;
    for (const v of wanted) power += (v - mean) ** 2;
  }
  return error / (power || 1);
}
