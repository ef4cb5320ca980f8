import { separateArena, type Arena } from '../memory/arena.js';
import type { ConfigOf } from '../sim/parameters.js';
import { doubles, SHARED_NUMBERS, words } from './arrays.js';
import type { icacheParameters } from './parameters.js';
import { Replacement } from './replacement.js';

const EMPTY = -1;

/** Indices into `numbers`. */
export const sharedNumber = { misses: 0, waited: 1, portFree: 2 } as const;

/**
 * The second level: line-interleaved banks, each of which answers one fetch a cycle, and one port to
 * the memories behind them. When an answer comes is known when the fetch is granted: whoever asks
 * later cannot delay it. So a bank is the cycle from which it takes the next fetch, and a line
 * the cycle in which its refill arrives.
 */
export class SharedCache {
  readonly banks: number;
  readonly sets: number;
  readonly ways: number;
  /** Line numbers, by bank, set, way. */
  readonly tags: Int32Array;
  /** By slot: the cycle in which the bank answers with this line for the first time. */
  readonly arrival: Float64Array;
  /** By bank: the first cycle in which it takes a fetch again. */
  readonly free: Float64Array;
  /** Counters and the first cycle in which the port is free, by `sharedNumber`. */
  readonly numbers: Float64Array;
  readonly replacement: Replacement;
  readonly beats: number;

  constructor(
    private readonly config: ConfigOf<typeof icacheParameters>,
    arena: Arena = separateArena,
  ) {
    const { shared_banks, shared_ways, shared_size, line, refill_width } = config;
    this.banks = shared_banks;
    this.ways = shared_ways;
    this.sets = shared_size / (shared_banks * shared_ways * line);
    this.tags = words(arena, shared_size / line).fill(EMPTY);
    this.arrival = doubles(arena, shared_size / line);
    this.free = doubles(arena, shared_banks);
    this.numbers = doubles(arena, SHARED_NUMBERS);
    this.replacement = new Replacement(shared_banks, shared_ways, arena);
    this.beats = Math.max(1, line / refill_width);
  }

  get misses(): number {
    return this.numbers[sharedNumber.misses];
  }

  /** Cycles that fetches waited for a bank that was busy with another one. */
  get waited(): number {
    return this.numbers[sharedNumber.waited];
  }

  private get portFree(): number {
    return this.numbers[sharedNumber.portFree];
  }

  /**
   * A private cache asks for a line in cycle `now`; calls come in the order of time, and in the order
   * of harts within a cycle. `latency` is that of the memory behind.
   * @returns the cycle in which the bank answers, at least now + 1
   */
  fetch(line: number, now: number, latency: number): number {
    const bank = line & (this.banks - 1);
    const granted = Math.max(now, this.free[bank]);
    this.numbers[sharedNumber.waited] += granted - now;
    const slot = this.find(bank, line);
    if (slot < 0) return this.refill(bank, line, granted, latency);
    if (this.arrival[slot] <= granted) {
      this.free[bank] = granted + 1;
      return granted + 1;
    }
    const answered = this.arrival[slot] + this.config.under_refill;
    this.free[bank] = answered + 1;
    return answered;
  }

  private setOf(bank: number, line: number): number {
    const set = Math.floor(line / this.banks) & (this.sets - 1);
    return (bank * this.sets + set) * this.ways;
  }

  private find(bank: number, line: number): number {
    const first = this.setOf(bank, line);
    for (let way = 0; way < this.ways; way++) {
      if (this.tags[first + way] === line) return first + way;
    }
    return -1;
  }

  /** The way is a random one, also while another one is empty: the RTL does not look. */
  private refill(bank: number, line: number, granted: number, latency: number): number {
    this.numbers[sharedNumber.misses]++;
    const slot = this.setOf(bank, line) + this.replacement.take(bank);
    const arrived = this.transfer(granted + this.config.shared_miss - 1 + latency);
    this.tags[slot] = line;
    this.arrival[slot] = arrived;
    this.free[bank] = granted + this.config.shared_busy;
    return arrived;
  }

  /** A fetch past both levels: one line's worth of data over the port. */
  bypass(now: number, latency: number): number {
    return this.transfer(now + latency);
  }

  /** Occupies the port from `first` on, or as soon as it is free; gives the cycle behind the last beat. */
  private transfer(first: number): number {
    const free = Math.max(first, this.portFree) + this.beats;
    this.numbers[sharedNumber.portFree] = free;
    return free;
  }

  flush(): void {
    this.tags.fill(EMPTY);
  }

  /** Empties the set that a line belongs to. */
  flushSet(line: number): void {
    const first = this.setOf(line & (this.banks - 1), line);
    this.tags.fill(EMPTY, first, first + this.ways);
  }

  reset(): void {
    this.flush();
    this.arrival.fill(0);
    this.free.fill(0);
    this.numbers.fill(0);
    this.replacement.reset();
  }

  save() {
    return {
      misses: this.misses,
      waited: this.waited,
      tags: this.tags.slice(),
      arrival: this.arrival.slice(),
      free: this.free.slice(),
      portFree: this.portFree,
      replacement: this.replacement.save(),
    };
  }

  restore(saved: ReturnType<SharedCache['save']>): void {
    this.numbers[sharedNumber.misses] = saved.misses;
    this.numbers[sharedNumber.waited] = saved.waited;
    this.numbers[sharedNumber.portFree] = saved.portFree;
    this.tags.set(saved.tags);
    this.arrival.set(saved.arrival);
    this.free.set(saved.free);
    this.replacement.restore(saved.replacement);
  }
}
