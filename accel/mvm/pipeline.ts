import {
  advanceStep,
  advanceWalk,
  beginWalk,
  contiguous,
  lineWalk,
  stepWalk,
  walkAddress,
} from '../../emulator/hwpe/index.js';
import type { EngineHost, JobRegisters, LineWalk, StepWalk } from '../../emulator/hwpe/index.js';
import { contexts } from '../../emulator/hwpe/parameters.js';
import type { Counters } from '../../emulator/sim/unit.js';
import { RequantTables } from '../physics/requantise.js';
import { drop, full, inputRing, outputRing, tail } from './buffers.js';
import { decodeJob, outputBytes } from './job.js';
import type { ArrayShape, MvmJob } from './job.js';
import type { Macro } from './macro.js';
import { J } from './registers.js';

/** Bytes of the requantisation tables of one output: int32 multiplier, int64 bias. */
const tableBytes = 12;

/** Events that every macro has, named as in the JSON output. */
const freshCounts = () => ({
  /** Matrix-vector products: one per pixel and row tile. */
  mvms: 0,
  /** Multiply-accumulates of the layer: cells, with the two of an 8-bit weight counted once. */
  macs: 0,
  pixels: 0,
  requantisations: 0,
});

/** What the streams know about the job of one context. */
interface Run {
  job: MvmJob | null;
  /** Bytes of the tables fetched so far; the tables come before the first input. */
  tableFetched: number;
  /** Stream-in position. */
  pixel: number;
  tile: number;
  source: StepWalk;
  lines: LineWalk;
  /** Pixels whose product is done, and where the next one is stored. */
  computed: number;
  destination: StepWalk;
}

const idleRun = (): Run => ({
  job: null,
  tableFetched: 0,
  pixel: 0,
  tile: 0,
  source: stepWalk(),
  lines: lineWalk(),
  computed: 0,
  destination: stepWalk(),
});

/** Who has the port: it changes hands only between vectors, so that neither stream starves the other. */
type Burst = 'none' | 'table' | 'in' | 'out';

interface State {
  runs: Run[];
  /** Context that is streaming in, or -1. */
  front: number;
  burst: Burst;
  /** Cycle in which the product at hand ends, or -1. */
  productEnd: number;
}

const idleState = (): State => ({
  runs: Array.from({ length: contexts }, idleRun),
  front: -1,
  burst: 'none',
  productEnd: -1,
});

/**
 * Stream-in, product and stream-out over one half-duplex port. Two input vectors and two output
 * vectors are buffered, so the three stages of neighbouring products overlap, across row tiles,
 * pixels and jobs. A product starts when its input is complete and, if it ends a pixel, an
 * output vector is free: analog results cannot wait. Results are stored before inputs are
 * fetched, but a vector once begun is finished first.
 */
export class Pipeline {
  private state = idleState();
  private inputs;
  private outputs;
  private readonly tables: readonly RequantTables[];
  private readonly tableData: readonly Uint8Array[];
  /** Column registers of 32 bit: results of the row tiles of a pixel add up here. */
  private readonly accumulators: Int32Array;
  private counts = freshCounts();

  constructor(
    private readonly shape: ArrayShape,
    private readonly host: EngineHost,
    private readonly macro: Macro,
    /** Streams of neighbouring products overlap; false: one after the other. */
    private readonly pipelined: boolean,
  ) {
    this.inputs = inputRing(shape.rows);
    this.outputs = outputRing(4 * shape.outputs);
    this.tables = Array.from({ length: contexts }, () => new RequantTables(shape.outputs));
    this.tableData = this.tables.map(() => new Uint8Array(tableBytes * shape.outputs));
    this.accumulators = new Int32Array(shape.outputs);
  }

  get ready(): boolean {
    return this.state.front < 0;
  }

  start(registers: JobRegisters, context: number): void {
    const job = decodeJob(registers);
    const run = this.state.runs[context];
    run.job = job;
    run.tableFetched = 0;
    run.pixel = run.tile = run.computed = 0;
    step(run.source, registers, J.J_SRC_ADDR, J.ALPHA_IN_LENGTH);
    step(run.destination, registers, J.J_DST_ADDR, J.ALPHA_OUT_LENGTH);
    run.lines.lineLength = registers[J.JOB_LINE_LENGTH];
    run.lines.lineStride = registers[J.J_SRC_STRID];
    run.lines.linesPerBlock = registers[J.JOB_FEAT_LENGTH];
    run.lines.blockStride = registers[J.JOB_FEAT_STRIDE];
    beginWalk(run.lines, run.source.address);
    this.state.front = context;
  }

  cycle(now: number): number {
    const s = this.state;
    if (s.productEnd >= 0 && now >= s.productEnd) this.endProduct();
    if (s.productEnd < 0 && this.mayCompute()) s.productEnd = now + this.beginProduct(now);
    if (s.burst === 'none') s.burst = this.nextBurst();
    if (s.burst !== 'none') {
      this.request();
      return now + 1;
    }
    return s.productEnd >= 0 ? s.productEnd : Infinity;
  }

  settle(now: number): void {
    if (!this.host.streamer.settle()) return;
    switch (this.state.burst) {
      case 'table':
        this.takeTable();
        break;
      case 'in':
        this.takeInput();
        break;
      default:
        this.storedOutput(now);
    }
  }

  clear(): void {
    this.state = idleState();
    this.inputs = inputRing(this.shape.rows);
    this.outputs = outputRing(4 * this.shape.outputs);
  }

  counters(): Counters {
    return { ...this.counts };
  }

  reset(): void {
    this.clear();
    this.counts = freshCounts();
    this.accumulators.fill(0);
    for (const data of this.tableData) data.fill(0);
  }

  save(): unknown {
    return structuredClone({
      state: this.state,
      inputs: this.inputs,
      outputs: this.outputs,
      tables: this.tableData,
      accumulators: this.accumulators,
      counts: this.counts,
    });
  }

  restore(saved: unknown): void {
    const copy = structuredClone(saved) as {
      state: State;
      inputs: Pipeline['inputs'];
      outputs: Pipeline['outputs'];
      tables: Uint8Array[];
      accumulators: Int32Array;
      counts: Pipeline['counts'];
    };
    this.state = copy.state;
    this.inputs = copy.inputs;
    this.outputs = copy.outputs;
    this.accumulators.set(copy.accumulators);
    this.counts = copy.counts;
    for (const [context, run] of this.state.runs.entries()) {
      this.tableData[context].set(copy.tables[context]);
      const { job } = run;
      if (job?.requantise === true && run.tableFetched === tableBytes * job.outputs)
        this.tables[context].load(this.tableData[context], job.outputs);
    }
  }

  private job(context: number): MvmJob {
    return this.state.runs[context].job!;
  }

  private mayCompute(): boolean {
    if (this.inputs.count === 0) return false;
    const { context, tile } = this.inputs.slots[this.inputs.head];
    return tile + 1 < this.job(context).tiles.length || !full(this.outputs);
  }

  /** The macro computes at the start of a product; nothing of it is seen before its end. */
  private beginProduct(now: number): number {
    const { inputs, accumulators, counts } = this;
    const { context, tile } = inputs.slots[inputs.head];
    const job = this.job(context);
    if (tile === 0) accumulators.fill(0, 0, job.outputs);
    counts.mvms++;
    counts.macs += job.tiles[tile].rows * job.outputs;
    return this.macro.product(job, tile, inputs.data[inputs.head], accumulators, now);
  }

  private endProduct(): void {
    const { inputs, outputs } = this;
    const { context, tile } = inputs.slots[inputs.head];
    const run = this.state.runs[context];
    const job = this.job(context);
    drop(inputs);
    this.state.productEnd = -1;
    if (tile + 1 < job.tiles.length) return;
    const index = tail(outputs);
    this.finish(job, this.tables[context], outputs.data[index]);
    run.computed++;
    Object.assign(outputs.slots[index], {
      context,
      address: run.destination.address,
      bytes: outputBytes(job),
      sent: 0,
      last: run.computed === job.pixels,
    });
    outputs.count++;
    advanceStep(run.destination);
  }

  /** The finished pixel as output bytes. */
  private finish(job: MvmJob, tables: RequantTables, output: Uint8Array): void {
    const { accumulators } = this;
    this.counts.pixels++;
    if (job.requantise) {
      tables.apply(accumulators, job.outputs, job, output);
      this.counts.requantisations += job.outputs;
      return;
    }
    if (job.raw) {
      const bytes = new DataView(output.buffer, output.byteOffset);
      for (let c = 0; c < job.outputs; c++) bytes.setInt32(4 * c, accumulators[c], true);
      return;
    }
    for (let c = 0; c < job.outputs; c++)
      output[c] = Math.min(127, Math.max(-128, accumulators[c]));
  }

  private nextBurst(): Burst {
    const { inputs, outputs, state } = this;
    if (outputs.count > 0) return 'out';
    if (state.front < 0) return 'none';
    const run = state.runs[state.front];
    const job = this.job(state.front);
    if (!this.pipelined && (inputs.count > 0 || state.productEnd >= 0)) return 'none';
    if (job.requantise && run.tableFetched < tableBytes * job.outputs) return 'table';
    if (full(inputs)) return 'none';
    const slot = inputs.slots[tail(inputs)];
    slot.context = state.front;
    slot.tile = run.tile;
    slot.filled = 0;
    return 'in';
  }

  private request(): void {
    const { streamer } = this.host;
    const { inputs, outputs, state } = this;
    if (state.burst === 'out') {
      const slot = outputs.slots[outputs.head];
      const bytes = Math.min(streamer.width, slot.bytes - slot.sent);
      streamer.write(slot.address + slot.sent, outputs.data[outputs.head], slot.sent, bytes);
      return;
    }
    const run = state.runs[state.front];
    if (state.burst === 'in') {
      const rows = run.job!.tiles[run.tile].rows;
      const left = rows - inputs.slots[tail(inputs)].filled;
      const bytes = Math.min(streamer.width, contiguous(run.lines), left);
      streamer.read(walkAddress(run.lines), bytes);
      return;
    }
    streamer.read(this.tableAddress(run), this.tableBeat(run));
  }

  private tableAddress({ job, tableFetched }: Run): number {
    const multipliers = 4 * job!.outputs;
    if (tableFetched < multipliers) return job!.mulAddress + tableFetched;
    return job!.biasAddress + tableFetched - multipliers;
  }

  /** Multipliers and biases are two separate streams: no beat holds parts of both. */
  private tableBeat({ job, tableFetched }: Run): number {
    const multipliers = 4 * job!.outputs;
    const end = tableFetched < multipliers ? multipliers : tableBytes * job!.outputs;
    return Math.min(this.host.streamer.width, end - tableFetched);
  }

  private takeTable(): void {
    const { state, host } = this;
    const run = state.runs[state.front];
    const bytes = this.tableBeat(run);
    const data = this.tableData[state.front];
    for (let i = 0; i < bytes; i++) data[run.tableFetched + i] = host.streamer.data[i];
    run.tableFetched += bytes;
    if (run.tableFetched < tableBytes * run.job!.outputs) return;
    this.tables[state.front].load(data, run.job!.outputs);
    state.burst = 'none';
  }

  private takeInput(): void {
    const { inputs, state, host } = this;
    const run = state.runs[state.front];
    const job = run.job!;
    const slot = inputs.slots[tail(inputs)];
    const data = inputs.data[tail(inputs)];
    const rows = job.tiles[run.tile].rows;
    const bytes = Math.min(host.streamer.width, contiguous(run.lines), rows - slot.filled);
    for (let i = 0; i < bytes; i++) data[slot.filled + i] = host.streamer.data[i];
    slot.filled += bytes;
    advanceWalk(run.lines, bytes);
    if (slot.filled < rows) return;
    inputs.count++;
    state.burst = 'none';
    run.tile++;
    if (run.tile < job.tiles.length) return;
    run.tile = 0;
    run.pixel++;
    advanceStep(run.source);
    beginWalk(run.lines, run.source.address);
    if (run.pixel === job.pixels) state.front = -1;
  }

  private storedOutput(now: number): void {
    const { outputs, host } = this;
    const slot = outputs.slots[outputs.head];
    slot.sent += Math.min(host.streamer.width, slot.bytes - slot.sent);
    if (slot.sent < slot.bytes) return;
    const { last } = slot;
    drop(outputs);
    this.state.burst = 'none';
    if (last) host.done(now);
  }
}

/** Reads base, alpha length and stride, beta length and stride, as they lie in the register map. */
function step(walk: StepWalk, registers: JobRegisters, address: number, alpha: number): void {
  walk.address = registers[address];
  walk.alphaLength = registers[alpha];
  walk.alphaStride = registers[alpha + 1];
  walk.betaStride = registers[alpha + 3];
  walk.count = 0;
}
