import type { ConvolutionNode, DepthwiseNode } from '../../graph/float-graph.js';
import type { WeightBits } from '../../graph/quantised-network.js';
import type { MapSize } from '../../graph/tensor.js';
import type { Codes } from '../../reference/layers.js';
import { weightRange } from '../block.js';
import { fitNaively, fitWeights, type FitOptions, type FittedWeights } from '../fit.js';
import { convolutionSamples, depthwiseSamples } from './samples.js';

export type FitMethod = 'best' | 'naive';

/** Four bits leave few codes, so it pays to clip the largest weights; eight bits do not. */
const fitting: Record<WeightBits, FitOptions> = {
  4: { range: weightRange(4), smallestScale: 0.45 },
  8: { range: weightRange(8), smallestScale: 1 },
};

/** What a layer is fitted to. */
export interface FitTarget {
  /** Size of its input. */
  readonly size: MapSize;
  /** Real value of one input code. */
  readonly inScale: number;
  /** Input codes that the quantised layers before it really produce. */
  readonly codes: readonly Codes[];
  /** Real sums of the trained layer, before its activation. */
  readonly wanted: readonly Float32Array[];
}

/** Codes [outputs][rows] of a convolution. */
export function fitConvolution(
  node: ConvolutionNode,
  target: FitTarget,
  bits: WeightBits,
  method: FitMethod,
): FittedWeights {
  const outputs = node.output.channels;
  const rows = node.weights.length / outputs;
  const trained = new Float64Array(node.weights.length);
  for (let i = 0; i < rows; i += 1) {
    for (let o = 0; o < outputs; o += 1) {
      trained[o * rows + i] = node.weights[i * outputs + o]! * target.inScale;
    }
  }
  if (method === 'naive') {
    return fitNaively(trained, Float64Array.from(node.bias), fitting[bits].range);
  }
  const samples = convolutionSamples(node, target.size, target.codes, target.wanted);
  return fitWeights(samples, trained, fitting[bits]);
}

/** Codes [taps][channels] of a depth-wise layer, channel by channel, always of 8 bits. */
export function fitDepthwise(
  node: DepthwiseNode,
  target: FitTarget,
  method: FitMethod,
): FittedWeights {
  const { channels } = node.output;
  const taps = node.weights.length / channels;
  const codes = new Int8Array(node.weights.length);
  const unit = new Float64Array(channels);
  const bias = new Float64Array(channels);
  const samplesOf = depthwiseSamples(node, target.size, target.codes, target.wanted);
  for (let c = 0; c < channels; c += 1) {
    const trained = Float64Array.from(
      { length: taps },
      (_, t) => node.weights[t * channels + c]! * target.inScale,
    );
    const fitted =
      method === 'naive'
        ? fitNaively(trained, Float64Array.of(node.bias[c]!), fitting[8].range)
        : fitWeights(samplesOf(c), trained, fitting[8]);
    for (let t = 0; t < taps; t += 1) codes[t * channels + c] = fitted.codes[t]!;
    unit[c] = fitted.unit[0]!;
    bias[c] = fitted.bias[0]!;
  }
  return { codes, unit, bias };
}
