/** Bottlenecks of any size with made-up weights, for sizes that the network does not have. */
import type { BlockSource } from './block-source.js';
import { runBottleneck } from './network/float-executor.js';
import type { Bottleneck, Convolution, FeatureMap } from './network/graph.js';
import type { WeightBits } from './quantise/block.js';
import { quantiseBlock } from './quantise/quantise-block.js';
import { quantiseSigned } from './quantise/statistics.js';
import type { SyntheticShape } from './synthetic-shape.js';

/** Calibration inputs; the input that is run is another one. */
const calibrationMaps = 3;

const made = new Map<string, BlockSource>();

/**
 * The block with seeded weights and activations of about normal distribution, quantised by rounding. Weights are
 * scaled such that activations keep their size from layer to layer, as in a trained network.
 */
export function syntheticBlock(shape: SyntheticShape, weightBits: WeightBits): BlockSource {
  const name = nameOf(shape);
  const key = `${name} ${weightBits}`;
  const known = made.get(key);
  if (known) return known;
  const random = new Noise(1);
  const block = makeBlock(shape, random);
  const inputs = Array.from({ length: calibrationMaps + 1 }, () => makeMap(shape, random));
  const measured = inputs.pop()!;
  const quantised = quantiseBlock(block, inputs, { weightBits, method: 'naive' });
  const source: BlockSource = {
    name,
    quantised,
    calibration: inputs.map((map) => quantiseSigned(map.data, quantised.inputScale)),
    input: {
      picture: 'synthetic activations',
      real: measured.data,
      realOutput: runBottleneck(block, measured).output.data,
    },
    provenance: {
      weights: 'synthetic, from a seeded generator',
      licence: 'none needed',
      picture: 'synthetic activations, from the same generator',
      calibration: `${calibrationMaps} synthetic inputs`,
    },
  };
  made.set(key, source);
  return source;
}

const nameOf = (s: SyntheticShape): string => `${s.height}x${s.width}x${s.channels}x${s.hidden}`;

/** Sums of twelve uniform numbers: about normal, mean 0, variance 1, the same on every machine. */
class Noise {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  next(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.uniform();
    return sum;
  }

  private uniform(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) / 2 ** 32;
  }
}

function array(length: number, random: Noise, scale: number): Float32Array {
  return Float32Array.from({ length }, () => random.next() * scale);
}

const makeMap = ({ height, width, channels }: SyntheticShape, random: Noise): FeatureMap => ({
  height,
  width,
  channels,
  data: array(height * width * channels, random, 1),
});

function makeBlock({ channels, hidden }: SyntheticShape, random: Noise): Bottleneck {
  const pointwise = (
    name: string,
    inputs: number,
    outputs: number,
    relu6: boolean,
  ): Convolution => ({
    name,
    kernel: 1,
    stride: 1,
    inChannels: inputs,
    outChannels: outputs,
    relu6,
    weights: array(inputs * outputs, random, Math.sqrt(2 / inputs)),
    bias: array(outputs, random, 0.1),
  });
  return {
    number: -1,
    expand: pointwise('expand', channels, hidden, true),
    depthwise: {
      name: 'depthwise',
      stride: 1,
      channels: hidden,
      weights: array(9 * hidden, random, Math.sqrt(2 / 9)),
      bias: array(hidden, random, 0.1),
    },
    project: pointwise('project', hidden, channels, false),
    residual: true,
  };
}
