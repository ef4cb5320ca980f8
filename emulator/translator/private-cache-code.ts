import { HART_SHIFT } from '../hart/slot.js';
import { Op, Type } from '../wasm/index.js';
import { SharedCacheCode } from './shared-cache-code.js';

const { i32 } = Type;
/** Parameters. */
const HART = 0;
const LINE = 1;
const ARRIVAL = 2;

/**
 * The caches of the harts: `PrivateCaches` in WebAssembly. Where that looks again at a line, a bit of
 * `resident` is changed here only if it can have changed: a bit is set exactly when its line hits.
 */
export class PrivateCacheCode extends SharedCacheCode {
  /** `PrivateCaches.wantsNext`: pushes whether a fetch of the line has the next one to fetch ahead. */
  protected wantsNext(): void {
    const { code, cache } = this;
    const next = code.local(i32);
    const first = code.local(i32);
    this.neighbour(LINE, 1)();
    code.set(next);
    this.privateSet(HART, next);
    code.set(first);
    this.matches(cache.privates, first, () => code.get(next));
    code.op(Op.i32Eqz);
    this.isAhead(HART);
    code.op(Op.i32And);
    code.get(next);
    code.i32(cache.privates.resident.length);
    code.op(Op.i32LtU);
    code.op(Op.i32And);
  }

  /** The line before this one, which is here now, may have waited for this one only. */
  protected updateBefore(): void {
    const { code, cache } = this;
    const { privates } = cache;
    const before = code.local(i32);
    const first = code.local(i32);
    const match = code.local(i32);
    const slot = code.local(i32);
    this.neighbour(LINE, -1)();
    code.tee(before);
    code.i32(0);
    code.op(Op.i32GeS);
    this.isAhead(HART);
    code.op(Op.i32And);
    code.if();
    this.privateSet(HART, before);
    code.set(first);
    this.matches(privates, first, () => code.get(before));
    code.tee(match);
    code.if();
    this.slotOf(first, match, slot);
    this.setResident(before, HART, () => {
      this.loadDouble(privates.arrival, slot);
      code.f64(0);
      code.op(Op.f64Eq);
    });
    code.end();
    code.end();
  }

  /** `PrivateCaches.refill`, but for the bits in `resident` of lines that hit now. */
  protected place(): void {
    const { code, cache } = this;
    const { privates } = cache;
    const first = code.local(i32);
    const empty = code.local(i32);
    const slot = code.local(i32);
    const old = code.local(i32);
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
    this.elementAddress(slot, 2);
    code.memory(Op.i32Load, privates.tags.byteOffset);
    code.tee(old);
    code.i32(-1);
    code.op(Op.i32Ne);
    code.if();
    this.drop(old);
    code.end();
    this.elementAddress(slot, 2);
    code.get(LINE);
    code.memory(Op.i32Store, privates.tags.byteOffset);
    this.storeDouble(privates.arrival, slot, () => code.get(ARRIVAL));
    this.countEpoch(first);
  }

  /** A line is gone; the line before it has something to fetch ahead again. */
  private drop(old: number): void {
    const { code } = this;
    this.clearResident(old, HART, () => code.i32(1));
    code.get(old);
    code.get(old);
    code.i32(0);
    code.op(Op.i32Ne);
    code.op(Op.i32Sub);
    code.set(old);
    this.clearResident(old, HART, () => this.isAhead(HART));
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
