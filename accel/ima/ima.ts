import { cyclesOf } from '../../emulator/hwpe/index.js';
import type {
  AcceleratorFactory,
  EngineDescription,
  HwpeConfig,
} from '../../emulator/hwpe/index.js';
import { mvmAccelerator, mvmEngine } from '../mvm/engine.js';
import type { MvmDescription } from '../mvm/engine.js';
import type { CellArray } from '../mvm/cells.js';
import { ReferenceColumns, VectorColumns } from './columns.js';
import type { Columns } from './columns.js';
import type { ImaConfig } from './parameters.js';
import { FunctionalEngine } from '../mvm/functional.js';
import { Product } from './product.js';
import { imaRegisters } from './registers.js';

/** The in-memory computing engine of the cluster as an accelerator for a slot. */
export function imaEngine(config: ImaConfig, hwpe?: HwpeConfig): AcceleratorFactory {
  return hwpe?.arithmetic === 'reference'
    ? mvmAccelerator(crossbars(config, new ReferenceColumns(config)), hwpe)
    : mvmAccelerator(crossbars(config, new VectorColumns(config)), hwpe);
}

/** Its arrays alone: the same arithmetic and devices, no streams and no cycles. */
export function imaFunctional(
  config: ImaConfig,
  chip: { readonly clockHz: number; readonly seed: number },
  hwpe?: HwpeConfig,
): FunctionalEngine {
  return hwpe?.arithmetic === 'reference'
    ? new FunctionalEngine(crossbars(config, new ReferenceColumns(config)), chip)
    : new FunctionalEngine(crossbars(config, new VectorColumns(config)), chip);
}

/** What the conformance tests take. */
export function imaDescription(config: ImaConfig): EngineDescription {
  return mvmEngine(crossbars(config, new VectorColumns(config)));
}

/** Cycles from the start of a product to the start of the next. */
export const productCycles = (config: ImaConfig, clockHz: number): number =>
  cyclesOf(config.mvm_ns, clockHz) + config.handover_cycles;

function crossbars<A extends CellArray>(config: ImaConfig, columns: Columns<A>): MvmDescription<A> {
  const { rows, cols, arrays } = config;
  return {
    shape: { name: 'ima', rows, cols, arrays, outputs: cols },
    id: 1,
    registers: imaRegisters,
    portBits: config.port_bits,
    capacityBits: rows * cols * arrays * config.cell_bits,
    pipelined: config.pipelined,
    access: (host) => ({
      create: () => columns.create(),
      rowCycles: cyclesOf(config.program_row_ns, host.clockHz),
      readCycles: cyclesOf(config.read_word_ns, host.clockHz),
    }),
    macro: (cells, host) =>
      new Product(config, cells, columns, productCycles(config, host.clockHz), host.seed),
  };
}
