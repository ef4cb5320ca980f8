import type { Stateful } from '../sim/unit.js';

/**
 * Turns at the registers of the barriers (all but the three that only trigger): each barrier unit serves one
 * hart of the direct link in a cycle, the lowest number first, and the others hold their request.
 * Source: pulp-platform/event_unit_flex, rtl/event_unit_interface_mux.sv.
 */
export class BarrierQueue implements Stateful {
  /** Harts that hold a request to each barrier, one bit each. */
  private readonly waiting: Uint32Array;
  /** Cycle of the last access that each barrier served. */
  private readonly servedAt: Float64Array;
  /** What a waiting hart wants: offset in the port, whether it writes, and what. */
  private readonly offset: Uint32Array;
  private readonly isWrite: Uint8Array;
  private readonly value: Uint32Array;
  private total = 0;

  constructor(barriers: number, harts: number) {
    this.waiting = new Uint32Array(barriers);
    this.servedAt = new Float64Array(barriers).fill(-1);
    this.offset = new Uint32Array(harts);
    this.isWrite = new Uint8Array(harts);
    this.value = new Uint32Array(harts);
  }

  get isEmpty(): boolean {
    return this.total === 0;
  }

  /** Whether `hart` is served at once. Harts ask in the order of their numbers within a cycle. */
  takes(barrier: number, hart: number, now: number): boolean {
    const lower = this.waiting[barrier] & ((1 << hart) - 1);
    if (lower !== 0 || this.servedAt[barrier] === now) return false;
    this.servedAt[barrier] = now;
    return true;
  }

  put(barrier: number, hart: number, offset: number, isWrite: boolean, value: number): void {
    this.waiting[barrier] |= 1 << hart;
    this.offset[hart] = offset;
    this.isWrite[hart] = isWrite ? 1 : 0;
    this.value[hart] = value;
    this.total++;
  }

  /** End of a cycle: every barrier that has not served anybody in it takes the lowest waiting hart. */
  serve(
    now: number,
    access: (hart: number, offset: number, isWrite: boolean, value: number) => void,
  ): void {
    for (let b = 0; b < this.waiting.length && this.total > 0; b++) {
      const { waiting } = this;
      if (waiting[b] === 0 || this.servedAt[b] === now) continue;
      const hart = 31 - Math.clz32(waiting[b] & -waiting[b]);
      this.servedAt[b] = now;
      waiting[b] &= ~(1 << hart);
      this.total--;
      access(hart, this.offset[hart], this.isWrite[hart] !== 0, this.value[hart]);
    }
  }

  reset(): void {
    this.waiting.fill(0);
    this.servedAt.fill(-1);
    this.total = 0;
  }

  save(): unknown {
    return {
      waiting: this.waiting.slice(),
      servedAt: this.servedAt.slice(),
      offset: this.offset.slice(),
      isWrite: this.isWrite.slice(),
      value: this.value.slice(),
      total: this.total,
    };
  }

  restore(state: unknown): void {
    const s = state as {
      waiting: Uint32Array;
      servedAt: Float64Array;
      offset: Uint32Array;
      isWrite: Uint8Array;
      value: Uint32Array;
      total: number;
    };
    this.waiting.set(s.waiting);
    this.servedAt.set(s.servedAt);
    this.offset.set(s.offset);
    this.isWrite.set(s.isWrite);
    this.value.set(s.value);
    this.total = s.total;
  }
}
