import { describe, expect, test } from 'vitest';
import type { Requantisation } from '../../src/deploy/quantise/requantise.js';
import { splitWeight, weightRange } from '../../src/deploy/quantise/block.js';
import { depthwise, pointwise } from '../../src/deploy/reference/layers.js';
import type { ArrayExecution, LayerPlan } from '../../src/deploy/reference/plan.js';

/** Divides by 2 and rounds half up: mul 1, shift 1. */
const halves = (cols: number, lo: number, hi: number): Requantisation => ({
  mul: new Int32Array(cols).fill(1),
  bias: new BigInt64Array(cols),
  shift: 1,
  lo,
  hi,
});

const layer = (
  rows: number,
  cols: number,
  weights: number[],
  array?: ArrayExecution,
  outSigned = true,
): LayerPlan => ({
  rows,
  cols,
  inSigned: true,
  outSigned,
  weights: Int8Array.from(weights),
  requantisation: outSigned ? halves(cols, -128, 127) : halves(cols, 0, 255),
  array,
});

/** Divides a column sum by 4. */
const quarter = { m: 1, r: 2, lo: -128, hi: 127 };

describe('the two cells of an 8-bit weight', () => {
  test('every weight is 16 hi + lo with both in -8..7', () => {
    const { lo: least, hi: most } = weightRange(8);
    for (let weight = least; weight <= most; weight += 1) {
      const { hi, lo } = splitWeight(weight);
      expect(16 * hi + lo).toBe(weight);
      expect(Math.min(hi, lo)).toBeGreaterThanOrEqual(-8);
      expect(Math.max(hi, lo)).toBeLessThanOrEqual(7);
    }
    expect([least, most]).toEqual([-119, 119]);
  });
});

describe('pointwise layer', () => {
  test('digital, two pixels by two outputs', () => {
    // Sums: 1*3 + 2*(-4) = -5, 1*5 + 2*6 = 17; 10*3 - 20*(-4) ... with signs (10, -20): 110, -70.
    const out = pointwise(layer(2, 2, [3, -4, 5, 6]), Int8Array.of(1, 2, 10, -20));
    // Halved, half up: -5 -> -2 (floor(-2.5 + 0.5)), 17 -> 9, 110 -> 55, -70 -> -35.
    expect([...out]).toEqual([-2, 9, 55, -35]);
  });

  test('unsigned outputs clip at 0 and 255', () => {
    const out = pointwise(layer(1, 2, [7, -7], undefined, false), Uint8Array.of(255, 3));
    // 1785 / 2 > 255; negative sums give 0; 21 / 2 = 10.5 -> 11.
    expect([...out]).toEqual([255, 0, 11, 0]);
  });

  test('each row tile is converted before the tiles are added', () => {
    // Sums of the tiles: 6 and 6. Converted one by one: 6 / 4 = 1.5 -> 2, so 2 + 2 = 4 -> 2 after
    // halving; converted together 12 / 4 = 3 -> 3 / 2 = 1.5 -> 2 would not tell, so input 2 is 5:
    // 5 / 4 -> 1; apart 2 + 1 = 3 -> 2, together 11 / 4 = 2.75 -> 3 -> 2; and 6 + 2: apart
    // 2 + 1 = 3 -> 2 (half up), together 8 / 4 = 2 -> 1.
    const array: ArrayExecution = {
      cellsPerWeight: 1,
      converter: quarter,
      spans: [
        { first: 0, rows: 1 },
        { first: 1, rows: 1 },
      ],
    };
    const apart = pointwise(layer(2, 1, [1, 1], array), Int8Array.of(6, 2));
    const together = pointwise(
      layer(2, 1, [1, 1], { ...array, spans: [{ first: 0, rows: 2 }] }),
      Int8Array.of(6, 2),
    );
    expect([...apart, ...together]).toEqual([2, 1]);
  });

  test('the two columns of a weight are converted before they are joined', () => {
    // Weight 25 = 16 * 2 - 7. Input 3: hi sum 6 -> 6 / 4 = 1.5 -> 2; lo sum -21 -> -5.25 -> -5.
    // 16 * 2 - 5 = 27 -> 14 after halving, half up. Ideal: 75 -> 38.
    const array = { cellsPerWeight: 2, spans: [{ first: 0, rows: 1 }] } as const;
    const converted = layer(1, 1, [25], { ...array, converter: quarter });
    const ideal = layer(1, 1, [25], { ...array, converter: undefined });
    expect([...pointwise(converted, Int8Array.of(3))]).toEqual([14]);
    expect([...pointwise(ideal, Int8Array.of(3))]).toEqual([38]);
  });
});

describe('depth-wise layer', () => {
  const geometry = (stride: number, padTop: number, out: number) => ({
    inHeight: 2,
    inWidth: 2,
    outHeight: out,
    outWidth: out,
    stride,
    padTop,
    padLeft: padTop,
  });
  const taps = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  test('stride 1 with a border of zeros', () => {
    // Input [[2, 4], [6, 8]]. Output (0,0): 5*2 + 6*4 + 8*6 + 9*8 = 154; (0,1): 4*2 + 5*4 + 7*6 +
    // 8*8 = 134; (1,0): 2*2 + 3*4 + 5*6 + 6*8 = 94; (1,1): 1*2 + 2*4 + 4*6 + 5*8 = 74. Halved.
    const out = depthwise(
      layer(9, 1, taps, undefined, false),
      geometry(1, 1, 2),
      Uint8Array.of(2, 4, 6, 8),
    );
    expect([...out]).toEqual([77, 67, 47, 37]);
  });

  test('stride 2 on an even size pads behind', () => {
    // The only window starts at (0, 0): 1*2 + 2*4 + 4*6 + 5*8 = 74.
    const out = depthwise(
      layer(9, 1, taps, undefined, false),
      geometry(2, 0, 1),
      Uint8Array.of(2, 4, 6, 8),
    );
    expect([...out]).toEqual([37]);
  });

  test('on an array, taps in two row tiles, two columns a weight', () => {
    // Window at (0, 0) of stride 2. Weights 20 = 16 + 4 on taps 0, 1, 3, 4. Tile 0 holds taps 0..2:
    // hi 2 + 4 = 6 -> 2, lo 4 * 6 = 24 -> 6; tile 1 taps 3..8: hi 14 -> 3.5 -> 4, lo 56 -> 14.
    // 16 * 2 + 6 + 16 * 4 + 14 = 116 -> 58.
    const array: ArrayExecution = {
      cellsPerWeight: 2,
      converter: quarter,
      spans: [
        { first: 0, rows: 3 },
        { first: 3, rows: 6 },
      ],
    };
    const weights = [20, 20, 0, 20, 20, 0, 0, 0, 0];
    const out = depthwise(
      layer(9, 1, weights, array, false),
      geometry(2, 0, 1),
      Uint8Array.of(2, 4, 6, 8),
    );
    expect([...out]).toEqual([58]);
  });
});
