import { dacInput } from '../physics/dac.js';
import { groupChannels, taps } from './job.js';

const rows = 3;

/** Weights of 16 channels, held stationary, and the sliding window over the input. */
export interface WindowState {
  /** int8 [tap][channel]. */
  weights: Int8Array;
  /** Ring of columns: [column][row][channel], decoded inputs. */
  columns: Int16Array;
}

/** Length of the ring for `columns` columns. */
export const windowWords = (columns: number): number => columns * rows * groupChannels;

export function clearWindow({ weights, columns }: WindowState): void {
  weights.fill(0);
  columns.fill(0);
}

/** Index of the first channel of a row of a column; columns count from the left edge of the padding. */
const at = (window: WindowState, column: number, row: number): number => {
  const length = window.columns.length / (rows * groupChannels);
  return ((column % length) * rows + row) * groupChannels;
};

/** Index of the first word of a column in the ring. */
export const columnStart = (window: WindowState, column: number): number => at(window, column, 0);

/** A column of the padding, or one about to be loaded: rows outside the input stay zero. */
export function clearColumn(window: WindowState, column: number): void {
  const from = at(window, column, 0);
  window.columns.fill(0, from, from + rows * groupChannels);
}

export function loadWindow(
  window: WindowState,
  column: number,
  row: number,
  channel: number,
  bytes: Uint8Array,
  count: number,
  signed: boolean,
): void {
  const to = at(window, column, row) + channel;
  for (let i = 0; i < count; i++) window.columns[to + i] = dacInput(bytes[i], signed);
}

/** Sums of the 9 products of each channel, for the window whose left column is `column`. */
export function correlate(window: WindowState, column: number, sums: Int32Array): void {
  sums.fill(0);
  for (let tap = 0; tap < taps; tap++) {
    const from = at(window, column + (tap % rows), Math.floor(tap / rows));
    const weights = tap * groupChannels;
    for (let c = 0; c < groupChannels; c++)
      sums[c] += window.columns[from + c] * window.weights[weights + c];
  }
}
