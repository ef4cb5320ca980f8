/**
 * A random bottleneck and what it must compute, by plain formulas that are written here once more:
 * every tensor of every mapping, converters included. Nothing of src/deploy is used but the layout.
 */
import { Random } from './random.js';

export interface Shape {
  inH: number;
  inW: number;
  inC: number;
  hiddenC: number;
  outC: number;
  stride: 1 | 2;
  expand: boolean;
  residual: boolean;
}

export type Mapping = 'cores' | 'pulp-nn' | 'best' | 'ima-cores' | 'ima-only' | 'ima-dw';

export interface Requant {
  mul: Int32Array;
  bias: bigint[];
  shift: number;
  lo: number;
  hi: number;
}

/** Where the layer runs on the IMA: outputs of a column tile, inputs of a row tile. */
export interface Cut {
  cols: number;
  rows: number;
}

export interface Layer {
  /** [cols][rows], or [9][channels] */
  weights: Int16Array;
  /** Those of a depth-wise layer have 8 bits always. */
  weightBits: 4 | 8;
  rows: number;
  cols: number;
  inSigned: boolean;
  outSigned: boolean;
  requant: Requant;
  adc: { m: number; r: number };
  cut: Cut | undefined;
}

export interface Block {
  shape: Shape;
  mapping: Mapping;
  /** Of the pointwise layers. */
  weightBits: 4 | 8;
  outH: number;
  outW: number;
  padTop: number;
  padLeft: number;
  input: Int16Array;
  expand: Layer | undefined;
  depthwise: Layer;
  project: Layer;
  residual: { mulSkip: number; mulBranch: number; shift: number } | undefined;
}

/** TensorFlow SAME padding: the smaller half above and on the left. */
function padBefore(size: number, stride: number): number {
  const out = Math.ceil(size / stride);
  return Math.floor(Math.max((out - 1) * stride + 3 - size, 0) / 2);
}

function requant(
  random: Random,
  channels: number,
  spread: number,
  signed: boolean,
  narrow: boolean,
): Requant {
  // spread = expected size of the accumulator; it shall map to about 80 of 8 bits. The multipliers of kernels
  // with CORE-V are below 2^30.
  const most = narrow ? Math.floor(29.5 - Math.log2((80 / spread) * 1.4)) : 40;
  const shift = Math.min(random.between(33, 40), most);
  const scale = (80 / spread) * 2 ** shift;
  return {
    mul: Int32Array.from({ length: channels }, () =>
      Math.round((scale * random.between(60, 140)) / 100),
    ),
    bias: Array.from({ length: channels }, () => BigInt(random.between(-60, 100)) << BigInt(shift)),
    shift,
    lo: signed ? -128 : 0,
    hi: signed ? 127 : 255,
  };
}

export function randomBlock(
  seed: number,
  shape: Shape,
  mapping: Mapping,
  weightBits: 4 | 8,
  cuts: { pointwise: Cut; depthwiseChannels: number },
): Block {
  const random = new Random(seed);
  const onIma = mapping.startsWith('ima');
  const xcv = mapping === 'pulp-nn' || mapping === 'best' || mapping === 'ima-cores';
  const layer = (
    rows: number,
    cols: number,
    terms: number,
    inSigned: boolean,
    outSigned: boolean,
    cut: Cut | undefined,
    weights: number,
    bits: 4 | 8,
  ): Layer => {
    const limit = bits === 4 ? 7 : 119;
    const column = Math.sqrt(Math.min(terms, cut?.rows ?? terms)) * 100 * 4;
    const code = 40;
    const spread = cut
      ? Math.sqrt(Math.ceil(terms / cut.rows)) * code * (bits === 8 ? 16 : 1)
      : Math.sqrt(terms) * 100 * limit * 0.5;
    return {
      weights: random.bytes(weights, -limit, limit),
      weightBits: bits,
      rows,
      cols,
      inSigned,
      outSigned,
      requant: requant(random, cols, spread, outSigned, xcv && cut === undefined),
      adc: { m: Math.round((code / column) * 2 ** 20), r: 20 },
      cut,
    };
  };
  const { inC, hiddenC, outC, inH, inW, stride } = shape;
  const cut = onIma ? cuts.pointwise : undefined;
  const dwCut =
    mapping === 'ima-only'
      ? { cols: cuts.depthwiseChannels, rows: 9 * cuts.depthwiseChannels }
      : undefined;
  return {
    shape,
    mapping,
    weightBits,
    outH: Math.ceil(inH / stride),
    outW: Math.ceil(inW / stride),
    padTop: padBefore(inH, stride),
    padLeft: padBefore(inW, stride),
    input: random.bytes(inH * inW * inC, -128, 127),
    expand: shape.expand
      ? layer(inC, hiddenC, inC, true, false, cut, inC * hiddenC, weightBits)
      : undefined,
    depthwise: layer(9, hiddenC, 9, !shape.expand, false, dwCut, 9 * hiddenC, 8),
    project: layer(hiddenC, outC, hiddenC, false, true, cut, hiddenC * outC, weightBits),
    residual: shape.residual ? { mulSkip: 300_001, mulBranch: 222_222, shift: 19 } : undefined,
  };
}

const clip = (value: number, lo: number, hi: number): number => Math.max(lo, Math.min(hi, value));

function requantise(acc: number, rq: Requant, c: number): number {
  const rounding = 1n << BigInt(rq.shift - 1);
  const q = (BigInt(acc) * BigInt(rq.mul[c]) + rq.bias[c] + rounding) >> BigInt(rq.shift);
  return Number(q < BigInt(rq.lo) ? BigInt(rq.lo) : q > BigInt(rq.hi) ? BigInt(rq.hi) : q);
}

/** 16 hi + lo, both in -8..7. */
export function nibbles(weight: number): [number, number] {
  const lo = ((weight + 8) & 15) - 8;
  return [(weight - lo) / 16, lo];
}

function converted(sum: number, adc: Layer['adc']): number {
  const size = Number(
    (BigInt(Math.abs(sum)) * BigInt(adc.m) + (1n << BigInt(adc.r - 1))) >> BigInt(adc.r),
  );
  return clip(sum < 0 ? -size : size, -128, 127);
}

/** Dot product of an input vector with the weights of one output, as the layer's unit computes it. */
function accumulate(layer: Layer, inputs: number[], weights: number[]): number {
  const { cut } = layer;
  if (!cut) return inputs.reduce((sum, x, i) => sum + x * weights[i], 0);
  let acc = 0;
  for (let first = 0; first < inputs.length; first += cut.rows) {
    let whole = 0;
    let hi = 0;
    let lo = 0;
    for (let i = first; i < Math.min(first + cut.rows, inputs.length); i++) {
      const [h, l] = nibbles(weights[i]);
      whole += inputs[i] * weights[i];
      hi += inputs[i] * h;
      lo += inputs[i] * l;
    }
    acc +=
      layer.weightBits === 4
        ? converted(whole, layer.adc)
        : 16 * converted(hi, layer.adc) + converted(lo, layer.adc);
  }
  return acc;
}

function pointwise(layer: Layer, input: Int16Array): Int16Array {
  const pixels = input.length / layer.rows;
  const out = new Int16Array(pixels * layer.cols);
  for (let p = 0; p < pixels; p++) {
    const x = [...input.subarray(p * layer.rows, (p + 1) * layer.rows)];
    for (let c = 0; c < layer.cols; c++) {
      const w = [...layer.weights.subarray(c * layer.rows, (c + 1) * layer.rows)];
      out[p * layer.cols + c] = requantise(accumulate(layer, x, w), layer.requant, c);
    }
  }
  return out;
}

function depthwise(block: Block, input: Int16Array): Int16Array {
  const { inH, inW, stride } = block.shape;
  const layer = block.depthwise;
  const channels = layer.cols;
  const out = new Int16Array(block.outH * block.outW * channels);
  for (let y = 0; y < block.outH; y++)
    for (let x = 0; x < block.outW; x++)
      for (let c = 0; c < channels; c++) {
        const window: number[] = [];
        const weights: number[] = [];
        for (let tap = 0; tap < 9; tap++) {
          const row = y * stride - block.padTop + Math.floor(tap / 3);
          const col = x * stride - block.padLeft + (tap % 3);
          const inside = row >= 0 && row < inH && col >= 0 && col < inW;
          window.push(inside ? input[(row * inW + col) * channels + c] : 0);
          weights.push(layer.weights[tap * channels + c]);
        }
        // A block-diagonal tile has all nine taps of a channel in one array, so one conversion.
        const acc = accumulate(layer, window, weights);
        out[(y * block.outW + x) * channels + c] = requantise(acc, layer.requant, c);
      }
  return out;
}

/** All tensors, by the names of `probedTensors`. */
export function expectedTensors(block: Block): Record<string, Int16Array> {
  const hidden = block.expand ? pointwise(block.expand, block.input) : block.input;
  const dw = depthwise(block, hidden);
  const project = pointwise(block.project, dw);
  const { residual } = block;
  const output = residual
    ? project.map((branch, i) => {
        const sum = block.input[i] * residual.mulSkip + branch * residual.mulBranch;
        return clip(Math.floor((sum + 2 ** (residual.shift - 1)) / 2 ** residual.shift), -128, 127);
      })
    : project;
  return { expand: hidden, depthwise: dw, project, output };
}
