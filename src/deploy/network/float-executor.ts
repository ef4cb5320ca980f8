import {
  samePadding,
  type Bottleneck,
  type Convolution,
  type Dense,
  type DepthwiseConvolution,
  type FeatureMap,
  type MobileNet,
} from './graph.js';

/** What a bottleneck computes, in order. */
export interface BottleneckTensors {
  readonly input: FeatureMap;
  /** The input itself when the block has no expansion. */
  readonly expand: FeatureMap;
  readonly depthwise: FeatureMap;
  /** Before the residual is added. */
  readonly project: FeatureMap;
  readonly output: FeatureMap;
}

/**
 * Runs the network in floating point: sums in double precision, tensors in single.
 *
 * @param picture RGB, HWC, `side` x `side` x 3, values 0 to 1
 * @param observe called after each bottleneck; returning false ends the run there
 * @returns class probabilities, or undefined when `observe` ended the run
 */
export function runNetwork(
  network: MobileNet,
  picture: Float32Array,
  observe?: (block: Bottleneck, tensors: BottleneckTensors) => boolean,
): Float64Array | undefined {
  const { side } = network;
  let map = runConvolution(network.stem, { height: side, width: side, channels: 3, data: picture });
  for (const block of network.blocks) {
    const tensors = runBottleneck(block, map);
    if (observe !== undefined && !observe(block, tensors)) return undefined;
    map = tensors.output;
  }
  let values = globalMean(runConvolution(network.head, map));
  for (const layer of network.dense) values = runDense(layer, values);
  return values;
}

/** Runs one bottleneck and keeps all of its tensors. */
export function runBottleneck(block: Bottleneck, input: FeatureMap): BottleneckTensors {
  const expand = block.expand === undefined ? input : runConvolution(block.expand, input);
  const depthwise = runDepthwise(block.depthwise, expand);
  const project = runConvolution(block.project, depthwise);
  const output = block.residual
    ? { ...project, data: project.data.map((value, i) => value + input.data[i]!) }
    : project;
  return { input, expand, depthwise, project, output };
}

/** A convolution with SAME padding, bias and, where the layer has it, ReLU6. */
export function runConvolution(layer: Convolution, input: FeatureMap): FeatureMap {
  return layer.kernel === 1 && layer.stride === 1
    ? runPointwise(layer, input)
    : runSpatial(layer, input);
}

function runPointwise(layer: Convolution, input: FeatureMap): FeatureMap {
  const { inChannels: rows, outChannels: cols, bias, relu6 } = layer;
  const pixels = input.height * input.width;
  const x = input.data;
  const data = new Float32Array(pixels * cols);
  const columns = transpose(layer.weights, rows, cols);
  // Four outputs at a time: their sums share each load of the input.
  for (let o = 0; o < cols; o += 4) {
    const [w0, w1, w2, w3] = [0, 1, 2, 3].map((k) => Math.min(o + k, cols - 1) * rows) as Four;
    const count = Math.min(4, cols - o);
    for (let p = 0; p < pixels; p += 1) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      const from = p * rows;
      for (let i = 0; i < rows; i += 1) {
        const v = x[from + i]!;
        s0 += v * columns[w0 + i]!;
        s1 += v * columns[w1 + i]!;
        s2 += v * columns[w2 + i]!;
        s3 += v * columns[w3 + i]!;
      }
      const to = p * cols + o;
      data[to] = s0 + bias[o]!;
      if (count > 1) data[to + 1] = s1 + bias[o + 1]!;
      if (count > 2) data[to + 2] = s2 + bias[o + 2]!;
      if (count > 3) data[to + 3] = s3 + bias[o + 3]!;
    }
  }
  if (relu6) clampTo6(data);
  return { height: input.height, width: input.width, channels: cols, data };
}

type Four = [number, number, number, number];

function transpose(weights: Float32Array, rows: number, cols: number): Float32Array {
  const out = new Float32Array(weights.length);
  for (let i = 0; i < rows; i += 1) {
    for (let o = 0; o < cols; o += 1) out[o * rows + i] = weights[i * cols + o]!;
  }
  return out;
}

function runSpatial(layer: Convolution, input: FeatureMap): FeatureMap {
  const { kernel, stride, inChannels, outChannels, weights } = layer;
  const rows = samePadding(input.height, kernel, stride);
  const columns = samePadding(input.width, kernel, stride);
  const data = new Float32Array(rows.out * columns.out * outChannels);
  const sums = new Float64Array(outChannels);
  for (let y = 0; y < rows.out; y += 1) {
    for (let x = 0; x < columns.out; x += 1) {
      sums.set(layer.bias);
      for (let tap = 0; tap < kernel * kernel; tap += 1) {
        const iy = y * stride - rows.before + Math.floor(tap / kernel);
        const ix = x * stride - columns.before + (tap % kernel);
        if (iy < 0 || ix < 0 || iy >= input.height || ix >= input.width) continue;
        for (let i = 0; i < inChannels; i += 1) {
          const v = input.data[(iy * input.width + ix) * inChannels + i]!;
          const w = (tap * inChannels + i) * outChannels;
          for (let o = 0; o < outChannels; o += 1) sums[o]! += v * weights[w + o]!;
        }
      }
      data.set(sums, (y * columns.out + x) * outChannels);
    }
  }
  if (layer.relu6) clampTo6(data);
  return { height: rows.out, width: columns.out, channels: outChannels, data };
}

/** A 3x3 depth-wise convolution with SAME padding, bias and ReLU6. */
export function runDepthwise(layer: DepthwiseConvolution, input: FeatureMap): FeatureMap {
  const map = depthwiseSums(layer, input);
  clampTo6(map.data);
  return map;
}

/** The same before its ReLU6. */
export function depthwiseSums(layer: DepthwiseConvolution, input: FeatureMap): FeatureMap {
  const { stride, channels, weights } = layer;
  const rows = samePadding(input.height, 3, stride);
  const columns = samePadding(input.width, 3, stride);
  const data = new Float32Array(rows.out * columns.out * channels);
  const sums = new Float64Array(channels);
  for (let y = 0; y < rows.out; y += 1) {
    for (let x = 0; x < columns.out; x += 1) {
      sums.set(layer.bias);
      for (let tap = 0; tap < 9; tap += 1) {
        const iy = y * stride - rows.before + Math.floor(tap / 3);
        const ix = x * stride - columns.before + (tap % 3);
        if (iy < 0 || ix < 0 || iy >= input.height || ix >= input.width) continue;
        const from = (iy * input.width + ix) * channels;
        const w = tap * channels;
        for (let c = 0; c < channels; c += 1) sums[c]! += input.data[from + c]! * weights[w + c]!;
      }
      data.set(sums, (y * columns.out + x) * channels);
    }
  }
  return { height: rows.out, width: columns.out, channels, data };
}

function clampTo6(data: Float32Array): void {
  for (let i = 0; i < data.length; i += 1) data[i] = Math.min(6, Math.max(0, data[i]!));
}

function globalMean(map: FeatureMap): Float64Array {
  const mean = new Float64Array(map.channels);
  for (let i = 0; i < map.data.length; i += 1) mean[i % map.channels]! += map.data[i]!;
  return mean.map((sum) => sum / (map.height * map.width));
}

function runDense(layer: Dense, input: Float64Array): Float64Array {
  const sums = Float64Array.from(layer.bias);
  for (let i = 0; i < layer.inputs; i += 1) {
    for (let o = 0; o < layer.outputs; o += 1) {
      sums[o]! += input[i]! * layer.weights[i * layer.outputs + o]!;
    }
  }
  return layer.activation === 'relu' ? sums.map((sum) => Math.max(0, sum)) : softmax(sums);
}

function softmax(sums: Float64Array): Float64Array {
  const top = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
