import { Op, Type, type ModuleBuilder } from '../wasm/index.js';
import {
  BOOKED_ENTRY,
  BOOKED_ORIGIN,
  FETCH_ASKS,
  FETCH_LINES,
  fetchShift,
  kind,
  KIND_SHIFT,
  MERGE_SPAN,
} from './booked-layout.js';
import { CLOSER, MergeBase, pending, type MergeOptions } from './merge-base.js';

const { i32 } = Type;
const NONE = 0x7fff_ffff;

/** What a hart does next, as a bit in the wheel. */
export class MergeAdvance extends MergeBase {
  protected readonly advanceFunction: number;
  private readonly askFunction: number;

  constructor(module: ModuleBuilder, options: MergeOptions) {
    super(module, options);
    this.askFunction = this.cache ? this.nextAsk() : -1;
    this.advanceFunction = this.advance();
  }

  /** Pushes whether the first word of an entry is that of a fetch. */
  protected isFetch(low: number): void {
    this.with(low, Op.i32GeU, kind.fetch << KIND_SHIFT);
  }

  protected isFinal(low: number): void {
    this.with(low, Op.i32ShrU, KIND_SHIFT);
    this.code.i32(kind.final);
    this.code.op(Op.i32Eq);
  }

  /** `line` becomes the line of a fetch; pushes 1 if it ends in the next one. */
  protected lineOf(low: number, line: number): void {
    const { code } = this;
    this.with(low, Op.i32ShrU, fetchShift.line);
    code.i32(FETCH_LINES - 1);
    code.op(Op.i32And);
    code.set(line);
    this.with(low, Op.i32ShrU, fetchShift.straddles);
    code.i32(1);
    code.op(Op.i32And);
  }

  /** Pushes 1 if a fetch of the line by the hart has no consequence. */
  protected isResident(line: () => void, hart: number): void {
    const { code } = this;
    this.residents(line);
    code.get(hart);
    code.op(Op.i32ShrU);
    code.i32(1);
    code.op(Op.i32And);
  }

  /** Pushes a bit for each hart of which that is so. */
  private residents(line: () => void): void {
    const { code } = this;
    line();
    code.i32(1);
    code.op(Op.i32Shl);
    code.memory(Op.i32Load16U, this.cache!.privates.resident.byteOffset);
  }

  /** Pushes 1 if that is so of all lines of an entry. */
  protected hitsAll(low: number, line: number, hart: number): void {
    const { code } = this;
    this.lineOf(low, line);
    code.get(line);
    code.op(Op.i32Add);
    code.i32(1);
    code.op(Op.i32Shl);
    code.memory(Op.i32Load16U, this.cache!.privates.resident.byteOffset);
    this.residents(() => code.get(line));
    code.op(Op.i32And);
    code.get(hart);
    code.op(Op.i32ShrU);
    code.i32(1);
    code.op(Op.i32And);
  }

  /** Pushes the cycle from which on the port of the hart is free, relative to the origin. */
  private portFree(hart: number): void {
    const { code, options } = this;
    this.with(hart, Op.i32Shl, 3);
    code.memory(Op.f64Load, this.cache!.portFree.byteOffset);
    code.i32(0);
    code.memory(Op.f64Load, options.controlAt + BOOKED_ORIGIN);
    code.op(Op.f64Sub);
    code.op(Op.i32TruncSatF64S);
  }

  /**
   * `nextAsk(hart, end, until, first)`: the cycle, before `until`, in which an instruction of the open line with an own time before
   * `end` finds the port free, or `NONE`. Those before it ask for nothing and are forgotten, and the line with the last one.
   * A cycle before `first` stands for that: behind a refused access a jump asks, whose second cycle hides, so that `shift`
   * is already that of what follows it.
   */
  private nextAsk(): number {
    return this.write([i32, i32, i32, i32], [i32], () => {
      const { code } = this;
      const [hart, end, until, first] = [0, 1, 2, 3];
      const [base, asks, within, begin] = this.locals(4);
      this.baseOf(hart, base);
      this.wordOf(base, 'openAsks');
      code.set(asks);
      this.wordOf(base, 'shift');
      this.wordOf(base, 'openTime');
      code.op(Op.i32Add);
      code.set(begin);
      // Bits of those before `end` and `until`
      code.get(until);
      this.wordOf(base, 'shift');
      code.op(Op.i32Sub);
      code.set(until);
      this.choose(end, Op.i32LtS, () => code.get(until));
      this.wordOf(base, 'openTime');
      code.op(Op.i32Sub);
      code.i32(1);
      code.op(Op.i32Sub);
      code.set(within);
      this.clamp(within);
      code.get(asks);
      this.lowBits(within);
      code.op(Op.i32And);
      code.set(within);
      // Bits of those before the port is free
      this.portFree(hart);
      code.tee(end);
      code.get(begin);
      code.op(Op.i32Sub);
      code.i32(1);
      code.op(Op.i32Sub);
      code.i32(0);
      code.get(end);
      code.get(first);
      code.op(Op.i32GtS);
      code.op(Op.select);
      code.set(end);
      this.clamp(end);
      code.get(within);
      this.lowBits(end);
      code.i32(-1);
      code.op(Op.i32Xor);
      code.op(Op.i32And);
      code.tee(end);
      code.if(i32);
      this.store(base, 'openAsks', () => {
        code.get(asks);
        code.i32(-1);
        code.get(end);
        code.op(Op.i32Ctz);
        code.op(Op.i32Shl);
        code.op(Op.i32And);
      });
      code.get(begin);
      code.get(end);
      code.op(Op.i32Ctz);
      code.op(Op.i32Add);
      code.i32(1);
      code.op(Op.i32Add);
      code.else();
      code.get(asks);
      code.get(within);
      code.op(Op.i32Xor);
      code.set(asks);
      this.store(base, 'openAsks', () => code.get(asks));
      code.get(asks);
      code.op(Op.i32Eqz);
      code.if();
      this.store(base, 'openLine', () => code.i32(0));
      code.end();
      code.i32(NONE);
      code.end();
    });
  }

  /** To 0 .. FETCH_ASKS. */
  private clamp(count: number): void {
    const { code } = this;
    this.choose(count, Op.i32GtS, () => code.i32(0));
    code.set(count);
    this.choose(count, Op.i32LtS, () => code.i32(FETCH_ASKS));
    code.set(count);
  }

  /** Pushes so many bits. */
  private lowBits(count: number): void {
    this.bitOf(count);
    this.code.i32(1);
    this.code.op(Op.i32Sub);
  }

  /** The fetch of a hart is in the wheel, and its kind, which is pushed, in `pending`. */
  protected addFetch(hart: number, time: number, of: () => void): void {
    const { code } = this;
    this.with(hart, Op.i32Shl, 2);
    of();
    code.memory(Op.i32Store, this.at.pending);
    this.changeWheel(time, 0, () => this.wideBitOf(hart));
  }

  /**
   * `advance(hart, first, until)`: skips fetches that hit, and puts what a hart does next into the wheel, as something that happens in the cycle
   * `first` at the earliest. Nothing if that is not before `until`.
   */
  private advance(): number {
    return this.write([i32, i32, i32], [], () => {
      const { code } = this;
      const [hart, first, until] = [0, 1, 2];
      const [base, entry, low, time, due, line, what, closer] = this.locals(8);
      const ends = (): void => {
        code.get(due);
        code.get(until);
        code.op(Op.i32GeS);
        code.if();
        code.op(Op.return);
        code.end();
      };
      code.get(first);
      code.get(until);
      code.op(Op.i32GeS);
      code.if();
      code.op(Op.return);
      code.end();
      this.baseOf(hart, base);
      code.loop();
      this.wordOf(base, 'readAt');
      code.tee(entry);
      code.memory(Op.i32Load, 0);
      code.set(low);
      code.get(entry);
      code.memory(Op.i32Load, 4);
      code.tee(time);
      this.wordOf(base, 'shift');
      code.op(Op.i32Add);
      code.set(due);
      code.i32(0);
      code.set(closer);
      code.i32(-1);
      code.set(what);
      if (this.cache) {
        this.wordOf(base, 'openLine');
        code.if();
        code.get(hart);
        code.get(time);
        this.isFetch(low);
        code.op(Op.i32Sub);
        code.i32(1);
        code.op(Op.i32Add);
        code.get(until);
        code.get(first);
        code.call(this.askFunction);
        code.tee(line);
        code.i32(NONE);
        code.op(Op.i32Ne);
        code.if();
        code.get(line);
        code.set(due);
        code.i32(pending.ask);
        code.set(what);
        code.else();
        code.i32(CLOSER);
        code.set(closer);
        ends();
        code.end();
        code.else();
        ends();
        code.end();
        code.get(what);
        code.i32(0);
        code.op(Op.i32LtS);
        this.isFetch(low);
        code.op(Op.i32And);
        code.if();
        this.hitsAll(low, line, hart);
        this.wordOf(base, 'waited');
        code.op(Op.i32Eqz);
        code.op(Op.i32And);
        code.if();
        this.store(base, 'readAt', () => this.with(entry, Op.i32Add, BOOKED_ENTRY));
        this.store(base, 'openLine', () => code.i32(0));
        code.br(2);
        code.end();
        code.i32(pending.fetch);
        code.set(what);
        code.end();
      } else ends();
      code.end();
      code.get(due);
      code.get(first);
      code.op(Op.i32LtS);
      code.if();
      code.get(first);
      code.set(due);
      code.i32(CLOSER);
      code.set(closer);
      code.end();
      // What the wheel can hold
      this.with(first, Op.i32Sub, 1);
      code.i32(-4);
      code.op(Op.i32And);
      code.i32(MERGE_SPAN - 1);
      code.op(Op.i32Add);
      code.tee(line);
      code.get(due);
      code.op(Op.i32LtS);
      code.if();
      code.get(line);
      code.set(due);
      code.i32(pending.look);
      code.set(what);
      code.end();
      code.get(what);
      code.i32(0);
      code.op(Op.i32LtS);
      code.if();
      this.isFinal(low);
      code.if();
      this.addFetch(hart, due, () => code.i32(pending.final));
      code.end();
      this.addRequest(hart, due, low, () => {
        code.get(closer);
        code.op(Op.i32Or);
      });
      code.else();
      this.addFetch(hart, due, () => code.get(what));
      code.end();
    });
  }

  /**
   * What `advance` does where it is simple: the entry behind `entry` is an access from the cycle `first` on, and no line is open. Pushes whether it was.
   * `low` and `due` are free to use.
   */
  protected requestSoon([hart, first, until, base, entry, low, due]: number[]): void {
    const { code } = this;
    code.get(entry);
    code.memory(Op.i32Load, BOOKED_ENTRY + 4);
    this.wordOf(base, 'shift');
    code.op(Op.i32Add);
    code.set(due);
    code.get(entry);
    code.memory(Op.i32Load, BOOKED_ENTRY);
    code.tee(low);
    code.i32(0);
    code.op(Op.i32GeS);
    code.get(due);
    code.get(first);
    code.op(Op.i32Sub);
    code.i32(MERGE_SPAN - 8);
    code.op(Op.i32LtU);
    code.op(Op.i32And);
    code.get(due);
    code.get(until);
    code.op(Op.i32LtS);
    code.op(Op.i32And);
    code.if(i32);
    this.addRequest(hart, due, low, () => undefined);
    code.i32(1);
    code.else();
    code.i32(0);
    code.end();
  }

  /** A hart requests; `also` may change the bit on top of the stack. `low` is used up. */
  private addRequest(hart: number, time: number, low: number, also: () => void): void {
    const { code } = this;
    const [base] = this.locals(1);
    this.requestPlace(time, low);
    code.set(low);
    this.baseOf(hart, base);
    this.store(base, 'requestAt', () => code.get(low));
    this.orWord(
      () => code.get(low),
      this.at.requests,
      () => {
        this.bitOf(hart);
        also();
      },
    );
    this.changeWheel(time, 8, () => this.wideBitOf(hart));
  }
}
