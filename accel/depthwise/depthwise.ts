import { createHwpe } from '../../emulator/hwpe/index.js';
import type {
  AcceleratorFactory,
  Engine,
  EngineDescription,
  EngineHost,
  HwpeConfig,
  JobRegisters,
} from '../../emulator/hwpe/index.js';
import { OctobarError } from '../../emulator/sim/error.js';
import type { Counters } from '../../emulator/sim/unit.js';
import { ReferenceDatapath, VectorDatapath, headBytes, weightBytes } from './datapath.js';
import type { Datapath } from './datapath.js';
import { checkJob, decodeJob, groupChannels, taps } from './job.js';
import type { DepthwiseJob } from './job.js';
import type { DepthwiseConfig } from './parameters.js';
import { depthwiseRegisters } from './registers.js';
import { clearColumn, clearWindow, loadWindow } from './window.js';
import type { WindowState } from './window.js';

/** The digital 3x3 depth-wise engine as an accelerator for a slot. */
export function depthwiseEngine(config: DepthwiseConfig, hwpe?: HwpeConfig): AcceleratorFactory {
  return createHwpe(depthwiseDescription(config, hwpe?.arithmetic), hwpe);
}

/** @param arithmetic `reference` or, by default, `simd` */
export function depthwiseDescription(
  config: DepthwiseConfig,
  arithmetic?: string,
): EngineDescription {
  if (![9, 18, 36, 72, 144].includes(config.multipliers))
    throw new OctobarError('config', `depthwise.multipliers is ${config.multipliers}`, {
      hint: 'legal: 9, 18, 36, 72 or 144, nine for each channel computed in one cycle',
    });
  return {
    name: 'depthwise',
    registers: depthwiseRegisters,
    capability: {
      ENGINE_ID: 2,
      WEIGHT_BITS: 8,
      CELL_BITS: 8,
      INPUT_BITS: 8,
      OUTPUT_BITS: 8,
      SIGNED: 7,
      CAPACITY_BITS: 8 * taps * groupChannels,
      VERSION: 1,
    },
    portBits: config.port_bits,
    create: (host) => {
      const { window_columns } = config;
      const datapath =
        arithmetic === 'reference'
          ? new ReferenceDatapath(window_columns)
          : new VectorDatapath(window_columns);
      return new Depthwise(config, host, datapath);
    },
  };
}

const multiplierBytes = 4 * groupChannels;

const freshCounts = () => ({
  /** Multiply-accumulates, those with padding included. */
  macs: 0,
  outputs: 0,
  requantisations: 0,
  /** Bytes of weights and tables, and of inputs; bytes_in is their sum. */
  bytes_weights: 0,
  bytes_window: 0,
});

interface State {
  job: DepthwiseJob | null;
  group: number;
  /** Bytes of weights and tables of this group fetched so far. */
  head: number;
  /** Output position. */
  row: number;
  column: number;
  /** Next column, row and channel of the window to load; columns count from the left edge of the padding. */
  loadColumn: number;
  loadRow: number;
  loadChannel: number;
  /** Cycle in which the pixel at hand leaves the datapath, or -1. */
  pixelEnd: number;
  /** Bytes of the result register that still wait to be stored. */
  unstored: number;
  storeAddress: number;
  rowEnded: boolean;
}

const idleState = (): State => ({
  job: null,
  group: 0,
  head: 0,
  row: 0,
  column: 0,
  loadColumn: 0,
  loadRow: 0,
  loadChannel: 0,
  pixelEnd: -1,
  unstored: 0,
  storeAddress: 0,
  rowEnded: false,
});

interface Saved {
  s: State;
  window: WindowState;
  counts: ReturnType<typeof freshCounts>;
  headData: Uint8Array;
  result: Uint8Array;
}

/**
 * For each group of 16 channels: weights and tables, then row by row. A row fills the window,
 * computes its pixels at `144 / multipliers` cycles each while the next columns are loaded and results
 * stored through the one port (stores first), runs empty, stores its last pixel, and only then
 * moves the window down.
 */
class Depthwise implements Engine {
  private s = idleState();
  private readonly window: WindowState;
  private counts = freshCounts();
  private readonly headData = new Uint8Array(headBytes);
  private readonly result = new Uint8Array(groupChannels);
  private readonly pixelCycles: number;

  constructor(
    private readonly config: DepthwiseConfig,
    private readonly host: EngineHost,
    private readonly datapath: Datapath,
  ) {
    this.window = datapath.window;
    this.pixelCycles = (taps * groupChannels) / config.multipliers;
  }

  get ready(): boolean {
    return this.s.job === null;
  }

  check(job: JobRegisters): void {
    checkJob(job);
  }

  start(registers: JobRegisters): void {
    this.s = { ...idleState(), job: decodeJob(registers) };
    this.beginRow(this.s.job!);
  }

  cycle(now: number): number {
    const { s } = this;
    const { job } = s;
    if (job === null) return Infinity;
    if (s.pixelEnd >= 0 && now >= s.pixelEnd && s.unstored === 0) this.endPixel(job);
    if (s.pixelEnd < 0 && this.mayCompute(job)) {
      const drain = s.column === job.outW - 1 ? this.config.row_drain_cycles : 0;
      s.pixelEnd = now + this.pixelCycles + drain;
    }
    if (this.request(job)) return now + 1;
    return s.pixelEnd;
  }

  settle(now: number): void {
    const { s } = this;
    const { streamer } = this.host;
    const job = s.job!;
    const stored = s.unstored;
    if (!streamer.settle()) return;
    if (s.head < headBytes) this.takeHead();
    else if (stored > 0) this.stored(job, now);
    else this.takeInput(job);
  }

  clear(): void {
    this.s = idleState();
  }

  counters(): Counters {
    return { ...this.counts };
  }

  reset(): void {
    this.clear();
    clearWindow(this.window);
    this.counts = freshCounts();
    this.headData.fill(0);
    this.result.fill(0);
  }

  save(): Saved {
    const { s, counts, headData, result } = this;
    // Not by structuredClone: the window may lie in a larger memory, of which a clone would take all
    const window = {
      weights: this.window.weights.slice(),
      columns: this.window.columns.slice(),
    };
    return { ...structuredClone({ s, counts, headData, result }), window };
  }

  restore(saved: unknown): void {
    const copy = structuredClone(saved as Saved);
    this.s = copy.s;
    this.window.weights.set(copy.window.weights);
    this.window.columns.set(copy.window.columns);
    this.counts = copy.counts;
    this.headData.set(copy.headData);
    this.result.set(copy.result);
    if (this.s.head === headBytes) this.datapath.use(this.headData);
  }

  /** Raises the request of this cycle, if there is one. */
  private request(job: DepthwiseJob): boolean {
    const { s } = this;
    const { streamer } = this.host;
    if (s.head < headBytes) {
      streamer.read(this.headAddress(job), this.headBeat());
      return true;
    }
    if (s.unstored > 0) {
      const sent = groupChannels - s.unstored;
      const bytes = Math.min(s.unstored, streamer.width);
      streamer.write(s.storeAddress + sent, this.result, sent, bytes);
      return true;
    }
    if (!this.mayLoad(job)) return false;
    const row = s.row * job.stride - job.padTop + s.loadRow;
    const column = s.loadColumn - job.padLeft;
    const address =
      job.source +
      row * job.sourceRowPitch +
      column * job.sourcePixelPitch +
      s.group * groupChannels +
      s.loadChannel;
    streamer.read(address, Math.min(groupChannels - s.loadChannel, streamer.width));
    return true;
  }

  private headAddress({ weights, weightPitch, multipliers, biases }: DepthwiseJob): number {
    const { head, group } = this.s;
    if (head < weightBytes) {
      const tap = Math.floor(head / groupChannels);
      return weights + tap * weightPitch + group * groupChannels + (head % groupChannels);
    }
    if (head < weightBytes + multiplierBytes)
      return multipliers + group * multiplierBytes + head - weightBytes;
    return biases + group * 8 * groupChannels + head - weightBytes - multiplierBytes;
  }

  /** Taps lie apart, so a beat holds at most the 16 weights of one; tables are two streams. */
  private headBeat(): number {
    const { head } = this.s;
    let end = headBytes;
    if (head < weightBytes) end = head - (head % groupChannels) + groupChannels;
    else if (head < weightBytes + multiplierBytes) end = weightBytes + multiplierBytes;
    return Math.min(this.host.streamer.width, end - head);
  }

  private takeHead(): void {
    const { s, host } = this;
    const bytes = this.headBeat();
    for (let i = 0; i < bytes; i++) this.headData[s.head + i] = host.streamer.data[i];
    s.head += bytes;
    this.counts.bytes_weights += bytes;
    if (s.head === headBytes) this.datapath.use(this.headData);
  }

  private beginRow(job: DepthwiseJob): void {
    const { s } = this;
    s.column = 0;
    s.rowEnded = false;
    s.loadColumn = 0;
    this.beginColumn(job);
  }

  /** Columns and rows of the padding are zeros that cost no access. */
  private beginColumn(job: DepthwiseJob): void {
    const { s } = this;
    s.loadChannel = 0;
    s.loadRow = this.firstRow(job);
  }

  private firstRow(job: DepthwiseJob): number {
    return Math.max(0, job.padTop - this.s.row * job.stride);
  }

  /** Rows of the window that lie in the input: firstRow to lastRow. */
  private lastRow(job: DepthwiseJob): number {
    return Math.min(2, job.inH - 1 + job.padTop - this.s.row * job.stride);
  }

  /** Passes over columns of padding; true when an input column may be loaded now. */
  private mayLoad(job: DepthwiseJob): boolean {
    const { s } = this;
    const last = (job.outW - 1) * job.stride + 2;
    const room = Math.min(last, s.column * job.stride + this.config.window_columns - 1);
    while (s.loadColumn <= room) {
      const column = s.loadColumn - job.padLeft;
      const fresh = s.loadRow === this.firstRow(job) && s.loadChannel === 0;
      if (fresh) clearColumn(this.window, s.loadColumn);
      if (column >= 0 && column < job.inW) return !s.rowEnded;
      s.loadColumn++;
      this.beginColumn(job);
    }
    return false;
  }

  private takeInput(job: DepthwiseJob): void {
    const { s, host } = this;
    const bytes = Math.min(groupChannels - s.loadChannel, host.streamer.width);
    loadWindow(
      this.window,
      s.loadColumn,
      s.loadRow,
      s.loadChannel,
      host.streamer.data,
      bytes,
      job.inputSigned,
    );
    this.counts.bytes_window += bytes;
    s.loadChannel += bytes;
    if (s.loadChannel < groupChannels) return;
    s.loadChannel = 0;
    s.loadRow++;
    if (s.loadRow <= this.lastRow(job)) return;
    s.loadColumn++;
    this.beginColumn(job);
  }

  private mayCompute(job: DepthwiseJob): boolean {
    const { s } = this;
    if (s.head < headBytes || s.rowEnded) return false;
    this.mayLoad(job);
    return s.loadColumn > s.column * job.stride + 2;
  }

  private endPixel(job: DepthwiseJob): void {
    const { s, counts } = this;
    this.datapath.pixel(s.column * job.stride, job, this.result);
    s.unstored = groupChannels;
    s.storeAddress =
      job.destination +
      s.row * job.destinationRowPitch +
      s.column * job.destinationPixelPitch +
      s.group * groupChannels;
    counts.macs += taps * groupChannels;
    counts.outputs += groupChannels;
    counts.requantisations += groupChannels;
    s.pixelEnd = -1;
    s.column++;
    s.rowEnded = s.column === job.outW;
  }

  private stored(job: DepthwiseJob, now: number): void {
    const { s } = this;
    s.unstored -= Math.min(s.unstored, this.host.streamer.width);
    if (s.unstored > 0 || !s.rowEnded) return;
    s.row++;
    if (s.row < job.outH) return this.beginRow(job);
    s.row = 0;
    s.group++;
    if (s.group === job.groups) {
      s.job = null;
      this.host.done(now);
      return;
    }
    s.head = 0;
    this.beginRow(job);
  }
}
