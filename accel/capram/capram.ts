import { OctobarError } from '../../emulator/sim/error.js';
import { cyclesOf } from '../../emulator/hwpe/index.js';
import type { AcceleratorFactory, HwpeConfig } from '../../emulator/hwpe/index.js';
import { mvmAccelerator } from '../mvm/engine.js';
import type { MvmDescription } from '../mvm/engine.js';
import { columnCapacitance, drawCapacitors } from '../physics/charge.js';
import { bitsPerCell, CapArray } from './array.js';
import type { CapramConfig } from './parameters.js';
import { CapProduct } from './product.js';
import { capramRegisters } from './registers.js';

/** The charge-domain SRAM macro CAP-RAM as an accelerator for a slot. */
export function capramEngine(config: CapramConfig, hwpe?: HwpeConfig): AcceleratorFactory {
  return mvmAccelerator(macros(config), hwpe);
}

function macros(config: CapramConfig): MvmDescription<CapArray> {
  const { rows, bit_columns, arrays, cells_per_mac } = config;
  const macCells = rows / cells_per_mac;
  const cols = bit_columns / bitsPerCell;
  if (macCells < 1)
    throw new OctobarError('config', `capram: ${rows} rows make no MAC cell of ${cells_per_mac}`, {
      hint: 'capram.rows must be a multiple of capram.cells_per_mac',
    });
  return {
    shape: { name: 'capram', rows, cols, arrays, outputs: bit_columns },
    id: 3,
    registers: capramRegisters,
    portBits: config.port_bits,
    capacityBits: rows * bit_columns * arrays,
    pipelined: true,
    access: ({ clockHz, seed }) => ({
      create: (array) => {
        const sigma = config.cap_mismatch / 100;
        const capacitors = drawCapacitors(macCells, bit_columns, sigma, seed, array);
        const total = columnCapacitance(capacitors, macCells, bit_columns);
        return new CapArray(rows, cols, macCells, capacitors, total);
      },
      rowCycles: cyclesOf(config.write_row_ns, clockHz),
      readCycles: cyclesOf(config.read_word_ns, clockHz),
    }),
    macro: (cells, { clockHz, seed }) =>
      new CapProduct(config, cells, seed, (config.operation_ns * clockHz) / 1e9),
  };
}
