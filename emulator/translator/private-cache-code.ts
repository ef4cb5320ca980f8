import { HART_SHIFT } from '../hart/slot.js';
import { Op, Type } from '../wasm/index.js';
import { SharedCacheCode } from './shared-cache-code.js';

const { i32 } = Type;
/** Parameters. */
const HART = 0;
const LINE = 1;
const ARRIVAL = 2;

/** The caches of the harts: `PrivateCaches` in WebAssembly. */
export class PrivateCacheCode extends SharedCacheCode {
  /** `PrivateCaches.wantsNext`. */
  protected wantsNext(): void {
    const { code, cache } = this;
    const next = code.local(i32);
    const first = code.local(i32);
    this.isAhead(HART);
    code.op(Op.i32Eqz);
    code.if();
    code.i32(0);
    code.op(Op.return);
    code.end();
    this.neighbour(LINE, 1)();
    code.tee(next);
    code.i32(cache.privates.resident.length);
    code.op(Op.i32GeU);
    code.if();
    code.i32(0);
    code.op(Op.return);
    code.end();
    this.privateSet(HART, next);
    code.set(first);
    this.matches(cache.privates, first, () => code.get(next));
    code.op(Op.i32Eqz);
  }

  /** `PrivateCaches.update`. */
  protected updateLine(wants: number): void {
    const { code, cache } = this;
    const { privates } = cache;
    const first = code.local(i32);
    const match = code.local(i32);
    const slot = code.local(i32);
    const bit = this.bitOf(HART);
    code.get(LINE);
    code.i32(0);
    code.op(Op.i32LtS);
    code.if();
    code.op(Op.return);
    code.end();
    code.block();
    this.privateSet(HART, LINE);
    code.set(first);
    this.matches(privates, first, () => code.get(LINE));
    code.tee(match);
    code.op(Op.i32Eqz);
    code.brIf(0);
    this.slotOf(first, match, slot);
    this.loadDouble(privates.arrival, slot);
    code.f64(0);
    code.op(Op.f64Ne);
    code.brIf(0);
    code.get(HART);
    code.get(LINE);
    code.call(wants);
    code.brIf(0);
    this.mark(() => code.get(LINE), bit, true);
    code.op(Op.return);
    code.end();
    this.mark(() => code.get(LINE), bit, false);
  }

  /** `PrivateCaches.refill`. */
  protected refillLine(update: number): void {
    const { code, cache } = this;
    const { privates } = cache;
    const first = code.local(i32);
    const empty = code.local(i32);
    const slot = code.local(i32);
    const old = code.local(i32);
    const ahead = code.local(i32);
    const bit = this.bitOf(HART);
    this.isAhead(HART);
    code.set(ahead);
    this.privateSet(HART, LINE);
    code.set(first);
    code.get(first);
    this.matches(privates, first, () => code.i32(-1));
    code.tee(empty);
    code.if(i32);
    code.i32(31);
    code.get(empty);
    code.op(Op.i32Clz);
    code.op(Op.i32Sub);
    code.else();
    this.random(privates.replacement.state, HART, privates.ways);
    code.end();
    code.op(Op.i32Add);
    code.set(slot);
    // What was there goes.
    this.elementAddress(slot, 2);
    code.memory(Op.i32Load, privates.tags.byteOffset);
    code.tee(old);
    code.i32(-1);
    code.op(Op.i32Ne);
    code.if();
    this.mark(() => code.get(old), bit, false);
    code.get(ahead);
    code.get(old);
    code.i32(0);
    code.op(Op.i32GtS);
    code.op(Op.i32And);
    code.if();
    this.mark(this.neighbour(old, -1), bit, false);
    code.end();
    code.end();
    this.elementAddress(slot, 2);
    code.get(LINE);
    code.memory(Op.i32Store, privates.tags.byteOffset);
    this.storeDouble(privates.arrival, slot, () => code.get(ARRIVAL));
    code.get(ARRIVAL);
    code.f64(0);
    code.op(Op.f64Eq);
    code.if();
    code.get(HART);
    code.get(LINE);
    code.call(update);
    code.end();
    code.get(ahead);
    code.if();
    code.get(HART);
    this.neighbour(LINE, -1)();
    code.call(update);
    code.end();
    this.countEpoch(first);
  }

  private countEpoch(address: number): void {
    const { code, cache } = this;
    const at = cache.privates.epochs.byteOffset;
    code.get(HART);
    code.i32(HART_SHIFT + 2);
    code.op(Op.i32Shl);
    code.tee(address);
    code.get(address);
    code.memory(Op.i32Load, at);
    code.i32(1);
    code.op(Op.i32Add);
    code.memory(Op.i32Store, at);
  }
}
