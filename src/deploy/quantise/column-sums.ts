import type { Codes, DepthwiseGeometry } from '../reference/layers.js';
import type { RowSpan } from '../reference/plan.js';
import { splitWeight } from './block.js';
import type { ColumnSums } from './converter-range.js';

/** Positions sampled per layer, evenly over the calibration maps. */
const mostPositions = 1000;

interface CellPlane {
  readonly cells: Int8Array;
  readonly factor: number;
}

const planesOf = (weights: Int8Array, cellsPerWeight: 1 | 2): CellPlane[] =>
  cellsPerWeight === 1
    ? [{ cells: weights, factor: 1 }]
    : [
        { cells: weights.map((w) => splitWeight(w).hi), factor: 16 },
        { cells: weights.map((w) => splitWeight(w).lo), factor: 1 },
      ];

/** Column sums of a pointwise layer over sampled pixels of some maps [pixels][rows]. */
export function pointwiseSums(
  weights: Int8Array,
  cols: number,
  cellsPerWeight: 1 | 2,
  spans: readonly RowSpan[],
  maps: readonly Codes[],
): ColumnSums {
  const rows = weights.length / cols;
  const pixels = samplePositions(maps, rows);
  const parts = [];
  for (const { first, rows: height } of spans) {
    for (const { cells, factor } of planesOf(weights, cellsPerWeight)) {
      const sums = new Int32Array(pixels.length * cols);
      pixels.forEach(({ map, position }, s) => {
        const x = position * rows + first;
        for (let c = 0; c < cols; c += 1) {
          const w = c * rows + first;
          let sum = 0;
          for (let i = 0; i < height; i += 1) sum += map[x + i]! * cells[w + i]!;
          sums[s * cols + c] = sum;
        }
      });
      parts.push({ sums, factor });
    }
  }
  return { count: pixels.length, cols, parts };
}

/** Column sums of a depth-wise layer; spans count taps, since off the diagonal all cells are 0. */
export function depthwiseSums(
  weights: Int8Array,
  cellsPerWeight: 1 | 2,
  spans: readonly RowSpan[],
  g: DepthwiseGeometry,
  maps: readonly Codes[],
): ColumnSums {
  const channels = weights.length / 9;
  const total = maps.length * g.outHeight * g.outWidth;
  const step = Math.max(1, Math.ceil(total / mostPositions));
  const count = Math.ceil(total / step);
  const parts = [];
  for (const span of spans) {
    for (const { cells, factor } of planesOf(weights, cellsPerWeight)) {
      const sums = new Int32Array(count * channels);
      for (let s = 0; s < count; s += 1) {
        const map = maps[Math.floor((s * step) / (g.outHeight * g.outWidth))]!;
        const p = (s * step) % (g.outHeight * g.outWidth);
        const top = Math.floor(p / g.outWidth) * g.stride - g.padTop;
        const left = (p % g.outWidth) * g.stride - g.padLeft;
        for (let tap = span.first; tap < span.first + span.rows; tap += 1) {
          const iy = top + Math.floor(tap / 3);
          const ix = left + (tap % 3);
          if (iy < 0 || ix < 0 || iy >= g.inHeight || ix >= g.inWidth) continue;
          const x = (iy * g.inWidth + ix) * channels;
          for (let c = 0; c < channels; c += 1) {
            sums[s * channels + c]! += map[x + c]! * cells[tap * channels + c]!;
          }
        }
      }
      parts.push({ sums, factor });
    }
  }
  return { count, cols: channels, parts };
}

function samplePositions(maps: readonly Codes[], rows: number): { map: Codes; position: number }[] {
  const perMap = maps[0]!.length / rows;
  const step = Math.max(1, Math.ceil((perMap * maps.length) / mostPositions));
  const chosen = [];
  for (let at = 0; at < perMap * maps.length; at += step) {
    chosen.push({ map: maps[Math.floor(at / perMap)]!, position: at % perMap });
  }
  return chosen;
}
