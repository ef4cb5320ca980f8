import { HART_SHIFT } from '../hart/slot.js';
import type { Memory } from '../memory/memory.js';
import { FETCH_LINES } from './booked-layout.js';
import { Heat } from './heat.js';
import { rememberJumps, type Region } from './region.js';
import { UNKNOWN } from './path.js';
import { RegionEarnings } from './region-earnings.js';
import { RegionEffects } from './region-effects.js';
import { splits, type RegionSource } from './region-graph.js';
import { link, RegionLinks, WORTH } from './region-links.js';
import { RegionMaker, sizeOf, type RegionMakerOptions } from './region-maker.js';
import { whyOff, type RegionsOff } from './region-off.js';
import { RegionPauses } from './region-pauses.js';
import { RegionRunner } from './region-runner.js';
import { RegionTable } from './region-table.js';
import { RegionSeeker, type Head, type RegionSeekerOptions } from './region-seeker.js';
import { frame } from './region-frame.js';

export interface RegionsOptions extends RegionMakerOptions, RegionSeekerOptions {
  readonly l2: Memory;
}

/** Cycles of one run at most: the host then may put better code in its place. */
const VISIT = 1_000_000;
/** Others must leave a hart alone for so many cycles. */
const ALONE = 1024;
/** Cycles that other tiers run before a region is looked for again. */
const PATIENCE = 16_384;
const LEAST_PATIENCE = 64;
const MOST_VAIN = 48;
/** Visits in vain after which regions are only looked for where the hart stands. */
const TIRED = 16;
const MOST_REGIONS = 2048;
/** While harts book their accesses, beyond so many regions none is made anew to be larger. */
const MOST_BETTERED = 128;
const MOST_REFUSALS = 16;
/** Times that harts come to where fetches are booked, though all did hit since the last time, before it is tried that they do. */
const OFTEN_HIT = 8;
/** Cycles that the interpreter goes on where regions are not earned yet, and how often in a row. */
const HOLD = 400;
const SHORT_HOLD = 64;
const MOST_HELD = 40;

/** Runs a hart that is alone: no request waits, so time is known when code is translated. */
export class Regions {
  /** Instructions that left decode in regions, settled ones only. */
  instructions = 0;
  visits = 0;
  translated = 0;
  /** The cycle after which the other tiers give up, when no region ran. */
  askAgainAt = Infinity;
  /** Whether the instruction at the end of a run is for the interpreter. */
  left = false;
  private readonly regions = new RegionTable(false);
  /** For harts that book: what need not be in their instruction caches. */
  private readonly fetching = new RegionTable(true);
  private readonly tables: readonly RegionTable[] = [this.regions, this.fetching];
  private readonly heat: Heat;
  /** Of loops: the function around one is the better place, if it is called often. */
  private readonly loopHeat: Heat;
  private readonly wanted = new Set<number>();
  private readonly maker: RegionMaker;
  private readonly seeker: RegionSeeker<Region>;
  /** Where the last region left the hart. */
  private leftTo = -1;
  /** First cycle in which translated code may go on. */
  resumeAt = 0;
  readonly links: RegionLinks;
  readonly runner: RegionRunner;
  /** Harts book their accesses: what they count may be forgotten. */
  booking = false;
  /** The harts that do, one bit each. */
  bookingHarts = 0;
  /** One that books was not made because it is not earned yet. */
  lacked = false;
  /** There was no room for one. */
  private full = false;
  /** Regions that are there no more, but have something counted. */
  private readonly replaced: Region[] = [];
  private readonly words: Int32Array;
  private readonly frameAt: number;
  /** What of the configuration leaves harts that are alone to segments. */
  readonly off: RegionsOff | undefined;
  private vain = 0;
  readonly earnings: RegionEarnings;
  readonly effects: RegionEffects;
  private now = 0;
  private readonly pauses: RegionPauses;

  constructor(private readonly options: RegionsOptions) {
    const { harts, arrays, crossbar, eager } = options;
    const { timing } = harts;
    const { l2, arena } = options;
    this.maker = new RegionMaker(options);
    this.earnings = new RegionEarnings(eager);
    this.pauses = new RegionPauses(eager);
    this.effects = new RegionEffects(options);
    this.seeker = new RegionSeeker(
      options,
      (hart, step) => this.maker.isFetched(hart, step),
      (hart, pc, head) => this.at(hart, pc, head),
    );
    this.links = new RegionLinks(arena, harts.state.count, l2);
    this.runner = new RegionRunner(arena, {
      links: this.links,
      frameAt: arrays.frame.byteOffset,
      l2: { base: l2.base, size: l2.size },
      caches: options.icache !== undefined,
      splitTarget: timing.split_target,
    });
    this.words = new Int32Array(arrays.frame.buffer);
    this.frameAt = arrays.frame.byteOffset >> 2;
    this.heat = new Heat(eager ? 1 : 2);
    this.loopHeat = new Heat(eager ? 1 : 4);
    this.off = whyOff(timing, crossbar);
  }

  reset(): void {
    this.instructions = this.visits = 0;
    this.resumeAt = 0;
    this.earnings.reset();
    this.pauses.reset();
  }

  drop(): void {
    this.settle();
    for (const table of this.tables) this.links.clear(table.places());
    this.runner.drop();
    this.maker.drop();
    for (const table of this.tables) table.clear();
    this.heat.clear();
    this.loopHeat.clear();
    this.wanted.clear();
    this.full = false;
    this.vain = 0;
  }

  /** Drops all, now or, while what they count may be forgotten, behind the phase; false when that is later. */
  private dropSoon(): boolean {
    if (this.booking) this.full = true;
    else this.drop();
    return !this.booking;
  }

  /** A phase is over. */
  makeRoom(): void {
    if (this.full) this.drop();
  }

  get codeBytes(): number {
    return this.maker.codeBytes;
  }

  settle(): void {
    // What is booked may not have happened.
    if (this.booking) return;
    for (const table of this.tables) for (const region of table.all()) this.settleRegion(region);
    for (const region of this.replaced) this.settleRegion(region);
    this.replaced.length = 0;
  }

  private settleRegion(region: Region): void {
    const { state } = this.options.harts;
    this.instructions += region.settle(state.numbers, state.count);
  }

  /** The only hart with something to do before `end`, or -1. */
  private alone(now: number): number {
    const { state, controller } = this.options.harts;
    let found = -1;
    for (let hart = 0; hart < state.count; hart++) {
      if (state.next[hart << HART_SHIFT] - now > ALONE) continue;
      if (found >= 0 || hart === controller) return -1;
      found = hart;
    }
    return found;
  }

  /**
   * Runs cycles from `now` on; returns the first one, at most `until`, that is not done, or -1 when this is
   * for another tier.
   */
  run(now: number, until: number): number {
    this.askAgainAt = Infinity;
    this.now = now;
    if (this.off !== undefined) return -1;
    const hart = this.alone(now);
    if (hart < 0) return -1;
    const { state } = this.options.harts;
    const base = hart << HART_SHIFT;
    let end = until;
    for (let other = 0; other < state.count; other++) {
      if (other !== hart) end = Math.min(end, state.next[other << HART_SHIFT]);
    }
    if (end - state.next[base] < WORTH) return -1;
    if (now < this.pauses.until) {
      this.askAgainAt = this.pauses.until;
      return -1;
    }
    this.closeStale();
    const { eager, harts } = this.options;
    const { codeCache } = harts;
    const { generation, tcdmCodeEnd } = codeCache;
    const stay = this.regions.size === 0 || this.vain > TIRED || !this.earned;
    const isHead = eager || stay || state.pc[base] === this.leftTo;
    const region = this.seeker.seek(hart, end, isHead ? 'function' : 'none', stay);
    if (region === 'stuck') {
      this.left = true;
      this.pauses.judge(state.next[base], now);
      return state.next[base];
    }
    // On the way there code was changed, or looked at where regions would still store: they are dropped before they run.
    if (codeCache.generation !== generation || codeCache.tcdmCodeEnd !== tcdmCodeEnd) {
      this.left = false;
      return state.next[base];
    }
    const start = state.next[base];
    const ran = region !== undefined && this.enter(region, hart, end);
    if (!ran) {
      this.vain = Math.min(this.vain + 1, MOST_VAIN);
      if (this.holds(hart)) {
        this.left = false;
        this.resumeAt = state.next[base] + (this.earned ? SHORT_HOLD : HOLD);
        this.earnings.hold(this.resumeAt - now, 1);
        return state.next[base];
      }
      this.askAgainAt = now + (eager ? LEAST_PATIENCE : PATIENCE << (this.vain >> 3));
      return -1;
    }
    this.vain = 0;
    this.earnings.ran(state.next[base] - start);
    this.pauses.judge(state.next[base], now);
    return state.next[base];
  }

  /** Whether the interpreter goes on for a while, until regions are earned: their code is better than that of segments, and there is less of it. */
  private holds(hart: number): boolean {
    const { harts, reader } = this.options;
    if (this.vain > MOST_HELD || !this.earnings.mayHold(this.now, 1)) return false;
    const step = reader.at(harts.state.pc[hart << HART_SHIFT]);
    return step !== undefined && this.maker.isFetched(hart, step);
  }

  private at(hart: number, pc: number, head: Head): Region | undefined {
    const known = this.regions.at(pc);
    if (known !== undefined) return this.newest(hart, known);
    const isWanted = this.wanted.has(pc);
    if (head === 'none' && !isWanted) return undefined;
    if (!this.earned || !this.regions.mayTranslate(pc)) return undefined;
    const heat = head === 'loop' ? this.loopHeat : this.heat;
    if (!isWanted && !heat.add(pc)) return undefined;
    return this.translate(hart, pc, this.regions);
  }

  /** A region that is known, or what it becomes when it is to be translated again. */
  private newest(hart: number, known: Region): Region | undefined {
    if (!known.stale || !this.earned) return known;
    const table = this.tableOf(known);
    this.replaced.push(known);
    const newer = this.translate(hart, known.pc, table);
    if (newer?.resembles(known) === true) newer.finish();
    if (newer !== undefined) return newer;
    // More code than a region may have; or all of them were dropped.
    if (table.at(known.pc) !== known) return undefined;
    known.finish();
    return known;
  }

  private tableOf({ fetches }: Region): RegionTable {
    return fetches ? this.fetching : this.regions;
  }

  private translate(
    hart: number,
    pc: number,
    table: RegionTable,
    whole = false,
  ): Region | undefined {
    const { fetches } = table;
    if (this.regions.size + this.fetching.size >= MOST_REGIONS && !this.dropSoon())
      return undefined;
    const version = table.nextVersion(pc);
    const alone = this.effects.ownsBanks(hart) ? 'plain' : 'tracking';
    const variant = fetches ? 'fetching' : this.booking ? 'booking' : alone;
    const harts = this.booking ? this.bookingHarts : 1 << hart;
    const limits = this.limits(table);
    const region = this.maker.make(hart, pc, version, variant, harts, this.booking, whole, limits);
    if (region === 'cut') return undefined;
    this.earnings.spend();
    table.count(pc);
    if (region === undefined) return undefined;
    if (!region.join(this.links)) {
      if (!this.dropSoon()) return undefined;
      region.join(this.links);
    }
    // An older one would count where nobody asks any more.
    this.links.open(pc, 0, fetches);
    table.put(pc, region);
    this.translated++;
    return region;
  }

  /** Where a region ends: harts that book come to stand in many places. */
  private limits(table: RegionTable): Pick<RegionSource, 'most' | 'isHead'> {
    const most = sizeOf(this.booking ? table.size : 0);
    const leads = most !== sizeOf(0);
    return { most, isHead: (pc) => leads && table.at(pc)?.stale === false };
  }

  /** Whether so much has run that one more translation will not be felt. */
  get earned(): boolean {
    return this.earnings.has(this.now);
  }

  /** Regions that may be translated again now are found when a hart comes to them. */
  private closeStale(): void {
    for (const table of this.tables)
      if (table.hasStale && this.earned) table.closeStale(this.links);
  }

  /** Whether all lines of a region are in the instruction cache of a hart: while it is alone in there they stay. */
  private isResident(region: Region, hart: number): boolean {
    const { icache, harts } = this.options;
    if (icache === undefined) return true;
    const epoch = harts.state.fetchEpoch[hart << HART_SHIFT];
    if (region.epochs[hart] === epoch) return true;
    const { resident, isEnabled } = icache;
    if (!isEnabled) return false;
    for (const line of region.lines) if (((resident[line] >>> hart) & 1) === 0) return false;
    region.epochs[hart] = epoch;
    return true;
  }

  /**
   * The region at the place of a hart that books its accesses, ready to run; it is translated when that is earned.
   * `known`: it is known what is in its instruction cache.
   */
  forBooking(hart: number, pc: number, known: boolean): Region | undefined {
    this.closeStale();
    const region = (known ? this.hitting(hart, pc) : undefined) ?? this.missing(hart, pc);
    if (region === undefined || this.isLate(region, hart)) return undefined;
    this.admit(region, hart);
    this.runner.prepare(region, region.fetches ? 'fetching' : 'booking');
    return region;
  }

  /** The one whose fetches all hit. */
  private hitting(hart: number, pc: number): Region | undefined {
    let region = this.regions.at(pc);
    if (region?.stale === true && this.earned) region = this.newest(hart, region) ?? region;
    if (region === undefined) {
      const mayHit = this.mayHit(hart, pc);
      if (mayHit === 'no') return undefined;
      this.lacked ||= !this.earned;
      if (!this.earned || !this.regions.mayTranslate(pc)) return undefined;
      region = this.translate(hart, pc, this.regions, mayHit === 'whole');
    }
    return region !== undefined && this.isResident(region, hart) ? region : undefined;
  }

  /** Whether a region whose fetches all hit is worth while: in any case, or if it is not smaller because of that. */
  private mayHit(hart: number, pc: number): 'yes' | 'whole' | 'no' {
    if (!this.books) return 'yes';
    const step = this.options.reader.at(pc);
    if (step === undefined || !this.maker.isFetched(hart, step)) return 'no';
    const other = this.fetching.at(pc);
    if (this.options.eager) return 'yes';
    if (other === undefined) return 'whole';
    const epoch = this.options.harts.state.fetchEpoch[hart << HART_SHIFT];
    if (other.epochs[hart] === epoch) other.hits++;
    other.epochs[hart] = epoch;
    return other.hits >= OFTEN_HIT ? 'yes' : 'no';
  }

  /** The one that books its fetches. */
  private missing(hart: number, pc: number): Region | undefined {
    if (!this.books || this.options.icache?.isEnabled !== true) return undefined;
    const region = this.fetching.at(pc);
    if (region !== undefined) return this.newest(hart, region);
    this.lacked ||= !this.earned;
    if (!this.earned || !this.fetching.mayTranslate(pc)) return undefined;
    return this.translate(hart, pc, this.fetching);
  }

  /** Whether fetches are put in their order. */
  get books(): boolean {
    const { icache } = this.options;
    // A fetch of two lines may be repeated only if neither pushes out the other.
    return (
      icache !== undefined && icache.resident.length <= FETCH_LINES && icache.privates.sets > 2
    );
  }

  /** Instruction caches are as they were before: what was seen in them is no longer known. */
  forgetEpochs(): void {
    for (const table of this.tables) for (const region of table.all()) region.epochs.length = 0;
    this.links.forgetEpochs();
  }

  // --- Running -------------------------------------------------------------------------------

  private enter(region: Region, hart: number, end: number): boolean {
    const { state } = this.options.harts;
    const base = hart << HART_SHIFT;
    const begun = state.next[base];
    const cycles = Math.min(end - begun, VISIT) - region.longest;
    if (cycles < WORTH) return false;
    if (!this.isResident(region, hart)) {
      if (++region.refused >= MOST_REFUSALS) this.tableOf(region).retire(region);
      return false;
    }
    region.refused = 0;
    if (this.isLate(region, hart)) return false;
    this.admit(region, hart);
    const { words, frameAt, links, runner } = this;
    words[frameAt + (frame.limit >> 2)] = words[frameAt + (frame.start >> 2)] = 0;
    const epoch = state.fetchEpoch[base];
    links.begin(region.number, cycles + region.longest, hart, epoch);
    const variant = this.effects.ownsBanks(hart) ? 'plain' : 'tracking';
    runner.prepare(region, variant);
    const exit = runner.run(hart, variant, (base << 2) + state.words.byteOffset);
    const control = links.controls[hart];
    const last = links.regionOf(control);
    const { account, kind } = last.exits[exit];
    const elapsed = control[link.elapsed];
    const time = elapsed + last.account(exit, words, frameAt, hart);
    rememberJumps(last.findJumps(exit, words, frameAt, control, 0), state, hart);
    state.next[base] = begun + time;
    state.pc[base] = last.exits[exit].pc;
    state.waited[base] = account.waited;
    // A jump that waited hides only if its register was there before it came.
    if (account.ready !== UNKNOWN && account.ready >= account.time)
      state.jalrReady[base] = state.next[base] + account.ready - account.time;
    if (account.lastStall >= 0) state.lastStall[base] = account.lastStall;
    if (kind === 'jump') this.effects.jumped(hart, words[frameAt + (frame.target >> 2)]);
    this.effects.addLinked(hart, words, frameAt, control);
    this.effects.grant(control, hart);
    this.visits++;
    const pc = state.pc[base];
    this.leftTo = pc;
    // Whatever happens, the next visit must not begin where this one did.
    this.left = kind === 'side' || time === 0;
    if (this.left && kind === 'side') this.seeker.leave(hart);
    if (kind === 'late') this.wanted.add(pc);
    else if (kind === 'side') this.sawSide(last, pc);
    else this.sawCold(last, exit, hart, pc);
    return true;
  }

  /** Others may lead to a region from now on, while the caches of the hart are as they are. */
  private admit(region: Region, hart: number): void {
    const { links } = this;
    links.admit(region.number, hart, this.options.harts.state.fetchEpoch[hart << HART_SHIFT]);
    const straddles = splits(this.options.reader, region.pc);
    links.open(region.pc, region.number, region.fetches, straddles);
  }

  /** The first jump back after a flush of the pipeline may cost a cycle: the interpreter knows. */
  private isLate(region: Region, hart: number): boolean {
    const flushed = this.options.harts.state.afterFlush[hart << HART_SHIFT];
    return region.loopEnds.some((pc) => flushed === pc || flushed === ((pc - 4) | 0));
  }

  /** The hart goes on at `pc`, which is no part of the region. */
  sawCold(region: Region, exit: number, hart: number, pc: number): void {
    const { harts, reader } = this.options;
    const { kind, pc: from } = region.exits[exit];
    const step = reader.at(pc);
    if (kind === 'jump') this.maker.learn(from, pc);
    else if (step?.row.timing === 'jalr') {
      const base = harts.state.registers[(hart << HART_SHIFT) + step.rs1];
      this.maker.learn(pc, (base + step.imm) & -2);
    }
    const isMany = this.booking && this.tableOf(region).size > MOST_BETTERED;
    if (!region.isCold(exit) && !isMany) return;
    // Else whatever follows is linked: that is nearly as good.
    if (this.earned && !isMany) this.tableOf(region).retire(region);
    else region.finish();
  }

  /** The hart stands before an instruction of the interpreter: or is it a load of L2, which is known now? */
  sawSide(region: Region, pc: number): void {
    const step = this.options.reader.at(pc);
    if (step !== undefined && this.maker.isOuter(step) && !region.outerLoads.has(pc))
      this.tableOf(region).retire(region);
  }
}
