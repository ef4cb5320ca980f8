/** What an event costs. Emulator and engines count events; only this room knows a joule. */
import type { Counters } from '../../emulator/sim/unit.js';
import type { NumberParameter } from '../../emulator/sim/parameters.js';
import type { AdcFamily } from './adc.js';

/** The counters of a run that prices are put on, in the shape of the JSON of a run. */
export interface CountedRun {
  readonly cycles: number;
  readonly clock_hz: number;
  readonly total: {
    readonly instret: number;
    readonly cycles_active: number;
    readonly cycles_sleep: number;
  };
  readonly icache: { readonly private_misses: number; readonly shared_misses: number };
  readonly tcdm: { readonly accesses: number };
  readonly dma: Counters;
  readonly engines: Readonly<Record<string, Counters>>;
}

/** A row of a price table: a parameter, and what it is the price of. */
export interface Price extends NumberParameter {
  /** Unit of the machine that the energy is attributed to. */
  readonly component: string;
  /** `pJ`: dynamic, per event. `mW`: static, per ns of the run. */
  readonly unit: 'pJ' | 'mW';
  /** The price is for a supply of its own, which the cluster's does not move. */
  readonly ownSupply?: true;
  /** What the price would be by a published family of converters, in pJ. */
  readonly families?: Readonly<Record<AdcFamily, number>>;
  /** Events of a run; the prices of static power need none. */
  readonly events?: (run: CountedRun) => number;
}

export type PriceTable = Readonly<Record<string, Price>>;

const limits = { min: 0, max: 1e9, fractional: true } as const;

type PriceText = Pick<Price, 'value' | 'meaning' | 'source' | 'status' | 'ownSupply' | 'families'>;

/** A dynamic price in pJ. */
export const perEvent = (
  component: string,
  events: (run: CountedRun) => number,
  text: PriceText,
): Price => ({ ...limits, ...text, component, unit: 'pJ', events });

/** Static power in mW. */
export const always = (component: string, text: PriceText): Price => ({
  ...limits,
  ...text,
  component,
  unit: 'mW',
});

/** A counter of an engine; an engine that is absent has counted nothing. */
export const engineEvents =
  (engine: string, counter: string) =>
  ({ engines }: CountedRun): number =>
    engines[engine]?.[counter] ?? 0;
