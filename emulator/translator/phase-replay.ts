import { HART_SHIFT } from '../hart/slot.js';
import { HORIZON, mode, NOW, phase, UNTIL } from '../hart/state.js';
import type { PhaseRun } from './phase-run.js';

/** The interpreter runs harts once more, one after the other, each as if it were alone: what it grants leaves no trace. */
export class PhaseReplay {
  private readonly pointers: Uint8Array;
  private readonly sides: Uint8Array;
  private readonly conflicts: Float64Array;

  constructor(private readonly run: PhaseRun) {
    const { crossbar } = run.options;
    this.pointers = new Uint8Array(crossbar.pointers.length);
    this.sides = new Uint8Array(crossbar.sides.length);
    this.conflicts = new Float64Array(crossbar.conflictsPerBank.length);
  }

  /**
   * Each hart of the phase goes on from where it is until it has done what it does in cycle `last` of its free time, -1: it stays; and with `jumps`
   * the jump right behind it, which the access has hidden; or until it asks for what waits then. False where that is not possible.
   */
  replay(last: Int32Array, jumps: Uint8Array): boolean {
    const { run } = this;
    const { crossbar, harts } = run.options;
    const { state } = harts;
    this.pointers.set(crossbar.pointers);
    this.sides.set(crossbar.sides);
    this.conflicts.set(crossbar.conflictsPerBank);
    const { now, fetchUnit } = harts;
    fetchUnit.fetched = true;
    for (let hart = 0; hart < run.count; hart++)
      if (((run.set >>> hart) & 1) !== 0) state.next[hart << HART_SHIFT] = Infinity;
    let works = true;
    try {
      for (let hart = 0; hart < run.count && works; hart++)
        if (((run.set >>> hart) & 1) !== 0 && (last[hart] >= 0 || run.asks[hart] >= 0))
          works = this.replayHart(hart, run.origin + last[hart], jumps[hart] !== 0);
    } finally {
      fetchUnit.fetched = false;
    }
    crossbar.pointers.set(this.pointers);
    crossbar.sides.set(this.sides);
    crossbar.conflictsPerBank.set(this.conflicts);
    harts.now = now;
    harts.issuing = harts.count;
    return works;
  }

  private replayHart(hart: number, last: number, jumps: boolean): boolean {
    const { run } = this;
    const { state } = run.options.harts;
    const base = hart << HART_SHIFT;
    state.pc[base] = run.pcs[hart];
    state.next[base] = run.origin + run.free[hart];
    while (state.next[base] <= last) if (!this.step(base, last + 1)) return false;
    if (jumps && !this.step(base, state.next[base] + 1)) return false;
    const asks = run.asks[hart] >= 0;
    if (asks && !this.ask(base, run.origin + run.asks[hart])) return false;
    const isWhole =
      state.mode[base] === (asks ? mode.requesting : mode.running) &&
      state.phase[base] === phase.simple &&
      state.attention[base] === 0;
    run.pcs[hart] = state.pc[base];
    run.free[hart] = state.next[base] - run.origin;
    state.next[base] = Infinity;
    return isWhole;
  }

  /** Goes on to a request, which is not granted. */
  private ask(base: number, at: number): boolean {
    const { harts, interpreter } = this.run.options;
    const { clock, next } = harts.state;
    while (next[base] < at) if (!this.step(base, at)) return false;
    clock[NOW] = at;
    clock[UNTIL] = clock[HORIZON] = at + 1;
    return next[base] === at && interpreter.rounds(true) === 1;
  }

  /** False when it did not go on. */
  private step(base: number, until: number): boolean {
    const { harts, interpreter } = this.run.options;
    const { clock, next } = harts.state;
    const from = next[base];
    clock[NOW] = from;
    clock[UNTIL] = clock[HORIZON] = until;
    return interpreter.rounds(false) === 0 && next[base] > from;
  }
}
