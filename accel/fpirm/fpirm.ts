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
import { mvmEngine } from '../mvm/engine.js';
import type { MvmDescription } from '../mvm/engine.js';
import { WeightDomains } from './cells.js';
import { FloatEngine } from './float-engine.js';
import { checkFloatJob, isFloat } from './float-job.js';
import type { FpirmConfig } from './parameters.js';
import { RacetrackProduct } from './product.js';
import { fpirmRegisters } from './registers.js';
import { Tally } from './tally.js';

/** Racetrack memory that computes, as an accelerator for a slot. */
export function fpirmEngine(config: FpirmConfig, hwpe?: HwpeConfig): AcceleratorFactory {
  const integers = (tally: Tally): EngineDescription => mvmEngine(racetrack(config, tally));
  const description = integers(new Tally(config, 0));
  return createHwpe(
    {
      ...description,
      create: (host) => {
        const tally = new Tally(config, host.seed);
        return new Fpirm(config, host, tally, integers(tally));
      },
    },
    hwpe,
  );
}

function racetrack(config: FpirmConfig, tally: Tally): MvmDescription<WeightDomains> {
  const { rows, cols, arrays } = config;
  return {
    shape: { name: 'fpirm', rows, cols, arrays, outputs: cols },
    id: 6,
    registers: fpirmRegisters,
    portBits: config.port_bits,
    capacityBits: rows * cols * arrays * 4,
    pipelined: true,
    access: ({ clockHz }) => ({
      create: () => new WeightDomains(rows, cols),
      rowCycles: cyclesOf(config.store_row_ns, clockHz),
      readCycles: cyclesOf(config.read_word_ns, clockHz),
    }),
    macro: (cells, { clockHz }) => new RacetrackProduct(config, cells, tally, clockHz),
  };
}

interface Saved {
  integers: unknown;
  floats: unknown;
  tally: unknown;
  busy: 'none' | 'integers' | 'floats';
}

/** Integer products by the common pipeline, everything else by the floating-point unit; one job at a time. */
class Fpirm implements Engine {
  private readonly integers: Engine;
  private readonly floats: FloatEngine;
  private busy: Saved['busy'] = 'none';

  constructor(
    config: FpirmConfig,
    host: EngineHost,
    private readonly tally: Tally,
    integers: EngineDescription,
  ) {
    const own: EngineHost = {
      clockHz: host.clockHz,
      seed: host.seed,
      streamer: host.streamer,
      control: host.control,
      shared: host.shared,
      someJob: (condition) => host.someJob(condition),
      done: (now) => {
        this.busy = 'none';
        host.done(now);
      },
      release: (hart) => host.release(hart),
    };
    this.integers = integers.create(own);
    this.floats = new FloatEngine(config, own, tally);
  }

  get ready(): boolean {
    return this.busy === 'none';
  }

  check(job: JobRegisters): void {
    if (isFloat(job)) checkFloatJob(job);
    else this.integers.check(job);
  }

  start(job: JobRegisters, context: number, now: number): void {
    this.busy = isFloat(job) ? 'floats' : 'integers';
    if (this.busy === 'floats') this.floats.start(job);
    else this.integers.start(job, context, now);
  }

  cycle(now: number): number {
    return this.busy === 'floats' ? this.floats.cycle(now) : this.integers.cycle(now);
  }

  settle(now: number): void {
    if (this.busy === 'floats') this.floats.settle(now);
    else this.integers.settle(now);
  }

  clear(): void {
    this.busy = 'none';
    this.integers.clear();
    this.floats.clear();
  }

  counters(): Counters {
    return { ...this.integers.counters(), ...this.floats.counters(), ...this.tally.counters() };
  }

  written(word: number, registers: Int32Array, visit: RegisterVisit): void {
    this.integers.written?.(word, registers, visit);
  }

  fetched(word: number, visit: RegisterVisit): number | undefined {
    return this.integers.fetched?.(word, visit);
  }

  checkState(): number {
    return this.integers.checkState?.() ?? 0;
  }

  preload(section: string, bytes: Uint8Array): boolean {
    return this.integers.preload?.(section, bytes) ?? false;
  }

  reset(): void {
    this.busy = 'none';
    this.integers.reset();
    this.floats.reset();
    this.tally.reset();
  }

  save(): Saved {
    return {
      integers: this.integers.save(),
      floats: this.floats.save(),
      tally: this.tally.save(),
      busy: this.busy,
    };
  }

  restore(state: unknown): void {
    const { integers, floats, tally, busy } = state as Saved;
    this.integers.restore(integers);
    this.floats.restore(floats);
    this.tally.restore(tally);
    this.busy = busy;
  }
}
