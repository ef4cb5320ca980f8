import type { ConvolutionNode, DepthwiseNode } from '../../graph/float-graph.js';
import type { MapSize, Window } from '../../graph/tensor.js';
import type { Codes } from '../../reference/layers.js';
import { drawPositions, type Position } from '../sampling.js';
import type { Samples } from '../statistics.js';

/** Positions drawn per layer to fit its weights. */
const mostSamples = 6000;

/** Output positions of a layer over all calibration pictures, evenly drawn. */
export const fitPositions = (pictures: number, output: MapSize): Position[] =>
  drawPositions(pictures, output.height * output.width, mostSamples);

/** Input codes under the windows of drawn positions, [positions][rows], 0 on the padding. */
export function windowCodes(
  w: Window,
  size: MapSize,
  outWidth: number,
  codes: readonly Codes[],
  positions: readonly Position[],
): Int16Array {
  const { channels } = size;
  const rows = w.kernelHeight * w.kernelWidth * channels;
  const out = new Int16Array(positions.length * rows);
  positions.forEach(({ map, pixel }, s) => {
    const y = Math.floor(pixel / outWidth) * w.strideY - w.padTop;
    const x = (pixel % outWidth) * w.strideX - w.padLeft;
    for (let ky = 0; ky < w.kernelHeight; ky += 1) {
      for (let kx = 0; kx < w.kernelWidth; kx += 1) {
        if (y + ky < 0 || x + kx < 0 || y + ky >= size.height || x + kx >= size.width) continue;
        const from = ((y + ky) * size.width + x + kx) * channels;
        const to = s * rows + (ky * w.kernelWidth + kx) * channels;
        out.set(codes[map]!.subarray(from, from + channels), to);
      }
    }
  });
  return out;
}

/** Inputs and wanted outputs of a convolution. */
export function convolutionSamples(
  node: ConvolutionNode,
  size: MapSize,
  codes: readonly Codes[],
  wanted: readonly Float32Array[],
): Samples {
  const positions = fitPositions(codes.length, node.output);
  const drawn = windowCodes(node.window, size, node.output.width, codes, positions);
  const outputs = node.output.channels;
  const y = new Float64Array(positions.length * outputs);
  positions.forEach(({ map, pixel }, s) => {
    y.set(wanted[map]!.subarray(pixel * outputs, (pixel + 1) * outputs), s * outputs);
  });
  const inputs = drawn.length / positions.length;
  return { count: positions.length, inputs, outputs, x: Float64Array.from(drawn), y };
}

/** The same for each channel of a depth-wise layer, which has its own inputs. */
export function depthwiseSamples(
  node: DepthwiseNode,
  size: MapSize,
  codes: readonly Codes[],
  wanted: readonly Float32Array[],
): (channel: number) => Samples {
  const positions = fitPositions(codes.length, node.output);
  const drawn = windowCodes(node.window, size, node.output.width, codes, positions);
  const { channels } = node.output;
  const taps = node.window.kernelHeight * node.window.kernelWidth;
  const count = positions.length;
  return (channel) => {
    const x = new Float64Array(count * taps);
    const y = new Float64Array(count);
    for (let s = 0; s < count; s += 1) {
      for (let t = 0; t < taps; t += 1) {
        x[s * taps + t] = drawn[(s * taps + t) * channels + channel]!;
      }
      const { map, pixel } = positions[s]!;
      y[s] = wanted[map]![pixel * channels + channel]!;
    }
    return { count, inputs: taps, outputs: 1, x, y };
  };
}
