/** What an event costs. Emulator and engines count events; only this room knows a joule. */
import type { Counters } from '../../emulator/sim/unit.js';
import type { NumberParameter } from '../../emulator/sim/parameters.js';
import type { AdcFamily } from './adc.js';

/** The counters of one hart that prices are put on; those of `HartStats`. */
export interface HartCounts {
  readonly instret: number;
  readonly compressed: number;
  readonly cycles_active: number;
  readonly cycles_sleep: number;
  readonly tcdm_reads: number;
  readonly tcdm_writes: number;
  readonly l2_reads: number;
  readonly l2_writes: number;
  readonly peripheral_accesses: number;
  readonly icache_misses: number;
  readonly icache_prefetches: number;
  readonly icache_shared_misses: number;
}

/** A hart that did nothing. */
export const noCounts: HartCounts = {
  instret: 0,
  compressed: 0,
  cycles_active: 0,
  cycles_sleep: 0,
  tcdm_reads: 0,
  tcdm_writes: 0,
  l2_reads: 0,
  l2_writes: 0,
  peripheral_accesses: 0,
  icache_misses: 0,
  icache_prefetches: 0,
  icache_shared_misses: 0,
};

/** The counters of a run, or of a part of one, in the shape of the JSON of a run. */
export interface CountedRun {
  readonly cycles: number;
  /** Sums over the harts. */
  readonly total: HartCounts;
  readonly tcdm: { readonly port_reads: number; readonly port_writes: number };
  readonly events: Counters;
  readonly dma: Counters;
  readonly engines: Readonly<Record<string, Counters>>;
}

/** What a price counts: events of a hart, which add up over harts, and events of everything else. */
export interface Events {
  readonly hart?: (hart: HartCounts) => number;
  readonly rest?: (run: CountedRun) => number;
}

/** A row of a price table: a parameter, and what it is the price of. */
export interface Price extends NumberParameter {
  /** Unit of the machine that the energy is attributed to. */
  readonly component: string;
  /** `pJ`: dynamic, per event. `mW`: static, for as long as the run takes. */
  readonly unit: 'pJ' | 'mW';
  /** How far published or recalled figures let the value move; equal ends: not at all. */
  readonly range?: readonly [low: number, high: number];
  /** `digital` goes with supply and node, `analog` with the supply alone, `own` with neither. */
  readonly scaling: 'digital' | 'analog' | 'own';
  /** What the price would be by a published family of converters, in pJ. */
  readonly families?: Readonly<Record<AdcFamily, number>>;
  readonly events: Events;
}

export type PriceTable = Readonly<Record<string, Price>>;

const limits = { min: 0, max: 1e9, fractional: true } as const;

type PriceText = Pick<Price, 'value' | 'meaning' | 'source' | 'status' | 'families' | 'range'> & {
  readonly scaling?: Price['scaling'];
};

const priced = (component: string, events: Events, text: PriceText): Price => ({
  ...limits,
  scaling: 'digital',
  ...text,
  component,
  unit: 'pJ',
  events,
});

/** A price in pJ of something that harts do. */
export const perHartEvent = (
  component: string,
  hart: NonNullable<Events['hart']>,
  text: PriceText,
): Price => priced(component, { hart }, text);

/** A price in pJ of something that harts and others do. */
export const perSharedEvent = (component: string, events: Events, text: PriceText): Price =>
  priced(component, events, text);

/** A price in pJ of something that no hart does. */
export const perEvent = (
  component: string,
  rest: NonNullable<Events['rest']>,
  text: PriceText,
): Price => priced(component, { rest }, text);

/** Static power in mW; its events are cycles. */
export const always = (component: string, text: PriceText): Price => ({
  ...priced(component, { rest: ({ cycles }) => cycles }, text),
  unit: 'mW',
});

/** A counter of an engine; an engine that is absent has counted nothing. */
export const engineEvents =
  (engine: string, ...counters: readonly string[]) =>
  ({ engines }: CountedRun): number =>
    counters.reduce((sum, counter) => sum + (engines[engine]?.[counter] ?? 0), 0);

/** A counter of the DMA, or several together. */
export const dmaEvents =
  (...counters: readonly string[]) =>
  ({ dma }: CountedRun): number =>
    counters.reduce((sum, counter) => sum + (dma[counter] ?? 0), 0);

/** Events of a run. */
export const eventsOf = ({ events }: Price, run: CountedRun): number =>
  (events.hart?.(run.total) ?? 0) + (events.rest?.(run) ?? 0);
