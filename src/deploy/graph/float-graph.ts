/**
 * A trained network as every importer delivers it: batch normalisation folded, one activation per
 * node, one picture at a time, HWC. Nodes stand in an order in which each follows its inputs.
 */
import type { HostTail } from './host-tail.js';
import type { MapSize, Window } from './tensor.js';

export type Activation = 'linear' | 'relu' | 'relu6';

interface NodeBase {
  /** Unique; also the name of the tensor that the node produces. */
  readonly name: string;
  /** Names of producing nodes, or `inputName`. */
  readonly inputs: readonly string[];
  readonly output: MapSize;
}

/** A convolution; a dense layer is one whose window covers its whole input. */
export interface ConvolutionNode extends NodeBase {
  readonly kind: 'convolution';
  readonly window: Window;
  readonly inChannels: number;
  /** [kernelHeight * kernelWidth][inChannels][output.channels]. */
  readonly weights: Float32Array;
  /** [output.channels]. */
  readonly bias: Float32Array;
  readonly activation: Activation;
}

/** A depth-wise convolution with one output per channel. */
export interface DepthwiseNode extends NodeBase {
  readonly kind: 'depthwise';
  readonly window: Window;
  /** [kernelHeight * kernelWidth][channels]. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
}

/** Sum of two tensors of equal size. */
export interface AddNode extends NodeBase {
  readonly kind: 'add';
  readonly activation: Activation;
}

/** Mean over a window that never passes the edge of the map. */
export interface AveragePoolNode extends NodeBase {
  readonly kind: 'average-pool';
  readonly window: Window;
}

export type FloatNode = ConvolutionNode | DepthwiseNode | AddNode | AveragePoolNode;

/** How 8-bit pixels become the network's input: real = pixel * factor + offset. */
export interface InputScaling {
  readonly factor: number;
  readonly offset: number;
}

export interface FloatGraph {
  /** For reports. */
  readonly name: string;
  readonly input: MapSize & InputScaling;
  readonly nodes: readonly FloatNode[];
  /** Names of the tensors that leave the network, in the order that `tail` expects. */
  readonly outputs: readonly string[];
  /** What is left to do with the outputs; it holds no weights and runs on the host. */
  readonly tail: HostTail;
}

/** Name of the picture among the tensors. */
export const inputName = 'input';
