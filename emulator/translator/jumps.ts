import { numberOffset, stallOffset, wordOffset } from '../hart/state.js';
import { Op, Type } from '../wasm/index.js';
import { privateBytes, wordBytes } from './layout.js';
import { DYNAMIC, PathState, UNKNOWN } from './path.js';
import { writesOf, type Step } from './tree.js';
import { BASE, FOLLOWED, FunctionWriter, TIME, UNDO } from './writer.js';

/** A memory that holds code. */
interface Place {
  readonly base: number;
  readonly size: number;
  /** Addresses in the shared memory: its bytes, and what is known of functions in it. */
  readonly at: number;
  readonly entriesAt: number;
  /** It is L2. */
  readonly isOuter: boolean;
}

/** Jumps: they hide behind what they wait for, and may find their target only at run time. */
export class JumpWriter extends FunctionWriter {
  protected remember(step: Step, target: number, state: PathState): void {
    state.jumps.push(step.pc, target);
    state.count('walked', step.after - target);
  }

  protected jump(step: Step, state: PathState): void {
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
    this.remember(step, step.imm, state);
    state.stall('jump', cost - 1);
    state.retire(cost);
  }

  /** A jump takes `cycles` less when the condition that is pushed is not zero. */
  protected hide(state: PathState, cycles: number, condition: () => void): void {
    const { body } = this;
    this.keepReady(state);
    this.stamp(state);
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
  protected keepReady(state: PathState): void {
    if (state.ready === UNKNOWN || state.ready <= state.time) return;
    this.storeReady(state);
    state.ready = UNKNOWN;
    state.age = 0;
  }

  protected consumeWait(state: PathState): void {
    if (state.waitedLocal >= 0 && !this.completes && state.counts[63] === 0) {
      this.save(wordOffset('waited'), state);
      this.storeWord(wordBytes('waited'), 0);
    }
    state.waited = 0;
    state.waitedLocal = -1;
  }

  protected indirectJump(step: Step, state: PathState): void {
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
      state.count('jalrStalls', state.ready - state.time);
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
    state.jumps.push(step.pc, DYNAMIC);
    state.target = target;
    const isPlain = typeof hides !== 'number' && (same === 0 || !hides);
    if (isPlain && memory.isOuter && this.compact) return this.jumped(step, target, state);
    this.stamp(state);
    this.flush(state);
    this.rebase(state);
    this.addNumber(numberOffset('walked'), () => {
      body.i32(step.after);
      body.get(target);
      body.op(Op.i32Sub);
    });
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
    body.memory(Op.i32Store, wordBytes('pc'));
    this.storeWord(privateBytes('function'), 0);
    this.returnOther(state);
    body.end();
    this.inTime(state);
    body.if();
    this.goOn(state, -1, entry);
    body.end();
    this.yielding(state, entry);
  }

  /** Returns: the scheduler finds what is at the target. */
  private jumped(step: Step, target: number, state: PathState): void {
    const { body, options } = this;
    state.count('walked', step.after - options.l2.base);
    this.save(wordOffset('lastStall'), state);
    this.placeNow(state);
    body.i32(-1);
    body.op(Op.i32Xor);
    this.stamp(state);
    const end = this.defer(state, FOLLOWED);
    body.get(BASE);
    body.get(UNDO);
    body.memory(Op.i32Store, privateBytes('frame'));
    body.get(target);
    body.op(Op.i64ExtendI32U);
    body.i64(32);
    body.op(Op.i64Shl);
    body.i64Words(options.ends.jump(end, state.saved.length), 0);
    body.op(Op.i64Or);
    body.op(Op.return);
  }

  /** Cycles of a target that straddles fetch words; a jump that hides gains less then. */
  protected splitExtra(split: number, same: number, hides: boolean | number): void {
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
  protected waitForReady(state: PathState): number | false {
    const { body } = this;
    this.rebase(state);
    const wait = body.local(Type.i32);
    body.get(BASE);
    body.memory(Op.i32Load, privateBytes('ready'));
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
    this.addNumber(numberOffset('jalrStalls'), () => body.get(wait));
    body.end();
    return hides >= 0 ? hides : false;
  }

  protected memoryOf(pc: number): Place {
    const { arrays, l2, tcdm, l2At, tcdmAt } = this.options;
    return this.codeIndex(pc) < l2.size
      ? { ...l2, at: l2At, entriesAt: arrays.entriesAt, isOuter: true }
      : { ...tcdm, at: tcdmAt, entriesAt: arrays.entriesAt + 2 * l2.size, isOuter: false };
  }

  /** The function at a target, whose offset in its memory is known; `onSplit` where it straddles fetch words. */
  protected findEntry(
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
