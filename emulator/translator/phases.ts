import { HART_SHIFT } from '../hart/slot.js';
import { BOOKED_HARTS } from './booked-layout.js';
import { PhaseCheckpoint } from './phase-checkpoint.js';
import { CHUNK, PhaseCut, WORTH_KEEPING } from './phase-cut.js';
import { PhasePauses } from './phase-pauses.js';
import { PhaseRun, type PhaseEnd, type PhaseRunOptions } from './phase-run.js';
import { PhaseSnapshot } from './phase-snapshot.js';
import { isInRegions } from './region-graph.js';
import { isClean } from './region-seeker.js';
import { WORTH } from './region-links.js';

export interface PhasesOptions extends PhaseRunOptions {
  /** Instructions of a hart from a cycle on have not happened. */
  readonly takeBack: (hart: number, cycle: number) => void;
}

/** Cycles that others must leave the harts alone. */
const QUIET = 2048;
/** Cycles that harts run between two arbitrations where everything is tried at first sight. */
const EAGER_CHUNK = 256;
/** Cycles of a phase that is worth to be cut, and from which on to its limit harts are led there. */
const CUT = 131_072;
const EAGER_CUT = 192;
const NEAR_CUT = 73_728;
const EAGER_NEAR = 1200;
/** Arbitrations between two points to which harts may be put back, and those before the first one. */
const ROLL = 12;
const FIRST_ROLL = 4;
/** Ends that are cut off: the phase then ends before. */
const cutOff: ReadonlySet<PhaseEnd> = new Set(['side', 'cold', 'raced', 'final', 'room']);
/** Cycles that the interpreter goes on to bring all harts to the beginning of an instruction. */
const TRIES = 64;
/** Cycles of a phase at most. */
const MOST_CYCLES = 4_000_000;
/** Cycles of a jump of which no more hide than an access was refused at least. */
const MOST_JUMP = 2;
/** Bytes of the TCDM that are copied before each phase. */
const MOST_TCDM = 1 << 20;
/** Cycles that the interpreter goes on until regions are earned, and for how many of them. */
const HOLD = 1024;
const BATCH = 32;

/**
 * Several harts between two barriers: each runs as if it were alone and books its accesses, which are arbitrated afterwards.
 * That is exact if no two of them were at one word that one of them wrote, and all of them then wait for each other, or are put to
 * what they did before one cycle (`phase-cut.ts`). Otherwise nothing has happened.
 */
export class Phases {
  /** First cycle in which translated code may go on. */
  resumeAt = 0;
  readonly ends: Record<PhaseEnd, number> = {
    done: 0,
    cut: 0,
    cold: 0,
    side: 0,
    meet: 0,
    late: 0,
    raced: 0,
    final: 0,
    convoy: 0,
    changed: 0,
    room: 0,
  };
  /** Cycles of phases. */
  cycles = 0;
  private readonly off: boolean;
  /** Cycles of a phase that is worth to be cut. */
  private readonly least: number;
  private readonly count: number;
  private tries = 0;
  /** The last one was given up because too few regions are earned. */
  private lacking = false;
  private readonly pauses: PhasePauses;
  readonly run: PhaseRun;
  private readonly cut: PhaseCut;
  /** The last two points to which harts may be put back, in turns. */
  private readonly points: readonly PhaseCheckpoint[];
  private readonly before: PhaseSnapshot;

  constructor(private readonly options: PhasesOptions) {
    const { harts, crossbar } = options;
    const { state, tcdm } = harts;
    this.count = state.count;
    this.least = options.eager ? EAGER_CUT : CUT;
    this.off =
      options.regions.off !== undefined ||
      this.count < 2 ||
      this.count > BOOKED_HARTS ||
      crossbar.banks < 2 ||
      // A jump behind a refused access would come earlier than behind one that is not.
      harts.timing.jump > MOST_JUMP ||
      tcdm.size > MOST_TCDM;
    this.run = new PhaseRun(options);
    this.cut = new PhaseCut(this.run, this.off ? 0 : tcdm.size);
    this.points = [0, 1].map(() => new PhaseCheckpoint(this.run, this.off ? 0 : tcdm.size));
    this.pauses = new PhasePauses(options.eager);
    this.before = new PhaseSnapshot(options, this.off ? 0 : tcdm.size);
    this.run.beforeFetches = () => this.before.takeCaches();
  }

  reset(): void {
    this.tries = this.resumeAt = this.cycles = 0;
    this.lacking = false;
    this.pauses.clear();
    for (const end of Object.keys(this.ends) as PhaseEnd[]) this.ends[end] = 0;
  }

  /** The cycle after which other tiers give up, so that a phase is tried again. */
  askAgainAt(now: number): number {
    return this.off ? Infinity : this.pauses.askAgainAt(now);
  }

  /** Runs all harts from `now` on; returns the first cycle that is not done, or -1 when this is for another tier. */
  go(now: number, until: number): number {
    if (this.off) return -1;
    const reached = this.attempt(now, until);
    if (reached >= 0 || !this.lacking) return reached;
    return this.hold(now);
  }

  /** Until regions are earned the interpreter goes on: to translate all as segments, too, would cost more. */
  private hold(now: number): number {
    const { harts, regions } = this.options;
    const { next } = harts.state;
    let busy = 0;
    for (let hart = 0; hart < this.count; hart++) if (next[hart << HART_SHIFT] !== Infinity) busy++;
    this.lacking = regions.earnings.mayHold(now, busy);
    if (!this.lacking) return -1;
    regions.earnings.hold(HOLD, busy);
    this.resumeAt = now + HOLD;
    return now;
  }

  private attempt(now: number, until: number): number {
    const { pauses, lacking } = this;
    const { eager, harts, regions } = this.options;
    if (lacking ? !regions.earnings.has(now, BATCH) : !pauses.mayLook(now)) return -1;
    // As it was when regions were made: to look where harts stand may move the end.
    const { generation, tcdmCodeEnd } = harts.codeCache;
    const quiet = eager ? WORTH : QUIET;
    if (until - now < quiet) return -1;
    const { next } = harts.state;
    let set = 0;
    let clean = true;
    for (let hart = 0; hart < this.count; hart++) {
      if (next[hart << HART_SHIFT] === Infinity) continue;
      if (hart === harts.controller) return -1;
      set |= 1 << hart;
      if (!isClean(harts.state, hart)) clean = false;
      else if (this.stands(hart)) return -1;
    }
    if ((set & (set - 1)) === 0) return -1;
    const { codeCache } = harts;
    if (codeCache.generation !== generation || codeCache.tcdmCodeEnd !== tcdmCodeEnd) return -1;
    if (!clean) {
      if (++this.tries > TRIES) {
        this.tries = 0;
        pauses.lookedInVain(now);
        return -1;
      }
      this.resumeAt = now + 1;
      return now;
    }
    this.tries = 0;
    const key = this.placeOf(set);
    if (!pauses.mayTry(key, now, until - now >= this.least) && !lacking) return -1;
    // Nobody is to take a hart back while it runs freely.
    for (let hart = 0; hart < this.count; hart++) {
      if (((set >>> hart) & 1) === 0) continue;
      this.options.takeBack(hart, now);
      if (!isClean(harts.state, hart)) clean = false;
    }
    if (!clean) {
      this.resumeAt = now + 1;
      return now;
    }
    const { run } = this;
    this.before.take();
    const made = regions.translated;
    regions.booking = true;
    regions.bookingHarts = set;
    let why: PhaseEnd;
    try {
      run.begin(set, now);
      why = this.runAll(Math.min(until - now, MOST_CYCLES));
    } catch (error) {
      this.before.restore();
      regions.booking = false;
      throw error;
    }
    const changed =
      harts.codeCache.generation !== generation || harts.codeCache.tcdmCodeEnd !== tcdmCodeEnd;
    if ((why === 'done' || why === 'cut') && changed) why = 'changed';
    this.ends[why]++;
    this.lacking = why === 'cold' && regions.lacked;
    if (why !== 'done' && why !== 'cut') {
      this.before.restore();
      regions.booking = false;
      // What was looked at may be what a hart had written, and has not any more.
      if (changed) this.forgetCode();
      regions.makeRoom();
      // Where nothing was translated, the next try would end there, too.
      const isCold = why === 'cold' && (regions.lacked || regions.translated !== made);
      pauses.gaveUp(key, now, Math.max(...run.free), isCold, why === 'convoy');
      return -1;
    }
    regions.booking = false;
    if (why === 'cut') this.cut.commit();
    else run.commit();
    regions.makeRoom();
    let first = Infinity;
    let last = 0;
    for (let hart = 0; hart < this.count; hart++) {
      if (((set >>> hart) & 1) === 0) continue;
      const at = next[hart << HART_SHIFT];
      first = Math.min(first, at);
      last = Math.max(last, at);
    }
    // Whoever asks for no more than `until` gets no more, however long the last instructions take.
    first = Math.min(first, until);
    this.cycles += last - now;
    this.resumeAt = last + 1;
    if (why === 'cut') pauses.cut(last, last - now);
    else pauses.done(key, last, last - now, run.refused > run.granted);
    return first;
  }

  private forgetCode(): void {
    const { codeCache, tcdm } = this.options.harts;
    codeCache.changed(tcdm.base, Math.min(codeCache.tcdmCodeEnd, tcdm.size));
  }

  /** A number for where harts are. */
  private placeOf(set: number): number {
    const { pc } = this.options.harts.state;
    let key = set;
    for (let hart = 0; hart < this.count; hart++)
      if (((set >>> hart) & 1) !== 0)
        key = (Math.imul(key, 0x9e3779b1) + pc[hart << HART_SHIFT]) | 0;
    return key;
  }

  /** Whether a hart stands before an instruction that no region has. */
  private stands(hart: number): boolean {
    const step = this.options.reader.at(this.options.harts.state.pc[hart << HART_SHIFT]);
    return step === undefined || step.probed || !isInRegions(step);
  }

  private runAll(limit: number): PhaseEnd {
    const { run, cut, points, count } = this;
    const { eager } = this.options;
    const cuts = limit >= this.least;
    const near = eager ? EAGER_NEAR : NEAR_CUT;
    const chunk = eager ? EAGER_CHUNK : CHUNK;
    let from = 0;
    let taken = 0;
    /** An end comes in cycle `at` or later. */
    const endBefore = (why: PhaseEnd, at: number): PhaseEnd => {
      if (!cutOff.has(why) || at < (eager ? EAGER_CUT : WORTH_KEEPING)) return why;
      // The newer one, unless some hart was too far there.
      const last = taken > 0 && points[taken & 1].furthest < at ? taken : taken - 1;
      if (last <= 0) return why;
      const point = points[last & 1];
      point.restore();
      const how = cut.finish(point.from, Math.min(limit, at));
      return how === 'cut' || how === 'done' ? how : why;
    };
    for (let chunks = 1; ; chunks++) {
      if (cuts && limit - from < near) {
        const how = cut.finish(from, limit);
        return endBefore(how, cut.stopped);
      }
      if (cuts && (chunks % ROLL === FIRST_ROLL || eager)) points[++taken & 1].take(from);
      const target = chunks * chunk;
      let until = Infinity;
      let all = true;
      for (let hart = 0; hart < count; hart++) {
        const why = run.ended[hart] === 0 ? run.advance(hart, target, 'far') : undefined;
        if (why === 'side' || why === 'cold') return endBefore(why, run.timeOf(hart));
        if (why !== undefined) return endBefore(why, from);
        if (run.ended[hart] !== 0) continue;
        all = false;
        until = Math.min(until, run.timeOf(hart));
      }
      if (all) return run.finish(from, limit);
      const why = run.settleUntil(from, until);
      if (why !== undefined) return endBefore(why, from);
      from = Math.max(from, until);
      if (from >= limit) return 'late';
    }
  }
}
