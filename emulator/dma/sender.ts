import type { OuterMemory, WordPort } from '../interconnect/ports.js';
import { Direction } from './direction.js';
import type { DmaConfig } from './direction.js';

/** TCDM to outside: two word ports read, one beat of data a cycle goes out, responses come back. */
export class Sender extends Direction {
  constructor(
    config: DmaConfig,
    private readonly outer: OuterMemory,
    private readonly ports: readonly [WordPort, WordPort],
    done: (id: number, bytes: number, now: number) => void,
  ) {
    super(config, done);
  }

  cycle(now: number): void {
    this.respond(now);
    this.send(now);
    this.raise();
    this.issue(now, Infinity);
    this.plan(now);
  }

  private respond(now: number): void {
    while (this.oldest < this.crossing && this.slot(this.oldest).at <= now) {
      const { id, bytes } = this.slot(this.oldest);
      this.oldest++;
      this.done(id, bytes, now);
    }
  }

  private send(now: number): void {
    if (this.crossing === this.issued) return;
    const burst = this.slot(this.crossing);
    const width = this.config.external_bytes;
    const offset = burst.externalAddress(burst.crossed) & (width - 1);
    const bytes = Math.min(width - offset, burst.bytes - burst.crossed);
    if (this.available(this.crossing) < burst.crossed + bytes) return;
    for (let i = burst.crossed; i < burst.crossed + bytes; i++) {
      this.outer.store(burst.externalAddress(i), burst.data[i]);
    }
    burst.crossed += bytes;
    this.crossed += bytes;
    if (burst.crossed < burst.bytes) return;
    burst.at = now + this.config.external_write_latency;
    this.crossing++;
  }

  /** Bytes of a burst that both lanes have read, from its start on. */
  private available(number: number): number {
    const burst = this.slot(number);
    let bytes = burst.bytes;
    for (const lane of this.lanes) {
      if (lane.burst === number) bytes = Math.min(bytes, Math.max(0, lane.word - burst.tcdm));
      else if (lane.burst < number) return 0;
    }
    return bytes;
  }

  private raise(): void {
    const room = this.config.buffer_beats * this.config.external_bytes;
    for (let i = 0; i < 2; i++) {
      const lane = this.lanes[i];
      if (!this.follow(lane)) continue;
      const burst = this.slot(lane.burst);
      const ahead = burst.before + Math.max(0, lane.word - burst.tcdm) - this.crossed;
      if (ahead >= room) continue;
      this.ports[i].read(lane.word);
      lane.raised = true;
    }
  }

  /** Books the words that were granted and returns their number. */
  settle(): number {
    let words = 0;
    for (let i = 0; i < 2; i++) {
      const lane = this.lanes[i];
      const port = this.ports[i];
      const granted = lane.raised && port.granted;
      lane.raised = false;
      if (!granted) continue;
      const burst = this.slot(lane.burst);
      for (let b = 0; b < 4; b++) {
        const at = lane.word + b - burst.tcdm;
        if (at >= 0 && at < burst.bytes) burst.data[at] = (port.data >>> (8 * b)) & 0xff;
      }
      this.moveOn(lane);
      words++;
    }
    return words;
  }

  /** Bursts that the outside has not answered yet. */
  protected override get outstanding(): number {
    return this.issued - this.oldest;
  }

  private plan(now: number): void {
    let next = Math.max(now + 1, this.issueAt());
    if (this.crossing < this.issued) next = now + 1;
    else if (this.oldest < this.crossing) {
      next = Math.min(next, Math.max(now + 1, this.slot(this.oldest).at));
    }
    this.nextCycle = next;
  }
}
