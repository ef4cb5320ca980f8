import type { EventSink, Stateful } from '../sim/unit.js';
import { EventLine } from './lines.js';

/** Events that wait to be read; more are dropped. Source: gvsoc-pulp pulp_open/cluster.json, nb_fifo_events. */
const DEPTH = 8;
/** Bit of the register that tells an event from none. Source: pulp-runtime archi/eu/eu_v3.h. */
const VALID = 0x80000000;

/** SoC events that reached the cluster; line 27 of all harts tells that there are some. */
export class SocFifo implements Stateful {
  /** Whether a chip is there that sends events. */
  connected = false;
  private events: number[] = [];

  constructor(
    private readonly sink: EventSink,
    private readonly allHarts: number,
  ) {}

  push(event: number, now: number): void {
    if (this.events.length === DEPTH) return;
    this.events.push(event);
    this.sink.raise(EventLine.SOC, this.allHarts, now);
  }

  /** The oldest event with its valid bit, or 0; `take` removes it. */
  read(take: boolean, now: number): number {
    const event = this.events[0];
    if (event === undefined) return 0;
    if (take) {
      this.events.shift();
      if (this.events.length > 0) this.sink.raise(EventLine.SOC, this.allHarts, now);
    }
    return (VALID | event) >>> 0;
  }

  reset(): void {
    this.events = [];
  }

  save(): unknown {
    return { events: [...this.events] };
  }

  restore(state: unknown): void {
    this.events = [...(state as { events: number[] }).events];
  }
}
