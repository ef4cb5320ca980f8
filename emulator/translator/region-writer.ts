import { Op, Type, type FunctionBody } from '../wasm/index.js';
import type { Operand } from '../isa/expression.js';
import { HART_SHIFT } from '../hart/slot.js';
import { ExpressionEmitter, type OperandPlace } from './expression.js';
import type { Account } from './region-account.js';
import { BASE, RegionFunction, type RegionOptions } from './region-function.js';
import type { Block } from './region-graph.js';
import { makesBit } from './region-masks.js';
import { BOOKED_ENTRY, BOOKED_WRITE, KIND_SHIFT } from './booked-layout.js';
import { bookedKind, isOwed } from './booked-kind.js';
import { books } from './region-frame.js';
import { writesOf, type Step } from './tree.js';

/** Instructions of a region: registers in locals, accesses straight to the memories. */
export class RegionWriter extends RegionFunction {
  private readonly expressions: ExpressionEmitter;

  constructor(body: FunctionBody, options: RegionOptions) {
    super(body, options);
    this.expressions = new ExpressionEmitter(body);
  }

  register(register: number): void {
    if (register === 0 || register > 31) this.body.i32(0);
    else this.body.get(this.locals[register]);
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

  protected condition(step: Step): void {
    this.expressions.emit(step.row.condition!, (operand) => this.place(step, operand));
  }

  /** The value on the stack becomes the result of a step. */
  private result(step: Step): void {
    const { body, masks, bitLocals } = this;
    const register = writesOf(step);
    if (register < 0) return body.op(Op.drop);
    const mask = masks.maskOf(step);
    if (makesBit(step)) {
      bitLocals[register] ||= body.local(Type.i32);
      body.tee(bitLocals[register]);
      masks.wrote(register, bitLocals[register]);
    } else masks.wrote(register);
    if (mask !== 0) masks.wroteMask(register, mask);
    body.set(this.locals[register]);
  }

  /** An instruction that neither branches nor jumps, but for its account. */
  protected straight(block: Block, step: Step, account: Account): void {
    switch (step.row.timing) {
      case 'load':
      case 'store':
        return this.access(block, step, account);
      case 'fence':
        return;
      case 'div':
        this.division(step);
        break;
      case 'csr':
        this.hartId();
        return this.result(step);
      default:
    }
    const choice = this.masks.choiceOf(step);
    if (choice === undefined) {
      this.expressions.emit(step.row.result!, (operand) => this.place(step, operand));
    } else {
      this.register(choice.register);
      this.body.i32(0);
      this.body.get(choice.by);
      this.body.op(Op.select);
    }
    this.result(step);
  }

  /** Pushes what `mhartid` reads. */
  private hartId(): void {
    const { body, options } = this;
    body.get(BASE);
    body.i32(options.wordsAt);
    body.op(Op.i32Sub);
    body.i32(HART_SHIFT + 2);
    body.op(Op.i32ShrU);
    body.i32(options.hartId);
    body.op(Op.i32Add);
  }

  /** Its cycles: the base, and the leading zeros of the divisor; of a negative one its leading ones, less one. */
  private division(step: Step): void {
    const { body, words } = this;
    const isSigned = step.row.name === 'div' || step.row.name === 'rem';
    const divisor = (): void => this.register(step.rs2);
    divisor();
    if (isSigned) {
      divisor();
      body.i32(31);
      body.op(Op.i32ShrS);
      body.op(Op.i32Xor);
      body.op(Op.i32Clz);
      divisor();
      body.i32(31);
      body.op(Op.i32ShrU);
      body.op(Op.i32Sub);
    } else body.op(Op.i32Clz);
    body.i32(this.options.divBase - 1);
    body.op(Op.i32Add);
    body.tee(this.where);
    body.get(this.divisions);
    body.op(Op.i32Add);
    body.set(this.divisions);
    body.get(this.where);
    body.op(Op.i64ExtendI32U);
    body.i64(2 * COUNT);
    body.op(Op.i64Shl);
    body.get(words[0]);
    body.op(Op.i64Add);
    body.set(words[0]);
  }

  private access(block: Block, step: Step, account: Account): void {
    const { body, options, where } = this;
    const { bytes, write, postIncrement, offset } = step.row.memory!;
    const by = (): void => {
      if (offset === undefined) body.i32(step.imm);
      else this.register(offset === 'rs2' ? step.rs2 : step.rd);
    };
    const address = (): void => {
      let constant = -options.tcdm.base | 0;
      this.register(step.rs1);
      if (postIncrement !== true) {
        if (offset === undefined) constant = (constant + step.imm) | 0;
        else {
          by();
          body.op(Op.i32Add);
        }
      }
      body.i32(constant);
      body.op(Op.i32Add);
      body.tee(where);
      this.isOutside(bytes, options.tcdm.size);
    };
    const inner = (): void => {
      if (books(this.variant)) this.book(block, step, account, write);
      else this.grant();
      body.get(where);
      if (write) this.register(step.rs2);
      this.transfer(step, options.tcdmAt);
    };
    // What an earlier instruction owes to a jump is not known behind a load that takes longer.
    if (this.outerLoads.has(step) && (step.feedsJalr || !isOwed(account))) {
      address();
      body.if(Type.i32);
      this.noteOuter(step, 1);
      this.outerLoad(block, step, account);
      body.else();
      this.noteOuter(step, 0);
      inner();
      body.end();
    } else {
      this.leaveWhen(block, step.pc, account, () => {
        address();
        if (!write || this.codeEnd <= 0) return;
        body.get(where);
        body.i32(this.codeEnd);
        body.op(Op.i32LtU);
        body.op(Op.i32Or);
      });
      inner();
    }
    if (postIncrement === true && step.rs1 !== 0) {
      // The loaded value, still on the stack, wins over the stepped base in the same register.
      this.register(step.rs1);
      by();
      body.op(Op.i32Add);
      body.set(this.locals[step.rs1]);
      this.masks.wrote(step.rs1);
    }
    if (!write) this.result(step);
  }

  /** What a fetch of the jump behind a load needs to know of it. */
  private noteOuter(step: Step, isOuter: number): void {
    if (this.variant !== 'fetching' || !step.nextIsJump) return;
    this.body.i32(isOuter);
    this.body.set(this.wasOuter);
  }

  /** Whether an offset is misaligned or beyond a memory. Aligned and inside at once: the low bits rotate to the top. */
  private isOutside(bytes: number, size: number): void {
    const { body } = this;
    const shift = bytes >> 1;
    if (shift > 0) {
      body.i32(shift);
      body.op(Op.i32Rotr);
    }
    body.i32(size >> shift);
    body.op(Op.i32GeU);
  }

  /** Loads from, or stores to, a memory at an address; the offset in it, and what is stored, are on the stack. */
  private transfer({ row }: Step, at: number): void {
    const { bytes, signed, write } = row.memory!;
    if (write) {
      const op = bytes === 4 ? Op.i32Store : bytes === 2 ? Op.i32Store16 : Op.i32Store8;
      return this.body.memory(op, at);
    }
    const half = signed ? Op.i32Load16S : Op.i32Load16U;
    const byte = signed ? Op.i32Load8S : Op.i32Load8U;
    this.body.memory(bytes === 4 ? Op.i32Load : bytes === 2 ? half : byte, at);
  }

  /** Pushes what a load that does not reach the TCDM reads from L2; leaves where it does not reach that either. */
  private outerLoad(block: Block, step: Step, account: Account): void {
    const { body, options, where, words } = this;
    const { base, size, at, latency } = options.outer;
    this.frames.push(-1);
    this.leaveWhen(block, step.pc, account, () => {
      body.get(where);
      body.i32((options.tcdm.base - base) | 0);
      body.op(Op.i32Add);
      body.tee(where);
      this.isOutside(step.row.memory!.bytes, size);
    });
    this.frames.pop();
    body.get(this.outer);
    body.i32(1);
    body.op(Op.i32Add);
    body.set(this.outer);
    body.get(words[0]);
    body.i64Words(0, (latency - 1) << (2 * COUNT - 32));
    body.op(Op.i64Add);
    body.set(words[0]);
    body.get(where);
    this.transfer(step, at);
  }

  /** Books an access for the arbitration. */
  private book(block: Block, step: Step, account: Account, write: boolean): void {
    const bits = (bookedKind(block, step, account) << KIND_SHIFT) | (write ? BOOKED_WRITE : 0);
    this.log(account, () => {
      this.body.get(this.where);
      if (bits === 0) return;
      this.body.i32(bits);
      this.body.op(Op.i32Or);
    });
  }

  /** Books something that happens now. */
  protected log(account: Account, what: () => void): void {
    const { body, bookedAt, words, pending } = this;
    body.get(bookedAt);
    what();
    body.memory(Op.i32Store, 0);
    body.get(bookedAt);
    body.get(words[0]);
    body.i64(2 * COUNT);
    body.op(Op.i64ShrU);
    body.op(Op.i32WrapI64);
    body.get(this.since);
    body.op(Op.i32Add);
    body.i32(pending.time + account.time + this.copied);
    body.op(Op.i32Add);
    body.memory(Op.i32Store, 4);
    body.get(bookedAt);
    body.i32(BOOKED_ENTRY);
    body.op(Op.i32Add);
    body.set(bookedAt);
  }

  /** Cycles of the copies of the body of a tight loop before the one that is being written. */
  protected get copied(): number {
    return 0;
  }

  /** The arbiter of the bank takes note: the flag that each grant toggles, and who was granted last. */
  private grant(): void {
    const { body, where, options } = this;
    body.get(where);
    body.i32(4 * (options.banks - 1));
    body.op(Op.i32And);
    body.memory(Op.i32Load, options.bankBitsAt);
    if (this.variant === 'tracking') {
      body.tee(this.bit);
      body.get(this.granted);
      body.op(Op.i32Or);
      body.set(this.granted);
      body.get(this.bit);
    }
    body.get(this.odd);
    body.op(Op.i32Xor);
    body.set(this.odd);
  }
}

/** Bits of a field of a word of counters. */
const COUNT = 21;
