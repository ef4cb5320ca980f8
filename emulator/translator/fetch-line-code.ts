import { HART_SHIFT } from '../hart/slot.js';
import { Op, Simd, Type, type ModuleBuilder } from '../wasm/index.js';
import { CacheCode, type FetchedCache } from './cache-code.js';

const { i32, f64 } = Type;
/** Parameters. */
const HART = 0;
const LINE = 1;
const NOW = 2;

/**
 * Adds `fetchLine(hart, line, now)` to a module: `InstructionCache.fetchLine` on the same arrays, for a line that is not `resident`. It does not look whether
 * the caches are on. Where `PrivateCaches` looks again at a line, a bit of `resident` is changed here only if it can have changed: a bit
 * is set exactly when its line hits. It is one function, in which each set is searched once where that will do: every second call fetches a line ahead.
 */
export function addFetchLine(module: ModuleBuilder, cache: FetchedCache): number {
  return new LineCode(module, cache).add();
}

class LineCode extends CacheCode {
  add(): number {
    return this.write([i32, i32, f64], [i32], () => this.line());
  }

  private line(): void {
    const { code, cache } = this;
    const { privates, portFree, config } = cache;
    const local = (): number => code.local(i32);
    const [first, match, slot, next, wants, isMiss] = Array.from({ length: 6 }, local);
    const arrival = code.local(f64);
    const free = code.local(f64);
    this.loadDouble(portFree, HART);
    code.set(free);
    this.neighbour(LINE, 1)();
    code.set(next);
    this.privateSet(HART, LINE);
    code.set(first);
    this.matches(privates, first, () => code.get(LINE));
    code.tee(match);
    code.if();
    this.slotOf(first, match, slot);
    this.privateSet(HART, next);
    code.set(first);
    this.wantsNext(next, first);
    code.set(wants);
    this.loadDouble(privates.arrival, slot);
    code.set(arrival);
    this.storeDouble(privates.arrival, slot, () => code.f64(0));
    code.get(arrival);
    code.get(NOW);
    code.op(Op.f64Gt);
    code.if();
    this.setResident(LINE, HART, () => {
      code.get(wants);
      code.op(Op.i32Eqz);
    });
    code.get(arrival);
    code.get(NOW);
    code.op(Op.f64Sub);
    this.plus(config.restart);
    code.op(Op.i32TruncSatF64S);
    code.op(Op.return);
    code.end();
    code.get(wants);
    code.get(free);
    code.get(NOW);
    code.op(Op.f64Le);
    code.op(Op.i32And);
    code.op(Op.i32Eqz);
    code.if();
    this.setResident(LINE, HART, () => {
      code.get(wants);
      code.op(Op.i32Eqz);
    });
    code.i32(0);
    code.op(Op.return);
    code.end();
    this.addDouble(cache.prefetches, HART, () => code.f64(1));
    this.setResident(LINE, HART, () => code.i32(1));
    code.else();
    // The refill of another line has the port
    code.get(free);
    code.get(NOW);
    code.op(Op.f64Gt);
    code.if();
    code.get(free);
    code.get(NOW);
    code.op(Op.f64Sub);
    code.op(Op.i32TruncSatF64S);
    code.op(Op.return);
    code.end();
    this.addDouble(cache.misses, HART, () => code.f64(1));
    code.i32(1);
    code.set(isMiss);
    code.get(LINE);
    code.set(next);
    code.end();
    this.ask(next, arrival);
    code.get(arrival);
    this.plus(config.private_miss);
    code.set(arrival);
    this.place(next, first, arrival, isMiss);
    code.get(isMiss);
    code.if();
    this.neighbour(LINE, 1)();
    code.set(next);
    this.privateSet(HART, next);
    code.set(first);
    this.setResident(LINE, HART, () => {
      this.wantsNext(next, first);
      code.op(Op.i32Eqz);
    });
    this.updateBefore(next, first, match);
    code.get(arrival);
    code.get(NOW);
    code.op(Op.f64Sub);
    this.plus(config.restart - 1);
    code.op(Op.i32TruncSatF64S);
    code.op(Op.return);
    code.end();
    this.storeDouble(portFree, HART, () => code.get(arrival));
    code.i32(0);
  }

  /** `PrivateCaches.wantsNext`, of the line before `next`, whose set begins at `first`. */
  private wantsNext(next: number, first: number): void {
    const { code, cache } = this;
    this.matches(cache.privates, first, () => code.get(next));
    code.op(Op.i32Eqz);
    this.isAhead(HART);
    code.op(Op.i32And);
    code.get(next);
    code.i32(cache.privates.resident.length);
    code.op(Op.i32LtU);
    code.op(Op.i32And);
  }

  /** `SharedCache.fetch`, and what the hart counts of it. */
  private ask(line: number, answered: number): void {
    const { code, cache } = this;
    const { shared, config } = cache;
    const bank = code.local(i32);
    const first = code.local(i32);
    const match = code.local(i32);
    const slot = code.local(i32);
    const granted = code.local(f64);
    const arrival = code.local(f64);
    code.get(line);
    code.i32(shared.banks - 1);
    code.op(Op.i32And);
    code.set(bank);
    // No `f64.max`: the host makes branches of its zeros and NaNs
    code.get(NOW);
    code.op(Simd.f64x2Splat);
    this.loadDouble(shared.free, bank);
    code.op(Simd.f64x2Splat);
    code.op(Simd.f64x2Pmax);
    code.lane(Simd.f64x2ExtractLane, 0);
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
    code.get(line);
    code.i32(31 - Math.clz32(shared.banks));
    code.op(Op.i32ShrU);
    code.i32(shared.sets - 1);
    code.op(Op.i32And);
    code.i32(shared.ways);
    code.op(Op.i32Mul);
    code.op(Op.i32Add);
    code.set(first);
    this.matches(shared, first, () => code.get(line));
    code.tee(match);
    code.if();
    this.slotOf(first, match, slot);
    this.loadDouble(shared.arrival, slot);
    code.tee(arrival);
    code.get(granted);
    code.op(Op.f64Le);
    code.if();
    code.get(granted);
    this.plus(1);
    code.tee(answered);
    code.set(arrival);
    code.else();
    code.get(arrival);
    this.plus(config.under_refill);
    code.tee(answered);
    this.plus(1);
    code.set(arrival);
    code.end();
    // The bank is free behind its answer
    this.storeDouble(shared.free, bank, () => code.get(arrival));
    code.else();
    this.refillShared(line, [bank, first, slot], [granted, answered]);
    code.end();
  }

  /** `SharedCache.refill`. */
  private refillShared(
    line: number,
    [bank, first, slot]: number[],
    [granted, arrived]: number[],
  ): void {
    const { code, cache } = this;
    const { shared, config, space, sharedMisses } = cache;
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
    code.get(line);
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
    code.get(line);
    code.memory(Op.i32Store, shared.tags.byteOffset);
    this.storeDouble(shared.arrival, slot, () => code.get(arrived));
    this.storeDouble(shared.free, bank, () => {
      code.get(granted);
      this.plus(config.shared_busy);
    });
  }

  /** `PrivateCaches.refill` into the set at `first`, but for the bits in `resident` of lines that hit now. */
  private place(line: number, first: number, arrival: number, isMiss: number): void {
    const { code, cache } = this;
    const { privates } = cache;
    const empty = code.local(i32);
    const slot = code.local(i32);
    const old = code.local(i32);
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
    code.get(empty);
    code.op(Op.i32Eqz);
    code.if();
    this.elementAddress(slot, 2);
    code.memory(Op.i32Load, privates.tags.byteOffset);
    code.set(old);
    this.clearResident(old, HART, () => code.i32(1));
    code.get(old);
    code.get(old);
    code.i32(0);
    code.op(Op.i32Ne);
    code.op(Op.i32Sub);
    code.set(old);
    this.clearResident(old, HART, () => this.isAhead(HART));
    code.end();
    this.elementAddress(slot, 2);
    code.get(line);
    code.memory(Op.i32Store, privates.tags.byteOffset);
    this.storeDouble(privates.arrival, slot, () => {
      code.f64(0);
      code.get(arrival);
      code.get(isMiss);
      code.op(Op.select);
    });
    this.countEpoch(old);
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

  /** The line before this one, which is here now, may have waited for this one only. */
  private updateBefore(before: number, first: number, match: number): void {
    const { code, cache } = this;
    const { privates } = cache;
    const slot = first;
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
}
