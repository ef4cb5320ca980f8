import type { Bottleneck, FeatureMap } from '../network/graph.js';
import { samePadding } from '../network/graph.js';
import { depthwiseSums, runBottleneck, runConvolution } from '../network/float-executor.js';
import { depthwise as runDepthwiseCodes, pointwise, type Codes } from '../reference/layers.js';
import { digitalLayer } from '../plan-layer.js';
import {
  weightRange,
  type BlockShape,
  type QuantisedBlock,
  type QuantisedLayer,
  type WeightBits,
} from './block.js';
import { fitNaively, fitWeights, type FitOptions } from './fit.js';
import { clippingScale, quantiseSigned, type Samples } from './statistics.js';

export interface QuantiseOptions {
  readonly weightBits: WeightBits;
  /** `naive` rounds to nearest under max scaling; it is there to be compared with. */
  readonly method: 'best' | 'naive';
}

/** Samples drawn per layer, evenly over the calibration maps. */
const mostSamples = 6000;

const fractions = (from: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, i) => from + ((1 - from) * i) / (steps - 1));

/** Four bits leave few codes, so it pays to clip the largest weights; eight bits do not. */
const fitting: Record<WeightBits, FitOptions> = {
  4: { range: weightRange(4), fractions: fractions(0.45, 23), ridge: 0.1 },
  8: { range: weightRange(8), fractions: [1], ridge: 0.1 },
};

/**
 * Quantises a bottleneck after training.
 *
 * Layers are done in order, each against the real outputs of the trained network but with the
 * integer inputs that the layers before it really produce, so later layers make up for errors of
 * earlier ones.
 *
 * @param inputs real block inputs of the calibration pictures
 */
export function quantiseBlock(
  block: Bottleneck,
  inputs: readonly FeatureMap[],
  options: QuantiseOptions,
): QuantisedBlock {
  const shape = shapeOf(block, inputs[0]!);
  const naive = options.method === 'naive';
  const real = inputs.map((input) => runBottleneck(block, input));
  const scaleOf = (maps: readonly FeatureMap[]): number =>
    naive ? largestOf(maps) / 127 : clippingScale(maps.map((map) => thinned(map.data)));
  const inputScale = scaleOf(inputs);
  let codes: Codes[] = inputs.map((input) => quantiseSigned(input.data, inputScale));
  const pointwiseFit = fitting[options.weightBits];

  let expand: QuantisedLayer | undefined;
  let hiddenScale = inputScale;
  if (block.expand !== undefined) {
    const layer = block.expand;
    const trained = scaledRows(layer.weights, layer.inChannels, layer.outChannels, inputScale);
    const linear = { ...layer, relu6: false };
    const fitted = naive
      ? fitNaively(trained, Float64Array.from(layer.bias), pointwiseFit.range)
      : fitWeights(
          gather(
            codes,
            inputs.map((input) => runConvolution(linear, input)),
            layer.inChannels,
          ),
          trained,
          pointwiseFit,
        );
    hiddenScale = reluScale(
      real.map((t) => t.expand),
      naive,
    );
    expand = { weights: fitted.codes, unit: fitted.unit, bias: fitted.bias, outScale: hiddenScale };
    const plan = digitalLayer(expand, { rows: layer.inChannels, inSigned: true, outSigned: false });
    codes = codes.map((input) => pointwise(plan, input));
  }

  const depthwiseScale = reluScale(
    real.map((t) => t.depthwise),
    naive,
  );
  const depthwise: QuantisedLayer = {
    ...fitDepthwise(
      block,
      shape,
      codes,
      real.map((t) => t.expand),
      hiddenScale,
      naive,
    ),
    outScale: depthwiseScale,
  };
  const inSigned = block.expand === undefined;
  const depthwisePlan = digitalLayer(depthwise, { rows: 9, inSigned, outSigned: false });
  codes = codes.map((input) => runDepthwiseCodes(depthwisePlan, shape, input));

  const layer = block.project;
  const trained = scaledRows(layer.weights, layer.inChannels, layer.outChannels, depthwiseScale);
  const fitted = naive
    ? fitNaively(trained, Float64Array.from(layer.bias), pointwiseFit.range)
    : fitWeights(
        gather(
          codes,
          real.map((t) => t.project),
          layer.inChannels,
        ),
        trained,
        pointwiseFit,
      );
  const projectScale = scaleOf(real.map((t) => t.project));
  const project: QuantisedLayer = {
    weights: fitted.codes,
    unit: fitted.unit,
    bias: fitted.bias,
    outScale: projectScale,
  };
  return {
    shape,
    weightBits: options.weightBits,
    inputScale,
    outputScale: block.residual ? scaleOf(real.map((t) => t.output)) : projectScale,
    ...(expand === undefined ? {} : { expand }),
    depthwise,
    project,
  };
}

/** Sizes and padding of a block for a given input. */
export function shapeOf(block: Bottleneck, input: FeatureMap): BlockShape {
  const { stride, channels } = block.depthwise;
  const rows = samePadding(input.height, 3, stride);
  const columns = samePadding(input.width, 3, stride);
  return {
    number: block.number,
    inHeight: input.height,
    inWidth: input.width,
    inChannels: input.channels,
    hiddenChannels: channels,
    outHeight: rows.out,
    outWidth: columns.out,
    outChannels: block.project.outChannels,
    stride,
    padTop: rows.before,
    padLeft: columns.before,
    hasExpansion: block.expand !== undefined,
    hasResidual: block.residual,
  };
}

/** [outputs][inputs] weights per input code, from [inputs][outputs] real ones. */
function scaledRows(
  weights: Float32Array,
  inputs: number,
  outputs: number,
  scale: number,
): Float64Array {
  const out = new Float64Array(weights.length);
  for (let i = 0; i < inputs; i += 1) {
    for (let o = 0; o < outputs; o += 1) {
      out[o * inputs + i] = weights[i * outputs + o]! * scale;
    }
  }
  return out;
}

/**
 * Scale of a hidden tensor: code 255 stands for 6, the end of ReLU6, or for less when calibration
 * never comes near it; a quarter is added, because another picture may go higher.
 */
function reluScale(maps: readonly FeatureMap[], naive: boolean): number {
  return (naive ? 6 : Math.min(6, 1.25 * largestOf(maps) || 6)) / 255;
}

function fitDepthwise(
  block: Bottleneck,
  shape: BlockShape,
  codes: readonly Codes[],
  inputs: readonly FeatureMap[],
  scale: number,
  naive: boolean,
): { weights: Int8Array; unit: Float64Array; bias: Float64Array } {
  const { channels, weights, bias } = block.depthwise;
  const linear = inputs.map((input) => depthwiseSums(block.depthwise, input));
  const out = {
    weights: new Int8Array(9 * channels),
    unit: new Float64Array(channels),
    bias: new Float64Array(channels),
  };
  for (let c = 0; c < channels; c += 1) {
    const trained = Float64Array.from({ length: 9 }, (_, t) => weights[t * channels + c]! * scale);
    const fitted = naive
      ? fitNaively(trained, Float64Array.of(bias[c]!), weightRange(8))
      : fitWeights(windows(codes, linear, shape, c), trained, fitting[8]);
    for (let tap = 0; tap < 9; tap += 1) out.weights[tap * channels + c] = fitted.codes[tap]!;
    out.unit[c] = fitted.unit[0]!;
    out.bias[c] = fitted.bias[0]!;
  }
  return out;
}

/** Every `step`-th position, so that all maps together give at most `mostSamples`. */
const sampleStep = (positions: number): number => Math.max(1, Math.ceil(positions / mostSamples));

function gather(codes: readonly Codes[], wanted: readonly FeatureMap[], inputs: number): Samples {
  const outputs = wanted[0]!.channels;
  const perMap = wanted[0]!.height * wanted[0]!.width;
  const step = sampleStep(perMap * wanted.length);
  const count = Math.ceil((perMap * wanted.length) / step);
  const x = new Float64Array(count * inputs);
  const y = new Float64Array(count * outputs);
  for (let s = 0; s < count; s += 1) {
    const map = Math.floor((s * step) / perMap);
    const p = (s * step) % perMap;
    x.set(codes[map]!.subarray(p * inputs, (p + 1) * inputs), s * inputs);
    y.set(wanted[map]!.data.subarray(p * outputs, (p + 1) * outputs), s * outputs);
  }
  return { count, inputs, outputs, x, y };
}

/** The nine input codes of channel c and its wanted sum, at sampled output positions. */
function windows(
  codes: readonly Codes[],
  wanted: readonly FeatureMap[],
  g: BlockShape,
  c: number,
): Samples {
  const channels = g.hiddenChannels;
  const perMap = g.outHeight * g.outWidth;
  const step = sampleStep(perMap * wanted.length);
  const count = Math.ceil((perMap * wanted.length) / step);
  const x = new Float64Array(count * 9);
  const y = new Float64Array(count);
  for (let s = 0; s < count; s += 1) {
    const map = Math.floor((s * step) / perMap);
    const p = (s * step) % perMap;
    const top = Math.floor(p / g.outWidth) * g.stride - g.padTop;
    const left = (p % g.outWidth) * g.stride - g.padLeft;
    for (let tap = 0; tap < 9; tap += 1) {
      const iy = top + Math.floor(tap / 3);
      const ix = left + (tap % 3);
      if (iy < 0 || ix < 0 || iy >= g.inHeight || ix >= g.inWidth) continue;
      x[s * 9 + tap] = codes[map]![(iy * g.inWidth + ix) * channels + c]!;
    }
    y[s] = wanted[map]!.data[p * channels + c]!;
  }
  return { count, inputs: 9, outputs: 1, x, y };
}

const largestOf = (maps: readonly FeatureMap[]): number =>
  maps.reduce((top, map) => map.data.reduce((t, v) => Math.max(t, Math.abs(v)), top), 0);

/** At most 50,000 values of a tensor, evenly. */
function thinned(data: Float32Array): Float32Array {
  const step = Math.ceil(data.length / 50_000);
  return data.filter((_, i) => i % step === 0);
}
