import type { ArrayGeometry } from '../../array-geometry.js';
import type { NetworkMapping, PlannedLayer, Unit } from '../../graph/network-plan.js';
import type { QuantisedConvolution, QuantisedNode } from '../../graph/quantised-network.js';
import { isPoint, type CodeKind, type CodeTensor, type MapSize } from '../../graph/tensor.js';
import type { ArrayExecution } from '../../reference/plan.js';
import { cellPlanes, dotProducts, type Codes } from '../../reference/layers.js';
import { publishedSpans } from '../../pack/tile-and-pack.js';
import { calibrateConverter, type ColumnSums } from '../converter-range.js';
import { accumulatorEnds, narrowRequantisation } from '../narrow.js';
import { requantisation, residualScaling, type Requantisation } from '../requantise.js';
import { drawPositions } from '../sampling.js';

export interface NetworkPlanOptions {
  readonly mapping: NetworkMapping;
  /** Converters that change nothing: every mapping then gives the same bytes. */
  readonly ideal: boolean;
  readonly geometry: ArrayGeometry;
}

/** Who computes a layer: the rules of a mapping. */
export function unitOf(layer: QuantisedNode, mapping: NetworkMapping): Unit {
  if (mapping === 'cores') return 'harts';
  const { height, width } = layer.output;
  if (layer.kind === 'convolution' && isPoint(layer.window) && height * width > 1) return 'array';
  if (mapping === 'ima-dw' && layer.kind === 'depthwise' && fitsEngine(layer.window)) {
    return 'depthwise';
  }
  return 'harts';
}

const fitsEngine = (w: {
  kernelHeight: number;
  kernelWidth: number;
  strideY: number;
  strideX: number;
}) => w.kernelHeight === 3 && w.kernelWidth === 3 && w.strideY === w.strideX && w.strideY <= 2;

/** Ends of what a tensor can hold. */
export function limits(kind: CodeKind): { lo: number; hi: number } {
  if (kind === 'int32') return { lo: -(2 ** 31), hi: 2 ** 31 - 1 };
  return kind === 'int8' ? { lo: -128, hi: 127 } : { lo: 0, hi: 255 };
}

/**
 * Fixes the integers of one layer in a mapping. On crossbars the range of its converters is found
 * on calibration codes, and what converters take away on average goes into the bias table.
 *
 * @param sizes sizes and scales of its inputs
 * @param codes calibration codes of its first input
 */
export function planLayer(
  layer: QuantisedNode,
  inputs: readonly CodeTensor[],
  codes: readonly Codes[],
  options: NetworkPlanOptions,
): PlannedLayer {
  const { name, output } = layer;
  const base = { name, inputs: layer.inputs, output };
  const { lo, hi } = limits(output.kind);
  if (layer.kind === 'add') {
    const { mulSkip, mulBranch, shift } = residualScaling(
      inputs[0]!.scale,
      inputs[1]!.scale,
      output.scale,
    );
    return { ...base, kind: 'add', unit: 'harts', mul: [mulSkip, mulBranch], shift, lo, hi };
  }
  if (layer.kind === 'average-pool') {
    const { window } = layer;
    const gain = inputs[0]!.scale / output.scale / (window.kernelHeight * window.kernelWidth);
    const shift = Math.min(40, 22 - Math.floor(Math.log2(gain)));
    const mul = Math.round(gain * 2 ** shift);
    return { ...base, kind: 'average-pool', unit: 'harts', window, mul, shift, lo, hi };
  }
  // A channel without weights has a scale without meaning, and the largest gain sets the shift of all.
  const gain = layer.unit.map((unit, c) => (isDead(layer, c) ? 0 : unit / output.scale));
  const offset = layer.bias.map((bias) => bias / output.scale);
  const { window, weights } = layer;
  if (layer.kind === 'depthwise') {
    const unit = unitOf(layer, options.mapping) === 'depthwise' ? 'depthwise' : 'harts';
    const tables = requantisation(gain, offset, lo, hi);
    return { ...base, kind: 'depthwise', unit, window, weights, requantisation: tables };
  }
  const { rows, weightBits } = layer;
  const unit = unitOf(layer, options.mapping);
  const inChannels = inputs[0]!.channels;
  const planned = {
    ...base,
    kind: 'convolution',
    unit,
    window,
    weights,
    rows,
    inChannels,
    weightBits,
  } as const;
  if (unit !== 'array') {
    const tables = narrow(layer, inputs[0]!, gain, offset) ?? requantisation(gain, offset, lo, hi);
    return { ...planned, requantisation: tables, array: undefined };
  }
  const cellsPerWeight = weightBits === 4 ? 1 : 2;
  // Whole arrays and a rest take fewer arrays than equal parts: 34 instead of 39 for MobileNetV2.
  const spans = publishedSpans(rows, options.geometry);
  const array: ArrayExecution = { cellsPerWeight, spans, converter: undefined };
  if (options.ideal) {
    return { ...planned, requantisation: requantisation(gain, offset, lo, hi), array };
  }
  const sums = columnSums(layer, array, codes, inputs[0]!);
  const found = calibrateConverter(sums, { gain, offset, lo, hi }, options.geometry.adcBits);
  const converted = gain.map((g) => g * found.step);
  const shifted = offset.map((o, c) => o + gain[c]! * found.offset[c]!);
  return {
    ...planned,
    requantisation: requantisation(converted, shifted, lo, hi),
    array: { ...array, converter: found.converter },
  };
}

/** A first layer: for 3x3 windows over three channels the harts have a kernel that works in 32 bits. */
function narrow(
  { weights, rows, output }: QuantisedConvolution,
  input: CodeTensor,
  gain: Float64Array,
  offset: Float64Array,
): Requantisation | undefined {
  if (input.channels !== 3 || rows !== 27 || output.kind !== 'uint8') return undefined;
  const { lo, hi } = limits(output.kind);
  const ends = Array.from({ length: output.channels }, (_, c) =>
    accumulatorEnds(weights.subarray(c * rows, (c + 1) * rows), input.kind !== 'uint8'),
  );
  return narrowRequantisation(gain, offset, lo, hi, ends);
}

/** Whether all weights of an output are zero. */
function isDead(
  layer: Extract<QuantisedNode, { readonly weights: Int8Array }>,
  c: number,
): boolean {
  const { weights, output } = layer;
  if (layer.kind === 'convolution')
    return weights.subarray(c * layer.rows, (c + 1) * layer.rows).every((weight) => weight === 0);
  for (let i = c; i < weights.length; i += output.channels) if (weights[i] !== 0) return false;
  return true;
}

/** Positions drawn per layer to set the range of its converters. */
const mostPositions = 1000;

function columnSums(
  layer: QuantisedConvolution,
  array: ArrayExecution,
  maps: readonly Codes[],
  size: MapSize,
): ColumnSums {
  const { rows, weights } = layer;
  const cols = layer.output.channels;
  const positions = drawPositions(maps.length, size.height * size.width, mostPositions);
  const drawn = new Int16Array(positions.length * rows);
  positions.forEach(({ map, pixel }, s) => {
    drawn.set(maps[map]!.subarray(pixel * rows, (pixel + 1) * rows), s * rows);
  });
  const planes = cellPlanes(weights, array.cellsPerWeight);
  const parts = array.spans.flatMap((span) =>
    planes.map(({ cells, factor }) => ({
      sums: dotProducts(cells, drawn, rows, cols, span),
      factor,
    })),
  );
  return { count: positions.length, cols, parts };
}
