import type { Peripheral } from '../interconnect/peripheral.js';
import type { RegisterMap } from '../sim/registers.js';
import { RegisterDecoder } from './register-decoder.js';

/** What the registers do; an ideal cache has nothing behind them. */
export interface ControlledCache {
  readonly isEnabled: boolean;
  enable(on: boolean): void;
  prefetch(harts: number): void;
  readonly prefetchAtReset: number;
  flush(shared: boolean): void;
  flushLine(position: number): void;
  /** By hart: fetches that missed the private cache. */
  readonly misses: Float64Array;
  readonly shared: { readonly misses: number; readonly waited: number };
}

const HART_COUNTERS = 8;

export const icacheControlRegisters: RegisterMap = {
  name: 'ICACHE_CTRL',
  meaning:
    'PULP instruction-cache control (hier_icache_ctrl_unit). With icache.ideal there is no cache behind it: the registers are stored and the counters stay 0.',
  size: 0x400,
  registers: [
    {
      name: 'ENABLE',
      offset: 0x00,
      access: 'rw',
      meaning:
        'Bit 0 switches all caches of the cluster on or off; they come up empty. Reads all ones or 0. After reset: icache.enabled.',
    },
    {
      name: 'FLUSH',
      offset: 0x04,
      access: 'rw',
      reset: 0,
      meaning: 'Bit 0 empties the private caches and the shared one. Done at once, reads 0.',
    },
    {
      name: 'FLUSH_PRIVATE',
      offset: 0x08,
      access: 'rw',
      reset: 0,
      meaning: 'Bit 0 empties the private caches only. Done at once, reads 0.',
    },
    {
      name: 'FLUSH_LINE',
      offset: 0x0c,
      access: 'rw',
      reset: 0,
      meaning:
        'An address: empties the sets that its line belongs to, in all caches. Reads the last address.',
    },
    {
      name: 'CLEAR_COUNTERS',
      offset: 0x10,
      access: 'wo',
      meaning: 'Bit 0 sets the counters below to 0.',
    },
    {
      name: 'ENABLE_COUNTERS',
      offset: 0x14,
      access: 'rw',
      reset: 0,
      meaning: 'Bit 0 lets the counters below count.',
    },
    {
      name: 'PREFETCH',
      offset: 0x1c,
      access: 'rw',
      meaning:
        'One bit per hart: its private cache fetches the next line ahead. After reset: icache.prefetch.',
    },
    {
      name: 'PRIVATE_MISSES',
      offset: 0x38,
      access: 'ro',
      meaning: 'Fetches that missed a private cache, all harts.',
    },
    {
      name: 'PRIVATE_WAITS',
      offset: 0x3c,
      access: 'ro',
      meaning: 'Cycles for which private caches waited for a busy bank of the shared cache.',
    },
    {
      name: 'SHARED_MISSES',
      offset: 0x48,
      access: 'ro',
      meaning: 'Refills of the shared cache.',
    },
    {
      name: 'HART_MISSES',
      offset: 0x58,
      count: HART_COUNTERS,
      stride: 0x10,
      access: 'ro',
      meaning: 'Fetches of one hart that missed its private cache.',
    },
  ],
};

/** Control registers of the instruction cache; `cache` is undefined when it is ideal. */
export class IcacheControl implements Peripheral {
  readonly name = 'instruction-cache control';
  readonly registers = icacheControlRegisters;
  private readonly decoder = new RegisterDecoder(this.name, icacheControlRegisters);
  /** ENABLE of an ideal cache. */
  private enabled = false;
  private line = 0;
  private prefetch = 0;
  private counting = false;
  /** What the counters show beside what happened since they were started, by place in `counters()`. */
  private offsets: number[] = [];

  /**
   * @param enabled ENABLE after reset
   * @param positionOf position of an address in the code, -1 when no code can lie there
   */
  constructor(
    private readonly cache: ControlledCache | undefined,
    private readonly positionOf: (address: number) => number,
    private readonly enabledAtReset: boolean,
  ) {
    this.reset();
  }

  /** All harts, waits, refills, then each hart. */
  private counters(): number[] {
    const { cache } = this;
    if (cache === undefined) return Array.from({ length: 3 + HART_COUNTERS }, () => 0);
    const harts = Array.from({ length: HART_COUNTERS }, (_, hart) => cache.misses[hart] ?? 0);
    const all = cache.misses.reduce((sum, misses) => sum + misses, 0);
    return [all, cache.shared.waited, cache.shared.misses, ...harts];
  }

  private counter(place: number): number {
    const running = this.counting ? this.counters()[place] : 0;
    return (running + this.offsets[place]) >>> 0;
  }

  private count(on: boolean): void {
    if (on === this.counting) return;
    const sign = on ? -1 : 1;
    this.offsets = this.counters().map((value, place) => this.offsets[place] + sign * value);
    this.counting = on;
  }

  read(offset: number, size: number): number {
    const { register, index } = this.decoder.find(offset, size, false);
    switch (register.name) {
      case 'ENABLE':
        return (this.cache?.isEnabled ?? this.enabled) ? 0xffffffff : 0;
      case 'FLUSH_LINE':
        return this.line;
      case 'ENABLE_COUNTERS':
        return this.counting ? 1 : 0;
      case 'PREFETCH':
        return this.prefetch;
      case 'PRIVATE_MISSES':
        return this.counter(0);
      case 'PRIVATE_WAITS':
        return this.counter(1);
      case 'SHARED_MISSES':
        return this.counter(2);
      case 'HART_MISSES':
        return this.counter(3 + index);
      default:
        return 0;
    }
  }

  write(offset: number, value: number, size: number): void {
    const on = (value & 1) !== 0;
    switch (this.decoder.find(offset, size, true).register.name) {
      case 'ENABLE':
        this.enabled = on;
        this.cache?.enable(on);
        return;
      case 'FLUSH':
        if (on) this.cache?.flush(true);
        return;
      case 'FLUSH_PRIVATE':
        if (on) this.cache?.flush(false);
        return;
      case 'FLUSH_LINE': {
        this.line = value >>> 0;
        const position = this.positionOf(this.line);
        if (position >= 0) this.cache?.flushLine(position);
        return;
      }
      case 'CLEAR_COUNTERS':
        if (!on) return;
        this.offsets = this.counters().map((counted) => (this.counting ? -counted : 0));
        return;
      case 'ENABLE_COUNTERS':
        return this.count(on);
      default:
        this.prefetch = value >>> 0;
        this.cache?.prefetch(this.prefetch);
    }
  }

  reset(): void {
    this.enabled = this.enabledAtReset;
    this.line = 0;
    this.prefetch = this.cache?.prefetchAtReset ?? 0;
    this.counting = false;
    this.offsets = Array.from({ length: 3 + HART_COUNTERS }, () => 0);
  }

  save() {
    return {
      enabled: this.enabled,
      line: this.line,
      prefetch: this.prefetch,
      counting: this.counting,
      offsets: this.offsets.slice(),
    };
  }

  restore(state: unknown): void {
    const saved = state as ReturnType<IcacheControl['save']>;
    this.enabled = saved.enabled;
    this.line = saved.line;
    this.prefetch = saved.prefetch;
    this.counting = saved.counting;
    this.offsets = saved.offsets.slice();
  }
}
