import type { ArrayGeometry } from '../../array-geometry.js';
import type { ConvolutionNode, FloatGraph, FloatNode } from '../../graph/float-graph.js';
import type { WeightBits } from '../../graph/quantised-network.js';
import { pack, publishedRule, type Rectangle } from '../../pack/maxrects.js';
import { columnTiles, publishedSpans, rectanglesOf } from '../../pack/tile-and-pack.js';
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

export interface ArrayBudget {
  /** Arrays allowed beyond those of 4 bit everywhere, as a fraction. */
  readonly extra: number;
  /** Arrays of the machine; a network that takes more at 4 bit anyway is not held to it. */
  readonly arrays: number;
}

/**
 * Chooses which layers on crossbars get 8-bit weights. Layer after layer the error that either width
 * leaves is measured on some outputs; then, best gain per cell first, layers are widened as long as
 * the packed arrays stay within the budget.
 */
export function chooseWidths(
  graph: FloatGraph,
  pictures: readonly Uint8Array[],
  options: Omit<QuantiseNetworkOptions, 'bits' | 'method' | 'observe'>,
  budget: ArrayBudget,
): ChosenWidths {
  const layers: WidthChoice[] = [];
  quantiseNetwork(graph, pictures, {
    ...options,
    // What the layers see need not be fitted: rounding 8-bit weights takes no time.
    bits: () => 8,
    method: 'naive',
    observe: (node, target) => {
      const [some, wanted] = someOutputs(node, target);
      const error = (bits: WeightBits): number =>
        relativeError(some, wanted, fitConvolution(some, wanted, bits, 'best'));
      layers.push({
        name: node.name,
        rows: node.inChannels,
        cols: node.output.channels,
        error4: error(4),
        error8: error(8),
        bits: 4,
      });
    },
  });
  const arrays4 = packedArrays(layers, options.geometry);
  const allowed = Math.floor(arrays4 * (1 + budget.extra));
  // Where even 4 bit everywhere needs more arrays than there are, weights are programmed again anyway.
  const most = arrays4 > budget.arrays ? allowed : Math.min(allowed, budget.arrays);
  const gain = (l: WidthChoice): number => (l.error4 - l.error8) / (l.rows * l.cols);
  for (const layer of layers.toSorted((a, b) => gain(b) - gain(a))) {
    if (layer.error4 <= layer.error8) continue;
    layer.bits = 8;
    if (packedArrays(layers, options.geometry) > most) layer.bits = 4;
  }
  return { layers, arrays4, arrays: packedArrays(layers, options.geometry) };
}

/** Outputs of a layer whose error stands for that of all. */
const mostOutputs = 24;

/** A pointwise layer with some of its outputs, evenly drawn, and what these are fitted to. */
function someOutputs(node: ConvolutionNode, target: FitTarget): [ConvolutionNode, FitTarget] {
  const { channels } = node.output;
  const every = Math.ceil(channels / mostOutputs);
  const drawn = <T extends Float32Array>(values: T): Float32Array =>
    values.filter((_, i) => (i % channels) % every === 0);
  return [
    {
      ...node,
      output: { ...node.output, channels: Math.ceil(channels / every) },
      weights: drawn(node.weights),
      bias: node.bias.filter((_, c) => c % every === 0),
    },
    { ...target, wanted: target.wanted.map(drawn) },
  ];
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
    return rectanglesOf(columnTiles(cols, cells, publishedSpans(rows, geometry), geometry), cells);
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
