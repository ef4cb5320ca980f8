import { describe, expect, test } from 'vitest';
import {
  runBottleneck,
  runConvolution,
  runDepthwise,
} from '../../src/deploy/network/float-executor.js';
import { samePadding, type Convolution } from '../../src/deploy/network/graph.js';

const map = (height: number, width: number, channels: number, values: number[]) => ({
  height,
  width,
  channels,
  data: Float32Array.from(values),
});

const pointwise = (
  inChannels: number,
  outChannels: number,
  weights: number[],
  bias: number[],
  relu6 = false,
): Convolution => ({
  name: 'test',
  kernel: 1,
  stride: 1,
  inChannels,
  outChannels,
  relu6,
  weights: Float32Array.from(weights),
  bias: Float32Array.from(bias),
});

describe('SAME padding', () => {
  // TensorFlow: out = ceil(size / stride); total padding = (out - 1) stride + kernel - size; the
  // smaller half goes before.
  test.each([
    [14, 1, 14, 1],
    [14, 2, 7, 0],
    [7, 1, 7, 1],
    [7, 2, 4, 1],
    [112, 2, 56, 0],
  ])('size %i stride %i gives %i outputs and %i before', (size, stride, out, before) => {
    expect(samePadding(size, 3, stride)).toEqual({ out, before });
  });
});

describe('pointwise convolution', () => {
  test('five outputs of two pixels, one more than a group of four', () => {
    // Output o of pixel (a, b) = a * o + b * (10 - o) + o.
    const weights = [0, 1, 2, 3, 4, 10, 9, 8, 7, 6];
    const layer = pointwise(2, 5, weights, [0, 1, 2, 3, 4]);
    const out = runConvolution(layer, map(1, 2, 2, [1, 2, -3, 0.5]));
    expect([...out.data]).toEqual([20, 20, 20, 20, 20, 5, 2.5, 0, -2.5, -5]);
  });

  test('ReLU6 cuts at 0 and 6', () => {
    const layer = pointwise(1, 3, [1, 2, -1], [0, 0, 0], true);
    expect([...runConvolution(layer, map(1, 1, 1, [4])).data]).toEqual([4, 6, 0]);
  });
});

test('a 3x3 convolution at stride 2 pads below and to the right', () => {
  // On 4x4 ones with a kernel of ones the windows start at (0,0), (0,2), (2,0), (2,2); the last row
  // and column of the second ones are padding: 9, 6, 6, 4 taps.
  const layer: Convolution = {
    ...pointwise(1, 1, [], [0.5]),
    kernel: 3,
    stride: 2,
    weights: new Float32Array(9).fill(1),
  };
  const out = runConvolution(
    layer,
    map(
      4,
      4,
      1,
      Array.from({ length: 16 }, () => 1),
    ),
  );
  expect([out.height, out.width]).toEqual([2, 2]);
  expect([...out.data]).toEqual([9.5, 6.5, 6.5, 4.5]);
});

describe('depth-wise convolution', () => {
  test('each tap meets its own neighbour', () => {
    // Kernel tap t has weight t + 1 and the 3x3 input holds one 0.1 in the middle. Output (y, x)
    // sees the middle under tap 3 (2 - y) + (2 - x) - that is 9 - (3 y + x) as weight.
    const layer = {
      name: 'test',
      stride: 1,
      channels: 1,
      weights: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]),
      bias: Float32Array.of(0),
    } as const;
    const out = runDepthwise(layer, map(3, 3, 1, [0, 0, 0, 0, 0.1, 0, 0, 0, 0]));
    const wanted = [9, 8, 7, 6, 5, 4, 3, 2, 1].map((w) => w / 10);
    out.data.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 6));
  });

  test('channels do not mix and each has its bias', () => {
    const centre = [0, 0, 0, 0, 1, 0, 0, 0, 0];
    const layer = {
      name: 'test',
      stride: 1,
      channels: 2,
      weights: Float32Array.from(centre.flatMap((w) => [w, 2 * w])),
      bias: Float32Array.of(0.5, -1),
    } as const;
    const out = runDepthwise(layer, map(1, 2, 2, [1, 2, 3, 0.25]));
    expect([...out.data]).toEqual([1.5, 3, 3.5, 0]);
  });
});

test('a residual block adds its input to the projection', () => {
  const identity = [0, 0, 0, 0, 1, 0, 0, 0, 0];
  const tensors = runBottleneck(
    {
      number: 3,
      expand: pointwise(1, 2, [1, -1], [0, 0], true),
      depthwise: {
        name: 'test',
        stride: 1,
        channels: 2,
        weights: Float32Array.from(identity.flatMap((w) => [w, w])),
        bias: Float32Array.of(0, 0),
      },
      project: pointwise(2, 1, [10, 100], [1]),
      residual: true,
    },
    map(1, 2, 1, [2, -3]),
  );
  // Expansion of 2 is (2, 0), of -3 is (0, 3); the depth-wise layer passes them on.
  expect([...tensors.expand.data]).toEqual([2, 0, 0, 3]);
  expect([...tensors.project.data]).toEqual([21, 301]);
  expect([...tensors.output.data]).toEqual([23, 298]);
});
