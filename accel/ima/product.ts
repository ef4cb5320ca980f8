import { convertColumns } from '../physics/adc.js';
import { dacInput } from '../physics/dac.js';
import type { RequantTables } from '../physics/requantise.js';
import type { Cells } from './cells.js';
import { ActiveRows } from './crossbar.js';
import type { ImaJob } from './job.js';
import type { ImaConfig } from './parameters.js';

/** Physical events of products, named as in the JSON output. */
export const freshCounts = () => ({
  /** Matrix-vector products: one per pixel and row tile. */
  mvms: 0,
  /** Rows driven, columns converted and cells between them, summed over products. */
  rows_active: 0,
  columns_converted: 0,
  cells_active: 0,
  dac_conversions: 0,
  adc_conversions: 0,
  adc_clipped: 0,
  /** Multiply-accumulates of the layer: cells, with the two of an 8-bit weight counted once. */
  macs: 0,
  pixels: 0,
  requantisations: 0,
});

/** One product of the array and the digital periphery behind it. */
export class Product {
  counts = freshCounts();
  /** Column registers of 32 bit: codes of the row tiles of a pixel add up here. */
  readonly accumulators: Int32Array;
  private readonly active: ActiveRows;
  private readonly sums: Int32Array;
  private readonly columns: Int32Array;

  constructor(
    private readonly config: ImaConfig,
    private readonly cells: Cells,
  ) {
    this.accumulators = new Int32Array(config.cols);
    this.active = new ActiveRows(config.rows);
    this.sums = new Int32Array(Math.ceil(config.cols / 16) * 16);
    this.columns = new Int32Array(config.cols);
  }

  /** Drives the rows of a row tile, converts its columns and accumulates the codes. */
  run(job: ImaJob, tile: number, input: Uint8Array): void {
    const { array, x, y, rows } = job.tiles[tile];
    const { active, sums, columns, config } = this;
    active.clear();
    for (let i = 0; i < rows; i++) active.add(y + i, dacInput(input[i], job.inputSigned));
    const count = job.outputs * job.columnsPerOutput;
    this.cells.array(array).multiply(active, x, count, sums);
    for (let i = 0; i < count; i++) columns[i] = sums[x + i];
    const clipped = config.ideal ? 0 : convertColumns(columns, count, job.range, config.adc_bits);
    this.accumulate(job, tile === 0);
    this.count(rows, count, job, clipped);
  }

  /** The finished pixel as output bytes. */
  finish(job: ImaJob, tables: RequantTables, output: Uint8Array): void {
    const { accumulators } = this;
    this.counts.pixels++;
    if (job.requantise) {
      tables.apply(accumulators, job.outputs, job, output);
      this.counts.requantisations += job.outputs;
      return;
    }
    for (let c = 0; c < job.outputs; c++)
      output[c] = Math.min(127, Math.max(-128, accumulators[c]));
  }

  private accumulate(job: ImaJob, first: boolean): void {
    const { accumulators, columns } = this;
    if (first) accumulators.fill(0, 0, job.outputs);
    if (job.columnsPerOutput === 1) {
      for (let c = 0; c < job.outputs; c++) accumulators[c] += columns[c];
      return;
    }
    for (let c = 0; c < job.outputs; c++)
      accumulators[c] += 16 * columns[2 * c] + columns[2 * c + 1];
  }

  private count(rows: number, columns: number, job: ImaJob, clipped: number): void {
    const { counts } = this;
    counts.mvms++;
    counts.rows_active += rows;
    counts.columns_converted += columns;
    counts.cells_active += rows * columns;
    counts.dac_conversions += rows;
    counts.adc_conversions += columns;
    counts.adc_clipped += clipped;
    counts.macs += rows * job.outputs;
  }
}
