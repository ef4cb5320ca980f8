import type { RegisterMap } from '../sim/registers.js';
import type { Counters } from '../sim/unit.js';
import { OctobarError } from '../sim/error.js';
import { Intervals } from '../sim/intervals.js';
import { defaultsOf } from '../sim/parameters.js';
import type { Engine, EngineDescription, EngineHost, JobRegisters } from './engine.js';
import type { Accelerator, AcceleratorFactory, HwpeEnvironment } from './environment.js';
import { contexts, hwpeParameters } from './parameters.js';
import type { HwpeConfig } from './parameters.js';
import * as ring from './queue.js';
import type { QueueState } from './queue.js';
import { RegisterFile, misuse } from './register-file.js';
import { Streamer } from './streamer.js';
import type { StreamerState } from './streamer.js';

/** Puts the shared frame around an engine: what the machine composes into a slot. */
export function createHwpe(
  description: EngineDescription,
  parameters: HwpeConfig = defaultsOf(hwpeParameters),
): AcceleratorFactory {
  const build = (environment: HwpeEnvironment): Accelerator =>
    new Hwpe(description, parameters, environment);
  return Object.assign(build, { portBits: description.portBits });
}

interface HwpeState {
  registers: { shared: Int32Array; jobs: Int32Array[] };
  queue: QueueState;
  streamer: StreamerState;
  engine: unknown;
  nextCycle: number;
  jobs: number;
  busy: number;
  seen: number;
  idleSince: number;
  clearUntil: number;
}

class Hwpe implements Accelerator, EngineHost {
  readonly name: string;
  readonly registers: RegisterMap;
  readonly clockHz: number;
  readonly seed: number;
  readonly streamer: Streamer;
  readonly shared: Int32Array;
  readonly intervals: Intervals;
  nextCycle = Infinity;
  private readonly file: RegisterFile;
  private readonly engine: Engine;
  private queue = ring.freshQueue();
  private jobs = 0;
  private busy = 0;
  /** Up to which cycle `busy` has been counted. */
  private seen = 0;
  private idleSince = 0;
  private clearUntil = 0;
  /** An event was raised, or the engine may have done something to a hart. */
  private told = false;

  constructor(
    description: EngineDescription,
    private readonly parameters: HwpeConfig,
    private readonly environment: HwpeEnvironment,
  ) {
    this.name = description.name;
    this.registers = description.registers;
    this.intervals = new Intervals(description.name, contexts);
    this.clockHz = environment.clockHz;
    this.seed = environment.seed;
    if (environment.port.width * 8 !== description.portBits)
      throw new OctobarError(
        'internal',
        `${this.name} needs a port of ${description.portBits} bits, its slot has ${environment.port.width * 8}`,
        { hint: 'the machine must open the wide port with AcceleratorFactory.portBits' },
      );
    this.streamer = new Streamer(environment.port);
    this.file = new RegisterFile(description.registers, {
      ...description.capability,
      CONTEXTS: contexts,
      PORT_BITS: description.portBits,
    });
    this.shared = this.file.shared;
    this.engine = description.create(this);
  }

  get control(): HwpeEnvironment['control'] {
    this.told = true;
    return this.environment.control;
  }

  read(offset: number, size: number, hart: number, now: number): number {
    const { kind, register } = this.file.word(offset, size, hart);
    if (register.access === 'wo')
      throw misuse(`${this.name}: ${register.name} is write-only`, hart, register.meaning);
    if (kind === 'mandatory') return this.readMandatory(offset, hart) >>> 0;
    if (kind === 'capability') return this.file.capabilityAt(offset) >>> 0;
    const own = this.engine.fetched?.(offset >> 2, { hart, now });
    const registers = kind === 'job' ? this.file.jobs[this.queue.pointer] : this.shared;
    return (own ?? registers[offset >> 2]) >>> 0;
  }

  write(offset: number, value: number, size: number, hart: number, now: number): void {
    const { kind, register, name } = this.file.word(offset, size, hart);
    if (register.access === 'ro')
      throw misuse(`${this.name}: ${name} is read-only`, hart, register.meaning);
    if (kind === 'mandatory') return this.writeMandatory(offset, value, hart, now);
    const queue = this.queue;
    if (kind === 'job') {
      if (queue.lock !== hart) throw this.notLocked(`writes ${name}`, hart);
      queue.touched = true;
    } else if (queue.lock >= 0 && queue.lock !== hart) {
      throw this.notLocked(`writes ${name}`, hart);
    }
    const registers = kind === 'job' ? this.file.jobs[queue.pointer] : this.shared;
    registers[offset >> 2] = value | 0;
    this.engine.written?.(offset >> 2, registers, { hart, now });
  }

  cycle(now: number): void {
    this.account(now);
    this.startNext(now);
    const next = this.runEngine(now);
    const context = ring.startable(this.queue);
    const start = context >= 0 && this.engine.ready ? this.startTime(context) : Infinity;
    this.nextCycle = Math.min(next, Math.max(start, now + 1));
  }

  settle(now: number): void {
    if (!this.streamer.raised) return;
    this.nextCycle = now + 1;
    this.engine.settle(now);
  }

  stream(now: number, until: number): void {
    const { streamer } = this;
    const { port } = this.environment;
    this.told = false;
    for (let at = now; at < until && !this.told; at = this.nextCycle) {
      this.cycle(at);
      if (!streamer.raised) continue;
      port.finishAlone(at);
      this.settle(at);
    }
  }

  someJob(condition: (job: JobRegisters) => boolean): boolean {
    for (let i = 0; i < this.queue.pending; i++)
      if (condition(this.file.jobs[(this.queue.running + i) % contexts])) return true;
    return false;
  }

  done(now: number): void {
    const context = this.queue.running;
    const owner = ring.finish(this.queue);
    this.intervals.end(context, 'job', owner, now + 1);
    this.jobs++;
    if (this.queue.started === 0) {
      // The cycle of the end itself still counts as busy.
      this.busy += now + 1 - this.seen;
      this.seen = now + 1;
      this.idleSince = now;
    }
    this.told = true;
    this.environment.events.raise(this.environment.eventLine, 1 << owner, now);
  }

  release(hart: number): void {
    if (this.queue.lock === hart && !this.queue.touched) this.queue.lock = -1;
  }

  counters(now = this.seen): Counters {
    // A job under way has been busy up to now, whenever the engine looked last.
    const underWay = this.queue.started === 0 ? 0 : Math.max(now - this.seen, 0);
    return {
      jobs: this.jobs,
      busy_cycles: this.busy + underWay,
      stall_cycles: this.streamer.stalled,
      granted_cycles: this.streamer.granted,
      words: this.streamer.words,
      bytes_in: this.streamer.bytesRead,
      bytes_out: this.streamer.bytesWritten,
      ...this.engine.counters(),
    };
  }

  preload(section: string, bytes: Uint8Array): boolean {
    return this.engine.preload?.(section, bytes) ?? false;
  }

  reset(): void {
    this.file.reset();
    this.streamer.reset();
    this.engine.reset();
    this.intervals.reset();
    this.queue = ring.freshQueue();
    this.nextCycle = Infinity;
    this.jobs = this.busy = this.seen = this.idleSince = this.clearUntil = 0;
  }

  save(): HwpeState {
    const { nextCycle, jobs, busy, seen, idleSince, clearUntil } = this;
    return {
      registers: this.file.save(),
      queue: structuredClone(this.queue),
      streamer: this.streamer.save(),
      engine: this.engine.save(),
      // JSON has no infinity.
      nextCycle: nextCycle === Infinity ? -1 : nextCycle,
      jobs,
      busy,
      seen,
      idleSince,
      clearUntil,
    };
  }

  restore(saved: unknown): void {
    const state = saved as HwpeState;
    this.file.restore(state.registers);
    this.queue = structuredClone(state.queue);
    this.streamer.restore(state.streamer);
    this.engine.restore(state.engine);
    this.nextCycle = state.nextCycle < 0 ? Infinity : state.nextCycle;
    this.jobs = state.jobs;
    this.busy = state.busy;
    this.seen = state.seen;
    this.idleSince = state.idleSince;
    this.clearUntil = state.clearUntil;
    this.intervals.reset();
  }

  private readMandatory(offset: number, hart: number): number {
    const queue = this.queue;
    switch (offset) {
      case 0x04:
        return ring.acquire(queue, hart);
      case 0x08: {
        const finished = queue.finished;
        if (hart >= 0) queue.finished = 0;
        return finished;
      }
      case 0x0c:
        return ring.status(queue);
      case 0x10:
        return queue.total & 0xff;
      default:
        return this.checkState();
    }
  }

  private checkState(): number {
    if (this.queue.pending > 0) return 5;
    const own = this.engine.checkState?.() ?? 0;
    if (own > 0) return own;
    if (this.queue.lock < 0) return 0;
    return this.queue.touched ? 4 : 1;
  }

  private writeMandatory(offset: number, value: number, hart: number, now: number): void {
    if (offset === 0x00) this.trigger(value, hart, now);
    else if (offset === 0x08) this.queue.finished = 0;
    else this.softClear(value, now);
  }

  private trigger(value: number, hart: number, now: number): void {
    const queue = this.queue;
    const start = value === 0;
    if (queue.lock === hart && hart >= 0) {
      this.engine.check(this.file.jobs[queue.pointer]);
      if (start) this.checkSelected(hart);
      ring.commit(queue, now);
    } else if (queue.lock >= 0 || !start || queue.released === queue.pending) {
      throw this.notLocked('writes TRIGGER', hart);
    }
    if (!start) return;
    this.checkSelected(hart);
    ring.release(queue, now);
    const context = ring.startable(queue);
    if (context >= 0) this.nextCycle = Math.min(this.nextCycle, this.startTime(context));
  }

  private checkSelected(hart: number): void {
    if (this.environment.selected()) return;
    throw misuse(
      `${this.name}: started while slot ${this.environment.slot} is not selected`,
      hart,
      `write ${`0x${((1 << 11) | (this.environment.slot << 13)).toString(16)}`} (enable, slot ${this.environment.slot}) to the cluster control unit at 0x10200018 first`,
    );
  }

  private softClear(value: number, now: number): void {
    this.account(now);
    this.engine.clear();
    this.intervals.reset();
    this.queue = ring.freshQueue();
    if (value === 0) this.file.reset();
    this.idleSince = now;
    this.clearUntil = now + this.parameters.soft_clear_cycles;
    this.nextCycle = Infinity;
  }

  /** An access outside the TCDM is the fault of a job, so the error names engine and hart. */
  private runEngine(now: number): number {
    try {
      return this.engine.cycle(now);
    } catch (error) {
      if (!(error instanceof OctobarError)) throw error;
      const hart = this.queue.owner[this.queue.running];
      throw new OctobarError(error.code, `${this.name}: ${error.reason}`, {
        hart,
        cycle: now,
        ...error.context,
      });
    }
  }

  private startNext(now: number): void {
    const context = ring.startable(this.queue);
    if (context < 0 || !this.engine.ready || now < this.startTime(context)) return;
    if (this.queue.started === 0) this.seen = now;
    this.queue.started++;
    this.intervals.begin(context, 'job', this.queue.owner[context], now);
    this.engine.start(this.file.jobs[context], context, now);
  }

  /** First cycle in which the job of a context may start. */
  private startTime(context: number): number {
    let from = this.queue.since[context];
    if (this.queue.started === 0) from = Math.max(from, this.idleSince);
    return Math.max(from + this.parameters.start_cycles, this.clearUntil);
  }

  private account(now: number): void {
    if (this.queue.started === 0) return;
    this.busy += now - this.seen;
    this.seen = now;
  }

  private notLocked(what: string, hart: number): OctobarError {
    const holder = this.queue.lock;
    return misuse(
      `${this.name}: hart ${hart} ${what}, but ${holder < 0 ? 'nobody acquired the engine' : `hart ${holder} is programming it`}`,
      hart,
      'read ACQUIRE until it returns a job id >= 0, write the job registers, then TRIGGER, all from the same hart',
    );
  }
}
