/** Energy as a sum of prices times counts. Prices lie on a grid, so that every sum here is exact. */
import type { Status } from '../../emulator/sim/parameters.js';
import { eventsOf, noCounts } from './price.js';
import type { CountedRun, HartCounts } from './price.js';
import { attainableHz } from './price-list.js';
import type { ListedPrice, PriceList } from './price-list.js';

/** One price on one counter. */
export interface EnergyRow {
  readonly component: string;
  /** Key of the price, `energy.ima.cell`. */
  readonly price: string;
  readonly value: number;
  readonly unit: 'pJ' | 'mW';
  readonly status: Status;
  /** Of an event: the value at supply and node of the run; of static power for a cycle. */
  readonly pj: number;
  /** Events; of static power the cycles. */
  readonly events: number;
  /** pj x events. */
  readonly picojoules: number;
}

export interface EnergyReport {
  /** Supply in volt. */
  readonly voltage: number;
  /** Of the digital part, in nm. */
  readonly node: number;
  /** Clock that the circuits reach at this supply; a run at a faster one has no energy that anybody could measure. */
  readonly attainable_hz: number;
  readonly total_pj: number;
  /** Total over the time of the run. */
  readonly mean_mw: number;
  /** Sums of the rows by component; they add up to the total. */
  readonly components: Readonly<Record<string, number>>;
  readonly rows: readonly EnergyRow[];
}

/** Energy of a run, or of the difference of two. */
export function energyOf(run: CountedRun, list: PriceList): EnergyReport {
  const rows = list.rows.map(({ key, price, value, status, pj }): EnergyRow => {
    const events = eventsOf(price, run);
    const { component, unit } = price;
    return { component, price: key, value, unit, status, pj, events, picojoules: pj * events };
  });
  return reportOf(rows, list, run.cycles);
}

function reportOf(rows: readonly EnergyRow[], { supply }: PriceList, cycles: number): EnergyReport {
  const components: Record<string, number> = {};
  for (const row of rows)
    components[row.component] = (components[row.component] ?? 0) + row.picojoules;
  const total = Object.values(components).reduce((sum, part) => sum + part, 0);
  const ns = (cycles * 1e9) / supply.clock_hz;
  return {
    voltage: supply.voltage,
    node: supply.node,
    attainable_hz: attainableHz(supply),
    total_pj: total,
    mean_mw: ns === 0 ? 0 : total / ns,
    components,
    rows,
  };
}

/** What happened between two looks at one machine. */
export function countedBetween(before: CountedRun, after: CountedRun): CountedRun {
  return {
    cycles: after.cycles - before.cycles,
    total: minus(after.total, before.total),
    tcdm: minus(after.tcdm, before.tcdm),
    events: minus(after.events, before.events),
    dma: minus(after.dma, before.dma),
    engines: Object.fromEntries(
      Object.entries(after.engines).map(([name, late]) => [
        name,
        minus(late, before.engines[name] ?? {}),
      ]),
    ),
  };
}

/** Differences of the numbers; what is no number, like lists by cause or bank, is left out. */
function minus<T extends object>(after: T, before: object): T {
  const early = before as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(after).flatMap(([key, late]) =>
      typeof late === 'number' ? [[key, late - Number(early[key] ?? 0)]] : [],
    ),
  ) as T;
}

/** pJ that one hart took, its accesses included; all harts and `energyOfRest` add up to the total of the run. */
export function energyOfHart(hart: HartCounts, list: PriceList): number {
  return sum(list, ({ price }) => price.events.hart?.(hart) ?? 0);
}

/** pJ that no hart caused, by component: engines, DMA, their accesses, event unit, clock tree, leakage. */
export function energyOfRest(run: CountedRun, list: PriceList): Record<string, number> {
  const parts: Record<string, number> = {};
  for (const { price, pj } of list.rows) {
    if (price.events.rest === undefined) continue;
    parts[price.component] = (parts[price.component] ?? 0) + pj * price.events.rest(run);
  }
  return parts;
}

/** pJ that each count of a hart costs, a unit of it: the energy of a hart is linear in its counts. */
export function hartPrices(list: PriceList): Record<keyof HartCounts, number> {
  const names = Object.keys(noCounts) as (keyof HartCounts)[];
  return Object.fromEntries(
    names.map((name) => [name, energyOfHart({ ...noCounts, [name]: 1 }, list)]),
  ) as Record<keyof HartCounts, number>;
}

const sum = (list: PriceList, events: (row: ListedPrice) => number): number =>
  list.rows.reduce((total, row) => total + row.pj * events(row), 0);
