import { Op, Type, type ModuleBuilder } from '../wasm/index.js';
import { BookedFill, HART } from './booked-fill.js';
import { BOOKED_ENTRY, KIND_SHIFT, kind, type BookedOptions } from './booked-layout.js';

const { i32, i64 } = Type;

/** One cycle in which a bank may be contested. */
export class BookedResolve extends BookedFill {
  private readonly fillFunction: number;
  private readonly pointerFunction: number;
  private readonly loseFunction: number;

  constructor(module: ModuleBuilder, options: BookedOptions) {
    super(module, options);
    this.fillFunction = this.fill();
    this.pointerFunction = this.pointer();
    this.loseFunction = this.lose();
  }

  protected callFill(): void {
    this.code.call(this.fillFunction);
  }

  /**
   * `pointer(bank, time)`: pointer of the arbiter of a bank. Behind a grant that nobody contested it is the hart that
   * was granted; behind another one it has been written.
   */
  private pointer(): number {
    return this.write([i32, i32], [i32], () => {
      const { code, at, options } = this;
      const [bank, time] = [0, 1];
      const asked = code.local(i32);
      const word = code.local(i64);
      this.askedAddress(time, () => this.with(bank, Op.i32Shl, 3));
      code.tee(asked);
      code.memory(Op.i64Load, at.asked);
      this.timeBit(time);
      code.i64(1);
      code.op(Op.i64Sub);
      code.op(Op.i64And);
      code.set(word);
      this.with(time, Op.i32And, -64);
      code.set(time);
      this.lastAsked(asked, word, time);
      code.tee(time);
      this.with(bank, Op.i32Shl, 2);
      code.memory(Op.i32Load, at.latest);
      code.op(Op.i32GtS);
      code.if(i32);
      this.requesters(time, bank);
      code.op(Op.i32Ctz);
      code.else();
      code.get(bank);
      code.memory(Op.i32Load8U, options.pointersAt);
      code.end();
    });
  }

  /**
   * Pushes the last cycle with a bit in the words of a bank up to `word`, which is at `asked` and begins at `time`;
   * -1 without any in this span.
   */
  protected lastAsked(asked: number, word: number, time: number): void {
    const { code, at, options } = this;
    code.block();
    code.loop();
    code.get(word);
    code.i64(0);
    code.op(Op.i64Ne);
    code.brIf(1);
    code.get(time);
    code.if();
    this.plus(time, -64);
    this.plus(asked, -8 * options.banks);
    code.get(asked);
    code.memory(Op.i64Load, at.asked);
    code.set(word);
    code.br(1);
    code.end();
    code.end();
    code.end();
    code.get(time);
    code.i64(63);
    code.get(word);
    code.op(Op.i64Clz);
    code.op(Op.i64Sub);
    code.op(Op.i32WrapI64);
    code.op(Op.i32Add);
  }

  /** Reads the entry before `next`; leaves its time on the stack. */
  private entryBefore(next: number, entry: number, low: number, shift: number): void {
    const { code } = this;
    this.with(next, Op.i32Sub, BOOKED_ENTRY);
    code.tee(entry);
    code.memory(Op.i32Load, 0);
    code.set(low);
    this.timeOf(entry, shift);
  }

  /**
   * `lose(hart, origin, window, limit, time)`: the request of the hart is refused. It asks again one cycle later, and
   * all that follows comes later too.
   */
  private lose(): number {
    return this.write([i32, i32, i32, i32, i32], [], () => {
      const { code, at } = this;
      const [origin, window, limit, time] = [1, 2, 3, 4];
      const base = code.local(i32);
      const end = code.local(i32);
      const next = code.local(i32);
      const entry = code.local(i32);
      const shift = code.local(i32);
      const low = code.local(i32);
      const later = code.local(i32);
      const hides = code.local(i32);
      this.insertLocals();
      this.baseOf(HART, base);
      this.wordOf(base, 'readAt');
      code.tee(next);
      code.set(end);
      this.wordOf(base, 'shift');
      code.get(origin);
      code.op(Op.i32Sub);
      code.set(shift);
      code.block();
      code.loop();
      this.entryBefore(next, entry, low, shift);
      code.tee(later);
      code.get(time);
      code.op(Op.i32LeS);
      code.brIf(1);
      this.remove(later, low);
      this.plus(later, 1);
      this.insertBefore(limit, later, entry, low, end);
      code.get(entry);
      code.set(next);
      code.br(0);
      code.end();
      code.end();
      this.rowByte(time);
      code.i32(0);
      code.memory(Op.i32Store8, at.rows);
      this.increase(base, 'refusedCycles', () => code.i32(1));
      code.get(time);
      code.get(origin);
      code.op(Op.i32Add);
      code.set(later);
      this.wasRefused(base, later);
      this.store(base, 'refusedAt', () => code.get(later));
      this.plus(time, 1);
      this.insertBefore(limit, time, entry, low, end);
      this.store(base, 'readAt', () => code.get(end));
      code.if();
      this.increase(base, 'shift', () => code.i32(1));
      this.wordOf(base, 'delaysAt');
      code.i32(4);
      code.op(Op.i32Sub);
      code.tee(shift);
      code.get(shift);
      code.memory(Op.i32Load, 0);
      code.i32(1);
      code.op(Op.i32Add);
      code.memory(Op.i32Store, 0);
      code.else();
      code.i32(1);
      code.set(later);
      this.delay(base, entry, low, hides, later);
      code.get(hides);
      code.get(end);
      code.get(entry);
      code.op(Op.i32GtU);
      code.op(Op.i32And);
      code.if();
      this.plus(shift, 1);
      this.readAgain(base, [end, next, shift, low, later]);
      for (const value of [HART, origin, window, window]) code.get(value);
      this.callFill();
      code.end();
      code.end();
    });
  }

  /** The hart asks at that time, or what is read ends before this entry: the span is over. */
  private insertBefore(limit: number, time: number, entry: number, low: number, end: number): void {
    const { code } = this;
    code.get(time);
    code.get(limit);
    code.op(Op.i32LtS);
    code.if();
    this.insert(time, low);
    code.else();
    code.get(entry);
    code.set(end);
    code.end();
  }

  /** Takes back what was read from `next` to `end`. */
  private readAgain(base: number, [end, next, shift, low, time]: number[]): void {
    const { code } = this;
    code.block();
    code.loop();
    code.get(end);
    code.get(next);
    code.op(Op.i32LeU);
    code.brIf(1);
    this.plus(end, -BOOKED_ENTRY);
    code.get(end);
    code.memory(Op.i32Load, 0);
    code.set(low);
    this.timeOf(end, shift);
    code.set(time);
    this.remove(time, low);
    code.br(0);
    code.end();
    code.end();
    this.store(base, 'readAt', () => code.get(next));
  }

  /** A request is refused for the first time, so far for `cycles`. */
  protected delay(base: number, entry: number, low: number, hides: number, cycles: number): void {
    const { code, options } = this;
    const at = hides;
    this.wordOf(base, 'delaysAt');
    code.tee(at);
    code.get(entry);
    code.memory(Op.i32Store, 0);
    code.get(at);
    code.get(cycles);
    code.memory(Op.i32Store, 4);
    this.increase(base, 'delaysAt', () => code.i32(8));
    this.isHiding(low);
    code.set(hides);
    this.increase(base, 'hides', () => code.get(hides));
    this.increase(base, 'shift', () => {
      code.get(cycles);
      code.get(hides);
      code.i32(options.hidden);
      code.op(Op.i32Mul);
      code.op(Op.i32Sub);
    });
  }

  /** Pushes whether the hart was refused in the cycle before. */
  protected wasRefused(base: number, cycle: number): void {
    const { code } = this;
    this.wordOf(base, 'refusedAt');
    this.with(cycle, Op.i32Sub, 1);
    code.op(Op.i32Eq);
  }

  protected isHiding(low: number): void {
    this.with(low, Op.i32ShrU, KIND_SHIFT);
    this.code.i32(kind.hides);
    this.code.op(Op.i32Eq);
  }

  /** The hart does not ask at that time. Where somebody else may do so for that bank, the bit stays until then. */
  private remove(time: number, low: number): void {
    const { code, at } = this;
    this.rowByte(time);
    code.i32(0);
    code.memory(Op.i32Store8, at.rows);
    this.askedOfEntry(time, low);
    this.askedOfEntry(time, low);
    code.memory(Op.i64Load, at.asked);
    this.with(time, Op.i32Shl, 2);
    code.memory(Op.i32Load, at.flagged);
    this.bankOf(low);
    code.op(Op.i32ShrU);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.i32(1);
    code.op(Op.i32And);
    code.op(Op.i64ExtendI32U);
    code.get(time);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
    code.i64(-1);
    code.op(Op.i64Xor);
    code.op(Op.i64And);
    code.memory(Op.i64Store, at.asked);
  }

  /**
   * `resolve(origin, window, limit, time)`: arbitrates the contested banks of a cycle. 1: an entry that is final would be
   * refused, nothing was done.
   */
  protected resolve(): number {
    return this.write([i32, i32, i32, i32], [i32], () => {
      const { code, at, options } = this;
      const [origin, window, limit, time] = [0, 1, 2, 3];
      const banks = code.local(i32);
      const set = code.local(i32);
      const bank = code.local(i32);
      const asking = code.local(i32);
      const pointer = code.local(i32);
      const losers = code.local(i32);
      const hart = code.local(i32);
      const entry = code.local(i32);
      const shift = code.local(i32);
      const low = code.local(i32);
      this.with(time, Op.i32Shl, 2);
      code.memory(Op.i32Load, at.flagged);
      code.set(banks);
      this.with(time, Op.i32Shl, 2);
      code.i32(0);
      code.memory(Op.i32Store, at.flagged);
      const contest = (): void => {
        this.requesters(time, bank);
        code.tee(asking);
        this.with(asking, Op.i32Sub, 1);
        code.op(Op.i32And);
      };
      const choose = (): void => {
        code.get(bank);
        code.get(time);
        code.call(this.pointerFunction);
        code.set(pointer);
        code.get(asking);
        code.i32(1);
        this.with(pointer, Op.i32And, 7);
        code.i32(8);
        code.op(Op.i32Shl);
        code.get(asking);
        code.op(Op.i32Or);
        code.memory(Op.i32Load8U, options.winnersAt);
        code.op(Op.i32Shl);
        code.op(Op.i32Xor);
        code.set(losers);
      };
      code.i32(0);
      code.memory(Op.i32Load, at.kinds);
      code.i32(0);
      code.op(Op.i32LtS);
      code.if();
      code.get(banks);
      code.set(set);
      this.forBits(set, bank, () => {
        contest();
        code.if();
        choose();
        this.forBits(losers, hart, () => {
          this.findEntry(hart, origin, time, [pointer, entry, shift, low]);
          this.with(low, Op.i32ShrU, KIND_SHIFT);
          code.i32(kind.final);
          code.op(Op.i32Eq);
          code.if();
          code.i32(1);
          code.op(Op.return);
          code.end();
        });
        code.end();
      });
      code.end();
      this.forBits(banks, bank, () => {
        contest();
        code.if();
        choose();
        this.movePointer(bank, asking, pointer, shift);
        this.with(bank, Op.i32Shl, 2);
        code.get(time);
        code.memory(Op.i32Store, at.latest);
        this.countConflicts(bank, losers, entry);
        this.forBits(losers, hart, () => {
          for (const local of [hart, origin, window, limit, time]) code.get(local);
          code.call(this.loseFunction);
        });
        code.else();
        code.get(asking);
        code.op(Op.i32Eqz);
        code.if();
        this.forget(bank, time, entry);
        code.end();
        code.end();
      });
      code.i32(0);
    });
  }

  /** `low` becomes the first word of what the hart asks for at that time. */
  private findEntry(hart: number, origin: number, time: number, locals: number[]): void {
    const { code } = this;
    const [next, entry, shift, low] = locals;
    const base = entry;
    this.baseOf(hart, base);
    this.wordOf(base, 'readAt');
    code.set(next);
    this.wordOf(base, 'shift');
    code.get(origin);
    code.op(Op.i32Sub);
    code.set(shift);
    code.loop();
    this.entryBefore(next, entry, low, shift);
    code.get(entry);
    code.set(next);
    code.get(time);
    code.op(Op.i32GtS);
    code.brIf(0);
    code.end();
  }

  /** `nextPointer` of `interconnect/arbiter.ts`. */
  private movePointer(bank: number, asking: number, pointer: number, above: number): void {
    const { code } = this;
    code.get(bank);
    code.get(asking);
    code.i32(-2);
    code.get(pointer);
    code.op(Op.i32Shl);
    code.op(Op.i32And);
    code.tee(above);
    code.get(asking);
    code.get(above);
    code.op(Op.select);
    code.op(Op.i32Ctz);
    code.memory(Op.i32Store8, this.options.pointersAt);
  }

  /** All who asked for the bank at that time do so later. */
  private forget(bank: number, time: number, address: number): void {
    const { code, at } = this;
    this.askedAddress(time, () => this.with(bank, Op.i32Shl, 3));
    code.tee(address);
    code.get(address);
    code.memory(Op.i64Load, at.asked);
    this.timeBit(time);
    code.i64(-1);
    code.op(Op.i64Xor);
    code.op(Op.i64And);
    code.memory(Op.i64Store, at.asked);
  }
}
