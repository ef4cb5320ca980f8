import { cyclesOf } from '../../emulator/hwpe/index.js';
import type {
  AcceleratorFactory,
  EngineDescription,
  HwpeConfig,
} from '../../emulator/hwpe/index.js';
import { mvmAccelerator, mvmEngine } from '../mvm/engine.js';
import type { MvmDescription } from '../mvm/engine.js';
import { Crossbar } from './crossbar.js';
import type { ImaConfig } from './parameters.js';
import { Product } from './product.js';
import { imaRegisters } from './registers.js';

/** The in-memory computing engine of the cluster as an accelerator for a slot. */
export function imaEngine(config: ImaConfig, hwpe?: HwpeConfig): AcceleratorFactory {
  return mvmAccelerator(crossbars(config), hwpe);
}

export function imaDescription(config: ImaConfig): EngineDescription {
  return mvmEngine(crossbars(config));
}

/** Cycles from the start of a product to the start of the next. */
export const productCycles = (config: ImaConfig, clockHz: number): number =>
  cyclesOf(config.mvm_ns, clockHz) + config.handover_cycles;

function crossbars(config: ImaConfig): MvmDescription<Crossbar> {
  const { rows, cols, arrays } = config;
  return {
    shape: { name: 'ima', rows, cols, arrays },
    id: 1,
    registers: imaRegisters,
    portBits: config.port_bits,
    capacityBits: rows * cols * arrays * config.cell_bits,
    pipelined: config.pipelined,
    access: (host) => ({
      create: () => new Crossbar(rows, cols),
      rowCycles: cyclesOf(config.program_row_ns, host.clockHz),
      readCycles: cyclesOf(config.read_word_ns, host.clockHz),
    }),
    macro: (cells, host) => new Product(config, cells, productCycles(config, host.clockHz)),
  };
}
