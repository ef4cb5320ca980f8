import { HART_SHIFT } from '../hart/slot.js';
import { FunctionBody, Op, Type } from '../wasm/index.js';
import { control, privateBytes, WHEEL, wordBytes, type TranslatorArrays } from './layout.js';

/** Where things are in the shared memory, and the arbitration rule. */
export interface SchedulerOptions {
  readonly arrays: TranslatorArrays;
  /** Addresses. */
  readonly wordsAt: number;
  readonly numbersAt: number;
  readonly pointersAt: number;
  readonly sidesAt: number;
  readonly conflictsAt: number;
  readonly banks: number;
  readonly masters: number;
  readonly fair: boolean;
  readonly pages: number;
}

/** Parameters of `run`. */
export const TIME = 0;
export const UNTIL = 1;
/** Harts whose request has been refused. */
export const WAITING = 2;

export const numberBytes = (offset: number): number => 8 * offset;

/** Locals of `run`, and the pieces of code that its parts share. */
export class WheelCode {
  protected readonly code = new FunctionBody(4096);
  protected readonly slotAt: number;
  protected readonly slot: number;
  protected readonly request: number;
  protected readonly hart: number;
  protected readonly base: number;
  protected readonly bank: number;
  protected readonly next: number;
  protected readonly rest: number;
  protected readonly group: number;
  protected readonly winner: number;
  protected readonly tree: number;
  protected readonly losers: number;
  protected readonly pointer: number;
  /** Banks that granted an odd number of requests. */
  protected readonly toggled: number;

  constructor(
    protected readonly options: SchedulerOptions,
    protected readonly signature: number,
  ) {
    const { code } = this;
    code.begin(3);
    this.slotAt = code.local(Type.i32);
    this.request = code.local(Type.i32);
    this.hart = code.local(Type.i32);
    this.base = code.local(Type.i32);
    this.bank = code.local(Type.i32);
    this.next = code.local(Type.i32);
    this.rest = code.local(Type.i32);
    this.group = code.local(Type.i32);
    this.winner = code.local(Type.i32);
    this.tree = code.local(Type.i32);
    this.losers = code.local(Type.i32);
    this.pointer = code.local(Type.i32);
    this.toggled = code.local(Type.i32);
    this.slot = code.local(Type.i64);
  }

  protected step(local: number, by: number): void {
    this.code.get(local);
    this.code.i32(by);
    this.code.op(Op.i32Add);
    this.code.set(local);
  }

  protected slotAddress(time: number): void {
    const { code } = this;
    code.get(time);
    code.i32(WHEEL - 1);
    code.op(Op.i32And);
    code.i32(3);
    code.op(Op.i32Shl);
    code.i32(this.options.arrays.wheelAt);
    code.op(Op.i32Add);
  }

  /** Lowest hart of a mask, which is taken out, and the address of its words. */
  protected takeHart(mask: number): void {
    const { code } = this;
    this.nameHart(mask);
    code.get(mask);
    code.get(mask);
    code.i32(1);
    code.op(Op.i32Sub);
    code.op(Op.i32And);
    code.set(mask);
  }

  protected nameHart(mask: number): void {
    const { code } = this;
    code.get(mask);
    code.op(Op.i32Ctz);
    this.setHart();
  }

  /** The hart is the one whose number is on the stack. */
  protected setHart(): void {
    const { code } = this;
    code.tee(this.hart);
    code.i32(HART_SHIFT + 2);
    code.op(Op.i32Shl);
    code.i32(this.options.wordsAt);
    code.op(Op.i32Add);
    code.set(this.base);
  }

  protected hartBit(from: number): void {
    const { code } = this;
    code.get(this.base);
    code.memory(Op.i64Load32U, privateBytes('bit'));
    if (from === 0) return;
    code.i64(from);
    code.op(Op.i64Shl);
  }

  protected bankOf(): void {
    const { code } = this;
    code.get(this.base);
    code.memory(Op.i32Load, wordBytes('requestOffset'));
    code.i32(2);
    code.op(Op.i32ShrU);
    code.i32(this.options.banks - 1);
    code.op(Op.i32And);
  }

  /** Calls the function of the hart, with a word of the hart as its third parameter, and puts its next event into the wheel. */
  protected call(third: number): void {
    const { code } = this;
    code.get(this.base);
    code.get(TIME);
    code.get(this.base);
    code.memory(Op.i32Load, third);
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('function'));
    code.callIndirect(this.signature);
    code.tee(this.next);
    code.i32(0);
    code.op(Op.i32GeS);
    code.if();
    this.insertRequest();
    code.else();
    code.get(this.next);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.set(this.next);
    this.slotAddress(this.next);
    code.tee(this.bank);
    code.get(this.bank);
    code.memory(Op.i64Load, 0);
    this.hartBit(16);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
    code.end();
    code.get(this.base);
    code.get(this.next);
    code.memory(Op.i32Store, privateBytes('event'));
  }

  private insertRequest(): void {
    const { code } = this;
    const at = this.bank;
    this.slotAddress(this.next);
    code.tee(at);
    code.get(at);
    code.memory(Op.i64Load, 0);
    this.hartBit(0);
    code.op(Op.i64Or);
    // Bit of the bank, out of a table; banks beyond 32 share bits, which only costs time.
    code.get(this.base);
    code.memory(Op.i32Load, wordBytes('requestOffset'));
    code.i32(1);
    code.op(Op.i32Shl);
    code.i32(8 * (Math.min(this.options.banks, 32) - 1));
    code.op(Op.i32And);
    code.memory(Op.i64Load, this.options.arrays.bankBitsAt);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
  }

  /** Adds an integer to a double of the hart. */
  protected addNumber(offset: number, value: number): void {
    const { code, options } = this;
    const at = this.tree;
    code.get(this.hart);
    code.i32(HART_SHIFT + 3);
    code.op(Op.i32Shl);
    code.tee(at);
    code.get(at);
    code.memory(Op.f64Load, options.numbersAt + numberBytes(offset));
    code.get(value);
    code.op(Op.f64ConvertI32S);
    code.op(Op.f64Add);
    code.memory(Op.f64Store, options.numbersAt + numberBytes(offset));
  }

  /** Up to 32 banks are told apart in the wheel: their sides are toggled when the run ends. */
  protected get togglesLater(): boolean {
    return this.options.banks <= 32;
  }

  /** Leaves behind what has been toggled. */
  protected tellToggled(): void {
    const { code, options } = this;
    if (!this.togglesLater) return;
    code.i32(options.arrays.controlAt + 4 * control.toggled);
    code.get(this.toggled);
    code.memory(Op.i32Store, 0);
  }

  protected toggleSide(): void {
    const { code, options } = this;
    if (this.togglesLater) {
      code.get(this.toggled);
      code.i32(1);
      code.get(this.bank);
      code.op(Op.i32Shl);
      code.op(Op.i32Xor);
      return code.set(this.toggled);
    }
    code.get(this.bank);
    code.get(this.bank);
    code.memory(Op.i32Load8U, options.sidesAt);
    code.i32(1);
    code.op(Op.i32Xor);
    code.memory(Op.i32Store8, options.sidesAt);
  }
}
