import { PULP_COUNTERS } from '../isa/csr.js';

/**
 * Bit of mhpmevent that counts the same, for each event of RI5CY. It has the stalls of event loads at 11.
 * Source: pulp-runtime archi/riscv/pcer_v2.h.
 */
export const PULP_EVENT_BITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 11, 12, 13, 14, 15] as const;

/** Bits of PCMR. */
const ACTIVE = 1;
const SATURATE = 2;
const HIGHEST = 0xffffffff;

/** Number of an event so far, before the instruction that leaves decode now, or with `done` 1 after it. */
export type EventCount = (hart: number, event: number, now: number, done: 0 | 1) => number;

/**
 * The performance counters of RI5CY: PCCR n counts event n while its bit of PCER and bit 0 of PCMR are
 * set. As in its simulation and FPGA build and in GVSoC; the ASIC has one counter for all events.
 */
export class PulpCounters {
  /** Value while a counter stands; while it runs, what to add to the events so far. */
  private readonly offsets: Float64Array;
  private readonly enabled: Int32Array;
  private readonly mode: Int32Array;

  constructor(
    harts: number,
    private readonly count: EventCount,
  ) {
    this.offsets = new Float64Array(harts * PULP_COUNTERS);
    this.enabled = new Int32Array(harts);
    this.mode = new Int32Array(harts);
  }

  reset(): void {
    this.offsets.fill(0);
    this.enabled.fill(0);
    this.mode.fill(ACTIVE | SATURATE);
  }

  events(hart: number): number {
    return this.enabled[hart];
  }

  modeOf(hart: number): number {
    return this.mode[hart];
  }

  read(hart: number, event: number, now: number, done: 0 | 1 = 0): number {
    const offset = this.offsets[hart * PULP_COUNTERS + event];
    const value = this.runs(hart, event) ? offset + this.count(hart, event, now, done) : offset;
    return (this.mode[hart] & SATURATE) !== 0 ? Math.min(value, HIGHEST) : value % 2 ** 32;
  }

  write(hart: number, event: number, value: number, now: number): void {
    const before = this.runs(hart, event) ? this.count(hart, event, now, 1) : 0;
    this.offsets[hart * PULP_COUNTERS + event] = (value >>> 0) - before;
  }

  writeAll(hart: number, value: number, now: number): void {
    for (let event = 0; event < PULP_COUNTERS; event++) this.write(hart, event, value, now);
  }

  select(hart: number, events: number, now: number): void {
    this.change(hart, now, () => (this.enabled[hart] = events & ((1 << PULP_COUNTERS) - 1)));
  }

  setMode(hart: number, mode: number, now: number): void {
    this.change(hart, now, () => (this.mode[hart] = mode & (ACTIVE | SATURATE)));
  }

  /** What the counters hold stays the same when they start and stop. */
  private change(hart: number, now: number, apply: () => void): void {
    const values = Array.from({ length: PULP_COUNTERS }, (_, event) =>
      this.read(hart, event, now, 1),
    );
    apply();
    values.forEach((value, event) => this.write(hart, event, value, now));
  }

  private runs(hart: number, event: number): boolean {
    return (this.mode[hart] & ACTIVE) !== 0 && ((this.enabled[hart] >>> event) & 1) !== 0;
  }

  save(): unknown {
    return {
      offsets: this.offsets.slice(),
      enabled: this.enabled.slice(),
      mode: this.mode.slice(),
    };
  }

  restore(state: unknown): void {
    const s = state as { offsets: Float64Array; enabled: Int32Array; mode: Int32Array };
    this.offsets.set(s.offsets);
    this.enabled.set(s.enabled);
    this.mode.set(s.mode);
  }
}
