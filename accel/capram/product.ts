import { misuse } from '../../emulator/hwpe/index.js';
import type { JobRegisters } from '../../emulator/hwpe/index.js';
import type { Counters } from '../../emulator/sim/unit.js';
import type { Cells } from '../mvm/cells.js';
import type { MvmJob } from '../mvm/job.js';
import { accumulate } from '../mvm/macro.js';
import type { Macro } from '../mvm/macro.js';
import { adcCode } from '../physics/adc.js';
import { gaussian, gaussianLimit, gaussianSigma, noiseKey } from '../physics/noise.js';
import { SarConverter } from '../physics/sar.js';
import { bitsPerCell } from './array.js';
import type { CapArray } from './array.js';
import { checkMode, modeOf, ownColumns } from './job.js';
import type { CapramMode } from './job.js';
import type { CapramConfig } from './parameters.js';

/** ADC_STEP counts sixteenths of (input level x weight bit). */
const stepUnit = 16;

/** Physical events of products, named as in the JSON output. */
const freshCounts = () => ({
  /** Charge-domain operations: one row group, one slice of input bits, all columns at once. */
  macro_operations: 0,
  /** One-bit products that the jobs used: rows x bit columns. */
  bit_macs: 0,
  dac_conversions: 0,
  adc_conversions: 0,
  adc_clipped: 0,
});

/** A row tile of a job, taken apart once. */
interface Plan extends CapramMode {
  readonly array: CapArray;
  /** Bits of a weight, and weights side by side. */
  readonly bits: number;
  readonly fields: number;
  readonly firstColumn: number;
  readonly y: number;
  readonly rows: number;
  /** Added to signed inputs, which the row converter does not know. */
  readonly offset: number;
  /** (input level x weight bit) of one code. */
  readonly code: number;
  /** What a column's number counts for: a code of the contract stands for its charge. */
  readonly worth: number;
}

/** Products of the charge-domain macro. */
export class CapProduct implements Macro {
  private counts = freshCounts();
  /** Products so far: the event under which noise is drawn. */
  private products = 0;
  /** Exact end of the last product in cycles: the phase of the macro's own clock. */
  private end = 0;
  private readonly plans = new WeakMap<MvmJob, Plan[]>();
  /** `noiseKey` of the product at hand. */
  private key = 0;
  private readonly converters: SarConverter[];
  /** Whether no noise can lift an uncharged column to the first code. */
  private readonly silentZero: boolean;
  private readonly sums: Int32Array;
  /** Shift-added sums of each weight column, in (input step x weight step). */
  private readonly values: Float64Array;
  private readonly columns: Int32Array;
  private readonly macCells: number;

  constructor(
    private readonly config: CapramConfig,
    private readonly cells: Cells<CapArray>,
    private readonly seed: number,
    /** Cycles of one operation; not rounded. */
    private readonly operationCycles: number,
  ) {
    const { bit_columns, adc_bits, sar_mismatch } = config;
    this.macCells = config.rows / config.cells_per_mac;
    this.converters = Array.from(
      { length: bit_columns },
      (_, column) => new SarConverter(adc_bits, sar_mismatch / 100, seed, column),
    );
    const lowest = this.converters.reduce((low, { lowestStep }) => Math.min(low, lowestStep), 1);
    const loudest = (config.conversion_noise / gaussianSigma) * gaussianLimit;
    this.silentZero = 0.5 + loudest < lowest;
    this.sums = new Int32Array(bit_columns);
    this.values = new Float64Array(bit_columns);
    this.columns = new Int32Array(bit_columns);
  }

  check(job: JobRegisters, decoded: MvmJob): void {
    checkMode(job, decoded);
  }

  cellColumns(job: JobRegisters): number | undefined {
    return ownColumns(job);
  }

  product(
    job: MvmJob,
    tile: number,
    input: Uint8Array,
    accumulators: Int32Array,
    now: number,
  ): number {
    const plan = this.plan(job, tile);
    this.key = noiseKey(this.seed, job.tiles[tile].array, this.products);
    if (plan.levels) this.checkLevels(input, plan.rows);
    this.values.fill(0, 0, plan.fields);
    const first = Math.floor(plan.y / this.macCells);
    const last = Math.floor((plan.y + plan.rows - 1) / this.macCells);
    const { input_bits } = this.config;
    const slices = plan.levels ? 1 : Math.ceil(8 / input_bits);
    for (let group = first; group <= last; group++)
      for (let slice = 0; slice < slices; slice++) {
        const inputs = this.charge(plan, group, input, slice * input_bits);
        this.convert(plan, group * slices + slice, slice * input_bits, inputs);
      }
    this.products++;
    if (plan.width !== 0) {
      for (let c = 0; c < job.outputs; c++) accumulators[c] += Math.round(this.values[c]);
    } else this.contract(job, plan, accumulators);
    return this.advance(now, (last - first + 1) * slices);
  }

  counters(): Counters {
    return { ...this.counts };
  }

  reset(): void {
    this.counts = freshCounts();
    this.products = 0;
    this.end = 0;
  }

  save(): unknown {
    return { counts: { ...this.counts }, products: this.products, end: this.end };
  }

  restore(state: unknown): void {
    const { counts, products, end } = state as {
      counts: CapProduct['counts'];
      products: number;
      end: number;
    };
    this.counts = { ...counts };
    this.products = products;
    this.end = end;
  }

  private plan(job: MvmJob, tile: number): Plan {
    let plans = this.plans.get(job);
    if (plans === undefined) {
      plans = job.tiles.map((_, k) => this.takeApart(job, k));
      this.plans.set(job, plans);
    }
    return plans[tile];
  }

  private takeApart(job: MvmJob, tile: number): Plan {
    const mode = modeOf(job);
    const { array, x, y, rows } = job.tiles[tile];
    const { input_bits, adc_bits } = this.config;
    const fullRange = this.macCells * (2 ** input_bits - 1);
    const code = mode.step === 0 ? fullRange / 2 ** adc_bits : mode.step / stepUnit;
    return {
      ...mode,
      array: this.cells.array(array),
      bits: mode.width === 0 ? bitsPerCell : mode.width,
      fields: job.outputs * (mode.width === 0 ? job.columnsPerOutput : 1),
      firstColumn: x * bitsPerCell,
      y,
      rows,
      offset: job.inputSigned ? 128 : 0,
      code,
      worth: mode.width === 0 && !this.config.ideal ? code : 1,
    };
  }

  private checkLevels(input: Uint8Array, rows: number): void {
    const highest = 2 ** this.config.input_bits - 1;
    for (let i = 0; i < rows; i++)
      if (input[i] > highest)
        throw misuse(
          `capram: input ${i} is level ${input[i]}, the row converter knows 0 to ${highest}`,
          -1,
          'clip activations to the levels (CLIP_HI of the layer before), or clear INPUT_LEVELS',
        );
  }

  /** Charges the columns of a row group with one slice of the inputs. Returns the sum of the levels. */
  private charge(plan: Plan, group: number, input: Uint8Array, shift: number): number {
    const { sums, macCells, counts } = this;
    const { array, firstColumn } = plan;
    const count = plan.bits * plan.fields;
    const active = this.config.ideal ? array.bits(group) : array.group(group);
    const mask = 2 ** this.config.input_bits - 1;
    const from = Math.max(plan.y, group * macCells);
    const to = Math.min(plan.y + plan.rows, (group + 1) * macCells);
    let levels = 0;
    sums.fill(0, 0, count);
    for (let row = from; row < to; row++) {
      const level = (((input[row - plan.y] + plan.offset) & 255) >> shift) & mask;
      if (level === 0) continue;
      levels += level;
      const base = (row - group * macCells) * array.bitColumns + firstColumn;
      for (let c = 0; c < count; c++) sums[c] += level * active[base + c];
    }
    counts.macro_operations++;
    counts.bit_macs += (to - from) * count;
    counts.dac_conversions += to - from;
    counts.adc_conversions += count;
    return levels;
  }

  /** Converts the columns and adds their codes at the place of the input slice. */
  private convert(plan: Plan, operation: number, shift: number, levels: number): void {
    const { values, sums } = this;
    const { bits, bipolar, fields } = plan;
    if (!this.config.ideal) this.digitise(plan, operation);
    const weight = 2 ** shift;
    for (let field = 0, c = 0; field < fields; field++) {
      let value = 0;
      for (let bit = 0; bit < bits; bit++, c++) {
        const negative = bit === bits - 1 && bits > 1 && !bipolar;
        value += (negative ? -sums[c] : sums[c]) * (1 << bit);
      }
      values[field] += (bipolar ? 2 : 1) * value * weight * plan.worth;
    }
    if (!bipolar) return;
    // A bipolar bit is 2 b - 1: what the ones stand for twice, less the sum of the inputs.
    const correction = ((2 ** bits - 1) * levels * weight) / (this.config.ideal ? 1 : plan.code);
    for (let field = 0; field < fields; field++) values[field] -= correction;
  }

  /** Charges of the columns become the codes of their converters. */
  private digitise({ array, firstColumn, code, bits, fields }: Plan, operation: number): void {
    const { config, sums, converters, macCells, silentZero, key } = this;
    const noisy = config.conversion_noise / gaussianSigma;
    const clips = 2 ** config.adc_bits;
    const event = operation * array.bitColumns;
    for (let c = 0; c < bits * fields; c++) {
      const sum = sums[c];
      if (sum === 0 && silentZero) continue;
      const column = firstColumn + c;
      const charge = (sum * macCells) / array.capacitance[column];
      const disturbed = charge / code + gaussian(key, event + column) * noisy;
      if (disturbed >= clips) this.counts.adc_clipped++;
      sums[c] = converters[column].convert(disturbed);
    }
  }

  /** Results in the units of the contract: the offset of signed inputs removed, scaled like ADC codes. */
  private contract(job: MvmJob, plan: Plan, accumulators: Int32Array): void {
    const { values, columns } = this;
    const x = plan.firstColumn / bitsPerCell;
    for (let field = 0; field < plan.fields; field++) {
      let value = values[field];
      if (plan.offset !== 0) {
        let weights = 0;
        for (let row = 0; row < plan.rows; row++)
          weights += plan.array.get(x + field, plan.y + row);
        value -= plan.offset * weights;
      }
      columns[field] = this.config.ideal ? value : adcCode(value, job.range);
    }
    accumulate(job, columns, accumulators);
  }

  /** Cycles of so many operations; back-to-back products go on in the phase of the macro's clock. */
  private advance(now: number, operations: number): number {
    const start = Math.ceil(this.end) === now ? this.end : now;
    this.end = start + operations * this.operationCycles;
    return Math.max(1, Math.ceil(this.end) - now);
  }
}
