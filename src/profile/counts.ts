/** Counts of a part of the program, and what they cost. */
import type { HartTotals, Spent } from '../../emulator/hart/profiler.js';
import { stallCauses } from '../../emulator/hart/state.js';
import { hartPrices, type HartCounts, type PriceList } from '../energy/index.js';
import type { HartStats } from '../../emulator/api.js';
import type { Counts } from './model.js';

/** Names of `Counts.events`: what is counted with the instruction that caused it, by the names of `HartStats`. */
export const eventNames = [
  'compressed',
  'loads',
  'stores',
  'tcdm_reads',
  'tcdm_writes',
  'l2_reads',
  'l2_writes',
  'peripheral_accesses',
  'icache_misses',
  'icache_prefetches',
  'icache_shared_misses',
] as const satisfies readonly (keyof HartStats)[];

const misaligned = stallCauses.indexOf('misaligned');

export const noCounts = (): Counts => ({
  cycles: 0,
  sleep: 0,
  instructions: 0,
  stalls: stallCauses.map(() => 0),
  events: eventNames.map(() => 0),
  picojoules: 0,
});

/** Adds `part` to `sum`. */
export function addCounts(sum: Counts, part: Counts, sign: 1 | -1 = 1): void {
  sum.cycles += sign * part.cycles;
  sum.sleep += sign * part.sleep;
  sum.instructions += sign * part.instructions;
  sum.picojoules += sign * part.picojoules;
  part.stalls.forEach((value, i) => (sum.stalls[i] += sign * value));
  part.events.forEach((value, i) => (sum.events[i] += sign * value));
  if (part.banks === undefined) return;
  const banks = (sum.banks ??= part.banks.map(() => 0));
  part.banks.forEach((value, i) => (banks[i] += sign * value));
}

/** From what the machine counts to counts with a price. */
export class Pricing {
  private readonly prices: Readonly<Record<keyof HartCounts, number>>;

  /** @param sources names of the events of the profiler */
  constructor(
    list: PriceList,
    private readonly sources: readonly string[],
  ) {
    this.prices = hartPrices(list);
  }

  /** @param compressed how many of the instructions have 16 bits */
  counts(spent: Omit<Spent, 'pc'>, compressed: number): Counts {
    const { loads, stores, instructions, sleep } = spent;
    const stalls = Array.from(spent.stalls);
    const event = (name: string): number => spent.events[this.sources.indexOf(name)] ?? 0;
    const outer = event('outer_loads') + event('outer_stores');
    const events = {
      compressed,
      loads,
      stores,
      // A misaligned access asks its second bank in the cycle that is its stall.
      tcdm_reads: loads - event('outer_loads') + stalls[misaligned],
      tcdm_writes: stores - event('outer_stores'),
      l2_reads: event('l2_reads'),
      l2_writes: event('l2_writes'),
      peripheral_accesses: outer - event('l2_reads') - event('l2_writes'),
      icache_misses: event('icache_misses'),
      icache_prefetches: event('icache_prefetches'),
      icache_shared_misses: event('icache_shared_misses'),
    };
    const cycles = stalls.reduce((sum, value) => sum + value, instructions);
    return this.priced({
      cycles,
      sleep,
      instructions,
      stalls,
      events: eventNames.map((name) => events[name]),
      ...(spent.banks === undefined ? {} : { banks: Array.from(spent.banks) }),
      picojoules: 0,
    });
  }

  totals(totals: HartTotals): Counts {
    return this.counts(totals, totals.compressed);
  }

  /** From the counters of a hart. */
  stats(stats: HartStats, banks?: ArrayLike<number>): Counts {
    return this.priced({
      cycles: stats.cycles_active,
      sleep: stats.cycles_sleep,
      instructions: stats.instret,
      stalls: stallCauses.map((cause) => stats.stalls[cause] ?? 0),
      events: eventNames.map((name) => stats[name]),
      ...(banks === undefined ? {} : { banks: Array.from(banks) }),
      picojoules: 0,
    });
  }

  private priced(counts: Counts): Counts {
    const { prices } = this;
    let sum =
      prices.instret * counts.instructions +
      prices.cycles_active * counts.cycles +
      prices.cycles_sleep * counts.sleep;
    eventNames.forEach((name, i) => {
      sum += ((prices as Partial<Record<string, number>>)[name] ?? 0) * counts.events[i];
    });
    return { ...counts, picojoules: sum };
  }
}
