/**
 * What a model answers in exact arithmetic: plain loops over pictures, no tiles, jobs or converters, and nothing in
 * common with engines or firmware but the whole numbers of the requantisation.
 */
import { outSide } from './model.js';
import type { Layer, Model, Scaled, Weights } from './model.js';
import { scaleOf } from './scale.js';
import type { Scale } from './scale.js';

interface Grid {
  readonly side: number;
  readonly channels: number;
  /** [side][side][channels] */
  readonly values: Int32Array;
}

/** Sums of a product; where `largest` is given it gets the largest magnitude over runs of `tileRows` rows. */
function sums(input: Grid, w: Weights): Grid {
  const side = outSide(input.side, w);
  const values = new Int32Array(side * side * w.outputs);
  for (let oy = 0; oy < side; oy++)
    for (let ox = 0; ox < side; ox++) {
      const to = (oy * side + ox) * w.outputs;
      for (let ky = 0; ky < w.kernel; ky++)
        for (let kx = 0; kx < w.kernel; kx++) {
          const [y, x] = [oy * w.stride - w.pad + ky, ox * w.stride - w.pad + kx];
          if (y < 0 || x < 0 || y >= input.side || x >= input.side) continue;
          for (let i = 0; i < w.inputs; i++) {
            const value = input.values[(y * input.side + x) * w.inputs + i]!;
            if (value === 0) continue;
            const row = ((ky * w.kernel + kx) * w.inputs + i) * w.outputs;
            for (let o = 0; o < w.outputs; o++) values[to + o]! += value * w.weights[row + o]!;
          }
        }
    }
  return { side, channels: w.outputs, values };
}

function requantise(grid: Grid, { mul, bias, shift }: Scale, low: number, high: number): Grid {
  const half = 2 ** (shift - 1);
  const values = grid.values.map((sum, i) => {
    const o = i % grid.channels;
    const code = Math.floor((sum * mul[o]! + bias[o]! + half) / 2 ** shift);
    return Math.min(high, Math.max(low, code));
  });
  return { ...grid, values };
}

const scaled = (input: Grid, w: Scaled, low: number, high: number): Grid =>
  requantise(sums(input, w), scaleOf(w, 1), low, high);

function layerSums(input: Grid, layer: Layer): Grid {
  const grid = sums(input, layer);
  if (layer.branch === undefined) return grid;
  const { compress, res, decompress } = layer.branch;
  const back = sums(scaled(scaled(input, compress, -127, 127), res, -127, 127), decompress);
  return { ...grid, values: grid.values.map((value, i) => value + back.values[i]!) };
}

/** Byte of a picture to what the first layer reads. */
export const levelsOf = ({ inputLevels }: Model): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => Math.floor((byte * inputLevels) / 255 + 0.5));

/** @param pixels [side][side][channels] */
export function exactScores(model: Model, pixels: Uint8Array): number[] {
  const levels = levelsOf(model);
  let grid: Grid = {
    side: model.side,
    channels: model.channels,
    values: Int32Array.from(pixels, (byte) => levels[byte]!),
  };
  for (const layer of model.layers) {
    const total = layerSums(grid, layer);
    const scale = scaleOf(layer, 1);
    if (layer.high === 0)
      return Array.from(total.values, (sum, o) => sum * scale.mul[o]! + scale.bias[o]!);
    grid = requantise(total, scale, 0, layer.high);
  }
  return [];
}

/** The first of equal scores. */
export function exactAnswer(model: Model, pixels: Uint8Array): number {
  const scores = exactScores(model, pixels);
  return scores.indexOf(Math.max(...scores));
}
