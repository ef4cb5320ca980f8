/**
 * A network in one mapping, complete to the last integer: what the firmware must compute, byte for
 * byte. Tensors are HWC; every layer writes one tensor, named like the layer.
 */
import type { Requantisation } from '../quantise/requantise.js';
import type { ArrayExecution } from '../reference/plan.js';
import type { HostTail } from './host-tail.js';
import type { QuantisedInput, WeightBits } from './quantised-network.js';
import type { CodeTensor, Window } from './tensor.js';

/** Who computes a layer: crossbars, the depth-wise engine, or the harts. */
export type Unit = 'array' | 'depthwise' | 'harts';

interface PlannedBase {
  readonly name: string;
  /** Names of producing layers, or `input`. */
  readonly inputs: readonly string[];
  readonly output: CodeTensor;
  readonly unit: Unit;
}

/**
 * acc = sum of weights times inputs (on crossbars: converted per row span and cell column, see
 * ArrayExecution); q = clip((acc * mul[c] + bias[c] + 2^(shift-1)) >> shift, lo, hi).
 * With an int32 output lo and hi are the ends of int32.
 */
export interface PlannedConvolution extends PlannedBase {
  readonly kind: 'convolution';
  readonly window: Window;
  readonly inChannels: number;
  /** Inputs of one output: kernelHeight * kernelWidth * inChannels. */
  readonly rows: number;
  /** [output.channels][rows]; rows are [kernelHeight][kernelWidth][inChannels]. */
  readonly weights: Int8Array;
  readonly weightBits: WeightBits;
  readonly requantisation: Requantisation;
  /** Present exactly when `unit` is `array`. */
  readonly array: ArrayExecution | undefined;
}

/** The same per channel; weights [kernelHeight * kernelWidth][channels]. */
export interface PlannedDepthwise extends PlannedBase {
  readonly kind: 'depthwise';
  readonly unit: 'depthwise' | 'harts';
  readonly window: Window;
  readonly weights: Int8Array;
  readonly requantisation: Requantisation;
}

/** q = clip((a * mul[0] + b * mul[1] + 2^(shift-1)) >> shift, lo, hi); multipliers below 2^20. */
export interface PlannedAdd extends PlannedBase {
  readonly kind: 'add';
  readonly unit: 'harts';
  readonly mul: readonly [number, number];
  /** 1 to 30. */
  readonly shift: number;
  readonly lo: number;
  readonly hi: number;
}

/** q = clip((sum * mul + 2^(shift-1)) >> shift, lo, hi), sum over the window; mul below 2^23. */
export interface PlannedPool extends PlannedBase {
  readonly kind: 'average-pool';
  readonly unit: 'harts';
  readonly window: Window;
  readonly mul: number;
  /** 1 to 46. */
  readonly shift: number;
  readonly lo: number;
  readonly hi: number;
}

export type PlannedLayer = PlannedConvolution | PlannedDepthwise | PlannedAdd | PlannedPool;

export interface NetworkPlan {
  readonly name: string;
  readonly mapping: NetworkMapping;
  /** Converters that change nothing. */
  readonly ideal: boolean;
  readonly input: QuantisedInput;
  readonly layers: readonly PlannedLayer[];
  readonly outputs: readonly string[];
  readonly tail: HostTail;
}

/**
 * `cores`: harts do everything. `ima-cores`: pointwise layers on crossbars. `ima-dw`: and 3x3
 * depth-wise layers on their engine.
 */
export type NetworkMapping = 'cores' | 'ima-cores' | 'ima-dw';
