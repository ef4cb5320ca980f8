import type { Counters } from '../../emulator/sim/unit.js';
import type { Cells } from '../mvm/cells.js';
import type { MvmJob } from '../mvm/job.js';
import { accumulate } from '../mvm/macro.js';
import type { Macro } from '../mvm/macro.js';
import { convertColumns } from '../physics/adc.js';
import { dacInput } from '../physics/dac.js';
import { ActiveRows } from './crossbar.js';
import type { Crossbar } from './crossbar.js';
import type { ImaConfig } from './parameters.js';

/** Physical events of products, named as in the JSON output. */
const freshCounts = () => ({
  /** Rows driven, columns converted and cells between them, summed over products. */
  rows_active: 0,
  columns_converted: 0,
  cells_active: 0,
  dac_conversions: 0,
  adc_conversions: 0,
  adc_clipped: 0,
});

/** A product of the crossbar: rows driven, columns converted, codes accumulated. */
export class Product implements Macro {
  private counts = freshCounts();
  private readonly active: ActiveRows;
  private readonly sums: Int32Array;
  private readonly columns: Int32Array;

  constructor(
    private readonly config: ImaConfig,
    private readonly cells: Cells<Crossbar>,
    /** Cycles from the start of a product to the start of the next. */
    private readonly cycles: number,
  ) {
    this.active = new ActiveRows(config.rows);
    this.sums = new Int32Array(Math.ceil(config.cols / 16) * 16);
    this.columns = new Int32Array(config.cols);
  }

  product(job: MvmJob, tile: number, input: Uint8Array, accumulators: Int32Array): number {
    const { array, x, y, rows } = job.tiles[tile];
    const { active, sums, columns, config } = this;
    active.clear();
    for (let i = 0; i < rows; i++) active.add(y + i, dacInput(input[i], job.inputSigned));
    const count = job.outputs * job.columnsPerOutput;
    this.cells.array(array).multiply(active, x, count, sums);
    for (let i = 0; i < count; i++) columns[i] = sums[x + i];
    const clipped = config.ideal ? 0 : convertColumns(columns, count, job.range, config.adc_bits);
    accumulate(job, columns, accumulators);
    this.count(rows, count, clipped);
    return this.cycles;
  }

  counters(): Counters {
    return { ...this.counts };
  }

  reset(): void {
    this.counts = freshCounts();
  }

  save(): unknown {
    return { ...this.counts };
  }

  restore(state: unknown): void {
    this.counts = { ...(state as Product['counts']) };
  }

  private count(rows: number, columns: number, clipped: number): void {
    const { counts } = this;
    counts.rows_active += rows;
    counts.columns_converted += columns;
    counts.cells_active += rows * columns;
    counts.dac_conversions += rows;
    counts.adc_conversions += columns;
    counts.adc_clipped += clipped;
  }
}
