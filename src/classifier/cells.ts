/** Weights as 4-bit cells. */
import { rowsOf } from './products.js';
import type { Product } from './products.js';
import { cellsOf } from './placement.js';
import type { Group, Tile } from './placement.js';

/** How the macro holds a weight. */
export interface CellFormat {
  /** Of a weight: 4, or 8 as two cells, high nibble first; in columns of its own any number, lowest bit first. */
  readonly bits: number;
  readonly own: boolean;
}

/** Rows of cells of a tile, values 0 to 15. */
export function tileCells(group: Group, tile: Tile, format: CellFormat): Uint8Array[] {
  const width = cellsOf(group.outputs, format.bits);
  return Array.from({ length: tile.rows }, (_, r) => {
    const row = new Uint8Array(width);
    for (let c = 0; c < group.outputs; c++)
      put(row, c, weightAt(group.product, tile.firstRow + r, group.firstOutput + c), format);
    return row;
  });
}

function weightAt({ weights, added }: Product, row: number, output: number): number {
  const rows = rowsOf(weights);
  if (row < rows) return weights.weights[row * weights.outputs + output]!;
  return added!.weights.weights[(row - rows) * added!.weights.outputs + output]!;
}

function put(row: Uint8Array, output: number, weight: number, { bits, own }: CellFormat): void {
  if (own) {
    // One bit stands for plus or minus one
    const code = bits === 1 ? Number(weight > 0) : weight;
    for (let b = 0; b < bits; b++) {
      const at = output * bits + b;
      row[at >> 2]! |= ((code >> b) & 1) << (at & 3);
    }
  } else if (bits === 8) {
    const high = (weight + 8) >> 4;
    row[2 * output] = high & 15;
    row[2 * output + 1] = (weight - 16 * high) & 15;
  } else row[output] = weight & 15;
}

/** As SUBMIT_PLOT takes them: eight cells a word, lowest nibble first. */
export function plotWords(rows: readonly Uint8Array[]): Uint32Array {
  const perRow = Math.ceil((rows[0]?.length ?? 0) / 8);
  const words = new Uint32Array(rows.length * perRow);
  rows.forEach((row, r) => {
    row.forEach((cell, x) => {
      words[r * perRow + (x >> 3)]! |= cell << (4 * (x & 7));
    });
  });
  return words;
}
