import { HART_SHIFT } from '../hart/slot.js';
import { FunctionBody, Op, Type } from '../wasm/index.js';
import {
  AHEAD,
  control,
  laneShiftOf,
  othersFromWheel,
  privateBytes,
  WHEEL,
  wheelBytes,
  wordBytes,
  type TranslatorArrays,
} from './layout.js';
import { addToNumber } from './numbers-code.js';

/** Where things are in the shared memory, and the arbitration rule. */
export interface SchedulerOptions {
  readonly arrays: TranslatorArrays;
  /** Addresses. */
  readonly wordsAt: number;
  readonly numbersAt: number;
  readonly pointersAt: number;
  readonly sidesAt: number;
  readonly conflictsAt: number;
  readonly tcdm: { readonly size: number };
  readonly l2: { readonly base: number };
  readonly l2At: number;
  /** Cycles of a jump to an instruction that straddles fetch words. */
  readonly splitTarget: number;
  readonly harts: number;
  readonly banks: number;
  readonly masters: number;
  readonly fair: boolean;
  readonly pages: number;
}

/** Parameters of `run`. */
export const TIME = 0;
export const UNTIL = 1;

export const numberBytes = (offset: number): number => 8 * offset;

/** Pushes the place of a hart in the cycle that a local holds, or the complement of both. `hart`: its number or a place of it. */
export function pushPlace(code: FunctionBody, time: number, hart: number, laneShift: number): void {
  const sign = (): void => {
    code.get(time);
    code.i32(31);
    code.op(Op.i32ShrS);
  };
  code.get(time);
  sign();
  code.op(Op.i32Xor);
  code.i32(laneShift);
  code.op(Op.i32Shl);
  code.get(hart);
  code.i32((1 << laneShift) - 1);
  code.op(Op.i32And);
  code.op(Op.i32Or);
  sign();
  code.op(Op.i32Xor);
}

/**
 * Locals of `run`, and the pieces of code that its parts share.
 *
 * The wheel is one row of bits: `lanes` for each cycle, one for each hart, 64 to a word. So the next event
 * is the lowest bit of a word, and which cycle and which hart it belongs to is in its place: no branch
 * has to be guessed for them, and the way from one event to the next one is short. A second row has the
 * events that are no requests. Of each cycle, `meta` has the banks that are asked for (lower half), and those that
 * are contested (upper half): by two requests, by one that was refused before, all of them by an event that is no request.
 *
 * `run` has the word that it works on in a local, and not in memory.
 */
export class WheelCode {
  protected readonly code = new FunctionBody(4096);
  /** Address of the word, and the place of its first bit in the row. */
  protected readonly wordAt: number;
  protected readonly first: number;
  /** Place in the row behind the events of the word that are for this run. */
  protected readonly limit: number;
  /** Place of the event in the row, and of the next one of its hart. */
  protected readonly at: number;
  protected readonly nextAt: number;
  protected readonly metaAt: number;
  protected readonly slotAt: number;
  protected readonly offset: number;
  protected readonly hart: number;
  protected readonly base: number;
  protected readonly bank: number;
  protected readonly rest: number;
  protected readonly group: number;
  protected readonly winner: number;
  protected readonly tree: number;
  protected readonly losers: number;
  protected readonly pointer: number;
  protected readonly word: number;
  protected readonly meta: number;
  protected readonly bit: number;
  private readonly end: number;
  protected readonly lanes: number;
  protected readonly laneShift: number;

  constructor(
    protected readonly options: SchedulerOptions,
    protected readonly signature: number,
    /** The function that does what paths say at their end (`end-code.ts`). */
    private readonly ends: number,
  ) {
    const { code } = this;
    this.laneShift = laneShiftOf(options.harts);
    this.lanes = 1 << this.laneShift;
    code.begin(2);
    this.wordAt = code.local(Type.i32);
    this.first = code.local(Type.i32);
    this.limit = code.local(Type.i32);
    this.at = code.local(Type.i32);
    this.nextAt = code.local(Type.i32);
    this.metaAt = code.local(Type.i32);
    this.slotAt = code.local(Type.i32);
    this.offset = code.local(Type.i32);
    this.hart = code.local(Type.i32);
    this.base = code.local(Type.i32);
    this.bank = code.local(Type.i32);
    this.rest = code.local(Type.i32);
    this.group = code.local(Type.i32);
    this.winner = code.local(Type.i32);
    this.tree = code.local(Type.i32);
    this.losers = code.local(Type.i32);
    this.pointer = code.local(Type.i32);
    this.word = code.local(Type.i64);
    this.meta = code.local(Type.i64);
    this.bit = code.local(Type.i64);
    this.end = code.local(Type.i64);
  }

  protected step(local: number, by: number): void {
    this.code.get(local);
    this.code.i32(by);
    this.code.op(Op.i32Add);
    this.code.set(local);
  }

  /** Address of the word of the wheel that has a place. */
  protected wordAddress(place: number): void {
    const { code, options } = this;
    code.get(place);
    code.i32(3);
    code.op(Op.i32ShrU);
    code.i32(wheelBytes(options.harts) - 8);
    code.op(Op.i32And);
    code.i32(options.arrays.wheelAt);
    code.op(Op.i32Add);
  }

  /** Address of what is known of the cycle of a place. */
  protected metaAddress(place: number): void {
    const { code, laneShift } = this;
    code.get(place);
    if (laneShift !== 3) {
      code.i32(Math.abs(laneShift - 3));
      code.op(laneShift > 3 ? Op.i32ShrU : Op.i32Shl);
    }
    code.i32(8 * (WHEEL - 1));
    code.op(Op.i32And);
    code.i32(this.options.arrays.metaAt);
    code.op(Op.i32Add);
  }

  /** The bit of a place in its word. */
  protected bitOf(place: number): void {
    const { code } = this;
    code.i64(1);
    code.get(place);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
  }

  /** Lowest hart of a mask, which is taken out, and the address of its words. */
  protected takeHart(mask: number): void {
    const { code } = this;
    code.get(mask);
    code.op(Op.i32Ctz);
    this.setHart();
    code.get(mask);
    code.get(mask);
    code.i32(1);
    code.op(Op.i32Sub);
    code.op(Op.i32And);
    code.set(mask);
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

  protected bankOfOffset(): void {
    const { code } = this;
    code.i32(2);
    code.op(Op.i32ShrU);
    code.i32(this.options.banks - 1);
    code.op(Op.i32And);
  }

  /** The hart whose place is on the stack. */
  protected laneOf(): void {
    this.code.i32(this.lanes - 1);
    this.code.op(Op.i32And);
  }

  /** Of a word on the stack, the harts of the cycle that begins `at`. */
  protected lanesAt(): void {
    const { code } = this;
    code.get(this.at);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64ShrU);
    code.op(Op.i32WrapI64);
    code.i32((1 << this.lanes) - 1);
    code.op(Op.i32And);
  }

  /** How far harts may run ahead. */
  protected setDeadline(): void {
    const { code } = this;
    code.i32(this.options.arrays.controlAt + 4 * control.deadline);
    code.get(TIME);
    code.i32(AHEAD);
    code.op(Op.i32Add);
    code.memory(Op.i32Store, 0);
  }

  /** Calls the function of the hart, for an access at an offset, and books its next event. */
  protected call(offset: () => void): void {
    const { code } = this;
    code.get(this.base);
    code.get(this.at);
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('undo'));
    offset();
    code.get(this.base);
    code.memory(Op.i32Load, privateBytes('function'));
    code.callIndirect(this.signature);
    code.set(this.end);
    code.set(this.nextAt);
    code.get(this.end);
    code.op(Op.i32WrapI64);
    code.if();
    code.get(this.base);
    code.get(this.nextAt);
    code.get(this.end);
    code.call(this.ends);
    code.set(this.nextAt);
    code.end();
    this.book();
  }

  /** Puts the next event of the hart into the wheel: its place, or its complement. */
  protected book(): void {
    const { code } = this;
    code.get(this.nextAt);
    code.i32(0);
    code.op(Op.i32GeS);
    code.if();
    this.askFor();
    code.else();
    code.get(this.nextAt);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.set(this.nextAt);
    this.bookOther();
    code.end();
    code.get(this.base);
    code.get(this.nextAt);
    code.i32(this.laneShift);
    code.op(Op.i32ShrU);
    code.memory(Op.i32Store, privateBytes('event'));
    this.bitOf(this.nextAt);
    code.set(this.bit);
    this.addBits();
  }

  /** Puts `bit` at `nextAt` into the wheel. */
  protected addBits(): void {
    const { code } = this;
    this.wordAddress(this.nextAt);
    code.tee(this.slotAt);
    code.get(this.slotAt);
    code.memory(Op.i64Load, 0);
    code.get(this.bit);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
  }

  /** Bit of the bank in one half of `meta`; banks beyond 32 share bits, which only costs time. */
  protected bankBit(bank: () => void): void {
    const { code } = this;
    code.i64(1);
    bank();
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
  }

  /** Whether the bank is contested, of `meta` on the stack. */
  protected contestedBit(): void {
    const { code } = this;
    code.i64(32);
    code.op(Op.i64ShrU);
    code.op(Op.i32WrapI64);
    code.get(this.bank);
    code.op(Op.i32ShrU);
    code.i32(1);
    code.op(Op.i32And);
  }

  /** A second request for one bank makes it contested. */
  private askFor(): void {
    const { code } = this;
    const at = this.bank;
    this.metaAddress(this.nextAt);
    code.set(at);
    this.bankBit(() => {
      code.get(this.base);
      code.memory(Op.i32Load, wordBytes('requestOffset'));
      code.i32(2);
      code.op(Op.i32ShrU);
      code.i32(Math.min(this.options.banks, 32) - 1);
      code.op(Op.i32And);
    });
    code.set(this.bit);
    code.get(at);
    code.get(at);
    code.memory(Op.i64Load, 0);
    code.tee(this.meta);
    code.get(this.bit);
    code.op(Op.i64And);
    code.i64(32);
    code.op(Op.i64Shl);
    code.get(this.meta);
    code.op(Op.i64Or);
    code.get(this.bit);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
  }

  private bookOther(): void {
    const { code, options } = this;
    const others = othersFromWheel(options.arrays);
    const at = this.bank;
    this.wordAddress(this.nextAt);
    code.tee(at);
    code.get(at);
    code.memory(Op.i64Load, others);
    this.bitOf(this.nextAt);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, others);
    this.metaAddress(this.nextAt);
    code.tee(at);
    code.get(at);
    code.memory(Op.i64Load, 0);
    code.i64Words(0, -1);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, 0);
  }

  /** Adds an integer to a double of the hart. */
  protected addNumber(offset: number, value: number): void {
    const { code, options } = this;
    code.get(this.hart);
    code.i32(HART_SHIFT + 3);
    code.op(Op.i32Shl);
    addToNumber(code, this.tree, options.numbersAt + numberBytes(offset), () => code.get(value));
  }

  /** Of up to 32 banks, the sides are toggled when a word is over. */
  protected get togglesLater(): boolean {
    return this.options.banks <= 32;
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
