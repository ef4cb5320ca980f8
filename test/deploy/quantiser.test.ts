import { describe, expect, test } from 'vitest';
import { weightRange } from '../../src/deploy/quantise/block.js';
import { calibrateConverter } from '../../src/deploy/quantise/converter-range.js';
import { fitNaively, fitWeights } from '../../src/deploy/quantise/fit.js';
import { cholesky, OutputRounder, solveCholesky } from '../../src/deploy/quantise/rounding.js';
import { cosine, type Samples } from '../../src/deploy/quantise/statistics.js';
import { Sequence } from './sequence.js';

/** Correlated inputs: neighbours share most of their value. */
function correlatedSamples(inputs: number, weights: number[], bias: number): Samples {
  const random = new Sequence(7);
  const count = 400;
  const x = new Float64Array(count * inputs);
  const y = new Float64Array(count);
  for (let s = 0; s < count; s += 1) {
    const common = random.below(150);
    for (let i = 0; i < inputs; i += 1) {
      x[s * inputs + i] = common + random.below(60);
      y[s]! += weights[i]! * x[s * inputs + i]!;
    }
    y[s]! += bias;
  }
  return { count, inputs, outputs: 1, x, y };
}

/** Square root of the mean square difference between wanted and computed outputs. */
function outputError(
  samples: Samples,
  fitted: { codes: Int8Array; unit: Float64Array; bias: Float64Array },
): { rms: number; mean: number } {
  let sum = 0;
  let squares = 0;
  for (let s = 0; s < samples.count; s += 1) {
    let acc = 0;
    for (let i = 0; i < samples.inputs; i += 1) {
      acc += fitted.codes[i]! * samples.x[s * samples.inputs + i]!;
    }
    const miss = acc * fitted.unit[0]! + fitted.bias[0]! - samples.y[s]!;
    sum += miss;
    squares += miss * miss;
  }
  return { rms: Math.sqrt(squares / samples.count), mean: sum / samples.count };
}

const realWeights = (n: number): number[] => {
  const random = new Sequence(11);
  return Array.from({ length: n }, () => (random.below(2001) - 1000) / 1000);
};

describe('fitting of weights', () => {
  const weights = realWeights(24);
  const samples = correlatedSamples(24, weights, 5);
  const trained = Float64Array.from(weights);

  test('4-bit codes stay in their range and leave no mean error', () => {
    const fitted = fitWeights(samples, trained, { range: weightRange(4), smallestScale: 0.45 });
    expect(Math.min(...fitted.codes)).toBeGreaterThanOrEqual(-8);
    expect(Math.max(...fitted.codes)).toBeLessThanOrEqual(7);
    expect(Math.abs(outputError(samples, fitted).mean)).toBeLessThan(1e-6);
  });

  test('on correlated inputs it takes a third off the error of rounding to nearest', () => {
    const best = fitWeights(samples, trained, { range: weightRange(4), smallestScale: 0.45 });
    const naive = fitNaively(trained, Float64Array.of(5), weightRange(4));
    expect(outputError(samples, best).rms).toBeLessThan((2 / 3) * outputError(samples, naive).rms);
  });

  test('8-bit codes lie in +-119', () => {
    const fitted = fitWeights(samples, trained, { range: weightRange(8), smallestScale: 1 });
    expect(Math.max(...fitted.codes.map(Math.abs))).toBeLessThanOrEqual(119);
    expect(Math.max(...fitted.codes.map(Math.abs))).toBeGreaterThanOrEqual(110);
  });

  test('weights that are codes already come back exactly', () => {
    const codes = [7, -7, 3, 0, -2, 5, 1, -4];
    const exact = codes.map((code) => code * 0.25);
    const fitted = fitWeights(correlatedSamples(8, exact, -3), Float64Array.from(exact), {
      range: weightRange(4),
      smallestScale: 0.45,
    });
    expect([...fitted.codes]).toEqual(codes);
    expect(fitted.unit[0]).toBeCloseTo(0.25, 9);
    expect(fitted.bias[0]).toBeCloseTo(-3, 6);
  });

  test('inputs that never vary give the trained weights', () => {
    const samplesOfZero: Samples = {
      count: 4,
      inputs: 2,
      outputs: 1,
      x: new Float64Array(8),
      y: new Float64Array(4).fill(2),
    };
    const fitted = fitWeights(samplesOfZero, Float64Array.of(0.7, -0.7), {
      range: weightRange(4),
      smallestScale: 1,
    });
    expect([...fitted.codes]).toEqual([7, -7]);
    expect(fitted.bias[0]).toBe(2);
  });
});

describe('rounder', () => {
  test('finds the best of all codes of a small problem', () => {
    // Two inputs with covariance [[1, 0.9], [0.9, 1]] and weights (1.4, 1.4) at scale 1: nearest
    // codes (1, 1) leave (-0.4, -0.4): error 0.16 * 3.8 = 0.608. Codes (1, 2) leave (-0.4, 0.6):
    // 0.16 + 0.36 - 2 * 0.9 * 0.24 = 0.088. The scale may then move and lower it further.
    const rounder = new OutputRounder(Float64Array.of(1, 0.9, 0.9, 1), 2);
    const found = rounder.search(Float64Array.of(1.4, 1.4), { lo: -2, hi: 2 }, 1);
    expect(found.error).toBeLessThanOrEqual(0.088);
  });

  test('all-zero weights stay zero', () => {
    const rounder = new OutputRounder(Float64Array.of(1), 1);
    const found = rounder.search(Float64Array.of(0), { lo: -8, hi: 7 }, 0.5);
    expect([...found.codes]).toEqual([0]);
    expect(found.scale).toBeGreaterThan(0);
  });

  test('the Cholesky solver solves', () => {
    // [[4, 2], [2, 3]] x = (8, 7) has x = (1.25, 1.5).
    const x = solveCholesky(cholesky(Float64Array.of(4, 2, 2, 3), 2), Float64Array.of(8, 7), 2);
    expect(x[0]).toBeCloseTo(1.25, 12);
    expect(x[1]).toBeCloseTo(1.5, 12);
  });
});

describe('converter range', () => {
  // Outputs clip beyond sums of 127.5 / 0.06 = 2125.
  const layer = { gain: Float64Array.of(0.06), offset: Float64Array.of(0), lo: -128, hi: 127 };

  test('sums that fit are not converted at all', () => {
    const sums = Int32Array.from({ length: 255 }, (_, i) => i - 127);
    const found = calibrateConverter(
      { count: 255, cols: 1, parts: [{ sums, factor: 1 }] },
      layer,
      8,
    );
    expect(found.converter.m / 2 ** found.converter.r).toBe(1);
    expect(found.step).toBe(1);
    expect(found.offset[0]).toBeCloseTo(0, 9);
  });

  test('one outlier does not set the range of all others', () => {
    const sums = Int32Array.from({ length: 1000 }, (_, i) => (i === 0 ? 60_000 : (i % 200) * 10));
    const found = calibrateConverter(
      { count: 1000, cols: 1, parts: [{ sums, factor: 1 }] },
      layer,
      8,
    );
    // Covering the outlier takes steps of 472, but its output clips all the same as soon as the
    // converter reaches 2117, in steps of 16.7, which also cover the rest (up to 1990).
    const step = 2 ** found.converter.r / found.converter.m;
    expect(step).toBeLessThan(20);
    expect(step).toBeGreaterThan(15);
  });

  test('fewer bits give coarser steps', () => {
    const sums = Int32Array.from({ length: 1000 }, (_, i) => (i % 200) * 10);
    const step = (bits: number): number => {
      const calibrated = calibrateConverter(
        { count: 1000, cols: 1, parts: [{ sums, factor: 1 }] },
        layer,
        bits,
      );
      const { m, r, lo, hi } = calibrated.converter;
      expect([lo, hi]).toEqual([-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]);
      return 2 ** r / m;
    };
    expect(step(4)).toBeGreaterThan(4 * step(8));
  });
});

test('the cosine of parallel, opposite and orthogonal vectors', () => {
  expect(cosine([1, 2], [2, 4])).toBeCloseTo(1, 12);
  expect(cosine([1, 2], [-2, -4])).toBeCloseTo(-1, 12);
  expect(cosine([1, 0], [0, 3])).toBe(0);
});
