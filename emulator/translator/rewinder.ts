import type { Interpreter } from '../hart/generated/execute.js';
import type { Harts } from '../hart/harts.js';
import { HART_SHIFT } from '../hart/slot.js';
import {
  AT,
  DISTURBED,
  FIRST_PRIVATE,
  HORIZON,
  mode,
  NOW,
  numberOffset,
  RING,
  SOON,
  stallCauses,
  stallOffset,
  UNTIL,
} from '../hart/state.js';
import { FRAME_HEAD, privateWord, type TranslatorArrays } from './layout.js';
import { STAMPED, type Paths } from './path.js';
import { FOLLOWED } from './writer.js';

/** State of a hart before the interpreter let it run ahead. */
interface Before {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  /** What the interpreter has added to its counters since. */
  readonly counted: Float64Array;
  valid: boolean;
}

/**
 * Translated code runs a hart ahead to its next request, which nobody can tell, until somebody looks
 * at it: at the end of a run, in a probe, for an interrupt, when code changes. Then the hart is taken
 * back: each path saved what it changed into a frame of the undo log, and the reference
 * interpreter repeats from there. What the hart counted beyond that point is found by repeating it
 * to its end once more, and is subtracted.
 */
export class Rewinder {
  /** What the hart's state is while nobody but translated code moved it. */
  private readonly functions: Int32Array;
  private readonly next: Float64Array;
  private readonly pc: Int32Array;
  /** Cycle in which the hart's last frame ends, and the one that times in frames count from; -1 = no frames. */
  private readonly ends: Float64Array;
  private readonly origins: Float64Array;
  private readonly before: Before[];
  private readonly bytes: Int32Array;

  constructor(
    private readonly harts: Harts,
    private readonly interpreter: Interpreter,
    private readonly arrays: TranslatorArrays,
    private readonly paths: Paths,
  ) {
    const { count } = harts;
    this.functions = new Int32Array(count);
    this.next = new Float64Array(count).fill(-1);
    this.pc = new Int32Array(count);
    this.origins = new Float64Array(count);
    this.ends = new Float64Array(count).fill(-1);
    this.before = Array.from({ length: count }, () => ({
      words: new Int32Array(FIRST_PRIVATE),
      numbers: new Float64Array(1 << HART_SHIFT),
      counted: new Float64Array(counters.length),
      valid: false,
    }));
    this.bytes = new Int32Array(arrays.undo.buffer);
  }

  clear(): void {
    this.next.fill(-1);
    this.functions.fill(0);
    this.ends.fill(-1);
    for (const before of this.before) before.valid = false;
  }

  /** Whether nobody moved the hart since translated code left it. */
  private untouched(hart: number): boolean {
    const { state } = this.harts;
    const base = hart << HART_SHIFT;
    return (
      state.next[base] === this.next[hart] &&
      state.pc[base] === this.pc[hart] &&
      state.mode[base] === mode.running
    );
  }

  /** The function that goes on with the hart where translated code left it; 0 = none, -1 = somebody moved it. */
  keptFunction(hart: number): number {
    if (!this.untouched(hart)) return -1;
    return this.harts.state.attention[hart << HART_SHIFT] === 0 ? this.functions[hart] : 0;
  }

  /** The hart goes on by `index`, unless somebody moves it. */
  keep(hart: number, index: number): void {
    const { state } = this.harts;
    const base = hart << HART_SHIFT;
    this.functions[hart] = index;
    this.next[hart] = state.next[base];
    this.pc[hart] = state.pc[base];
  }

  /** The hart is where the interpreter left it. */
  forget(hart: number): void {
    this.next[hart] = -1;
    this.ends[hart] = -1;
    this.before[hart].valid = false;
  }

  /** Functions ran and left frames, in which times count from `origin`; the last one ends in cycle `end`. */
  ran(hart: number, origin: number, end: number): void {
    this.origins[hart] = origin;
    this.ends[hart] = end;
    this.before[hart].valid = false;
  }

  /** The interpreter executes one instruction of the hart ahead of its time. */
  stepAhead(hart: number): void {
    const { state } = this.harts;
    const base = hart << HART_SHIFT;
    const before = this.before[hart];
    const { numbers } = state;
    if (!before.valid) {
      before.valid = true;
      before.words.set(state.words.subarray(base, base + FIRST_PRIVATE));
      before.numbers.set(numbers.subarray(base, base + (1 << HART_SHIFT)));
      before.counted.fill(0);
    }
    // Counters may be settled before the hart is taken back: so what a step adds to them is kept.
    counters.forEach((counter, i) => (before.counted[i] -= numbers[base + counter]));
    this.runAlone(hart, state.next[base] + 1);
    counters.forEach((counter, i) => (before.counted[i] += numbers[base + counter]));
  }

  /** Instructions of the hart from cycle `time` on have not happened. */
  takeBack(hart: number, time: number): void {
    const { state } = this.harts;
    const base = hart << HART_SHIFT;
    if (!this.untouched(hart)) return;
    // Whatever goes on from here looks again at what it found.
    if (state.next[base] <= time) return this.forget(hart);
    const reached = state.next[base];
    const before = this.before[hart];
    if (before.valid) {
      state.words.set(before.words, base);
      counters.forEach((counter, i) => {
        before.numbers[counter] = state.numbers[base + counter] - before.counted[i];
      });
      state.numbers.set(before.numbers, base);
    } else if (this.ends[hart] >= 0) this.takeBackFrames(hart, time, reached);
    this.forget(hart);
    if (state.next[base] < time) this.runAlone(hart, time);
    this.harts.disturbed = true;
  }

  private takeBackFrames(hart: number, time: number, reached: number): void {
    const { state } = this.harts;
    const base = hart << HART_SHIFT;
    const frames: number[] = [];
    const { bytes } = this;
    for (let at = this.arrays.undoOf(hart) >> 2; ;) {
      frames.push(at);
      const path = bytes[at + 1];
      if (path >= 0) break;
      at += (FRAME_HEAD >> 2) + this.paths.undo(path ^ FOLLOWED).saved.length;
    }
    let resumes = 0;
    let next = this.ends[hart];
    const last = bytes[frames.at(-1)! + 1];
    if (this.paths.undo(last).stalls) state.lastStall[base] = state.words[base + STALL_BEFORE];
    for (let at = frames.pop(); at !== undefined; at = frames.pop()) {
      const undo = this.paths.undo(bytes[at + 1] & ~FOLLOWED);
      undo.saved.forEach((word, i) => {
        const value = bytes[at! + (FRAME_HEAD >> 2) + i];
        if (word === READY) state.jalrReady[base] = this.origins[hart] + value;
        else state.words[base + word] = value;
      });
      state.historyHead[base] = (state.historyHead[base] - undo.entries) & (RING - 1);
      resumes = undo.resumes;
      next = undo.cycles === STAMPED ? this.origins[hart] + bytes[at] : next - undo.cycles;
      if (next <= time) break;
    }
    state.pc[base] = resumes;
    state.next[base] = next;
    const words = state.words.slice(base, base + FIRST_PRIVATE);
    const numbers = state.numbers.slice(base, base + (1 << HART_SHIFT));
    this.runAlone(hart, reached);
    for (const counter of counters) {
      numbers[counter] -= state.numbers[base + counter] - numbers[counter];
    }
    state.words.set(words, base);
    state.numbers.set(numbers, base);
  }

  /** Runs the instructions of a hart before cycle `until`, which only touch the hart. */
  private runAlone(hart: number, until: number): void {
    const { state, count } = this.harts;
    const { clock, next, attention } = state;
    const base = hart << HART_SHIFT;
    const clocks = clock.slice();
    const disturbed = state.signals[DISTURBED];
    const asked = attention[base];
    const { issuing, now } = this.harts;
    const others: number[] = [];
    for (let other = 0; other < count; other++) {
      others.push(next[other << HART_SHIFT]);
      if (other !== hart) next[other << HART_SHIFT] = Infinity;
    }
    attention[base] = 0;
    while (next[base] < until) {
      state.signals[DISTURBED] = 0;
      clock[NOW] = next[base];
      clock[UNTIL] = clock[HORIZON] = until;
      this.interpreter.rounds(false);
    }
    attention[base] = asked;
    this.harts.issuing = issuing;
    this.harts.now = now;
    for (let other = 0; other < count; other++) {
      if (other !== hart) next[other << HART_SHIFT] = others[other];
    }
    state.signals[DISTURBED] = disturbed;
    for (const index of [NOW, HORIZON, SOON, UNTIL, AT]) clock[index] = clocks[index];
  }
}

const READY = privateWord('ready');
const STALL_BEFORE = privateWord('stallBefore');

/** Numbers of a hart that instructions add to. */
const counters: readonly number[] = [
  ...(['branches', 'taken', 'jumps', 'loads', 'stores', 'walked', 'jalrStalls'] as const).map(
    numberOffset,
  ),
  ...stallCauses.map(stallOffset),
];
