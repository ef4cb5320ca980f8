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
import { plainConductances, vectorConductances } from './device-array.js';
import { DeviceColumns, needsDevices } from './device-columns.js';
import type { ImaConfig } from './parameters.js';
import { FunctionalEngine } from '../mvm/functional.js';
import { Product } from './product.js';
import { imaRegisters } from './registers.js';

/** The in-memory computing engine of the cluster as an accelerator for a slot. */
export function imaEngine(config: ImaConfig, hwpe?: HwpeConfig): AcceleratorFactory {
  return mvmAccelerator(crossbars(config, columnsOf(config, hwpe)), hwpe);
}

/** Its arrays alone: the same arithmetic and devices, no streams and no cycles. */
export function imaFunctional(
  config: ImaConfig,
  chip: { readonly clockHz: number; readonly seed: number },
  hwpe?: HwpeConfig,
): FunctionalEngine {
  return new FunctionalEngine(crossbars(config, columnsOf(config, hwpe)), chip);
}

/** What the conformance tests take. */
export function imaDescription(config: ImaConfig): EngineDescription {
  return mvmEngine(crossbars(config, columnsOf(config)));
}

/** Cycles from the start of a product to the start of the next. */
export const productCycles = (config: ImaConfig, clockHz: number): number =>
  cyclesOf(config.mvm_ns, clockHz) + config.handover_cycles;

/** Exact cells and straight converters have arithmetic of their own, which is faster. */
function columnsOf(config: ImaConfig, hwpe?: HwpeConfig): Columns {
  const plain = hwpe?.arithmetic === 'reference';
  if (needsDevices(config)) {
    const make = plain ? plainConductances(config) : vectorConductances(config);
    return new DeviceColumns(config, make);
  }
  return plain ? new ReferenceColumns(config) : new VectorColumns(config);
}

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
      create: (array) => columns.create(array, host.seed),
      rowCycles: cyclesOf(config.program_row_ns, host.clockHz),
      readCycles: cyclesOf(config.read_word_ns, host.clockHz),
    }),
    macro: (cells, host) =>
      new Product(config, cells, columns, productCycles(config, host.clockHz), host.seed),
  };
}
