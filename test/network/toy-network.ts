/** Small random networks of every kind of layer; ranges follow from running the layers on a picture. */
import type {
  NetworkPlan,
  PlannedConvolution,
  PlannedDepthwise,
  PlannedLayer,
} from '../../src/deploy/graph/network-plan.js';
import {
  pointWindow,
  type CodeKind,
  type CodeTensor,
  type Window,
} from '../../src/deploy/graph/tensor.js';
import { publishedSpans } from '../../src/deploy/pack/tile-and-pack.js';
import { oracle, type Values } from './oracle.js';

export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  /** A whole number from lo to hi. */
  from(lo: number, hi: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return lo + Math.floor((this.state / 2 ** 32) * (hi - lo + 1));
  }
}

export const window3 = (stride: 1 | 2, size: number): Window => ({
  kernelHeight: 3,
  kernelWidth: 3,
  strideY: stride,
  strideX: stride,
  padTop: stride === 2 && size % 2 === 0 ? 0 : 1,
  padLeft: stride === 2 && size % 2 === 0 ? 0 : 1,
});

const limits: Record<CodeKind, readonly [number, number]> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int32: [-(2 ** 31), 2 ** 31 - 1],
};

export interface ToyOptions {
  readonly seed: number;
  readonly side: number;
  readonly cellsPerWeight: 1 | 2;
  /** Rows of an array. */
  readonly rows: number;
  readonly ideal?: boolean;
  /** true: ranges from the sizes alone, for networks too large to be run here layer by layer. */
  readonly estimate?: boolean;
  /** true: multipliers of the first layer with which its sums stay within 32 bits. */
  readonly narrow?: boolean;
}

/** Adds layers one by one, each with ranges that suit what comes out of the layers before. */
export class ToyBuilder {
  readonly layers: PlannedLayer[] = [];
  readonly random: Random;
  readonly input: NetworkPlan['input'];
  readonly picture: Values;
  last = 'input';

  constructor(readonly options: ToyOptions) {
    this.random = new Random(options.seed);
    const { side } = options;
    this.input = {
      height: side,
      width: side,
      channels: 3,
      kind: 'uint8',
      scale: 1,
      factor: 1,
      offset: 0,
    };
    this.picture = Array.from({ length: side * side * 3 }, () => this.random.from(0, 255));
  }

  size(name: string): CodeTensor {
    return this.layers.find((layer) => layer.name === name)?.output ?? this.input;
  }

  plan(outputs: readonly string[] = [this.last]): NetworkPlan {
    return {
      name: 'toy',
      mapping: 'ima-dw',
      ideal: this.options.ideal === true,
      input: this.input,
      layers: this.layers,
      outputs,
      tail: { kind: 'features' },
    };
  }

  convolution(
    cols: number,
    kind: CodeKind,
    options: { window?: Window; unit?: 'array' | 'harts'; from?: string } = {},
  ): this {
    const { window = pointWindow, unit = 'array', from = this.last } = options;
    const input = this.size(from);
    const rows = window.kernelHeight * window.kernelWidth * input.channels;
    const { cellsPerWeight } = this.options;
    const bits = unit === 'array' && cellsPerWeight === 1 ? 4 : 8;
    const top = bits === 4 ? 7 : 119;
    const output = this.outputSize(input, window, cols, kind);
    const layer: PlannedConvolution = {
      kind: 'convolution',
      name: `layer${this.layers.length}`,
      inputs: [from],
      output,
      unit,
      window,
      inChannels: input.channels,
      rows,
      weights: Int8Array.from({ length: rows * cols }, () => this.random.from(-top, top)),
      weightBits: bits,
      requantisation: identity(cols),
      array:
        unit === 'array'
          ? { cellsPerWeight, converter: undefined, spans: publishedSpans(rows, this.options) }
          : undefined,
    };
    return this.put(this.withConverter(layer));
  }

  depthwise(stride: 1 | 2, unit: 'depthwise' | 'harts' = 'depthwise'): this {
    const input = this.size(this.last);
    const { channels } = input;
    const window = window3(stride, input.height);
    const layer: PlannedDepthwise = {
      kind: 'depthwise',
      name: `layer${this.layers.length}`,
      inputs: [this.last],
      output: this.outputSize(input, window, channels, 'uint8'),
      unit,
      window,
      weights: Int8Array.from({ length: 9 * channels }, () => this.random.from(-127, 127)),
      requantisation: identity(channels),
    };
    return this.put(layer);
  }

  add(other: string): this {
    const output = this.size(other);
    this.layers.push({
      kind: 'add',
      name: `layer${this.layers.length}`,
      inputs: [other, this.last],
      output,
      unit: 'harts',
      mul: [this.random.from(100_000, 200_000), this.random.from(100_000, 200_000)],
      shift: 18,
      lo: -128,
      hi: 127,
    });
    this.last = this.layers.at(-1)!.name;
    return this;
  }

  pool(): this {
    const input = this.size(this.last);
    const pixels = input.height * input.width;
    this.layers.push({
      kind: 'average-pool',
      name: `layer${this.layers.length}`,
      inputs: [this.last],
      output: { ...input, height: 1, width: 1 },
      unit: 'harts',
      window: { ...pointWindow, kernelHeight: input.height, kernelWidth: input.width },
      mul: Math.round(2 ** 20 / pixels),
      shift: 20,
      lo: 0,
      hi: 255,
    });
    this.last = this.layers.at(-1)!.name;
    return this;
  }

  private outputSize(input: CodeTensor, w: Window, channels: number, kind: CodeKind): CodeTensor {
    const same = w.kernelHeight === 3;
    const size = (n: number): number =>
      same ? Math.ceil(n / w.strideY) : Math.floor((n - w.kernelHeight) / w.strideY) + 1;
    return { height: size(input.height), width: size(input.width), channels, kind, scale: 1 };
  }

  /** Mean magnitude of accumulators with a multiplier of one. */
  private spread(layer: PlannedConvolution | PlannedDepthwise): number {
    if (this.options.estimate === true) return estimate(layer);
    const open = { ...layer, output: { ...layer.output, kind: 'int32' as const } };
    const sums = oracle({ ...this.plan(), layers: [...this.layers, open] }, this.picture).get(
      layer.name,
    )!;
    return Math.max(1, sums.reduce((sum, v) => sum + Math.abs(v), 0) / sums.length);
  }

  private withConverter(layer: PlannedConvolution): PlannedConvolution {
    if (layer.array === undefined || this.options.ideal === true) return layer;
    const spread = this.spread(layer) / (layer.array.cellsPerWeight === 2 ? 16 : 1);
    const step = Math.max(1, spread / 40);
    const converter = { m: Math.round(2 ** 16 / step), r: 16, lo: -128, hi: 127 };
    return { ...layer, array: { ...layer.array, converter } };
  }

  private put(layer: PlannedConvolution | PlannedDepthwise): this {
    const { kind, channels } = layer.output;
    const [lo, hi] = limits[kind];
    const gain = (kind === 'int32' ? 1000 : kind === 'int8' ? 40 : 60) / this.spread(layer);
    const narrow = this.options.narrow === true && this.layers.length === 0;
    const shift = (narrow ? 9 : 20) - Math.floor(Math.log2(gain));
    const mul = Int32Array.from({ length: channels }, () =>
      Math.round(gain * 2 ** shift * (0.6 + this.random.from(0, 80) / 100)),
    );
    const bias = BigInt64Array.from(
      { length: channels },
      () => BigInt(this.random.from(-20, 20)) * 2n ** BigInt(shift),
    );
    this.layers.push({ ...layer, requantisation: { mul, bias, shift, lo, hi } });
    this.last = layer.name;
    return this;
  }
}

/** Accumulators of uniform weights and inputs around 60. */
function estimate(layer: PlannedConvolution | PlannedDepthwise): number {
  const rows = layer.kind === 'convolution' ? layer.rows : 9;
  const top = layer.kind === 'convolution' && layer.weightBits === 4 ? 7 : 119;
  return 60 * (top / 1.7) * Math.sqrt(rows);
}

/** q = acc. */
const identity = (channels: number) => ({
  mul: new Int32Array(channels).fill(2),
  bias: new BigInt64Array(channels),
  shift: 1,
  lo: -(2 ** 31),
  hi: 2 ** 31 - 1,
});

/** The 66 layers of MobileNetV2 1.0 with five classes behind two dense layers, at any even size. */
export function mobilenetShape(options: ToyOptions): ToyBuilder {
  const net = new ToyBuilder({ ...options, estimate: true });
  net.convolution(32, 'uint8', { window: window3(2, options.side), unit: 'harts' });
  net.depthwise(1).convolution(16, 'int8');
  const stages = [
    [24, 2, 2],
    [32, 3, 2],
    [64, 4, 2],
    [96, 3, 1],
    [160, 3, 2],
    [320, 1, 1],
  ] as const;
  for (const [channels, repeats, stride] of stages) {
    for (let n = 0; n < repeats; n++) {
      const skip = net.last;
      net.convolution(6 * net.size(skip).channels, 'uint8');
      net.depthwise(n === 0 ? stride : 1).convolution(channels, 'int8');
      if (n > 0) net.add(skip);
    }
  }
  net.convolution(1280, 'uint8').pool();
  net.convolution(256, 'uint8', { unit: 'harts' }).convolution(128, 'uint8', { unit: 'harts' });
  return net.convolution(5, 'int32', { unit: 'harts' });
}

/** First convolution, bottlenecks with every stride and with a residual, last convolution, pool, classes. */
export function toyNetwork(options: ToyOptions): ToyBuilder {
  const toy = new ToyBuilder(options);
  toy.convolution(16, 'uint8', { window: window3(2, options.side), unit: 'harts' });
  toy.depthwise(1).convolution(8, 'int8');
  toy.convolution(48, 'uint8').depthwise(2).convolution(16, 'int8');
  const skip = toy.last;
  toy.convolution(96, 'uint8').depthwise(1).convolution(16, 'int8').add(skip);
  return toy.convolution(64, 'uint8').pool().convolution(5, 'int32', { unit: 'harts' });
}
