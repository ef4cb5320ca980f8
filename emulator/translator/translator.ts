import type { Interpreter } from '../hart/generated/execute.js';
import type { Harts } from '../hart/harts.js';
import { HART_SHIFT } from '../hart/slot.js';
import type { InstructionCache } from '../icache/instruction-cache.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import type { SharedArena } from '../memory/arena.js';
import type { Memory } from '../memory/memory.js';
import { Assist } from './assist.js';
import { Budget } from './budget.js';
import { CodeStore } from './code-store.js';
import { Demand } from './demand.js';
import { Ends } from './ends.js';
import { Fetches } from './fetches.js';
import { Handover, type Left } from './handover.js';
import { control, laneShiftOf, MAX_HARTS, PATH_BLOCK, TranslatorArrays, WHEEL } from './layout.js';
import { LoopTable } from './loops.js';
import { DYNAMIC, Paths } from './path.js';
import { Phases } from './phases.js';
import { Regions } from './regions.js';
import { Rewinder } from './rewinder.js';
import { compileScheduler } from './scheduler.js';
import type { WasmModule } from '../wasm/index.js';
import type { Leaves } from './tiers.js';
import { privateTimings, StepReader } from './tree.js';

export interface TranslatorOptions {
  readonly harts: Harts;
  readonly interpreter: Interpreter;
  readonly crossbar: Crossbar;
  readonly l2: Memory;
  /** Cycles of an access of the cluster to it. */
  readonly l2Latency: number;
  readonly arena: SharedArena;
  /** Translate at first sight, and go on with translated code as soon as possible: for tests. */
  readonly eager: boolean;
  /** Instructions that the interpreter executes before anything is translated. */
  readonly after: number;
  /** Undefined when every fetch hits. */
  readonly icache: InstructionCache | undefined;
  readonly sizes: {
    readonly harts: number;
    readonly tcdm: { readonly size: number; readonly banks: number; readonly masters: number };
    readonly l2: { readonly size: number };
  };
}

/** Cycles of one visit to translated code at most: the host then may put better code in its place. */
const VISIT = 1_000_000;
/** Cycles that the interpreter keeps going where code is not translated. */
const HOLD = 48;
const SHORTEST_VISIT = 16;
/** Cycles of a visit that is worth while, and how many may be shorter. */
const WORTH = 48;
const PATIENCE = 16;
const PAUSE = 512;
const LONGEST_PAUSE = 16_384;
/** Functions beyond which code is made compact: the host's caches have to hold it. Tests see both. */
const COMPACT = 768;
const COMPACT_EAGER = 24;
/**
 * Cycles after which the counters of paths are added up: they have 32 bits, and `walked`, to which each turn of a path may
 * add as much as L2 has bytes (2^26), is exact up to 2^53.
 */
const SETTLE = 2 ** 26;
/** Cycles that the interpreter executes first, and between two looks whether it is time to begin. */
const FIRST = 1024;
/** Leaves at ends of loops that became known late before all is translated anew: tests see both kinds of code. */
const LATE_EAGER = 2;

/** Runs harts by translated code. Any cycle can be the last one of a visit, and state is then as the interpreter's. */
export class Translator {
  readonly leaves: Leaves = { untranslated: 0, system: 0, outer: 0, fetch: 0, probe: 0, held: 0 };
  /** Instructions that left decode in translated code, settled ones only. */
  instructions = 0;
  visits = 0;
  /** Cycles for which it is worth while to go over to translated code. */
  readonly shortestVisit: number;
  private readonly firstVisit: number;
  drops = 0;
  /** First cycle in which translated code may go on. */
  resumeAt: number;
  readonly store: CodeStore;
  readonly assist: Assist;
  private readonly arrays: TranslatorArrays;
  private readonly paths = new Paths();
  private readonly reader: StepReader;
  private readonly loops: LoopTable;
  private readonly demand: Demand;
  private readonly budget: Budget;
  private readonly rewinder: Rewinder;
  readonly regions: Regions;
  readonly phases: Phases;
  private readonly fetches: Fetches;
  private readonly count: number;
  private readonly handover: Handover;
  private generation = -1;
  private codeEnd = 0;
  /** Visits in a row that were short, and cycles of the next pause. */
  private short = 0;
  private pause = PAUSE;
  /** More is known of the code than its translation used: enough to translate all of it anew. */
  private stale = false;
  /** Ends of loops that became known late, and how often translated code ended there since. */
  private readonly lateEnds = new Set<number>();
  private lateLeaves = 0;
  private settledAt = 0;
  /** Too little was executed yet for translated code to be worth while. */
  waits = false;
  private begun = false;

  /** Undefined where the host has no WebAssembly, or the machine more harts than the wheel has bits. */
  static create(options: TranslatorOptions): Translator | undefined {
    if (options.arena.memory === undefined || options.sizes.harts > MAX_HARTS) return undefined;
    return new Translator(options);
  }

  private constructor(private readonly options: TranslatorOptions) {
    const { harts, crossbar, arena, sizes } = options;
    const { state } = harts;
    this.count = sizes.harts;
    this.shortestVisit = options.eager ? 1 : SHORTEST_VISIT;
    this.resumeAt = this.firstVisit = options.eager ? 0 : FIRST;
    this.arrays = new TranslatorArrays(sizes, arena, state.words.byteOffset);
    this.loops = new LoopTable(harts.codeCache, harts.loops);
    this.fetches = new Fetches(options.icache, harts.codeCache);
    this.reader = new StepReader(harts.codeCache, this.loops);
    const pages = arena.memory!.buffer.byteLength >> 16;
    const { tcdm } = harts;
    const { l2, icache } = options;
    const places = {
      arrays: this.arrays,
      laneShift: laneShiftOf(sizes.harts),
      wordsAt: state.words.byteOffset,
      numbersAt: state.numbers.byteOffset,
      tcdmAt: tcdm.u8.byteOffset,
      l2At: l2.u8.byteOffset,
      tcdm: { base: tcdm.base, size: tcdm.size },
      l2: { base: l2.base, size: l2.size },
    };
    const scheduler = (): WasmModule =>
      compileScheduler(
        {
          ...places,
          pointersAt: crossbar.pointers.byteOffset,
          sidesAt: crossbar.sides.byteOffset,
          conflictsAt: crossbar.conflictsPerBank.byteOffset,
          harts: sizes.harts,
          banks: sizes.tcdm.banks,
          masters: sizes.tcdm.masters,
          fair: crossbar.fair,
          splitTarget: harts.timing.split_target,
          pages,
        },
        icache && { ...places, cache: icache },
      );
    this.store = new CodeStore(
      arena.memory!,
      this.arrays,
      {
        ...places,
        paths: this.paths,
        ends: new Ends(this.arrays),
        loops: this.loops,
        timing: harts.timing,
        fetch: icache && {
          residentAt: icache.resident.byteOffset,
          lineShift: icache.lineShift,
          sets: icache.privates.sets,
        },
      },
      this.reader,
      (pc) => harts.codeCache.indexOf(pc),
      scheduler,
      {
        assist: (hart, time) => this.assist.execute(hart, time),
        complete: (words, time) => this.assist.complete(words, time),
      },
      options.eager ? COMPACT_EAGER : COMPACT,
    );
    this.demand = new Demand(options.eager);
    this.budget = new Budget(
      state,
      () => {
        this.settle();
        return this.instructions + this.regions.instructions;
      },
      this.store,
      options.eager ? 0 : options.after,
    );
    this.rewinder = new Rewinder(options.harts, options.interpreter, this.arrays, this.paths);
    const { arrays, store, reader, demand, budget } = this;
    this.assist = new Assist({
      ...options,
      arrays,
      store,
      reader,
      fetches: this.fetches,
      demand,
      budget,
    });
    this.handover = new Handover({
      harts,
      crossbar,
      arrays,
      store,
      rewinder: this.rewinder,
      reader,
      fetches: this.fetches,
      assist: this.assist,
    });
    this.regions = new Regions({
      ...options,
      arrays: this.arrays,
      reader: this.reader,
      loops: this.loops,
      leaves: this.leaves,
      reaches: (hart, { word, imm }) => this.handover.address(hart, word, imm),
    });
    this.phases = new Phases({
      harts,
      interpreter: options.interpreter,
      crossbar,
      arena,
      arrays: this.arrays,
      reader: this.reader,
      regions: this.regions,
      icache: options.icache,
      eager: options.eager,
      takeBack: (hart, cycle) => this.takeBack(hart, cycle),
    });
    state.settle = () => this.settle();
    state.jumpsOf = (source, target) => {
      const jumps = [...this.paths.jumps(this.arrays.pathOf(target >>> 1))];
      if (jumps.at(-1) === DYNAMIC) jumps[jumps.length - 1] = source;
      return jumps;
    };
  }

  reset(): void {
    this.instructions = this.visits = this.assist.count = 0;
    this.regions.reset();
    this.phases.reset();
    this.budget.reset();
    this.begun = this.waits = false;
    this.rewinder.clear();
    this.resumeAt = this.firstVisit;
    // Cycles may be those of an earlier time, from a snapshot.
    this.settledAt = 0;
  }

  /** Adds what translated code counted in its own form to the counters of the harts. */
  settle(): void {
    this.regions.settle();
    const { counters } = this.arrays;
    const { numbers } = this.options.harts.state;
    const { size } = this.paths;
    for (let first = 0; first < size; first += PATH_BLOCK) {
      const paths = Math.min(size - first, PATH_BLOCK);
      for (let hart = 0; hart < this.count; hart++) {
        const at = this.arrays.counterIndex(hart, first) - first;
        for (let path = first; path < first + paths; path++) {
          const times = counters[at + path];
          if (times === 0) continue;
          counters[at + path] = 0;
          this.instructions += this.paths.apply(path, times, numbers, hart << HART_SHIFT);
        }
      }
    }
  }

  /** Takes a hart that ran ahead back: instructions from cycle `time` on have not happened. */
  takeBack(hart: number, time: number): void {
    this.rewinder.takeBack(hart, time);
  }

  private drop(tooMuch: boolean): void {
    this.regions.drop();
    this.settle();
    this.rewinder.clear();
    this.options.harts.state.writeJumps();
    this.store.drop();
    this.demand.narrow(tooMuch);
    this.assist.drop();
    this.lateEnds.clear();
    this.lateLeaves = 0;
    this.drops++;
  }

  private get codeEndNow(): number {
    return Math.min(this.options.harts.tcdmCodeEnd, 0x7fffffff);
  }

  /** Code is another one, or there is more of it in the TCDM, than functions were made for. */
  private get hasChanged(): boolean {
    return (
      this.generation !== this.options.harts.codeCache.generation ||
      this.codeEnd !== this.codeEndNow
    );
  }

  /** Code that was translated is not there any more, or translations have become too many. */
  private refresh(now: number): void {
    const stale = this.hasChanged || this.stale;
    this.stale = false;
    if (stale || !this.store.hasRoom) {
      for (let hart = 0; hart < this.count; hart++) this.takeBack(hart, now);
      this.drop(!stale);
    }
    this.generation = this.options.harts.codeCache.generation;
    this.codeEnd = this.codeEndNow;
    if (now - this.settledAt > SETTLE) {
      this.settle();
      this.settledAt = now;
    }
  }

  /** Runs cycles from `now` on; returns the first one, at most `until`, that is not done. */
  run(now: number, until: number): number {
    if (!this.begun) {
      this.begun = this.budget.begins(now);
      this.waits = !this.begun;
      if (this.waits) {
        this.resumeAt = now + FIRST;
        return now;
      }
    }
    this.refresh(now);
    const { state } = this.options.harts;
    const { next } = state;
    const alone = this.regions.run(now, until);
    if (alone >= 0) {
      const on = this.regions.left ? Math.max(this.resumeAt, alone + 1) : alone;
      this.resumeAt = Math.max(on, this.regions.resumeAt);
      return alone;
    }
    const together = this.phases.go(now, until);
    if (together >= 0) {
      this.resumeAt = Math.max(this.resumeAt, this.phases.resumeAt);
      return together;
    }
    this.arrays.origin[0] = now;
    const askAgainAt = Math.min(this.regions.askAgainAt, this.phases.askAgainAt(now));
    let end = Math.min(until, now + VISIT, askAgainAt);
    for (let hart = 0; hart < this.count; hart++) {
      const at = next[hart << HART_SHIFT];
      if (at !== Infinity && at - now > WHEEL / 2) end = Math.min(end, at);
    }
    this.visits++;
    this.arrays.control[control.codeEnd] = this.codeEnd;
    this.assist.begin(now, this.codeEnd);
    this.handover.begin(now, this.codeEnd);
    let entered = 0;
    for (let hart = 0; hart < this.count; hart++) {
      if (next[hart << HART_SHIFT] >= end) continue;
      this.handover.enter(hart);
      entered |= 1 << hart;
    }
    // Harts that entered may have looked at code of the TCDM into which functions would still store.
    if (this.hasChanged) end = now;
    const cycles = this.store.run(0, end - now);
    this.handover.endCycles(cycles);
    const reached = now + cycles;
    let left = false;
    for (let hart = 0; hart < this.count; hart++) {
      const stopped = (entered >>> hart) & 1 ? this.handover.exit(hart, reached) : undefined;
      if (stopped === undefined) continue;
      this.left(stopped);
      left = true;
    }
    this.resumeAt = left ? Math.max(this.resumeAt, reached + 1) : reached;
    this.judge(reached - now);
    return reached;
  }

  /** Where visits are short, coming and going costs more than they gain: then the interpreter goes on for a while. */
  private judge(cycles: number): void {
    if (this.options.eager) return;
    if (cycles >= WORTH) {
      this.short = 0;
      this.pause = PAUSE;
    } else if (++this.short >= PATIENCE) {
      this.short = 0;
      this.resumeAt += this.pause;
      this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
    }
  }

  /** Leaves that cost about as much as to make all functions again. */
  private get worthAnew(): number {
    return this.options.eager ? LATE_EAGER : this.store.infos.length / 4;
  }

  // --- Leaving -------------------------------------------------------------------------------

  /** Takes note of the loop that ends here, when it is not known: code at its end has to be translated again. */
  private learnLoop(hart: number, end: number): boolean {
    const { state } = this.options.harts;
    const base = hart << HART_SHIFT;
    let news = false;
    if (state.loopEnd0[base] === end && state.loopCount0[base] !== 0) {
      news = this.loops.note(0, state.loopStart0[base], end);
    }
    if (state.loopEnd1[base] === end && state.loopCount1[base] !== 0) {
      news = this.loops.note(1, state.loopStart1[base], end) || news;
    }
    return news;
  }

  /** Counts why, and translates what is hot. */
  private left({ hart, pc, now, settled }: Left): void {
    const { state } = this.options.harts;
    const step = this.reader.at(pc);
    if (state.attention[hart << HART_SHIFT] !== 0 || state.phase[hart << HART_SHIFT] !== 0) {
      this.leaves.held++;
      return;
    }
    if (step?.probed) {
      this.leaves.probe++;
      return;
    }
    if (step && !this.fetches.hit(hart, step)) {
      this.leaves.fetch++;
      return;
    }
    if (step?.endsLoop) {
      if (this.learnLoop(hart, step.after)) this.lateEnds.add(step.after);
      if (this.lateEnds.has(step.after)) {
        this.leaves.untranslated++;
        this.stale = ++this.lateLeaves >= this.worthAnew;
        return;
      }
    }
    const completes = step?.row.memory !== undefined && step.row.timing !== 'event-load';
    if (step === undefined || (!completes && !translatable.has(step.row.timing))) {
      this.leaves.system++;
      return;
    }
    const { demand, store } = this;
    // Behind a fetch, a load or store goes on from before its request.
    const root = { pc, completes: completes && !(settled && store.find(pc, false) === 0) };
    if (store.find(pc, root.completes) !== 0 && store.find(pc, false) !== 0) {
      this.leaves.outer++;
      return;
    }
    this.leaves.untranslated++;
    if (demand.add(root, store.modules)) {
      const most = this.budget.functions(now);
      if (most === 0) {
        // Until more is earned the interpreter is the fastest for code like this.
        this.resumeAt = Math.max(this.resumeAt, this.budget.lookAt);
        return;
      }
      store.translate(demand.take(most), most);
      if (store.find(pc, root.completes) !== 0) return;
    }
    this.resumeAt = Math.max(this.resumeAt, now + (this.options.eager ? 1 : HOLD));
  }
}

const translatable = new Set([...privateTimings, 'fence']);
