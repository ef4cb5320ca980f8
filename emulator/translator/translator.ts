import type { Interpreter } from '../hart/generated/execute.js';
import type { Harts } from '../hart/harts.js';
import {
  HART_SHIFT,
  RS1_SHIFT,
  RS2_SHIFT,
  RD_SHIFT,
  RD_MASK,
  REGISTER_MASK,
  rowOf,
} from '../hart/slot.js';
import { mode, phase, wordOffset } from '../hart/state.js';
import type { InstructionCache } from '../icache/instruction-cache.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import type { SharedArena } from '../memory/arena.js';
import type { Memory } from '../memory/memory.js';
import { CodeStore } from './code-store.js';
import { Heat } from './heat.js';
import {
  control,
  laneShiftOf,
  MAX_HARTS,
  MAX_PATHS,
  privateWord,
  TranslatorArrays,
  WHEEL,
} from './layout.js';
import { LoopTable } from './loops.js';
import { Paths } from './path.js';
import { Regions } from './regions.js';
import { Rewinder } from './rewinder.js';
import { schedulerModule } from './scheduler.js';
import type { Leaves } from './tiers.js';
import { StepReader, type Step } from './tree.js';

export interface TranslatorOptions {
  readonly harts: Harts;
  readonly interpreter: Interpreter;
  readonly crossbar: Crossbar;
  readonly l2: Memory;
  readonly arena: SharedArena;
  /** Translate at first sight, and go on with translated code as soon as possible: for tests. */
  readonly eager: boolean;
  /** Undefined when every fetch hits. */
  readonly icache: InstructionCache | undefined;
  readonly sizes: {
    readonly harts: number;
    readonly tcdm: { readonly size: number; readonly banks: number; readonly masters: number };
    readonly l2: { readonly size: number };
    readonly icache: { readonly line: number };
  };
}

const own = privateWord;
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
/** Room that a batch of functions needs at most. */
const BATCH_PATHS = 8192;

/** Runs harts by translated code. Any cycle can be the last one of a visit, and state is then as the interpreter's. */
export class Translator {
  readonly leaves: Leaves = { untranslated: 0, system: 0, outer: 0, fetch: 0, probe: 0, held: 0 };
  /** Instructions that left decode in translated code, settled ones only. */
  instructions = 0;
  visits = 0;
  /** Cycles for which it is worth while to go over to translated code. */
  readonly shortestVisit: number;
  drops = 0;
  /** First cycle in which translated code may go on. */
  resumeAt = 0;
  readonly store: CodeStore;
  private readonly arrays: TranslatorArrays;
  private readonly paths = new Paths();
  private readonly reader: StepReader;
  private readonly loops: LoopTable;
  private readonly heat: Heat;
  private readonly rewinder: Rewinder;
  readonly regions: Regions;
  private readonly words: Int32Array;
  private readonly count: number;
  private readonly laneShift: number;
  private generation = -1;
  private codeEnd = 0;
  /** Visits in a row that were short, and cycles of the next pause. */
  private short = 0;
  private pause = PAUSE;
  /** More is known of the code than its translation used. */
  private stale = false;
  /** Cycle that times in the shared memory count from. */
  private origin = 0;
  private settledAt = 0;
  /** Harts whose request had been refused when translated code was entered. */

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
    this.words = state.words;
    this.laneShift = laneShiftOf(sizes.harts);
    this.arrays = new TranslatorArrays(sizes, arena, state.words.byteOffset);
    this.loops = new LoopTable(harts.codeCache, harts.loops);
    this.reader = new StepReader(harts.codeCache, this.loops);
    const pages = arena.memory!.buffer.byteLength >> 16;
    const scheduler = schedulerModule({
      arrays: this.arrays,
      wordsAt: state.words.byteOffset,
      numbersAt: state.numbers.byteOffset,
      pointersAt: crossbar.pointers.byteOffset,
      sidesAt: crossbar.sides.byteOffset,
      conflictsAt: crossbar.conflictsPerBank.byteOffset,
      harts: sizes.harts,
      banks: sizes.tcdm.banks,
      masters: sizes.tcdm.masters,
      fair: crossbar.fair,
      pages,
    });
    const { tcdm } = harts;
    const { l2 } = options;
    this.store = new CodeStore(
      arena.memory!,
      this.arrays,
      {
        arrays: this.arrays,
        paths: this.paths,
        loops: this.loops,
        timing: harts.timing,
        numbersAt: state.numbers.byteOffset,
        wordsAt: state.words.byteOffset,
        historyAt: state.history.byteOffset,
        tcdmAt: tcdm.u8.byteOffset,
        l2At: l2.u8.byteOffset,
        laneShift: this.laneShift,
        tcdm: { base: tcdm.base, size: tcdm.size },
        l2: { base: l2.base, size: l2.size },
        fetch: options.icache && {
          residentAt: options.icache.resident.byteOffset,
          lineShift: options.icache.lineShift,
        },
      },
      this.reader,
      (pc) => harts.codeCache.indexOf(pc),
      scheduler,
    );
    this.heat = new Heat(options.eager ? 1 : undefined);
    this.rewinder = new Rewinder(options.harts, options.interpreter, this.arrays, this.paths, () =>
      this.settle(),
    );
    this.regions = new Regions({
      ...options,
      arrays: this.arrays,
      reader: this.reader,
      loops: this.loops,
      leaves: this.leaves,
      reaches: (hart, { word, imm }) => this.address(hart, word, imm),
    });
    state.settle = () => this.settle();
  }

  reset(): void {
    this.instructions = this.visits = 0;
    this.regions.reset();
    this.rewinder.clear();
    this.resumeAt = 0;
  }

  /** Adds what translated code counted in its own form to the counters of the harts. */
  settle(): void {
    this.regions.settle();
    const { counters } = this.arrays;
    const { numbers } = this.options.harts.state;
    for (let path = 0; path < this.paths.size; path++) {
      for (let hart = 0; hart < this.count; hart++) {
        const at = this.arrays.counterIndex(hart, path);
        const times = counters[at];
        if (times === 0) continue;
        counters[at] = 0;
        this.instructions += this.paths.apply(path, times, numbers, hart << HART_SHIFT);
      }
    }
  }

  /** Takes a hart that ran ahead back: instructions from cycle `time` on have not happened. */
  takeBack(hart: number, time: number): void {
    this.rewinder.takeBack(hart, time);
  }

  private drop(): void {
    this.regions.drop();
    this.settle();
    this.rewinder.clear();
    this.store.drop();
    this.heat.clear();
    this.drops++;
  }

  /** Code that was translated is not there any more, or translations have become too many. */
  private refresh(now: number): void {
    const { codeCache } = this.options.harts;
    const codeEnd = Math.min(this.options.harts.tcdmCodeEnd, 0x7fffffff);
    const changed = this.generation !== codeCache.generation || this.codeEnd !== codeEnd;
    const stale = changed || this.stale;
    this.stale = false;
    if (stale || this.paths.size > MAX_PATHS - BATCH_PATHS) {
      for (let hart = 0; hart < this.count; hart++) this.takeBack(hart, now);
      this.drop();
    }
    this.generation = codeCache.generation;
    this.codeEnd = codeEnd;
    // Counters of paths have 32 bits.
    if (now - this.settledAt > 1e9) {
      this.settle();
      this.settledAt = now;
    }
  }

  /** Runs cycles from `now` on; returns the first one, at most `until`, that is not done. */
  run(now: number, until: number): number {
    this.refresh(now);
    const { state } = this.options.harts;
    const { next } = state;
    const alone = this.regions.run(now, until);
    if (alone >= 0) {
      this.resumeAt = this.regions.left ? Math.max(this.resumeAt, alone + 1) : alone;
      return alone;
    }
    this.origin = now;
    let end = Math.min(until, now + VISIT, this.regions.askAgainAt);
    for (let hart = 0; hart < this.count; hart++) {
      const at = next[hart << HART_SHIFT];
      if (at !== Infinity && at - now > WHEEL / 2) end = Math.min(end, at);
    }
    this.visits++;
    let entered = 0;
    for (let hart = 0; hart < this.count; hart++) {
      if (next[hart << HART_SHIFT] >= end) continue;
      this.enter(hart);
      entered |= 1 << hart;
    }
    const cycles = this.store.run(0, end - now);
    this.endCycles(cycles);
    const reached = now + cycles;
    let left = false;
    for (let hart = 0; hart < this.count; hart++) {
      if (((entered >>> hart) & 1) !== 0 && this.exit(hart, reached)) left = true;
    }
    this.resumeAt = left ? Math.max(this.resumeAt, reached + 1) : reached;
    this.judge(reached - now);
    return reached;
  }

  /** Ends the cycles of a word of the wheel that the run did not end, and toggles the sides of banks. */
  private endCycles(reached: number): void {
    const { meta, control: words } = this.arrays;
    const { sides, banks } = this.options.crossbar;
    let toggled = words[control.toggled];
    words[control.toggled] = 0;
    for (let time = reached & (-64 >> this.laneShift); time < reached; time++) {
      const at = 2 * (time & (WHEEL - 1));
      toggled ^= meta[at];
      meta[at] = meta[at + 1] = 0;
    }
    if (banks > 32) return;
    for (; toggled !== 0; toggled &= toggled - 1) sides[31 - Math.clz32(toggled & -toggled)] ^= 1;
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

  // --- Entering ------------------------------------------------------------------------------

  private enter(hart: number): void {
    const base = hart << HART_SHIFT;
    const { words, arrays } = this;
    const { state } = this.options.harts;
    words[base + own('undo')] = arrays.undoOf(hart);
    words[base + own('bit')] = 1 << hart;
    const kept = this.rewinder.keptFunction(hart);
    if (kept <= 0) this.prepare(hart, kept < 0);
    else words[base + own('function')] = kept;
    arrays.watchUndo(hart);
    const ready = state.jalrReady[base] - this.origin;
    words[base + own('ready')] = ready < -1e9 ? -1e9 : ready;
    this.insert(hart, state.next[base] - this.origin);
  }

  private bankOf(hart: number): number {
    const { bankMask } = this.options.crossbar;
    return (this.words[(hart << HART_SHIFT) + wordOffset('requestOffset')] >> 2) & bankMask;
  }

  private insert(hart: number, event: number): void {
    const { words, arrays, store } = this;
    const { state } = this.options.harts;
    const base = hart << HART_SHIFT;
    words[base + own('event')] = event;
    const cycle = event & (WHEEL - 1);
    const place = (cycle << this.laneShift) + hart;
    arrays.wheel[place >> 5] |= 1 << (place & 31);
    const info = store.infos[words[base + own('function')]];
    if (!info?.completes) {
      arrays.others[place >> 5] |= 1 << (place & 31);
      arrays.meta[2 * cycle + 1] = -1;
      return;
    }
    const bank = this.bankOf(hart);
    const bit = 1 << (bank & 31);
    const { meta } = arrays;
    if ((meta[2 * cycle] & bit) !== 0) meta[2 * cycle + 1] |= bit;
    meta[2 * cycle] |= bit;
    if (state.mode[base] === mode.requesting) {
      state.mode[base] = mode.running;
      words[base + own('event')] = state.since[base] - this.origin;
      // A probe stopped the run before this cycle was settled, or it was refused in the last one.
      if (state.since[base] < this.origin) {
        arrays.asking[bank] |= 1 << hart;
        meta[2 * cycle + 1] |= bit;
      }
    }
  }

  /** Takes the event of a hart out of the wheel, with all others near it: nobody is in it any more. */
  private remove(hart: number, event: number): void {
    const { arrays } = this;
    const cycle = event & (WHEEL - 1);
    const place = (cycle << this.laneShift) + hart;
    arrays.wheel[place >> 5] = arrays.others[place >> 5] = 0;
    arrays.meta[2 * cycle] = arrays.meta[2 * cycle + 1] = 0;
  }

  /** Finds the function that goes on with a hart; 0 leaves it to the interpreter in its cycle. */
  private prepare(hart: number, moved: boolean): void {
    const { state } = this.options.harts;
    const base = hart << HART_SHIFT;
    const { words, store } = this;
    words[base + own('function')] = 0;
    if (moved) this.rewinder.forget(hart);
    if (state.attention[base] !== 0 || state.phase[base] !== phase.simple) return;
    if (state.mode[base] === mode.requesting) {
      const pc = state.pc[base];
      const index = store.find(pc, true);
      // At the end of a loop the turn is counted already.
      const step = this.reader.at(pc)!;
      if (index === 0 || step.endsLoop || !this.isFetched(hart, step)) return;
      words[base + own('function')] = index;
      return;
    }
    if (state.mode[base] !== mode.running) return;
    for (let steps = 0; steps < 24; steps++) {
      const pc = state.pc[base];
      const entry = store.find(pc, false);
      if (entry !== 0) {
        words[base + own('function')] = entry;
        return;
      }
      const step = this.reader.at(pc);
      if (step === undefined || step.probed || step.endsLoop) return;
      if (!this.isFetched(hart, step)) return;
      const { timing, memory } = step.row;
      if (memory !== undefined) {
        const completion = timing === 'event-load' ? 0 : store.find(pc, true);
        if (completion !== 0 && this.address(hart, step.word, step.imm)) {
          words[base + own('function')] = completion;
        }
        return;
      }
      if (!privateTimings.has(timing) || timing === 'loop') return;
      if (!moved || store.infos.length === 1) return;
      this.rewinder.stepAhead(hart);
    }
  }

  /** Whether the fetch of an instruction would hit without any consequence. */
  private isFetched(hart: number, step: Step): boolean {
    const { icache, harts } = this.options;
    if (icache === undefined) return true;
    const at = (pc: number): boolean => icache.hits(hart, harts.codeCache.indexOf(pc));
    return at(step.pc) && at(step.after - 2);
  }

  /** Offset of the access that a hart is about to make; false when it is no plain one to the TCDM. */
  private address(hart: number, word: number, imm: number): boolean {
    const { harts } = this.options;
    const { registers } = harts.state;
    const base = hart << HART_SHIFT;
    const { bytes, offset, postIncrement, write } = rowOf(word)!.memory!;
    const step =
      offset === undefined
        ? imm
        : offset === 'rs2'
          ? registers[base + ((word >>> RS2_SHIFT) & REGISTER_MASK)]
          : registers[base + ((word >>> RD_SHIFT) & RD_MASK)];
    const from = registers[base + ((word >>> RS1_SHIFT) & REGISTER_MASK)];
    const where = ((postIncrement === true ? from : from + step) - harts.tcdmBase) | 0;
    if (where >>> 0 >= harts.tcdmSize || (where & (bytes - 1)) !== 0) return false;
    if (write && where < this.codeEnd) return false;
    harts.state.requestOffset[base] = where;
    return true;
  }

  // --- Leaving -------------------------------------------------------------------------------

  /** Gives the state of a hart its usual form; true when the hart is why translated code ended here. */
  private exit(hart: number, reached: number): boolean {
    const base = hart << HART_SHIFT;
    const { words, arrays, store } = this;
    const { harts } = this.options;
    const { state } = harts;
    const since = this.origin + words[base + own('event')];
    const refused = since < reached;
    const next = refused ? reached : since;
    if (refused) arrays.asking[this.bankOf(hart)] = 0;
    this.remove(hart, next - this.origin);
    state.next[base] = next;
    state.jalrReady[base] = this.origin + words[base + own('ready')];
    const index = words[base + own('function')];
    const info = store.infos[index];
    if (arrays.ran(hart)) this.rewinder.ran(hart, this.origin, since);
    if (info !== undefined) state.pc[base] = info.pc;
    if (refused) {
      this.refuse(hart, since);
      return false;
    }
    this.rewinder.keep(hart, index);
    if (info !== undefined || next !== reached) return false;
    this.left(hart, state.pc[base], next);
    return true;
  }

  /** A request that was refused is one to the interpreter too. */
  private refuse(hart: number, since: number): void {
    const { harts } = this.options;
    const { state } = harts;
    const base = hart << HART_SHIFT;
    const pc = state.pc[base];
    const step = this.reader.at(pc)!;
    const { memory } = step.row;
    state.requestSlot[base] = step.endsLoop
      ? harts.loops.atEnd(hart, pc, step.word, true)
      : step.word;
    state.since[base] = since;
    state.mode[base] = mode.requesting;
    if (memory!.postIncrement === true) {
      const { registers } = state;
      const by =
        memory!.offset === undefined
          ? step.imm
          : registers[base + (memory!.offset === 'rs2' ? step.rs2 : step.rd)];
      state.nextBase[base] = (registers[base + step.rs1] + by) | 0;
    }
    this.rewinder.keep(hart, 0);
  }

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
  private left(hart: number, pc: number, now: number): void {
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
    if (step && !this.isFetched(hart, step)) {
      this.leaves.fetch++;
      return;
    }
    if (step?.endsLoop && this.learnLoop(hart, step.after)) {
      this.stale = true;
      return;
    }
    const completes = step?.row.memory !== undefined && step.row.timing !== 'event-load';
    if (step === undefined || (!completes && !translatable.has(step.row.timing))) {
      this.leaves.system++;
      return;
    }
    if (this.store.find(pc, completes) !== 0) {
      this.leaves.outer++;
      return;
    }
    this.leaves.untranslated++;
    if (this.heat.add(pc)) {
      this.store.translate([{ pc, completes }], this.codeEnd);
      if (this.store.find(pc, completes) !== 0) return;
    }
    this.resumeAt = Math.max(this.resumeAt, now + (this.options.eager ? 1 : HOLD));
  }
}

const privateTimings = new Set(['alu', 'mul', 'mulh', 'div', 'branch', 'jump', 'jalr', 'loop']);
const translatable = new Set([...privateTimings, 'fence']);
