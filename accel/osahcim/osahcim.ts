import { cyclesOf } from '../../emulator/hwpe/index.js';
import type { AcceleratorFactory, HwpeConfig } from '../../emulator/hwpe/index.js';
import { BitArray } from '../mvm/bit-array.js';
import { mvmAccelerator } from '../mvm/engine.js';
import type { MvmDescription } from '../mvm/engine.js';
import type { OsahcimConfig } from './parameters.js';
import { OsaProduct } from './product.js';
import { osahcimRegisters } from './registers.js';

/** Bit columns of a 4-bit cell of the contract. */
const bitsPerCell = 4;

/** The hybrid digital and analog SRAM macro OSA-HCIM as an accelerator for a slot. */
export function osahcimEngine(config: OsahcimConfig, hwpe?: HwpeConfig): AcceleratorFactory {
  return mvmAccelerator(macros(config), hwpe);
}

function macros(config: OsahcimConfig): MvmDescription<BitArray> {
  const { rows, bit_columns, arrays } = config;
  const cols = bit_columns / bitsPerCell;
  return {
    shape: { name: 'osahcim', rows, cols, arrays, outputs: cols },
    id: 4,
    registers: osahcimRegisters,
    portBits: config.port_bits,
    capacityBits: rows * bit_columns * arrays,
    pipelined: true,
    access: ({ clockHz }) => ({
      create: () => new BitArray('osahcim', rows, cols),
      rowCycles: cyclesOf(config.write_row_ns, clockHz),
      readCycles: cyclesOf(config.read_word_ns, clockHz),
    }),
    macro: (cells, { clockHz, seed }) => new OsaProduct(config, cells, seed, clockHz),
  };
}
