import { fixedSigma, noise, noiseKey } from './noise.js';

/**
 * Charge-domain accumulation: each cell of a column puts its charge on a capacitor, then all capacitors
 * of the column share it, so that the voltage is the mean of the products.
 *
 * Source: CAP-RAM (JSSC 56(6), 2021) and the patent application of the same group: a capacitor is charged from
 * the input, tied to ground or left by the stored bit, and joined with its column. Capacitors differ from cell
 * to cell by a fixed amount per chip. Limits: no parasitics, no leakage, no charge
 * injection of the switches.
 */
export const nominalCapacitor = 4096;

/** Event number under which a chip draws its capacitors; products count from 0 up. */
const capacitorDraw = -2;

/** Capacitors of a macro, row-major, in units of 1/4096 of the nominal one. */
export function drawCapacitors(
  rows: number,
  columns: number,
  sigma: number,
  seed: number,
  array: number,
): Int16Array {
  const scale = fixedSigma(sigma * nominalCapacitor);
  const key = noiseKey(seed, array, capacitorDraw);
  return Int16Array.from(
    { length: rows * columns },
    (_, i) => nominalCapacitor + noise(key, i, scale),
  );
}

/** Sum of the capacitors of each column. */
export function columnCapacitance(
  capacitors: Int16Array,
  rows: number,
  columns: number,
): Float64Array {
  const sums = new Float64Array(columns);
  for (let i = 0; i < rows; i++)
    for (let c = 0; c < columns; c++) sums[c] += capacitors[i * columns + c];
  return sums;
}
