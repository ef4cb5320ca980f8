import {
  cholesky,
  OutputRounder,
  roundNaively,
  solveCholesky,
  type CodeRange,
} from './rounding.js';
import { momentsOf, type Samples } from './statistics.js';

/** Weights of a layer in codes, with what makes real numbers of its accumulators. */
export interface FittedWeights {
  /** [outputs][inputs]. */
  readonly codes: Int8Array;
  /** Real value of one unit of the accumulator. */
  readonly unit: Float64Array;
  readonly bias: Float64Array;
}

export interface FitOptions {
  readonly range: CodeRange;
  /** Smallest scale tried, as a fraction of the scale that maps the largest weight to the range's end. */
  readonly smallestScale: number;
}

/**
 * How strongly the covariance of the inputs is trusted less than its diagonal, and the trained
 * weights more than fitted ones: calibration sees few pictures. Relative to the mean variance of an
 * input and to each input's own. Judged on block 7 with two calibration pictures left out of the
 * fit: from 0.1 to 0.5 and from 0 to 0.5 the cosine of the output changes by less than 0.0005.
 */
const pullByMean = 0.1;
const pullByOwn = 0.2;

/**
 * Fits integer weights of several outputs to real outputs, given the integer inputs they will
 * really see: first the real weights that best map these inputs to the wanted outputs, then codes
 * for them (see OutputRounder), then the bias that leaves no mean error.
 *
 * @param trained [outputs][inputs], real value per input code
 */
export function fitWeights(
  samples: Samples,
  trained: Float64Array,
  options: FitOptions,
): FittedWeights {
  const { inputs: n, outputs } = samples;
  const { meanX, meanY, xx, yx } = momentsOf(samples);
  let trace = 0;
  for (let i = 0; i < n; i += 1) trace += xx[i * n + i]!;
  // A layer whose inputs never vary still needs a positive definite matrix.
  const floor = pullByMean * Math.max(trace / n, 1e-6);
  const pull = Float64Array.from({ length: n }, (_, i) => floor + pullByOwn * xx[i * n + i]!);
  for (let i = 0; i < n; i += 1) xx[i * n + i]! += pull[i]!;
  const factor = cholesky(xx, n);
  const rounder = new OutputRounder(xx, n);
  const codes = new Int8Array(outputs * n);
  const unit = new Float64Array(outputs);
  const bias = new Float64Array(outputs);
  const wanted = new Float64Array(n);
  for (let o = 0; o < outputs; o += 1) {
    const row = o * n;
    for (let i = 0; i < n; i += 1) wanted[i] = yx[row + i]! + pull[i]! * trained[row + i]!;
    const w = solveCholesky(factor, wanted, n);
    const found = rounder.search(w, options.range, options.smallestScale);
    codes.set(found.codes, row);
    unit[o] = found.scale;
    bias[o] = meanY[o]! - found.scale * dot(found.codes, meanX);
  }
  return { codes, unit, bias };
}

/** Each weight to its nearest code, scale by the largest weight, trained bias: the plain way. */
export function fitNaively(
  trained: Float64Array,
  bias: Float64Array,
  range: CodeRange,
): FittedWeights {
  const outputs = bias.length;
  const n = trained.length / outputs;
  const codes = new Int8Array(trained.length);
  const unit = new Float64Array(outputs);
  for (let o = 0; o < outputs; o += 1) {
    const found = roundNaively(trained.subarray(o * n, (o + 1) * n), range);
    codes.set(found.codes, o * n);
    unit[o] = found.scale;
  }
  return { codes, unit, bias };
}

function dot(codes: Int8Array, x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i += 1) sum += codes[i]! * x[i]!;
  return sum;
}
