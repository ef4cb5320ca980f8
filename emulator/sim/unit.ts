/**
 * What the machine asks of everything that lives in time.
 *
 * One integer cycle clock. In each cycle that somebody asked for, the machine runs
 * three phases: (1) harts issue in hart order, then units run `cycle`, all raising
 * their TCDM requests; (2) the interconnect arbitrates every bank; (3) winners
 * complete, and units that raised a request run `settle`. Idle time is skipped.
 */
export interface Unit {
  readonly name: string;
  /** The cycle in which `cycle` must run next; Infinity while there is nothing to do. */
  nextCycle: number;
  /** Phase 1. May raise TCDM requests through the unit's ports. Must move `nextCycle` on. */
  cycle(now: number): void;
  /** Phase 3 of a cycle in which some port raised a request, perhaps one of another unit. */
  settle(now: number): void;
  /**
   * Runs all three phases of cycle `now` and of those of its next cycles that are before `until`, in which nobody else has
   * anything to do. May return earlier, and does behind a cycle in which it told anybody else of something.
   */
  stream?(now: number, until: number): void;
}

/** State belongs to its component. What `save` returns is plain JSON and typed arrays. */
export interface Stateful {
  reset(): void;
  save(): unknown;
  restore(state: unknown): void;
}

/** Counted physical events, priced elsewhere. Names are stable: they appear in the JSON output. */
export type Counters = Record<string, number>;

/** What a peripheral may do to the hart that is accessing it, and to others. */
export interface HartControl {
  readonly count: number;
  /**
   * Called inside a peripheral's `read` or `write`: the access of `hart` is not answered (no grant)
   * until `resume`. `why` is shown in deadlock reports, e.g. `event unit: waits for events 0x10000`.
   * `asleep` is true when the clock of the hart is gated meanwhile (counted as sleep, not as stall).
   */
  hold(hart: number, why: string, asleep: boolean): void;
  /**
   * Answers a held access: as if it had been granted in cycle `at` (>= now), with `value` as read data.
   * A load that is granted in cycle g with this bus latency L lets the next instruction go at g + L.
   */
  resume(hart: number, at: number, value: number): void;
  /**
   * The event load of `hart` that was answered in the last cycle reads `value` after all: what it waited
   * for is looked at a cycle after its grant. Plain loads keep what they have.
   */
  amend(hart: number, value: number): void;
  /** Inside `read`/`write`: the answer takes `cycles` more than the latency of the bus. */
  delay(cycles: number): void;
  /** Level of an interrupt line (bit number in mie/mip) of a hart. */
  interrupt(hart: number, line: number, level: boolean): void;
  /** Wakes a hart from `wfi` in cycle `at`; does nothing when it is not in `wfi`. */
  wake(hart: number, at: number): void;
  /** Starts a hart that has not run yet, or was stopped, at an address. */
  start(hart: number, pc: number, at: number): void;
}

/** Cluster events (lines 0..31 of the event unit). */
export interface EventSink {
  /** Sets event `line` in the buffers of the harts in `hartMask`, in cycle `at`. */
  raise(line: number, hartMask: number, at: number): void;
}

/** End of the run, asked for by the guest. */
export interface RunControl {
  exit(code: number, hart: number, now: number): void;
  /** One byte of guest output of a hart. */
  output(hart: number, byte: number): void;
}
