import type { WasmHost } from '../../emulator/wasm/index.js';
import { RequantTables } from '../physics/requantise.js';
import { Arena, vectorHost } from '../simd/arena.js';
import { createKernels } from '../simd/kernels.js';
import type { Kernels } from '../simd/kernels.js';
import { pixelTables } from '../simd/pixel.js';
import { groupChannels, taps } from './job.js';
import type { DepthwiseJob } from './job.js';
import { columnStart, correlate, windowWords } from './window.js';
import type { WindowState } from './window.js';

/** What is fetched at the start of each group: 9 taps, then multipliers, then biases. */
export const weightBytes = taps * groupChannels;
export const headBytes = weightBytes + 12 * groupChannels;

/** The arithmetic of a pixel, and nothing else: window in, 16 bytes out. */
export interface Datapath {
  readonly window: WindowState;
  /** Takes weights and tables of a group. */
  use(head: Uint8Array): void;
  /** One pixel of the window whose left column is `column`. */
  pixel(column: number, job: DepthwiseJob, result: Uint8Array): void;
}

/** Plain JavaScript: what the datapath does, written down. */
export class ReferenceDatapath implements Datapath {
  readonly window: WindowState;
  private readonly tables = new RequantTables(groupChannels);
  private readonly sums = new Int32Array(groupChannels);

  constructor(columns: number) {
    this.window = {
      weights: new Int8Array(weightBytes),
      columns: new Int16Array(windowWords(columns)),
    };
  }

  use(head: Uint8Array): void {
    for (let i = 0; i < weightBytes; i++) this.window.weights[i] = head[i];
    this.tables.load(head.subarray(weightBytes), groupChannels);
  }

  pixel(column: number, job: DepthwiseJob, result: Uint8Array): void {
    correlate(this.window, column, this.sums);
    this.tables.apply(this.sums, groupChannels, job, result);
  }
}

/** The same by vector code; the window lies in its memory. */
export class VectorDatapath implements Datapath {
  readonly window: WindowState;
  /** Compiled at the first pixel: many programs have none. */
  private kernels: Kernels | undefined;
  private readonly host: WasmHost;
  private readonly arena: Arena;
  private readonly columns: number;
  private readonly tables: number;
  private readonly result: number;

  /** @throws OctobarError `config` where this host cannot run vector code */
  constructor(columns: number) {
    const host = vectorHost();
    const arena = new Arena(host);
    this.arena = arena;
    this.columns = arena.allocate(2 * windowWords(columns));
    this.tables = arena.allocate(pixelTables.bytes);
    this.result = arena.allocate(groupChannels);
    this.host = host;
    const { buffer } = arena.memory;
    this.window = {
      weights: new Int8Array(buffer, this.tables + pixelTables.weights, weightBytes),
      columns: new Int16Array(buffer, this.columns, windowWords(columns)),
    };
  }

  use(head: Uint8Array): void {
    this.arena.u8.set(head, this.tables);
  }

  pixel(column: number, { shift, lo, hi }: DepthwiseJob, result: Uint8Array): void {
    const { window, columns } = this;
    this.kernels ??= createKernels(this.host, this.arena);
    const { u8 } = this.arena;
    this.kernels.pixel(
      columns + 2 * columnStart(window, column),
      columns + 2 * columnStart(window, column + 1),
      columns + 2 * columnStart(window, column + 2),
      this.tables,
      shift,
      lo,
      hi,
      this.result,
    );
    for (let i = 0; i < groupChannels; i++) result[i] = u8[this.result + i];
  }
}
