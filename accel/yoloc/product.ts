import { misuse } from '../../emulator/hwpe/index.js';
import type { JobRegisters } from '../../emulator/hwpe/index.js';
import type { Counters } from '../../emulator/sim/unit.js';
import { columnMac, inputMasks, wordSpan } from '../mvm/bit-array.js';
import type { BitArray } from '../mvm/bit-array.js';
import type { Cells } from '../mvm/cells.js';
import type { MvmJob } from '../mvm/job.js';
import { accumulate } from '../mvm/macro.js';
import type { Macro } from '../mvm/macro.js';
import { macroJobBase } from '../mvm/registers.js';
import { adcCode } from '../physics/adc.js';
import { gaussian, gaussianSigma, noiseKey } from '../physics/noise.js';
import type { YolocConfig } from './parameters.js';
import { Y } from './registers.js';

/** Bit columns of a 4-bit cell of the contract. */
export const bitsPerCell = 4;
const inputBits = 8;
/** ADC_STEP counts sixteenths of a one-bit product. */
const stepUnit = 16;

/** Physical events of products, named as in the JSON output. */
const freshCounts = () => ({
  /** Operations of the macro: one input bit, as many bit lines as there are converters. */
  macro_operations: 0,
  /** The same by the memory they happened in. */
  rom_operations: 0,
  sram_operations: 0,
  /** One-bit products that the jobs used: rows x bit lines. */
  bit_macs: 0,
  adc_conversions: 0,
  adc_clipped: 0,
});

/** One product, taken apart once. */
interface Plan {
  readonly cells: BitArray;
  /** Words of a bit line that the rows lie in: from the first one on, before the end. */
  readonly first: number;
  readonly end: number;
  readonly signed: boolean;
  readonly step: number;
  readonly key: number;
}

/** Products of ROM and SRAM arrays: inputs bit by bit, a conversion of each bit line, shift and add. */
export class RomProduct implements Macro {
  private counts = freshCounts();
  /** Products so far: the event under which noise is drawn. */
  private products = 0;
  /** Exact end of the last product in cycles: the phase of the macro's own clock. */
  private end = 0;
  private readonly masks: Int32Array;
  private readonly columns: Int32Array;
  private readonly words: number;
  /** What the converters make of `columns`; a code need not be whole. */
  private readonly values: Float64Array;

  constructor(
    private readonly config: YolocConfig,
    private readonly cells: Cells<BitArray>,
    private readonly seed: number,
    /** Cycles of one operation; not rounded. */
    private readonly operationCycles: number,
  ) {
    this.words = Math.ceil(config.rows / 32);
    this.masks = new Int32Array(inputBits * this.words);
    this.columns = new Int32Array(config.bit_columns / bitsPerCell);
    this.values = new Float64Array(this.columns.length);
  }

  check(job: JobRegisters): void {
    const step = job[Y.ADC_STEP];
    if (step < 0 || step > 65535)
      throw misuse(`yoloc: ADC_STEP is ${step}`, -1, 'legal: 0 to 65535');
  }

  product(
    job: MvmJob,
    tile: number,
    input: Uint8Array,
    accumulators: Int32Array,
    now: number,
  ): number {
    const { array, x, y, rows } = job.tiles[tile];
    const { config, columns } = this;
    const cells = this.cells.array(array);
    const key = noiseKey(this.seed, array, this.products++);
    const register = job.own[Y.ADC_STEP - (macroJobBase >> 2)];
    const step = register === 0 ? config.rows / (2 ** config.adc_bits - 1) : register / stepUnit;
    const count = job.outputs * job.columnsPerOutput;
    if (config.ideal) this.exact(cells, x, y, count, rows, input, job.inputSigned);
    else {
      inputMasks(input, rows, y, this.words, this.masks);
      const [first, end] = wordSpan(y, rows);
      const plan: Plan = { cells, first, end, signed: job.inputSigned, step, key };
      // Codes of single ones are exact up to the clip: sums, less what the clip takes away
      const whole = step === 1 && config.conversion_noise === 0;
      if (whole) this.exact(cells, x, y, count, rows, input, job.inputSigned);
      this.convert(plan, x, count, whole);
      for (let c = 0; c < count; c++) columns[c] = adcCode(this.values[c], job.range);
    }
    accumulate(job, columns, accumulators);
    return this.advance(now, array, rows, count);
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
      counts: RomProduct['counts'];
      products: number;
      end: number;
    };
    this.counts = { ...counts };
    this.products = products;
    this.end = end;
  }

  /** Sums of the columns from `x` on, over rows from `y` on. */
  private exact(
    cells: BitArray,
    x: number,
    y: number,
    count: number,
    rows: number,
    input: Uint8Array,
    signed: boolean,
  ): void {
    const { columns, values } = this;
    columns.fill(0, 0, count);
    for (let row = 0; row < rows; row++) {
      const value = signed ? (input[row] << 24) >> 24 : input[row];
      if (value === 0) continue;
      const from = (y + row) * cells.cols + x;
      for (let c = 0; c < count; c++) columns[c] += value * cells.cells[from + c];
    }
    for (let c = 0; c < count; c++) values[c] = columns[c];
  }

  /**
   * Shift-added codes of each cell's bit lines into `values`; top bits of two's complement are negative.
   * @param whole `values` holds the exact sums: only what the converters change is added
   */
  private convert(plan: Plan, x: number, count: number, whole: boolean): void {
    const { masks, words, values } = this;
    const { cells, first, end, signed } = plan;
    const highest = 2 ** this.config.adc_bits - 1;
    if (!whole) values.fill(0, 0, count);
    for (let j = 0; j < inputBits; j++) {
      // No bit line can have more ones than the input bit
      const most = columnMac(masks, j * words, masks, j * words, first, end);
      if (whole && most <= highest) continue;
      for (let c = 0; c < count; c++) {
        const bits = cells.columns(x + c, bitsPerCell);
        for (let i = 0; i < bitsPerCell; i++) {
          const ones = columnMac(bits, i * words, masks, j * words, first, end);
          if (whole && ones <= highest) continue;
          const event = ((x + c) * bitsPerCell + i) * inputBits + j;
          const value = this.code(ones, plan, event) - (whole ? ones : 0);
          const negative = (i === bitsPerCell - 1) !== (signed && j === inputBits - 1);
          values[c] += (negative ? -value : value) * 2 ** (i + j);
        }
      }
    }
  }

  private code(ones: number, { step, key }: Plan, event: number): number {
    const { conversion_noise, adc_bits } = this.config;
    const noise =
      conversion_noise === 0 ? 0 : (gaussian(key, event) / gaussianSigma) * conversion_noise;
    const rounded = Math.floor(ones / step + noise + 0.5);
    const code = Math.min(2 ** adc_bits - 1, Math.max(0, rounded));
    if (code !== rounded) this.counts.adc_clipped++;
    return code * step;
  }

  /** Counts, and cycles; back-to-back products go on in the phase of the macro's clock. */
  private advance(now: number, array: number, rows: number, columns: number): number {
    const { counts, config } = this;
    const bitColumns = columns * bitsPerCell;
    const operations = inputBits * Math.ceil(bitColumns / config.converters);
    counts.macro_operations += operations;
    if (array < config.sram_arrays) counts.sram_operations += operations;
    else counts.rom_operations += operations;
    counts.bit_macs += inputBits * rows * bitColumns;
    counts.adc_conversions += inputBits * bitColumns;
    const start = Math.ceil(this.end) === now ? this.end : now;
    this.end = start + operations * this.operationCycles;
    return Math.max(1, Math.ceil(this.end) - now);
  }
}
