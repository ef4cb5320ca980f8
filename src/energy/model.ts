import type { Status } from '../../emulator/sim/parameters.js';
import type { CountedRun, Price, PriceTable } from './price.js';

/** One price on one counter. */
export interface EnergyRow {
  readonly component: string;
  /** Key of the price, `energy.ima.cell`. */
  readonly price: string;
  readonly value: number;
  readonly unit: 'pJ' | 'mW';
  readonly status: Status;
  /** Events; of static power the ns of the run. */
  readonly events: number;
  readonly picojoules: number;
}

export interface EnergyReport {
  /** Supply in volt. */
  readonly voltage: number;
  readonly total_pj: number;
  /** Total over the time of the run. */
  readonly mean_mw: number;
  /** Sums of the rows by component; they add up to the total. */
  readonly components: Readonly<Record<string, number>>;
  readonly rows: readonly EnergyRow[];
}

/** A price table under its prefix. */
export interface PricedPart {
  readonly prefix: string;
  readonly prices: PriceTable;
}

/** Supply, and the supply that the prices are given for. */
export interface Supply {
  readonly voltage: number;
  readonly nominal: number;
}

/**
 * Energy of a run: each price times its events. Dynamic energy goes with the square of the supply, leakage
 * in proportion to it.
 * @param valueOf resolved value of a price by its key
 */
export function energyOf(
  run: CountedRun,
  parts: readonly PricedPart[],
  valueOf: (key: string, price: Price) => number,
  { voltage, nominal }: Supply,
): EnergyReport {
  const ns = (run.cycles * 1e9) / run.clock_hz;
  const ratio = voltage / nominal;
  const rows = parts.flatMap(({ prefix, prices }) =>
    Object.entries(prices).map(([name, price]): EnergyRow => {
      const key = `${prefix}.${name}`;
      const value = valueOf(key, price);
      const events = price.events?.(run) ?? ns;
      const scale = price.ownSupply ? 1 : price.unit === 'pJ' ? ratio * ratio : ratio;
      return {
        component: price.component,
        price: key,
        value,
        unit: price.unit,
        status: price.status,
        events,
        picojoules: value * events * scale,
      };
    }),
  );
  const components: Record<string, number> = {};
  for (const row of rows)
    components[row.component] = (components[row.component] ?? 0) + row.picojoules;
  // Summed over the components, so that what is shown adds up to the last bit.
  const total = Object.values(components).reduce((sum, part) => sum + part, 0);
  return {
    voltage,
    total_pj: total,
    mean_mw: ns === 0 ? 0 : total / ns,
    components,
    rows,
  };
}
