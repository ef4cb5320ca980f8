import type { EngineHost, JobRegisters } from '../../emulator/hwpe/index.js';
import type { Counters } from '../../emulator/sim/unit.js';
import { addPrimitives, noPrimitives } from './dbc.js';
import { FloatCompute } from './float-compute.js';
import type { Work } from './float-compute.js';
import { decodeFloatJob } from './float-job.js';
import type { FloatJob } from './float-job.js';
import type { FpirmConfig } from './parameters.js';
import { beatsOf, elementsOf } from './stream.js';
import type { Beats } from './stream.js';
import type { Tally } from './tally.js';
import { primitiveTime } from './timing.js';

/** Operands are fetched one after the other, then computed, then the result is stored. */
type Phase = 'idle' | 'a' | 'b' | 'c' | 'compute' | 'store';

interface State {
  phase: Phase;
  job: FloatJob | null;
  /** Elements and accesses of this phase that are done. */
  position: number;
  access: number;
  computed: number;
}

const freshCounts = () => ({
  float_jobs: 0,
  /** Multiplications and additions that the jobs ask for, one each. */
  float_operations: 0,
  compute_cycles: 0,
});

const idle = (): State => ({ phase: 'idle', job: null, position: 0, access: 0, computed: -1 });

/** Vector and matrix jobs in floating point. */
export class FloatEngine {
  private state = idle();
  private counts = freshCounts();
  private operands = { a: new Uint32Array(0), b: new Uint32Array(0), c: new Uint32Array(0) };
  /** Accesses of the running phase; follows from job and phase. */
  private beats: Beats = {
    elements: 0,
    addresses: new Float64Array(0),
    counts: new Uint16Array(0),
  };
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
    this.state = { ...idle(), job };
    this.operands = {
      a: new Uint32Array(elementsOf(job, 'a')),
      b: new Uint32Array(elementsOf(job, 'b')),
      c: new Uint32Array(elementsOf(job, 'c')),
    };
    this.enter(job, 'a');
    this.counts.float_jobs++;
  }

  cycle(now: number): number {
    const s = this.state;
    if (s.job === null) return Infinity;
    if (s.phase === 'compute') {
      if (s.computed < 0) s.computed = now + this.work(s.job);
      if (now < s.computed) return s.computed;
      this.enter(s.job, 'store');
    }
    this.request(s.job);
    return now + 1;
  }

  settle(now: number): void {
    const s = this.state;
    const { streamer } = this.host;
    if (s.job === null || !streamer.settle()) return;
    const count = this.beats.counts[s.access];
    if (s.phase !== 'store') this.take(s.job, count);
    s.position += count;
    s.access++;
    if (s.position < this.beats.elements) return;
    switch (s.phase) {
      case 'a':
        return this.enter(s.job, 'b');
      case 'b':
        return this.enter(s.job, s.job.accumulate ? 'c' : 'compute');
      case 'c':
        return this.enter(s.job, 'compute');
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
    this.cut();
  }

  private enter(job: FloatJob, phase: Phase): void {
    Object.assign(this.state, { job, phase, position: 0, access: 0 });
    this.cut();
  }

  private cut(): void {
    const { job, phase } = this.state;
    if (job === null || phase === 'compute' || phase === 'idle') return;
    this.beats = beatsOf(job, phase === 'store' ? 'c' : phase, this.beat.length);
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

  private request(job: FloatJob): void {
    const { streamer } = this.host;
    const { phase, position, access } = this.state;
    const address = this.beats.addresses[access];
    const count = this.beats.counts[access];
    if (phase !== 'store') {
      streamer.read(address, count * job.bytes);
      return;
    }
    const { beat } = this;
    const { c } = this.operands;
    for (let i = 0, at = 0; i < count; i++) {
      const word = c[position + i];
      for (let k = 0; k < job.bytes; k++) beat[at++] = word >>> (8 * k);
    }
    streamer.write(address, beat, 0, count * job.bytes);
  }

  /** Subnormal operands count as zero of their sign. */
  private take(job: FloatJob, count: number): void {
    const { phase, position } = this.state;
    const { data } = this.host.streamer;
    const { operands } = this;
    const target = phase === 'a' ? operands.a : phase === 'b' ? operands.b : operands.c;
    if (job.bytes === 4)
      for (let i = 0, at = 0; i < count; i++, at += 4) {
        const word = data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (data[at + 3] << 24);
        target[position + i] = (word & 0x7f800000) === 0 ? word & 0x80000000 : word;
      }
    else
      for (let i = 0, at = 0; i < count; i++, at += 2) {
        const word = data[at] | (data[at + 1] << 8);
        target[position + i] = (word & 0x7f80) === 0 ? word & 0x8000 : word;
      }
  }
}
