import { columnConverter } from '../reference/arithmetic.js';
import type { Converter } from '../reference/plan.js';

/** Column sums that calibration pictures cause, before conversion. */
export interface ColumnSums {
  readonly count: number;
  readonly cols: number;
  /** One table [count][cols] for each span and cell column of a weight. */
  readonly parts: readonly { readonly sums: Int32Array; readonly factor: number }[];
}

/** What is known of the layer behind the converters. */
export interface ConvertedLayer {
  /** Output codes per unit of the ideal accumulator, and output codes added, per output. */
  readonly gain: Float64Array;
  readonly offset: Float64Array;
  readonly lo: number;
  readonly hi: number;
}

/** A converter and the linear map from its accumulators back to ideal ones, per output. */
export interface CalibratedConverter {
  readonly converter: Converter;
  /** Ideal accumulator units per unit of the converted accumulator. */
  readonly gain: Float64Array;
  /** Ideal accumulator units to add. */
  readonly offset: Float64Array;
}

/** Bits of M: the step of the converter is exact to 2^-14. */
const gainBits = 15;

/** M and R for a step of `step` units of the column sum per code, step >= 1. */
export function converterOf(step: number, adcBits: number): Converter {
  const exponent = Math.floor(Math.log2(step));
  // 2^14 <= M < 2^15, except that a step of exactly a power of two gives M = 2^14.
  let r = gainBits + exponent;
  let m = Math.round(2 ** r / step);
  if (m >= 2 ** gainBits) {
    r -= 1;
    m = Math.round(2 ** r / step);
  }
  return { m, r, lo: -(2 ** (adcBits - 1)), hi: 2 ** (adcBits - 1) - 1 };
}

/** A converter that changes nothing within its range. */
export const unitConverter = (adcBits: number): Converter => converterOf(1, adcBits);

/** Steps tried, as fractions of the step that just avoids clipping. */
const candidates = Array.from({ length: 26 }, (_, i) => 2 ** (-i / 5));

/**
 * Chooses the range of a layer's converters: of the steps tried the one whose outputs, after
 * correction and clipping, differ least (mean square, in output codes) from those with ideal
 * converters. A wide range makes the steps coarse, a narrow one clips; the outputs decide.
 */
export function calibrateConverter(
  sums: ColumnSums,
  layer: ConvertedLayer,
  adcBits: number,
): CalibratedConverter {
  let top = 1;
  for (const { sums: table } of sums.parts) for (const s of table) top = Math.max(top, Math.abs(s));
  const ideal = accumulate(sums, top, undefined);
  let best: { error: number; found: CalibratedConverter } | undefined;
  for (const fraction of candidates) {
    const step = Math.max(1, (top / (2 ** (adcBits - 1) - 1)) * fraction);
    const converter = converterOf(step, adcBits);
    const converted = accumulate(sums, top, converter);
    const fit = fitLine(converted, ideal, sums, layer, step);
    const error = outputError(converted, ideal, sums, layer, fit);
    if (best === undefined || error < best.error) best = { error, found: { converter, ...fit } };
    if (step === 1) break;
  }
  return best!.found;
}

/** Accumulators [count][cols] behind a converter, or ideal ones. */
function accumulate(sums: ColumnSums, top: number, converter: Converter | undefined): Float64Array {
  const total = new Float64Array(sums.count * sums.cols);
  for (const { sums: table, factor } of sums.parts) {
    if (converter === undefined) {
      for (let i = 0; i < total.length; i += 1) total[i]! += factor * table[i]!;
      continue;
    }
    const convert = columnConverter(converter, top);
    for (let i = 0; i < total.length; i += 1) total[i]! += factor * convert(table[i]!);
  }
  return total;
}

interface Line {
  readonly gain: Float64Array;
  readonly offset: Float64Array;
}

/**
 * Per output, the line that maps converted accumulators to ideal ones with least square error and
 * no mean error. Samples whose output clips anyway hardly count.
 */
function fitLine(
  converted: Float64Array,
  ideal: Float64Array,
  { count, cols }: ColumnSums,
  layer: ConvertedLayer,
  step: number,
): Line {
  const gain = new Float64Array(cols);
  const offset = new Float64Array(cols);
  for (let c = 0; c < cols; c += 1) {
    let n = 0;
    let x = 0;
    let y = 0;
    let xx = 0;
    let xy = 0;
    for (let i = c; i < count * cols; i += cols) {
      const q = ideal[i]! * layer.gain[c]! + layer.offset[c]!;
      const weight = q >= layer.lo && q <= layer.hi ? 1 : 0.02;
      n += weight;
      x += weight * converted[i]!;
      y += weight * ideal[i]!;
      xx += weight * converted[i]! * converted[i]!;
      xy += weight * converted[i]! * ideal[i]!;
    }
    const variance = xx / n - (x / n) ** 2;
    const slope = variance > 1e-9 ? (xy / n - (x / n) * (y / n)) / variance : step;
    // An output with few informative samples keeps the converter's own step.
    gain[c] = slope > 0.7 * step && slope < 1.4 * step ? slope : step;
    offset[c] = y / n - gain[c]! * (x / n);
  }
  return { gain, offset };
}

function outputError(
  converted: Float64Array,
  ideal: Float64Array,
  { count, cols }: ColumnSums,
  layer: ConvertedLayer,
  line: Line,
): number {
  let error = 0;
  for (let i = 0; i < count * cols; i += 1) {
    const c = i % cols;
    const restored = converted[i]! * line.gain[c]! + line.offset[c]!;
    const q = restored * layer.gain[c]! + layer.offset[c]!;
    const wanted = ideal[i]! * layer.gain[c]! + layer.offset[c]!;
    const miss =
      Math.min(layer.hi, Math.max(layer.lo, q)) - Math.min(layer.hi, Math.max(layer.lo, wanted));
    error += miss * miss;
  }
  return error;
}
