import { HART_SHIFT } from '../hart/slot.js';
import { stallOffset } from '../hart/state.js';
import { Op } from '../wasm/index.js';
import { MAX_HARTS, privateBytes, wordBytes } from './layout.js';
import { TIME, WheelCode } from './wheel-code.js';

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

  protected cell(): void {
    const { code } = this;
    code.get(this.bank);
    code.i32(2);
    code.op(Op.i32Shl);
  }

  /** The bit of the lowest hart of `rest`, if it asks for `bank`; else 0. */
  protected bitIfSameBank(): void {
    const { code, options } = this;
    code.get(this.rest);
    code.i32(0);
    code.get(this.rest);
    code.op(Op.i32Sub);
    code.op(Op.i32And);
    code.i32(0);
    code.get(this.rest);
    code.op(Op.i32Ctz);
    code.i32(HART_SHIFT + 2);
    code.op(Op.i32Shl);
    code.memory(Op.i32Load, options.wordsAt + wordBytes('requestOffset'));
    this.bankOfOffset();
    code.get(this.bank);
    code.op(Op.i32Eq);
    code.op(Op.select);
  }

  /** The losers stand at their bank, and ask again in the next cycle: `bit` at `nextAt` in the wheel. */
  protected refuse(): void {
    const { code, options } = this;
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
    code.get(this.at);
    code.i32(this.lanes);
    code.op(Op.i32Add);
    code.set(this.nextAt);
    this.metaAddress(this.nextAt);
    code.tee(this.slotAt);
    code.get(this.slotAt);
    code.memory(Op.i64Load, 0);
    // Asked for, and contested
    code.i64Words(1, 1);
    code.get(this.bank);
    code.i32(31);
    code.op(Op.i32And);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
    code.get(this.losers);
    code.op(Op.i64ExtendI32U);
    code.get(this.nextAt);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
    code.set(this.bit);
    this.addBits();
  }

  /** A request that is granted now may have been raised earlier. */
  protected countRefusals(): void {
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

  /** What `winnerOf` says: of up to 8 harts it stands in a table. */
  protected pickWinner(): void {
    const { code, options } = this;
    code.get(this.bank);
    code.memory(Op.i32Load8U, options.pointersAt);
    code.set(this.pointer);
    if (this.lanes > 8) return this.walkTree();
    code.get(this.pointer);
    code.i32(7);
    code.op(Op.i32And);
    code.i32(8);
    code.op(Op.i32Shl);
    code.get(this.group);
    code.op(Op.i32Or);
    code.memory(Op.i32Load8U, options.arrays.winnersAt);
    code.set(this.winner);
  }

  /** The tree of `winnerOf`: where both halves have requests, a bit of the pointer picks. */
  private walkTree(): void {
    const { code, options } = this;
    code.i32(0);
    code.set(this.winner);
    code.get(this.group);
    code.set(this.tree);
    const levels = Math.min(options.masters, 2 * MAX_HARTS);
    for (let half = levels >> 1; half > 0; half >>= 1) {
      const low = half === 32 ? -1 : (1 << half) - 1;
      // upper: only there, or on both sides and the pointer says so
      code.get(this.tree);
      code.i32(half);
      code.op(Op.i32ShrU);
      code.tee(this.losers);
      code.i32(0);
      code.op(Op.i32Ne);
      code.get(this.pointer);
      code.i32(half);
      code.op(Op.i32And);
      code.i32(0);
      code.op(Op.i32Ne);
      code.op(Op.i32And);
      code.get(this.tree);
      code.i32(low);
      code.op(Op.i32And);
      code.op(Op.i32Eqz);
      code.op(Op.i32Or);
      code.set(this.slotAt);
      code.get(this.losers);
      code.get(this.tree);
      code.i32(low);
      code.op(Op.i32And);
      code.get(this.slotAt);
      code.op(Op.select);
      code.set(this.tree);
      code.get(this.winner);
      code.get(this.slotAt);
      code.i32(31 - Math.clz32(half));
      code.op(Op.i32Shl);
      code.op(Op.i32Or);
      code.set(this.winner);
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
