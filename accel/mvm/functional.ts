import { misuse } from '../../emulator/hwpe/index.js';
import type { EngineHost } from '../../emulator/hwpe/index.js';
import type { Counters } from '../../emulator/sim/unit.js';
import { Cells } from './cells.js';
import type { CellArray } from './cells.js';
import type { MvmDescription } from './engine.js';
import type { ArrayShape, MvmJob } from './job.js';
import type { Macro } from './macro.js';
import { P, sharedWords } from './registers.js';

/** A rectangle of cells; `words` are what SUBMIT_PLOT takes, row after row. */
export interface Plot {
  readonly array: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly words: Uint32Array;
}

/**
 * The cells and the macro of an engine without streams, registers in time and cycles, for studies
 * of accuracy. They are the very objects of the engine, so that a sequence of jobs and plots gives
 * the bytes that it gives on the machine, noise included: products of an array are numbered in the
 * order in which they are asked for.
 */
export class FunctionalEngine {
  readonly shape: ArrayShape;
  private readonly cells: Cells;
  private readonly macro: Macro;
  private readonly shared = new Int32Array(sharedWords);
  private readonly accumulators: Int32Array;

  constructor(description: MvmDescription<CellArray>, chip: { clockHz: number; seed: number }) {
    this.shape = description.shape;
    const host = hostOf(this.shape.name, this.shared, chip);
    this.cells = new Cells(this.shape, description.access(host), host);
    this.macro = description.macro(this.cells, host);
    this.accumulators = new Int32Array(this.shape.outputs);
  }

  /** See Macro. */
  get imperfect(): boolean {
    return this.macro.imperfect === true;
  }

  /** Starts over as run `run` of the chip: what a reset and `--set <engine>.run` do on a machine. */
  begin(run: number): void {
    this.macro.begin?.(run);
  }

  /** The macro's physical events so far. */
  counters(): Counters {
    return this.macro.counters();
  }

  /** Section `.ima.<n>` of an image; see Cells. */
  preload(section: string, bytes: Uint8Array): boolean {
    return this.cells.preload(section, bytes);
  }

  /** Brings an array back to what nobody has programmed. */
  erase(array: number): void {
    const { rows, cols } = this.shape;
    this.cells.array(array).load(new Int8Array(rows * cols));
  }

  /** Programs a rectangle as the driver does. */
  plot({ array, x, y, width, height, words }: Plot): void {
    const { shared, cells } = this;
    shared[P.PLOT_ARRAY] = array;
    shared[P.P_START_X] = x;
    shared[P.P_START_Y] = y;
    shared[P.P_WIDTH] = width;
    shared[P.P_HIGHT] = height;
    cells.beginPlot();
    for (const word of words) cells.submit(word | 0, { hart: 0, now: 0 });
  }

  /**
   * All pixels of a job up to the column registers; what the job does with them is not done here.
   * @param input pixel after pixel; row tile after row tile inside a pixel
   * @param sums column registers, `pitch` words from pixel to pixel
   */
  run(job: MvmJob, input: Uint8Array, sums: Int32Array, pitch: number): void {
    const { macro, accumulators } = this;
    const { tiles, outputs } = job;
    const used = accumulators.subarray(0, outputs);
    let from = 0;
    for (let pixel = 0; pixel < job.pixels; pixel++) {
      used.fill(0);
      for (let t = 0; t < tiles.length; t++) {
        const end = from + tiles[t].rows;
        macro.product(job, t, input.subarray(from, end), accumulators, 0);
        from = end;
      }
      sums.set(used, pixel * pitch);
    }
  }
}

/** What stands for a frame that has neither harts nor a TCDM. */
function hostOf(
  name: string,
  shared: Int32Array,
  { clockHz, seed }: { clockHz: number; seed: number },
): EngineHost {
  const absent = (): never => {
    throw misuse(`${name}: there is no machine around these cells`, -1, 'run jobs and plots only');
  };
  return {
    clockHz,
    seed,
    get streamer(): never {
      return absent();
    },
    control: {
      count: 1,
      delay: () => undefined,
      hold: absent,
      resume: absent,
      amend: absent,
      interrupt: absent,
      wake: absent,
      start: absent,
    },
    shared,
    someJob: () => false,
    done: absent,
    release: () => undefined,
  };
}
