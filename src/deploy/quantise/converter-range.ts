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

/** A converter and the way back from its accumulators to ideal ones. */
export interface CalibratedConverter {
  readonly converter: Converter;
  /** Ideal accumulator units per unit of the converted accumulator: the converter's step. */
  readonly step: number;
  /** Ideal accumulator units to add, per output: what the converters take away on average. */
  readonly offset: Float64Array;
}

/** Bits of M: the step of the converter is exact to 2^-14. */
const gainBits = 15;

/** M and R for a step of `step` units of the column sum per code, step >= 1. */
export function converterOf(step: number, adcBits: number): Converter {
  const exponent = Math.floor(Math.log2(step));
  // 2^14 <= M < 2^15; a step that is a power of two, or just above, would give M = 2^15.
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
    const wanted = Math.max(1, (top / (2 ** (adcBits - 1) - 1)) * fraction);
    const converter = converterOf(wanted, adcBits);
    const step = 2 ** converter.r / converter.m;
    const restored = accumulate(sums, top, converter).map((acc) => acc * step);
    const offset = meanError(restored, ideal, sums, layer);
    const error = outputError(restored, ideal, sums, layer, offset);
    if (best === undefined || error < best.error)
      best = { error, found: { converter, step, offset } };
    if (wanted === 1) break;
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

/** Weight of a sample whose output clips with ideal converters: its error hardly matters. */
const clippedWeight = 0.02;

/** Per output, the mean of what the converters take away. */
function meanError(
  restored: Float64Array,
  ideal: Float64Array,
  { count, cols }: ColumnSums,
  layer: ConvertedLayer,
): Float64Array {
  const weights = new Float64Array(cols);
  const lost = new Float64Array(cols);
  for (let i = 0; i < count * cols; i += 1) {
    const c = i % cols;
    const q = ideal[i]! * layer.gain[c]! + layer.offset[c]!;
    const weight = q >= layer.lo && q <= layer.hi ? 1 : clippedWeight;
    weights[c]! += weight;
    lost[c]! += weight * (ideal[i]! - restored[i]!);
  }
  return lost.map((sum, c) => sum / weights[c]!);
}

/** Sum of the square differences of the outputs, in output codes. */
function outputError(
  restored: Float64Array,
  ideal: Float64Array,
  { count, cols }: ColumnSums,
  layer: ConvertedLayer,
  offset: Float64Array,
): number {
  const clip = (q: number): number => Math.min(layer.hi, Math.max(layer.lo, q));
  let error = 0;
  for (let i = 0; i < count * cols; i += 1) {
    const c = i % cols;
    const found = (restored[i]! + offset[c]!) * layer.gain[c]! + layer.offset[c]!;
    const wanted = ideal[i]! * layer.gain[c]! + layer.offset[c]!;
    error += (clip(found) - clip(wanted)) ** 2;
  }
  return error;
}
