import { createHwpe, cyclesOf } from '../../emulator/hwpe/index.js';
import type {
  AcceleratorFactory,
  Engine,
  EngineDescription,
  EngineHost,
  HwpeConfig,
  JobRegisters,
  RegisterVisit,
} from '../../emulator/hwpe/index.js';
import type { Counters } from '../../emulator/sim/unit.js';
import { rangeOfBounds } from '../physics/adc.js';
import { misuse } from '../../emulator/hwpe/index.js';
import { Cells } from './cells.js';
import { checkJob } from './job.js';
import type { ImaConfig } from './parameters.js';
import { Pipeline } from './pipeline.js';
import { imaRegisters, J, P } from './registers.js';

/** The in-memory computing engine of the cluster as an accelerator for a slot. */
export function imaEngine(config: ImaConfig, hwpe?: HwpeConfig): AcceleratorFactory {
  return createHwpe(imaDescription(config), hwpe);
}

export function imaDescription(config: ImaConfig): EngineDescription {
  return {
    name: 'ima',
    registers: imaRegisters,
    capability: {
      ENGINE_ID: 1,
      ROWS: config.rows,
      COLS: config.cols,
      ARRAYS: config.arrays,
      WEIGHT_BITS: 2 * config.cell_bits,
      CELL_BITS: config.cell_bits,
      INPUT_BITS: config.dac_bits,
      OUTPUT_BITS: 8,
      SIGNED: 7,
      CAPACITY_BITS: config.rows * config.cols * config.arrays * config.cell_bits,
      VERSION: 1,
    },
    portBits: config.port_bits,
    create: (host) => new Ima(config, host),
  };
}

/** Cycles from the start of a product to the start of the next. */
export const productCycles = (config: ImaConfig, clockHz: number): number =>
  cyclesOf(config.mvm_ns, clockHz) + config.handover_cycles;

class Ima implements Engine {
  private readonly cells: Cells;
  private readonly pipeline: Pipeline;

  constructor(
    private readonly config: ImaConfig,
    host: EngineHost,
  ) {
    this.cells = new Cells(config, host);
    this.pipeline = new Pipeline(config, host, this.cells, productCycles(config, host.clockHz));
  }

  get ready(): boolean {
    return this.pipeline.ready;
  }

  check(job: JobRegisters): void {
    checkJob(job, this.config);
  }

  start(job: JobRegisters, context: number): void {
    this.pipeline.start(job, context);
  }

  cycle(now: number): number {
    return this.pipeline.cycle(now);
  }

  settle(now: number): void {
    this.pipeline.settle(now);
  }

  clear(): void {
    this.pipeline.clear();
    this.cells.abort();
  }

  counters(): Counters {
    return {
      ...this.pipeline.counters(),
      cells_programmed: this.cells.cellsProgrammed,
      rows_programmed: this.cells.rowsProgrammed,
      words_read_back: this.cells.wordsReadBack,
    };
  }

  written(word: number, registers: Int32Array, visit: RegisterVisit): void {
    if (word === P.SUBMIT_PLOT) this.cells.submit(registers[word], visit);
    else if (word >= P.P_START_X && word <= P.P_HIGHT) this.cells.beginPlot();
    else if (word === P.PR_ADDR_X || word === P.PR_ADDR_Y) this.cells.beginRead();
    else if (word === J.ADC_LOW || word === J.ADC_HIGH) aliasBounds(registers);
    else if (word === J.TILE_PLACE || word === J.TILE_ROWS) throw tileZero(visit.hart);
  }

  fetched(word: number, visit: RegisterVisit): number | undefined {
    return word === P.PR_VAL ? this.cells.readBack(visit) : undefined;
  }

  checkState(): number {
    return this.cells.mode;
  }

  preload(section: string, bytes: Uint8Array): boolean {
    return this.cells.preload(section, bytes);
  }

  reset(): void {
    this.pipeline.reset();
    this.cells.reset();
  }

  save(): { pipeline: unknown; cells: unknown } {
    return { pipeline: this.pipeline.save(), cells: this.cells.save() };
  }

  restore(state: unknown): void {
    const { pipeline, cells } = state as ReturnType<Ima['save']>;
    this.pipeline.restore(pipeline);
    this.cells.restore(cells);
  }
}

function aliasBounds(job: Int32Array): void {
  const range = rangeOfBounds(job[J.ADC_LOW], job[J.ADC_HIGH]);
  job[J.ADC_M] = range.m;
  job[J.ADC_R] = range.r;
}

const tileZero = (hart: number): Error =>
  misuse(
    'ima: element 0 of TILE_PLACE and TILE_ROWS does not exist',
    hart,
    'row tile 0 is J_START_X, J_START_Y, ARRAY and J_HIGHT; start with element 1',
  );
