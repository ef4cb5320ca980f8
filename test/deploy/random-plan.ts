import type { NetworkPlan, PlannedLayer } from '../../src/deploy/graph/network-plan.js';
import type { CodeKind, CodeTensor, Window } from '../../src/deploy/graph/tensor.js';
import type { Requantisation } from '../../src/deploy/quantise/requantise.js';
import type { Sequence } from './sequence.js';

/**
 * A network of random layers with random integers, of every kind, unit and width, with sizes that
 * are no multiple of anything.
 */
export function randomPlan(random: Sequence): NetworkPlan {
  const kind = random.of(['int8', 'uint8'] as const);
  const input = {
    height: random.between(3, 9),
    width: random.between(3, 9),
    channels: random.between(1, 37),
    kind,
    scale: 1,
    factor: 1,
    offset: 0,
  };
  const layers: PlannedLayer[] = [];
  let tensor: CodeTensor = input;
  let name = 'input';
  for (let i = 0; i < 6; i += 1) {
    const made = randomLayer(random, `layer ${i}`, name, tensor);
    layers.push(made);
    const before = tensor;
    tensor = made.output;
    const same = before.height === tensor.height && before.width === tensor.width;
    if (same && before.channels === tensor.channels) {
      const skipped = randomAdd(random, `add ${i}`, [name, made.name], tensor);
      layers.push(skipped);
      tensor = skipped.output;
    }
    name = layers.at(-1)!.name;
  }
  const last = denseLayer(random, name, tensor);
  layers.push(last);
  return {
    name: 'random',
    mapping: 'ima-dw',
    ideal: false,
    input,
    layers,
    outputs: [last.name],
    tail: { kind: 'classifier', labels: [], softmax: false },
  };
}

function randomLayer(random: Sequence, name: string, from: string, x: CodeTensor): PlannedLayer {
  const choice = random.of(['point', 'point', 'convolution', 'depthwise', 'pool'] as const);
  if (choice === 'point') return pointLayer(random, name, from, x);
  const window = randomWindow(random, x, choice !== 'pool');
  const side = (size: number, kernel: number, stride: number, pad: number): number =>
    Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const output: CodeTensor = {
    height: side(x.height, window.kernelHeight, window.strideY, window.padTop),
    width: side(x.width, window.kernelWidth, window.strideX, window.padLeft),
    channels: choice === 'convolution' ? random.between(1, 21) : x.channels,
    kind: random.of(['int8', 'uint8'] as const),
    scale: 1,
  };
  const { lo, hi } = limitsOf(output.kind);
  const base = { name, inputs: [from], output, unit: 'harts' } as const;
  const taps = window.kernelHeight * window.kernelWidth;
  if (choice === 'pool') {
    const shift = random.between(10, 22);
    const mul = Math.round(2 ** shift / taps / random.between(1, 3));
    return { ...base, kind: 'average-pool', window, mul, shift, lo, hi };
  }
  if (choice === 'depthwise') {
    const weights = weightsOf(random, taps * x.channels, 8);
    const requantisation = tables(random, x.channels, output.kind, taps);
    return { ...base, kind: 'depthwise', window, weights, requantisation };
  }
  const rows = taps * x.channels;
  return {
    ...base,
    kind: 'convolution',
    window,
    inChannels: x.channels,
    rows,
    weights: weightsOf(random, rows * output.channels, 8),
    weightBits: 8,
    requantisation: tables(random, output.channels, output.kind, rows),
    array: undefined,
  };
}

function pointLayer(random: Sequence, name: string, from: string, x: CodeTensor): PlannedLayer {
  const output: CodeTensor = {
    ...x,
    channels: random.between(0, 3) === 0 ? x.channels : random.between(1, 41),
    kind: random.of(['int8', 'uint8'] as const),
    scale: 1,
  };
  const rows = x.channels;
  const bits = random.of([4, 8] as const);
  const cut = random.between(1, rows);
  const spans =
    cut === rows
      ? [{ first: 0, rows }]
      : [
          { first: 0, rows: cut },
          { first: cut, rows: rows - cut },
        ];
  const r = random.between(14, 24);
  const converter = { m: random.between(1 << 14, (1 << 15) - 1), r, lo: -128, hi: 127 };
  return {
    name,
    inputs: [from],
    output,
    kind: 'convolution',
    unit: 'array',
    window: onePixel,
    inChannels: rows,
    rows,
    weights: weightsOf(random, rows * output.channels, bits),
    weightBits: bits,
    requantisation: tables(random, output.channels, output.kind, rows),
    array: {
      cellsPerWeight: bits === 4 ? 1 : 2,
      spans,
      converter: random.between(0, 3) === 0 ? undefined : converter,
    },
  };
}

/** A dense layer over what is left of the map, with an int32 output. */
function denseLayer(random: Sequence, from: string, x: CodeTensor): PlannedLayer {
  const rows = x.height * x.width * x.channels;
  const output: CodeTensor = { height: 1, width: 1, channels: 5, kind: 'int32', scale: 1 };
  return {
    name: 'dense',
    inputs: [from],
    output,
    kind: 'convolution',
    unit: 'harts',
    window: { ...onePixel, kernelHeight: x.height, kernelWidth: x.width },
    inChannels: x.channels,
    rows,
    weights: weightsOf(random, rows * 5, 8),
    weightBits: 8,
    requantisation: tables(random, 5, 'int32', 1),
    array: undefined,
  };
}

function randomAdd(
  random: Sequence,
  name: string,
  inputs: readonly [string, string],
  x: CodeTensor,
): PlannedLayer {
  const output: CodeTensor = { ...x, kind: random.of(['int8', 'uint8'] as const) };
  const mul = [random.between(1, (1 << 20) - 1), random.between(1, (1 << 20) - 1)] as const;
  const shift = random.between(15, 30);
  return { name, inputs, output, kind: 'add', unit: 'harts', mul, shift, ...limitsOf(output.kind) };
}

const onePixel: Window = {
  kernelHeight: 1,
  kernelWidth: 1,
  strideY: 1,
  strideX: 1,
  padTop: 0,
  padLeft: 0,
};

function randomWindow(random: Sequence, x: CodeTensor, pads: boolean): Window {
  const kernelHeight = random.between(1, Math.min(3, x.height));
  const kernelWidth = random.between(1, Math.min(4, x.width));
  return {
    kernelHeight,
    kernelWidth,
    strideY: random.between(1, 2),
    strideX: random.between(1, 2),
    padTop: pads ? random.between(0, kernelHeight - 1) : 0,
    padLeft: pads ? random.between(0, kernelWidth - 1) : 0,
  };
}

function limitsOf(kind: CodeKind): { lo: number; hi: number } {
  if (kind === 'int32') return { lo: -(2 ** 31), hi: 2 ** 31 - 1 };
  return kind === 'int8' ? { lo: -128, hi: 127 } : { lo: 0, hi: 255 };
}

const weightsOf = (random: Sequence, count: number, bits: 4 | 8): Int8Array =>
  Int8Array.from({ length: count }, () =>
    bits === 4 ? random.between(-8, 7) : random.between(-119, 119),
  );

/** Tables that map sums of `rows` products onto and beyond the range of the output. */
function tables(random: Sequence, cols: number, kind: CodeKind, rows: number): Requantisation {
  const shift = random.between(20, 40);
  const gain = kind === 'int32' ? 2 ** -14 : 1 / (400 * Math.sqrt(rows));
  const top = Math.min(2 ** 23, Math.max(2, Math.round(gain * 2 ** shift)));
  const half = 2 ** Math.min(50, shift + 6);
  return {
    mul: Int32Array.from({ length: cols }, () => random.between(-top, top)),
    bias: BigInt64Array.from({ length: cols }, () => BigInt(random.between(-half, half))),
    shift,
    ...limitsOf(kind),
  };
}
