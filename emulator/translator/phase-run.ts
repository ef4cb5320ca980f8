import type { Interpreter } from '../hart/generated/execute.js';
import type { Harts } from '../hart/harts.js';
import { HART_SHIFT } from '../hart/slot.js';
import { stall } from '../hart/state.js';
import type { InstructionCache } from '../icache/instruction-cache.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import type { SharedArena } from '../memory/arena.js';
import {
  BOOKED_ENDED,
  BOOKED_ENTRY,
  bookedEnd,
  BOOKED_ORIGIN,
  BOOKED_SHIFT,
  bookedWord,
  FETCH_LINES,
  fetchShift,
  kind,
  KIND_SHIFT,
  MOST_OWED,
  type BookedWord,
} from './booked-layout.js';
import { DELAY_BYTES, LOG_BYTES, LOG_ENTRIES, type TranslatorArrays } from './layout.js';
import { link, RECORD_SHIFT, WORTH } from './region-links.js';
import { BETWEEN } from './region-link-code.js';
import { compilePhases, type PhaseCode } from './phase-code.js';
import { PhaseJumps } from './phase-jumps.js';
import { PhaseNotes } from './phase-notes.js';
import type { Regions } from './regions.js';
import { findLinked } from './region.js';
import { frame } from './region-frame.js';
import type { StepReader } from './tree.js';
import { MOST_EPOCHS, TAG_EPOCH_SHIFT } from './word-tags.js';

export interface PhaseRunOptions {
  readonly harts: Harts;
  readonly interpreter: Interpreter;
  readonly crossbar: Crossbar;
  readonly arena: SharedArena;
  readonly arrays: TranslatorArrays;
  readonly reader: StepReader;
  readonly regions: Regions;
  readonly icache: InstructionCache | undefined;
  /** Ends are met often: for tests. */
  readonly eager: boolean;
}

/** How a phase ended: `done`, up to a cycle (`cut`), or why it was given up. */
export type PhaseEnd =
  | 'done'
  | 'cut'
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
 * How far beyond its target a hart may run: to the end of a long loop; not at all, else it stays where it is; or as far as it must to
 * come there.
 */
export type Reach = 'far' | 'before' | 'behind';

/** Cycles that harts run in a loop at most. */
const LONGEST = 24_000;
const EAGER_LONGEST = 400;
/** So many accesses to one that is refused are few. */
const CROWDED = 8;
/** Accesses that tell whether most are refused. */
const ENOUGH = 100_000;

/** Harts that run freely. Times count from `origin`; true ones are those of the machine, `shift` later than free ones. */
export class PhaseRun {
  /** Whether harts, one bit each, wait for each other when each of them reads an address. */
  meet: (address: number, harts: number) => boolean = () => false;
  origin = 0;
  set = 0;
  readonly free: Int32Array;
  readonly pcs: Int32Array;
  readonly ended: Uint8Array;
  /** The region that goes on is known: time was up between two. */
  readonly between: Uint8Array;
  /** Where a phase was cut; and by hart the free time of the request that waits then, or -1. */
  cutAt = 0;
  readonly asks: Int32Array;
  /** Accesses that were arbitrated, and cycles in which they were refused. */
  granted = 0;
  refused = 0;
  readonly notes: PhaseNotes;
  readonly jumps: PhaseJumps;
  /** By hart: what is said to and of it. */
  readonly controls: readonly Int32Array[];
  readonly words: Int32Array;
  /** Addresses, by hart. */
  readonly logs: readonly number[];
  readonly count: number;
  /** Whether fetches are booked in this phase, too; and what is done before the first one is. */
  fetches = false;
  beforeFetches: () => void = () => undefined;
  /** By hart: what is in its instruction cache where it stands is known. */
  readonly known: Uint8Array;
  /** Many requests were refused lately. */
  private crowded = false;
  private readonly cycle: Float64Array;
  private readonly frameAt: number;
  private code: PhaseCode | undefined;
  private epoch = 0;

  constructor(readonly options: PhaseRunOptions) {
    const { harts, arrays } = options;
    this.count = harts.state.count;
    this.words = new Int32Array(arrays.frame.buffer);
    this.frameAt = arrays.frame.byteOffset >> 2;
    this.logs = Array.from({ length: this.count }, (_, hart) => arrays.logsAt + hart * LOG_BYTES);
    this.free = new Int32Array(this.count);
    this.pcs = new Int32Array(this.count);
    this.ended = new Uint8Array(this.count);
    this.asks = new Int32Array(this.count);
    this.between = new Uint8Array(this.count);
    this.known = new Uint8Array(this.count);
    const { buffer, byteOffset } = arrays.booked;
    this.cycle = new Float64Array(buffer, byteOffset + BOOKED_ORIGIN, 1);
    this.controls = options.regions.links.controls;
    this.notes = new PhaseNotes(options.regions, harts.state, this.words, this.frameAt);
    this.jumps = new PhaseJumps(this.count, this.words, this.frameAt);
  }

  get(hart: number, word: BookedWord): number {
    return this.options.arrays.booked[(hart << (BOOKED_SHIFT - 2)) + bookedWord[word]];
  }

  put(hart: number, word: BookedWord, value: number): void {
    this.options.arrays.booked[(hart << (BOOKED_SHIFT - 2)) + bookedWord[word]] = value;
  }

  /** Makes ready to run the harts `set` from a cycle on. */
  begin(set: number, origin: number): void {
    const { harts, arrays, regions } = this.options;
    this.code ??= compilePhases(this.options);
    this.set = set;
    this.origin = origin;
    if (this.epoch === MOST_EPOCHS) {
      arrays.tags.fill(0);
      this.epoch = 0;
    }
    this.epoch++;
    this.notes.clear();
    regions.lacked = false;
    this.granted = this.refused = 0;
    arrays.booked.fill(0);
    this.cycle[0] = origin;
    this.fetches = this.crowded = false;
    this.known.fill(1);
    for (let hart = 0; hart < this.count; hart++) {
      this.put(hart, 'readAt', this.logs[hart]);
      this.put(hart, 'endAt', this.logs[hart]);
      this.asks[hart] = -1;
      this.ended[hart] = ((this.set >>> hart) & 1) ^ 1;
      this.between[hart] = 0;
      const base = hart << HART_SHIFT;
      this.free[hart] = this.ended[hart] !== 0 ? 0 : harts.state.next[base] - this.origin;
      this.pcs[hart] = harts.state.pc[base];
      regions.links.begin(0, 0, hart, harts.state.fetchEpoch[base]);
    }
  }

  /** True time of a hart, or less: what is not arbitrated yet may make it later. */
  timeOf(hart: number): number {
    return this.free[hart] + this.get(hart, 'shift') - this.givesBack(hart);
  }

  /** Cycles that a hart may be earlier when the fetch is over that it waits for. */
  private givesBack(hart: number): number {
    if (this.get(hart, 'waited') === 0) return 0;
    const what = this.words[this.get(hart, 'readAt') >> 2];
    const owed = (what >>> fetchShift.owed) & MOST_OWED;
    return owed + this.get(hart, 'early') + this.options.harts.timing.jump - 1;
  }

  /** Runs a hart until its true time is the target, or it has ended, and looks whether others were where it was. */
  advance(hart: number, target: number, reach: Reach): PhaseEnd | undefined {
    const first = this.get(hart, 'endAt');
    const why = this.runHart(hart, target, reach);
    if (why !== undefined && why !== 'side' && why !== 'cold') return why;
    const tag = (this.epoch << TAG_EPOCH_SHIFT) | (1 << hart);
    const scan = this.fetches ? this.code!.scanAll : this.code!.scan;
    if (scan(first, this.get(hart, 'endAt'), tag) !== 0) return 'raced';
    return why;
  }

  /** All harts are where they wait for each other. */
  finish(from: number, limit: number): PhaseEnd {
    for (let at = from; ;) {
      let last = at;
      let open = false;
      for (let hart = 0; hart < this.count; hart++) {
        if (((this.set >>> hart) & 1) === 0) continue;
        last = Math.max(last, this.timeOf(hart));
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
  addressOf(hart: number): number | undefined {
    const { reader, harts } = this.options;
    const step = reader.at(this.pcs[hart]);
    if (step === undefined || step.probed || step.endsLoop) return undefined;
    if (step.row.timing !== 'event-load') return undefined;
    return (harts.state.registers[(hart << HART_SHIFT) + step.rs1] + step.imm) >>> 0;
  }

  /** Whether logs are merged: that is faster where many requests are refused, and there is no other way for fetches. */
  get merges(): boolean {
    return this.fetches || this.crowded;
  }

  /** Arbitrates all cycles from `from` to before `until`. */
  arbitrate(from: number, until: number): PhaseEnd | undefined {
    const { arrays } = this.options;
    for (let at = from; at < until;) {
      for (let hart = 0; hart < this.count; hart++) {
        const delays = arrays.delaysAt + hart * DELAY_BYTES;
        this.put(hart, 'delaysAt', delays);
        this.put(hart, 'delaysEnd', delays + DELAY_BYTES);
      }
      at = this.merges ? this.code!.merge(at, until) : this.code!.arbitrate(at, until);
      if (arrays.booked[BOOKED_ENDED >> 2] === bookedEnd.final) return 'final';
    }
    return undefined;
  }

  /** The same, and forgets what was granted. */
  settleUntil(from: number, until: number): PhaseEnd | undefined {
    const why = this.arbitrate(from, until);
    if (why !== undefined) return why;
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
    for (let hart = 0; hart < this.count; hart++)
      if (this.known[hart] === 0 && this.allHit(hart)) this.known[hart] = 1;
    return undefined;
  }

  /** Whether all fetches that are booked hit, and so nothing will happen to the instruction cache of a hart. */
  private allHit(hart: number): boolean {
    if (this.get(hart, 'openLine') !== 0 || this.get(hart, 'waited') !== 0) return false;
    const { resident } = this.options.icache!;
    const end = this.get(hart, 'endAt') >> 2;
    for (let at = this.get(hart, 'readAt') >> 2; at < end; at += BOOKED_ENTRY >> 2) {
      const what = this.words[at];
      if (what >>> KIND_SHIFT !== kind.fetch) continue;
      const line = (what >>> fetchShift.line) & (FETCH_LINES - 1);
      const last = line + ((what >>> fetchShift.straddles) & 1);
      if (((resident[line] & resident[last]) >>> hart) % 2 === 0) return false;
    }
    return true;
  }

  private countGrants(): void {
    const { granted, refused } = this;
    this.refused = 0;
    for (let hart = 0; hart < this.count; hart++) {
      this.refused += this.get(hart, 'refusedCycles');
      this.granted += (this.get(hart, 'readAt') - this.logs[hart]) / BOOKED_ENTRY;
    }
    this.crowded = CROWDED * (this.refused - refused) > this.granted - granted;
  }

  /** Runs a hart until its true time is the target or it stands before an instruction of the interpreter. */
  private runHart(hart: number, target: number, reach: Reach): PhaseEnd | undefined {
    const { regions, harts, eager } = this.options;
    const { links, runner } = regions;
    const { state } = harts;
    const control = links.controls[hart];
    const shift = this.get(hart, 'shift');
    const base = hart << HART_SHIFT;
    const { words, frameAt } = this;
    /** A region whose fetches all hit did nothing here: it ends where one of them would not. */
    let isStuck = false;
    while (this.free[hart] + shift < target) {
      const entries = (this.get(hart, 'endAt') - this.logs[hart]) / BOOKED_ENTRY;
      if (this.between[hart] === 0) {
        const known = this.known[hart] !== 0 && !isStuck;
        const region = regions.forBooking(hart, this.pcs[hart], known);
        if (region === undefined) return this.stop(hart);
        control[link.record] = links.recordsAt + (region.number << RECORD_SHIFT);
        this.jumps.begin();
      } else {
        this.findBetter(hart, control);
        this.jumps.goOn(hart);
      }
      const { longest, fetches } = links.regionOf(control);
      // In each cycle an access, and a fetch
      const room = (LOG_ENTRIES - entries) >> (fetches ? 1 : 0);
      let cycles = Math.min(room - 1, eager ? longest + EAGER_LONGEST : LONGEST);
      if (cycles - longest < WORTH) return fetches && entries > 0 ? undefined : 'room';
      if (reach !== 'far') {
        const rest = target - shift - this.free[hart];
        cycles = Math.min(cycles, reach === 'before' ? rest : Math.max(rest, WORTH) + longest);
        if (cycles - longest < WORTH) return undefined;
      }
      control[link.deadline] = this.free[hart] + cycles;
      control[link.soft] = target - shift;
      control[link.elapsed] = this.free[hart];
      control[link.epoch] = state.fetchEpoch[base] + 1;
      if (fetches) this.willFetch(hart);
      words[frameAt + (frame.bookedAt >> 2)] = this.get(hart, 'endAt');
      words[frameAt + (frame.limit >> 2)] = 0;
      const variant = fetches ? 'fetching' : 'booking';
      const exit = runner.run(hart, variant, (base << 2) + state.words.byteOffset);
      this.put(hart, 'endAt', words[frameAt + (frame.bookedAt >> 2)]);
      if (exit === BETWEEN) {
        this.free[hart] = control[link.elapsed];
        this.between[hart] = 1;
        this.jumps.keep(hart);
        continue;
      }
      this.between[hart] = 0;
      const region = links.regionOf(control);
      const { account, kind: why, pc } = region.exits[exit];
      const before = this.free[hart];
      let time = control[link.elapsed] + region.timeOf(exit, words, frameAt);
      let to = pc;
      let splits = false;
      if (why === 'jump') {
        to = words[frameAt + (frame.target >> 2)];
        splits = (to & 2) !== 0 && harts.isLong(to) && harts.timing.split_target > 0;
        if (splits) time += harts.timing.split_target;
      }
      if (!this.notes.add(region, exit, hart, control, splits)) return 'room';
      this.free[hart] = time;
      this.pcs[hart] = to;
      if (account.waited !== 0 || account.owed > 0) return 'final';
      if (why === 'side') {
        regions.sawSide(region, to);
        return this.end(hart) ? undefined : 'side';
      }
      if (why !== 'late') regions.sawCold(region, exit, hart, to);
      isStuck = time === before;
      if (isStuck && (fetches || !regions.books)) return why === 'late' ? 'room' : 'cold';
    }
    return undefined;
  }

  /** No region goes on. */
  private stop(hart: number): PhaseEnd | undefined {
    return this.end(hart) ? undefined : 'cold';
  }

  /** The hart ends here; false when it does not stand before an event load. */
  private end(hart: number): boolean {
    this.ended[hart] = 1;
    if (this.addressOf(hart) === undefined) return false;
    this.bookFetch(hart);
    return true;
  }

  /** Where it is known by now that all fetches hit it need not book them. */
  private findBetter(hart: number, control: Int32Array): void {
    const { links } = this.options.regions;
    const { fetches, pc } = links.regionOf(control);
    if (!fetches || this.known[hart] === 0) return;
    const better = this.options.regions.forBooking(hart, pc, true);
    if (better !== undefined)
      control[link.record] = links.recordsAt + (better.number << RECORD_SHIFT);
  }

  private willFetch(hart: number): void {
    this.known[hart] = 0;
    if (this.fetches) return;
    this.fetches = true;
    this.beforeFetches();
  }

  /** Books the fetch of the instruction that a hart stands before, unless it hits. */
  private bookFetch(hart: number): void {
    const { icache, reader, harts, regions } = this.options;
    if (icache === undefined || !regions.books) return;
    const { pc, after } = reader.at(this.pcs[hart])!;
    const [first, last] = [pc, after - 2].map((at) => harts.codeCache.indexOf(at));
    if (this.known[hart] !== 0 && icache.hits(hart, first) && icache.hits(hart, last)) return;
    this.willFetch(hart);
    const line = first >>> icache.lineShift;
    const straddles = Number(last >>> icache.lineShift !== line);
    const at = this.get(hart, 'endAt') >> 2;
    this.words[at] =
      (kind.fetch << KIND_SHIFT) | (line << fetchShift.line) | (straddles << fetchShift.straddles);
    this.words[at + 1] = this.free[hart];
    this.put(hart, 'endAt', (at << 2) + BOOKED_ENTRY);
  }

  /** It happened. */
  commit(): void {
    const nobody = (): undefined => undefined;
    this.remember(nobody);
    this.commitBehind(nobody);
  }

  /** The last taken jumps of harts; `between`: as for `commitBehind`. */
  remember(between: (hart: number) => Int32Array | undefined): void {
    const { links } = this.options.regions;
    const { words, frameAt, jumps } = this;
    this.notes.remember((hart) => {
      const control = between(hart);
      if (control === undefined) return 0;
      jumps.goOn(hart);
      return findLinked(links, control, words, frameAt, 0);
    });
  }

  /** The same when taken jumps are known already; `between`: what the last region of a hart left that another one follows. */
  commitBehind(between: (hart: number) => Int32Array | undefined): void {
    const { state, timing } = this.options.harts;
    this.notes.commit(between);
    for (let hart = 0; hart < this.count; hart++) {
      if (((this.set >>> hart) & 1) === 0) continue;
      const base = hart << HART_SHIFT;
      const shift = this.get(hart, 'shift');
      const next = this.origin + this.free[hart];
      state.pc[base] = this.pcs[hart];
      if (state.jalrReady[base] >= next) state.jalrReady[base] += shift;
      state.next[base] = next + shift;
      if (this.asks[hart] >= 0) {
        state.since[base] = next + shift;
        state.next[base] = this.origin + this.cutAt;
      }
      state.stalls[base + stall.tcdm_conflict] += this.get(hart, 'refusedCycles');
      const covered = this.get(hart, 'covered');
      state.stalls[base + stall.icache] += this.get(hart, 'waits');
      state.stalls[base + stall.jump] -= this.get(hart, 'hides') * (timing.jump - 1) + covered;
      state.jalrStalls[base] -= covered;
    }
  }
}
