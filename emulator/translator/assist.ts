import type { Interpreter } from '../hart/generated/execute.js';
import type { Harts } from '../hart/harts.js';
import { HART_SHIFT, RD_MASK, RD_SHIFT, REGISTER_MASK, RS2_SHIFT } from '../hart/slot.js';
import {
  HORIZON,
  mode,
  NOW,
  numberOffset,
  phase,
  stallOffset,
  UNTIL,
  wordOffset,
} from '../hart/state.js';
import type { InstructionCache } from '../icache/instruction-cache.js';
import type { Memory } from '../memory/memory.js';
import { OctobarError } from '../sim/error.js';
import type { Budget } from './budget.js';
import type { CodeStore } from './code-store.js';
import type { Demand } from './demand.js';
import type { Fetches } from './fetches.js';
import { FARTHEST, INTERPRETED, privateWord, type TranslatorArrays } from './layout.js';
import { LEAVE } from './scheduler.js';
import type { StepReader, Step } from './tree.js';

export interface AssistParts {
  readonly harts: Harts;
  readonly interpreter: Interpreter;
  readonly l2: Memory;
  readonly icache: InstructionCache | undefined;
  readonly arrays: TranslatorArrays;
  readonly store: CodeStore;
  readonly reader: StepReader;
  readonly fetches: Fetches;
  readonly demand: Demand;
  readonly budget: Budget;
}

/** Instructions of code without a translation that are executed in one visit before it ends. */
const COLD = 48;

const FUNCTION = privateWord('function');
const EVENT = privateWord('event');
const READY = privateWord('ready');
const PC = wordOffset('pc');
const CONFLICT = stallOffset('tcdm_conflict');
const FAR = privateWord('far');
const START = numberOffset('next');

/**
 * What translated code has no function for, done by the interpreter for one hart in its cycle, while the
 * others stay where they are: a fetch that misses, an access to L2, a misaligned one, a CSR that is read. It must
 * touch nobody but this hart and memory; everything else ends the visit.
 */
export class Assist {
  /** Instructions and fetches that were done here. */
  count = 0;
  /** Cycle that times in the shared memory count from. */
  private origin = 0;
  private codeEnd = 0;
  private generation = 0;
  /** The cycle that is at work, as `origin` counts. */
  private now = 0;
  private cold = 0;
  /** By hart: the address behind the instruction that was executed here last. */
  private readonly following: Int32Array;
  private readonly words: Int32Array;
  private readonly numbers: Float64Array;
  private readonly l2Base: number;
  private readonly l2Size: number;
  private readonly wordsAt: number;

  constructor(private readonly parts: AssistParts) {
    const { harts } = parts;
    this.following = new Int32Array(harts.count);
    this.words = harts.state.words;
    this.numbers = harts.state.numbers;
    this.wordsAt = harts.state.words.byteOffset;
    this.l2Base = harts.l2Base;
    this.l2Size = harts.l2Size;
  }

  /** A visit begins. */
  begin(origin: number, codeEnd: number): void {
    this.origin = origin;
    this.codeEnd = codeEnd;
    this.generation = this.parts.harts.codeCache.generation;
    this.cold = COLD;
  }

  /** Whether the request of the interpreter may be granted by the scheduler, and its end left to `complete`. */
  mayComplete(hart: number): boolean {
    const { state } = this.parts.harts;
    const base = hart << HART_SHIFT;
    return this.codeEnd === 0 || state.requestOffset[base] >= this.codeEnd;
  }

  /**
   * Executes what a hart, whose next event is this cycle, does in it.
   * @returns its next event as functions of translated code do, or `LEAVE`: nothing was done
   */
  execute(hart: number, time: number): number {
    const base = hart << HART_SHIFT;
    const { words, parts } = this;
    const { harts, arrays, icache, fetches, reader } = parts;
    const { state } = harts;
    this.now = time;
    if (words[base + FAR] !== 0) return LEAVE;
    if (state.attention[base] !== 0 || state.phase[base] !== phase.simple) return LEAVE;
    if (state.mode[base] !== mode.running) return LEAVE;
    const pc = words[base + PC];
    const index = (pc - this.l2Base) | 0;
    // Decoding in the TCDM would move the end of its code under functions that know it.
    if (index >>> 0 >= this.l2Size) return LEAVE;
    const step = reader.at(pc);
    if (step === undefined) return LEAVE;
    let missed = false;
    if (!fetches.hit(hart, step)) {
      if (!icache!.isEnabled || !fetches.mayRepeat(step)) return LEAVE;
      const wait = harts.fetchWait(hart, pc, index, this.origin + time);
      if (wait !== 0) {
        this.count++;
        return this.later(base, index, time + wait);
      }
      missed = fetches.hit(hart, step);
    }
    const known = arrays.entries[index >> 1] !== 0;
    // Where its line was there, the function has been tried, and has left this instruction to us.
    if (known ? missed : this.translate(hart, step)) return this.later(base, index, time);
    return this.step(hart, step, index, time);
  }

  /** The hart goes on at `time` with the function of its pc, or comes back here. */
  private later(base: number, index: number, time: number): number {
    const { words } = this;
    this.parts.arrays.settle(base >> HART_SHIFT);
    if (time - this.now <= FARTHEST) {
      const isFree = this.parts.harts.state.attention[base] === 0;
      words[base + FUNCTION] = isFree ? this.parts.arrays.entries[index >> 1] : 0;
      return ~time;
    }
    // Beyond what the wheel covers: the visit ends before.
    words[base + FUNCTION] = 0;
    words[base + FAR] = time;
    return ~(this.now + FARTHEST);
  }

  /** Has the function of a place made when it is time: one that is reached, not the next one in a row. */
  private translate(hart: number, { pc, row, endsLoop, probed }: Step): boolean {
    const { demand, budget, store, harts } = this.parts;
    if (!store.hasRoom || pc === this.following[hart] || endsLoop || probed) return false;
    const completes = row.memory !== undefined && row.timing !== 'event-load';
    if (!demand.add({ pc, completes }, store.modules)) return false;
    const most = budget.functions(this.origin + this.now);
    if (most === 0) return false;
    store.translate(demand.take(most), most);
    return store.find(pc, false) !== 0 && !this.changed(harts);
  }

  /** Code changed. */
  drop(): void {
    this.following.fill(0);
  }

  /** More code became known than the functions of this visit were made for. */
  private changed({ codeCache, tcdmCodeEnd }: Harts): boolean {
    return (
      codeCache.generation !== this.generation || Math.min(tcdmCodeEnd, 0x7fffffff) !== this.codeEnd
    );
  }

  /** The interpreter executes one instruction. */
  private step(hart: number, step: Step, index: number, time: number): number {
    const { parts, words, numbers } = this;
    const { harts, interpreter, fetches } = parts;
    const { pc } = step;
    const { state } = harts;
    const { clock } = state;
    if (step.probed || step.endsLoop || this.changed(harts)) return LEAVE;
    const base = hart << HART_SHIFT;
    if (!this.isPrivate(base, step) || this.cold === 0) return LEAVE;
    if (this.isCold(step, index)) this.cold--;
    this.following[hart] = step.after;
    this.count++;
    const now = this.origin + time;
    numbers[base + START] = now;
    state.jalrReady[base] = this.origin + words[base + READY];
    clock[NOW] = now;
    clock[UNTIL] = clock[HORIZON] = now + 1;
    let asking = 0;
    try {
      asking = interpreter.rounds(true);
    } catch (error) {
      if (!(error instanceof OctobarError)) throw error;
      // It meets the same fault again, and then all harts stand where they should.
      state.mode[base] = mode.running;
      words[base + PC] = pc;
      numbers[base + START] = Infinity;
      return LEAVE;
    }
    harts.issuing = harts.count;
    if (asking === 0) return this.goesOn(base);
    numbers[base + START] = Infinity;
    this.parts.arrays.settle(base >> HART_SHIFT);
    // A function that ends an access takes for granted that the line of it is there, and fetches nothing ahead.
    const isPlain = state.phase[base] === phase.simple && fetches.hit(hart, step);
    const completion = isPlain ? parts.store.find(pc, true) : 0;
    words[base + FUNCTION] = completion === 0 ? INTERPRETED : completion;
    if (completion !== 0) state.mode[base] = mode.running;
    return time;
  }

  /** Whether a translation of the place would do what the interpreter does now. */
  private isCold({ pc, row }: Step, index: number): boolean {
    const { arrays, store } = this.parts;
    if (arrays.entries[index >> 1] !== 0 || row.timing === 'csr') return false;
    return row.memory === undefined || store.find(pc, true) === 0;
  }

  /** The interpreter has left the hart at its next instruction. */
  private goesOn(base: number): number {
    const { words, numbers, parts } = this;
    const { state } = parts.harts;
    const at = numbers[base + START] - this.origin;
    numbers[base + START] = Infinity;
    const ready = state.jalrReady[base] - this.origin;
    words[base + READY] = ready < -1e9 ? -1e9 : ready;
    return this.later(base, parts.harts.codeCache.indexOf(words[base + PC]), at);
  }

  /** Ends an access that the interpreter began, in the cycle in which the scheduler grants it. */
  complete(address: number, time: number): number {
    const base = (address - this.wordsAt) >> 2;
    const hart = base >> HART_SHIFT;
    const { words, numbers, parts } = this;
    const { harts, interpreter } = parts;
    const { state } = harts;
    // The scheduler has counted the refused cycles, and so will the interpreter.
    numbers[base + CONFLICT] -= time - words[base + EVENT];
    this.now = time;
    state.clock[NOW] = this.origin + time;
    interpreter.complete(hart);
    if (state.mode[base] !== mode.requesting) return this.goesOn(base);
    const at = numbers[base + START] - this.origin;
    numbers[base + START] = Infinity;
    this.parts.arrays.settle(base >> HART_SHIFT);
    return at;
  }

  /** Whether an instruction touches nothing but its hart and memory in which no code lies. */
  private isPrivate(base: number, step: Step): boolean {
    const { row, word } = step;
    switch (row.timing) {
      case 'alu':
      case 'mul':
      case 'mulh':
      case 'div':
      case 'branch':
      case 'jump':
      case 'jalr':
        return true;
      case 'csr': {
        const operand = row.format === 'csri' ? (word >>> RS2_SHIFT) & REGISTER_MASK : step.rs1;
        return row.csr !== 'write' && operand === 0;
      }
      case 'load':
      case 'store':
        return this.isMemory(base, step);
      default:
        return false;
    }
  }

  private isMemory(base: number, { row, rs1, rs2, word, imm }: Step): boolean {
    const { harts, l2 } = this.parts;
    const { registers } = harts.state;
    const { bytes, offset, postIncrement, write } = row.memory!;
    let at = registers[base + rs1];
    if (postIncrement !== true) {
      if (offset === undefined) at += imm;
      else at += registers[base + (offset === 'rs2' ? rs2 : (word >>> RD_SHIFT) & RD_MASK)];
    }
    const inTcdm = ((at | 0) - harts.tcdmBase) | 0;
    if (inTcdm >>> 0 < harts.tcdmSize) {
      return (inTcdm >>> 0) + bytes <= harts.tcdmSize && (!write || inTcdm >= this.codeEnd);
    }
    if (!l2.contains(at >>> 0, bytes)) return false;
    return !write || harts.memory.isPlainStore(at >>> 0, bytes);
  }
}
