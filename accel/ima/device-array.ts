import type { CellArray } from '../mvm/cells.js';
import type { MvmJob } from '../mvm/job.js';
import { accumulate } from '../mvm/macro.js';
import { VectorUnit, WideArray } from '../mvm/vector-array.js';
import { vectorHost } from '../simd/arena.js';
import { PcmDevices, conductanceScale } from '../physics/pcm.js';
import { convertMeasured } from '../physics/transfer.js';
import type { Conversion } from '../physics/transfer.js';
import type { ImaConfig } from './parameters.js';

/** Column sums over conductances, in 1/256 of what the weights would give. */
export interface Conductances {
  set(x: number, y: number, value: number): void;
  /** Leaves the columns [x, x + count) where the other methods find them. */
  multiply(
    y: number,
    rows: number,
    x: number,
    count: number,
    input: Uint8Array,
    signed: boolean,
  ): void;
  /** @returns how many columns were clipped; see convertMeasured */
  convert(count: number, slope: number, conversion: Conversion, x: number): number;
  accumulate(job: MvmJob, accumulators: Int32Array): void;
}

/** Makes the conductances of an array: vector code, or plain JavaScript. */
export type ConductanceFactory = () => Conductances;

/** @throws OctobarError `config` where this host cannot run vector code */
export function vectorConductances({ rows, cols }: ImaConfig): ConductanceFactory {
  vectorHost();
  let shared: VectorUnit | undefined;
  return () => {
    const unit = (shared ??= new VectorUnit(rows, cols));
    const array = new WideArray(unit, rows, cols);
    return {
      set: (x, y, value) => array.set(x, y, value),
      multiply: (y, height, x, count, input, signed) =>
        unit.multiply(array, y, height, x, count, input, signed),
      convert: (count, slope, conversion, x) =>
        conversion.transfer === undefined
          ? unit.convert(count, slope, conversion.bits, conversion.noise, x)
          : convertMeasured(unit.columns, count, slope, conversion, x),
      accumulate: (job, accumulators) =>
        unit.accumulate(job.outputs, job.columnsPerOutput, accumulators),
    };
  };
}

export function plainConductances({ rows, cols }: ImaConfig): ConductanceFactory {
  const sums = new Int32Array(cols);
  return () => {
    const values = new Int16Array(rows * cols);
    return {
      set(x, y, value) {
        values[y * cols + x] = value;
      },
      multiply(y, height, x, count, input, signed) {
        sums.fill(0, 0, count);
        for (let i = 0; i < height; i++) {
          const drive = signed ? (input[i] << 24) >> 24 : input[i];
          const row = (y + i) * cols + x;
          for (let c = 0; c < count; c++) sums[c] += drive * values[row + c];
        }
      },
      convert: (count, slope, conversion, x) => convertMeasured(sums, count, slope, conversion, x),
      accumulate: (job, accumulators) => accumulate(job, sums, accumulators),
    };
  };
}

/** One array of PCM cells: what was programmed, and what that conducts. */
export class DeviceArray implements CellArray {
  /** Row-major. */
  readonly cells: Int8Array;
  readonly conductances: Conductances;
  private readonly values: Int16Array;
  private readonly devices: PcmDevices;
  /** Sum of what the cells should conduct, and of what they do conduct of it. */
  private wanted = 0;
  private found = 0;

  constructor(
    private readonly config: ImaConfig,
    make: ConductanceFactory,
    array: number,
    seed: number,
  ) {
    const { rows, cols } = config;
    this.cells = new Int8Array(rows * cols);
    this.values = new Int16Array(rows * cols);
    this.conductances = make();
    this.devices = new PcmDevices(config, rows, cols, seed, array);
    for (let y = 0; y < rows; y++) for (let x = 0; x < cols; x++) this.program(x, y, 0);
  }

  get(x: number, y: number): number {
    return this.cells[y * this.config.cols + x];
  }

  set(x: number, y: number, value: number): void {
    if (this.get(x, y) !== value) this.program(x, y, value);
  }

  load(cells: Int8Array): void {
    const { cols } = this.config;
    for (const [i, weight] of cells.entries()) this.set(i % cols, Math.floor(i / cols), weight);
  }

  /**
   * What a column must be divided by to be a sum of weights. With compensation, the loss of the whole
   * array is in it, as a calibration read finds it.
   */
  get factor(): number {
    if (!this.config.drift_compensation || this.found <= 0 || this.wanted === 0)
      return conductanceScale;
    return (conductanceScale * this.found) / this.wanted;
  }

  private program(x: number, y: number, weight: number): void {
    const place = y * this.config.cols + x;
    this.weigh(place, -1);
    this.cells[place] = weight;
    this.values[place] = this.devices.conductance(x, y, weight);
    this.conductances.set(x, y, this.values[place]);
    this.weigh(place, 1);
  }

  private weigh(place: number, times: 1 | -1): void {
    const weight = this.cells[place];
    this.wanted += times * Math.abs(weight) * conductanceScale;
    this.found += times * Math.sign(weight) * this.values[place];
  }
}
