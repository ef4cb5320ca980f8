import { Op, Type, type ModuleBuilder } from '../wasm/index.js';
import { CacheCode, type FetchedCache } from './cache-code.js';
import { addFetchLine } from './fetch-line-code.js';

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

/** Writes the function. */
class FetchEmitter extends CacheCode {
  private readonly line: number;

  constructor(module: ModuleBuilder, cache: FetchedCache) {
    super(module, cache);
    this.line = addFetchLine(module, cache);
  }

  add(): number {
    return this.write([i32, i32, i32, f64], [i32], () => this.fetch());
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
