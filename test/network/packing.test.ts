/** Packing of tiles on arrays, against the published count and by the definition of a packing. */
import { describe, expect, it } from 'vitest';
import {
  areaBound,
  heuristics,
  orders,
  pack,
  packBest,
  publishedRule,
  type Heuristic,
  type Order,
  type Rectangle,
} from '../../src/deploy/pack/maxrects.js';
import { columnTiles, publishedSpans, rectanglesOf } from '../../src/deploy/pack/tile-and-pack.js';
import { Random } from './toy-network.js';

const array = { rows: 256, cols: 256 };
const bin = { width: 256, height: 256 };

/** Inputs and outputs of the 34 pointwise layers, from the definition of MobileNetV2 1.0. */
function pointwiseLayers(): [rows: number, cols: number][] {
  const layers: [number, number][] = [[32, 16]];
  let channels = 16;
  for (const [out, repeats] of [
    [24, 2],
    [32, 3],
    [64, 4],
    [96, 3],
    [160, 3],
    [320, 1],
  ] as const) {
    for (let n = 0; n < repeats; n++) {
      layers.push([channels, 6 * channels], [6 * channels, out]);
      channels = out;
    }
  }
  return [...layers, [320, 1280]];
}

const tilesOf = (cellsPerWeight: 1 | 2): Rectangle[] =>
  pointwiseLayers().flatMap(([rows, cols]) =>
    rectanglesOf(
      columnTiles(cols, cellsPerWeight, publishedSpans(rows, array), array),
      cellsPerWeight,
    ),
  );

function expectPacked(rectangles: readonly Rectangle[], packing: ReturnType<typeof pack>): void {
  const used = Array.from({ length: packing.arrays }, () => new Uint8Array(256 * 256));
  rectangles.forEach(({ width, height }, i) => {
    const place = packing.places[i]!;
    expect(place.x + width).toBeLessThanOrEqual(256);
    expect(place.y + height).toBeLessThanOrEqual(256);
    for (let y = place.y; y < place.y + height; y++) {
      for (let x = place.x; x < place.x + width; x++) used[place.array]![256 * y + x]!++;
    }
  });
  const most = used.reduce(
    (max, cells) =>
      Math.max(
        max,
        cells.reduce((a, b) => Math.max(a, b), 0),
      ),
    0,
  );
  expect(most, 'a cell is used twice').toBeLessThanOrEqual(1);
  expect(
    used.every((cells) => cells.includes(1)),
    'an array is empty',
  ).toBe(true);
}

describe('Tile&Pack of MobileNetV2 1.0', () => {
  it('cuts its 34 pointwise layers into 85 tiles of 2,124,672 cells', () => {
    const tiles = tilesOf(1);
    expect(pointwiseLayers()).toHaveLength(34);
    expect(tiles).toHaveLength(85);
    expect(tiles.reduce((sum, r) => sum + r.width * r.height, 0)).toBe(2_124_672);
  });

  it('needs exactly 34 arrays with the published algorithm', () => {
    const packing = pack(tilesOf(1), bin, publishedRule);
    expect(packing.arrays).toBe(34);
    expectPacked(tilesOf(1), packing);
  });

  it('reaches 33 with the best of the rules, which no packing can go below', () => {
    const best = packBest(tilesOf(1), bin);
    expect(best.arrays).toBe(33);
    expect(areaBound(tilesOf(1), bin)).toBe(33);
    expectPacked(tilesOf(1), best);
  });

  it('needs 66 with two columns a weight', () => {
    expect(pack(tilesOf(2), bin, publishedRule).arrays).toBe(66);
  });
});

describe('packing', () => {
  it('never overlaps and never leaves an array, whatever the rule', () => {
    const random = new Random(5);
    for (const heuristic of Object.keys(heuristics) as Heuristic[]) {
      for (const order of Object.keys(orders) as Order[]) {
        const rectangles = Array.from({ length: 40 }, () => ({
          width: random.from(1, 256),
          height: random.from(1, 256),
        }));
        expectPacked(rectangles, pack(rectangles, bin, { heuristic, order }));
      }
    }
  });
});
