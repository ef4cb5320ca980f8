import { pricedParts } from '../config/index.js';
import type { Configuration } from '../config/index.js';
import { familyPrice, priceList } from '../energy/index.js';
import type { PriceList } from '../energy/index.js';

const lists = new WeakMap<Configuration, PriceList>();

/** The prices that a configuration pays. */
export function pricesOf(configuration: Configuration): PriceList {
  const known = lists.get(configuration);
  if (known !== undefined) return known;
  const list = listOf(configuration);
  lists.set(configuration, list);
  return list;
}

function listOf(configuration: Configuration): PriceList {
  const family = String(configuration.get('energy.adc_family'));
  // A price that the user set has the status of what users set.
  const statuses = new Map(configuration.provenance().map(({ key, status }) => [key, status]));
  return priceList(
    pricedParts(configuration.engines),
    (key, price) => ({
      value: familyPrice(price, family) ?? configuration.number(key),
      status: statuses.get(key) ?? price.status,
    }),
    {
      voltage: configuration.number('energy.voltage'),
      nominal: configuration.number('energy.nominal_voltage'),
      node: configuration.number('energy.node'),
      clock_hz: configuration.number('clock_hz'),
      nominal_clock_hz: configuration.number('energy.nominal_clock_hz'),
    },
  );
}
