/** Where the weights of a model lie in the arrays. All of them stay there. */
import { OctobarError } from '../../emulator/sim/error.js';
import { rowsOf } from './products.js';
import type { Product } from './products.js';
import type { Target } from './target.js';

const bitsPerCell = 4;
/** What the register map can name. */
const mostTiles = 16;

/** A rectangle of cells: some rows of some outputs. */
export interface Tile {
  readonly array: number;
  readonly x: number;
  readonly y: number;
  readonly rows: number;
  /** In the rows of the product; those of `added` come behind those of the window. */
  readonly firstRow: number;
}

/** Outputs that one job computes. */
export interface Group {
  readonly product: Product;
  readonly firstOutput: number;
  readonly outputs: number;
  readonly tiles: readonly Tile[];
}

/** Cells side by side that so many outputs take. */
export const cellsOf = (outputs: number, bits: number): number =>
  Math.ceil((outputs * bits) / bitsPerCell);

interface Block {
  readonly group: number;
  readonly tile: number;
  readonly rows: number;
  readonly cells: number;
  /** In arrays that firmware cannot write; without such arrays it writes everything. */
  readonly fixed: boolean;
}

/**
 * First fit, widest first, on shelves of `tileRows` rows.
 * @param bits of a weight in the array
 * @throws OctobarError `config` when the model does not fit
 */
export function place(
  products: readonly Product[],
  target: Target,
  bits: (product: Product) => number,
): Group[] {
  const groups = products.flatMap((product) => split(product, target, bits(product)));
  const blocks = groups.flatMap(({ product, outputs, heights }, group) =>
    heights.map((rows, tile): Block => ({
      group,
      tile,
      rows,
      cells: cellsOf(outputs, bits(product)),
      fixed: product.fixed && target.fixed > 0,
    })),
  );
  const places = new Map<string, { array: number; x: number; y: number }>();
  for (const fixed of [false, true]) {
    const shelves = shelvesOf(target, fixed);
    const mine = blocks.filter((block) => block.fixed === fixed);
    for (const block of mine.toSorted((a, b) => b.cells - a.cells)) {
      const shelf = shelves.find((candidate) => candidate.used + block.cells <= target.cols);
      if (shelf === undefined) throw full(target, fixed, mine);
      places.set(`${block.group}.${block.tile}`, { ...shelf.at, x: shelf.used });
      shelf.used += block.cells;
    }
  }
  return groups.map(({ product, firstOutput, outputs, heights }, group) => {
    let firstRow = 0;
    const tiles = heights.map((rows, tile): Tile => {
      const at = places.get(`${group}.${tile}`)!;
      firstRow += rows;
      return { ...at, rows, firstRow: firstRow - rows };
    });
    return { product, firstOutput, outputs, tiles };
  });
}

function split(product: Product, { cols, tileRows }: Target, bits: number) {
  const heights: number[] = [];
  for (const part of [product.weights, product.added?.weights]) {
    if (part === undefined) continue;
    const rows = rowsOf(part);
    // Equal tiles: their converters all have the same to do
    const count = Math.ceil(rows / tileRows);
    for (let i = 0; i < count; i++)
      heights.push(Math.floor(((i + 1) * rows) / count) - Math.floor((i * rows) / count));
  }
  if (heights.length > mostTiles)
    throw new OctobarError(
      'config',
      `${product.name} takes ${heights.length} row tiles, a job has ${mostTiles}`,
      {
        hint: 'use taller arrays or a smaller classifier',
      },
    );
  const widest = Math.floor((cols * bitsPerCell) / bits);
  const total = product.weights.outputs;
  const groups = Math.ceil(total / widest);
  return Array.from({ length: groups }, (_, i) => {
    const firstOutput = Math.floor((i * total) / groups);
    const outputs = Math.floor(((i + 1) * total) / groups) - firstOutput;
    return { product, firstOutput, outputs, heights };
  });
}

function shelvesOf({ rows, tileRows, writable, fixed: count }: Target, fixed: boolean) {
  const each = Math.floor(rows / tileRows);
  const [from, to] = fixed ? [writable, writable + count] : [0, writable];
  return Array.from({ length: (to - from) * each }, (_, i) => ({
    used: 0,
    at: { array: from + Math.floor(i / each), y: (i % each) * tileRows },
  }));
}

function full(
  { engine, cols, rows, writable }: Target,
  fixed: boolean,
  blocks: readonly Block[],
): OctobarError {
  const cells = blocks.reduce((sum, block) => sum + block.rows * block.cells, 0);
  const key = engine === 'yoloc' ? (fixed ? 'rom_arrays' : 'sram_arrays') : 'arrays';
  return new OctobarError(
    'config',
    `the classifier does not fit: ${4 * cells} bits of weights, ${4 * rows * cols * writable} bits in ${writable} arrays of ${engine}`,
    { hint: `configure more with --set ${engine}.${key}=n` },
  );
}
