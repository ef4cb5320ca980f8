/** The network as the rest of `src/deploy` sees it: batch normalisation folded, activations HWC. */

/** A convolution with bias, followed by ReLU6 where `relu6` says so. Padding is TensorFlow's SAME. */
export interface Convolution {
  readonly name: string;
  readonly kernel: 1 | 3;
  readonly stride: 1 | 2;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly relu6: boolean;
  /** [kernel * kernel][inChannels][outChannels]. */
  readonly weights: Float32Array;
  /** [outChannels]. */
  readonly bias: Float32Array;
}

/** A 3x3 depth-wise convolution with bias and ReLU6, SAME padding. */
export interface DepthwiseConvolution {
  readonly name: string;
  readonly stride: 1 | 2;
  readonly channels: number;
  /** [9][channels], tap = 3 * row + column. */
  readonly weights: Float32Array;
  /** [channels]. */
  readonly bias: Float32Array;
}

/** An inverted residual block. */
export interface Bottleneck {
  /** 0 to 16 along the network. */
  readonly number: number;
  /** Absent in block 0. */
  readonly expand?: Convolution;
  readonly depthwise: DepthwiseConvolution;
  /** Linear. */
  readonly project: Convolution;
  /** Whether the block's input is added to the projection. */
  readonly residual: boolean;
}

export interface Dense {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: 'relu' | 'softmax';
  /** [inputs][outputs]. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** MobileNetV2: stem, 17 bottlenecks, last 1x1 convolution, global mean, dense layers. */
export interface MobileNet {
  /** Side of the square RGB input, values 0 to 1. */
  readonly side: number;
  readonly stem: Convolution;
  readonly blocks: readonly Bottleneck[];
  readonly head: Convolution;
  readonly dense: readonly Dense[];
}

/** A feature map, HWC. */
export interface FeatureMap {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** Output size and leading padding of TensorFlow's SAME rule along one axis. */
export function samePadding(
  size: number,
  kernel: number,
  stride: number,
): { out: number; before: number } {
  const out = Math.ceil(size / stride);
  const total = Math.max(0, (out - 1) * stride + kernel - size);
  // The odd row or column of padding goes behind, which at stride 2 and even size leaves 0 before.
  return { out, before: Math.floor(total / 2) };
}
