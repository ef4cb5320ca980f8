import { stall, stallOffset, wordOffset } from '../hart/state.js';
import { Op, Type, type FunctionBody } from '../wasm/index.js';
import { ExpressionEmitter } from './expression.js';
import { JumpWriter } from './jumps.js';
import { DONE } from './ends.js';
import { control, privateBytes, privateWord, wordBytes } from './layout.js';
import { LoopCode } from './loop-code.js';
import { PathState, UNKNOWN } from './path.js';
import { firstIsJump, stateWords } from './state-words.js';
import {
  nodesOf,
  readsOf,
  writesOf,
  type LoopEnd,
  type Node,
  type Step,
  type Tree,
} from './tree.js';
import { AT, BASE, OFFSET, TIME, type SegmentOptions } from './writer.js';

/** How functions find each other. */
export interface Links {
  /** Index in this module of the function that begins at a pc, or -1. */
  own(pc: number): number;
  /** Element of the table of the function that begins at a pc, or ends the access there; 0: not yet. */
  entry(pc: number): number;
  completion(pc: number): number;
}

/** Writes one function: the end of a granted access, if any, then all paths of a tree. */
export class SegmentEmitter extends JumpWriter {
  private readonly expressions: ExpressionEmitter;
  private readonly loops: LoopCode;
  private links!: Links;
  /** Below this offset the TCDM holds code: a store there is the interpreter's. */
  private codeEnd = 0;
  /** Element of the table that this function will be. */
  private self = 0;

  constructor(body: FunctionBody, options: SegmentOptions) {
    super(body, options);
    this.loops = new LoopCode(this, options.loops);
    this.expressions = new ExpressionEmitter(body);
  }

  emit(tree: Tree, self: number, signature: number, links: Links): void {
    const { body } = this;
    this.completes = tree.completes !== undefined;
    this.links = links;
    this.codeEnd = this.options.arrays.control[control.codeEnd];
    this.signature = signature;
    this.self = self;
    body.begin(4);
    body.local(Type.i32);
    body.get(AT);
    body.i32(this.options.laneShift);
    body.op(Op.i32ShrU);
    body.set(TIME);
    this.locals.fill(-1);
    const state = new PathState();
    if (tree.completes) {
      // It was fetched, and since then its hart has fetched nothing else.
      state.lines.push(...this.linesOf(tree.completes));
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
    if (!tree.completes && firstIsJump(tree.body)) {
      state.waitedLocal = body.local(Type.i32);
      body.get(BASE);
      body.memory(Op.i32Load, wordBytes('waited'));
      body.set(state.waitedLocal);
    }
    this.node(tree.body, state);
    if (tree.loops) body.end();
    body.op(Op.unreachable);
  }

  /** A frame begins: the hart can be taken back to `pc`, now. */
  private begin(pc: number, state: PathState): void {
    state.resumes = pc;
    state.begun = state.time;
    if (state.ready !== UNKNOWN) this.saveReady(state);
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
        path.count('walked', step.after - start);
        this.rememberNow(step.pc, start);
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
      (path, start) => this.remember(step, start, path),
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
    for (const word of stateWords(tree)) this.save(word, state);
    this.stamp(state);
    body.loop();
    this.depth = 0;
  }

  /** The access was granted in the cycle `TIME`. */
  private transfer(step: Step, state: PathState): void {
    const { body, options } = this;
    const { bytes, signed, write, postIncrement, offset } = step.row.memory!;
    if (postIncrement || offset !== undefined) this.need(step, state);
    else if (write && step.rs2 !== 0) this.load(step.rs2, state);
    body.get(OFFSET);
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
      this.storeWord(wordBytes('lastStall'), stall.load_use);
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
    // Cycles in which the request was refused.
    state.waitedLocal = body.local(Type.i32);
    body.get(TIME);
    body.get(BASE);
    body.memory(Op.i32Load, privateBytes('event'));
    body.op(Op.i32Sub);
    body.set(state.waitedLocal);
  }

  /** A hart that is taken back to the beginning still has to hide the jump. */
  private saveWait(state: PathState): void {
    const { body } = this;
    this.saveAs(wordOffset('waited'), state, () => {
      if (state.waitedLocal >= 0) body.get(state.waitedLocal);
      else body.i32(state.waited);
    });
  }

  /** A hart that is taken back to the beginning still has to wait for the loaded register of a jalr. */
  private saveReady(state: PathState): void {
    const { body } = this;
    this.saveAs(privateWord('ready'), state, () => {
      body.get(TIME);
      body.i32(state.ready);
      body.op(Op.i32Add);
    });
  }

  node(node: Node, state: PathState): void {
    for (const step of node.steps) {
      this.fetched(step, state);
      const setUp = node.setUps.get(step);
      if (setUp === undefined) this.step(step, state);
      else this.loops.setUp(step, setUp, state);
    }
    const { end } = node;
    if ('step' in end) this.fetched(end.step, state);
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
    this.stamp(state);
    this.addNumber(stallOffset('div'), () => body.get(extra));
    state.lastStall = stall.div;
    this.rebase(state);
    // The shortest division may be over before a loaded register is there.
    if (state.ready >= options.timing.div_base) this.keepReady(state);
    else if (state.ready !== UNKNOWN) state.ready = UNKNOWN + 1;
    body.get(TIME);
    body.get(extra);
    body.op(Op.i32Add);
    body.set(TIME);
    state.retire(1);
    if (step.nextIsJump) {
      state.waited = 0;
      state.waitedLocal = extra;
    }
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
    this.remember(step, step.imm, state);
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

  private request(step: Step, state: PathState): void {
    const { body, options } = this;
    const { bytes, offset, write } = step.row.memory!;
    if (offset !== undefined) this.need(step, state);
    else if (step.rs1 !== 0) this.load(step.rs1, state);
    if (step.endsLoop) {
      this.loops.guard(step, state);
      this.consumeWait(state);
    }
    const next = this.links.completion(step.pc);
    const end = this.compact ? this.defer(state) : undefined;
    if (end === undefined) this.flush(state);
    const where = body.local(Type.i32);
    this.address(step);
    if (end !== undefined) {
      body.set(where);
      body.get(BASE);
      body.get(where);
      body.memory(Op.i32Store, wordBytes('requestOffset'));
      this.placeNow(state);
      body.i64Words(options.ends.request(end, step.pc, next, bytes, write), next);
      return body.op(Op.return);
    }
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
    body.memory(Op.i32Store, wordBytes('requestOffset'));
    if (next !== 0) this.storeWord(privateBytes('function'), next);
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
      body.memory(Op.i32Store, privateBytes('function'));
    }
    this.placeNow(state);
    body.i64(DONE);
    body.op(Op.return);
    body.end();
    this.leaving(step.pc, state);
  }

  /** Pushes the offset in the TCDM of an access. */
  private address(step: Step): void {
    const { body, options } = this;
    const { postIncrement, offset } = step.row.memory!;
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
}
