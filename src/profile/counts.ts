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
  addTo(sum.stalls, part.stalls, sign);
  addTo(sum.events, part.events, sign);
  if (part.banks !== undefined) addTo((sum.banks ??= part.banks.map(() => 0)), part.banks, sign);
}

function addTo(sum: number[], part: readonly number[], sign: 1 | -1): void {
  for (let i = 0; i < part.length; i++) sum[i] += sign * part[i];
}

/** Events that a profiler books, see `eventSources`. */
const sourceNames = [
  'outer_loads',
  'outer_stores',
  'l2_reads',
  'l2_writes',
  'icache_misses',
  'icache_prefetches',
  'icache_shared_misses',
] as const;

/** From what the machine counts to counts with a price. */
export class Pricing {
  private readonly cycle: number;
  private readonly sleep: number;
  private readonly instruction: number;
  /** By event. */
  private readonly event: readonly number[];
  private readonly places: readonly number[];

  /** @param sources names of the events of the profiler */
  constructor(list: PriceList, sources: readonly string[]) {
    const prices: Partial<Record<string, number>> & Record<keyof HartCounts, number> =
      hartPrices(list);
    this.cycle = prices.cycles_active;
    this.sleep = prices.cycles_sleep;
    this.instruction = prices.instret;
    this.event = eventNames.map((name) => prices[name] ?? 0);
    this.places = sourceNames.map((name) => sources.indexOf(name));
  }

  /** @param compressed how many of the instructions have 16 bits */
  counts(spent: Omit<Spent, 'pc'>, compressed: number): Counts {
    const { loads, stores, instructions, sleep, events, banks } = spent;
    const { places } = this;
    const stalls = Array.from(spent.stalls);
    const outerLoads = events[places[0]];
    const outerStores = events[places[1]];
    const l2Reads = events[places[2]];
    const l2Writes = events[places[3]];
    let cycles = instructions;
    for (const stall of stalls) cycles += stall;
    return this.priced({
      cycles,
      sleep,
      instructions,
      stalls,
      // In the order of `eventNames`; a misaligned access asks its second bank in the cycle that is its stall.
      events: [
        compressed,
        loads,
        stores,
        loads - outerLoads + stalls[misaligned],
        stores - outerStores,
        l2Reads,
        l2Writes,
        outerLoads - l2Reads + outerStores - l2Writes,
        events[places[4]],
        events[places[5]],
        events[places[6]],
      ],
      ...(banks === undefined ? {} : { banks: Array.from(banks) }),
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
    let sum =
      this.instruction * counts.instructions +
      this.cycle * counts.cycles +
      this.sleep * counts.sleep;
    for (let i = 0; i < this.event.length; i++) sum += this.event[i] * counts.events[i];
    counts.picojoules = sum;
    return counts;
  }
}
