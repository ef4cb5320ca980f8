import { Op, Simd, Type } from '../wasm/index.js';
import { BATCH, BOOKED_ENTRY, NEVER, SPAN } from './booked-layout.js';
import { BookedResolve } from './booked-resolve.js';

const { i32, i64, v128 } = Type;

/** What happens where a call or a span begins or ends. */
export class BookedEdges extends BookedResolve {
  /** `settle(until)`: pointers and sides of all banks behind the cycles of this span before `until`. */
  protected settle(): number {
    return this.write([i32], [], () => {
      const { code, at, options } = this;
      const until = 0;
      const bank = code.local(i32);
      const last = code.local(i32);
      const asked = code.local(i32);
      const time = code.local(i32);
      const word = code.local(i64);
      const mask = code.local(v128);
      this.with(until, Op.i32LeS, 0);
      code.if();
      code.op(Op.return);
      code.end();
      this.with(until, Op.i32Sub, 1);
      code.i32(6);
      code.op(Op.i32ShrU);
      code.i32(this.bankShift);
      code.op(Op.i32Shl);
      code.set(last);
      this.with(until, Op.i32And, 63);
      code.if();
      this.timeBit(until);
      code.i64(1);
      code.op(Op.i64Sub);
      code.op(Simd.i64x2Splat);
      code.set(mask);
      for (let pair = 0; pair < options.banks; pair += 2) {
        code.get(last);
        code.get(last);
        code.memory(Simd.v128Load, at.asked + 8 * pair);
        code.get(mask);
        code.op(Simd.v128And);
        code.memory(Simd.v128Store, at.asked + 8 * pair);
      }
      code.end();
      // Two banks at a time
      code.loop();
      this.with(bank, Op.i32Shl, 3);
      code.set(asked);
      code.v128(0, 0, 0, 0);
      code.set(mask);
      code.loop();
      code.get(mask);
      code.get(asked);
      code.memory(Simd.v128Load, at.asked);
      code.op(Simd.v128Xor);
      code.set(mask);
      this.plus(asked, 8 * options.banks);
      code.get(asked);
      code.get(last);
      code.i32(8 * options.banks);
      code.op(Op.i32Add);
      code.op(Op.i32LtS);
      code.brIf(0);
      code.end();
      for (const lane of [0, 1]) {
        code.get(bank);
        code.get(bank);
        code.memory(Op.i32Load8U, options.sidesAt);
        code.get(mask);
        code.lane(Simd.i64x2ExtractLane, lane);
        code.op(Op.i64Popcnt);
        code.op(Op.i32WrapI64);
        code.i32(1);
        code.op(Op.i32And);
        code.op(Op.i32Xor);
        code.memory(Op.i32Store8, options.sidesAt);
        this.with(until, Op.i32Sub, 1);
        code.i32(-64);
        code.op(Op.i32And);
        code.set(time);
        this.with(bank, Op.i32Shl, 3);
        code.get(last);
        code.op(Op.i32Add);
        code.tee(asked);
        code.memory(Op.i64Load, at.asked);
        code.set(word);
        this.lastAsked(asked, word, time);
        code.tee(time);
        this.with(bank, Op.i32Shl, 2);
        code.memory(Op.i32Load, at.latest);
        code.op(Op.i32GtS);
        code.if();
        code.get(bank);
        this.requesters(time, bank);
        code.op(Op.i32Ctz);
        code.memory(Op.i32Store8, options.pointersAt);
        code.end();
        this.plus(bank, 1);
      }
      this.with(bank, Op.i32LtU, options.banks);
      code.brIf(0);
      code.end();
    });
  }

  /** Pushes whether the hart can note so many bytes of delays. */
  protected hasRoom(base: number, bytes: number): void {
    const { code } = this;
    this.wordOf(base, 'delaysEnd');
    this.wordOf(base, 'delaysAt');
    code.op(Op.i32Sub);
    code.i32(bytes);
    code.op(Op.i32GeS);
  }

  /** Marks the end of a log; who waits already is as late as it is. */
  protected begin(base: number, from: number, [entry, low, late, hides]: number[]): void {
    const { code } = this;
    for (let i = 0; i < BATCH; i++) {
      this.wordOf(base, 'endAt');
      code.i64Words(0, NEVER);
      code.memory(Op.i64Store, i * BOOKED_ENTRY);
    }
    this.wordOf(base, 'readAt');
    code.set(entry);
    this.store(base, 'firstAt', () => code.get(entry));
    this.store(base, 'refusedAt', () => this.with(from, Op.i32Sub, 2));
    code.get(from);
    code.get(entry);
    code.memory(Op.i32Load, 4);
    this.wordOf(base, 'shift');
    code.op(Op.i32Add);
    code.op(Op.i32Sub);
    code.tee(late);
    code.i32(0);
    code.op(Op.i32GtS);
    code.if();
    code.get(entry);
    code.memory(Op.i32Load, 0);
    code.set(low);
    this.delay(base, entry, low, hides, late);
    this.increase(base, 'refusedCycles', () => code.get(late));
    this.store(base, 'refusedAt', () => this.with(from, Op.i32Sub, 1));
    code.end();
  }

  /** Clears what belongs to a span of `limit` cycles. */
  protected clear(limit: number): void {
    const { code, at, options } = this;
    code.i32(at.rows);
    code.i32(0);
    this.with(limit, Op.i32Shl, 3);
    code.memoryFill();
    code.i32(at.contested);
    code.i32(0);
    this.with(limit, Op.i32ShrU, 6);
    code.i32(8 * options.banks);
    code.op(Op.i32Mul);
    code.i32(at.asked - at.contested);
    code.op(Op.i32Add);
    code.memoryFill();
    for (let bank = 0; bank < options.banks; bank += 2) {
      code.i32(0);
      code.i64(-1);
      code.memory(Op.i64Store, at.latest + 4 * bank);
    }
  }

  /** Who was refused in the last cycle of the span before asks in the first one of this. */
  protected goOn(base: number, origin: number, entry: number, low: number, time: number): void {
    const { code, at } = this;
    this.wasRefused(base, origin);
    code.if();
    this.wordOf(base, 'readAt');
    code.tee(entry);
    code.memory(Op.i32Load, 0);
    code.set(low);
    code.i32(0);
    code.set(time);
    this.insert(time, low);
    code.i32(0);
    code.i32(0);
    code.memory(Op.i32Load, at.kinds);
    code.get(low);
    code.op(Op.i32Or);
    code.memory(Op.i32Store, at.kinds);
    this.store(base, 'readAt', () => this.with(entry, Op.i32Add, BOOKED_ENTRY));
    code.end();
  }

  /** Takes the first contested cycle. */
  protected takeContested(row: number, word: number, time: number): void {
    const { code, at } = this;
    this.with(row, Op.i32Shl, 6);
    code.get(word);
    code.op(Op.i64Ctz);
    code.op(Op.i32WrapI64);
    code.op(Op.i32Add);
    code.set(time);
    this.with(row, Op.i32Shl, 3);
    this.with(row, Op.i32Shl, 3);
    code.memory(Op.i64Load, at.contested);
    this.timeBit(time);
    code.op(Op.i64Xor);
    code.memory(Op.i64Store, at.contested);
  }

  /** `flagged` is 0 again, also where contested cycles are left. */
  protected cleanUp(row: number, limit: number, word: number): void {
    const { code, at } = this;
    const time = limit;
    code.i32(0);
    code.set(row);
    code.loop();
    code.block();
    code.loop();
    this.with(row, Op.i32Shl, 3);
    code.memory(Op.i64Load, at.contested);
    code.tee(word);
    code.op(Op.i64Eqz);
    code.brIf(1);
    this.takeContested(row, word, time);
    this.with(time, Op.i32Shl, 2);
    code.i32(0);
    code.memory(Op.i32Store, at.flagged);
    code.br(0);
    code.end();
    code.end();
    this.plus(row, 1);
    this.with(row, Op.i32LtU, SPAN / 64);
    code.brIf(0);
    code.end();
  }

  /** What was read but not granted is given back; who waits has not been refused yet. */
  protected finish(base: number, cut: number, [entry, low, shift, hides]: number[]): void {
    const { code, options } = this;
    this.wordOf(base, 'readAt');
    code.set(entry);
    this.wordOf(base, 'shift');
    code.get(cut);
    code.op(Op.i32Sub);
    code.set(shift);
    code.block();
    code.loop();
    code.get(entry);
    this.wordOf(base, 'firstAt');
    code.op(Op.i32LeU);
    code.brIf(1);
    this.with(entry, Op.i32Sub, BOOKED_ENTRY);
    code.set(low);
    this.timeOf(low, shift);
    code.i32(0);
    code.op(Op.i32LtS);
    code.brIf(1);
    code.get(low);
    code.set(entry);
    code.br(0);
    code.end();
    code.end();
    this.wasRefused(base, cut);
    code.if();
    const cycles = shift;
    const at = hides;
    this.increase(base, 'delaysAt', () => code.i32(-8));
    this.wordOf(base, 'delaysAt');
    code.tee(at);
    code.memory(Op.i32Load, 0);
    code.set(entry);
    code.get(at);
    code.memory(Op.i32Load, 4);
    code.set(cycles);
    code.get(entry);
    code.memory(Op.i32Load, 0);
    code.set(low);
    this.isHiding(low);
    code.set(hides);
    const minus = (value: () => void): (() => void) => {
      return () => {
        code.i32(0);
        value();
        code.op(Op.i32Sub);
      };
    };
    this.increase(
      base,
      'refusedCycles',
      minus(() => code.get(cycles)),
    );
    this.increase(
      base,
      'hides',
      minus(() => code.get(hides)),
    );
    this.increase(base, 'shift', () => {
      code.get(hides);
      code.i32(options.hidden);
      code.op(Op.i32Mul);
      code.get(cycles);
      code.op(Op.i32Sub);
    });
    code.end();
    this.store(base, 'readAt', () => code.get(entry));
  }
}
