import { stallOffset } from '../hart/state.js';
import { Op } from '../wasm/index.js';
import { MAX_HARTS, privateBytes, wordBytes } from './layout.js';
import { TIME, WAITING, WheelCode } from './wheel-code.js';

/** The rule of `interconnect/arbiter.ts` in WebAssembly: who is granted its bank in this cycle. */
export class ArbiterCode extends WheelCode {
  /** The only requester of a bank is also the lowest one above any pointer, cyclically. */
  protected moveFreePointer(): void {
    const { code, options } = this;
    code.get(this.bank);
    if (options.fair) code.get(this.hart);
    else {
      code.get(this.bank);
      code.memory(Op.i32Load8U, options.pointersAt);
      code.i32(1);
      code.op(Op.i32Add);
      code.i32(options.masters - 1);
      code.op(Op.i32And);
    }
    code.memory(Op.i32Store8, options.pointersAt);
  }

  private cell(): void {
    const { code } = this;
    code.get(this.bank);
    code.i32(2);
    code.op(Op.i32Shl);
  }

  /** Puts the requests of this cycle to their banks, beside those that wait there. */
  protected takeRequests(): void {
    const { code, options } = this;
    const { askingAt } = options.arrays;
    code.get(this.request);
    code.get(WAITING);
    code.op(Op.i32Or);
    code.set(this.rest);
    code.get(this.request);
    code.if();
    code.loop();
    this.takeHart(this.request);
    this.bankOf();
    code.set(this.bank);
    this.cell();
    this.cell();
    code.memory(Op.i32Load, askingAt);
    code.i32(1);
    code.get(this.hart);
    code.op(Op.i32Shl);
    code.op(Op.i32Or);
    code.memory(Op.i32Store, askingAt);
    code.get(this.request);
    code.brIf(0);
    code.end();
    code.end();
  }

  /** Each bank that somebody asks for grants one request; the others wait there. */
  protected settleBanks(): void {
    const { code, options } = this;
    const { askingAt } = options.arrays;
    code.i32(0);
    code.set(WAITING);
    code.get(this.rest);
    code.if();
    code.loop();
    this.takeHart(this.rest);
    this.bankOf();
    code.set(this.bank);
    this.toggleSide();
    this.cell();
    code.memory(Op.i32Load, askingAt);
    code.tee(this.group);
    code.get(this.rest);
    code.op(Op.i32And);
    code.if();
    // The members of the group are settled with their first one.
    code.get(this.rest);
    code.get(this.group);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.op(Op.i32And);
    code.set(this.rest);
    this.pickWinner();
    this.movePointer();
    code.get(this.group);
    code.i32(1);
    code.get(this.winner);
    code.op(Op.i32Shl);
    code.op(Op.i32Xor);
    code.set(this.losers);
    this.cell();
    code.get(this.losers);
    code.memory(Op.i32Store, askingAt);
    this.refuse();
    code.get(this.winner);
    this.setHart();
    code.else();
    this.moveFreePointer();
    this.cell();
    code.i32(0);
    code.memory(Op.i32Store, askingAt);
    code.end();
    this.countRefusals();
    this.call(wordBytes('requestOffset'));
    code.get(this.rest);
    code.brIf(0);
    code.end();
    code.end();
  }

  /** The losers wait at their bank. */
  private refuse(): void {
    const { code, options } = this;
    code.get(WAITING);
    code.get(this.losers);
    code.op(Op.i32Or);
    code.set(WAITING);
    code.get(this.bank);
    code.i32(3);
    code.op(Op.i32Shl);
    code.tee(this.tree);
    code.get(this.tree);
    code.memory(Op.f64Load, options.conflictsAt);
    code.get(this.losers);
    code.op(Op.i32Popcnt);
    code.op(Op.f64ConvertI32S);
    code.op(Op.f64Add);
    code.memory(Op.f64Store, options.conflictsAt);
  }

  /** A request that is granted now may have been raised earlier. */
  private countRefusals(): void {
    const { code } = this;
    code.get(TIME);
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('event'));
    code.op(Op.i32Sub);
    code.tee(this.losers);
    code.if();
    this.addNumber(stallOffset('tcdm_conflict'), this.losers);
    code.end();
  }

  /** The tree of `winnerOf`: where both halves have requests, a bit of the pointer picks. */
  protected pickWinner(): void {
    const { code, options } = this;
    code.get(this.bank);
    code.memory(Op.i32Load8U, options.pointersAt);
    code.set(this.pointer);
    code.i32(0);
    code.set(this.winner);
    code.get(this.group);
    code.set(this.tree);
    const levels = Math.min(options.masters, 2 * MAX_HARTS);
    for (let half = levels >> 1; half > 0; half >>= 1) {
      const low = half === 32 ? -1 : (1 << half) - 1;
      // upper = tree >>> half; lower = tree & low
      code.get(this.tree);
      code.i32(low);
      code.op(Op.i32And);
      code.op(Op.i32Eqz);
      code.get(this.tree);
      code.i32(half);
      code.op(Op.i32ShrU);
      code.i32(0);
      code.op(Op.i32Ne);
      code.get(this.pointer);
      code.i32(half);
      code.op(Op.i32And);
      code.i32(0);
      code.op(Op.i32Ne);
      code.op(Op.i32And);
      code.op(Op.i32Or);
      code.if();
      this.step(this.winner, half);
      code.get(this.tree);
      code.i32(half);
      code.op(Op.i32ShrU);
      code.set(this.tree);
      code.else();
      code.get(this.tree);
      code.i32(low);
      code.op(Op.i32And);
      code.set(this.tree);
      code.end();
    }
  }

  /** `nextPointer`: the lowest requester above it, else the lowest one; or simply the next number. */
  protected movePointer(): void {
    const { code, options } = this;
    code.get(this.bank);
    if (options.fair) {
      const above = this.tree;
      code.get(this.group);
      code.i32(-2);
      code.get(this.pointer);
      code.op(Op.i32Shl);
      code.op(Op.i32And);
      code.tee(above);
      code.get(this.group);
      code.get(above);
      code.op(Op.select);
      code.op(Op.i32Ctz);
    } else {
      code.get(this.pointer);
      code.i32(1);
      code.op(Op.i32Add);
      code.i32(options.masters - 1);
      code.op(Op.i32And);
    }
    code.memory(Op.i32Store8, options.pointersAt);
  }
}
