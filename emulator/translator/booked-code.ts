import { ModuleBuilder, Op, Type } from '../wasm/index.js';
import { BookedEdges } from './booked-edges.js';
import {
  BALANCE,
  BOOKED_ENDED,
  BOOKED_ROOM,
  bookedEnd,
  FIRST_WINDOW,
  LONGEST_WINDOW,
  SHORTEST_WINDOW,
  SPAN,
  type BookedOptions,
} from './booked-layout.js';

const { i32, i64 } = Type;

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
 * Entries are read for a window of cycles at a time. Where and when harts ask stands by cycle (`rows`) and by bank (`asked`), so
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

class BookedCode extends BookedEdges {
  private readonly resolveFunction: number;
  private readonly settleFunction: number;

  constructor(module: ModuleBuilder, options: BookedOptions) {
    super(module, options);
    this.resolveFunction = this.resolve();
    this.settleFunction = this.settle();
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
      const ahead = local();
      const events = local();
      const level = local();
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
      code.i32(0);
      code.memory(Op.i32Load, this.at.window);
      code.set(ahead);
      code.i32(BALANCE.first);
      code.set(level);
      code.get(ahead);
      code.op(Op.i32Eqz);
      code.if();
      code.i32(FIRST_WINDOW);
      code.set(ahead);
      code.end();
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
      code.get(cut);
      code.get(ahead);
      code.op(Op.i32Add);
      code.set(window);
      code.i32(0);
      code.set(events);
      this.smallest(window, () => code.get(length));
      this.forHarts(hart, base, () => {
        this.hasRoom(base, 8 * LONGEST_WINDOW);
        code.op(Op.i32Eqz);
        code.if();
        end(bookedEnd.delays);
        code.br(4);
        code.end();
        for (const value of [hart, origin, window]) code.get(value);
        // Not beyond a short window
        code.get(limit);
        code.get(window);
        this.with(ahead, Op.i32GeU, FIRST_WINDOW);
        code.op(Op.select);
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
      this.plus(events, 1);
      for (const value of [origin, window, limit, cut]) code.get(value);
      code.call(this.resolveFunction);
      code.op(Op.i32Eqz);
      code.brIf(0);
      end(bookedEnd.final);
      code.br(4);
      code.end();
      code.end();
      this.balance(ahead, events, level);
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
      code.i32(0);
      code.get(ahead);
      code.memory(Op.i32Store, this.at.window);
      this.cleanUp(row, limit, word);
      code.get(origin);
      code.get(cut);
      code.op(Op.i32Add);
      code.set(until);
      this.forHarts(hart, base, () => this.finish(base, until, [entry, low, shift, hides]));
      code.get(until);
    });
  }

  /** The next window is longer or shorter. */
  private balance(ahead: number, events: number, level: number): void {
    const { code } = this;
    code.get(level);
    this.with(level, Op.i32ShrU, BALANCE.decay);
    code.op(Op.i32Sub);
    code.get(events);
    code.get(ahead);
    code.op(Op.i32Mul);
    code.op(Op.i32Add);
    code.set(level);
    code.get(ahead);
    this.with(level, Op.i32GtU, BALANCE.shorter);
    this.with(ahead, Op.i32GtU, SHORTEST_WINDOW);
    code.op(Op.i32And);
    code.op(Op.i32ShrU);
    this.with(level, Op.i32LtU, BALANCE.longer);
    this.with(ahead, Op.i32LtU, LONGEST_WINDOW);
    code.op(Op.i32And);
    code.op(Op.i32Shl);
    code.set(ahead);
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
}
