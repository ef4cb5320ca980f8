import type { InstructionCache } from '../icache/instruction-cache.js';

/** All that fetches change, as it was. */
export class PhaseCaches {
  private readonly arrays: readonly { readonly live: Copied; readonly kept: Copied }[];

  constructor(icache: InstructionCache | undefined) {
    this.arrays = icache === undefined ? [] : arraysOf(icache);
  }

  take(): void {
    for (const { live, kept } of this.arrays) kept.set(live);
  }

  restore(): void {
    for (const { live, kept } of this.arrays) live.set(kept);
  }
}

type Copied = Int32Array | Float64Array | Uint8Array | Uint16Array;

function arraysOf({ privates, shared, ...cache }: InstructionCache) {
  const lives: readonly Copied[] = [
    privates.resident,
    privates.tags,
    privates.arrival,
    privates.replacement.state,
    shared.tags,
    shared.arrival,
    shared.free,
    shared.numbers,
    shared.replacement.state,
    cache.misses,
    cache.sharedMisses,
    cache.prefetches,
    cache.portFree,
  ];
  return lives.map((live) => ({ live, kept: live.slice() }));
}
