import { RING, RING_SHIFT, stall, stallOffset, wordOffset } from '../hart/state.js';
import { HART_SHIFT } from '../hart/slot.js';
import type { timingParameters } from '../hart/timing.js';
import type { Operand } from '../isa/expression.js';
import type { ConfigOf } from '../sim/parameters.js';
import { Op, Type, type FunctionBody } from '../wasm/index.js';
import { ExpressionEmitter, type OperandPlace } from './expression.js';
import { control, privateWord, type TranslatorArrays } from './layout.js';
import { LoopCode } from './loop-code.js';
import type { LoopTable } from './loops.js';
import { PathState, UNKNOWN, type Paths } from './path.js';
import {
  nodesOf,
  readsOf,
  writesOf,
  type LoopEnd,
  type Node,
  type Step,
  type Tree,
} from './tree.js';

/** What the functions of translated code need to know of the machine. */
export interface SegmentOptions {
  readonly arrays: TranslatorArrays;
  readonly paths: Paths;
  readonly loops: LoopTable;
  readonly timing: ConfigOf<typeof timingParameters>;
  /** Addresses. */
  readonly numbersAt: number;
  readonly wordsAt: number;
  readonly historyAt: number;
  readonly tcdmAt: number;
  readonly l2At: number;
  readonly tcdm: { readonly base: number; readonly size: number };
  readonly l2: { readonly base: number; readonly size: number };
}

/** How functions find each other. */
export interface Links {
  /** Index in this module of the function that begins at a pc, or -1. */
  own(pc: number): number;
  /** Element of the table of the function that begins at a pc, or ends the access there; 0: not yet. */
  entry(pc: number): number;
  completion(pc: number): number;
}

/** Parameters: address of the hart's words, time, address of the frame in the undo log. */
export const BASE = 0;
const TIME = 1;
const UNDO = 2;
const FRAME_HEAD = 8;
const allLoopWords = (
  ['loopStart0', 'loopEnd0', 'loopCount0', 'loopStart1', 'loopEnd1', 'loopCount1'] as const
).map(wordOffset);
const at = (word: Parameters<typeof wordOffset>[0]): number => 4 * wordOffset(word);
const own = (word: Parameters<typeof privateWord>[0]): number => 4 * privateWord(word);

/** Writes one function: the end of a granted access, if any, then all paths of a tree. */
export class SegmentEmitter {
  private readonly expressions: ExpressionEmitter;
  private readonly loops: LoopCode;
  private readonly locals = new Int32Array(32);
  private tree!: Tree;
  private links!: Links;
  private signature = 0;
  /** Element of the table that this function will be. */
  private self = 0;
  /** Blocks around the code that is being written, within a loop. */
  depth = 0;
  private readonly reads = new Set<number>();
  /** Of tcdm addresses below this offset holds code: a store there is the interpreter's. */
  codeEnd = 0;

  constructor(
    readonly body: FunctionBody,
    private readonly options: SegmentOptions,
  ) {
    this.loops = new LoopCode(this, options.loops);
    this.expressions = new ExpressionEmitter(body);
  }

  emit(tree: Tree, self: number, signature: number, links: Links): void {
    const { body } = this;
    this.tree = tree;
    this.links = links;
    this.signature = signature;
    this.self = self;
    body.begin(3);
    this.locals.fill(-1);
    const state = new PathState();
    if (tree.completes) {
      this.transfer(tree.completes, state);
      const { end } = tree.body;
      if (end.kind === 'loop-end' && end.step === tree.completes) {
        return this.completedLoopEnd(end, state);
      }
      this.account(tree.completes, tree.completes.cost, state);
    }
    this.begin(tree.completes ? tree.completes.after : tree.pc, state);
    if (tree.completes?.nextIsJump) this.saveWait(state);
    if (tree.loops) this.enterLoop(tree, state);
    if (!tree.completes && this.firstIsJump(tree.body)) {
      state.waitedLocal = body.local(Type.i32);
      body.get(BASE);
      body.memory(Op.i32Load, at('waited'));
      body.set(state.waitedLocal);
    }
    this.node(tree.body, state);
    if (tree.loops) body.end();
    body.op(Op.unreachable);
  }

  /** A frame begins: the hart can be taken back to `pc`, now. */
  private begin(pc: number, state: PathState): void {
    state.resumes = pc;
    this.body.get(UNDO);
    this.now(state);
    this.body.memory(Op.i32Store, 0);
  }

  /** The access that was granted is the last instruction of a loop. */
  private completedLoopEnd(end: LoopEnd, state: PathState): void {
    const { step } = end;
    this.loops.turn(
      end,
      state,
      false,
      (path, start, cost) => {
        this.account(step, cost, path, false);
        this.rememberNow(step.pc, () => this.body.i32(start));
        this.begin(start, path);
      },
      (path) => {
        this.account(step, step.cost, path);
        this.begin(step.after, path);
        if (step.nextIsJump) this.saveWait(path);
      },
    );
    this.body.op(Op.unreachable);
  }

  private loopEnd(end: LoopEnd, state: PathState): void {
    const { step } = end;
    this.loops.guard(step, state);
    this.consumeWait(state);
    this.step(step, state);
    this.loops.turn(
      end,
      state,
      true,
      (path, start) => this.remember(step.pc, start, path),
      () => undefined,
    );
  }

  /**
   * A turn of the loop may change what another one has loaded, so everything is loaded before it; and
   * what a turn changes in memory is saved before it.
   */
  private enterLoop(tree: Tree, state: PathState): void {
    const { body } = this;
    const reads = new Set<number>();
    const writes = new Set<number>();
    for (const { steps, end } of nodesOf(tree.body)) {
      const last = 'step' in end ? [end.step] : [];
      for (const step of [...steps, ...last]) {
        readsOf(step, reads);
        if (end.kind === 'request' && step === end.step) continue;
        const register = writesOf(step);
        if (register >= 0) writes.add(register);
      }
    }
    for (const register of new Set([...reads, ...writes])) this.load(register, state);
    for (const register of writes) state.dirty |= 1 << register;
    for (const word of this.stateWords(tree)) this.save(word, state);
    body.loop();
    this.depth = 0;
  }

  private firstIsJump(node: Node): boolean {
    const first = node.steps.length > 0 ? node.steps[0] : 'step' in node.end ? node.end.step : undefined;
    return first?.row.timing === 'jump' || first?.row.timing === 'jalr' || first?.endsLoop === true;
  }

  /** Words beside registers that a path may change. */
  private stateWords(tree: Tree): number[] {
    let jumps = false;
    let stalls = false;
    const loopWords: number[] = [];
    let feeds = tree.completes?.feedsJalr ?? false;
    let waits = tree.completes ? tree.completes.nextIsJump : this.firstIsJump(tree.body);
    for (const { steps, end, setUps } of nodesOf(tree.body)) {
      if (end.kind === 'loop-end') jumps = true;
      if (end.kind === 'loop-end' || setUps.size > 0) loopWords.push(...allLoopWords);
      for (const step of [...steps, ...('step' in end && end.kind !== 'request' ? [end.step] : [])]) {
        const { timing } = step.row;
        if (timing === 'jump' || timing === 'jalr' || timing === 'branch') jumps = true;
        else if (timing !== 'alu' && timing !== 'mul') stalls = true;
        if (step.cost > 1) stalls = true;
        feeds ||= step.feedsJalr;
        waits ||= step.nextIsJump && (timing === 'div' || timing === 'mulh');
      }
    }
    return [
      ...(jumps || stalls ? [wordOffset('lastStall')] : []),
      ...(jumps ? [wordOffset('historyHead')] : []),
      ...(feeds ? [privateWord('ready')] : []),
      ...(waits ? [wordOffset('waited')] : []),
      ...new Set(loopWords),
    ];
  }

  // --- Beginning -----------------------------------------------------------------------------

  /** The access was granted in the cycle `TIME`. */
  private transfer(step: Step, state: PathState): void {
    const { body, options } = this;
    const { bytes, signed, write, postIncrement, offset } = step.row.memory!;
    this.need(step, state);
    body.get(BASE);
    body.memory(Op.i32Load, at('requestOffset'));
    if (write) {
      this.register(step.rs2);
      const op = bytes === 4 ? Op.i32Store : bytes === 2 ? Op.i32Store16 : Op.i32Store8;
      body.memory(op, options.tcdmAt);
      state.count('stores');
    } else {
      const half = signed ? Op.i32Load16S : Op.i32Load16U;
      const byte = signed ? Op.i32Load8S : Op.i32Load8U;
      body.memory(bytes === 4 ? Op.i32Load : bytes === 2 ? half : byte, options.tcdmAt);
      state.count('loads');
    }
    if (postIncrement && step.rs1 !== 0) {
      // The loaded value, still on the stack, wins over the stepped base in the same register.
      this.register(step.rs1);
      if (offset === undefined) body.i32(step.imm);
      else this.register(offset === 'rs2' ? step.rs2 : step.rd);
      body.op(Op.i32Add);
      body.set(this.localOf(step.rs1));
      this.settled(step.rs1, state);
    }
    if (!write) {
      const register = writesOf(step);
      if (register < 0) body.op(Op.drop);
      else {
        body.set(this.localOf(register));
        this.settled(register, state);
      }
    }
  }

  /** Time and hazards of the access that ended. `follows`: with its neighbour in memory. */
  private account(step: Step, cost: number, state: PathState, follows = true): void {
    const { body } = this;
    if (cost > 1) {
      state.stall('load_use', cost - 1);
      state.lastStall = -1;
      this.storeWord(at('lastStall'), stall.load_use);
    }
    state.retire(cost);
    state.age = 0;
    if (!follows) return;
    if (step.feedsJalr) state.ready = 3;
    if (!step.nextIsJump) return;
    if (cost > 1) {
      state.waited = cost - 1;
      return;
    }
    state.waitedLocal = body.local(Type.i32);
    body.get(BASE);
    body.memory(Op.i32Load, own('withheld'));
    body.set(state.waitedLocal);
  }

  /** A hart that is taken back to the beginning still has to hide the jump. */
  private saveWait(state: PathState): void {
    const { body } = this;
    body.get(UNDO);
    if (state.waitedLocal >= 0) body.get(state.waitedLocal);
    else body.i32(state.waited);
    body.memory(Op.i32Store, FRAME_HEAD + 4 * state.saved.length);
    state.saved.push(wordOffset('waited'));
  }

  /** A register that the access changed goes to memory at once: what comes later may be taken back. */
  private settled(register: number, state: PathState): void {
    state.loaded |= 1 << register;
    this.body.get(BASE);
    this.body.get(this.locals[register]);
    this.body.memory(Op.i32Store, 4 * register);
  }

  private storeWord(offset: number, value: number): void {
    this.body.get(BASE);
    this.body.i32(value);
    this.body.memory(Op.i32Store, offset);
  }

  /** Saves a word of the hart as it stands in memory, so that the hart can be taken back. */
  save(word: number, state: PathState): void {
    const { body } = this;
    if (state.saved.includes(word)) return;
    body.get(UNDO);
    body.get(BASE);
    body.memory(Op.i32Load, 4 * word);
    body.memory(Op.i32Store, FRAME_HEAD + 4 * state.saved.length);
    state.saved.push(word);
  }

  // --- Values --------------------------------------------------------------------------------

  private localOf(register: number): number {
    if (this.locals[register] < 0) this.locals[register] = this.body.local(Type.i32);
    return this.locals[register];
  }

  private load(register: number, state: PathState): void {
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

  private now(state: PathState): void {
    const { body } = this;
    body.get(TIME);
    if (state.time === 0) return;
    body.i32(state.time);
    body.op(Op.i32Add);
  }

  /** From here on `TIME` is now. */
  private rebase(state: PathState): void {
    if (state.time === 0) return;
    this.now(state);
    this.body.set(TIME);
    if (state.ready !== UNKNOWN) state.ready -= state.time;
    state.time = 0;
  }

  private place(step: Step, operand: Operand): OperandPlace {
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
  private result(step: Step, state: PathState): void {
    const register = writesOf(step);
    if (register < 0) return this.body.op(Op.drop);
    this.body.set(this.localOf(register));
    state.loaded |= 1 << register;
    state.dirty |= 1 << register;
  }

  /** Adds the value of an i32 local to a double of the hart. */
  private addNumber(offset: number, value: () => void): void {
    const { body, options } = this;
    const address = body.local(Type.i32);
    // The words of a hart have half the bytes of its numbers.
    body.get(BASE);
    body.i32(options.wordsAt);
    body.op(Op.i32Sub);
    body.i32(1);
    body.op(Op.i32Shl);
    body.tee(address);
    body.get(address);
    body.memory(Op.f64Load, options.numbersAt + 8 * offset);
    value();
    body.op(Op.f64ConvertI32S);
    body.op(Op.f64Add);
    body.memory(Op.f64Store, options.numbersAt + 8 * offset);
  }

  // --- Paths ---------------------------------------------------------------------------------

  node(node: Node, state: PathState): void {
    for (const step of node.steps) {
      const setUp = node.setUps.get(step);
      if (setUp === undefined) this.step(step, state);
      else this.loops.setUp(step, setUp, state);
    }
    const { end } = node;
    switch (end.kind) {
      case 'branch':
        return this.branch(end.step, end.taken, end.fall, state);
      case 'request':
        return this.request(end.step, state);
      case 'jalr':
        return this.indirectJump(end.step, state);
      case 'leave':
        return this.leave(end.pc, state);
      case 'chain':
        return this.chain(end.pc, state);
      case 'again':
        return this.again(state);
      case 'loop-end':
        return this.loopEnd(end, state);
    }
  }

  private step(step: Step, state: PathState): void {
    const { options } = this;
    const { row } = step;
    this.need(step, state);
    switch (row.timing) {
      case 'jump':
        return this.jump(step, state);
      case 'fence':
        if (step.cost > 1) state.stall('fence', step.cost - 1);
        return state.retire(step.cost);
      case 'mulh': {
        const extra = options.timing.mulh - 1;
        this.expressions.emit(row.result!, (operand) => this.place(step, operand));
        this.result(step, state);
        state.stall('mulh', extra);
        if (step.nextIsJump) state.waited = extra;
        state.retire(1 + extra);
        break;
      }
      case 'div':
        this.division(step, state);
        break;
      default:
        this.expressions.emit(row.result!, (operand) => this.place(step, operand));
        this.result(step, state);
        state.retire(1);
    }
    if (step.feedsJalr) this.feeds(state, 1);
  }

  private feeds(state: PathState, later: number): void {
    state.ready = state.time + later;
    state.age = 0;
    state.readyLocal = -1;
  }

  private division(step: Step, state: PathState): void {
    const { body, options } = this;
    const isSigned = step.row.name === 'div' || step.row.name === 'rem';
    const extra = body.local(Type.i32);
    const divisor = (): void => this.register(step.rs2);
    // Leading zeros of the divisor; of a negative one its leading ones, less one.
    if (isSigned) {
      divisor();
      divisor();
      body.i32(31);
      body.op(Op.i32ShrS);
      body.op(Op.i32Xor);
      body.op(Op.i32Clz);
      divisor();
      body.i32(31);
      body.op(Op.i32ShrU);
      body.op(Op.i32Sub);
    } else {
      divisor();
      body.op(Op.i32Clz);
    }
    body.i32(options.timing.div_base - 1);
    body.op(Op.i32Add);
    body.set(extra);
    this.expressions.emit(step.row.result!, (operand) => this.place(step, operand));
    this.result(step, state);
    this.addNumber(stallOffset('div'), () => body.get(extra));
    state.lastStall = stall.div;
    this.rebase(state);
    body.get(TIME);
    body.get(extra);
    body.op(Op.i32Add);
    body.set(TIME);
    if (state.ready !== UNKNOWN) state.ready = UNKNOWN + 1;
    state.retire(1);
    if (step.nextIsJump) {
      state.waited = 0;
      state.waitedLocal = extra;
    }
  }

  private remember(source: number, target: number, state: PathState): void {
    state.jumps.push(source, target);
  }

  private jump(step: Step, state: PathState): void {
    const { body, options } = this;
    const hidden = options.timing.jump - 1;
    let { cost } = step;
    if (state.waited !== 0) cost -= hidden;
    else if (state.waitedLocal >= 0) this.hide(state, hidden, () => body.get(state.waitedLocal));
    this.consumeWait(state);
    if (writesOf(step) >= 0) {
      body.i32(step.after);
      this.result(step, state);
    }
    state.count('jumps');
    this.remember(step.pc, step.imm, state);
    state.stall('jump', cost - 1);
    state.retire(cost);
  }

  /** A jump takes `cycles` less when the condition that is pushed is not zero. */
  private hide(state: PathState, cycles: number, condition: () => void): void {
    const { body } = this;
    this.keepReady(state);
    condition();
    body.if();
    body.get(TIME);
    body.i32(-cycles);
    body.op(Op.i32Add);
    body.set(TIME);
    this.addNumber(stallOffset('jump'), () => body.i32(-cycles));
    body.end();
  }

  /** The time will no longer be known to the cycle: so `ready` goes where it is looked up. */
  private keepReady(state: PathState): void {
    if (state.ready === UNKNOWN || state.ready <= state.time) return;
    this.storeReady(state);
    state.ready = UNKNOWN;
    state.age = 0;
  }

  private storeReady(state: PathState): void {
    const { body } = this;
    this.save(privateWord('ready'), state);
    body.get(BASE);
    body.get(TIME);
    body.i32(state.ready);
    body.op(Op.i32Add);
    body.memory(Op.i32Store, own('ready'));
  }

  private consumeWait(state: PathState): void {
    if (state.waitedLocal >= 0 && !this.tree.completes && state.counts[63] === 0) {
      this.save(wordOffset('waited'), state);
      this.storeWord(at('waited'), 0);
    }
    state.waited = 0;
    state.waitedLocal = -1;
  }

  private branch(step: Step, taken: Node, fall: Node, state: PathState): void {
    const { body, options } = this;
    this.need(step, state);
    state.count('branches');
    const other = new PathState(state);
    this.expressions.emit(step.row.condition!, (operand) => this.place(step, operand));
    body.if();
    this.depth++;
    state.count('taken');
    this.remember(step.pc, step.imm, state);
    state.stall('branch', step.cost - 1);
    state.retire(step.cost);
    this.node(taken, state);
    this.depth--;
    body.end();
    const extra = options.timing.branch_not_taken - 1;
    if (extra > 0) other.stall('branch', extra);
    other.retire(1 + extra);
    this.node(fall, other);
  }

  // --- Ends ----------------------------------------------------------------------------------

  /** Writes back what this path changed, and saves before what was there. */
  private flush(state: PathState): void {
    this.flushState(state);
    this.flushRegisters(state);
  }

  private flushRegisters(state: PathState): void {
    const { body } = this;
    for (let register = 1; register < 32; register++) {
      if (((state.dirty >>> register) & 1) === 0) continue;
      this.save(register, state);
      body.get(BASE);
      body.get(this.locals[register]);
      body.memory(Op.i32Store, 4 * register);
    }
    const { undo } = this.options.paths;
    undo[undo.length - 1] = { saved: [...state.saved], resumes: state.resumes };
    body.get(UNDO);
    body.i32(undo.length - 1);
    body.memory(Op.i32Store, 4);
    body.get(BASE);
    body.get(UNDO);
    body.memory(Op.i32Store, own('frame'));
  }

  private flushState(state: PathState): void {
    const { body, options } = this;
    if (state.lastStall >= 0) {
      this.save(wordOffset('lastStall'), state);
      this.storeWord(at('lastStall'), state.lastStall);
    }
    if (state.jumps.length > 0) this.flushHistory(state);
    if (state.ready !== UNKNOWN && state.ready >= state.time) this.storeReady(state);
    if (state.waitedLocal >= 0) {
      this.save(wordOffset('waited'), state);
      body.get(BASE);
      body.get(state.waitedLocal);
      body.memory(Op.i32Store, at('waited'));
    } else if (state.waited !== 0) {
      this.save(wordOffset('waited'), state);
      this.storeWord(at('waited'), state.waited);
    }
    const path = options.paths.add(state.counts, { saved: [], resumes: 0 });
    const address = body.local(Type.i32);
    body.get(BASE);
    body.memory(Op.i32Load, own('counters'));
    body.tee(address);
    body.get(address);
    body.memory(Op.i32Load, 4 * path);
    body.i32(1);
    body.op(Op.i32Add);
    body.memory(Op.i32Store, 4 * path);
  }

  private ringAddress(head: number, index: number): void {
    const { body, options } = this;
    // The ring of a hart has 2^(RING_SHIFT + 1 - HART_SHIFT) times the bytes of its words.
    body.get(BASE);
    body.i32(options.wordsAt);
    body.op(Op.i32Sub);
    body.i32(RING_SHIFT + 1 - HART_SHIFT);
    body.op(Op.i32Shl);
    body.get(head);
    if (index > 0) {
      body.i32(index);
      body.op(Op.i32Add);
      body.i32(RING - 1);
      body.op(Op.i32And);
    }
    body.i32(3);
    body.op(Op.i32Shl);
    body.op(Op.i32Add);
  }

  private flushHistory(state: PathState): void {
    const { body, options } = this;
    const { jumps } = state;
    const head = body.local(Type.i32);
    this.save(wordOffset('historyHead'), state);
    body.get(BASE);
    body.memory(Op.i32Load, at('historyHead'));
    body.set(head);
    for (let i = 0; i < jumps.length; i += 2) {
      this.ringAddress(head, i >> 1);
      body.i64Words(jumps[i], jumps[i + 1]);
      body.memory(Op.i64Store, options.historyAt);
    }
    body.get(BASE);
    body.get(head);
    body.i32(jumps.length >> 1);
    body.op(Op.i32Add);
    body.i32(RING - 1);
    body.op(Op.i32And);
    body.memory(Op.i32Store, at('historyHead'));
    jumps.length = 0;
  }

  private request(step: Step, state: PathState): void {
    const { body, options } = this;
    const { bytes, postIncrement, offset, write } = step.row.memory!;
    this.need(step, state);
    if (step.endsLoop) {
      this.loops.guard(step, state);
      this.consumeWait(state);
    }
    this.flush(state);
    const where = body.local(Type.i32);
    this.register(step.rs1);
    let constant = -options.tcdm.base | 0;
    if (postIncrement !== true) {
      if (offset === undefined) constant = (constant + step.imm) | 0;
      else {
        this.register(offset === 'rs2' ? step.rs2 : step.rd);
        body.op(Op.i32Add);
      }
    }
    body.i32(constant);
    body.op(Op.i32Add);
    body.tee(where);
    // Aligned and inside at once: the low bits rotate to the top.
    const shift = bytes >> 1;
    if (shift > 0) {
      body.i32(shift);
      body.op(Op.i32Rotr);
    }
    body.i32(options.tcdm.size >> shift);
    body.op(Op.i32LtU);
    if (write && this.codeEnd > 0) {
      body.get(where);
      body.i32(this.codeEnd);
      body.op(Op.i32GeU);
      body.op(Op.i32And);
    }
    body.if();
    body.get(BASE);
    body.get(where);
    body.memory(Op.i32Store, at('requestOffset'));
    const known = this.links.completion(step.pc);
    if (known !== 0) this.storeWord(own('function'), known);
    else {
      const found = body.local(Type.i32);
      body.i32(0);
      body.memory(Op.i32Load, options.arrays.completionsAt + 2 * this.codeIndex(step.pc));
      body.tee(found);
      body.op(Op.i32Eqz);
      body.if();
      this.leaving(step.pc, state);
      body.end();
      body.get(BASE);
      body.get(found);
      body.memory(Op.i32Store, own('function'));
    }
    this.now(state);
    body.op(Op.return);
    body.end();
    this.leaving(step.pc, state);
  }

  private codeIndex(pc: number): number {
    const { l2, tcdm } = this.options;
    const inL2 = (pc >>> 0) - l2.base;
    return inL2 >= 0 && inL2 < l2.size ? inL2 : l2.size + (pc >>> 0) - tcdm.base;
  }

  leave(pc: number, state: PathState): void {
    this.flush(state);
    this.leaving(pc, state);
  }

  /** Returns: the instruction at `pc` is for the interpreter, in its cycle. */
  private leaving(pc: number, state: PathState): void {
    const { body } = this;
    this.storeWord(at('pc'), pc);
    this.storeWord(own('function'), 0);
    this.now(state);
    body.i32(-1);
    body.op(Op.i32Xor);
    body.op(Op.return);
  }

  private chain(pc: number, state: PathState): void {
    const { body, options } = this;
    this.flush(state);
    const here = this.links.own(pc);
    const known = this.links.entry(pc);
    const found = body.local(Type.i32);
    if (here < 0) {
      if (known !== 0) body.i32(known);
      else {
        body.i32(0);
        body.memory(Op.i32Load, options.arrays.entriesAt + 2 * this.codeIndex(pc));
      }
      body.set(found);
      if (known === 0) {
        body.get(found);
        body.op(Op.i32Eqz);
        body.if();
        this.leaving(pc, state);
        body.end();
      }
    } else {
      body.i32(known);
      body.set(found);
    }
    this.inTime(state);
    body.if();
    this.goOn(state, here, found);
    body.end();
    this.yielding(state, found);
  }

  private inTime(state: PathState): void {
    const { body, options } = this;
    this.now(state);
    body.i32(options.arrays.controlAt + 4 * control.deadline);
    body.memory(Op.i32Load, 0);
    body.op(Op.i32LeS);
  }

  private goOn(state: PathState, here: number, found: number): void {
    const { body } = this;
    body.get(BASE);
    this.now(state);
    body.get(UNDO);
    body.i32(FRAME_HEAD + 4 * state.saved.length);
    body.op(Op.i32Add);
    if (here >= 0) return body.returnCall(here);
    body.get(found);
    body.returnCallIndirect(this.signature);
  }

  /** Returns: a function goes on with this hart when the wheel comes to the cycle. */
  private yielding(state: PathState, found: number): void {
    const { body } = this;
    body.get(BASE);
    body.get(found);
    body.memory(Op.i32Store, own('function'));
    this.now(state);
    body.i32(-1);
    body.op(Op.i32Xor);
    body.op(Op.return);
  }

  private again(state: PathState): void {
    const { body } = this;
    this.flushState(state);
    this.rebase(state);
    this.inTime(state);
    body.brIf(this.depth);
    this.flushRegisters(state);
    const self = body.local(Type.i32);
    body.i32(this.self);
    body.set(self);
    this.yielding(state, self);
  }

  private indirectJump(step: Step, state: PathState): void {
    const { body, options } = this;
    const { timing } = options;
    const { jump, split_target: split, jalr_same_register: sameCost } = timing;
    const hidden = jump - 1;
    const same = step.rd === step.rs1 ? sameCost : 0;
    const target = body.local(Type.i32);
    const offset = body.local(Type.i32);
    const memory = this.memoryOf(step.pc);
    this.need(step, state);
    this.register(step.rs1);
    body.i32(step.imm);
    body.op(Op.i32Add);
    body.i32(-2);
    body.op(Op.i32And);
    body.tee(target);
    body.i32(-memory.base | 0);
    body.op(Op.i32Add);
    body.tee(offset);
    body.i32(memory.size);
    body.op(Op.i32GeU);
    body.if();
    // Out of the memory that this code lies in: rare enough for the interpreter.
    this.leave(step.pc, new PathState(state));
    body.end();
    /** Whether the jump hides: a constant, or a local. */
    let hides: boolean | number = state.waited !== 0;
    const readyKnown = state.ready !== UNKNOWN || state.age >= 2;
    if (!readyKnown) hides = this.waitForReady(state);
    else if (state.ready > state.time) {
      state.stall('jump', state.ready - state.time);
      state.time = state.ready;
      hides = false;
      state.waitedLocal = -1;
    } else if (state.ready === state.time) hides = false;
    else if (state.waitedLocal >= 0) hides = state.waitedLocal;
    const dynamic = typeof hides === 'number' ? hides : -1;
    if (dynamic >= 0) this.hide(state, hidden + same, () => body.get(dynamic));
    this.consumeWait(state);
    const cost = jump + same - (hides === true ? hidden + same : 0);
    if (writesOf(step) >= 0) {
      body.i32(step.after);
      this.result(step, state);
    }
    state.count('jumps');
    state.stall('jump', cost - 1);
    state.retire(cost);
    this.save(wordOffset('historyHead'), state);
    this.flush(state);
    this.rebase(state);
    this.rememberNow(step.pc, () => body.get(target));
    const entry = body.local(Type.i32);
    this.findEntry(memory, target, offset, entry, () => {
      this.addNumber(stallOffset('jump'), () => this.splitExtra(split, same, hides));
      body.get(TIME);
      this.splitExtra(split, same, hides);
      body.op(Op.i32Add);
      body.set(TIME);
    });
    body.get(entry);
    body.op(Op.i32Eqz);
    body.if();
    body.get(BASE);
    body.get(target);
    body.memory(Op.i32Store, at('pc'));
    this.storeWord(own('function'), 0);
    body.get(TIME);
    body.i32(-1);
    body.op(Op.i32Xor);
    body.op(Op.return);
    body.end();
    this.inTime(state);
    body.if();
    this.goOn(state, -1, entry);
    body.end();
    this.yielding(state, entry);
  }

  /** Cycles of a target that straddles fetch words; a jump that hides gains less then. */
  private splitExtra(split: number, same: number, hides: boolean | number): void {
    const { body } = this;
    if (typeof hides !== 'number') return body.i32(split + (hides ? same : 0));
    body.i32(split + same);
    body.i32(split);
    body.get(hides);
    body.op(Op.select);
  }

  /**
   * The jump may have to wait for its register, and what says so was left by another function. Gives
   * the local that tells whether the jump hides, or false.
   */
  private waitForReady(state: PathState): number | false {
    const { body } = this;
    this.rebase(state);
    const wait = body.local(Type.i32);
    body.get(BASE);
    body.memory(Op.i32Load, own('ready'));
    body.get(TIME);
    body.op(Op.i32Sub);
    body.set(wait);
    const hides = state.waitedLocal >= 0 || state.waited !== 0 ? body.local(Type.i32) : -1;
    if (hides >= 0) {
      if (state.waitedLocal >= 0) body.get(state.waitedLocal);
      else body.i32(state.waited);
      body.i32(0);
      body.get(wait);
      body.i32(0);
      body.op(Op.i32LtS);
      body.op(Op.select);
      body.set(hides);
    }
    body.get(wait);
    body.i32(0);
    body.op(Op.i32GtS);
    body.if();
    body.get(TIME);
    body.get(wait);
    body.op(Op.i32Add);
    body.set(TIME);
    this.addNumber(stallOffset('jump'), () => body.get(wait));
    body.end();
    return hides >= 0 ? hides : false;
  }

  private rememberNow(source: number, target: () => void): void {
    const { body, options } = this;
    const head = body.local(Type.i32);
    const address = body.local(Type.i32);
    body.get(BASE);
    body.memory(Op.i32Load, at('historyHead'));
    body.set(head);
    this.ringAddress(head, 0);
    body.tee(address);
    body.i32(source);
    body.memory(Op.i32Store, options.historyAt);
    body.get(address);
    target();
    body.memory(Op.i32Store, options.historyAt + 4);
    body.get(BASE);
    body.get(head);
    body.i32(1);
    body.op(Op.i32Add);
    body.i32(RING - 1);
    body.op(Op.i32And);
    body.memory(Op.i32Store, at('historyHead'));
  }

  private memoryOf(pc: number): Place {
    const { arrays, l2, tcdm, l2At, tcdmAt } = this.options;
    return this.codeIndex(pc) < l2.size
      ? { ...l2, at: l2At, entriesAt: arrays.entriesAt }
      : { ...tcdm, at: tcdmAt, entriesAt: arrays.entriesAt + 2 * l2.size };
  }

  /** The function at a target, whose offset in its memory is known; `onSplit` where it straddles fetch words. */
  private findEntry(
    memory: Place,
    target: number,
    offset: number,
    entry: number,
    onSplit: () => void,
  ): void {
    const { body, options } = this;
    body.get(offset);
    body.i32(1);
    body.op(Op.i32Shl);
    body.memory(Op.i32Load, memory.entriesAt);
    body.set(entry);
    if (options.timing.split_target === 0) return;
    body.get(target);
    body.i32(2);
    body.op(Op.i32And);
    body.if();
    body.get(offset);
    body.memory(Op.i32Load16U, memory.at);
    body.i32(3);
    body.op(Op.i32And);
    body.i32(3);
    body.op(Op.i32Eq);
    body.if();
    onSplit();
    body.end();
    body.end();
  }
}

/** A memory that holds code. */
interface Place {
  readonly base: number;
  readonly size: number;
  /** Addresses in the shared memory: its bytes, and what is known of functions in it. */
  readonly at: number;
  readonly entriesAt: number;
}
