import type { CellArray } from '../mvm/cells.js';

/** Weights of one array, 4 bits each, as they lie in the domains. */
export class WeightDomains implements CellArray {
  readonly cells: Int8Array;

  constructor(
    readonly rows: number,
    readonly cols: number,
  ) {
    this.cells = new Int8Array(rows * cols);
  }

  get(x: number, y: number): number {
    return this.cells[y * this.cols + x];
  }

  set(x: number, y: number, value: number): void {
    this.cells[y * this.cols + x] = value;
  }

  load(cells: Int8Array): void {
    this.cells.set(cells);
  }
}
