import { RING, wordOffset } from '../hart/state.js';
import type { timingParameters } from '../hart/timing.js';
import type { Operand } from '../isa/expression.js';
import type { ConfigOf } from '../sim/parameters.js';
import { Op, Type, type FunctionBody } from '../wasm/index.js';
import type { OperandPlace } from './expression.js';
import {
  control,
  FRAME_HEAD,
  privateBytes,
  privateWord,
  RESUME,
  wordBytes,
  type TranslatorArrays,
} from './layout.js';
import { DONE, type End, type Ends } from './ends.js';
import type { LoopTable } from './loops.js';
import { addToNumber, pushNumbers } from './numbers-code.js';
import { PathState, STAMPED, UNKNOWN, type Paths } from './path.js';
import { readsOf, writesOf, type Step } from './tree.js';

/** What the functions of translated code need to know of the machine. */
export interface SegmentOptions {
  readonly arrays: TranslatorArrays;
  readonly paths: Paths;
  readonly ends: Ends;
  readonly loops: LoopTable;
  readonly timing: ConfigOf<typeof timingParameters>;
  /** Addresses. */
  readonly numbersAt: number;
  readonly wordsAt: number;
  readonly tcdmAt: number;
  readonly l2At: number;
  readonly tcdm: { readonly base: number; readonly size: number };
  readonly l2: { readonly base: number; readonly size: number };
  /** A cycle is as many places of the wheel, as a power of two. */
  readonly laneShift: number;
  /** The instruction cache: address of its bits, bytes of a line as a power; undefined when every fetch hits. */
  readonly fetch:
    | { readonly residentAt: number; readonly lineShift: number; readonly sets: number }
    | undefined;
}

/**
 * Parameters: address of the hart's words, its place in the wheel, address of the frame in the undo log, and of the
 * access that was granted its offset in the TCDM.
 */
export const BASE = 0;
export const AT = 1;
export const UNDO = 2;
export const OFFSET = 3;
/** The first local: the time, which is in the place. */
export const TIME = 4;
/** In the word that names the path: another frame follows. */
export const FOLLOWED = -0x80000000;

/** What all code of a path is made of: registers in locals, their way to memory, ends that return. */
export class FunctionWriter {
  protected readonly locals = new Int32Array(32);
  protected signature = 0;
  /** Whether the function begins with the end of an access. */
  protected completes = false;
  /** Whether paths leave to the scheduler what they can: less code, but a call more. */
  compact = false;
  /** Blocks around the code that is being written, within a loop. */
  depth = 0;
  private readonly reads = new Set<number>();

  constructor(
    readonly body: FunctionBody,
    protected readonly options: SegmentOptions,
  ) {}

  /** Leaves before an instruction whose line is not there: a fetch that hits has no consequence. */
  fetched(step: Step, state: PathState): void {
    const { body, options } = this;
    if (options.fetch === undefined) return;
    const { residentAt } = options.fetch;
    for (const line of this.linesOf(step)) {
      if (state.lines.includes(line)) continue;
      body.get(BASE);
      body.memory(Op.i32Load, privateBytes('bit'));
      body.i32(0);
      body.memory(Op.i32Load16U, residentAt + 2 * line);
      body.op(Op.i32And);
      body.op(Op.i32Eqz);
      body.if();
      this.leave(step.pc, new PathState(state), this.resumes(step) ? RESUME : 0);
      body.end();
      state.lines.push(line);
    }
  }

  /** Whether `RESUME` may fetch this instruction. Of two sets, the second of its lines may push the first one out. */
  protected resumes(step: Step): boolean {
    const [first, last] = this.linesOf(step);
    return first === last || this.options.fetch!.sets > 2;
  }

  /** Lines that an instruction lies in; none where every fetch hits. */
  protected linesOf(step: Step): number[] {
    const { fetch } = this.options;
    if (fetch === undefined) return [];
    return [step.pc, step.after - 2].map((pc) => this.codeIndex(pc) >>> fetch.lineShift);
  }

  protected storeWord(offset: number, value: number): void {
    this.body.get(BASE);
    this.body.i32(value);
    this.body.memory(Op.i32Store, offset);
  }

  /** Saves a word of the hart as it stands in memory, so that the hart can be taken back. */
  save(word: number, state: PathState): void {
    const { body } = this;
    if (state.saved.includes(word)) return;
    this.saveAs(word, state, () => {
      body.get(BASE);
      body.memory(Op.i32Load, 4 * word);
    });
  }

  /** Saves a register before it changes; all paths from here on have one place for it. */
  private saveRegister(register: number, state: PathState): void {
    if (((state.loaded >>> register) & 1) === 0) return this.save(register, state);
    if (state.saved.includes(register)) return;
    this.saveAs(register, state, () => this.body.get(this.locals[register]));
  }

  /** Puts into the frame what a word of the hart will be when the hart is taken back. */
  protected saveAs(word: number, state: PathState, value: () => void): void {
    const { body } = this;
    body.get(UNDO);
    value();
    body.memory(Op.i32Store, FRAME_HEAD + 4 * state.saved.length);
    state.saved.push(word);
  }

  protected localOf(register: number): number {
    if (this.locals[register] < 0) this.locals[register] = this.body.local(Type.i32);
    return this.locals[register];
  }

  protected load(register: number, state: PathState): void {
    if (((state.loaded >>> register) & 1) !== 0) return;
    const { body } = this;
    body.get(BASE);
    body.memory(Op.i32Load, 4 * register);
    body.set(this.localOf(register));
    state.loaded |= 1 << register;
  }

  /** Loads what an instruction reads. */
  need(step: Step, state: PathState): void {
    this.reads.clear();
    readsOf(step, this.reads);
    for (const register of this.reads) this.load(register, state);
  }

  register(register: number): void {
    if (register === 0 || register > 31) this.body.i32(0);
    else this.body.get(this.locals[register]);
  }

  protected now(state: PathState): void {
    const { body } = this;
    body.get(TIME);
    if (state.time === 0) return;
    body.i32(state.time);
    body.op(Op.i32Add);
  }

  /** The hart's place in the wheel now. */
  protected placeNow(state: PathState): void {
    const { body, options } = this;
    if (!state.stamped) {
      body.get(AT);
      body.i32(state.time << options.laneShift);
      return body.op(Op.i32Add);
    }
    this.now(state);
    body.i32(options.laneShift);
    body.op(Op.i32Shl);
    body.get(AT);
    body.i32((1 << options.laneShift) - 1);
    body.op(Op.i32And);
    body.op(Op.i32Or);
  }

  /** What is done to `TIME` from here on does not change when the frame began. */
  protected stamp(state: PathState): void {
    const { body } = this;
    if (state.stamped) return;
    state.stamped = true;
    body.get(UNDO);
    body.get(TIME);
    body.i32(state.begun);
    body.op(Op.i32Add);
    body.memory(Op.i32Store, 0);
  }

  /** From here on `TIME` is now. */
  protected rebase(state: PathState): void {
    this.stamp(state);
    if (state.time === 0) return;
    this.now(state);
    this.body.set(TIME);
    if (state.ready !== UNKNOWN) state.ready -= state.time;
    state.time = 0;
  }

  protected place(step: Step, operand: Operand): OperandPlace {
    const of = (register: number): OperandPlace =>
      register === 0 || register > 31 ? { constant: 0 } : { local: this.locals[register] };
    switch (operand) {
      case 'rs1':
        return of(step.rs1);
      case 'rs2':
        return of(step.rs2);
      case 'rd':
        return of(step.rd);
      case 'imm':
        return { constant: step.imm };
      case 'field2':
        return { constant: step.rs2 };
      case 'field2_s':
        return { constant: (step.rs2 << 27) >> 27 };
      case 'pc':
        return { constant: step.pc };
    }
  }

  /** The value on the stack becomes the result of a step. */
  protected result(step: Step, state: PathState): void {
    const register = writesOf(step);
    if (register < 0) return this.body.op(Op.drop);
    if (((state.dirty >>> register) & 1) === 0) this.saveRegister(register, state);
    this.body.set(this.localOf(register));
    state.loaded |= 1 << register;
    state.dirty |= 1 << register;
  }

  /** Adds the value of an i32 local to a double of the hart. */
  protected addNumber(offset: number, value: () => void): void {
    const { body, options } = this;
    const at = body.local(Type.i32);
    pushNumbers(body, BASE, options.wordsAt);
    addToNumber(body, at, options.numbersAt + 8 * offset, value);
  }

  /** A register that the access changed goes to memory at once: what comes later may be taken back. */
  protected settled(register: number, state: PathState): void {
    state.loaded |= 1 << register;
    this.body.get(BASE);
    this.body.get(this.locals[register]);
    this.body.memory(Op.i32Store, 4 * register);
  }

  protected storeReady(state: PathState): void {
    const { body } = this;
    this.save(privateWord('ready'), state);
    body.get(BASE);
    body.get(TIME);
    body.i32(state.ready);
    body.op(Op.i32Add);
    body.memory(Op.i32Store, privateBytes('ready'));
  }

  /** Writes back what this path changed, and saves before what was there. */
  protected flush(state: PathState): void {
    this.flushState(state);
    this.flushRegisters(state);
  }

  /** The same, but what is the same for all turns through the path is left to the scheduler. */
  protected defer(state: PathState, followed = 0): End {
    const jumps = state.jumps.splice(0);
    if (jumps.length > 0) this.remembers(state);
    this.flushWaits(state);
    const path = this.options.paths.add(state.counts, jumps);
    const stalls = state.lastStall >= 0 && !state.saved.includes(wordOffset('lastStall'));
    this.flushRegisters(state, stalls, followed);
    return { path, jumps: jumps.length > 0, lastStall: state.lastStall };
  }

  protected flushRegisters(state: PathState, stalls = false, followed = 0): void {
    const { body } = this;
    for (let register = 1; register < 32; register++) {
      if (((state.dirty >>> register) & 1) === 0) continue;
      this.save(register, state);
      body.get(BASE);
      body.get(this.locals[register]);
      body.memory(Op.i32Store, 4 * register);
    }
    const { paths } = this.options;
    const cycles = state.stamped ? STAMPED : state.time - state.begun;
    paths.setUndo(state, cycles, stalls);
    this.namePath((paths.size - 1) | followed);
  }

  private namePath(path: number): void {
    this.body.get(UNDO);
    this.body.i32(path);
    this.body.memory(Op.i32Store, 4);
  }

  protected flushState(state: PathState): void {
    const { body, options } = this;
    if (state.lastStall >= 0) {
      this.save(wordOffset('lastStall'), state);
      this.storeWord(wordBytes('lastStall'), state.lastStall);
    }
    const jumps = state.jumps.splice(0);
    if (jumps.length > 0) this.remembers(state);
    this.flushWaits(state);
    const path = options.paths.add(state.counts, jumps);
    if (jumps.length > 0) this.flushHistory(path, state);
    const counter = options.arrays.counterFromWords(path);
    body.get(BASE);
    body.get(BASE);
    body.memory(Op.i32Load, counter);
    body.i32(1);
    body.op(Op.i32Add);
    body.memory(Op.i32Store, counter);
  }

  /** What a jump behind this path may have to wait for. */
  private flushWaits(state: PathState): void {
    const { body } = this;
    if (state.ready !== UNKNOWN && state.ready >= state.time) this.storeReady(state);
    if (state.waitedLocal >= 0) {
      this.save(wordOffset('waited'), state);
      body.get(BASE);
      body.get(state.waitedLocal);
      body.memory(Op.i32Store, wordBytes('waited'));
    } else if (state.waited !== 0) {
      this.save(wordOffset('waited'), state);
      this.storeWord(wordBytes('waited'), state.waited);
    }
  }

  /** Entries go into the ring: whoever takes them back takes its head back. A loop has saved the head. */
  protected remembers(state: PathState): void {
    if (!state.saved.includes(wordOffset('historyHead'))) state.remembered++;
  }

  /**
   * The jumps of a path are one entry of the ring, its path: whoever wants to know looks them up. A last
   * target that is known at run time only is the other word.
   */
  private flushHistory(path: number, { target }: PathState): void {
    this.addEntry((address) => {
      if (target >= 0) {
        this.body.get(address);
        this.body.get(target);
        this.body.memory(Op.i32Store, 0);
      }
      this.body.get(address);
      this.body.i32(2 * this.options.arrays.counterIndex(0, path) + 1);
      this.body.memory(Op.i32Store, 4);
    });
  }

  protected rememberNow(source: number, target: number): void {
    this.addEntry((address) => {
      this.body.get(address);
      this.body.i64Words(source, target);
      this.body.memory(Op.i64Store, 0);
    });
  }

  private addEntry(write: (address: number) => void): void {
    const { body } = this;
    const head = body.local(Type.i32);
    const address = body.local(Type.i32);
    body.get(BASE);
    body.memory(Op.i32Load, privateBytes('ring'));
    body.get(BASE);
    body.memory(Op.i32Load, wordBytes('historyHead'));
    body.tee(head);
    body.i32(3);
    body.op(Op.i32Shl);
    body.op(Op.i32Add);
    body.set(address);
    write(address);
    body.get(BASE);
    body.get(head);
    body.i32(1);
    body.op(Op.i32Add);
    body.i32(RING - 1);
    body.op(Op.i32And);
    body.memory(Op.i32Store, wordBytes('historyHead'));
  }

  protected codeIndex(pc: number): number {
    const { l2, tcdm } = this.options;
    const inL2 = (pc >>> 0) - l2.base;
    return inL2 >= 0 && inL2 < l2.size ? inL2 : l2.size + (pc >>> 0) - tcdm.base;
  }

  /** Returns: the instruction at `pc` is for the interpreter, in its cycle, or for a function that goes on there. */
  leave(pc: number, state: PathState, to = 0): void {
    if (!this.compact) {
      this.flush(state);
      return this.leaving(pc, state, to);
    }
    const end = this.defer(state);
    this.returnOther(state, this.options.ends.leave(end, to === RESUME), pc);
  }

  protected leaving(pc: number, state: PathState, to = 0): void {
    this.storeWord(wordBytes('pc'), pc);
    this.storeWord(privateBytes('function'), to);
    this.returnOther(state);
  }

  /** Returns with the next event, which is no request. */
  protected returnOther(state: PathState, end = DONE, pc = 0): void {
    const { body } = this;
    this.placeNow(state);
    body.i32(-1);
    body.op(Op.i32Xor);
    body.i64Words(end, pc);
    body.op(Op.return);
  }

  protected inTime(state: PathState): void {
    const { body, options } = this;
    this.now(state);
    body.i32(options.arrays.controlAt + 4 * control.deadline);
    body.memory(Op.i32Load, 0);
    body.op(Op.i32LeS);
  }

  protected goOn(state: PathState, here: number, found: number): void {
    const { body, options } = this;
    this.namePath((options.paths.size - 1) | FOLLOWED);
    body.get(BASE);
    this.placeNow(state);
    body.get(UNDO);
    body.i32(FRAME_HEAD + 4 * state.saved.length);
    body.op(Op.i32Add);
    body.get(OFFSET);
    if (here >= 0) return body.returnCall(here);
    body.get(found);
    body.returnCallIndirect(this.signature);
  }

  /** Returns: a function goes on with this hart when the wheel comes to the cycle. */
  protected yielding(state: PathState, found: number): void {
    const { body } = this;
    body.get(BASE);
    body.get(found);
    body.memory(Op.i32Store, privateBytes('function'));
    this.returnOther(state);
  }
}
