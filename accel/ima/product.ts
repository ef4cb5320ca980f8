import type { Counters } from '../../emulator/sim/unit.js';
import type { CellArray, Cells } from '../mvm/cells.js';
import type { MvmJob } from '../mvm/job.js';
import type { Macro } from '../mvm/macro.js';
import { noiseKey, readGain, runSeed } from '../physics/noise.js';
import type { ReadNoise } from '../physics/noise.js';
import type { Columns } from './columns.js';
import { needsDevices } from './device-columns.js';
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

interface Saved {
  counts: ReturnType<typeof freshCounts>;
  products: number[];
}

const freshProducts = ({ arrays }: ImaConfig): number[] => Array.from({ length: arrays }, () => 0);

/** A product of the crossbar: rows driven, columns converted, codes accumulated. */
export class Product<A extends CellArray> implements Macro {
  private counts = freshCounts();
  /** Products of each array so far; with read noise, they number its draws. */
  private products: number[];
  private readonly noise: ReadNoise | null;
  private readSeed: number;
  readonly imperfect: boolean;

  constructor(
    private readonly config: ImaConfig,
    private readonly cells: Cells<A>,
    private readonly columns: Columns<A>,
    /** Cycles from the start of a product to the start of the next. */
    private readonly cycles: number,
    private readonly seed: number,
  ) {
    this.readSeed = runSeed(seed, config.run);
    const gain = readGain(config.read_noise);
    this.noise = gain > 0 ? { key: 0, gain } : null;
    this.imperfect = !config.ideal && (this.noise !== null || needsDevices(config));
    this.products = freshProducts(config);
  }

  product(job: MvmJob, tile: number, input: Uint8Array, accumulators: Int32Array): number {
    const place = job.tiles[tile];
    const { noise, products } = this;
    if (noise !== null) noise.key = noiseKey(this.readSeed, place.array, products[place.array]++);
    const array = this.cells.array(place.array);
    const clipped = this.columns.product(array, job, place, input, accumulators, noise);
    this.count(place.rows, job.outputs * job.columnsPerOutput, clipped);
    return this.cycles;
  }

  begin(run: number): void {
    this.readSeed = runSeed(this.seed, run);
    this.products = freshProducts(this.config);
  }

  counters(): Counters {
    return { ...this.counts };
  }

  reset(): void {
    this.counts = freshCounts();
    this.products = freshProducts(this.config);
  }

  save(): unknown {
    return { counts: { ...this.counts }, products: [...this.products] };
  }

  restore(state: unknown): void {
    const { counts, products } = state as Saved;
    this.counts = { ...counts };
    this.products = [...products];
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
