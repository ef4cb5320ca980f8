import { splitWeight } from '../quantise/block.js';

/** A rectangle of cell values, row-major, each -8..7. */
export interface Cells {
  readonly width: number;
  readonly height: number;
  readonly values: Int8Array;
}

const putWeight = (
  cells: Cells,
  row: number,
  col: number,
  weight: number,
  perWeight: 1 | 2,
): void => {
  const at = row * cells.width + col * perWeight;
  if (perWeight === 1) {
    cells.values[at] = weight;
    return;
  }
  const { hi, lo } = splitWeight(weight);
  cells.values[at] = hi;
  cells.values[at + 1] = lo;
};

const emptyCells = (width: number, height: number): Cells => ({
  width,
  height,
  values: new Int8Array(width * height),
});

/** Cells of a pointwise tile: inputs down, outputs across; `weights` is [cols][rows] of the layer. */
export function pointwiseCells(
  weights: Int8Array,
  rows: number,
  perWeight: 1 | 2,
  tile: { firstCol: number; cols: number },
  span: { first: number; rows: number },
): Cells {
  const cells = emptyCells(tile.cols * perWeight, span.rows);
  for (let c = 0; c < tile.cols; c += 1) {
    for (let i = 0; i < span.rows; i += 1) {
      const weight = weights[(tile.firstCol + c) * rows + span.first + i]!;
      putWeight(cells, i, c, weight, perWeight);
    }
  }
  return cells;
}

/** Cells of a block-diagonal depth-wise group; `weights` is [9][channels] of the layer. */
export function depthwiseCells(
  weights: Int8Array,
  channels: number,
  perWeight: 1 | 2,
  tile: { firstCol: number; cols: number },
  span: { first: number; rows: number },
): Cells {
  const cells = emptyCells(tile.cols * perWeight, span.rows);
  for (let i = 0; i < span.rows; i += 1) {
    const tap = Math.floor((span.first + i) / tile.cols);
    const k = (span.first + i) % tile.cols;
    putWeight(cells, i, k, weights[tap * channels + tile.firstCol + k]!, perWeight);
  }
  return cells;
}

/** Rows of ceil(width / 8) words, eight cells a word, lowest nibble first: what SUBMIT_PLOT takes. */
export function packCells(cells: Cells): Uint32Array {
  const perRow = Math.ceil(cells.width / 8);
  const words = new Uint32Array(perRow * cells.height);
  cells.values.forEach((value, i) => {
    const row = Math.floor(i / cells.width);
    const col = i % cells.width;
    words[row * perRow + (col >> 3)]! |= (value & 15) << (4 * (col & 7));
  });
  return words;
}
