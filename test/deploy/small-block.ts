import type { BlockSource } from '../../src/deploy/index.js';
import type { QuantisedLayer } from '../../src/deploy/quantise/block.js';
import { Sequence } from './sequence.js';

export interface SmallBlock {
  readonly side: number;
  readonly inChannels: number;
  readonly hidden: number;
  readonly outChannels: number;
  readonly stride: 1 | 2;
  readonly expansion: boolean;
  readonly weights: 4 | 8;
}

/** A quantised block of any size with random numbers, for tests of layout and arithmetic. */
export function smallBlock(b: SmallBlock, seed: number): BlockSource {
  const random = new Sequence(seed);
  const between = (lo: number, hi: number): number => lo + random.below(hi - lo + 1);
  const out = Math.ceil(b.side / b.stride);
  const pad = b.stride === 1 || b.side % 2 === 1 ? 1 : 0;
  const layer = (rows: number, cols: number, bits: 4 | 8): QuantisedLayer => {
    const [lo, hi] = bits === 4 ? [-8, 7] : [-119, 119];
    return {
      weights: Int8Array.from({ length: rows * cols }, () => between(lo, hi)),
      unit: Float64Array.from({ length: cols }, () => (1 + random.below(100) / 50) / (rows * hi)),
      bias: Float64Array.from({ length: cols }, () => between(-20, 20)),
      outScale: 0.5,
    };
  };
  const hidden = b.expansion ? b.hidden : b.inChannels;
  const inputs = (): Int8Array =>
    Int8Array.from({ length: b.side * b.side * b.inChannels }, () => between(-128, 127));
  const hasResidual = b.stride === 1 && b.inChannels === b.outChannels;
  return {
    quantised: {
      shape: {
        number: b.expansion ? 7 : 0,
        inHeight: b.side,
        inWidth: b.side,
        inChannels: b.inChannels,
        hiddenChannels: hidden,
        outHeight: out,
        outWidth: out,
        outChannels: b.outChannels,
        stride: b.stride,
        padTop: pad,
        padLeft: pad,
        hasExpansion: b.expansion,
        hasResidual,
      },
      weightBits: b.weights,
      inputScale: 1,
      outputScale: 0.75,
      ...(b.expansion ? { expand: layer(b.inChannels, hidden, b.weights) } : {}),
      depthwise: layer(9, hidden, 8),
      project: layer(hidden, b.outChannels, b.weights),
    },
    calibration: [inputs(), inputs()],
    input: {
      picture: 'random',
      real: Float32Array.from(inputs()),
      realOutput: new Float32Array(out * out * b.outChannels).fill(1),
    },
    provenance: { weights: 'random', licence: 'none', picture: 'random', calibration: 'random' },
  };
}
