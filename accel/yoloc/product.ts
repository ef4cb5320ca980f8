import { misuse } from '../../emulator/hwpe/index.js';
import type { JobRegisters } from '../../emulator/hwpe/index.js';
import type { Counters } from '../../emulator/sim/unit.js';
import { columnMac, inputMasks } from '../mvm/bit-array.js';
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
    inputMasks(input, rows, y, this.words, this.masks);
    for (let c = 0; c < count; c++) {
      const value = this.column(cells, x + c, job.inputSigned, step, key);
      columns[c] = config.ideal ? value : adcCode(value, job.range);
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

  /** Shift-added codes of a 4-bit cell's bit lines; top bits of two's complement are negative. */
  private column(cells: BitArray, x: number, signed: boolean, step: number, key: number): number {
    const { masks, words } = this;
    const bits = cells.columns(x, bitsPerCell);
    let sum = 0;
    for (let i = 0; i < bitsPerCell; i++)
      for (let j = 0; j < inputBits; j++) {
        const ones = columnMac(bits, i * words, masks, j * words, words);
        const value = this.convert(ones, step, key, (x * bitsPerCell + i) * inputBits + j);
        const negative = (i === bitsPerCell - 1) !== (signed && j === inputBits - 1);
        sum += (negative ? -value : value) * 2 ** (i + j);
      }
    return sum;
  }

  private convert(ones: number, step: number, key: number, event: number): number {
    const { ideal, conversion_noise, adc_bits } = this.config;
    if (ideal) return ones;
    const disturbed = ones / step + (gaussian(key, event) / gaussianSigma) * conversion_noise;
    const rounded = Math.floor(disturbed + 0.5);
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
