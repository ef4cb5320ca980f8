import { cyclesOf } from '../../emulator/hwpe/index.js';
import type { AcceleratorFactory, HwpeConfig } from '../../emulator/hwpe/index.js';
import { BitArray } from '../mvm/bit-array.js';
import { mvmAccelerator } from '../mvm/engine.js';
import type { MvmDescription } from '../mvm/engine.js';
import type { YolocConfig } from './parameters.js';
import { bitsPerCell, RomProduct } from './product.js';
import { yolocRegisters } from './registers.js';

/** The ROM and SRAM macro YOLoC as an accelerator for a slot. */
export function yolocEngine(config: YolocConfig, hwpe?: HwpeConfig): AcceleratorFactory {
  return mvmAccelerator(macros(config), hwpe);
}

function macros(config: YolocConfig): MvmDescription<BitArray> {
  const { rows, bit_columns, sram_arrays, rom_arrays } = config;
  const cols = bit_columns / bitsPerCell;
  const arrays = sram_arrays + rom_arrays;
  return {
    shape: { name: 'yoloc', rows, cols, arrays, outputs: cols },
    id: 5,
    registers: yolocRegisters,
    portBits: config.port_bits,
    capacityBits: rows * bit_columns * arrays,
    writableArrays: sram_arrays,
    pipelined: true,
    access: ({ clockHz }) => ({
      create: () => new BitArray('yoloc', rows, cols),
      rowCycles: cyclesOf(config.write_row_ns, clockHz),
      readCycles: cyclesOf(config.read_word_ns, clockHz),
      writable: (array) => array < sram_arrays,
    }),
    macro: (cells, { clockHz, seed }) =>
      new RomProduct(config, cells, seed, (config.operation_ns * clockHz) / 1e9),
  };
}
