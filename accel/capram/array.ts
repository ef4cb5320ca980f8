import type { CellArray } from '../mvm/cells.js';

/** Bits of a 4-bit cell of the contract; bit b of the cell in column x is bit column 4 x + b. */
export const bitsPerCell = 4;

/**
 * One macro: one-bit cells, four of them side by side for each 4-bit cell of the contract. The rows of a
 * group are the cells that the local bit lines can select at the same time: row r belongs to MAC cell
 * r mod n and group r div n, n being the MAC cells of a column.
 */
export class CapArray implements CellArray {
  readonly cells: Int8Array;
  /** Capacitance that takes part, per group: row-major [MAC cell][bit column]; built when needed. */
  private readonly active: (Int16Array | undefined)[];
  /** The same with a one for each capacitor. */
  private readonly ones: (Int16Array | undefined)[];
  readonly bitColumns: number;

  constructor(
    readonly rows: number,
    readonly cols: number,
    /** MAC cells of a column. */
    readonly macCells: number,
    /** [MAC cell][bit column] */
    readonly capacitors: Int16Array,
    /** Sum of each bit column. */
    readonly capacitance: Float64Array,
  ) {
    this.cells = new Int8Array(rows * cols);
    this.bitColumns = cols * bitsPerCell;
    this.active = Array.from({ length: rows / macCells }, () => undefined);
    this.ones = this.active.slice();
  }

  get(x: number, y: number): number {
    return this.cells[y * this.cols + x];
  }

  set(x: number, y: number, value: number): void {
    this.cells[y * this.cols + x] = value;
    const group = Math.floor(y / this.macCells);
    this.active[group] = this.ones[group] = undefined;
  }

  load(cells: Int8Array): void {
    this.cells.set(cells);
    this.active.fill(undefined);
    this.ones.fill(undefined);
  }

  /** Stored bit of a bit column. */
  bit(column: number, y: number): number {
    return (this.get(column >> 2, y) >> (column & 3)) & 1;
  }

  /** Capacitance of the cells of a group that hold a one. */
  group(index: number): Int16Array {
    return (this.active[index] ??= this.build(index, this.capacitors));
  }

  /** Stored bits of a group, as the ideal macro multiplies them. */
  bits(index: number): Int16Array {
    return (this.ones[index] ??= this.build(index, undefined));
  }

  private build(index: number, capacitors: Int16Array | undefined): Int16Array {
    const { macCells, bitColumns } = this;
    const active = new Int16Array(macCells * bitColumns);
    for (let i = 0; i < macCells; i++)
      for (let c = 0; c < bitColumns; c++)
        if (this.bit(c, index * macCells + i) !== 0)
          active[i * bitColumns + c] = capacitors?.[i * bitColumns + c] ?? 1;
    return active;
  }
}
