import { Op } from '../wasm/index.js';
import type { Flow } from './region-flow.js';
import type { Edge } from './region-graph.js';
import { RegionLoopWriter } from './region-loops.js';
import { nothing, takenOf, type Way } from './region-pending.js';
import { frame, RECENT } from './region-frame.js';

/** Bits of a field of a word of counters. */
export const FIELD = 21;
export const FIELD_MASK = (1 << FIELD) - 1;
/** The time is the third field of its word. */
export const TIME_SHIFT = 2 * FIELD - 32;

/** What ways through a region count, each where it meets another one, goes back or ends. */
export class RegionWayWriter extends RegionLoopWriter {
  protected flow!: Flow;
  protected taken: Way[] = [];

  /** Writes one of several ways that go on from here. */
  protected aside(write: () => void): void {
    const { pending } = this;
    write();
    this.pending = pending;
  }

  /** Counts the way up to here. */
  protected flush(): void {
    const { flow, pending } = this;
    const taken = takenOf(pending.edges);
    const sums = new Map([
      [0, { low: taken.length > 0 ? 1 : 0, high: pending.time << TIME_SHIFT }],
    ]);
    for (const edge of pending.edges) {
      const counter = flow.counters[flow.indexOf(edge)];
      if (counter < 0) continue;
      const field = counter === 0 ? FIELD : ((counter - 1) % 3) * FIELD;
      const word = counter === 0 ? 0 : 1 + Math.floor((counter - 1) / 3);
      const sum = sums.get(word) ?? { low: 0, high: 0 };
      if (field < 32) sum.low += 1 << field;
      else sum.high += 1 << (field - 32);
      sums.set(word, sum);
    }
    this.pending = nothing;
    for (const [word, { low, high }] of sums)
      if (low !== 0 || high !== 0) this.add(word, low, high);
    if (taken.length > 0) this.remember(taken, false);
  }

  /** Adds taken edges to the list: all of them are one entry, or the turns of a tight loop are. */
  protected remember(edges: readonly Edge[], turning: boolean): void {
    const { body, taken } = this;
    const known = taken.findIndex(
      (way) =>
        way.turning === turning &&
        way.edges.length === edges.length &&
        way.edges.every((edge, i) => edge === edges[i]),
    );
    const number = known < 0 ? taken.push({ edges, turning }) : known + 1;
    this.recent();
    body.i32(number);
    body.memory(Op.i32Store8, this.options.frameAt + frame.recent);
  }

  protected add(word: number, low: number, high: number): void {
    const { body, words } = this;
    body.get(words[word]);
    body.i64Words(low, high);
    body.op(Op.i64Add);
    body.set(words[word]);
  }

  /** Place of the newest entry of the list of taken jumps. */
  protected recent(): void {
    const { body } = this;
    body.get(this.words[0]);
    body.op(Op.i32WrapI64);
    body.i32(RECENT - 1);
    body.op(Op.i32And);
  }
}
