import { Op, Type, type ModuleBuilder } from '../wasm/index.js';
import type { FetchedCache } from './cache-code.js';
import { PrivateCacheCode } from './private-cache-code.js';

const { i32, f64 } = Type;

/** What `fetch` gives while the caches are off: that is for `InstructionCache.fetch`. */
export const DISABLED = -1;

/**
 * Adds `fetch(hart, first, last, now)` to a module: `InstructionCache.fetch` on the same arrays, with the
 * same result and the same effects on every one of them, the counters of the cache and the epoch of the
 * hart included. As there, calls come in the order of time, and of harts within a cycle. Not its
 * business, as there: the stall of the hart, its next cycle, what it executes. Returns the index of the function.
 */
export function addFetch(module: ModuleBuilder, cache: FetchedCache): number {
  return new FetchEmitter(module, cache).add();
}

/** Writes the functions. */
class FetchEmitter extends PrivateCacheCode {
  private readonly refill: number;
  private readonly ask: number;
  private readonly line: number;

  constructor(module: ModuleBuilder, cache: FetchedCache) {
    super(module, cache);
    this.refill = this.write([i32, i32, f64], [], () => this.place());
    this.ask = this.write([i32, i32, f64], [f64], () => this.askShared());
    this.line = this.write([i32, i32, f64], [i32], () => this.fetchLine());
  }

  add(): number {
    return this.write([i32, i32, i32, f64], [i32], () => this.fetch());
  }

  /** `InstructionCache.fetchLine`. */
  private fetchLine(): void {
    const { code, cache } = this;
    const { privates, portFree, config } = cache;
    const [hart, line, now] = [0, 1, 2];
    const first = code.local(i32);
    const match = code.local(i32);
    const slot = code.local(i32);
    const next = code.local(i32);
    const arrival = code.local(f64);
    this.privateSet(hart, line);
    code.set(first);
    this.matches(privates, first, () => code.get(line));
    code.tee(match);
    code.op(Op.i32Eqz);
    code.if();
    this.missed(hart, line, now, arrival);
    code.end();
    this.slotOf(first, match, slot);
    this.wantsNext();
    code.set(next);
    this.loadDouble(privates.arrival, slot);
    code.tee(arrival);
    code.f64(0);
    code.op(Op.f64Ne);
    code.if();
    this.storeDouble(privates.arrival, slot, () => code.f64(0));
    this.setResident(line, hart, () => {
      code.get(next);
      code.op(Op.i32Eqz);
    });
    code.get(arrival);
    code.get(now);
    code.op(Op.f64Gt);
    code.if();
    code.get(arrival);
    code.get(now);
    code.op(Op.f64Sub);
    this.plus(config.restart);
    code.op(Op.i32TruncF64S);
    code.op(Op.return);
    code.end();
    code.end();
    code.get(next);
    this.loadDouble(portFree, hart);
    code.get(now);
    code.op(Op.f64Le);
    code.op(Op.i32And);
    code.if();
    this.addDouble(cache.prefetches, hart, () => code.f64(1));
    code.get(hart);
    this.neighbour(line, 1)();
    code.get(now);
    code.call(this.ask);
    this.plus(config.private_miss);
    code.set(arrival);
    this.storeDouble(portFree, hart, () => code.get(arrival));
    code.get(hart);
    this.neighbour(line, 1)();
    code.get(arrival);
    code.call(this.refill);
    this.setResident(line, hart, () => code.i32(1));
    code.end();
    code.i32(0);
  }

  /** The private cache does not hold the line; returns from the function. */
  private missed(hart: number, line: number, now: number, answered: number): void {
    const { code, cache } = this;
    const { config, portFree } = cache;
    this.loadDouble(portFree, hart);
    code.get(now);
    code.op(Op.f64Gt);
    code.if();
    this.loadDouble(portFree, hart);
    code.get(now);
    code.op(Op.f64Sub);
    code.op(Op.i32TruncF64S);
    code.op(Op.return);
    code.end();
    this.addDouble(cache.misses, hart, () => code.f64(1));
    code.get(hart);
    code.get(line);
    code.get(now);
    code.call(this.ask);
    code.set(answered);
    code.get(hart);
    code.get(line);
    code.f64(0);
    code.call(this.refill);
    this.setResident(line, hart, () => {
      this.wantsNext();
      code.op(Op.i32Eqz);
    });
    this.updateBefore();
    code.get(answered);
    code.get(now);
    code.op(Op.f64Sub);
    this.plus(config.private_miss + config.restart - 1);
    code.op(Op.i32TruncF64S);
    code.op(Op.return);
  }

  /** `InstructionCache.fetch`. */
  private fetch(): void {
    const { code, cache } = this;
    const [hart, first, last, now] = [0, 1, 2, 3];
    const wait = code.local(i32);
    code.i32(0);
    code.memory(Op.i32Load, cache.enabledWord.byteOffset);
    code.op(Op.i32Eqz);
    code.if();
    code.i32(DISABLED);
    code.op(Op.return);
    code.end();
    for (const position of [first, last]) {
      code.get(position);
      code.i32(cache.lineShift);
      code.op(Op.i32ShrU);
      code.set(position);
    }
    for (const line of [first, last]) {
      this.hits(hart, line);
      code.op(Op.i32Eqz);
      code.if();
      code.get(hart);
      code.get(line);
      code.get(now);
      code.call(this.line);
      code.tee(wait);
      code.if();
      code.get(wait);
      code.op(Op.return);
      code.end();
      code.end();
      if (line === last) break;
      code.get(first);
      code.get(last);
      code.op(Op.i32Eq);
      code.if();
      code.i32(0);
      code.op(Op.return);
      code.end();
    }
    code.i32(0);
  }
}
