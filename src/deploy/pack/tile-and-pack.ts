/** Tile&Pack: a layer's matrix of cells is cut into tiles of at most one array, and tiles are packed. */
import type { RowSpan } from '../reference/plan.js';
import type { Rectangle } from './maxrects.js';

/** Rows and columns of cells of one array. */
export interface ArraySize {
  readonly rows: number;
  readonly cols: number;
}

/** Consecutive outputs that one trigger computes, and the row tiles that add up to them. */
export interface ColumnTile {
  readonly firstCol: number;
  /** Outputs. */
  readonly cols: number;
  readonly rowTiles: readonly RowSpan[];
}

/** Row tiles as published: as many whole arrays as there are, and the rest. */
export function publishedSpans(rows: number, size: Pick<ArraySize, 'rows'>): RowSpan[] {
  return Array.from({ length: Math.ceil(rows / size.rows) }, (_, i) => ({
    first: i * size.rows,
    rows: Math.min(size.rows, rows - i * size.rows),
  }));
}

/** Column tiles of `cols` outputs with the given row tiles. */
export function columnTiles(
  cols: number,
  cellsPerWeight: 1 | 2,
  spans: readonly RowSpan[],
  size: Pick<ArraySize, 'cols'>,
): ColumnTile[] {
  const widest = Math.floor(size.cols / cellsPerWeight);
  return Array.from({ length: Math.ceil(cols / widest) }, (_, i) => ({
    firstCol: i * widest,
    cols: Math.min(widest, cols - i * widest),
    rowTiles: spans,
  }));
}

/** The rectangles of cells of column tiles: tile after tile, row tile after row tile. */
export const rectanglesOf = (tiles: readonly ColumnTile[], cellsPerWeight: 1 | 2): Rectangle[] =>
  tiles.flatMap(({ cols, rowTiles }) =>
    rowTiles.map(({ rows }) => ({ width: cols * cellsPerWeight, height: rows })),
  );
