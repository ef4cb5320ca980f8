/** Time, energy and area of a product on a whole array. */
import type { AreaReport } from '../area/index.js';
import { engineParts } from '../config/index.js';
import type { Configuration } from '../config/index.js';
import { noCounts } from '../energy/index.js';
import type { PriceList } from '../energy/index.js';

export interface Cost {
  /** The array alone, and from product to product in the machine. */
  readonly array_ns: number;
  readonly product_ns: number;
  /** One multiplication and one addition a cell. */
  readonly gops: number;
  readonly pj: number;
  readonly tops_per_watt: number;
  /** What the circuits of the macro take of `pj`. */
  readonly shares: readonly {
    readonly price: string;
    readonly pj: number;
    readonly percent: number;
  }[];
  readonly mm2: number;
  readonly tops_per_mm2: number;
}

/** @param counters of `products` products */
export function costOf(
  counters: Readonly<Record<string, number>>,
  products: number,
  cycles: number,
  configuration: Configuration,
  prices: PriceList,
  area: AreaReport,
): Cost {
  const { rows, cols, mvm_ns, arrays } = configuration.of(engineParts.ima);
  const run = {
    cycles: 0,
    total: noCounts,
    tcdm: { port_reads: 0, port_writes: 0 },
    events: {},
    dma: {},
    engines: { ima: { ...counters } },
  };
  const paid = prices.rows.flatMap(({ key, price, pj }) => {
    if (!key.startsWith('energy.ima.') || price.events.rest === undefined) return [];
    const picojoules = (pj * price.events.rest(run)) / products;
    return picojoules === 0 ? [] : [{ price: key, pj: picojoules }];
  });
  const total = paid.reduce((sum, { pj }) => sum + pj, 0);
  const product_ns = (cycles * 1e9) / configuration.number('clock_hz');
  const operations = 2 * rows * cols;
  const mm2 = (area.components['IMA'] ?? 0) / arrays;
  return {
    array_ns: mvm_ns,
    product_ns,
    gops: operations / product_ns,
    pj: total,
    tops_per_watt: total === 0 ? 0 : operations / total,
    shares: paid.map(({ price, pj }) => ({ price, pj, percent: (100 * pj) / total })),
    mm2,
    tops_per_mm2: mm2 === 0 ? 0 : operations / product_ns / 1000 / mm2,
  };
}
