import { OctobarError } from '../../emulator/sim/error.js';
import type { ArrayGeometry } from './array-geometry.js';

export interface Rectangle {
  /** Columns of cells. */
  readonly width: number;
  /** Rows of cells. */
  readonly height: number;
}

export interface Place {
  readonly array: number;
  readonly x: number;
  readonly y: number;
}

/** SUBMIT_PLOT writes eight cells of a row at a time, so rectangles start at multiples of it. */
const plotWidth = 8;

interface Shelf {
  readonly array: number;
  readonly y: number;
  readonly height: number;
  used: number;
}

/**
 * Places rectangles on arrays, tallest first, each on the first shelf it fits on (shelf packing,
 * first fit by decreasing height).
 *
 * @returns places in the order of the rectangles, and how many arrays they take
 * @throws OctobarError `config` when the arrays do not suffice
 */
export function placeRectangles(
  rectangles: readonly Rectangle[],
  g: ArrayGeometry,
): { places: Place[]; arrays: number } {
  const shelves: Shelf[] = [];
  const filled: number[] = [];
  const places: Place[] = [];
  const order = rectangles
    .map((_, i) => i)
    .toSorted((a, b) => rectangles[b]!.height - rectangles[a]!.height || a - b);
  for (const index of order) {
    const { width, height } = rectangles[index]!;
    const span = Math.ceil(width / plotWidth) * plotWidth;
    let shelf = shelves.find((s) => s.height >= height && s.used + span <= g.cols);
    // A last word that sticks out over the edge writes nothing, so an exact fit is enough there.
    shelf ??= shelves.find((s) => s.height >= height && s.used + width <= g.cols);
    if (shelf === undefined) {
      shelf = openShelf(height, filled, g);
      shelves.push(shelf);
    }
    places[index] = { array: shelf.array, x: shelf.used, y: shelf.y };
    shelf.used += span;
  }
  return { places, arrays: filled.length };
}

function openShelf(height: number, filled: number[], g: ArrayGeometry): Shelf {
  let array = filled.findIndex((rows) => rows + height <= g.rows);
  if (array < 0) {
    array = filled.length;
    if (array >= g.arrays) {
      throw new OctobarError(
        'config',
        `the block needs more than ${g.arrays} arrays of ${g.rows}x${g.cols}`,
        { hint: 'give the engine more or larger arrays (ima.arrays, ima.rows, ima.cols)' },
      );
    }
    filled.push(0);
  }
  const y = filled[array]!;
  filled[array] = y + height;
  return { array, y, height, used: 0 };
}
