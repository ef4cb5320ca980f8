import { EventUnit, eventParameters } from '../../emulator/event/index.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import type { HartControl } from '../../emulator/sim/unit.js';

/** Costs of the accessing instructions when they are answered at once; `design` of the core, not of the unit. */
export const ELW = 4;
export const LOAD_STORE = 1;

export interface Access {
  readonly at: number;
  readonly hart: number;
  readonly offset: number;
  /** A store when given, else an event load. */
  readonly value?: number;
  readonly slow?: true;
}

export interface Outcome {
  hart: number;
  at: number;
  /** Cycle in which the next instruction of the hart issues; undefined while it sleeps. */
  next: number | undefined;
  value: number;
}

/** Harts without pipelines around one event unit: they only do the accesses of a script. */
export class Cluster implements HartControl {
  readonly unit: EventUnit;
  readonly outcomes: Outcome[] = [];
  readonly interrupts: [hart: number, line: number, level: boolean, cycle: number][] = [];
  readonly wakes: [hart: number, cycle: number][] = [];
  readonly held = new Map<number, Outcome>();
  /** The last load of each hart that was answered. */
  private readonly answered = new Map<number, Outcome>();
  now = 0;
  private holding = -1;

  constructor(
    readonly count: number,
    config: Partial<ReturnType<typeof defaultsOf<typeof eventParameters>>> = {},
  ) {
    this.unit = new EventUnit({ ...defaultsOf(eventParameters), ...config }, this, count);
  }

  hold(hart: number): void {
    this.holding = hart;
  }

  resume(hart: number, at: number, value: number): void {
    const outcome = this.held.get(hart);
    if (outcome === undefined) throw new Error(`hart ${hart} is not held`);
    if (at < this.now) throw new Error(`answered in the past: ${at} < ${this.now}`);
    this.held.delete(hart);
    this.answered.set(hart, outcome);
    outcome.next = at + ELW;
    outcome.value = value >>> 0;
  }

  amend(hart: number, value: number): void {
    const last = this.answered.get(hart);
    if (last === undefined) throw new Error(`hart ${hart} has had no answer`);
    last.value = value >>> 0;
  }

  delay(): void {
    throw new Error('not expected');
  }

  interrupt(hart: number, line: number, level: boolean): void {
    this.interrupts.push([hart, line, level, this.now]);
  }

  wake(hart: number, at: number): void {
    this.wakes.push([hart, at]);
  }

  start(): void {
    throw new Error('not expected');
  }

  /** Does the accesses in order of cycle and hart, the unit after the harts, up to cycle `until`. */
  run(accesses: readonly Access[], until = 1000): Outcome[] {
    const before = this.outcomes.length;
    const script = accesses.toSorted((a, b) => a.at - b.at || a.hart - b.hart);
    let i = 0;
    for (;;) {
      const now = Math.min(script[i]?.at ?? Infinity, this.unit.nextCycle);
      if (now > until) break;
      this.now = now;
      while (script[i]?.at === now) this.access(script[i++]);
      if (this.unit.nextCycle <= now) this.unit.cycle(now);
    }
    return this.outcomes.slice(before);
  }

  private access({ at, hart, offset, value, slow }: Access): void {
    const port = slow === true ? this.unit.slow : this.unit.fast;
    const outcome: Outcome = { hart, at, next: undefined, value: 0 };
    this.outcomes.push(outcome);
    if (value !== undefined) {
      port.write(offset, value, 4, hart, at);
      outcome.next = at + LOAD_STORE;
      return;
    }
    this.holding = -1;
    const read = port.read(offset, 4, hart, at);
    if (this.holding === hart) this.held.set(hart, outcome);
    else {
      outcome.value = read >>> 0;
      outcome.next = at + ELW;
      this.answered.set(hart, outcome);
    }
  }
}

/** What a hart reads at `offset` in cycle `at`. */
export const read = (cluster: Cluster, hart: number, offset: number, at: number): number =>
  cluster.unit.fast.read(offset, 4, hart, at) >>> 0;

/** Offsets on the fast port, from the event unit manual. */
export const EU = {
  MASK: 0x00,
  MASK_AND: 0x04,
  MASK_OR: 0x08,
  IRQ_MASK: 0x0c,
  STATUS: 0x18,
  BUFFER: 0x1c,
  BUFFER_MASKED: 0x20,
  BUFFER_IRQ_MASKED: 0x24,
  BUFFER_CLEAR: 0x28,
  SW_EVENT_MASK: 0x2c,
  WAIT: 0x38,
  WAIT_CLEAR: 0x3c,
  DISPATCH_FIFO: 0x80,
  DISPATCH_TEAM: 0x84,
  mutex: (m: number) => 0xc0 + 4 * m,
  signal: (e: number) => 0x100 + 4 * e,
  signalWait: (e: number) => 0x140 + 4 * e,
  signalWaitClear: (e: number) => 0x180 + 4 * e,
  barrier: (b: number, register: number) => 0x200 + 0x20 * b + register,
} as const;

export const BAR = {
  TRIGGER_MASK: 0x00,
  STATUS: 0x04,
  SUMMARY: 0x08,
  TARGET_MASK: 0x0c,
  TRIGGER: 0x10,
  SELF: 0x14,
  WAIT: 0x18,
  WAIT_CLEAR: 0x1c,
} as const;

/** Barrier 0 over the harts of `mask`, everybody listening to events 16 and 17. */
export function prepare(cluster: Cluster, mask: number): void {
  const accesses: Access[] = [
    { at: 0, hart: 0, offset: EU.barrier(0, BAR.TRIGGER_MASK), value: mask },
    { at: 1, hart: 0, offset: EU.barrier(0, BAR.TARGET_MASK), value: mask },
  ];
  for (let hart = 0; hart < cluster.count; hart++) {
    accesses.push({ at: 2, hart, offset: EU.MASK, value: 0x30000 });
  }
  cluster.run(accesses);
}
