import type { ArrayGeometry } from './array-geometry.js';
import type { RowSpan } from './reference/plan.js';

/** Consecutive outputs that one trigger computes, and the inputs of its row tiles. */
export interface Tile {
  readonly firstCol: number;
  readonly cols: number;
  readonly rowTiles: readonly RowSpan[];
}

/** Bytes that keep the 128-bit port of the engine aligned. */
const beat = 16;

interface Part {
  readonly first: number;
  readonly size: number;
}

const partsOf = (total: number, size: number): Part[] =>
  Array.from({ length: Math.ceil(total / size) }, (_, i) => ({
    first: i * size,
    size: Math.min(size, total - i * size),
  }));

/**
 * Cuts rows into the fewest parts of at most `most`, as equal as possible: equal parts let all
 * column sums of a layer use the range of its converters alike.
 */
function evenParts(total: number, most: number): Part[] {
  const equal = Math.ceil(total / Math.ceil(total / most));
  const aligned = Math.ceil(equal / beat) * beat;
  return partsOf(total, aligned <= most ? aligned : equal);
}

/** Cuts columns into parts as wide as the array, which leaves the most room for other tiles. */
const wideParts = (total: number, most: number): Part[] =>
  partsOf(total, most >= beat ? most - (most % beat) : most);

/** Row tiles of a pointwise layer. */
export const pointwiseSpans = (rows: number, g: ArrayGeometry): RowSpan[] =>
  evenParts(rows, g.rows).map(({ first, size }) => ({ first, rows: size }));

/** Column tiles of a pointwise layer, each with all row tiles. */
export function pointwiseTiles(
  rows: number,
  cols: number,
  cellsPerWeight: 1 | 2,
  g: ArrayGeometry,
): Tile[] {
  const rowTiles = pointwiseSpans(rows, g);
  return wideParts(cols, Math.floor(g.cols / cellsPerWeight)).map(({ first, size }) => ({
    firstCol: first,
    cols: size,
    rowTiles,
  }));
}

/** Channels of a block-diagonal depth-wise group: 16, or fewer on an array too narrow for it. */
const depthwiseGroup = (cellsPerWeight: 1 | 2, g: ArrayGeometry): number =>
  Math.min(16, Math.floor(g.cols / cellsPerWeight), g.rows);

/** Taps of each row tile of a depth-wise group; one tile of nine where the rows allow. */
export function depthwiseTapSpans(cellsPerWeight: 1 | 2, g: ArrayGeometry): RowSpan[] {
  const taps = Math.min(9, Math.floor(g.rows / depthwiseGroup(cellsPerWeight, g)));
  const spans: RowSpan[] = [];
  for (let first = 0; first < 9; first += taps) {
    spans.push({ first, rows: Math.min(taps, 9 - first) });
  }
  return spans;
}

/**
 * Block-diagonal groups of a depth-wise layer. Rows are tap-major: input of tap t of the group's
 * channel k is row t * cols + k, its column k.
 */
export function depthwiseTiles(channels: number, cellsPerWeight: 1 | 2, g: ArrayGeometry): Tile[] {
  const group = depthwiseGroup(cellsPerWeight, g);
  const tiles: Tile[] = [];
  for (let firstCol = 0; firstCol < channels; firstCol += group) {
    const cols = Math.min(group, channels - firstCol);
    const rowTiles = depthwiseTapSpans(cellsPerWeight, g).map((taps) => ({
      first: taps.first * cols,
      rows: taps.rows * cols,
    }));
    tiles.push({ firstCol, cols, rowTiles });
  }
  return tiles;
}
