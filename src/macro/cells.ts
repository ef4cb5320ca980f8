/** What single cells conduct, as a chip lets one see it: products with one row driven. */
import { engineParts } from '../config/index.js';
import { configure, openArrays } from '../session/index.js';
import type { SessionOptions } from '../session/index.js';
import { productJob, rangeTo, weightSection, weightsFor } from './workload.js';

/** Largest input of a row. */
const drive = 127;
/** |weight| of the largest conductance. */
const steps = 8;

/** Mean and standard deviation of cells about what they were programmed to, percent of the largest conductance. */
export function cellErrors(session: SessionOptions): { mean: number; sigma: number } {
  const set = { ...session.set, 'ima.adc_bits': 12, 'ima.read_noise': 0 };
  const opened = { ...session, set };
  const config = configure(opened).of(engineParts.ima);
  const { rows, cols } = config;
  const arrays = openArrays(opened);
  const weights = weightsFor(config);
  arrays.preload('.ima.0', weightSection(weights));
  // A quarter more than the largest weight, for those that came out larger.
  const range = rangeTo(2047 / (1.25 * steps * drive));
  const unit = (100 * (2 ** range.r / range.m)) / (steps * drive);
  const codes = new Int32Array(cols);
  let sum = 0;
  let squares = 0;
  for (let y = 0; y < rows; y++) {
    const tile = { array: 0, x: 0, y, rows: 1 };
    arrays.run(productJob(tile, cols, range, true), Uint8Array.of(drive), codes, cols);
    for (let x = 0; x < cols; x++) {
      const error = codes[x] * unit - (100 * weights[y * cols + x]) / steps;
      sum += error;
      squares += error * error;
    }
  }
  const mean = sum / (rows * cols);
  return { mean, sigma: Math.sqrt(squares / (rows * cols) - mean * mean) };
}
