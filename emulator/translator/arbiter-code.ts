import { Op } from '../wasm/index.js';
import { MAX_HARTS, privateBytes } from './layout.js';
import { TIME, WheelCode } from './wheel-code.js';

/** The rule of `interconnect/arbiter.ts` in WebAssembly: who is granted its bank in this cycle. */
export class ArbiterCode extends WheelCode {
  /** Settles the banks of this cycle; afterwards `request` holds the winners. */
  protected arbitrate(): void {
    const { code } = this;
    code.get(this.slot);
    code.i64(32);
    code.op(Op.i64ShrU);
    code.op(Op.i64Popcnt);
    code.op(Op.i32WrapI64);
    code.get(this.request);
    code.op(Op.i32Popcnt);
    code.op(Op.i32Eq);
    code.if();
    this.grantUncontested();
    code.else();
    this.arbitrateContested();
    code.end();
  }

  protected grantUncontested(): void {
    const { code } = this;
    code.get(this.request);
    code.set(this.rest);
    code.loop();
    this.takeHart(this.rest);
    this.bankOf();
    code.set(this.bank);
    this.moveFreePointer();
    this.toggleSide();
    code.get(this.rest);
    code.brIf(0);
    code.end();
  }

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

  protected arbitrateContested(): void {
    const { code, options } = this;
    const cell = (): void => {
      code.get(this.bank);
      code.i32(2);
      code.op(Op.i32Shl);
    };
    const { askingAt } = options.arrays;
    code.get(this.request);
    code.set(this.rest);
    code.loop();
    this.takeHart(this.rest);
    this.bankOf();
    code.set(this.bank);
    cell();
    cell();
    code.memory(Op.i32Load, askingAt);
    code.i32(1);
    code.get(this.hart);
    code.op(Op.i32Shl);
    code.op(Op.i32Or);
    code.memory(Op.i32Store, askingAt);
    code.get(this.rest);
    code.brIf(0);
    code.end();

    code.get(this.request);
    code.set(this.rest);
    code.i32(0);
    code.set(this.request);
    code.get(TIME);
    code.i32(1);
    code.op(Op.i32Add);
    code.set(this.next);
    this.slotAddress(this.next);
    code.set(this.next);
    code.loop();
    this.takeHart(this.rest);
    this.bankOf();
    code.set(this.bank);
    cell();
    code.memory(Op.i32Load, askingAt);
    code.set(this.group);
    cell();
    code.i32(0);
    code.memory(Op.i32Store, askingAt);
    // The members of the group have been settled with their first one.
    code.get(this.rest);
    code.get(this.group);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.op(Op.i32And);
    code.set(this.rest);
    this.settleBank();
    code.get(this.rest);
    code.brIf(0);
    code.end();
  }

  /** `group` asks for `bank`: one wins, the others ask again in the next cycle (slot at `next`). */
  protected settleBank(): void {
    const { code } = this;
    this.toggleSide();
    this.pickWinner();
    code.get(this.request);
    code.i32(1);
    code.get(this.winner);
    code.op(Op.i32Shl);
    code.op(Op.i32Or);
    code.set(this.request);
    this.movePointer();
    code.get(this.group);
    code.i32(1);
    code.get(this.winner);
    code.op(Op.i32Shl);
    code.op(Op.i32Xor);
    code.tee(this.losers);
    code.if();
    this.refuse();
    code.end();
  }

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
    code.get(this.next);
    code.get(this.next);
    code.memory(Op.i64Load, 0);
    code.get(this.losers);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Or);
    this.bankBit();
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
    code.loop();
    this.takeHart(this.losers);
    code.get(this.base);
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('refused'));
    code.i32(1);
    code.op(Op.i32Add);
    code.memory(Op.i32Store, privateBytes('refused'));
    code.get(this.base);
    code.get(TIME);
    code.i32(1);
    code.op(Op.i32Add);
    code.memory(Op.i32Store, privateBytes('event'));
    code.get(this.losers);
    code.brIf(0);
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
