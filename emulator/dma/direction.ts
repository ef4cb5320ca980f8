import type { ConfigOf } from '../sim/parameters.js';
import type { Stateful } from '../sim/unit.js';
import { Burst, Lane } from './burst.js';
import type { dmaParameters } from './parameters.js';
import { Splitter } from './splitter.js';

export type DmaConfig = ConfigOf<typeof dmaParameters>;

/**
 * What both directions share: a ring of bursts and two lanes that walk through it. Bursts are
 * numbered from 0 on; oldest <= crossing <= issued, where `crossing` is the one on the external bus.
 */
export abstract class Direction implements Stateful {
  readonly splitter: Splitter;
  nextCycle = Infinity;

  protected readonly lanes = [new Lane(0), new Lane(1)] as const;
  protected oldest = 0;
  protected crossing = 0;
  protected issued = 0;
  /** Bytes that have crossed the external bus, and that the lanes have moved, since reset. */
  protected crossed = 0;
  protected moved = 0;
  private readonly ring: Burst[];
  /** Bytes of all bursts issued so far. */
  private total = 0;

  /** @param done called when a burst of a transfer has arrived at its destination */
  constructor(
    protected readonly config: DmaConfig,
    protected readonly done: (id: number, bytes: number, now: number) => void,
  ) {
    this.splitter = new Splitter(
      config.global_queue_depth,
      config.burst_bytes,
      config.segment_cycles,
    );
    const bursts = config.outstanding + config.buffer_beats + 1;
    const bytes = config.burst_bytes;
    const room = new Uint8Array(bursts * bytes);
    this.ring = Array.from(
      { length: bursts },
      (_, i) => new Burst(room.subarray(i * bytes, (i + 1) * bytes)),
    );
  }

  protected abstract get outstanding(): number;

  /** A command has been put into the splitter. */
  wake(): void {
    this.nextCycle = Math.min(this.nextCycle, this.issueAt());
  }

  protected slot(number: number): Burst {
    return this.ring[number % this.ring.length];
  }

  /** Cycle from which on the next burst may be issued; Infinity while none can. */
  protected issueAt(): number {
    const room =
      this.outstanding < this.config.outstanding && this.issued - this.oldest < this.ring.length;
    return room ? this.splitter.nextAt : Infinity;
  }

  protected issue(now: number, at: number): void {
    if (this.issueAt() > now) return;
    const burst = this.slot(this.issued);
    this.splitter.take(burst, now);
    burst.crossed = 0;
    burst.at = at;
    burst.before = this.total;
    this.total += burst.bytes;
    for (const lane of this.lanes) {
      if (lane.burst === this.issued) lane.enter(this.issued, burst);
    }
    this.issued++;
  }

  /** Moves a lane past bursts it has no words in; false when it has nothing to do. */
  protected follow(lane: Lane): boolean {
    lane.raised = false;
    while (lane.burst < this.issued) {
      const burst = this.slot(lane.burst);
      if (lane.word < burst.tcdm + burst.bytes) return true;
      this.leave(lane);
    }
    return false;
  }

  /** A word of the lane was granted. */
  protected moveOn(lane: Lane): void {
    const burst = this.slot(lane.burst);
    const from = Math.max(lane.word, burst.tcdm);
    this.moved += Math.min(lane.word + 4, burst.tcdm + burst.bytes) - from;
    // The next word of the same parity.
    lane.word += 8;
    if (lane.word >= burst.tcdm + burst.bytes) this.leave(lane);
  }

  private leave(lane: Lane): void {
    lane.burst++;
    if (lane.burst < this.issued) lane.enter(lane.burst, this.slot(lane.burst));
  }

  /** Whether both lanes are through with a burst. */
  protected passed(number: number): boolean {
    for (const lane of this.lanes) {
      if (lane.burst > number) continue;
      const burst = this.slot(number);
      if (lane.burst < number || lane.word < burst.tcdm + burst.bytes) return false;
    }
    return true;
  }

  /** Lanes whose request was raised in this cycle. */
  get raised(): number {
    return (this.lanes[0].raised ? 1 : 0) + (this.lanes[1].raised ? 1 : 0);
  }

  reset(): void {
    this.splitter.reset();
    this.oldest = this.crossing = this.issued = this.crossed = this.moved = this.total = 0;
    for (const lane of this.lanes) {
      lane.burst = 0;
      lane.word = 0;
      lane.raised = false;
    }
    this.nextCycle = Infinity;
  }

  save(): unknown {
    return {
      splitter: this.splitter.save(),
      numbers: [
        this.oldest,
        this.crossing,
        this.issued,
        this.crossed,
        this.moved,
        this.total,
        ...this.lanes.flatMap((lane) => [lane.burst, lane.word]),
      ],
      ring: this.ring.map((burst) => burst.save()),
      idle: this.nextCycle === Infinity,
      nextCycle: this.nextCycle === Infinity ? 0 : this.nextCycle,
    };
  }

  restore(state: unknown): void {
    const s = state as {
      splitter: unknown;
      numbers: number[];
      ring: unknown[];
      idle: boolean;
      nextCycle: number;
    };
    this.splitter.restore(s.splitter);
    [this.oldest, this.crossing, this.issued, this.crossed, this.moved, this.total] = s.numbers;
    this.lanes.forEach((lane, i) => {
      lane.burst = s.numbers[6 + 2 * i];
      lane.word = s.numbers[7 + 2 * i];
      lane.raised = false;
    });
    this.ring.forEach((burst, i) => burst.restore(s.ring[i]));
    this.nextCycle = s.idle ? Infinity : s.nextCycle;
  }
}
