import { describe, expect, test } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { defaultArrays } from '../../src/deploy/index.js';
import { placeRectangles } from '../../src/deploy/placing.js';
import { depthwiseTiles, pointwiseTiles } from '../../src/deploy/tiling.js';
import { Sequence } from './sequence.js';

/** How often each weight [col][row] of a layer lies in a tile. */
function coverage(rows: number, cols: number, tiles: ReturnType<typeof pointwiseTiles>): number[] {
  const count = Array.from({ length: rows * cols }, () => 0);
  for (const tile of tiles) {
    for (const span of tile.rowTiles) {
      for (let c = tile.firstCol; c < tile.firstCol + tile.cols; c += 1) {
        for (let r = span.first; r < span.first + span.rows; r += 1) count[c * rows + r]! += 1;
      }
    }
  }
  return count;
}

describe('pointwise tiles', () => {
  // Tile counts of 256x256 arrays at one cell a weight are those of facts of the published network:
  // b7 expand 1x2 and project 2x1, b16 project 4x2, last 2x5.
  test.each([
    [64, 384, 1, 1, 2],
    [384, 64, 1, 2, 1],
    [960, 320, 1, 4, 2],
    [320, 1280, 1, 2, 5],
    [64, 384, 2, 1, 3],
    [960, 320, 2, 4, 3],
  ] as const)('%i x %i at %i cells a weight', (rows, cols, cells, rowTiles, colTiles) => {
    const tiles = pointwiseTiles(rows, cols, cells, defaultArrays);
    expect(tiles.length).toBe(colTiles);
    expect(tiles.every((tile) => tile.rowTiles.length === rowTiles)).toBe(true);
    expect(coverage(rows, cols, tiles).every((times) => times === 1)).toBe(true);
  });

  test('odd sizes and small arrays are covered once, within the array', () => {
    const random = new Sequence(3);
    for (let k = 0; k < 200; k += 1) {
      const g = { ...defaultArrays, rows: 16 + random.below(100), cols: 16 + random.below(100) };
      const [rows, cols] = [1 + random.below(150), 1 + random.below(150)];
      const cells = random.below(2) === 0 ? 1 : 2;
      const tiles = pointwiseTiles(rows, cols, cells, g);
      expect(coverage(rows, cols, tiles).every((times) => times === 1)).toBe(true);
      for (const tile of tiles) {
        expect(tile.cols * cells).toBeLessThanOrEqual(g.cols);
        for (const span of tile.rowTiles) expect(span.rows).toBeLessThanOrEqual(g.rows);
      }
    }
  });
});

describe('depth-wise groups', () => {
  test('16 channels take 144 rows in one tile', () => {
    const tiles = depthwiseTiles(384, 2, defaultArrays);
    expect(tiles.length).toBe(24);
    expect(tiles[1]).toEqual({ firstCol: 16, cols: 16, rowTiles: [{ first: 0, rows: 144 }] });
  });

  test('an array of 100 rows takes six taps of 16 channels, then three', () => {
    const [tile] = depthwiseTiles(32, 2, { ...defaultArrays, rows: 100 });
    expect(tile!.rowTiles).toEqual([
      { first: 0, rows: 96 },
      { first: 96, rows: 48 },
    ]);
  });

  test('an array of 24 columns takes 12 channels a group', () => {
    const tiles = depthwiseTiles(32, 2, { ...defaultArrays, cols: 24 });
    expect(tiles.map((tile) => tile.cols)).toEqual([12, 12, 8]);
  });
});

describe('placing', () => {
  test('no overlap, inside the arrays, columns at multiples of eight', () => {
    const random = new Sequence(5);
    for (let k = 0; k < 50; k += 1) {
      const g = { ...defaultArrays, rows: 64, cols: 60 };
      const rectangles = Array.from({ length: 1 + random.below(30) }, () => ({
        width: 1 + random.below(60),
        height: 1 + random.below(64),
      }));
      const { places, arrays } = placeRectangles(rectangles, g);
      const used = new Set<number>();
      rectangles.forEach(({ width, height }, i) => {
        const { array, x, y } = places[i]!;
        expect(x % 8).toBe(0);
        expect(array).toBeLessThan(arrays);
        expect(x + width).toBeLessThanOrEqual(g.cols);
        expect(y + height).toBeLessThanOrEqual(g.rows);
        for (let cy = y; cy < y + height; cy += 1) {
          for (let cx = x; cx < x + width; cx += 1) {
            used.add((array * g.rows + cy) * g.cols + cx);
          }
        }
      });
      // Two rectangles that shared a cell would leave fewer cells used than their areas sum up to.
      const area = rectangles.reduce((sum, { width, height }) => sum + width * height, 0);
      expect(used.size).toBe(area);
    }
  });

  test('small rectangles share an array', () => {
    const { arrays } = placeRectangles(
      Array.from({ length: 8 }, () => ({ width: 128, height: 64 })),
      defaultArrays,
    );
    expect(arrays).toBe(1);
  });

  test('too few arrays are an error with a next step', () => {
    const rectangles = [
      { width: 256, height: 256 },
      { width: 1, height: 1 },
    ];
    expect(() => placeRectangles(rectangles, { ...defaultArrays, arrays: 1 })).toThrow(
      OctobarError,
    );
    expect(() => placeRectangles(rectangles, { ...defaultArrays, arrays: 1 })).toThrow(
      /ima\.arrays/,
    );
  });
});
