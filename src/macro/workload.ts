/** Random products through the arrays of a machine, beside their exact sums. */
import { mix } from '../../accel/physics/noise.js';
import type { AdcRange } from '../../accel/physics/adc.js';
import type { RowTile } from '../../accel/mvm/job.js';
import type { ImaConfig } from '../../accel/ima/parameters.js';
import type { FunctionalEngine, MvmJob } from '../session/index.js';
import type { Outcome } from './statistics.js';

export interface WorkloadOptions {
  readonly products: number;
  /** `uniform`: signed bytes, all alike; `activations`: unsigned, half of them zero, small ones more often. */
  readonly inputs: 'uniform' | 'activations';
}

export interface Measured extends Outcome {
  readonly histogram: { readonly lowest: number; readonly counts: readonly number[] };
  readonly counters: Readonly<Record<string, number>>;
}

/** Products that set the range and are not measured. */
const calibrationProducts = 64;
/** Weights are from -7 to 7, so that both signs are alike. */
const levels = 15;

export class Workload {
  readonly products: number;
  /** Largest magnitude of a column sum of the calibration products. */
  readonly fullScale: number;
  private readonly rows: number;
  private readonly cols: number;
  private readonly weights: Int8Array;
  private readonly signed: boolean;

  constructor(config: ImaConfig, options: WorkloadOptions) {
    const { rows, cols } = config;
    this.rows = rows;
    this.cols = cols;
    this.products = options.products;
    this.signed = options.inputs === 'uniform';
    this.weights = weightsFor(config);
    let largest = 1;
    for (let k = 0; k < calibrationProducts; k++)
      for (const sum of this.exact(this.input(-1 - k))) largest = Math.max(largest, Math.abs(sum));
    this.fullScale = largest;
  }

  run(arrays: FunctionalEngine, bits: number): Measured {
    const { rows, cols } = this;
    arrays.preload('.ima.0', weightSection(this.weights));
    const highest = 2 ** (bits - 1) - 1;
    const range = rangeTo(highest / this.fullScale);
    const step = 2 ** range.r / range.m;
    const tile = { array: 0, x: 0, y: 0, rows };
    const job = productJob(tile, cols, range, this.signed);
    const codes = new Int32Array(cols);
    const counts = Array.from({ length: 2 * highest + 2 }, () => 0);
    const exact: number[] = [];
    const found: number[] = [];
    const before = arrays.counters();
    for (let k = 0; k < this.products; k++) {
      const input = this.input(k);
      arrays.run(job, input, codes, cols);
      exact.push(...this.exact(input));
      for (const code of codes) {
        found.push(code * step);
        counts[code + highest + 1]++;
      }
    }
    const counters = Object.fromEntries(
      Object.entries(arrays.counters()).map(([key, value]) => [key, value - (before[key] ?? 0)]),
    );
    const clipped = counters['adc_clipped'] ?? 0;
    return { exact, found, clipped, counters, histogram: { lowest: -highest - 1, counts } };
  }

  private input(product: number): Uint8Array {
    return Uint8Array.from({ length: this.rows }, (_, i) => {
      if (this.signed) return draw(2 + product, i, 256);
      // A triangle around zero, of which the negative half is cut off.
      return Math.max(0, draw(2 + product, 2 * i, 256) - draw(2 + product, 2 * i + 1, 256));
    });
  }

  private exact(input: Uint8Array): number[] {
    const { rows, cols, weights } = this;
    const sums = Array.from({ length: cols }, () => 0);
    for (let y = 0; y < rows; y++) {
      const value = this.signed ? (input[y] << 24) >> 24 : input[y];
      for (let x = 0; x < cols; x++) sums[x] += value * weights[y * cols + x];
    }
    return sums;
  }
}

/** One product of one row tile, whose codes are the result. */
export const productJob = (
  tile: RowTile,
  outputs: number,
  range: AdcRange,
  inputSigned: boolean,
): MvmJob => ({
  pixels: 1,
  outputs,
  columnsPerOutput: 1,
  tiles: [tile],
  inputSigned,
  range,
  requantise: false,
  raw: true,
  own: new Int32Array(),
  mulAddress: 0,
  biasAddress: 0,
  shift: 1,
  lo: 0,
  hi: 0,
});

/** Weights of one array, row-major. */
export const weightsFor = ({ rows, cols }: ImaConfig): Int8Array =>
  Int8Array.from({ length: rows * cols }, (_, i) => draw(1, i, levels) - 7);

/** As a section of an image: two cells a byte, the low nibble first. */
export const weightSection = (weights: Int8Array): Uint8Array =>
  Uint8Array.from(
    { length: Math.ceil(weights.length / 2) },
    (_, i) => (weights[2 * i] & 15) | (((weights[2 * i + 1] ?? 0) & 15) << 4),
  );

/** A whole number below `bound` that depends on where it stands only. */
const draw = (stream: number, index: number, bound: number): number =>
  Math.floor(((mix(mix(stream) ^ index) >>> 0) / 2 ** 32) * bound);

/** The slope as the registers hold it. */
export function rangeTo(slope: number): AdcRange {
  let r = 48;
  while (slope * 2 ** r >= 2 ** 31 - 1) r--;
  return { m: Math.round(slope * 2 ** r), r };
}
