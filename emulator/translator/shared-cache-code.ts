import { Op, Type } from '../wasm/index.js';
import { CacheCode } from './cache-code.js';

const { i32, f64 } = Type;
/** Parameters. */
const HART = 0;
const LINE = 1;
const NOW = 2;

/** The second level: `SharedCache` in WebAssembly. */
export class SharedCacheCode extends CacheCode {
  /** `SharedCache.fetch`, and what the hart counts of it. */
  protected askShared(): void {
    const { code, cache } = this;
    const { shared, config } = cache;
    const bank = code.local(i32);
    const first = code.local(i32);
    const match = code.local(i32);
    const slot = code.local(i32);
    const granted = code.local(f64);
    const answered = code.local(f64);
    code.get(LINE);
    code.i32(shared.banks - 1);
    code.op(Op.i32And);
    code.set(bank);
    code.get(NOW);
    this.loadDouble(shared.free, bank);
    code.op(Op.f64Max);
    code.set(granted);
    this.storeShared('waited', () => {
      this.loadShared('waited');
      code.get(granted);
      code.get(NOW);
      code.op(Op.f64Sub);
      code.op(Op.f64Add);
    });
    code.get(bank);
    code.i32(shared.sets * shared.ways);
    code.op(Op.i32Mul);
    code.get(LINE);
    code.i32(31 - Math.clz32(shared.banks));
    code.op(Op.i32ShrU);
    code.i32(shared.sets - 1);
    code.op(Op.i32And);
    code.i32(shared.ways);
    code.op(Op.i32Mul);
    code.op(Op.i32Add);
    code.set(first);
    this.matches(shared, first, () => code.get(LINE));
    code.tee(match);
    code.op(Op.i32Eqz);
    code.if();
    this.refillShared(bank, first, slot, granted);
    code.end();
    this.slotOf(first, match, slot);
    this.loadDouble(shared.arrival, slot);
    code.tee(answered);
    code.get(granted);
    code.op(Op.f64Le);
    code.if(f64);
    code.get(granted);
    this.plus(1);
    code.else();
    code.get(answered);
    this.plus(config.under_refill);
    code.end();
    code.set(answered);
    // The bank is free behind its answer.
    this.storeDouble(shared.free, bank, () => {
      code.get(answered);
      this.plus(1);
      code.get(answered);
      this.loadDouble(shared.arrival, slot);
      code.get(granted);
      code.op(Op.f64Gt);
      code.op(Op.select);
    });
    code.get(answered);
  }

  /** `SharedCache.refill`; returns from the function. */
  private refillShared(bank: number, first: number, slot: number, granted: number): void {
    const { code, cache } = this;
    const { shared, config, space, sharedMisses } = cache;
    const arrived = code.local(f64);
    this.storeShared('misses', () => {
      this.loadShared('misses');
      this.plus(1);
    });
    this.addDouble(sharedMisses, HART, () => code.f64(1));
    code.get(first);
    this.random(shared.replacement.state, bank, shared.ways);
    code.op(Op.i32Add);
    code.set(slot);
    code.get(granted);
    code.f64(config.shared_miss - 1 + space.l2Latency);
    code.f64(config.shared_miss - 1 + config.tcdm_latency);
    code.get(LINE);
    code.i32(cache.l2Lines);
    code.op(Op.i32LtS);
    code.op(Op.select);
    code.op(Op.f64Add);
    this.loadShared('portFree');
    code.op(Op.f64Max);
    this.plus(shared.beats);
    code.set(arrived);
    this.storeShared('portFree', () => code.get(arrived));
    this.elementAddress(slot, 2);
    code.get(LINE);
    code.memory(Op.i32Store, shared.tags.byteOffset);
    this.storeDouble(shared.arrival, slot, () => code.get(arrived));
    this.storeDouble(shared.free, bank, () => {
      code.get(granted);
      this.plus(config.shared_busy);
    });
    code.get(arrived);
    code.op(Op.return);
  }
}
