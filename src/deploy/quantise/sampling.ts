import type { FeatureMap } from '../network/graph.js';
import type { Codes } from '../reference/layers.js';
import { sourcePixel, type DepthwiseGeometry } from '../reference/window.js';
import type { Samples } from './statistics.js';

/** Positions drawn per layer to fit its weights. */
const mostSamples = 6000;

/** A pixel of one of several maps of equal size. */
export interface Position {
  /** Index of the map. */
  readonly map: number;
  /** Pixel in it, row-major. */
  readonly pixel: number;
}

/** At most `most` positions, evenly over all maps. */
export function drawPositions(maps: number, pixels: number, most: number): Position[] {
  const step = Math.max(1, Math.ceil((maps * pixels) / most));
  const drawn: Position[] = [];
  for (let at = 0; at < maps * pixels; at += step) {
    drawn.push({ map: Math.floor(at / pixels), pixel: at % pixels });
  }
  return drawn;
}

/** Input codes of a pointwise layer and the real outputs wanted, at drawn pixels. */
export function pointwiseSamples(codes: readonly Codes[], wanted: readonly FeatureMap[]): Samples {
  const { height, width, channels: outputs } = wanted[0]!;
  const positions = drawPositions(wanted.length, height * width, mostSamples);
  const inputs = codes[0]!.length / (height * width);
  const count = positions.length;
  const x = new Float64Array(count * inputs);
  const y = new Float64Array(count * outputs);
  positions.forEach(({ map, pixel }, s) => {
    x.set(codes[map]!.subarray(pixel * inputs, (pixel + 1) * inputs), s * inputs);
    y.set(wanted[map]!.data.subarray(pixel * outputs, (pixel + 1) * outputs), s * outputs);
  });
  return { count, inputs, outputs, x, y };
}

/** The nine input codes of one channel of a depth-wise layer and its wanted sum. */
export function windowSamples(
  codes: readonly Codes[],
  wanted: readonly FeatureMap[],
  g: DepthwiseGeometry,
  channel: number,
): Samples {
  const { channels } = wanted[0]!;
  const positions = drawPositions(wanted.length, g.outHeight * g.outWidth, mostSamples);
  const count = positions.length;
  const x = new Float64Array(count * 9);
  const y = new Float64Array(count);
  positions.forEach(({ map, pixel }, s) => {
    for (let tap = 0; tap < 9; tap += 1) {
      const source = sourcePixel(g, pixel, tap);
      if (source >= 0) x[s * 9 + tap] = codes[map]![source * channels + channel]!;
    }
    y[s] = wanted[map]!.data[pixel * channels + channel]!;
  });
  return { count, inputs: 9, outputs: 1, x, y };
}
