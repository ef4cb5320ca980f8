import { ModuleBuilder, Op, Simd, Type } from '../wasm/index.js';
import {
  BATCH,
  BOOKED_ENDED,
  BOOKED_ENTRY,
  BOOKED_ROOM,
  bookedEnd,
  NEVER,
  SPAN,
  WINDOW,
  type BookedOptions,
} from './booked-layout.js';
import { BookedResolve } from './booked-resolve.js';

const { i32, i64, v128 } = Type;

/**
 * Adds `arbitrate(from, until)` to a module whose memory 0 is that of the machine; returns the index of the function.
 *
 * Harts ran as if no request ever waited, and booked each access in a log, 8 bytes each (`BOOKED_ENTRY`): the offset in
 * the TCDM, below 2^28, with the kind of the entry in its highest two bits; then the cycle of the request as if nothing
 * had been refused. Cycles of one hart increase. A request is raised `shift` cycles later than its entry says, with the
 * `shift` that the hart has then. The function arbitrates all banks in the cycles from `from` to before `until` by the
 * rule `fair` of `interconnect/arbiter.ts`, with nobody but these harts; all that is raised before `until` must be in
 * the logs. It returns the first cycle that it did not arbitrate: `until`, or an earlier one for a reason of `bookedEnd`;
 * then all is as at the beginning of that cycle.
 *
 * An entry at `readAt` whose request is raised before `from` waits since then, refused in each cycle. Those that still wait
 * at the end are left in the same way: nothing of their waiting is counted for the hart, except in `conflicts` of the bank.
 * Each entry that was granted after d > 0 cycles makes its hart d cycles later, and is one pair (address, d) at `delaysAt`;
 * of kind `hides` it gives back `hidden` cycles, but what follows it must stay behind the grant.
 *
 * Entries are read for `WINDOW` cycles at a time. Where and when harts ask stands by cycle (`rows`) and by bank (`asked`), so
 * that only cycles in which two of them meet are looked at, and of the others the last one, for the pointer of the arbiter.
 */
export function addBooked(module: ModuleBuilder, options: BookedOptions): number {
  return new BookedCode(module, options).arbitrate();
}

/** A module of its own, which exports `arbitrate` and imports `machine.memory`. */
export function bookedModule(options: BookedOptions & { readonly pages: number }): Uint8Array {
  const module = new ModuleBuilder();
  module.importMemory('machine', 'memory', { min: options.pages, max: options.pages });
  module.exportFunction('arbitrate', addBooked(module, options));
  return module.finish();
}

class BookedCode extends BookedResolve {
  private readonly resolveFunction: number;
  private readonly settleFunction: number;

  constructor(module: ModuleBuilder, options: BookedOptions) {
    super(module, options);
    this.resolveFunction = this.resolve();
    this.settleFunction = this.settle();
  }

  /** `settle(until)`: pointers and sides of all banks behind the cycles of this span before `until`. */
  private settle(): number {
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

  /** `each` finds the number of the hart, and its place in the control block in `base`. */
  private forHarts(hart: number, base: number, each: () => void): void {
    const { code } = this;
    code.i32(0);
    code.set(hart);
    code.loop();
    this.baseOf(hart, base);
    each();
    this.plus(hart, 1);
    this.with(hart, Op.i32LtU, this.options.harts);
    code.brIf(0);
    code.end();
  }

  arbitrate(): number {
    return this.write([i32, i32], [i32], () => {
      const { code } = this;
      const [origin, until] = [0, 1];
      const local = (): number => code.local(i32);
      const [hart, base, length, limit, window] = [local(), local(), local(), local(), local()];
      const [cut, row, entry, low, shift, hides] = [
        local(),
        local(),
        local(),
        local(),
        local(),
        local(),
      ];
      const word = code.local(i64);
      this.insertLocals(hart);
      const end = (reason: number): void => {
        code.i32(0);
        code.i32(reason);
        code.memory(Op.i32Store, this.options.controlAt + BOOKED_ENDED);
      };
      end(bookedEnd.delays);
      this.forHarts(hart, base, () => {
        this.hasRoom(base, BOOKED_ROOM);
        code.op(Op.i32Eqz);
        code.if();
        code.get(origin);
        code.op(Op.return);
        code.end();
      });
      this.forHarts(hart, base, () => this.begin(base, origin, [entry, low, shift, hides]));
      end(bookedEnd.until);
      code.block();
      // Each span
      code.loop();
      code.i32(0);
      code.set(cut);
      code.get(until);
      code.get(origin);
      code.op(Op.i32Sub);
      code.tee(length);
      code.i32(0);
      code.op(Op.i32LeS);
      code.brIf(1);
      this.smallest(length, () => code.i32(SPAN));
      this.with(length, Op.i32Add, 63);
      code.i32(-64);
      code.op(Op.i32And);
      code.set(limit);
      this.clear(limit);
      this.forHarts(hart, base, () => this.goOn(base, origin, entry, low, hides));
      // Each window
      code.loop();
      this.with(cut, Op.i32Add, WINDOW);
      code.set(window);
      this.smallest(window, () => code.get(length));
      this.forHarts(hart, base, () => {
        this.hasRoom(base, 8 * WINDOW);
        code.op(Op.i32Eqz);
        code.if();
        end(bookedEnd.delays);
        code.br(4);
        code.end();
        for (const value of [hart, origin, window, limit]) code.get(value);
        this.callFill();
      });
      this.with(cut, Op.i32ShrU, 6);
      code.set(row);
      code.block();
      code.loop();
      this.contestedBefore(row, window);
      code.tee(word);
      code.op(Op.i64Eqz);
      code.if();
      this.plus(row, 1);
      this.with(row, Op.i32Shl, 6);
      code.get(window);
      code.op(Op.i32LtU);
      code.brIf(1);
      code.br(2);
      code.end();
      this.takeContested(row, word, cut);
      for (const value of [origin, window, limit, cut]) code.get(value);
      code.call(this.resolveFunction);
      code.op(Op.i32Eqz);
      code.brIf(0);
      end(bookedEnd.final);
      code.br(4);
      code.end();
      code.end();
      code.get(window);
      code.tee(cut);
      code.get(length);
      code.op(Op.i32LtS);
      code.brIf(0);
      code.end();
      code.get(origin);
      code.get(length);
      code.op(Op.i32Add);
      code.get(until);
      code.op(Op.i32GeS);
      code.brIf(1);
      code.get(length);
      code.call(this.settleFunction);
      code.get(origin);
      code.get(length);
      code.op(Op.i32Add);
      code.set(origin);
      code.br(0);
      code.end();
      code.end();
      code.get(cut);
      code.call(this.settleFunction);
      this.cleanUp(row, limit, word);
      code.get(origin);
      code.get(cut);
      code.op(Op.i32Add);
      code.set(until);
      this.forHarts(hart, base, () => this.finish(base, until, [entry, low, shift, hides]));
      code.get(until);
    });
  }

  private smallest(local: number, other: () => void): void {
    const { code } = this;
    code.get(local);
    other();
    code.get(local);
    other();
    code.op(Op.i32LtS);
    code.op(Op.select);
    code.set(local);
  }

  /** Pushes whether the hart can note so many bytes of delays. */
  private hasRoom(base: number, bytes: number): void {
    const { code } = this;
    this.wordOf(base, 'delaysEnd');
    this.wordOf(base, 'delaysAt');
    code.op(Op.i32Sub);
    code.i32(bytes);
    code.op(Op.i32GeS);
  }

  /** Marks the end of a log; who waits already is as late as it is. */
  private begin(base: number, from: number, [entry, low, late, hides]: number[]): void {
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
  private clear(limit: number): void {
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
  private goOn(base: number, origin: number, entry: number, low: number, time: number): void {
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

  /** Pushes the contested cycles of a word before the end of the window. */
  private contestedBefore(row: number, window: number): void {
    const { code } = this;
    this.with(row, Op.i32Shl, 3);
    code.memory(Op.i64Load, this.at.contested);
    this.timeBit(window);
    code.i64(1);
    code.op(Op.i64Sub);
    code.i64(-1);
    code.get(row);
    this.with(window, Op.i32ShrU, 6);
    code.op(Op.i32Eq);
    code.op(Op.select);
    code.op(Op.i64And);
  }

  /** Takes the first contested cycle. */
  private takeContested(row: number, word: number, time: number): void {
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
  private cleanUp(row: number, limit: number, word: number): void {
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
  private finish(base: number, cut: number, [entry, low, shift, hides]: number[]): void {
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
