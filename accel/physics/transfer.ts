import { OctobarError } from '../../emulator/sim/error.js';
import { adcSpan } from './adc.js';
import { gaussian } from './noise.js';
import type { ReadNoise } from './noise.js';

/**
 * A converter as it was measured: its mean code at inputs that divide its range evenly, joined by
 * straight lines. The first point belongs to the lowest code of an ideal converter, the last to
 * the highest. Limits: one table for all columns; outside of the range the ends hold.
 */
export type TransferTable = Float64Array;

/** `-128 -63.7 0.2 64 127`; empty: no table, the converter is straight. @throws OctobarError `config` */
export function parseTransfer(text: string, key: string): TransferTable | undefined {
  const parts = text
    .trim()
    .split(/[\s,]+/)
    .filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  const table = Float64Array.from(parts, Number);
  const wrong = table.findIndex((code) => !Number.isFinite(code) || Math.abs(code) > 4096);
  if (table.length >= 2 && wrong < 0) return table;
  const reason =
    wrong < 0 ? 'has a single point' : `has ${JSON.stringify(parts[wrong].slice(0, 40))} in it`;
  throw new OctobarError('config', `${key} ${reason}`, {
    hint: 'give at least two codes from -4096 to 4096, measured at even distances from the low to the high end of the range',
  });
}

function lookUp(table: TransferTable, value: number, lo: number, hi: number): number {
  const position = ((value - lo) / (hi - lo)) * (table.length - 1);
  if (position <= 0) return table[0];
  const index = Math.floor(position);
  if (index >= table.length - 1) return table[table.length - 1];
  return table[index] + (position - index) * (table[index + 1] - table[index]);
}

/** What turns a column into a code, besides its range. */
export interface Conversion {
  readonly bits: number;
  readonly noise: ReadNoise | null;
  readonly transfer: TransferTable | undefined;
}

/**
 * Converts columns of any unit: code = T(s * slope + noise), rounded half away from zero and clipped.
 * @param slope codes for a unit of the columns
 * @param first column of the array that stands at sums[0]
 * @returns how many columns were clipped
 */
export function convertMeasured(
  sums: Int32Array,
  count: number,
  slope: number,
  { bits, noise, transfer }: Conversion,
  first: number,
): number {
  const { lo, hi } = adcSpan(bits);
  let clipped = 0;
  for (let i = 0; i < count; i++) {
    let value = sums[i] * slope;
    if (noise !== null) value += gaussian(noise.key, first + i) * noise.gain;
    if (value >= hi + 0.5 || value <= lo - 0.5) clipped++;
    if (transfer !== undefined) value = lookUp(transfer, value, lo, hi);
    const magnitude = Math.min(Math.floor(Math.abs(value) + 0.5), value < 0 ? -lo : hi);
    sums[i] = value < 0 ? 0 - magnitude : magnitude;
  }
  return clipped;
}
