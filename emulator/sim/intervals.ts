/** A stretch of time in which a unit did one thing, told at its end. */
export interface Interval {
  readonly unit: string;
  /** Tells apart what goes on at the same time; intervals of one track never overlap. */
  readonly track: number;
  readonly what: string;
  /** Bytes that were moved; 0 where none are. */
  readonly bytes: number;
  /** Hart that asked for it. */
  readonly hart: number;
  /** Cycles [from, to). */
  readonly from: number;
  readonly to: number;
}

export type IntervalSink = (interval: Interval) => void;

/** Who looks at what a unit does, and when that began. No part of the unit's state: it may come and go. */
export class Intervals {
  sink: IntervalSink | undefined;
  private readonly since: Float64Array;
  private readonly bytes: Float64Array;
  /** End of the last interval of each track. */
  private readonly until: Float64Array;

  constructor(
    private readonly unit: string,
    tracks: number,
  ) {
    this.since = new Float64Array(tracks).fill(NaN);
    this.until = new Float64Array(tracks);
    this.bytes = new Float64Array(tracks);
  }

  /** Something begins, or goes on with more bytes. */
  begin(track: number, now: number, bytes = 0): void {
    if (Number.isNaN(this.since[track])) this.since[track] = Math.max(now, this.until[track]);
    this.bytes[track] += bytes;
  }

  /** @param to first cycle behind it */
  end(track: number, what: string, hart: number, to: number): void {
    const from = this.since[track];
    const bytes = this.bytes[track];
    this.since[track] = NaN;
    this.bytes[track] = 0;
    if (Number.isNaN(from) || to <= from) return;
    this.until[track] = to;
    this.sink?.({ unit: this.unit, track, what, bytes, hart, from, to });
  }

  /** Forgets what is under way. */
  reset(): void {
    this.since.fill(NaN);
    this.until.fill(0);
    this.bytes.fill(0);
  }
}
