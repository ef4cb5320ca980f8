/** Prices as they are paid: by the configuration, its supply, node and clock. */
import type { Status } from '../../emulator/sim/parameters.js';
import type { Price, PriceTable } from './price.js';
import { nodeFactor, nodes, onGrid } from './scaling.js';

/** A price table under its prefix. */
export interface PricedPart {
  readonly prefix: string;
  readonly prices: PriceTable;
}

/** Where the machine runs, and the supply that prices are given for. */
export interface Supply {
  readonly voltage: number;
  readonly nominal: number;
  /** nm */
  readonly node: number;
  readonly clock_hz: number;
  /** Clock that the circuits reach at the nominal supply. */
  readonly nominal_clock_hz: number;
}

export interface ListedPrice {
  /** `energy.ima.cell`. */
  readonly key: string;
  readonly price: Price;
  /** As configured, for the nominal supply and node. */
  readonly value: number;
  readonly status: Status;
  /** pJ of an event, of static power pJ of a cycle: a multiple of 2^-16. */
  readonly pj: number;
}

export interface PriceList {
  readonly supply: Supply;
  readonly rows: readonly ListedPrice[];
}

/**
 * Dynamic energy goes with the square of the supply and with the node, static power with the supply and, a cycle,
 * with its length.
 * @param resolved value and status of a price by its key
 */
export function priceList(
  parts: readonly PricedPart[],
  resolved: (key: string, price: Price) => Pick<ListedPrice, 'value' | 'status'>,
  supply: Supply,
): PriceList {
  const rows = parts.flatMap(({ prefix, prices }) =>
    Object.entries(prices).map(([name, price]): ListedPrice => {
      const key = `${prefix}.${name}`;
      const { value, status } = resolved(key, price);
      return { key, price, value, status, pj: onGrid(value * factor(price, supply)) };
    }),
  );
  return { supply, rows };
}

/** pJ that are paid for a price of 1. */
export function factor({ unit, scaling }: Price, supply: Supply): number {
  const { voltage, nominal, node, clock_hz } = supply;
  const ratio = voltage / nominal;
  // 1 mW for 1 ns is 1 pJ.
  const time = unit === 'mW' ? 1e9 / clock_hz : 1;
  if (scaling === 'own') return time;
  if (unit === 'mW') return ratio * time;
  const scaled = scaling === 'digital' ? nodeFactor(nodes.nominal, node, nominal) : 1;
  return ratio * ratio * scaled;
}

/** Clock that the circuits reach at their supply. */
export const attainableHz = ({ voltage, nominal, nominal_clock_hz }: Supply): number =>
  (nominal_clock_hz * voltage) / nominal;
