import type { Counters } from '../../emulator/sim/unit.js';
import type { JobRegisters } from '../../emulator/hwpe/index.js';
import type { MvmJob } from './job.js';

/**
 * What differs between in-memory computing engines: how one matrix-vector product of a row tile comes
 * about, how long it takes and which physical events it consists of. Streams, jobs, row tiles,
 * programming and requantisation are common (`MvmEngine`).
 */
export interface Macro {
  /**
   * One product, at the moment it starts. Adds its result to the 32-bit column registers.
   * @param input bytes of the row tile, `job.tiles[tile].rows` long
   * @param accumulators one per output, zero before the first row tile of a pixel
   * @returns cycles until the next product may start, at least 1
   */
  product(
    job: MvmJob,
    tile: number,
    input: Uint8Array,
    accumulators: Int32Array,
    now: number,
  ): number;
  /** Columns of cells that the outputs of a job take; undefined: 4 or 8 bits each, as the contract says. */
  cellColumns?(job: JobRegisters): number | undefined;
  /** Refuses modes of its own extension block that do not exist. */
  check?(job: JobRegisters, decoded: MvmJob): void;
  /** Whether products depend on the chip or on the run: noise, devices that are not what was programmed. */
  readonly imperfect?: boolean;
  /** Starts over as run `run` of the same chip: other read noise, the same devices. */
  begin?(run: number): void;
  /** The macro's physical events; they never decrease. */
  counters(): Counters;
  reset(): void;
  /** Plain data: everything that is not in the cells. */
  save(): unknown;
  restore(state: unknown): void;
}

/**
 * Adds column values to the outputs: one column an output, or two with 8-bit weights, the
 * high nibble first, so that an output gains 16 high + low.
 */
export function accumulate(job: MvmJob, columns: Int32Array, accumulators: Int32Array): void {
  if (job.columnsPerOutput === 1) {
    for (let c = 0; c < job.outputs; c++) accumulators[c] += columns[c];
    return;
  }
  for (let c = 0; c < job.outputs; c++) accumulators[c] += 16 * columns[2 * c] + columns[2 * c + 1];
}
