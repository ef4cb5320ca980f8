import { misuse } from '../../emulator/hwpe/index.js';
import type { CellArray } from './cells.js';

/** Rows that share a word of a bit column. */
const wordRows = 32;

/**
 * One-bit cells in columns. A 4-bit cell of the contract is four bit columns; the two nibbles of an 8-bit
 * weight can make eight in two's complement, so that only the highest is negative. A bit column is
 * kept as a mask of its rows.
 */
export class BitArray implements CellArray {
  readonly cells: Int8Array;
  /** Words of a bit column. */
  readonly words: number;
  /** [bit][word] of the weights of 4 and 8 bits that start in a column; built when needed. */
  private readonly narrow: (Int32Array | undefined)[];
  private readonly wide: (Int32Array | undefined)[];

  constructor(
    /** Of the engine, for messages. */
    private readonly name: string,
    readonly rows: number,
    readonly cols: number,
  ) {
    this.cells = new Int8Array(rows * cols);
    this.words = Math.ceil(rows / wordRows);
    this.narrow = Array.from({ length: cols }, () => undefined);
    this.wide = this.narrow.slice();
  }

  get(x: number, y: number): number {
    return this.cells[y * this.cols + x];
  }

  set(x: number, y: number, value: number): void {
    this.cells[y * this.cols + x] = value;
    this.narrow[x] = this.wide[x] = undefined;
    if (x > 0) this.wide[x - 1] = undefined;
  }

  load(cells: Int8Array): void {
    this.cells.set(cells);
    this.narrow.fill(undefined);
    this.wide.fill(undefined);
  }

  /** Bit columns of the weights in column `x`: 4, or 8 with the low nibble in column x + 1. */
  columns(x: number, bits: number): Int32Array {
    const planes = bits === 8 ? this.wide : this.narrow;
    return (planes[x] ??= this.build(x, bits));
  }

  private build(x: number, bits: number): Int32Array {
    const { rows, words } = this;
    const planes = new Int32Array(bits * words);
    for (let y = 0; y < rows; y++) {
      const weight = bits === 8 ? this.composed(x, y) : this.get(x, y);
      for (let i = 0; i < bits; i++)
        planes[i * words + Math.floor(y / wordRows)] |= ((weight >> i) & 1) << (y % wordRows);
    }
    return planes;
  }

  private composed(x: number, y: number): number {
    const [high, low] = [this.get(x, y), this.get(x + 1, y)];
    const weight = 16 * high + low;
    if (weight < -128)
      throw misuse(
        `${this.name}: nibbles ${high} and ${low} of row ${y}, columns ${x} and ${x + 1} make ${weight}, eight bit columns hold -128 to 127`,
        -1,
        'split 8-bit weights so that 16 high + low stays within -128 to 119',
      );
    return weight;
  }
}

/** Sets bit j of the inputs of rows `y` on as masks [bit][word]. */
export function inputMasks(
  input: Uint8Array,
  rows: number,
  y: number,
  words: number,
  masks: Int32Array,
): void {
  masks.fill(0);
  for (let i = 0; i < rows; i++) {
    const byte = input[i];
    if (byte === 0) continue;
    const word = (y + i) >> 5;
    const bit = (y + i) & 31;
    for (let j = 0; j < 8; j++) masks[j * words + word] |= ((byte >> j) & 1) << bit;
  }
}

/** First word of a bit column that these rows lie in, and one behind the last. */
export const wordSpan = (y: number, rows: number): readonly [first: number, end: number] => [
  Math.floor(y / wordRows),
  Math.floor((y + rows - 1) / wordRows) + 1,
];

/**
 * Ones in the conjunction of a bit column and an input bit: a one-bit column MAC.
 * @param first word that can hold a one, @param end one behind the last
 */
export function columnMac(
  column: Int32Array,
  at: number,
  input: Int32Array,
  from: number,
  first: number,
  end: number,
): number {
  let ones = 0;
  for (let k = first; k < end; k++) {
    let v = column[at + k] & input[from + k];
    v -= (v >>> 1) & 0x55555555;
    v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
    ones += Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return ones;
}
