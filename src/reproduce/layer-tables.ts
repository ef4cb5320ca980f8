/** Convolution layers of networks that no firmware ran: for analytic rows only. */

export interface ConvLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  /** Width and height of the output. */
  readonly side: number;
}

const conv = (inputs: number, outputs: number, kernel: number, side: number): ConvLayer => ({
  inputs,
  outputs,
  kernel,
  side,
});

/** 3x3 and 1x1 layers in turns, from `wide` channels and back. */
const alternating = (from: number, wide: number, count: number, side: number): ConvLayer[] =>
  Array.from({ length: count }, (_, i) => {
    if (i % 2 === 1) return conv(wide, wide / 2, 1, side);
    return conv(i === 0 ? from : wide / 2, wide, 3, side);
  });

/** YOLOv2: Darknet-19 without its classifier, and the detection head for 20 classes, 416 x 416. */
const yolo: readonly ConvLayer[] = [
  conv(3, 32, 3, 416),
  conv(32, 64, 3, 208),
  ...alternating(64, 128, 3, 104),
  ...alternating(128, 256, 3, 52),
  ...alternating(256, 512, 5, 26),
  ...alternating(512, 1024, 5, 13),
  conv(1024, 1024, 3, 13),
  conv(1024, 1024, 3, 13),
  conv(512, 64, 1, 26),
  conv(1280, 1024, 3, 13),
  conv(1024, 125, 1, 13),
];

const tinyYolo: readonly ConvLayer[] = [
  conv(3, 16, 3, 416),
  conv(16, 32, 3, 208),
  conv(32, 64, 3, 104),
  conv(64, 128, 3, 52),
  conv(128, 256, 3, 26),
  conv(256, 512, 3, 13),
  conv(512, 1024, 3, 13),
  conv(1024, 1024, 3, 13),
  conv(1024, 125, 1, 13),
];

/** Two basic blocks; the projection where the width changes. */
const stage = (from: number, to: number, side: number): ConvLayer[] => [
  conv(from, to, 3, side),
  conv(to, to, 3, side),
  conv(to, to, 3, side),
  conv(to, to, 3, side),
  ...(from === to ? [] : [conv(from, to, 1, side)]),
];

/** 224 x 224, 1000 classes. */
const resnet18: readonly ConvLayer[] = [
  conv(3, 64, 7, 112),
  ...stage(64, 64, 56),
  ...stage(64, 128, 28),
  ...stage(128, 256, 14),
  ...stage(256, 512, 7),
  conv(512, 1000, 1, 1),
];

/** 32 x 32, 10 classes. */
const vgg8: readonly ConvLayer[] = [
  conv(3, 128, 3, 32),
  conv(128, 128, 3, 32),
  conv(128, 256, 3, 16),
  conv(256, 256, 3, 16),
  conv(256, 512, 3, 8),
  conv(512, 512, 3, 8),
  conv(8192, 1024, 1, 1),
  conv(1024, 10, 1, 1),
];

export const networks = { yolo, tinyYolo, resnet18, vgg8 } as const;

export interface NetworkSize {
  readonly weights: number;
  readonly macs: number;
  /** Weights of the trainable residual convolutions, and of the fixed 1x1 layers before and behind them. */
  readonly branchWeights: number;
  readonly fixedWeights: number;
  /** Multiply-accumulates of both. */
  readonly branchMacs: number;
}

/** Layers that get a residual branch: more than 1x1, and channels enough to divide. */
export const hasBranch = ({ kernel, inputs }: ConvLayer): boolean => kernel > 1 && inputs >= 16;

/**
 * A network and its residual branches: inputs compressed to a part of their channels by a 1x1 layer, convolved
 * to a part of the outputs, expanded by another.
 * @param ratio channels over channels of the branch, on both sides
 */
export function sizeOf(layers: readonly ConvLayer[], ratio: number): NetworkSize {
  const size = { weights: 0, macs: 0, branchWeights: 0, fixedWeights: 0, branchMacs: 0 };
  for (const layer of layers) {
    const { inputs, outputs, kernel, side } = layer;
    const weights = inputs * outputs * kernel ** 2;
    size.weights += weights;
    size.macs += weights * side ** 2;
    if (!hasBranch(layer)) continue;
    const trainable = weights / ratio ** 2;
    const fixed = (inputs ** 2 + outputs ** 2) / ratio;
    size.branchWeights += trainable;
    size.fixedWeights += fixed;
    size.branchMacs += (trainable + fixed) * side ** 2;
  }
  return size;
}
