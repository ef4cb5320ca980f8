import type { OuterMemory, WordPort } from '../interconnect/ports.js';
import { Direction } from './direction.js';
import type { DmaConfig } from './direction.js';

/** Outside to TCDM: one beat of data a cycle comes in, two word ports write it. */
export class Receiver extends Direction {
  constructor(
    config: DmaConfig,
    private readonly outer: OuterMemory,
    private readonly ports: readonly [WordPort, WordPort],
    done: (id: number, bytes: number, now: number) => void,
  ) {
    super(config, done);
  }

  cycle(now: number): void {
    // Data that came in before this cycle can be written; today's can not yet.
    this.raise();
    this.receive(now);
    this.issue(now, now + this.config.external_latency);
    this.plan(now);
  }

  private raise(): void {
    for (let i = 0; i < 2; i++) {
      const lane = this.lanes[i];
      if (!this.follow(lane)) continue;
      const burst = this.slot(lane.burst);
      const from = Math.max(lane.word, burst.tcdm) - burst.tcdm;
      const to = Math.min(lane.word + 4, burst.tcdm + burst.bytes) - burst.tcdm;
      if (burst.crossed < to) continue;
      let data = 0;
      let mask = 0;
      for (let b = from; b < to; b++) {
        const byte = burst.tcdm + b - lane.word;
        data |= burst.data[b] << (8 * byte);
        mask |= 1 << byte;
      }
      this.ports[i].write(lane.word, data, mask);
      lane.raised = true;
    }
  }

  private receive(now: number): void {
    if (this.crossing === this.issued) return;
    const burst = this.slot(this.crossing);
    if (burst.at > now) return;
    const { external_bytes: width, buffer_beats: beats } = this.config;
    const offset = burst.externalAddress(burst.crossed) & (width - 1);
    const bytes = Math.min(width - offset, burst.bytes - burst.crossed);
    if (this.crossed - this.moved + bytes > beats * width) return;
    for (let i = burst.crossed; i < burst.crossed + bytes; i++) {
      burst.data[i] = this.outer.load(burst.externalAddress(i));
    }
    burst.crossed += bytes;
    this.crossed += bytes;
    if (burst.crossed === burst.bytes) this.crossing++;
  }

  /** Books the words that were granted. Returns their number. */
  settle(now: number): number {
    let words = 0;
    for (let i = 0; i < 2; i++) {
      const lane = this.lanes[i];
      const granted = lane.raised && this.ports[i].granted;
      lane.raised = false;
      if (!granted) continue;
      this.moveOn(lane);
      words++;
    }
    while (this.oldest < this.issued && this.passed(this.oldest)) {
      const { id, bytes } = this.slot(this.oldest);
      this.oldest++;
      this.done(id, bytes, now);
    }
    return words;
  }

  /** Bursts whose data has not come in yet. */
  protected override get outstanding(): number {
    return this.issued - this.crossing;
  }

  private plan(now: number): void {
    let next = Math.max(now + 1, this.issueAt());
    if (this.crossed > this.moved) next = now + 1;
    else if (this.crossing < this.issued) {
      next = Math.min(next, Math.max(now + 1, this.slot(this.crossing).at));
    }
    this.nextCycle = next;
  }
}
