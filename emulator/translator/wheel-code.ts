import { HART_SHIFT } from '../hart/slot.js';
import { FunctionBody, Op, Type } from '../wasm/index.js';
import {
  laneShiftOf,
  othersFromWheel,
  privateBytes,
  WHEEL,
  wordBytes,
  type TranslatorArrays,
} from './layout.js';

/** Where things are in the shared memory, and the arbitration rule. */
export interface SchedulerOptions {
  readonly arrays: TranslatorArrays;
  /** Addresses. */
  readonly wordsAt: number;
  readonly numbersAt: number;
  readonly pointersAt: number;
  readonly sidesAt: number;
  readonly conflictsAt: number;
  readonly harts: number;
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

/**
 * Locals of `run`, and the pieces of code that its parts share.
 *
 * The wheel is one row of bits: `lanes` for each cycle, one for each hart, 64 to a word. So the next event
 * is the lowest bit of a word, and which cycle and which hart it belongs to is in its place: no branch
 * has to be guessed for them. A second row has the events that are no requests. Of each cycle, `meta`
 * has the banks that are asked for (lower half), and whether there is more in it than one request a bank.
 */
export class WheelCode {
  protected readonly code = new FunctionBody(4096);
  protected readonly wordAt: number;
  protected readonly metaAt: number;
  /** Place of the event in its word, or of the first lane of its cycle. */
  protected readonly place: number;
  /** First cycle of the word, and first cycle behind it. */
  protected readonly first: number;
  protected readonly behind: number;
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
  protected readonly word: number;
  protected readonly meta: number;
  /** What the last event added to its word. */
  protected readonly bit: number;
  protected readonly bankBit: number;
  /** Events of the word that lie before the end of the run. */
  protected readonly mask: number;
  protected readonly lanes: number;
  protected readonly laneShift: number;
  /** Cycles of a word. */
  protected readonly cycles: number;

  constructor(
    protected readonly options: SchedulerOptions,
    protected readonly signature: number,
  ) {
    const { code } = this;
    this.laneShift = laneShiftOf(options.harts);
    this.lanes = 1 << this.laneShift;
    this.cycles = 64 / this.lanes;
    code.begin(3);
    this.wordAt = code.local(Type.i32);
    this.metaAt = code.local(Type.i32);
    this.place = code.local(Type.i32);
    this.first = code.local(Type.i32);
    this.behind = code.local(Type.i32);
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
    this.word = code.local(Type.i64);
    this.meta = code.local(Type.i64);
    this.bit = code.local(Type.i64);
    this.bankBit = code.local(Type.i64);
    this.mask = code.local(Type.i64);
  }

  protected step(local: number, by: number): void {
    this.code.get(local);
    this.code.i32(by);
    this.code.op(Op.i32Add);
    this.code.set(local);
  }

  /** Address of the word of the wheel that a cycle lies in. */
  protected wordAddress(time: number): void {
    const { code } = this;
    const shift = 6 - this.laneShift;
    code.get(time);
    if (shift > 3) {
      code.i32(shift - 3);
      code.op(Op.i32ShrU);
    } else if (shift < 3) {
      code.i32(3 - shift);
      code.op(Op.i32Shl);
    }
    code.i32(((WHEEL >> shift) << 3) - 8);
    code.op(Op.i32And);
    code.i32(this.options.arrays.wheelAt);
    code.op(Op.i32Add);
  }

  /** Address of what is known of the cycle on the stack. */
  protected metaAddress(): void {
    const { code } = this;
    code.i32(WHEEL - 1);
    code.op(Op.i32And);
    code.i32(3);
    code.op(Op.i32Shl);
    code.i32(this.options.arrays.metaAt);
    code.op(Op.i32Add);
  }

  /** There is more in the cycle than one request a bank; twice the address of its `meta` is on the stack. */
  protected markSpecial(): void {
    const { code } = this;
    code.memory(Op.i64Load, 0);
    code.i64Words(0, 0x80000000 | 0);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
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

  protected bankOf(): void {
    const { code } = this;
    code.get(this.base);
    code.memory(Op.i32Load, wordBytes('requestOffset'));
    code.i32(2);
    code.op(Op.i32ShrU);
    code.i32(this.options.banks - 1);
    code.op(Op.i32And);
  }

  /** Calls the function of the hart and puts its next event into the wheel. */
  protected call(third: number): void {
    const { code } = this;
    code.get(this.base);
    code.get(TIME);
    code.get(this.base);
    code.memory(Op.i32Load, third);
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('function'));
    code.callIndirect(this.signature);
    code.set(this.next);
    this.book();
  }

  /** Puts the next event of the hart into the wheel. */
  protected book(): void {
    const { code } = this;
    // A time below 0 is one of another event.
    code.get(this.base);
    code.get(this.next);
    code.get(this.next);
    code.i32(31);
    code.op(Op.i32ShrS);
    code.tee(this.tree);
    code.op(Op.i32Xor);
    code.tee(this.next);
    code.memory(Op.i32Store, privateBytes('event'));
    // bit = 1 << (next * lanes + hart)
    code.i64(1);
    code.get(this.next);
    code.i32(this.laneShift);
    code.op(Op.i32Shl);
    code.get(this.hart);
    code.op(Op.i32Or);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
    code.set(this.bit);
    this.wordAddress(this.next);
    code.tee(this.group);
    code.get(this.group);
    code.memory(Op.i64Load, 0);
    code.get(this.bit);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
    code.get(this.next);
    this.metaAddress();
    code.set(this.bank);
    code.get(this.tree);
    code.op(Op.i32Eqz);
    code.if();
    this.insertRequest();
    code.else();
    code.get(this.group);
    code.get(this.group);
    code.memory(Op.i64Load, othersFromWheel(this.options.arrays));
    code.get(this.bit);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, othersFromWheel(this.options.arrays));
    code.get(this.bank);
    code.get(this.bank);
    this.markSpecial();
    code.end();
  }

  /** Two requests for one bank: the upper half of `meta` is not zero. */
  private insertRequest(): void {
    const { code } = this;
    code.get(this.bank);
    code.get(this.bank);
    code.memory(Op.i64Load, 0);
    code.tee(this.meta);
    // Bit of the bank, out of a table; banks beyond 32 share bits, which only costs time.
    code.get(this.base);
    code.memory(Op.i32Load, wordBytes('requestOffset'));
    code.i32(1);
    code.op(Op.i32Shl);
    code.i32(8 * (Math.min(this.options.banks, 32) - 1));
    code.op(Op.i32And);
    code.memory(Op.i64Load, this.options.arrays.bankBitsAt);
    code.tee(this.bankBit);
    code.op(Op.i64Or);
    code.get(this.meta);
    code.get(this.bankBit);
    code.op(Op.i64And);
    code.i64(32);
    code.op(Op.i64Shl);
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

  protected toggleSide(): void {
    const { code, options } = this;
    code.get(this.bank);
    code.get(this.bank);
    code.memory(Op.i32Load8U, options.sidesAt);
    code.i32(1);
    code.op(Op.i32Xor);
    code.memory(Op.i32Store8, options.sidesAt);
  }
}
