import { cellPlanes, dotProducts, type Codes } from '../reference/layers.js';
import type { RowSpan } from '../reference/plan.js';
import { sourcePixel, type DepthwiseGeometry } from '../reference/window.js';
import type { ColumnSums } from './converter-range.js';
import { drawPositions } from './sampling.js';

/** Positions drawn per layer to set the range of its converters. */
const mostPositions = 1000;

/** Column sums of a pointwise layer over drawn pixels of some maps [pixels][rows]. */
export function pointwiseSums(
  weights: Int8Array,
  cols: number,
  cellsPerWeight: 1 | 2,
  spans: readonly RowSpan[],
  maps: readonly Codes[],
): ColumnSums {
  const rows = weights.length / cols;
  const positions = drawPositions(maps.length, maps[0]!.length / rows, mostPositions);
  const drawn = new Int16Array(positions.length * rows);
  positions.forEach(({ map, pixel }, s) => {
    drawn.set(maps[map]!.subarray(pixel * rows, (pixel + 1) * rows), s * rows);
  });
  const planes = cellPlanes(weights, cellsPerWeight);
  const parts = spans.flatMap((span) =>
    planes.map(({ cells, factor }) => ({
      sums: dotProducts(cells, drawn, rows, cols, span),
      factor,
    })),
  );
  return { count: positions.length, cols, parts };
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
  const positions = drawPositions(maps.length, g.outHeight * g.outWidth, mostPositions);
  const planes = cellPlanes(weights, cellsPerWeight);
  const sumsOf = (cells: Int8Array, span: RowSpan): Int32Array => {
    const sums = new Int32Array(positions.length * channels);
    positions.forEach(({ map, pixel }, s) => {
      for (let tap = span.first; tap < span.first + span.rows; tap += 1) {
        const source = sourcePixel(g, pixel, tap);
        if (source < 0) continue;
        for (let c = 0; c < channels; c += 1) {
          sums[s * channels + c]! +=
            maps[map]![source * channels + c]! * cells[tap * channels + c]!;
        }
      }
    });
    return sums;
  };
  const parts = spans.flatMap((span) =>
    planes.map(({ cells, factor }) => ({ sums: sumsOf(cells, span), factor })),
  );
  return { count: positions.length, cols: channels, parts };
}
