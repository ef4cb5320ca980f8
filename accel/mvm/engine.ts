import { createHwpe, misuse } from '../../emulator/hwpe/index.js';
import type {
  AcceleratorFactory,
  Engine,
  EngineDescription,
  EngineHost,
  HwpeConfig,
  HwpeRegisterMap,
  JobRegisters,
  RegisterVisit,
} from '../../emulator/hwpe/index.js';
import type { Counters } from '../../emulator/sim/unit.js';
import { rangeOfBounds } from '../physics/adc.js';
import { Cells } from './cells.js';
import type { CellAccess, CellArray } from './cells.js';
import { checkJob, decodeJob } from './job.js';
import type { ArrayShape } from './job.js';
import type { Macro } from './macro.js';
import { Pipeline } from './pipeline.js';
import { J, P } from './registers.js';

/** Everything that makes a macro an accelerator behind the common job contract. */
export interface MvmDescription<A extends CellArray> {
  readonly shape: ArrayShape;
  /** ENGINE_ID of the capability block. */
  readonly id: number;
  readonly registers: HwpeRegisterMap;
  readonly portBits: number;
  /** Weight storage in bits; the shape says it in 4-bit cells, which a macro need not have. */
  readonly capacityBits: number;
  /** Arrays that firmware can write, the lowest numbers; absent: all. The capability block tells it these. */
  readonly writableArrays?: number;
  readonly pipelined: boolean;
  access(host: EngineHost): CellAccess<A>;
  macro(cells: Cells<A>, host: EngineHost): Macro;
}

/** An MVM engine as an accelerator for a slot. */
export function mvmAccelerator<A extends CellArray>(
  description: MvmDescription<A>,
  hwpe?: HwpeConfig,
): AcceleratorFactory {
  return createHwpe(mvmEngine(description), hwpe);
}

export function mvmEngine<A extends CellArray>(description: MvmDescription<A>): EngineDescription {
  const { shape } = description;
  return {
    name: shape.name,
    registers: description.registers,
    capability: {
      ENGINE_ID: description.id,
      ROWS: shape.rows,
      COLS: shape.cols,
      ARRAYS: description.writableArrays ?? shape.arrays,
      WEIGHT_BITS: 8,
      CELL_BITS: 4,
      INPUT_BITS: 8,
      OUTPUT_BITS: 8,
      SIGNED: 7,
      CAPACITY_BITS: description.capacityBits,
      VERSION: 1,
    },
    portBits: description.portBits,
    create: (host) => new MvmEngine(description, host),
  };
}

class MvmEngine<A extends CellArray> implements Engine {
  private readonly shape: ArrayShape;
  private readonly cells: Cells<A>;
  private readonly macro: Macro;
  private readonly pipeline: Pipeline;

  constructor(description: MvmDescription<A>, host: EngineHost) {
    this.shape = description.shape;
    this.cells = new Cells(this.shape, description.access(host), host);
    this.macro = description.macro(this.cells, host);
    this.pipeline = new Pipeline(this.shape, host, this.macro, description.pipelined);
  }

  get ready(): boolean {
    return this.pipeline.ready;
  }

  check(job: JobRegisters): void {
    checkJob(job, this.shape, this.macro.cellColumns?.(job));
    this.macro.check?.(job, decodeJob(job));
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
      ...this.macro.counters(),
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
    else if (word === J.TILE_PLACE || word === J.TILE_ROWS)
      throw tileZero(this.shape.name, visit.hart);
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
    this.macro.reset();
    this.cells.reset();
  }

  save(): { pipeline: unknown; macro: unknown; cells: unknown } {
    return {
      pipeline: this.pipeline.save(),
      macro: this.macro.save(),
      cells: this.cells.save(),
    };
  }

  restore(state: unknown): void {
    const { pipeline, macro, cells } = state as ReturnType<MvmEngine<A>['save']>;
    this.cells.restore(cells);
    this.macro.restore(macro);
    this.pipeline.restore(pipeline);
  }
}

function aliasBounds(job: Int32Array): void {
  const range = rangeOfBounds(job[J.ADC_LOW], job[J.ADC_HIGH]);
  job[J.ADC_M] = range.m;
  job[J.ADC_R] = range.r;
}

const tileZero = (name: string, hart: number): Error =>
  misuse(
    `${name}: element 0 of TILE_PLACE and TILE_ROWS does not exist`,
    hart,
    'row tile 0 is J_START_X, J_START_Y, ARRAY and J_HIGHT; start with element 1',
  );
