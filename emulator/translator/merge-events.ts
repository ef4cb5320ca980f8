import { Op, Type, type ModuleBuilder } from '../wasm/index.js';
import {
  BOOKED_ENTRY,
  BOOKED_ORIGIN,
  fetchShift,
  FETCH_ASKS,
  hiding,
  kind,
  KIND_SHIFT,
  MERGE_SPAN,
} from './booked-layout.js';
import { MergeAdvance } from './merge-advance.js';
import { CLOSER, pending, type MergeOptions } from './merge-base.js';

const { i32, f64 } = Type;

/** Fetches of a cycle, and requests that need a closer look. */
export class MergeEvents extends MergeAdvance {
  protected readonly contestFunction: number;
  protected readonly fetchesFunction: number;

  constructor(module: ModuleBuilder, options: MergeOptions) {
    super(module, options);
    this.contestFunction = this.contest();
    this.fetchesFunction = this.fetches();
  }

  /** `contest(time, low, until)`: arbitrates the bank of the entry that begins with `low`. */
  private contest(): number {
    return this.write([i32, i32, i32], [], () => {
      const { code, at, options } = this;
      const [time, low, until] = [0, 1, 2];
      const [place, asking, bank, winner, losers, base, entry, late] = this.locals(8);
      this.requestPlace(time, low);
      code.tee(place);
      code.memory(Op.i32Load16U, at.requests);
      code.i32(0xff);
      code.op(Op.i32And);
      code.set(asking);
      code.get(place);
      code.i32(0);
      code.memory(Op.i32Store16, at.requests);
      this.changeWheel(
        time,
        8,
        () => {
          code.get(asking);
          code.op(Op.i64ExtendI32U);
        },
        Op.i64Xor,
      );
      this.bankOf(low);
      code.set(bank);
      this.winnerOf(bank, asking);
      code.set(winner);
      this.movePointer(bank, asking, losers);
      code.get(bank);
      code.get(bank);
      code.memory(Op.i32Load8U, options.sidesAt);
      code.i32(1);
      code.op(Op.i32Xor);
      code.memory(Op.i32Store8, options.sidesAt);
      code.get(asking);
      this.bitOf(winner);
      code.op(Op.i32Xor);
      code.tee(losers);
      code.if();
      this.lose(time, low, until, bank, losers);
      code.end();
      this.baseOf(winner, base);
      this.wordOf(base, 'readAt');
      code.tee(entry);
      code.memory(Op.i32Load, 0);
      code.set(low);
      code.get(time);
      code.get(entry);
      code.memory(Op.i32Load, 4);
      code.op(Op.i32Sub);
      this.wordOf(base, 'shift');
      code.op(Op.i32Sub);
      code.set(late);
      this.store(base, 'grantedAt', () => code.get(entry));
      this.store(base, 'readAt', () => this.with(entry, Op.i32Add, BOOKED_ENTRY));
      this.with(late, Op.i32GtS, 0);
      code.if();
      this.increase(base, 'refusedCycles', () => code.get(late));
      this.increase(base, 'shift', () => code.get(late));
      this.with(low, Op.i32ShrU, KIND_SHIFT);
      code.i32(kind.hides);
      code.op(Op.i32Eq);
      code.if();
      this.hide(base);
      code.end();
      code.end();
      this.store(base, 'wasRefused', () => this.with(late, Op.i32GtS, 0));
      if (this.cache) {
        this.wordOf(base, 'openLine');
        code.op(Op.i32Eqz);
        code.if();
      }
      this.with(time, Op.i32Add, 1);
      code.set(asking);
      this.requestSoon([winner, asking, until, base, entry, low, late]);
      code.if();
      code.op(Op.return);
      code.end();
      if (this.cache) code.end();
      code.get(winner);
      this.with(time, Op.i32Add, 1);
      code.get(until);
      code.call(this.advanceFunction);
    });
  }

  private hide(base: number): void {
    const { code, options } = this;
    this.increase(base, 'hides', () => code.i32(1));
    this.increase(base, 'shift', () => code.i32(-options.hidden));
  }

  /** `nextPointer` of `interconnect/arbiter.ts`. */
  private movePointer(bank: number, asking: number, above: number): void {
    const { code, options } = this;
    code.get(bank);
    code.get(asking);
    code.i32(-2);
    code.get(bank);
    code.memory(Op.i32Load8U, options.pointersAt);
    code.op(Op.i32Shl);
    code.op(Op.i32And);
    code.tee(above);
    code.get(asking);
    code.get(above);
    code.op(Op.select);
    code.op(Op.i32Ctz);
    code.memory(Op.i32Store8, options.pointersAt);
  }

  /** Who was refused requests in the next cycle. `bank` is used up. */
  private lose(time: number, low: number, until: number, bank: number, losers: number): void {
    const { code, at } = this;
    const [next] = this.locals(1);
    this.countConflicts(bank, losers, bank);
    this.with(time, Op.i32Add, 1);
    code.tee(next);
    code.get(until);
    code.op(Op.i32LtS);
    code.if();
    this.orWord(
      () => this.requestPlace(next, low),
      at.requests,
      () => this.with(losers, Op.i32Or, CLOSER),
    );
    this.changeWheel(next, 8, () => {
      code.get(losers);
      code.op(Op.i64ExtendI32U);
    });
    code.end();
  }

  /**
   * `fetches(hart, time, until)`: a fetch in that cycle, whose bit is not in the wheel any more. Where it stands for a request that must not be refused all
   * others are made first. 1: the call ends in that cycle.
   */
  private fetches(): number {
    return this.write([i32, i32, i32], [i32], () => {
      const { code, at } = this;
      const [hart, time, until] = [0, 1, 2];
      const [what, finals, low] = this.locals(3);
      code.loop();
      code.block();
      code.block();
      this.with(hart, Op.i32Shl, 2);
      code.memory(Op.i32Load, at.pending);
      code.tee(what);
      code.i32(pending.final);
      code.op(Op.i32Eq);
      code.if();
      code.get(finals);
      this.bitOf(hart);
      code.op(Op.i32Or);
      code.set(finals);
      code.br(2);
      code.end();
      if (this.cache) {
        this.with(what, Op.i32Eq, pending.look);
        code.brIf(0);
        this.fetch([hart, time, until, what]);
      }
      code.end();
      for (const value of [hart, time, until]) code.get(value);
      code.call(this.advanceFunction);
      code.end();
      code.get(finals);
      code.op(Op.i32Eqz);
      code.if();
      code.i32(0);
      code.op(Op.return);
      code.end();
      this.wheelPlace(time);
      code.memory(Op.i64Load, at.wheel);
      this.wheelBit(time, 0);
      code.op(Op.i64ExtendI32U);
      code.op(Op.i64ShrU);
      code.op(Op.i32WrapI64);
      code.i32(0xff);
      code.op(Op.i32And);
      code.tee(hart);
      code.if();
      code.get(hart);
      code.op(Op.i32Ctz);
      code.set(hart);
      this.changeWheel(time, 0, () => this.wideBitOf(hart), Op.i64Xor);
      code.br(1);
      code.end();
      code.end();
      this.forBits(finals, hart, () => {
        this.baseOf(hart, low);
        this.wordOf(low, 'readAt');
        code.memory(Op.i32Load, 0);
        code.set(low);
        this.requestPlace(time, low);
        code.memory(Op.i32Load16U, at.requests);
        code.i32(0xff);
        code.op(Op.i32And);
        code.set(what);
        this.bankOf(low);
        code.set(low);
        this.winnerOf(low, what);
        code.get(hart);
        code.op(Op.i32Ne);
        code.if();
        code.i32(1);
        code.op(Op.return);
        code.end();
      });
      code.i32(0);
    });
  }

  /**
   * The fetch that is pending: falls through or leaves the block around it when the hart is to be advanced, leaves the one around that when not, and
   * returns 1 if the call ends.
   */
  private fetch([hart, time, until, what]: number[]): void {
    const { code, options } = this;
    const [base, entry, low, line, straddles, wait, owed, mode] = this.locals(8);
    const [now] = this.locals(1, f64);
    const ask = (by?: number): void => {
      code.get(hart);
      code.get(line);
      if (by !== undefined) {
        code.get(by);
        code.op(Op.i32Add);
      }
      code.get(now);
      code.call(this.fetchLine);
    };
    const end = (): void => {
      code.i32(1);
      code.op(Op.return);
    };
    this.baseOf(hart, base);
    code.i32(0);
    code.memory(Op.f64Load, options.controlAt + BOOKED_ORIGIN);
    code.get(time);
    code.op(Op.f64ConvertI32S);
    code.op(Op.f64Add);
    code.set(now);
    this.store(base, 'fetchedAt', () => {
      code.get(time);
      this.wordOf(base, 'shift');
      code.op(Op.i32Sub);
      code.i32(1);
      code.op(Op.i32Add);
    });
    this.with(what, Op.i32Eq, pending.ask);
    code.if();
    this.wordOf(base, 'openLine');
    code.i32(1);
    code.op(Op.i32Sub);
    code.set(line);
    this.store(base, 'openLine', () => code.i32(0));
    ask();
    code.op(Op.i32Eqz);
    code.brIf(1);
    end();
    code.end();
    this.store(base, 'openLine', () => code.i32(0));
    this.wordOf(base, 'readAt');
    code.set(entry);
    this.store(base, 'firstAt', () => code.get(entry));
    code.get(entry);
    code.memory(Op.i32Load, 0);
    code.set(low);
    this.lineOf(low, line);
    code.set(straddles);
    code.i32(0);
    code.set(wait);
    this.isResident(() => code.get(line), hart);
    code.op(Op.i32Eqz);
    code.if();
    ask();
    code.set(wait);
    code.end();
    this.with(wait, Op.i32Eq, 0);
    code.get(straddles);
    code.op(Op.i32And);
    code.if();
    this.isResident(() => this.with(line, Op.i32Add, 1), hart);
    code.op(Op.i32Eqz);
    code.if();
    ask(straddles);
    code.set(wait);
    code.end();
    code.end();
    code.get(wait);
    code.if();
    // The jump behind an access that hides it is fetched before the hart is earlier because of that.
    code.get(time);
    code.get(entry);
    code.memory(Op.i32Load, 4);
    code.op(Op.i32Sub);
    this.wordOf(base, 'shift');
    code.op(Op.i32Sub);
    code.set(line);
    for (const word of ['shift', 'early'] as const) this.increase(base, word, () => code.get(line));
    for (const word of ['shift', 'waits', 'waited'] as const) {
      this.increase(base, word, () => code.get(wait));
    }
    this.store(base, 'waitedAt', () => code.get(entry));
    code.get(time);
    code.get(wait);
    code.op(Op.i32Add);
    code.tee(line);
    code.get(until);
    code.op(Op.i32LtS);
    this.with(wait, Op.i32LtS, MERGE_SPAN - 8);
    code.op(Op.i32And);
    code.if();
    this.addFetch(hart, line, () => code.i32(pending.fetch));
    code.br(3);
    code.end();
    code.br(1);
    code.end();
    this.store(base, 'readAt', () => this.with(entry, Op.i32Add, BOOKED_ENTRY));
    this.store(base, 'firstAt', () => this.with(entry, Op.i32Add, BOOKED_ENTRY));
    this.wordOf(base, 'waited');
    code.tee(wait);
    code.if();
    this.store(base, 'waited', () => code.i32(0));
    this.increase(base, 'shift', () => this.wordOf(base, 'early'), Op.i32Sub);
    this.store(base, 'early', () => code.i32(0));
    this.with(low, Op.i32ShrU, fetchShift.hiding);
    code.i32(3);
    code.op(Op.i32And);
    code.tee(mode);
    code.i32(hiding.final);
    code.op(Op.i32Eq);
    code.if();
    end();
    code.end();
    this.with(low, Op.i32ShrU, fetchShift.owed);
    code.i32((1 << (fetchShift.asks - fetchShift.owed)) - 1);
    code.op(Op.i32And);
    code.set(owed);
    // A wait of more than is owed
    code.get(wait);
    code.get(owed);
    code.op(Op.i32GtS);
    code.if();
    this.with(mode, Op.i32Eq, hiding.always);
    this.with(mode, Op.i32Eq, hiding.refused);
    this.wordOf(base, 'wasRefused');
    code.op(Op.i32And);
    code.op(Op.i32Or);
    code.if();
    this.hide(base);
    code.end();
    code.end();
    this.choose(wait, Op.i32LtS, () => code.get(owed));
    code.set(owed);
    this.increase(base, 'shift', () => code.get(owed), Op.i32Sub);
    this.increase(base, 'covered', () => code.get(owed));
    code.end();
    // What the line has to fetch ahead it asks for again
    code.get(line);
    code.get(straddles);
    code.op(Op.i32Add);
    code.set(line);
    this.isResident(() => code.get(line), hart);
    code.op(Op.i32Eqz);
    code.if();
    code.get(wait);
    code.if();
    end();
    code.end();
    this.with(low, Op.i32ShrU, fetchShift.asks);
    code.i32((1 << FETCH_ASKS) - 1);
    code.op(Op.i32And);
    code.tee(mode);
    code.if();
    this.store(base, 'openAsks', () => code.get(mode));
    this.store(base, 'openLine', () => this.with(line, Op.i32Add, 1));
    this.store(base, 'openTime', () => {
      code.get(entry);
      code.memory(Op.i32Load, 4);
    });
    code.end();
    code.else();
    this.requestSoon([hart, time, until, base, entry, low, wait]);
    code.brIf(2);
    code.end();
  }
}
