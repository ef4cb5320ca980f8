/** Small networks and pictures made of nothing but a generator of numbers. */
import type { Layer, Model, Scaled, Weights } from '../../src/classifier/model.js';
import type { Labelled } from '../../src/classifier/index.js';

/** Whole numbers from 0 to 2^16 - 1. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    return (state >>> 13) & 0xffff;
  };
}

interface Shape {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly inputs: number;
  readonly outputs: number;
}

const weightsOf = (next: () => number, shape: Shape, low: number, high: number): Weights => ({
  ...shape,
  weights: Int8Array.from(
    { length: shape.kernel ** 2 * shape.inputs * shape.outputs },
    () => low + (next() % (high - low + 1)),
  ),
});

/** Factors that spread sums over the codes. */
const scaledOf = (next: () => number, weights: Weights, spread: number): Scaled => ({
  ...weights,
  factor: Array.from({ length: weights.outputs }, () => ((next() % 100) + 50) / spread),
  offset: Array.from({ length: weights.outputs }, () => (next() % 200) / 100 - 0.5),
});

export interface Kind {
  readonly weightBits: number;
  readonly inputLevels: number;
  readonly branches?: boolean;
  readonly channels?: number;
}

/** 12 x 12 pictures: 3 x 3 with border, 3 x 3 at stride 2, dense. */
export function randomModel({
  weightBits,
  inputLevels,
  branches = false,
  channels = 1,
}: Kind): Model {
  const next = numbers(weightBits * 31 + inputLevels);
  const high = weightBits === 8 ? 119 : 2 ** (weightBits - 1) - 1;
  const low = weightBits === 8 ? -119 : -high - 1;
  const spread = 4 * (high + 1) * 4;
  const layer = (shape: Shape, last = false): Layer => ({
    ...scaledOf(next, weightsOf(next, shape, low, high), spread),
    high: last ? 0 : inputLevels,
  });
  const first = layer({ kernel: 3, stride: 1, pad: 1, inputs: channels, outputs: 8 });
  const second = layer({ kernel: 3, stride: 2, pad: 1, inputs: 8, outputs: 12 });
  const pointwise = { kernel: 1, stride: 1, pad: 0 };
  const branch = {
    compress: scaledOf(
      next,
      weightsOf(next, { ...pointwise, inputs: 8, outputs: 2 }, low, high),
      spread,
    ),
    res: scaledOf(
      next,
      weightsOf(next, { kernel: 3, stride: 2, pad: 1, inputs: 2, outputs: 3 }, low, high),
      spread,
    ),
    decompress: weightsOf(next, { ...pointwise, inputs: 3, outputs: 12 }, low, high),
  };
  return {
    name: 'random',
    data: 'none',
    side: 12,
    channels,
    classes: 5,
    inputLevels,
    weightBits,
    layers: [
      first,
      branches ? { ...second, branch } : second,
      layer({ kernel: 6, stride: 1, pad: 0, inputs: 12, outputs: 5 }, true),
    ],
    training: {},
  };
}

export function randomPictures(count: number, channels = 1): Labelled {
  const next = numbers(7);
  const pixels = Uint8Array.from({ length: count * 144 * channels }, () =>
    next() % 3 === 0 ? 0 : next() % 256,
  );
  return { count, pixels, labels: Uint8Array.from({ length: count }, () => next() % 5) };
}
