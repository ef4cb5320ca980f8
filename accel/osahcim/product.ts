import { cyclesOf } from '../../emulator/hwpe/index.js';
import type { JobRegisters } from '../../emulator/hwpe/index.js';
import type { Counters } from '../../emulator/sim/unit.js';
import { columnMac, inputMasks, wordSpan } from '../mvm/bit-array.js';
import type { BitArray } from '../mvm/bit-array.js';
import type { Cells } from '../mvm/cells.js';
import type { MvmJob } from '../mvm/job.js';
import type { Macro } from '../mvm/macro.js';
import { adcCode } from '../physics/adc.js';
import { gaussian, gaussianSigma, noiseKey } from '../physics/noise.js';
import { boundaries, checkMode, chosenBoundary, modeOf } from './job.js';
import type { OsaMode } from './job.js';
import { inputBits, sharesOf, windowOrders } from './orders.js';
import type { OsahcimConfig } from './parameters.js';

/** Orders from here up are what saliency looks at: digital under every boundary. */
const salientOrder = boundaries.highest;
/** ADC_STEP counts sixteenths of (input level x weight bit). */
const stepUnit = 16;

/** Physical events of products, named as in the JSON output. */
const freshCounts = () => ({
  /** Cycles of the macro's own clock. */
  macro_cycles: 0,
  /** One-bit MACs of a weight column and an input bit over all rows, by where they went. */
  digital_column_macs: 0,
  analog_column_macs: 0,
  dropped_column_macs: 0,
  dac_conversions: 0,
  adc_conversions: 0,
  adc_clipped: 0,
  saliency_evaluations: 0,
  /** Outputs by boundary. */
  all_digital: 0,
  boundary_5: 0,
  boundary_6: 0,
  boundary_7: 0,
  boundary_8: 0,
  boundary_9: 0,
  boundary_10: 0,
});

type Histogram = `boundary_${5 | 6 | 7 | 8 | 9 | 10}`;

/** One product, taken apart once. */
interface Plan extends OsaMode {
  readonly array: BitArray;
  readonly bits: number;
  readonly signed: boolean;
  readonly key: number;
  /** Words of a bit column that the rows lie in: from the first one on, before the end. */
  readonly firstWord: number;
  readonly endWord: number;
}

/** Products of the hybrid macro. An order k = i + j is that of weight bit i and input bit j. */
export class OsaProduct implements Macro {
  private counts = freshCounts();
  /** Products so far: the event under which noise is drawn. */
  private products = 0;
  private readonly masks: Int32Array;
  /** One-bit column MACs of the output at hand, [weight bit][input bit]. */
  private readonly macs = new Int32Array(8 * inputBits);
  /** Ones of each input bit of the product at hand. */
  private readonly ones = new Int32Array(inputBits);
  private readonly modes = new WeakMap<MvmJob, OsaMode>();
  private readonly words: number;

  constructor(
    private readonly config: OsahcimConfig,
    private readonly cells: Cells<BitArray>,
    private readonly seed: number,
    private readonly clockHz: number,
  ) {
    this.words = Math.ceil(config.rows / 32);
    this.masks = new Int32Array(inputBits * this.words);
  }

  check(job: JobRegisters): void {
    checkMode(job);
  }

  product(job: MvmJob, tile: number, input: Uint8Array, accumulators: Int32Array): number {
    const { array, x, y, rows } = job.tiles[tile];
    const [firstWord, endWord] = wordSpan(y, rows);
    const plan: Plan = {
      ...this.modeOf(job),
      firstWord,
      endWord,
      array: this.cells.array(array),
      bits: 4 * job.columnsPerOutput,
      signed: job.inputSigned,
      key: noiseKey(this.seed, array, this.products),
    };
    inputMasks(input, rows, y, this.words, this.masks);
    for (let j = 0; j < inputBits; j++) this.ones[j] = this.onesOf(j, firstWord, endWord);
    let inputCycles = 0;
    let analog = false;
    for (let c = 0; c < job.outputs; c++) {
      this.multiply(plan, x + c * job.columnsPerOutput);
      const boundary = plan.saliency ? chosenBoundary(this.saliency(plan), plan) : plan.fixed;
      inputCycles = Math.max(inputCycles, digitalInputBits(boundary));
      analog ||= boundary !== boundaries.digital;
      this.count(plan, boundary);
      const exact = this.orders(plan, this.config.ideal ? 0 : boundary);
      if (this.config.ideal) {
        accumulators[c] += exact;
        continue;
      }
      const value =
        boundary === boundaries.digital ? exact : exact + this.window(plan, boundary, c);
      accumulators[c] += adcCode(value, job.range);
    }
    if (analog) this.counts.dac_conversions += rows;
    this.products++;
    return this.advance(inputCycles, analog, plan.saliency);
  }

  counters(): Counters {
    return { ...this.counts };
  }

  reset(): void {
    this.counts = freshCounts();
    this.products = 0;
  }

  save(): unknown {
    return { counts: { ...this.counts }, products: this.products };
  }

  restore(state: unknown): void {
    const { counts, products } = state as { counts: OsaProduct['counts']; products: number };
    this.counts = { ...counts };
    this.products = products;
  }

  /** All one-bit column MACs of an output; which of them the circuit makes depends on the boundary. */
  private multiply({ array, bits, firstWord, endWord }: Plan, x: number): void {
    const { masks, macs, words, ones } = this;
    const columns = array.columns(x, bits);
    for (let j = 0; j < inputBits; j++)
      for (let i = 0; i < bits; i++)
        macs[i * inputBits + j] =
          ones[j] === 0 ? 0 : columnMac(columns, i * words, masks, j * words, firstWord, endWord);
  }

  private onesOf(j: number, firstWord: number, endWord: number): number {
    const { masks, words } = this;
    return columnMac(masks, j * words, masks, j * words, firstWord, endWord);
  }

  private modeOf(job: MvmJob): OsaMode {
    let mode = this.modes.get(job);
    if (mode === undefined) {
      mode = modeOf(job);
      this.modes.set(job, mode);
    }
    return mode;
  }

  /** Exact sum of the orders from `lowest` up. Top bits of two's complement are negative. */
  private orders({ bits, signed }: Plan, lowest: number): number {
    const { macs } = this;
    let sum = 0;
    for (let i = 0; i < bits; i++)
      for (let j = Math.max(0, lowest - i); j < inputBits; j++) {
        const negative = (i === bits - 1) !== (signed && j === inputBits - 1);
        const value = macs[i * inputBits + j] * 2 ** (i + j);
        sum += negative ? -value : value;
      }
    return sum;
  }

  /**
   * Normalised and quantised to eight bits. Two's complement cut off at an order is rounded down, by half a
   * unit on average for each one of an input bit; the input bits are common to all outputs, so their ones are
   * counted once and given back.
   */
  private saliency(plan: Plan): number {
    this.counts.saliency_evaluations++;
    const sum = this.orders(plan, salientOrder) / 2 ** salientOrder;
    return Math.min(255, Math.floor(Math.abs(sum + this.rounding(plan)) / 2 ** plan.shift));
  }

  /** What rounding down takes away on average, in units of the lowest salient order. */
  private rounding({ bits, signed }: Plan): number {
    let ones = 0;
    for (let j = salientOrder + 1 - bits; j < inputBits; j++)
      ones += signed && j === inputBits - 1 ? -this.ones[j] : this.ones[j];
    return ones / 2;
  }

  /**
   * The four orders below the boundary: a row converter makes a level of the input bits that a weight
   * column needs, the column sums charge, its converter rounds.
   */
  private window(plan: Plan, boundary: number, output: number): number {
    const { macs, counts, config } = this;
    const { bits, signed } = plan;
    const codes = 2 ** config.adc_bits;
    const noisy = config.conversion_noise / gaussianSigma;
    let sum = 0;
    for (let i = 0; i < bits; i++) {
      const low = Math.max(0, boundary - windowOrders - i);
      const high = Math.min(inputBits - 1, boundary - 1 - i);
      if (high < low) continue;
      const bipolar = signed && high === inputBits - 1;
      let charge = 0;
      for (let j = low; j <= high; j++) {
        const value = macs[i * inputBits + j] * 2 ** (j - low);
        charge += bipolar && j === high ? -value : value;
      }
      const range = config.rows * (2 ** (high - low + 1) - 1);
      const step = plan.step === 0 ? range / (codes - 1) : plan.step / stepUnit;
      const lowest = bipolar ? -codes / 2 : 0;
      const disturbed = charge / step + gaussian(plan.key, output * 8 + i) * noisy;
      const rounded = Math.floor(disturbed + 0.5);
      const code = Math.min(lowest + codes - 1, Math.max(lowest, rounded));
      if (code !== rounded) counts.adc_clipped++;
      const value = code * step * 2 ** (i + low);
      sum += i === bits - 1 ? -value : value;
    }
    return sum;
  }

  private count({ bits }: Plan, boundary: number): void {
    const { counts } = this;
    if (boundary === boundaries.digital) counts.all_digital++;
    else counts[`boundary_${boundary}` as Histogram]++;
    const share = sharesOf(bits, boundary);
    counts.digital_column_macs += share.digital;
    counts.analog_column_macs += share.analog;
    counts.dropped_column_macs += share.dropped;
    counts.adc_conversions += share.conversions;
  }

  /** The input bits go to all outputs at once, so the output with most digital bits sets the pace. */
  private advance(inputCycles: number, analog: boolean, saliency: boolean): number {
    const { cycle_ns, conversion_cycles, saliency_cycles } = this.config;
    const cycles =
      inputCycles + (analog ? conversion_cycles : 0) + (saliency ? saliency_cycles : 0);
    this.counts.macro_cycles += cycles;
    return Math.max(1, cyclesOf(cycles * cycle_ns, this.clockHz));
  }
}

/** Input bits that some digital order needs: with weight bit 7, those from boundary - 7 up. */
const digitalInputBits = (boundary: number): number => inputBits - Math.max(0, boundary - 7);
