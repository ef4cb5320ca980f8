import type { Stateful } from '../sim/unit.js';
import { EventLine } from './lines.js';

/**
 * The hardware barriers, register by register: arrivals of a cycle reach the status at its end,
 * a status equal to the trigger mask sends the event in the next one and clears itself.
 */
export class Barriers implements Stateful {
  readonly triggerMask: Uint32Array;
  readonly targetMask: Uint32Array;
  readonly status: Uint32Array;
  /** Harts arriving in the current cycle. */
  private readonly arriving: Uint32Array;

  constructor(readonly count: number) {
    this.triggerMask = new Uint32Array(count);
    this.targetMask = new Uint32Array(count);
    this.status = new Uint32Array(count);
    this.arriving = new Uint32Array(count);
  }

  arrive(barrier: number, hartMask: number): void {
    this.arriving[barrier] |= hartMask;
  }

  get summary(): number {
    let all = 0;
    for (let b = 0; b < this.count; b++) all |= this.status[b];
    return all >>> 0;
  }

  /** Harts that barrier `b` still waits for. */
  missing(b: number): number {
    return (this.triggerMask[b] & ~(this.status[b] | this.arriving[b])) >>> 0;
  }

  /** Harts that arrived although the trigger mask does not name them: the barrier cannot fire. */
  strangers(b: number): number {
    return ((this.status[b] | this.arriving[b]) & ~this.triggerMask[b]) >>> 0;
  }

  /**
   * End of a cycle.
   * @param lines event lines of each hart in this cycle, to be added to
   * @returns whether a barrier will fire in the next cycle
   */
  edge(lines: Uint32Array): boolean {
    let matched = false;
    for (let b = 0; b < this.count; b++) {
      const wanted = this.triggerMask[b];
      if (wanted !== 0 && this.status[b] === wanted) {
        const target = this.targetMask[b];
        for (let h = 0; h < lines.length; h++) {
          if ((target >>> h) & 1) lines[h] |= 1 << EventLine.BARRIER;
        }
        // As in the RTL, the clearing wins over arrivals of the very cycle in which it fires.
        this.status[b] = 0;
      } else {
        this.status[b] |= this.arriving[b];
      }
      this.arriving[b] = 0;
      if (wanted !== 0 && this.status[b] === wanted) matched = true;
    }
    return matched;
  }

  reset(): void {
    this.triggerMask.fill(0);
    this.targetMask.fill(0);
    this.status.fill(0);
    this.arriving.fill(0);
  }

  save(): unknown {
    return {
      triggerMask: this.triggerMask.slice(),
      targetMask: this.targetMask.slice(),
      status: this.status.slice(),
      arriving: this.arriving.slice(),
    };
  }

  restore(state: unknown): void {
    const s = state as Record<'triggerMask' | 'targetMask' | 'status' | 'arriving', Uint32Array>;
    this.triggerMask.set(s.triggerMask);
    this.targetMask.set(s.targetMask);
    this.status.set(s.status);
    this.arriving.set(s.arriving);
  }
}
