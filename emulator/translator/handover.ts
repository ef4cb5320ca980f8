import type { Harts } from '../hart/harts.js';
import {
  HART_SHIFT,
  RD_MASK,
  RD_SHIFT,
  REGISTER_MASK,
  RS1_SHIFT,
  RS2_SHIFT,
  rowOf,
} from '../hart/slot.js';
import { mode, phase, RING, wordOffset } from '../hart/state.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import type { Assist } from './assist.js';
import type { CodeStore } from './code-store.js';
import type { Fetches } from './fetches.js';
import {
  control,
  INTERPRETED,
  laneShiftOf,
  privateWord,
  RESUME,
  WHEEL,
  type TranslatorArrays,
} from './layout.js';
import type { Rewinder } from './rewinder.js';
import { privateTimings, type StepReader } from './tree.js';

export interface HandoverParts {
  readonly harts: Harts;
  readonly crossbar: Crossbar;
  readonly arrays: TranslatorArrays;
  readonly store: CodeStore;
  readonly rewinder: Rewinder;
  readonly reader: StepReader;
  readonly fetches: Fetches;
  readonly assist: Assist;
}

/** A hart that translated code did not go on with. */
export interface Left {
  readonly hart: number;
  readonly pc: number;
  readonly now: number;
  /** It had fetched, or been moved by the interpreter, in this cycle. */
  readonly settled: boolean;
}

const own = privateWord;

/** Harts go over to translated code, which keeps some state in a form of its own, and come back. */
export class Handover {
  /** Cycle that times in the shared memory count from. */
  private origin = 0;
  private codeEnd = 0;
  private readonly words: Int32Array;
  private readonly laneShift: number;

  constructor(private readonly parts: HandoverParts) {
    this.words = parts.harts.state.words;
    this.laneShift = laneShiftOf(parts.harts.count);
  }

  /** A visit begins. */
  begin(origin: number, codeEnd: number): void {
    this.origin = origin;
    this.codeEnd = codeEnd;
  }

  // --- Entering ------------------------------------------------------------------------------

  enter(hart: number): void {
    const base = hart << HART_SHIFT;
    const { words, parts } = this;
    const { arrays } = parts;
    const { state } = this.parts.harts;
    words[base + own('undo')] = arrays.undoOf(hart);
    words[base + own('bit')] = 1 << hart;
    words[base + own('ring')] = state.history.byteOffset + 8 * RING * hart;
    const kept = this.parts.rewinder.keptFunction(hart);
    if (kept <= 0) this.prepare(hart, kept < 0);
    else words[base + own('function')] = kept;
    words[base + own('far')] = 0;
    arrays.watchUndo(hart);
    const ready = state.jalrReady[base] - this.origin;
    words[base + own('ready')] = ready < -1e9 ? -1e9 : ready;
    this.insert(hart, state.next[base] - this.origin);
    // What the interpreter does for others in this visit is not for this hart.
    state.next[base] = Infinity;
  }

  private bankOf(hart: number): number {
    const { bankMask } = this.parts.crossbar;
    return (this.words[(hart << HART_SHIFT) + wordOffset('requestOffset')] >> 2) & bankMask;
  }

  private insert(hart: number, event: number): void {
    const { words, parts } = this;
    const { arrays, store } = parts;
    const { state } = this.parts.harts;
    const base = hart << HART_SHIFT;
    words[base + own('event')] = event;
    const cycle = event & (WHEEL - 1);
    const place = (cycle << this.laneShift) + hart;
    arrays.wheel[place >> 5] |= 1 << (place & 31);
    const index = words[base + own('function')];
    if (index !== INTERPRETED && !store.infos[index]?.completes) {
      arrays.others[place >> 5] |= 1 << (place & 31);
      arrays.meta[2 * cycle + 1] = -1;
      return;
    }
    const bank = this.bankOf(hart);
    const bit = 1 << (bank & 31);
    const { meta } = arrays;
    if ((meta[2 * cycle] & bit) !== 0) meta[2 * cycle + 1] |= bit;
    meta[2 * cycle] |= bit;
    if (state.mode[base] === mode.requesting && words[base + own('function')] !== INTERPRETED) {
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
    const { arrays } = this.parts;
    const cycle = event & (WHEEL - 1);
    const place = (cycle << this.laneShift) + hart;
    arrays.wheel[place >> 5] = arrays.others[place >> 5] = 0;
    arrays.meta[2 * cycle] = arrays.meta[2 * cycle + 1] = 0;
  }

  /** Finds the function that goes on with a hart; 0 leaves it to the interpreter in its cycle. */
  private prepare(hart: number, moved: boolean): void {
    const { state } = this.parts.harts;
    const base = hart << HART_SHIFT;
    const { words, parts } = this;
    const { store } = parts;
    words[base + own('function')] = 0;
    if (moved) this.parts.rewinder.forget(hart);
    if (state.mode[base] === mode.requesting) {
      const pc = state.pc[base];
      const isSimple = state.attention[base] === 0 && state.phase[base] === phase.simple;
      const index = isSimple ? store.find(pc, true) : 0;
      // At the end of a loop the turn is counted already.
      const step = this.parts.reader.at(pc)!;
      // A store into code has to be seen, also by what follows it.
      if (!this.parts.assist.mayComplete(hart)) return;
      const isPlain = index !== 0 && !step.endsLoop && this.parts.fetches.hit(hart, step);
      words[base + own('function')] = isPlain ? index : INTERPRETED;
      return;
    }
    if (state.attention[base] !== 0 || state.mode[base] !== mode.running) return;
    for (let steps = 0; steps < 24; steps++) {
      const pc = state.pc[base];
      const entry = store.find(pc, false);
      if (entry !== 0) {
        words[base + own('function')] = entry;
        return;
      }
      const step = this.parts.reader.at(pc);
      if (step === undefined || step.probed || step.endsLoop) return;
      if (!this.parts.fetches.hit(hart, step)) {
        if (this.parts.fetches.mayRepeat(step)) words[base + own('function')] = RESUME;
        return;
      }
      const { timing, memory } = step.row;
      if (memory !== undefined) {
        const completion = timing === 'event-load' ? 0 : store.find(pc, true);
        if (completion !== 0 && this.address(hart, step.word, step.imm)) {
          words[base + own('function')] = completion;
        }
        return;
      }
      if (!privateTimings.has(timing) || timing === 'loop') return;
      if (!moved || store.isEmpty) return;
      this.parts.rewinder.stepAhead(hart);
    }
  }

  /** Offset of the access that a hart is about to make; false when it is no plain one to the TCDM. */
  address(hart: number, word: number, imm: number): boolean {
    const { harts } = this.parts;
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

  /** Ends the cycles of a word of the wheel that the run did not end, and toggles the sides of banks. */
  endCycles(reached: number): void {
    const { meta, control: words } = this.parts.arrays;
    const { sides, banks } = this.parts.crossbar;
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

  /** Gives the state of a hart its usual form; where it stands when it is why translated code ended here. */
  exit(hart: number, reached: number): Left | undefined {
    const base = hart << HART_SHIFT;
    const { words, parts } = this;
    const { arrays, store } = parts;
    const { harts } = this.parts;
    const { state } = harts;
    const event = words[base + own('event')];
    const far = words[base + own('far')];
    const since = this.origin + event;
    const refused = since < reached;
    const next = far !== 0 ? this.origin + far : refused ? reached : since;
    if (refused) arrays.asking[this.bankOf(hart)] = 0;
    this.remove(hart, far !== 0 ? event : next - this.origin);
    state.next[base] = next;
    state.jalrReady[base] = this.origin + words[base + own('ready')];
    const index = words[base + own('function')];
    if (index === INTERPRETED) {
      // The interpreter has raised this request itself.
      this.parts.rewinder.forget(hart);
      return undefined;
    }
    const info = store.infos[index];
    const settled = arrays.isSettled(hart);
    if (settled) this.parts.rewinder.forget(hart);
    else if (arrays.ran(hart)) this.parts.rewinder.ran(hart, this.origin, since);
    if (info !== undefined) state.pc[base] = info.pc;
    if (refused) {
      this.refuse(hart, since);
      return undefined;
    }
    this.parts.rewinder.keep(hart, index);
    if (info !== undefined || index === RESUME || next !== reached) return undefined;
    return { hart, pc: state.pc[base], now: next, settled };
  }

  /** A request that was refused is one to the interpreter too. */
  private refuse(hart: number, since: number): void {
    const { harts } = this.parts;
    const { state } = harts;
    const base = hart << HART_SHIFT;
    const pc = state.pc[base];
    const step = this.parts.reader.at(pc)!;
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
    this.parts.rewinder.keep(hart, 0);
  }
}
