import type { EngineHost, JobRegisters } from '../../emulator/hwpe/index.js';
import type { Counters } from '../../emulator/sim/unit.js';
import { addPrimitives, noPrimitives } from './dbc.js';
import { FloatCompute } from './float-compute.js';
import type { Work } from './float-compute.js';
import { decodeFloatJob } from './float-job.js';
import type { FloatJob } from './float-job.js';
import type { FpirmConfig } from './parameters.js';
import { place, streamA, streamB, streamC } from './stream.js';
import type { Stream } from './stream.js';
import type { Tally } from './tally.js';
import { primitiveTime } from './timing.js';
import { flush } from './word.js';

/** Operands are fetched one after the other, then computed, then the result is stored. */
type Phase = 'idle' | 'a' | 'b' | 'c' | 'compute' | 'store';

interface State {
  phase: Phase;
  job: FloatJob | null;
  position: number;
  computed: number;
}

const freshCounts = () => ({
  float_jobs: 0,
  /** Multiplications and additions that the jobs ask for, one each. */
  float_operations: 0,
  compute_cycles: 0,
});

const idle = (): State => ({ phase: 'idle', job: null, position: 0, computed: -1 });

/** Vector and matrix jobs in floating point. */
export class FloatEngine {
  private state = idle();
  private counts = freshCounts();
  private operands = { a: new Uint32Array(0), b: new Uint32Array(0), c: new Uint32Array(0) };
  private readonly beat: Uint8Array;
  private readonly compute: FloatCompute;

  constructor(
    private readonly config: FpirmConfig,
    private readonly host: EngineHost,
    tally: Tally,
  ) {
    this.compute = new FloatCompute(tally, config.wires);
    this.beat = new Uint8Array(config.port_bits / 8);
  }

  start(registers: JobRegisters): void {
    const job = decodeFloatJob(registers);
    this.state = { ...idle(), phase: 'a', job };
    this.operands = {
      a: new Uint32Array(streamA(job).elements),
      b: new Uint32Array(streamB(job).elements),
      c: new Uint32Array(streamC(job).elements),
    };
    this.counts.float_jobs++;
  }

  cycle(now: number): number {
    const s = this.state;
    if (s.job === null) return Infinity;
    if (s.phase === 'compute') {
      if (s.computed < 0) s.computed = now + this.work(s.job);
      if (now < s.computed) return s.computed;
      s.phase = 'store';
    }
    this.request(s.job);
    return now + 1;
  }

  settle(now: number): void {
    const s = this.state;
    const { streamer } = this.host;
    if (s.job === null || !streamer.settle()) return;
    const stream = this.stream(s.job);
    const count = this.run(s.job, stream);
    if (s.phase !== 'store') this.take(s.job, count);
    s.position += count;
    if (s.position < stream.elements) return;
    s.position = 0;
    switch (s.phase) {
      case 'a':
        s.phase = 'b';
        break;
      case 'b':
        s.phase = s.job.accumulate ? 'c' : 'compute';
        break;
      case 'c':
        s.phase = 'compute';
        break;
      default:
        this.state = idle();
        this.host.done(now);
    }
  }

  clear(): void {
    this.state = idle();
  }

  counters(): Counters {
    return { ...this.counts };
  }

  reset(): void {
    this.clear();
    this.counts = freshCounts();
  }

  save(): unknown {
    const { state, counts, operands } = this;
    return structuredClone({ state, counts, operands });
  }

  restore(saved: unknown): void {
    Object.assign(this, structuredClone(saved));
  }

  /** Computes at once; the cycles that it takes. Each tile works on its own groups of lanes. */
  private work(job: FloatJob): number {
    const { a, b, c } = this.operands;
    const work = this.compute.run(job, a, b, c);
    this.counts.float_operations += c.length * work.repeats * work.chain.length;
    const cycles = Math.ceil((this.duration(work) * this.host.clockHz) / 1e9);
    this.counts.compute_cycles += cycles;
    return Math.max(1, cycles);
  }

  private duration({ groups, chain, repeats }: Work): number {
    const one = noPrimitives();
    for (const cost of chain) addPrimitives(one, cost);
    return Math.ceil(groups / this.config.tiles) * repeats * primitiveTime(one, this.config);
  }

  private stream(job: FloatJob): Stream {
    const { phase } = this.state;
    return phase === 'a' ? streamA(job) : phase === 'b' ? streamB(job) : streamC(job);
  }

  /** Elements of the request at hand: what lies side by side and fits the port. */
  private run(job: FloatJob, stream: Stream): number {
    const { run } = place(stream, this.state.position, job.bytes);
    return Math.min(run, this.beat.length / job.bytes);
  }

  private request(job: FloatJob): void {
    const { streamer } = this.host;
    const { phase, position } = this.state;
    const stream = this.stream(job);
    const { address } = place(stream, position, job.bytes);
    const count = this.run(job, stream);
    if (phase !== 'store') {
      streamer.read(address, count * job.bytes);
      return;
    }
    const view = new DataView(this.beat.buffer);
    for (let i = 0; i < count; i++) {
      const word = this.operands.c[position + i];
      if (job.bytes === 4) view.setUint32(4 * i, word, true);
      else view.setUint16(2 * i, word, true);
    }
    streamer.write(address, this.beat, 0, count * job.bytes);
  }

  private take(job: FloatJob, count: number): void {
    const { phase, position } = this.state;
    const { data } = this.host.streamer;
    const target =
      phase === 'a' ? this.operands.a : phase === 'b' ? this.operands.b : this.operands.c;
    for (let i = 0; i < count; i++) {
      let word = 0;
      for (let k = job.bytes - 1; k >= 0; k--) word = word * 256 + data[i * job.bytes + k];
      target[position + i] = flush(word, job.format);
    }
  }
}
