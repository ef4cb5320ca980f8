import type { CellArray } from '../mvm/cells.js';

/** Two columns ride in one double, as low + high * 2^22: |sum| of 1024 x 255 x 8 stays below 2^21. */
const field = 2 ** 22;
/** Columns of a block; column k of its lower half shares a double with column k of the upper half. */
const blockColumns = 16;
const half = blockColumns / 2;

/** Rows that carry a non-zero input, gathered once for all columns. */
export class ActiveRows {
  count = 0;
  readonly values: Float64Array;
  /** Offset of the row inside a block of packed cells. */
  readonly offsets: Int32Array;

  constructor(rows: number) {
    this.values = new Float64Array(rows);
    this.offsets = new Int32Array(rows);
  }

  clear(): void {
    this.count = 0;
  }

  add(row: number, value: number): void {
    if (value === 0) return;
    this.values[this.count] = value;
    this.offsets[this.count] = row * half;
    this.count++;
  }
}

/** One array of signed cells. Sums are exact; converters and devices are `accel/physics`. */
export class Crossbar implements CellArray {
  /** Row-major. */
  readonly cells: Int8Array;
  private readonly packed: Float64Array;

  constructor(
    readonly rows: number,
    readonly cols: number,
  ) {
    this.cells = new Int8Array(rows * cols);
    this.packed = new Float64Array(Math.ceil(cols / blockColumns) * rows * half);
  }

  get(x: number, y: number): number {
    return this.cells[y * this.cols + x];
  }

  set(x: number, y: number, value: number): void {
    this.cells[y * this.cols + x] = value;
    const block = Math.floor(x / blockColumns);
    const low = block * blockColumns + (x % half);
    const high = low + half;
    const index = (block * this.rows + y) * half + (x % half);
    const highCell = high < this.cols ? this.get(high, y) : 0;
    this.packed[index] = this.get(low, y) + highCell * field;
  }

  load(cells: Int8Array): void {
    for (let y = 0; y < this.rows; y++)
      for (let x = 0; x < this.cols; x++) this.set(x, y, cells[y * this.cols + x]);
  }

  /**
   * Column sums over the active rows, for all blocks that [x, x + count) touches.
   * @param sums indexed by column, a multiple of 16 long
   */
  multiply(active: ActiveRows, x: number, count: number, sums: Int32Array): void {
    const last = Math.floor((x + count - 1) / blockColumns);
    for (let block = Math.floor(x / blockColumns); block <= last; block++)
      this.multiplyBlock(active, block, sums);
  }

  private multiplyBlock(active: ActiveRows, block: number, sums: Int32Array): void {
    const { values, offsets, count } = active;
    const { packed } = this;
    const base = block * this.rows * half;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let s5 = 0;
    let s6 = 0;
    let s7 = 0;
    for (let i = 0; i < count; i++) {
      const v = values[i];
      const p = base + offsets[i];
      s0 += v * packed[p];
      s1 += v * packed[p + 1];
      s2 += v * packed[p + 2];
      s3 += v * packed[p + 3];
      s4 += v * packed[p + 4];
      s5 += v * packed[p + 5];
      s6 += v * packed[p + 6];
      s7 += v * packed[p + 7];
    }
    const column = block * blockColumns;
    unpack(sums, column, s0);
    unpack(sums, column + 1, s1);
    unpack(sums, column + 2, s2);
    unpack(sums, column + 3, s3);
    unpack(sums, column + 4, s4);
    unpack(sums, column + 5, s5);
    unpack(sums, column + 6, s6);
    unpack(sums, column + 7, s7);
  }
}

function unpack(sums: Int32Array, column: number, pair: number): void {
  const high = Math.round(pair / field);
  sums[column] = pair - high * field;
  sums[column + half] = high;
}
