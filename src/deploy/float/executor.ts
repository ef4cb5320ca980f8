/**
 * Runs a float graph: sums in double precision, tensors in single. Written to be read; what it
 * computes is compared with tfjs and onnxruntime.
 */
import { OctobarError } from '../../../emulator/sim/error.js';
import {
  inputName,
  type Activation,
  type AveragePoolNode,
  type ConvolutionNode,
  type DepthwiseNode,
  type FloatGraph,
  type FloatNode,
} from '../graph/float-graph.js';
import { elements, isPoint, type MapSize, type Window } from '../graph/tensor.js';

/** A picture's values, as the network wants them, HWC. */
export function pictureValues(input: FloatGraph['input'], rgb: Uint8Array): Float32Array {
  if (rgb.length !== elements(input)) {
    throw new OctobarError(
      'internal',
      `a picture of ${rgb.length} bytes for an input of ${elements(input)}`,
    );
  }
  return Float32Array.from(rgb, (pixel) => pixel * input.factor + input.offset);
}

/** The tensor of every node, by name; the picture as `input`. */
export type FloatTensors = ReadonlyMap<string, Float32Array>;

/** Runs the whole graph and keeps all tensors. */
export function runFloat(graph: FloatGraph, picture: Float32Array): FloatTensors {
  const tensors = new Map<string, Float32Array>([[inputName, picture]]);
  const sizes = new Map<string, MapSize>([[inputName, graph.input]]);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => tensors.get(name)!);
    tensors.set(node.name, runFloatNode(node, inputs, sizes.get(node.inputs[0]!)!));
    sizes.set(node.name, node.output);
  }
  return tensors;
}

/** One node; `size` is that of its first input. */
export function runFloatNode(
  node: FloatNode,
  inputs: readonly Float32Array[],
  size: MapSize,
): Float32Array {
  const x = inputs[0]!;
  if (node.kind === 'average-pool') return averagePool(node, x, size);
  const out = linearPart(node, inputs, size);
  clampActivation(out, node.activation);
  return out;
}

/** The same before the activation. */
export function linearPart(
  node: Exclude<FloatNode, AveragePoolNode>,
  inputs: readonly Float32Array[],
  size: MapSize,
): Float32Array {
  const x = inputs[0]!;
  switch (node.kind) {
    case 'convolution':
      return isPoint(node.window) ? matrixProduct(node, x) : convolution(node, x, size);
    case 'depthwise':
      return depthwise(node, x, size);
    case 'add':
      return x.map((value, i) => value + inputs[1]![i]!);
  }
}

export function clampActivation(values: Float32Array, activation: Activation): void {
  if (activation === 'linear') return;
  const top = activation === 'relu6' ? 6 : Infinity;
  for (let i = 0; i < values.length; i += 1) {
    const v = values[i]!;
    values[i] = v < 0 ? 0 : v > top ? top : v;
  }
}

/** Four outputs of two pixels at a time: their sums share loads. */
function matrixProduct(node: ConvolutionNode, x: Float32Array): Float32Array {
  const rows = node.inChannels;
  const cols = node.output.channels;
  const pixels = node.output.height * node.output.width;
  const out = new Float32Array(pixels * cols);
  const columns = transposed(node.weights, rows, cols);
  const { bias } = node;
  for (let o = 0; o < cols; o += 4) {
    const count = Math.min(4, cols - o);
    const w0 = o * rows;
    const w1 = Math.min(o + 1, cols - 1) * rows;
    const w2 = Math.min(o + 2, cols - 1) * rows;
    const w3 = Math.min(o + 3, cols - 1) * rows;
    for (let p = 0; p < pixels; p += 1) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      const from = p * rows;
      for (let i = 0; i < rows; i += 1) {
        const v = x[from + i]!;
        s0 += v * columns[w0 + i]!;
        s1 += v * columns[w1 + i]!;
        s2 += v * columns[w2 + i]!;
        s3 += v * columns[w3 + i]!;
      }
      const to = p * cols + o;
      out[to] = s0 + bias[o]!;
      if (count > 1) out[to + 1] = s1 + bias[o + 1]!;
      if (count > 2) out[to + 2] = s2 + bias[o + 2]!;
      if (count > 3) out[to + 3] = s3 + bias[o + 3]!;
    }
  }
  return out;
}

function transposed(weights: Float32Array, rows: number, cols: number): Float32Array {
  const out = new Float32Array(weights.length);
  for (let i = 0; i < rows; i += 1) {
    for (let o = 0; o < cols; o += 1) out[o * rows + i] = weights[i * cols + o]!;
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

function convolution(node: ConvolutionNode, x: Float32Array, size: MapSize): Float32Array {
  const { window, inChannels, weights, bias } = node;
  const { height, width, channels } = node.output;
  const out = new Float32Array(height * width * channels);
  const sums = new Float64Array(channels);
  for (let oy = 0, at = 0; oy < height; oy += 1) {
    for (let ox = 0; ox < width; ox += 1, at += channels) {
      sums.set(bias);
      eachTap(window, size, oy, ox, (tap, pixel) => {
        for (let i = 0; i < inChannels; i += 1) {
          const v = x[pixel * inChannels + i]!;
          if (v === 0) continue;
          const w = (tap * inChannels + i) * channels;
          for (let o = 0; o < channels; o += 1) sums[o]! += v * weights[w + o]!;
        }
      });
      out.set(sums, at);
    }
  }
  return out;
}

function depthwise(node: DepthwiseNode, x: Float32Array, size: MapSize): Float32Array {
  const { window, weights, bias } = node;
  const { height, width, channels } = node.output;
  const out = new Float32Array(height * width * channels);
  const sums = new Float64Array(channels);
  for (let oy = 0, at = 0; oy < height; oy += 1) {
    for (let ox = 0; ox < width; ox += 1, at += channels) {
      sums.set(bias);
      eachTap(window, size, oy, ox, (tap, pixel) => {
        const from = pixel * channels;
        const w = tap * channels;
        for (let c = 0; c < channels; c += 1) sums[c]! += x[from + c]! * weights[w + c]!;
      });
      out.set(sums, at);
    }
  }
  return out;
}

function averagePool(node: AveragePoolNode, x: Float32Array, size: MapSize): Float32Array {
  const { window } = node;
  const { height, width, channels } = node.output;
  const out = new Float32Array(height * width * channels);
  const sums = new Float64Array(channels);
  const taps = window.kernelHeight * window.kernelWidth;
  for (let oy = 0, at = 0; oy < height; oy += 1) {
    for (let ox = 0; ox < width; ox += 1, at += channels) {
      sums.fill(0);
      eachTap(window, size, oy, ox, (_, pixel) => {
        for (let c = 0; c < channels; c += 1) sums[c]! += x[pixel * channels + c]!;
      });
      for (let c = 0; c < channels; c += 1) out[at + c] = sums[c]! / taps;
    }
  }
  return out;
}
