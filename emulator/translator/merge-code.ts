import { ModuleBuilder, Op, Type } from '../wasm/index.js';
import {
  BOOKED_ENDED,
  BOOKED_ENTRY,
  BOOKED_HARTS,
  bookedEnd,
  MERGE_SPAN,
  mergeLayout,
  NEVER,
} from './booked-layout.js';
import { pending, type MergeOptions } from './merge-base.js';
import { MergeEvents } from './merge-events.js';

const { i32, i64 } = Type;

/**
 * Adds `arbitrate(from, until)` to a module whose memory 0 is that of the machine; returns the index of the function.
 *
 * It does what that of `addBooked` does, and there may be entries of kind `fetch` among the others: fetches of lines that may not be
 * in the instruction cache of the hart, with the caches on. They are made as `InstructionCache.fetch` makes them, in the order of time
 * and of harts within a cycle, before the requests of the cycle are arbitrated. A fetch that waits makes its hart later; what it hides is
 * described at `fetchShift`. All that is due before `until` is done, nothing else.
 *
 * Delays are not noted: `delaysAt` and `delaysEnd` have no meaning here. Where it ends as `final`, fetches of that cycle may have been
 * made; if it was the fetch that must not wait, that is done too, and the state is of no use.
 *
 * It goes through all logs at once, event by event. A wheel of `MERGE_SPAN` cycles has two bytes of bits for each cycle: harts
 * that fetch, then harts that request, so that the lowest bit of its words is always the next event. Of each hart there is one event in it: what the next
 * entry of its log says, and beside it for each cycle and bank who requests. Where that is one hart which never waited, its
 * grant is a few instructions; all else are functions.
 */
export function addMerge(module: ModuleBuilder, options: MergeOptions): number {
  return new MergeCode(module, options).arbitrate();
}

/** A module of its own, which exports `arbitrate` and imports `machine.memory`. */
export function mergeModule(options: MergeOptions & { readonly pages: number }): Uint8Array {
  const module = new ModuleBuilder();
  module.importMemory('machine', 'memory', { min: options.pages, max: options.pages });
  module.exportFunction('arbitrate', addMerge(module, options));
  return module.finish();
}

class MergeCode extends MergeEvents {
  arbitrate(): number {
    return this.write([i32, i32], [i32], () => {
      const { code, at, options } = this;
      const [from, until] = [0, 1];
      const [hart, base, time, entry, low, due, shift] = this.locals(7);
      /** First cycle of the word, its place in the wheel, the first cycle that is too late for this function. */
      const [origin, slot, limit] = this.locals(3);
      const [place, line] = this.locals(2);
      const [word] = this.locals(1, i64);
      const ended = (reason: number): void => {
        code.i32(0);
        code.i32(reason);
        code.memory(Op.i32Store, options.controlAt + BOOKED_ENDED);
      };
      const load = (): void => {
        code.get(slot);
        code.memory(Op.i64Load, at.wheel);
        code.set(word);
      };
      const save = (): void => {
        code.get(slot);
        code.get(word);
        code.memory(Op.i64Store, at.wheel);
      };
      const timeOf = (): void => {
        this.with(place, Op.i32ShrU, 4);
        code.get(origin);
        code.op(Op.i32Add);
        code.tee(time);
      };
      ended(bookedEnd.until);
      code.get(from);
      code.get(until);
      code.op(Op.i32GeS);
      code.if();
      code.get(from);
      code.op(Op.return);
      code.end();
      this.forHarts(hart, base, () => {
        this.wordOf(base, 'endAt');
        code.i64Words(0, NEVER);
        code.memory(Op.i64Store, 0);
        this.store(base, 'firstAt', () => this.wordOf(base, 'readAt'));
        for (const value of [hart, from, until]) code.get(value);
        code.call(this.advanceFunction);
      });
      this.with(from, Op.i32And, -4);
      code.set(origin);
      code.block(); // final
      code.loop(); // words
      this.with(origin, Op.i32Add, MERGE_SPAN);
      code.set(limit);
      this.choose(limit, Op.i32LtS, () => code.get(until));
      code.set(limit);
      this.wheelPlace(origin);
      code.set(slot);
      load();
      code.block(); // empty
      code.loop(); // events
      code.get(word);
      code.op(Op.i64Eqz);
      code.brIf(1);
      code.get(word);
      code.op(Op.i64Ctz);
      code.op(Op.i32WrapI64);
      code.set(place);
      code.block(); // look
      code.block(); // contest
      code.block(); // fetches
      this.with(place, Op.i32And, 8);
      code.op(Op.i32Eqz);
      code.brIf(0);
      this.with(place, Op.i32And, 7);
      code.set(hart);
      this.baseOf(hart, base);
      this.wordOf(base, 'requestAt');
      code.tee(low);
      code.memory(Op.i32Load16U, at.requests);
      this.bitOf(hart);
      code.op(Op.i32Ne);
      code.brIf(1);
      this.grant(hart, low, base);
      this.dropLowest(word);
      this.wordOf(base, 'shift');
      code.set(shift);
      this.wordOf(base, 'readAt');
      code.set(entry);
      this.store(base, 'grantedAt', () => code.get(entry));
      this.next([hart, base, entry, low, due, shift, until, line]);
      if (this.cache) {
        this.isFetch(low);
        code.if();
        code.get(due);
        code.get(limit);
        code.op(Op.i32GeS);
        code.brIf(3);
        this.with(hart, Op.i32Shl, 2);
        code.i32(pending.fetch);
        code.memory(Op.i32Store, at.pending);
        this.request(due, hart, slot, low, word);
        code.br(4);
        code.end();
      }
      // A request in the wheel
      this.with(low, Op.i32LtS, 0);
      code.brIf(2);
      code.get(due);
      code.get(limit);
      code.op(Op.i32GeS);
      code.brIf(2);
      this.requestPlace(due, low);
      code.set(low);
      this.store(base, 'requestAt', () => code.get(low));
      this.orWord(
        () => code.get(low),
        at.requests,
        () => this.bitOf(hart),
      );
      this.request(due, place, slot, low, word);
      code.br(3);
      code.end();
      this.dropLowest(word);
      save();
      this.with(place, Op.i32And, 7);
      timeOf();
      code.get(until);
      code.call(this.fetchesFunction);
      code.brIf(5);
      load();
      code.br(2);
      code.end();
      save();
      timeOf();
      this.with(low, Op.i32Shl, 1);
      code.get(until);
      code.call(this.contestFunction);
      load();
      code.br(1);
      code.end();
      save();
      code.get(hart);
      timeOf();
      code.i32(1);
      code.op(Op.i32Add);
      code.get(until);
      code.call(this.advanceFunction);
      load();
      code.br(0);
      code.end();
      code.end();
      save();
      this.plus(origin, 4);
      code.get(origin);
      code.get(until);
      code.op(Op.i32LtS);
      code.brIf(0);
      code.get(until);
      code.op(Op.return);
      code.end();
      code.end();
      ended(bookedEnd.final);
      this.clear();
      this.forHarts(hart, base, () => this.giveBack(base, [time, entry, shift]));
      code.get(time);
    });
  }

  private dropLowest(word: number): void {
    const { code } = this;
    code.get(word);
    code.get(word);
    code.i64(1);
    code.op(Op.i64Sub);
    code.op(Op.i64And);
    code.set(word);
  }

  /** Nobody else requests the bank, and the hart has not waited for it. */
  private grant(hart: number, place: number, base: number): void {
    const { code, at, options } = this;
    const bank = place;
    code.get(place);
    code.i32(0);
    code.memory(Op.i32Store16, at.requests);
    this.with(place, Op.i32ShrU, 1);
    code.i32(options.banks - 1);
    code.op(Op.i32And);
    code.tee(bank);
    code.get(hart);
    code.memory(Op.i32Store8, options.pointersAt);
    code.get(bank);
    code.get(bank);
    code.memory(Op.i32Load8U, options.sidesAt);
    code.i32(1);
    code.op(Op.i32Xor);
    code.memory(Op.i32Store8, options.sidesAt);
    this.store(base, 'wasRefused', () => code.i32(0));
  }

  /** Goes to the next entry, behind fetches that hit. */
  private next([hart, base, entry, low, due, shift, until, line]: number[]): void {
    const { code } = this;
    this.plus(entry, BOOKED_ENTRY);
    code.loop();
    code.get(entry);
    code.memory(Op.i32Load, 0);
    code.set(low);
    code.get(entry);
    code.memory(Op.i32Load, 4);
    code.get(shift);
    code.op(Op.i32Add);
    code.set(due);
    if (this.cache) {
      this.isFetch(low);
      code.if();
      this.hitsAll(low, line, hart);
      code.get(due);
      code.get(until);
      code.op(Op.i32LtS);
      code.op(Op.i32And);
      code.if();
      this.plus(entry, BOOKED_ENTRY);
      code.br(2);
      code.end();
      code.end();
    }
    code.end();
    this.store(base, 'readAt', () => code.get(entry));
  }

  /** The bit of the hart whose bit at `place` was taken is in the wheel, or in the word of it that is a local. */
  private request(time: number, place: number, slot: number, to: number, word: number): void {
    const { code, at } = this;
    const [bit] = this.locals(1, i64);
    code.i64(1);
    this.wheelBit(time, 0);
    this.with(place, Op.i32And, 15);
    code.op(Op.i32Or);
    code.op(Op.i64ExtendI32U);
    code.op(Op.i64Shl);
    code.set(bit);
    this.wheelPlace(time);
    code.tee(to);
    code.get(slot);
    code.op(Op.i32Eq);
    code.if();
    // The host guesses well, and need not wait for the bit to know the next event
    code.get(word);
    code.get(bit);
    code.op(Op.i64Or);
    code.set(word);
    code.else();
    code.get(to);
    code.get(to);
    code.memory(Op.i64Load, at.wheel);
    code.get(bit);
    code.op(Op.i64Or);
    code.memory(Op.i64Store, at.wheel);
    code.end();
  }

  /** Nothing is left in the wheel. */
  private clear(): void {
    const { code, options } = this;
    const { wheel, end } = mergeLayout(options.banks);
    code.i32(this.at.wheel);
    code.i32(0);
    code.i32(end - wheel - 4 * BOOKED_HARTS);
    code.memoryFill();
  }

  /** Fetches that were skipped but are due behind `time` are in the log again. */
  private giveBack(base: number, [time, entry, shift]: number[]): void {
    const { code } = this;
    this.wordOf(base, 'readAt');
    code.set(entry);
    this.wordOf(base, 'shift');
    code.set(shift);
    code.block();
    code.loop();
    code.get(entry);
    this.wordOf(base, 'firstAt');
    code.op(Op.i32LeU);
    code.brIf(1);
    code.get(entry);
    code.i32(BOOKED_ENTRY);
    code.op(Op.i32Sub);
    code.memory(Op.i32Load, 4);
    code.get(shift);
    code.op(Op.i32Add);
    code.get(time);
    code.op(Op.i32LeS);
    code.brIf(1);
    this.plus(entry, -BOOKED_ENTRY);
    code.br(0);
    code.end();
    code.end();
    this.store(base, 'readAt', () => code.get(entry));
  }
}
