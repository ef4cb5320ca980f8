import { HART_SHIFT } from '../hart/slot.js';
import { stall } from '../hart/state.js';
import { BOOKED_ENTRY, fetchShift, kind, KIND_SHIFT } from './booked-layout.js';
import { PhaseCheckpoint } from './phase-checkpoint.js';
import { PhaseReplay } from './phase-replay.js';
import type { PhaseEnd, PhaseRun, Reach } from './phase-run.js';

/** Cycles before the limit in which a phase is to end: some more may be needed. */
const ROOM = 320;
/** Cycles of a step to the end from which on the interpreter does the rest. */
const NEAR = 192;
/** Cycles to the end from which on steps are smaller. */
const SLOW = 4096;
/** Of an entry of a fetch: its wait changes what a jump behind it takes. */
const CHANGES = (1 << fetchShift.asks) - 1;
/** Cycles between two arbitrations. */
export const CHUNK = 12_288;

/** Cycles of a phase that are worth to be kept when it ends for another reason than its limit. */
export const WORTH_KEEPING = 65_536;

/**
 * Keeps what a phase did before a cycle near its limit: all that is asked for before it is arbitrated, nothing behind it is. Harts have
 * run on; so they are put back to a point shortly before, and the interpreter leads each to behind the last access that was
 * granted, in its own time, which is then as much later as its requests were refused.
 */
export class PhaseCut {
  readonly checkpoint: PhaseCheckpoint;
  private readonly replay: PhaseReplay;
  /** Harts that stand before an instruction of the interpreter: nothing behind that cycle is known of them. */
  private readonly blocked: Uint8Array;
  /** The last cycle from which on harts were led on. */
  stopped = 0;
  /** Why a phase is not cut, if it is not. */
  private why: PhaseEnd = 'late';
  private readonly last: Int32Array;
  /** An access was the last one that hides a jump. */
  private readonly jumps: Uint8Array;

  constructor(
    private readonly run: PhaseRun,
    tcdmBytes: number,
  ) {
    this.checkpoint = new PhaseCheckpoint(run, tcdmBytes);
    this.replay = new PhaseReplay(run);
    this.blocked = new Uint8Array(run.count);
    this.last = new Int32Array(run.count);
    this.jumps = new Uint8Array(run.count);
  }

  private readonly between = (hart: number): Int32Array | undefined =>
    this.checkpoint.between[hart] === 0 ? undefined : this.run.controls[hart];

  /** What was done up to the cut happened. */
  commit(): void {
    this.run.commitBehind(this.between);
  }

  /** Goes on from cycle `from` to the end of the phase, or shortly before the limit. */
  finish(from: number, limit: number): PhaseEnd {
    const { run } = this;
    this.why = 'late';
    for (let hart = 0; hart < run.count; hart++) this.blocked[hart] = this.waits(hart) ? 0 : 1;
    const end = limit - Math.min(ROOM, limit >> 1);
    for (let at = from; ;) {
      this.stopped = at;
      // What is refused makes harts later than they are led to.
      const step = Math.min(CHUNK, (end - at) >> (end - at > SLOW ? 1 : 2));
      if (step < NEAR) return this.cut(at, end, limit);
      const why = this.advance(at + step, 'before');
      if (why !== undefined) return why;
      const known = this.known();
      if (known === Infinity) return run.finish(at, limit);
      if (known <= at) return this.cut(at, end, limit);
      const settled = run.settleUntil(at, known);
      if (settled !== undefined) return settled;
      at = known;
    }
  }

  private advance(target: number, reach: Reach): PhaseEnd | undefined {
    const { run, blocked } = this;
    for (let hart = 0; hart < run.count; hart++) {
      if (run.ended[hart] !== 0 || blocked[hart] !== 0) continue;
      const why = run.advance(hart, target, reach);
      if (why === 'side' || why === 'cold') {
        blocked[hart] = 1;
        this.why = why;
      } else if (why !== undefined) return why;
      else if (!this.waits(hart)) {
        blocked[hart] = 1;
        this.why = 'meet';
      }
    }
    return undefined;
  }

  /** Whether a hart that has ended waits for all others. */
  private waits(hart: number): boolean {
    const { run } = this;
    if (run.ended[hart] === 0 || ((run.set >>> hart) & 1) === 0) return true;
    const address = run.addressOf(hart);
    return address !== undefined && run.meet(address, run.set);
  }

  /** The cycle up to which all requests are booked. */
  private known(): number {
    const { run, blocked } = this;
    let known = Infinity;
    for (let hart = 0; hart < run.count; hart++)
      if (run.ended[hart] === 0 || blocked[hart] !== 0) known = Math.min(known, run.timeOf(hart));
    return known;
  }

  private cut(from: number, end: number, limit: number): PhaseEnd {
    const { run, checkpoint } = this;
    checkpoint.take(from);
    for (let hart = 0; hart < run.count; hart++) {
      run.put(hart, 'grantedAt', 0);
      run.put(hart, 'waitedAt', 0);
      run.put(hart, 'fetchedAt', 0);
    }
    const earliest = Math.max(end, this.earliest(from));
    if (earliest > limit) return this.why;
    const why = this.advance(limit, 'behind');
    if (why !== undefined) return why;
    const known = Math.min(this.known(), limit);
    let at = Math.min(earliest, known);
    if (at < from) return this.why;
    const settled = run.arbitrate(from, at);
    if (settled !== undefined) return settled;
    while (!this.mayEnd(at)) {
      if (at >= known) return this.why;
      const next = run.arbitrate(at, at + 1);
      if (next !== undefined) return next;
      at++;
    }
    const { eager } = run.options;
    if (this.why !== 'late' && at < WORTH_KEEPING && !eager) return this.why;
    return this.goTo(at);
  }

  /** No hart has begun an instruction in that cycle, if no further request is refused. */
  private earliest(from: number): number {
    const { run, checkpoint } = this;
    let earliest = from;
    for (let hart = 0; hart < run.count; hart++)
      if (((run.set >>> hart) & 1) !== 0)
        earliest = Math.max(earliest, checkpoint.free[hart] + run.get(hart, 'shift'));
    return earliest;
  }

  /** Whether harts can be put to the beginning of a cycle. */
  private mayEnd(at: number): boolean {
    const { run, checkpoint } = this;
    if (this.earliest(at) > at) return false;
    for (let hart = 0; hart < run.count; hart++) {
      const done = (run.get(hart, 'readAt') - run.logs[hart]) / BOOKED_ENTRY;
      if (done < checkpoint.pending[hart]) return false;
      const granted = this.grantedOf(hart);
      // The jump behind it may have begun only now.
      if (this.hides(granted) && this.timeOf(granted) + run.get(hart, 'shift') + 2 >= at)
        return false;
      // Nor is it known what a jump behind a fetch waited for.
      const waited = run.get(hart, 'waitedAt');
      if (waited !== 0 && (run.words[waited >> 2] & CHANGES) !== 0 && this.isLast(hart, waited))
        return false;
    }
    return true;
  }

  /** Address of the last access of a hart that was granted; 0: there is none. */
  private grantedOf(hart: number): number {
    const { run } = this;
    if (run.merges) return run.get(hart, 'grantedAt');
    const read = run.get(hart, 'readAt');
    return read > run.logs[hart] ? read - BOOKED_ENTRY : 0;
  }

  /** Own time of an entry; -1 without one. */
  private timeOf(entry: number): number {
    return entry === 0 ? -1 : this.run.words[(entry >> 2) + 1];
  }

  private hides(entry: number): boolean {
    return entry !== 0 && this.run.words[entry >> 2] >>> KIND_SHIFT === kind.hides;
  }

  /** Whether nothing happened behind a fetch that waited. */
  private isLast(hart: number, waited: number): boolean {
    const time = this.timeOf(waited);
    const fetched = this.run.get(hart, 'fetchedAt') - 1;
    return this.timeOf(this.grantedOf(hart)) < time && fetched <= time;
  }

  /** Leads harts to behind what was granted and before what was fetched until a cycle, and to what they ask for. */
  private goTo(at: number): PhaseEnd {
    const { run, checkpoint, last, jumps } = this;
    run.cutAt = at;
    for (let hart = 0; hart < run.count; hart++) {
      const granted = this.grantedOf(hart);
      const isAfter = granted - run.logs[hart] >= checkpoint.pending[hart] * BOOKED_ENTRY;
      const time = isAfter ? this.timeOf(granted) : -1;
      const fetched = run.get(hart, 'fetchedAt') - 1;
      const isBehind = fetched > Math.max(time + 1, checkpoint.free[hart]);
      last[hart] = isBehind ? fetched - 1 : time;
      jumps[hart] = !isBehind && isAfter && this.hides(granted) ? 1 : 0;
    }
    for (let hart = 0; hart < run.count; hart++) {
      const read = run.get(hart, 'readAt');
      const asks = run.words[(read >> 2) + 1];
      const isFetch = run.words[read >> 2] >>> KIND_SHIFT === kind.fetch;
      const isAccess = read !== run.get(hart, 'endAt') && !isFetch;
      const waits = isAccess && asks + run.get(hart, 'shift') < at;
      run.asks[hart] = waits ? asks : -1;
    }
    checkpoint.restoreHarts();
    run.remember(this.between);
    if (!this.replay.replay(last, jumps)) return 'late';
    const { lastStall } = run.options.harts.state;
    for (let hart = 0; hart < run.count; hart++) {
      const waited = run.get(hart, 'waitedAt');
      if (waited !== 0 && this.isLast(hart, waited)) lastStall[hart << HART_SHIFT] = stall.icache;
    }
    return 'cut';
  }
}
