import type { MvmJob, RowTile } from '../mvm/job.js';
import { accumulate } from '../mvm/macro.js';
import { dacLevels } from '../physics/dac.js';
import type { ReadNoise } from '../physics/noise.js';
import { hasDevices } from '../physics/pcm.js';
import { convertMeasured, parseTransfer } from '../physics/transfer.js';
import type { TransferTable } from '../physics/transfer.js';
import type { Columns } from './columns.js';
import { DeviceArray } from './device-array.js';
import type { ConductanceFactory } from './device-array.js';
import type { ImaConfig } from './parameters.js';

/** Whether the circuit has more to it than exact cells, exact inputs and a straight converter. */
export const needsDevices = (config: ImaConfig): boolean =>
  !config.ideal && (hasDevices(config) || config.dac_bits < 8 || config.adc_transfer.trim() !== '');

/** Row converters of any resolution, cells that conduct what they conduct, converters as measured. */
export class DeviceColumns implements Columns<DeviceArray> {
  private readonly sums: Int32Array;
  private readonly driven: Uint8Array;
  private readonly levels: Uint8Array;
  private readonly transfer: TransferTable | undefined;

  /** @throws OctobarError `config` for a transfer table that is none */
  constructor(
    private readonly config: ImaConfig,
    private readonly conductances: ConductanceFactory,
  ) {
    this.sums = new Int32Array(config.cols);
    this.driven = new Uint8Array(config.rows);
    this.levels = dacLevels(config.dac_bits);
    this.transfer = parseTransfer(config.adc_transfer, 'ima.adc_transfer');
  }

  create(array: number, seed: number): DeviceArray {
    return new DeviceArray(this.config, this.conductances, array, seed);
  }

  product(
    array: DeviceArray,
    job: MvmJob,
    { x, y, rows }: RowTile,
    input: Uint8Array,
    accumulators: Int32Array,
    noise: ReadNoise | null,
  ): number {
    const { sums, driven, levels, config, transfer } = this;
    const signed = job.inputSigned ? 256 : 0;
    for (let i = 0; i < rows; i++) driven[i] = levels[signed + input[i]];
    const count = job.outputs * job.columnsPerOutput;
    const drive = driven.subarray(0, rows);
    array.conductances.multiply(y, rows, x, count, drive, job.inputSigned, sums);
    const conversion = { bits: config.adc_bits, noise, transfer };
    const clipped = convertMeasured(sums, count, job.range, array.factor, conversion, x);
    accumulate(job, sums, accumulators);
    return clipped;
  }
}
