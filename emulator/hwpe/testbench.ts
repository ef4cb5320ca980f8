import { OctobarError } from '../sim/error.js';
import type { Unit } from '../sim/unit.js';
import type { WidePort } from '../interconnect/ports.js';
import type { Accelerator, AcceleratorFactory } from './environment.js';

/** Whether the wide port is granted in a cycle. */
export type GrantPattern = (cycle: number) => boolean;

export interface TestbenchOptions {
  readonly clockHz?: number;
  readonly memoryBytes?: number;
  readonly grant?: GrantPattern;
  /** Cycles of a register access. */
  readonly registerLatency?: number;
  readonly slot?: number;
  readonly seed?: number;
}

export interface RaisedEvent {
  readonly line: number;
  readonly hartMask: number;
  readonly at: number;
}

/**
 * One accelerator alone between a stub TCDM and a stub hart: for conformance tests, and for
 * throughput figures that must not depend on what else runs. Time moves by the same three phases
 * as in the machine.
 */
export class Testbench {
  static readonly base = 0x10000000;
  readonly memory: Uint8Array;
  readonly accelerator: Accelerator;
  readonly events: RaisedEvent[] = [];
  /** Cycles in which the wide port was granted, for assertions on bandwidth. */
  grants = 0;
  now = 0;
  selected = true;
  private readonly port: StubPort;
  private readonly latency: number;
  private readonly grant: GrantPattern;
  private delayed = 0;

  constructor(factory: AcceleratorFactory, options: TestbenchOptions = {}) {
    this.memory = new Uint8Array(options.memoryBytes ?? 512 * 1024);
    this.port = new StubPort((factory.portBits ?? 128) / 8, this.memory);
    this.latency = options.registerLatency ?? 4;
    this.grant = options.grant ?? (() => true);
    const slot = options.slot ?? 0;
    this.accelerator = factory({
      slot,
      eventLine: 12 + 2 * slot,
      clockHz: options.clockHz ?? 500_000_000,
      seed: options.seed ?? 1,
      port: this.port,
      events: { raise: (line, hartMask, at) => void this.events.push({ line, hartMask, at }) },
      control: {
        count: 8,
        delay: (cycles) => void (this.delayed += cycles),
        hold: unexpected,
        resume: unexpected,
        amend: unexpected,
        interrupt: unexpected,
        wake: unexpected,
        start: unexpected,
      },
      selected: () => this.selected,
    });
    this.accelerator.reset();
  }

  /** A load by a hart; time moves on until the access is answered. */
  read(offset: number, hart = 0): number {
    const value = this.accelerator.read(offset, 4, hart, this.now);
    this.pass();
    return value;
  }

  write(offset: number, value: number, hart = 0): void {
    this.accelerator.write(offset, value, 4, hart, this.now);
    this.pass();
  }

  /** Runs all cycles before `cycle`. */
  runUntil(cycle: number): void {
    const unit: Unit = this.accelerator;
    while (unit.nextCycle < cycle) {
      this.now = Math.max(this.now, unit.nextCycle);
      unit.cycle(this.now);
      if (this.port.raised) {
        if (this.port.resolve(this.grant(this.now))) this.grants++;
        unit.settle(this.now);
      }
      if (unit.nextCycle <= this.now)
        throw new OctobarError('internal', `${unit.name} asks for a cycle that has passed`);
      this.now++;
    }
    this.now = cycle;
  }

  /** Runs until `count` events have been raised in all; an error after `limit` cycles. Returns the cycle of the last. */
  runToEvent(count: number, limit = 100_000_000): number {
    const end = this.now + limit;
    while (this.events.length < count) {
      const next = this.accelerator.nextCycle;
      if (next >= end)
        throw new OctobarError(
          'cycle-limit',
          `${this.accelerator.name} raised no event in ${limit} cycles`,
        );
      this.runUntil(Math.max(next, this.now) + 1);
    }
    return this.events[count - 1].at;
  }

  save(): unknown {
    return { memory: this.memory.slice(), now: this.now, accelerator: this.accelerator.save() };
  }

  restore(saved: unknown): void {
    const state = saved as { memory: Uint8Array; now: number; accelerator: unknown };
    this.memory.set(state.memory);
    this.now = state.now;
    this.accelerator.restore(state.accelerator);
  }

  private pass(): void {
    const until = this.now + this.latency + this.delayed;
    this.delayed = 0;
    this.runUntil(until);
  }
}

const unexpected = (): never => {
  throw new OctobarError('internal', 'an engine does no more to a hart than delay it');
};

/** A port that is granted when the pattern says so; the memory behind it has no banks. */
class StubPort implements WidePort {
  readonly buffer: Uint8Array;
  granted = false;
  raised = false;
  private isWrite = false;
  private index = 0;
  private bytes = 0;

  constructor(
    readonly width: number,
    private readonly memory: Uint8Array,
  ) {
    this.buffer = new Uint8Array(width);
  }

  read(address: number, bytes: number): void {
    this.raise(address, bytes, false);
  }

  write(address: number, bytes: number): void {
    this.raise(address, bytes, true);
  }

  peek(address: number): number {
    return this.memory[address - Testbench.base];
  }

  finishAlone(): void {
    this.resolve(true);
  }

  resolve(granted: boolean): boolean {
    this.raised = false;
    this.granted = granted;
    if (!granted) return false;
    const { index, bytes } = this;
    if (this.isWrite) this.memory.set(this.buffer.subarray(0, bytes), index);
    else this.buffer.set(this.memory.subarray(index, index + bytes));
    return true;
  }

  private raise(address: number, bytes: number, isWrite: boolean): void {
    const index = address - Testbench.base;
    if (this.raised) throw new OctobarError('internal', 'two requests on a port in one cycle');
    if (bytes < 1 || bytes > this.width)
      throw new OctobarError('internal', `a request of ${bytes} bytes on a port of ${this.width}`);
    if (index < 0 || index + bytes > this.memory.length)
      throw new OctobarError('unmapped-access', 'the wide port reaches the TCDM only', { address });
    this.raised = true;
    this.isWrite = isWrite;
    this.index = index;
    this.bytes = bytes;
  }
}
