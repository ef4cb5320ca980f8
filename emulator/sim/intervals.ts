/** A stretch of time in which a unit did one thing. */
export interface Interval {
  readonly unit: string;
  /** Tells apart what goes on at the same time; intervals of one track never overlap. */
  readonly track: number;
  /** `job` of an engine, `in` or `out` of the DMA: into the TCDM or out of it. */
  readonly what: string;
  /** Bytes that were moved; 0 where none are. */
  readonly bytes: number;
  /** Hart that asked for it. */
  readonly hart: number;
  /** Cycles [from, to). */
  readonly from: number;
  readonly to: number;
}

/** Who looks at the units. Calls come as things happen; their cycles lie at most some cycles ahead. */
export interface UnitObserver {
  begin?(unit: string, track: number, what: string, hart: number, cycle: number): void;
  end?(interval: Interval): void;
  /** `losers` masters were refused by a bank of the TCDM in a cycle. */
  conflict?(bank: number, losers: number, cycle: number): void;
  /** A hart begins to sleep; its clock stops some cycles later. */
  asleep?(hart: number, cycle: number): void;
}

/** What goes on in a unit, for who looks. No part of the unit's state: an observer may come and go. */
export class Intervals {
  observer: UnitObserver | undefined;
  private readonly since: Float64Array;
  private readonly bytes: Float64Array;
  /** End of the last interval of each track. */
  private readonly until: Float64Array;

  constructor(
    private readonly unit: string,
    tracks: number,
  ) {
    this.since = new Float64Array(tracks).fill(NaN);
    this.bytes = new Float64Array(tracks);
    this.until = new Float64Array(tracks);
  }

  /** Something begins, or goes on with more bytes. */
  begin(track: number, what: string, hart: number, now: number, bytes = 0): void {
    this.bytes[track] += bytes;
    if (!Number.isNaN(this.since[track])) return;
    this.since[track] = Math.max(now, this.until[track]);
    this.observer?.begin?.(this.unit, track, what, hart, this.since[track]);
  }

  /** @param to first cycle behind it */
  end(track: number, what: string, hart: number, to: number): void {
    const from = this.since[track];
    const bytes = this.bytes[track];
    this.since[track] = NaN;
    this.bytes[track] = 0;
    if (Number.isNaN(from)) return;
    this.until[track] = to;
    this.observer?.end?.({ unit: this.unit, track, what, bytes, hart, from, to });
  }

  /** Forgets what is under way. */
  reset(): void {
    this.since.fill(NaN);
    this.until.fill(0);
    this.bytes.fill(0);
  }
}
