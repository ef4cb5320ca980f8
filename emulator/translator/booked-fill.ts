import { Op, Simd, Type, type ModuleBuilder } from '../wasm/index.js';
import { BookedEmitter } from './booked-emitter.js';
import { BATCH, BOOKED_ENTRY, scratchLayout, type BookedOptions } from './booked-layout.js';

const { i32, i64 } = Type;

/** The parameter that is the number of the hart. */
export const HART = 0;

/** What the functions of the arbitration are made of, and the one that reads a log. */
export class BookedFill extends BookedEmitter<BookedOptions> {
  protected readonly at;
  /** Shift from a number of 64 cycles to its row of `asked`. */
  protected readonly bankShift: number;

  constructor(module: ModuleBuilder, options: BookedOptions) {
    super(module, options);
    const places = scratchLayout(options.banks);
    const { scratchAt } = options;
    this.at = {
      rows: scratchAt + places.rows,
      contested: scratchAt + places.contested,
      kinds: scratchAt + places.kinds,
      asked: scratchAt + places.asked,
      flagged: scratchAt + places.flagged,
      latest: scratchAt + places.latest,
      window: scratchAt + places.window,
    };
    this.bankShift = 34 - Math.clz32(options.banks);
  }

  /** Pushes the address of the 64 bits of the bank around a cycle, less that of `asked`. */
  protected askedAddress(time: number, bankBytes: () => void): void {
    const { code } = this;
    this.with(time, Op.i32ShrU, 6);
    code.i32(this.bankShift);
    code.op(Op.i32Shl);
    bankBytes();
    code.op(Op.i32Add);
  }

  /** The same for the bank of an entry. */
  protected askedOfEntry(time: number, low: number): void {
    const { code } = this;
    this.askedAddress(time, () => {
      this.with(low, Op.i32And, (this.options.banks - 1) << 2);
      code.i32(1);
      code.op(Op.i32Shl);
    });
  }

  /** Pushes the bit of a cycle among 64. */
  protected timeBit(time: number): void {
    const { code } = this;
    code.i64(1);
    code.get(time);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
  }

  /** Pushes the place of the byte of a hart in the row of a cycle. */
  protected rowByte(time: number): void {
    this.with(time, Op.i32Shl, 3);
    this.code.get(this.hart);
    this.code.op(Op.i32Add);
  }

  /** Pushes the harts that ask for a bank in a cycle. */
  protected requesters(time: number, bank: number): void {
    const { code } = this;
    const mask = 0x01010101 * (0x80 | (this.options.banks - 1));
    this.with(time, Op.i32Shl, 3);
    code.memory(Simd.v128Load64Zero, this.at.rows);
    code.v128(mask, mask, mask, mask);
    code.op(Simd.v128And);
    this.with(bank, Op.i32Or, 0x80);
    code.op(Simd.i8x16Splat);
    code.op(Simd.i8x16Eq);
    code.op(Simd.i8x16Bitmask);
  }

  private asked = 0;
  private word = 0;
  private bit = 0;

  private hart = HART;

  /** Locals that `insert` needs. */
  protected insertLocals(hart = HART): void {
    const { code } = this;
    this.hart = hart;
    this.asked = code.local(i32);
    this.word = code.local(i64);
    this.bit = code.local(i64);
  }

  /** The hart asks in a cycle for what an entry says; who comes second makes the bank contested. */
  protected insert(time: number, low: number): void {
    const { code, at, asked, word, bit } = this;
    this.rowByte(time);
    this.with(low, Op.i32ShrU, 2);
    code.i32(0x80);
    code.op(Op.i32Or);
    code.memory(Op.i32Store8, at.rows);
    this.askedOfEntry(time, low);
    code.tee(asked);
    code.get(asked);
    code.memory(Op.i64Load, at.asked);
    code.tee(word);
    this.timeBit(time);
    code.tee(bit);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, at.asked);
    code.get(word);
    code.get(bit);
    code.op(Op.i64And);
    code.i64(0);
    code.op(Op.i64Ne);
    code.if();
    this.flag(time, low);
    code.end();
  }

  private flag(time: number, low: number): void {
    const { code, at, asked, bit } = this;
    this.with(time, Op.i32Shl, 2);
    code.tee(asked);
    code.get(asked);
    code.memory(Op.i32Load, at.flagged);
    code.i32(1);
    this.bankOf(low);
    code.op(Op.i32Shl);
    code.op(Op.i32Or);
    code.memory(Op.i32Store, at.flagged);
    this.with(time, Op.i32ShrU, 6);
    code.i32(3);
    code.op(Op.i32Shl);
    code.tee(asked);
    code.get(asked);
    code.memory(Op.i64Load, at.contested);
    code.get(bit);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, at.contested);
  }

  /** Pushes the cycle of the entry at `entry`, or of one behind it. */
  protected timeOf(entry: number, shift: number, offset = 0): void {
    const { code } = this;
    code.get(entry);
    code.memory(Op.i32Load, offset + 4);
    code.get(shift);
    code.op(Op.i32Add);
  }

  /**
   * `fill(hart, origin, window, limit)`: reads what a hart asks for before `window`, and perhaps some more, but nothing
   * from `limit` on. Both are relative to `origin`, as all cycles that follow.
   */
  protected fill(): number {
    return this.write([i32, i32, i32, i32], [], () => {
      const { code } = this;
      const [origin, window, limit] = [1, 2, 3];
      const base = code.local(i32);
      const entry = code.local(i32);
      const shift = code.local(i32);
      const time = code.local(i32);
      const low = code.local(i32);
      const kinds = code.local(i32);
      this.insertLocals();
      this.baseOf(HART, base);
      this.wordOf(base, 'readAt');
      code.set(entry);
      this.wordOf(base, 'shift');
      code.get(origin);
      code.op(Op.i32Sub);
      code.set(shift);
      code.block();
      code.loop();
      this.timeOf(entry, shift);
      code.tee(time);
      code.get(window);
      code.op(Op.i32GeS);
      code.brIf(1);
      const read = (offset: number): void => {
        code.get(entry);
        code.memory(Op.i32Load, offset);
        code.tee(low);
        code.get(kinds);
        code.op(Op.i32Or);
        code.set(kinds);
        this.insert(time, low);
      };
      this.timeOf(entry, shift, (BATCH - 1) * BOOKED_ENTRY);
      code.get(limit);
      code.op(Op.i32LtS);
      code.if();
      for (let i = 0; i < BATCH; i++) {
        if (i > 0) {
          this.timeOf(entry, shift, i * BOOKED_ENTRY);
          code.set(time);
        }
        read(i * BOOKED_ENTRY);
      }
      this.plus(entry, BATCH * BOOKED_ENTRY);
      code.br(1);
      code.end();
      read(0);
      this.plus(entry, BOOKED_ENTRY);
      code.br(0);
      code.end();
      code.end();
      this.store(base, 'readAt', () => code.get(entry));
      code.i32(0);
      code.i32(0);
      code.memory(Op.i32Load, this.at.kinds);
      code.get(kinds);
      code.op(Op.i32Or);
      code.memory(Op.i32Store, this.at.kinds);
    });
  }
}
