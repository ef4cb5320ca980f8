import type { Interpreter } from '../hart/generated/execute.js';
import type { Harts } from '../hart/harts.js';
import { HART_SHIFT } from '../hart/slot.js';
import { HORIZON, mode, NOW, phase, stall, UNTIL } from '../hart/state.js';
import type { InstructionCache } from '../icache/instruction-cache.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import type { SharedArena } from '../memory/arena.js';
import { exported, FunctionBody, ModuleBuilder, Type, wasmHost } from '../wasm/index.js';
import { Heat } from './heat.js';
import type { LoopTable } from './loops.js';
import type { TranslatorArrays } from './layout.js';
import { Region } from './region.js';
import { RegionEmitter } from './region-emitter.js';
import { Flow } from './region-flow.js';
import { RegionGraph, type RegionSource } from './region-graph.js';
import { Shape } from './region-shape.js';
import { frame } from './region-writer.js';
import type { Leaves } from './tiers.js';
import type { Step, StepReader } from './tree.js';

export interface RegionsOptions {
  readonly harts: Harts;
  readonly interpreter: Interpreter;
  readonly crossbar: Crossbar;
  readonly arena: SharedArena;
  readonly arrays: TranslatorArrays;
  readonly icache: InstructionCache | undefined;
  readonly reader: StepReader;
  readonly loops: LoopTable;
  readonly eager: boolean;
  /** Counts by reason. */
  readonly leaves: Leaves;
  /** Whether a hart would make a plain access to the TCDM. */
  readonly reaches: (hart: number, step: Step) => boolean;
}

/** Cycles of one run at most: the host then may put better code in its place. */
const VISIT = 1_000_000;
/** Cycles for which a region is worth while beyond those it may need to come back. */
const WORTH = 64;
/** Others must leave a hart alone for so many cycles. */
const ALONE = 1024;
/** Cycles that other tiers run before a region is looked for again. */
const PATIENCE = 16_384;
const LEAST_PATIENCE = 64;
const MOST_VAIN = 48;
/** Visits in vain after which regions are only looked for where the hart stands. */
const TIRED = 16;
/** Cycles of a visit that is worth while, how many may be shorter, and cycles without any then. */
const SHORT = 48;
const MOST_SHORT = 16;
const PAUSE = 4096;
const LONGEST_PAUSE = 1 << 20;
/** Translations that are free, and cycles in regions after which there may be one more: they cost a millisecond each. */
const FREE = 64;
const EARNED = 500_000;
/** Cycles of any kind after which there may be one more: else code that changes often would lose its regions for good. */
const EVEN_SO = 10_000_000;
const MOST_REGIONS = 256;
const MOST_VERSIONS = 6;
const MOST_REFUSALS = 16;
/** Instructions that the interpreter steps on to find a region. */
const SEEK = 100;

export type RegionsOff = 'div_base' | 'round-robin' | 'banks';

/** Runs a hart that is alone: no request waits, so time is known when code is translated. */
export class Regions {
  /** Instructions that left decode in regions, settled ones only. */
  instructions = 0;
  visits = 0;
  translated = 0;
  codeBytes = 0;
  /** The cycle after which the other tiers give up, when no region ran. */
  askAgainAt = Infinity;
  /** Whether the instruction at the end of a run is for the interpreter. */
  left = false;
  private readonly regions = new Map<number, Region>();
  private readonly versions = new Map<number, number>();
  private readonly targets = new Map<number, Set<number>>();
  private readonly heat: Heat;
  private readonly wanted = new Set<number>();
  private readonly body = new FunctionBody();
  private readonly builder = new ModuleBuilder();
  private readonly emitter: RegionEmitter;
  private readonly words: Int32Array;
  private readonly frameAt: number;
  /** What of the configuration leaves harts that are alone to segments. */
  readonly off: RegionsOff | undefined;
  private vain = 0;
  private attempts = 0;
  /** Cycles that were executed here. */
  private cycles = 0;
  private now = 0;
  private short = 0;
  private pause = PAUSE;
  private pausedUntil = 0;

  constructor(private readonly options: RegionsOptions) {
    const { harts, arrays, crossbar, eager } = options;
    const { timing, tcdm } = harts;
    this.emitter = new RegionEmitter(this.body, {
      divBase: timing.div_base,
      tcdmAt: tcdm.u8.byteOffset,
      frameAt: arrays.frame.byteOffset,
      bankBitsAt: arrays.banksAt,
      banks: crossbar.banks,
      tcdm: { base: tcdm.base, size: tcdm.size },
    });
    this.words = new Int32Array(arrays.frame.buffer);
    this.frameAt = arrays.frame.byteOffset >> 2;
    this.heat = new Heat(eager ? 1 : 2);
    // A division must take longer than what hides behind it; the flags of banks are bits of one word.
    if (timing.div_base < 2) this.off = 'div_base';
    else if (!crossbar.fair) this.off = 'round-robin';
    else if (crossbar.banks > 32) this.off = 'banks';
  }

  reset(): void {
    this.instructions = this.visits = 0;
    this.attempts = this.cycles = this.short = this.pausedUntil = 0;
    this.pause = PAUSE;
  }

  drop(): void {
    this.settle();
    this.regions.clear();
    this.versions.clear();
    this.heat.clear();
    this.wanted.clear();
    this.targets.clear();
    this.vain = 0;
  }

  settle(): void {
    for (const region of this.regions.values()) this.settleRegion(region);
  }

  private settleRegion(region: Region): void {
    this.instructions += region.settle(this.options.harts.state.numbers);
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
    if (now < this.pausedUntil) {
      this.askAgainAt = this.pausedUntil;
      return -1;
    }
    const { codeCache } = this.options.harts;
    const { generation, tcdmCodeEnd } = codeCache;
    const region = this.findRegion(hart, end);
    if (region === 'stuck') {
      this.left = true;
      this.judge(state.next[base], now);
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
      this.askAgainAt = now + (this.options.eager ? LEAST_PATIENCE : PATIENCE << (this.vain >> 3));
      return -1;
    }
    this.vain = 0;
    this.cycles += state.next[base] - start;
    this.judge(state.next[base], now);
    return state.next[base];
  }

  /** Where visits are short, coming and going costs more than they gain. */
  private judge(reached: number, now: number): void {
    if (this.options.eager) return;
    if (reached - now >= SHORT) {
      this.short = 0;
      this.pause = PAUSE;
    } else if (++this.short >= MOST_SHORT) {
      this.short = 0;
      this.pausedUntil = reached + this.pause;
      this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
    }
  }

  /** Counts why the interpreter has to go on. */
  private leave(hart: number): void {
    const { harts, reader, leaves } = this.options;
    const step = reader.at(harts.state.pc[hart << HART_SHIFT]);
    if (step?.probed === true) leaves.probe++;
    else if (step && !this.isFetched(hart, step)) leaves.fetch++;
    else if (step?.row.memory !== undefined && step.row.timing !== 'event-load') leaves.outer++;
    else leaves.system++;
  }

  /** Whether a hart is at the beginning of an instruction, and nothing hangs over from before. */
  private isClean(hart: number): boolean {
    const { state } = this.options.harts;
    const base = hart << HART_SHIFT;
    return (
      state.mode[base] === mode.running &&
      state.phase[base] === phase.simple &&
      state.attention[base] === 0 &&
      state.waited[base] === 0 &&
      state.jalrReady[base] <= state.next[base]
    );
  }

  /**
   * The region at the place of a hart, or soon behind it: the interpreter then goes there. `stuck` when an
   * instruction comes before that only the interpreter executes.
   */
  private findRegion(hart: number, end: number): Region | 'stuck' | undefined {
    const { state } = this.options.harts;
    const base = hart << HART_SHIFT;
    for (let steps = 0; steps < SEEK; steps++) {
      if (end - state.next[base] < WORTH) return undefined;
      if (this.isClean(hart)) {
        const pc = state.pc[base];
        const region = this.at(hart, pc, steps === 0);
        if (region !== undefined) return region;
        if (this.regions.size === 0 || this.vain > TIRED) return undefined;
      }
      if (!this.step(hart)) {
        this.leave(hart);
        return 'stuck';
      }
    }
    return undefined;
  }

  private at(hart: number, pc: number, first: boolean): Region | undefined {
    const known = this.regions.get(pc);
    if (known !== undefined) {
      if (!known.stale || !this.earned) return known;
      this.settleRegion(known);
      this.regions.delete(pc);
      const newer = this.translate(hart, pc);
      if (newer === undefined) return this.keep(known);
      newer.final = newer.resembles(known);
      return newer;
    }
    if (!first || (this.versions.get(pc) ?? 0) >= MOST_VERSIONS) return undefined;
    if (!this.earned) return undefined;
    if (!this.wanted.has(pc) && !this.heat.add(pc)) return undefined;
    return this.translate(hart, pc);
  }

  /** Whether so much has run that one more translation will not be felt. */
  private get earned(): boolean {
    const earned = this.cycles / EARNED + this.now / EVEN_SO;
    return this.options.eager || this.attempts < FREE + earned;
  }

  private keep(region: Region): Region {
    region.stale = false;
    region.final = true;
    this.regions.set(region.pc, region);
    return region;
  }

  /** The interpreter executes one instruction that only touches the hart and the TCDM; false when it is another one. */
  private step(hart: number): boolean {
    const { harts, interpreter, reader, reaches } = this.options;
    const { state } = harts;
    const base = hart << HART_SHIFT;
    if (state.mode[base] !== mode.running || state.attention[base] !== 0) return false;
    const step = reader.at(state.pc[base]);
    if (step === undefined || step.probed || !this.isFetched(hart, step)) return false;
    const { memory, timing } = step.row;
    if (
      memory !== undefined ? timing === 'event-load' || !reaches(hart, step) : !plain.has(timing)
    ) {
      return false;
    }
    const { clock } = state;
    clock[NOW] = state.next[base];
    clock[UNTIL] = clock[HORIZON] = state.next[base] + 1;
    interpreter.rounds(false);
    return true;
  }

  private isFetched(hart: number, { pc, after }: Step): boolean {
    const { icache, harts } = this.options;
    if (icache === undefined) return true;
    const { codeCache } = harts;
    return (
      icache.hits(hart, codeCache.indexOf(pc)) && icache.hits(hart, codeCache.indexOf(after - 2))
    );
  }

  /** Whether all lines of a region are in the instruction cache of a hart: while it is alone in there they stay. */
  private isResident(region: Region, hart: number): boolean {
    const { icache, harts } = this.options;
    if (icache === undefined) return true;
    const epoch = harts.state.fetchEpoch[hart << HART_SHIFT];
    if (region.checkedFor === hart && region.epoch === epoch) return true;
    const { resident, isEnabled } = icache;
    if (!isEnabled) return false;
    for (const line of region.lines) if (((resident[line] >>> hart) & 1) === 0) return false;
    region.checkedFor = hart;
    region.epoch = epoch;
    return true;
  }

  // --- Running -------------------------------------------------------------------------------

  private enter(region: Region, hart: number, end: number): boolean {
    const { state } = this.options.harts;
    const base = hart << HART_SHIFT;
    const begun = state.next[base];
    const cycles = Math.min(end - begun, VISIT) - region.longest;
    if (cycles < WORTH) return false;
    if (!this.isResident(region, hart)) {
      if (++region.refused >= MOST_REFUSALS && region.version < MOST_VERSIONS) region.stale = true;
      return false;
    }
    region.refused = 0;
    if (this.isLate(region, hart)) return false;
    region.belongTo(hart, () => this.settleRegion(region));
    const { words, frameAt } = this;
    words[frameAt + (frame.limit >> 2)] = 0;
    words[frameAt + (frame.limit >> 2) + 1] = cycles << 10;
    const tracking = !this.ownsBanks(hart);
    const exit = region.run(tracking, (base << 2) + state.words.byteOffset);
    const { pc, account, kind } = region.exits[exit];
    const time = region.account(exit, words, frameAt, state);
    state.next[base] = begun + time;
    state.pc[base] = pc;
    state.waited[base] = account.waited;
    if (account.owed > 0) state.jalrReady[base] = state.next[base] + account.owed;
    if (account.lastStall >= 0) state.lastStall[base] = account.lastStall;
    state.stalls[base + stall.div] += words[frameAt + (frame.divisions >> 2)];
    this.grant(hart);
    this.visits++;
    // Whatever happens, the next visit must not begin where this one did.
    this.left = kind === 'side' || time === 0;
    if (this.left && kind === 'side') this.leave(hart);
    if (kind === 'late') this.wanted.add(pc);
    else if (kind === 'cold') this.sawCold(region, exit, hart, pc);
    return true;
  }

  /** The first jump back after a flush of the pipeline may cost a cycle: the interpreter knows. */
  private isLate(region: Region, hart: number): boolean {
    const flushed = this.options.harts.state.afterFlush[hart << HART_SHIFT];
    return region.loopEnds.some((pc) => flushed === pc || flushed === ((pc - 4) | 0));
  }

  private sawCold(region: Region, exit: number, hart: number, pc: number): void {
    const { harts, reader } = this.options;
    const step = reader.at(pc);
    if (step?.row.timing === 'jalr') {
      const from = harts.state.registers[(hart << HART_SHIFT) + step.rs1];
      const seen = this.targets.get(pc) ?? new Set();
      seen.add((from + step.imm) & -2);
      this.targets.set(pc, seen);
    }
    if (!region.final && region.isCold(exit) && region.version < MOST_VERSIONS) region.stale = true;
  }

  /** Whether the last grant of each bank was that of a hart. */
  private ownsBanks(hart: number): boolean {
    const { pointers, banks } = this.options.crossbar;
    for (let bank = 0; bank < banks; bank++) if (pointers[bank] !== hart) return false;
    return true;
  }

  /** What each grant of a bank leaves behind in its arbiter. */
  private grant(hart: number): void {
    const { crossbar } = this.options;
    const odd = this.words[this.frameAt + (frame.odd >> 2)];
    const granted = this.words[this.frameAt + (frame.granted >> 2)];
    const { pointers, sides } = crossbar;
    for (let rest = granted; rest !== 0; rest &= rest - 1)
      pointers[31 - Math.clz32(rest & -rest)] = hart;
    for (let rest = odd; rest !== 0; rest &= rest - 1) sides[31 - Math.clz32(rest & -rest)] ^= 1;
  }

  // --- Translating ---------------------------------------------------------------------------

  private translate(hart: number, pc: number): Region | undefined {
    const { harts, reader, loops, eager } = this.options;
    const { codeCache, timing } = harts;
    if (this.regions.size >= MOST_REGIONS) this.drop();
    this.attempts++;
    const version = (this.versions.get(pc) ?? 0) + 1;
    this.versions.set(pc, version);
    loops.learn();
    const { generation } = codeCache;
    const source: RegionSource = {
      reader,
      timing,
      fetched: (step) => this.isFetched(hart, step),
      targets: (at) => this.targets.get(at) ?? none,
    };
    const graph = RegionGraph.grow(source, pc);
    // A loop that was found there changes the code.
    if (graph === undefined || codeCache.generation !== generation) return undefined;
    const shape = new Shape(graph.blocks);
    // Where a computed jump goes is learnt by running up to it.
    const open = graph.blocks.some(({ end }) => end.kind === 'jalr' && end.targets.length === 0);
    if (!shape.loops && !open && !eager) return undefined;
    const flow = new Flow(graph.blocks, shape.depths, [...shape.tight.values()]);
    const emit = (tracking: boolean) => {
      // Looking at the code of the region may have moved the end.
      this.emitter.codeEnd = Math.min(harts.tcdmCodeEnd, 0x7fffffff);
      this.emitter.tracking = tracking;
      return this.emitter.emit(graph, shape, flow, reader, timing);
    };
    const emitted = emit(false);
    if (emitted === undefined) return undefined;
    const region = new Region(
      pc,
      (tracking) => {
        emit(tracking);
        return this.compile();
      },
      this.linesOf(graph),
      [...graph.steps].filter(({ endsLoop }) => endsLoop).map((step) => step.pc),
      [...this.emitter.exits],
      graph.blocks,
      flow,
      emitted,
      version,
    );
    this.regions.set(pc, region);
    this.translated++;
    return region;
  }

  private compile() {
    const { builder, options } = this;
    const host = wasmHost()!;
    const memory = options.arena.memory!;
    const pages = memory.buffer.byteLength >> 16;
    builder.clear();
    builder.importMemory('machine', 'memory', { min: pages, max: pages });
    const type = builder.type([Type.i32], [Type.i32]);
    builder.exportFunction('run', builder.code(type, this.body));
    const bytes = builder.finish();
    this.codeBytes += bytes.length;
    const { exports } = new host.Instance(new host.Module(bytes), { machine: { memory } });
    return exported(exports, 'run');
  }

  private linesOf(graph: RegionGraph): Int32Array {
    const { icache, harts } = this.options;
    const lines = new Set<number>();
    if (icache !== undefined) {
      for (const { pc, after } of graph.steps) {
        lines.add(harts.codeCache.indexOf(pc) >>> icache.lineShift);
        lines.add(harts.codeCache.indexOf(after - 2) >>> icache.lineShift);
      }
    }
    return Int32Array.from(lines);
  }
}

const none: ReadonlySet<number> = new Set();
const plain = new Set(['alu', 'mul', 'mulh', 'div', 'branch', 'jump', 'jalr']);
