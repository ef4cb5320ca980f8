import type { MvmJob, RowTile } from '../mvm/job.js';
import { adcSlope } from '../physics/adc.js';
import { dacLevels } from '../physics/dac.js';
import type { ReadNoise } from '../physics/noise.js';
import { hasDevices } from '../physics/pcm.js';
import { parseTransfer } from '../physics/transfer.js';
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
  private readonly driven: Uint8Array;
  private readonly levels: Uint8Array;
  private readonly transfer: TransferTable | undefined;

  /** @throws OctobarError `config` for a transfer table that is none */
  constructor(
    private readonly config: ImaConfig,
    private readonly conductances: ConductanceFactory,
  ) {
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
    const { driven, levels, config, transfer } = this;
    const { conductances, factor } = array;
    const count = job.outputs * job.columnsPerOutput;
    let drive = input;
    if (config.dac_bits < 8) {
      const signed = job.inputSigned ? 256 : 0;
      for (let i = 0; i < rows; i++) driven[i] = levels[signed + input[i]];
      drive = driven.subarray(0, rows);
    }
    conductances.multiply(y, rows, x, count, drive, job.inputSigned);
    const conversion = { bits: config.adc_bits, noise, transfer };
    const clipped = conductances.convert(count, adcSlope(job.range) / factor, conversion, x);
    conductances.accumulate(job, accumulators);
    return clipped;
  }
}
