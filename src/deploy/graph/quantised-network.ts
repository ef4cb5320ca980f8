/**
 * A network in integers, independent of where its layers run: codes of the weights and what makes
 * real numbers of accumulators. `NetworkPlan` adds the integer tables of one mapping.
 */
import type { HostTail } from './host-tail.js';
import type { CodeTensor, Window } from './tensor.js';
import type { InputScaling } from './float-graph.js';

export type WeightBits = 4 | 8;

interface LayerBase {
  /** Equal to the name of the node of the float graph; also the name of the output tensor. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: CodeTensor;
}

/** Weights and their scales: real output = accumulator * unit[c] + bias[c], then the activation. */
interface Weighted {
  readonly window: Window;
  /** Real value of one unit of the accumulator, per output. */
  readonly unit: Float64Array;
  /** Real bias, per output, with the correction of the mean quantisation error. */
  readonly bias: Float64Array;
}

export interface QuantisedConvolution extends LayerBase, Weighted {
  readonly kind: 'convolution';
  /** [output.channels][rows]; rows are [kernelHeight][kernelWidth][inChannels]. */
  readonly weights: Int8Array;
  readonly rows: number;
  /** 4: codes in -8..7, one cell. 8: codes in -119..119, two cells (16 hi + lo). */
  readonly weightBits: WeightBits;
}

/** Always 8-bit weights. */
export interface QuantisedDepthwise extends LayerBase, Weighted {
  readonly kind: 'depthwise';
  /** [kernelHeight * kernelWidth][channels]. */
  readonly weights: Int8Array;
}

export interface QuantisedAdd extends LayerBase {
  readonly kind: 'add';
}

export interface QuantisedPool extends LayerBase {
  readonly kind: 'average-pool';
  readonly window: Window;
}

export type QuantisedNode =
  | QuantisedConvolution
  | QuantisedDepthwise
  | QuantisedAdd
  | QuantisedPool;

/** The picture: code = clip(round((pixel * factor + offset) / scale)). */
export type QuantisedInput = CodeTensor & InputScaling;

export interface QuantisedNetwork {
  readonly name: string;
  readonly input: QuantisedInput;
  readonly layers: readonly QuantisedNode[];
  readonly outputs: readonly string[];
  readonly tail: HostTail;
}

/** Multiply-accumulate operations of a layer, taps on padding counted in. */
export function macs(layer: QuantisedNode): number {
  const { height, width, channels } = layer.output;
  const outputs = height * width * channels;
  if (layer.kind === 'convolution') return outputs * layer.rows;
  if (layer.kind !== 'depthwise') return 0;
  return outputs * layer.window.kernelHeight * layer.window.kernelWidth;
}
