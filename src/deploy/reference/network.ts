/**
 * The readable executor of a whole network in one mapping, byte for byte what firmware and engines
 * must give. `src/deploy/fast` computes the same faster and is compared with this.
 */
import { inputName } from '../graph/float-graph.js';
import type {
  NetworkPlan,
  PlannedAdd,
  PlannedConvolution,
  PlannedDepthwise,
  PlannedLayer,
  PlannedPool,
} from '../graph/network-plan.js';
import { elements, isPoint, type CodeKind, type MapSize, type Window } from '../graph/tensor.js';
import { exactRequantiser } from './arithmetic.js';
import { pointwise, type Codes } from './layers.js';

/** Codes of a tensor, HWC. */
export type NetworkCodes = Int8Array | Uint8Array | Int32Array;

/** Every tensor by the name of its layer; the picture as `input`. */
export type NetworkTensors = ReadonlyMap<string, NetworkCodes>;

/** @param input codes of the picture, see quantisePicture */
export function executeNetwork(plan: NetworkPlan, input: Codes): NetworkTensors {
  const tensors = new Map<string, NetworkCodes>([[inputName, input]]);
  const sizes = new Map<string, MapSize>([[inputName, plan.input]]);
  for (const layer of plan.layers) {
    const inputs = layer.inputs.map((name) => tensors.get(name)! as Codes);
    tensors.set(layer.name, executeLayer(layer, inputs, sizes.get(layer.inputs[0]!)!));
    sizes.set(layer.name, layer.output);
  }
  return tensors;
}

/** One layer; `size` is that of its first input. */
export function executeLayer(
  layer: PlannedLayer,
  inputs: readonly Codes[],
  size: MapSize,
): NetworkCodes {
  switch (layer.kind) {
    case 'convolution':
      return convolution(layer, inputs[0]!, size);
    case 'depthwise':
      return depthwise(layer, inputs[0]!, size);
    case 'add':
      return add(layer, inputs[0]!, inputs[1]!);
    case 'average-pool':
      return averagePool(layer, inputs[0]!, size);
  }
}

export function codesOf(kind: CodeKind, length: number): NetworkCodes {
  if (kind === 'int32') return new Int32Array(length);
  return kind === 'int8' ? new Int8Array(length) : new Uint8Array(length);
}

/** A row of outputs at a time: its windows as a matrix [pixels][rows], times the weights. */
function convolution(layer: PlannedConvolution, input: Codes, size: MapSize): NetworkCodes {
  const { height, width, channels, kind } = layer.output;
  if (isPoint(layer.window)) return product(layer, input);
  const out = codesOf(kind, elements(layer.output));
  for (let y = 0; y < height; y += 1) {
    out.set(product(layer, windows(layer, input, size, y)), y * width * channels);
  }
  return out;
}

function product(layer: PlannedConvolution, input: Codes): NetworkCodes {
  const { rows, weights, requantisation, array } = layer;
  const cols = layer.output.channels;
  const out = codesOf(layer.output.kind, (input.length / rows) * cols);
  return pointwise({ rows, cols, weights, requantisation, array }, input, out);
}

/** Input codes under the windows of one row of outputs, [width][kernel rows][columns][channels]. */
function windows(layer: PlannedConvolution, input: Codes, size: MapSize, y: number): Codes {
  const { window: w, rows } = layer;
  const { channels } = size;
  const { width } = layer.output;
  const out =
    input instanceof Int8Array ? new Int8Array(width * rows) : new Uint8Array(width * rows);
  for (let x = 0; x < width; x += 1) {
    eachTap(w, size, y, x, (tap, pixel) => {
      out.set(input.subarray(pixel * channels, (pixel + 1) * channels), x * rows + tap * channels);
    });
  }
  return out;
}

/** Calls `visit(tap, input pixel)` for the taps of an output pixel that lie on the map. */
function eachTap(
  w: Window,
  size: MapSize,
  y: number,
  x: number,
  visit: (tap: number, pixel: number) => void,
): void {
  for (let ky = 0; ky < w.kernelHeight; ky += 1) {
    const iy = y * w.strideY - w.padTop + ky;
    if (iy < 0 || iy >= size.height) continue;
    for (let kx = 0; kx < w.kernelWidth; kx += 1) {
      const ix = x * w.strideX - w.padLeft + kx;
      if (ix < 0 || ix >= size.width) continue;
      visit(ky * w.kernelWidth + kx, iy * size.width + ix);
    }
  }
}

function depthwise(layer: PlannedDepthwise, input: Codes, size: MapSize): NetworkCodes {
  const { window, weights } = layer;
  const { height, width, channels, kind } = layer.output;
  const largest = window.kernelHeight * window.kernelWidth * 255 * 128;
  const requantise = exactRequantiser(layer.requantisation, largest);
  const out = codesOf(kind, height * width * channels);
  const sums = new Int32Array(channels);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += channels) {
      sums.fill(0);
      eachTap(window, size, y, x, (tap, pixel) => {
        const from = pixel * channels;
        const w = tap * channels;
        for (let c = 0; c < channels; c += 1) sums[c]! += input[from + c]! * weights[w + c]!;
      });
      for (let c = 0; c < channels; c += 1) out[at + c] = requantise(sums[c]!, c);
    }
  }
  return out;
}

const clip = (q: number, lo: number, hi: number): number => (q < lo ? lo : q > hi ? hi : q);

function add(layer: PlannedAdd, a: Codes, b: Codes): NetworkCodes {
  const { mul, shift, lo, hi } = layer;
  const half = 2 ** (shift - 1);
  const out = codesOf(layer.output.kind, a.length);
  for (let i = 0; i < a.length; i += 1) {
    const sum = a[i]! * mul[0] + b[i]! * mul[1] + half;
    out[i] = clip(Math.floor(sum / 2 ** shift), lo, hi);
  }
  return out;
}

function averagePool(layer: PlannedPool, input: Codes, size: MapSize): NetworkCodes {
  const { window, mul, shift, lo, hi } = layer;
  const { height, width, channels, kind } = layer.output;
  const half = 2 ** (shift - 1);
  const out = codesOf(kind, height * width * channels);
  const sums = new Int32Array(channels);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += channels) {
      sums.fill(0);
      eachTap(window, size, y, x, (_, pixel) => {
        for (let c = 0; c < channels; c += 1) sums[c]! += input[pixel * channels + c]!;
      });
      for (let c = 0; c < channels; c += 1) {
        out[at + c] = clip(Math.floor((sums[c]! * mul + half) / 2 ** shift), lo, hi);
      }
    }
  }
  return out;
}
