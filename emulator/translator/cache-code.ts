import type { InstructionCache } from '../icache/instruction-cache.js';
import { sharedNumber } from '../icache/shared-cache.js';
import { FunctionBody, Op, Simd, Type, type ModuleBuilder } from '../wasm/index.js';

/** Of the cache: where its arrays are in the shared memory, and its constants. */
export type FetchedCache = Pick<
  InstructionCache,
  | 'config'
  | 'enabledWord'
  | 'harts'
  | 'l2Lines'
  | 'lineShift'
  | 'misses'
  | 'portFree'
  | 'prefetches'
  | 'privates'
  | 'shared'
  | 'sharedMisses'
  | 'space'
>;

/** The parts of a level of cache that its search needs. */
interface Level {
  readonly tags: Int32Array;
  readonly arrival: Float64Array;
  readonly sets: number;
  readonly ways: number;
}

const { i32 } = Type;

/** What the functions of a cache in WebAssembly are made of. `...` of a hart or line are locals. */
export class CacheCode {
  protected readonly code = new FunctionBody(1024);

  constructor(
    private readonly module: ModuleBuilder,
    protected readonly cache: FetchedCache,
  ) {}

  /** Adds a function to the module; returns its index. */
  protected write(parameters: number[], results: number[], body: () => void): number {
    this.code.begin(parameters.length);
    body();
    return this.module.code(this.module.type(parameters, results), this.code);
  }

  /** Pushes whether a fetch of the line has no consequence. */
  protected hits(hart: number, line: number): void {
    const { code } = this;
    code.get(line);
    code.i32(1);
    code.op(Op.i32Shl);
    code.memory(Op.i32Load16U, this.cache.privates.resident.byteOffset);
    code.get(hart);
    code.op(Op.i32ShrU);
    code.i32(1);
    code.op(Op.i32And);
  }

  /** Pushes whether the hart fetches ahead. */
  protected isAhead(hart: number): void {
    const { code } = this;
    code.i32(0);
    code.memory(Op.i32Load, this.cache.privates.aheadWord.byteOffset);
    code.get(hart);
    code.op(Op.i32ShrU);
    code.i32(1);
    code.op(Op.i32And);
  }

  /** Pushes the first slot of the set of a hart's cache that a line belongs to. */
  protected privateSet(hart: number, line: number): void {
    const { code, cache } = this;
    const { sets, ways } = cache.privates;
    code.get(hart);
    code.i32(sets * ways);
    code.op(Op.i32Mul);
    code.get(line);
    code.i32(sets - 1);
    code.op(Op.i32And);
    code.i32(ways);
    code.op(Op.i32Mul);
    code.op(Op.i32Add);
  }

  /** Pushes the ways of the set from slot `first` on whose tag is that on top of `tag`, a bit each. */
  protected matches({ tags, ways }: Level, first: number, tag: () => void): void {
    const { code } = this;
    const at = tags.byteOffset;
    const address = (): void => {
      code.get(first);
      code.i32(2);
      code.op(Op.i32Shl);
    };
    const vectors = ways % 4 === 0;
    for (let way = 0; way < ways; way += vectors ? 4 : 1) {
      address();
      if (vectors) {
        code.memory(Simd.v128Load, at + 4 * way);
        tag();
        code.op(Simd.i32x4Splat);
        code.op(Simd.i32x4Eq);
        code.op(Simd.i32x4Bitmask);
      } else {
        code.memory(Op.i32Load, at + 4 * way);
        tag();
        code.op(Op.i32Eq);
      }
      if (way === 0) continue;
      code.i32(way);
      code.op(Op.i32Shl);
      code.op(Op.i32Or);
    }
  }

  /** `slot` becomes the one that the only match of a set is in. */
  protected slotOf(first: number, match: number, slot: number): void {
    const { code } = this;
    code.get(first);
    code.get(match);
    code.op(Op.i32Ctz);
    code.op(Op.i32Add);
    code.set(slot);
  }

  protected elementAddress(index: number, shift: number): void {
    const { code } = this;
    code.get(index);
    code.i32(shift);
    code.op(Op.i32Shl);
  }

  protected loadDouble(array: Float64Array, index: number): void {
    this.elementAddress(index, 3);
    this.code.memory(Op.f64Load, array.byteOffset);
  }

  protected storeDouble(array: Float64Array, index: number, value: () => void): void {
    this.elementAddress(index, 3);
    value();
    this.code.memory(Op.f64Store, array.byteOffset);
  }

  protected addDouble(array: Float64Array, index: number, value: () => void): void {
    this.storeDouble(array, index, () => {
      this.loadDouble(array, index);
      value();
      this.code.op(Op.f64Add);
    });
  }

  protected loadShared(name: keyof typeof sharedNumber): void {
    this.code.i32(0);
    this.code.memory(Op.f64Load, this.sharedAt(name));
  }

  protected storeShared(name: keyof typeof sharedNumber, value: () => void): void {
    this.code.i32(0);
    value();
    this.code.memory(Op.f64Store, this.sharedAt(name));
  }

  protected sharedAt(name: keyof typeof sharedNumber): number {
    return this.cache.shared.numbers.byteOffset + 8 * sharedNumber[name];
  }

  protected plus(value: number): void {
    this.code.f64(value);
    this.code.op(Op.f64Add);
  }

  /** Steps a generator and pushes the way that it chose: `Replacement.take`. */
  protected random(states: Uint8Array, generator: number, ways: number): void {
    const { code } = this;
    const state = code.local(i32);
    const at = states.byteOffset;
    code.get(generator);
    code.get(generator);
    code.memory(Op.i32Load8U, at);
    code.tee(state);
    code.i32(1);
    code.op(Op.i32Shl);
    code.get(state);
    for (const tap of [3, 2, 1]) {
      code.get(state);
      code.i32(7 - tap);
      code.op(Op.i32Shl);
      code.op(Op.i32Xor);
    }
    code.i32(7);
    code.op(Op.i32ShrU);
    code.i32(-1);
    code.op(Op.i32Xor);
    code.i32(1);
    code.op(Op.i32And);
    code.op(Op.i32Or);
    code.memory(Op.i32Store8, at);
    code.get(state);
    code.i32(ways - 1);
    code.op(Op.i32And);
  }

  /** Sets the bit of a hart in `resident` if the condition that is pushed is 1. */
  protected setResident(line: number, hart: number, condition: () => void): void {
    this.changeResident(line, () => {
      condition();
      this.code.get(hart);
      this.code.op(Op.i32Shl);
      this.code.op(Op.i32Or);
    });
  }

  /** Clears it in the same way. */
  protected clearResident(line: number, hart: number, condition: () => void): void {
    this.changeResident(line, () => {
      condition();
      this.code.get(hart);
      this.code.op(Op.i32Shl);
      this.code.i32(-1);
      this.code.op(Op.i32Xor);
      this.code.op(Op.i32And);
    });
  }

  private changeResident(line: number, change: () => void): void {
    const at = this.cache.privates.resident.byteOffset;
    this.elementAddress(line, 1);
    this.elementAddress(line, 1);
    this.code.memory(Op.i32Load16U, at);
    change();
    this.code.memory(Op.i32Store16, at);
  }

  protected neighbour(line: number, by: number): () => void {
    return () => {
      this.code.get(line);
      this.code.i32(by);
      this.code.op(Op.i32Add);
    };
  }
}
