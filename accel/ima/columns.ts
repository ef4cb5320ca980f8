import type { CellArray } from '../mvm/cells.js';
import type { MvmJob, RowTile } from '../mvm/job.js';
import { accumulate } from '../mvm/macro.js';
import { VectorArray, VectorUnit } from '../mvm/vector-array.js';
import { adcSlope, convertColumns, convertNoisyColumns } from '../physics/adc.js';
import { dacInput } from '../physics/dac.js';
import type { ReadNoise } from '../physics/noise.js';
import { vectorHost } from '../simd/arena.js';
import { ActiveRows, Crossbar } from './crossbar.js';
import type { ImaConfig } from './parameters.js';

/** Rows driven, columns converted, codes accumulated: the arithmetic of a product, and nothing else. */
export interface Columns<A extends CellArray = CellArray> {
  create(array: number, seed: number): A;
  /**
   * @param noise read noise with the key of the product, or null
   * @returns how many columns were clipped
   */
  product(
    array: A,
    job: MvmJob,
    tile: RowTile,
    input: Uint8Array,
    accumulators: Int32Array,
    noise: ReadNoise | null,
  ): number;
}

/** Plain JavaScript: what a product is, written down. */
export class ReferenceColumns implements Columns<Crossbar> {
  private readonly active: ActiveRows;
  private readonly sums: Int32Array;
  private readonly columns: Int32Array;

  constructor(private readonly config: ImaConfig) {
    this.active = new ActiveRows(config.rows);
    this.sums = new Int32Array(Math.ceil(config.cols / 16) * 16);
    this.columns = new Int32Array(config.cols);
  }

  create(): Crossbar {
    return new Crossbar(this.config.rows, this.config.cols);
  }

  product(
    array: Crossbar,
    job: MvmJob,
    { x, y, rows }: RowTile,
    input: Uint8Array,
    accumulators: Int32Array,
    noise: ReadNoise | null,
  ): number {
    const { active, sums, columns, config } = this;
    active.clear();
    for (let i = 0; i < rows; i++) active.add(y + i, dacInput(input[i], job.inputSigned));
    const count = job.outputs * job.columnsPerOutput;
    array.multiply(active, x, count, sums);
    for (let i = 0; i < count; i++) columns[i] = sums[x + i];
    let clipped = 0;
    if (!config.ideal)
      clipped =
        noise === null
          ? convertColumns(columns, count, job.range, config.adc_bits)
          : convertNoisyColumns(columns, count, job.range, config.adc_bits, noise, x);
    accumulate(job, columns, accumulators);
    return clipped;
  }
}

/** The same by vector code. */
export class VectorColumns implements Columns<VectorArray> {
  private shared: VectorUnit | undefined;

  /** @throws OctobarError `config` where this host cannot run vector code */
  constructor(private readonly config: ImaConfig) {
    vectorHost();
  }

  create(): VectorArray {
    return new VectorArray(this.unit, this.config.rows, this.config.cols);
  }

  /** Compiled when the first array is used: many programs never do. */
  private get unit(): VectorUnit {
    return (this.shared ??= new VectorUnit(this.config.rows, this.config.cols));
  }

  product(
    array: VectorArray,
    job: MvmJob,
    { x, y, rows }: RowTile,
    input: Uint8Array,
    accumulators: Int32Array,
    noise: ReadNoise | null,
  ): number {
    const { unit, config } = this;
    const count = job.outputs * job.columnsPerOutput;
    unit.multiply(array, y, rows, x, count, input, job.inputSigned);
    let clipped = 0;
    if (!config.ideal)
      clipped = unit.convert(count, adcSlope(job.range), config.adc_bits, noise, x);
    unit.accumulate(job.outputs, job.columnsPerOutput, accumulators);
    return clipped;
  }
}
