import type { Harts } from '../hart/harts.js';
import { HART_SHIFT } from '../hart/slot.js';
import { stall } from '../hart/state.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import type { SharedArena } from '../memory/arena.js';
import {
  BOOKED_ENDED,
  BOOKED_ENTRY,
  BOOKED_HARTS,
  bookedEnd,
  BOOKED_SHIFT,
  bookedWord,
  type BookedWord,
} from './booked-layout.js';
import { DELAY_BYTES, LOG_BYTES, LOG_ENTRIES, type TranslatorArrays } from './layout.js';
import { link, RECORD_SHIFT, WORTH } from './region-links.js';
import { BETWEEN } from './region-link-code.js';
import { compilePhases, type PhaseCode } from './phase-code.js';
import { PhaseJumps } from './phase-jumps.js';
import { PhaseNotes } from './phase-notes.js';
import { PhasePauses } from './phase-pauses.js';
import { PhaseSnapshot } from './phase-snapshot.js';
import type { Regions } from './regions.js';
import { frame } from './region-frame.js';
import { inRegions } from './region-graph.js';
import { isClean } from './region-seeker.js';
import type { StepReader } from './tree.js';
import { MOST_EPOCHS, TAG_EPOCH_SHIFT } from './word-tags.js';

export interface PhasesOptions {
  readonly harts: Harts;
  readonly crossbar: Crossbar;
  readonly arena: SharedArena;
  readonly arrays: TranslatorArrays;
  readonly reader: StepReader;
  readonly regions: Regions;
  readonly eager: boolean;
  /** Instructions of a hart from a cycle on have not happened. */
  readonly takeBack: (hart: number, cycle: number) => void;
}

/** Cycles that others must leave the harts alone. */
const QUIET = 2048;
/** Cycles that harts run between two arbitrations, and in a loop at most. */
const CHUNK = 12_288;
const LONGEST = 24_000;
/** Cycles that the interpreter goes on to bring all harts to the beginning of an instruction. */
const TRIES = 64;
/** Cycles of a phase at most. */
const MOST_CYCLES = 4_000_000;
/** Cycles of a jump of which no more hide than an access was refused at least. */
const MOST_JUMP = 2;
/** Bytes of the TCDM that are copied before each phase. */
const MOST_TCDM = 1 << 20;
/** Accesses that tell whether most are refused. */
const ENOUGH = 100_000;
/** Cycles that the interpreter goes on until regions are earned, and for how many of them. */
const HOLD = 1024;
const BATCH = 32;

/** How a phase ended: `done`, or why it was given up. */
export type PhaseEnd =
  | 'done'
  | 'cold'
  | 'side'
  | 'meet'
  | 'late'
  | 'raced'
  | 'final'
  | 'convoy'
  | 'changed'
  | 'room';

/**
 * Several harts between two barriers: each runs as if it were alone and books its accesses, which are arbitrated afterwards.
 * That is exact if no two of them were at one word that one of them wrote, and all of them then wait for each other. Otherwise
 * nothing has happened.
 */
export class Phases {
  /** Whether harts, one bit each, wait for each other when each of them reads an address. */
  meet: (address: number, harts: number) => boolean = () => false;
  /** First cycle in which translated code may go on. */
  resumeAt = 0;
  readonly ends: Record<PhaseEnd, number> = {
    done: 0,
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
  private code: PhaseCode | undefined;
  private readonly count: number;
  private tries = 0;
  /** The last one was given up because too few regions are earned. */
  private lacking = false;
  private readonly pauses: PhasePauses;
  private epoch = 0;
  private readonly words: Int32Array;
  private readonly frameAt: number;
  private readonly logs: number[];

  // Of the phase that runs
  private origin = 0;
  private set = 0;
  private readonly free: Int32Array;
  private readonly pcs: Int32Array;
  private readonly ended: Uint8Array;
  /** The region that goes on is known: time was up between two. */
  private readonly between: Uint8Array;
  /** Accesses that were arbitrated, and cycles in which they were refused. */
  private granted = 0;
  private refused = 0;
  private readonly notes: PhaseNotes;
  private readonly jumps: PhaseJumps;

  private readonly before: PhaseSnapshot;

  constructor(private readonly options: PhasesOptions) {
    const { harts, crossbar, arrays } = options;
    const { state, tcdm } = harts;
    this.count = state.count;
    this.off =
      options.regions.off !== undefined ||
      this.count < 2 ||
      this.count > BOOKED_HARTS ||
      crossbar.banks < 2 ||
      // A jump behind a refused access would come earlier than behind one that is not.
      harts.timing.jump > MOST_JUMP ||
      tcdm.size > MOST_TCDM;
    this.words = new Int32Array(arrays.frame.buffer);
    this.frameAt = arrays.frame.byteOffset >> 2;
    this.logs = Array.from({ length: this.count }, (_, hart) => arrays.logsAt + hart * LOG_BYTES);
    this.free = new Int32Array(this.count);
    this.pcs = new Int32Array(this.count);
    this.ended = new Uint8Array(this.count);
    this.between = new Uint8Array(this.count);
    this.notes = new PhaseNotes(options.regions, state, this.words, this.frameAt);
    this.jumps = new PhaseJumps(this.count, this.words, this.frameAt);
    this.pauses = new PhasePauses(options.eager);
    this.before = new PhaseSnapshot(options, this.off ? 0 : tcdm.size);
  }

  reset(): void {
    this.tries = this.resumeAt = this.cycles = 0;
    this.lacking = false;
    this.pauses.clear();
    for (const end of Object.keys(this.ends) as PhaseEnd[]) this.ends[end] = 0;
  }

  /** Runs all harts from `now` on; returns the first cycle that is not done, or -1 when this is for another tier. */
  run(now: number, until: number): number {
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
    if (!pauses.mayTry(key, now) && !lacking) return -1;
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
    this.set = set;
    this.origin = now;
    this.before.take();
    const made = regions.translated;
    regions.booking = true;
    regions.bookingHarts = set;
    let why: PhaseEnd;
    try {
      why = this.runAll(Math.min(until - now, MOST_CYCLES));
    } catch (error) {
      this.before.restore();
      regions.booking = false;
      throw error;
    }
    const changed =
      harts.codeCache.generation !== generation || harts.codeCache.tcdmCodeEnd !== tcdmCodeEnd;
    if (why === 'done' && changed) why = 'changed';
    this.ends[why]++;
    this.lacking = why === 'cold' && regions.lacked;
    if (why !== 'done') {
      this.before.restore();
      regions.booking = false;
      // What was looked at may be what a hart had written, and has not any more.
      if (changed) this.forgetCode();
      regions.makeRoom();
      // Where nothing was translated, the next try would end there, too.
      const isCold = why === 'cold' && (regions.lacked || regions.translated !== made);
      pauses.gaveUp(key, now, Math.max(...this.free), isCold, why === 'convoy');
      return -1;
    }
    regions.booking = false;
    this.commit();
    regions.makeRoom();
    let first = Infinity;
    let last = 0;
    for (let hart = 0; hart < this.count; hart++) {
      if (((set >>> hart) & 1) === 0) continue;
      const at = next[hart << HART_SHIFT];
      first = Math.min(first, at);
      last = Math.max(last, at);
    }
    this.cycles += last - now;
    this.resumeAt = last + 1;
    pauses.done(key, last, last - now, this.refused > this.granted);
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
    return step === undefined || step.probed || !inRegions.has(step.row.timing);
  }

  // --- Running -------------------------------------------------------------------------------

  private get(hart: number, word: BookedWord): number {
    return this.options.arrays.booked[(hart << (BOOKED_SHIFT - 2)) + bookedWord[word]];
  }

  private put(hart: number, word: BookedWord, value: number): void {
    this.options.arrays.booked[(hart << (BOOKED_SHIFT - 2)) + bookedWord[word]] = value;
  }

  private begin(): void {
    const { harts, arrays, regions } = this.options;
    if (this.epoch === MOST_EPOCHS) {
      arrays.tags.fill(0);
      this.epoch = 0;
    }
    this.epoch++;
    this.notes.clear();
    regions.lacked = false;
    this.granted = this.refused = 0;
    arrays.booked.fill(0);
    for (let hart = 0; hart < this.count; hart++) {
      this.put(hart, 'readAt', this.logs[hart]);
      this.put(hart, 'endAt', this.logs[hart]);
      this.ended[hart] = ((this.set >>> hart) & 1) ^ 1;
      this.between[hart] = 0;
      const base = hart << HART_SHIFT;
      this.free[hart] = this.ended[hart] !== 0 ? 0 : harts.state.next[base] - this.origin;
      this.pcs[hart] = harts.state.pc[base];
      regions.links.begin(0, 0, hart, harts.state.fetchEpoch[base]);
    }
  }

  private runAll(limit: number): PhaseEnd {
    this.code ??= compilePhases(this.options);
    this.begin();
    let from = 0;
    for (let target = CHUNK; ; target += CHUNK) {
      let until = Infinity;
      let all = true;
      for (let hart = 0; hart < this.count; hart++) {
        if (this.ended[hart] === 0) {
          const first = this.get(hart, 'endAt');
          const why = this.runHart(hart, target);
          if (why !== undefined) return why;
          const tag = (this.epoch << TAG_EPOCH_SHIFT) | (1 << hart);
          if (this.code!.scan(first, this.get(hart, 'endAt'), tag) !== 0) return 'raced';
        }
        if (this.ended[hart] !== 0) continue;
        all = false;
        until = Math.min(until, this.free[hart] + this.get(hart, 'shift'));
      }
      if (all) return this.finish(from, limit);
      const why = this.settleUntil(from, until);
      if (why !== undefined) return why;
      from = Math.max(from, until);
      if (from >= limit) return 'late';
    }
  }

  /** All harts are where they wait for each other. */
  private finish(from: number, limit: number): PhaseEnd {
    for (let at = from; ;) {
      let last = at;
      let open = false;
      for (let hart = 0; hart < this.count; hart++) {
        if (((this.set >>> hart) & 1) === 0) continue;
        last = Math.max(last, this.free[hart] + this.get(hart, 'shift'));
        open ||= this.get(hart, 'readAt') !== this.get(hart, 'endAt');
      }
      if (last > limit) return 'late';
      if (!open) break;
      const why = this.settleUntil(at, last + 1);
      if (why !== undefined) return why;
      at = last + 1;
    }
    const address = this.addressOf(31 - Math.clz32(this.set));
    if (address === undefined || !this.meet(address, this.set)) return 'meet';
    for (let hart = 0; hart < this.count; hart++) {
      if (((this.set >>> hart) & 1) !== 0 && this.addressOf(hart) !== address) return 'meet';
    }
    return 'done';
  }

  /** Address of the event load that a hart stands before. */
  private addressOf(hart: number): number | undefined {
    const { reader, harts } = this.options;
    const step = reader.at(this.pcs[hart]);
    if (step === undefined || step.probed || step.endsLoop) return undefined;
    if (step.row.timing !== 'event-load') return undefined;
    return (harts.state.registers[(hart << HART_SHIFT) + step.rs1] + step.imm) >>> 0;
  }

  private settleUntil(from: number, until: number): PhaseEnd | undefined {
    const { arrays } = this.options;
    for (let at = from; at < until;) {
      for (let hart = 0; hart < this.count; hart++) {
        const delays = arrays.delaysAt + hart * DELAY_BYTES;
        this.put(hart, 'delaysAt', delays);
        this.put(hart, 'delaysEnd', delays + DELAY_BYTES);
      }
      at = this.code!.arbitrate(at, until);
      if (arrays.booked[BOOKED_ENDED >> 2] === bookedEnd.final) return 'final';
    }
    this.countGrants();
    if (this.granted > ENOUGH && this.refused > this.granted) return 'convoy';
    // What is not granted yet moves to the beginning.
    for (let hart = 0; hart < this.count; hart++) {
      const [read, end] = [this.get(hart, 'readAt') >> 2, this.get(hart, 'endAt') >> 2];
      const log = this.logs[hart];
      this.words.copyWithin(log >> 2, read, end);
      this.put(hart, 'readAt', log);
      this.put(hart, 'endAt', log + 4 * (end - read));
    }
    return undefined;
  }

  private countGrants(): void {
    this.refused = 0;
    for (let hart = 0; hart < this.count; hart++) {
      this.refused += this.get(hart, 'refusedCycles');
      this.granted += (this.get(hart, 'readAt') - this.logs[hart]) / BOOKED_ENTRY;
    }
  }

  /** Runs a hart until its true time is the target or it stands before an instruction of the interpreter. */
  private runHart(hart: number, target: number): PhaseEnd | undefined {
    const { regions, harts } = this.options;
    const { links, runner } = regions;
    const { state } = harts;
    const control = links.controls[hart];
    const shift = this.get(hart, 'shift');
    const base = hart << HART_SHIFT;
    const { words, frameAt } = this;
    while (this.free[hart] + shift < target) {
      const room = LOG_ENTRIES - (this.get(hart, 'endAt') - this.logs[hart]) / BOOKED_ENTRY;
      const cycles = Math.min(room - 1, LONGEST);
      if (this.between[hart] === 0) {
        const region = regions.forBooking(hart, this.pcs[hart]);
        if (region === undefined) return this.stop(hart);
        control[link.record] = links.recordsAt + (region.number << RECORD_SHIFT);
        this.jumps.begin();
      } else this.jumps.goOn(hart);
      if (cycles - links.regionOf(control).longest < WORTH) return 'room';
      control[link.deadline] = this.free[hart] + cycles;
      control[link.soft] = target - shift;
      control[link.elapsed] = this.free[hart];
      words[frameAt + (frame.bookedAt >> 2)] = this.get(hart, 'endAt');
      words[frameAt + (frame.limit >> 2)] = 0;
      const exit = runner.run(hart, 'booking', (base << 2) + state.words.byteOffset);
      this.put(hart, 'endAt', words[frameAt + (frame.bookedAt >> 2)]);
      if (exit === BETWEEN) {
        this.free[hart] = control[link.elapsed];
        this.between[hart] = 1;
        this.jumps.keep(hart);
        continue;
      }
      this.between[hart] = 0;
      const region = links.regionOf(control);
      const { account, kind, pc } = region.exits[exit];
      const before = this.free[hart];
      let time = control[link.elapsed] + region.timeOf(exit, words, frameAt);
      let to = pc;
      if (kind === 'jump') {
        to = words[frameAt + (frame.target >> 2)];
        const split = (to & 2) !== 0 && harts.isLong(to);
        if (split) time += harts.timing.split_target;
      }
      if (!this.notes.add(region, exit, hart, control)) return 'room';
      this.free[hart] = time;
      this.pcs[hart] = to;
      if (account.waited !== 0 || account.owed > 0) return 'final';
      if (kind === 'side') {
        regions.sawSide(region, to);
        this.ended[hart] = 1;
        return this.addressOf(hart) === undefined ? 'side' : undefined;
      }
      if (kind !== 'late') regions.sawCold(region, exit, hart, to);
      if (time === before) return kind === 'late' ? 'room' : 'cold';
    }
    return undefined;
  }

  /** No region goes on. */
  private stop(hart: number): PhaseEnd | undefined {
    if (this.addressOf(hart) === undefined) return 'cold';
    this.ended[hart] = 1;
    return undefined;
  }

  private commit(): void {
    const { state, timing } = this.options.harts;
    this.notes.commit();
    for (let hart = 0; hart < this.count; hart++) {
      if (((this.set >>> hart) & 1) === 0) continue;
      const base = hart << HART_SHIFT;
      state.pc[base] = this.pcs[hart];
      state.next[base] = this.origin + this.free[hart] + this.get(hart, 'shift');
      state.stalls[base + stall.tcdm_conflict] += this.get(hart, 'refusedCycles');
      state.stalls[base + stall.jump] -= this.get(hart, 'hides') * (timing.jump - 1);
    }
  }
}
