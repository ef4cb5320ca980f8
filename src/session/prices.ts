import { pricedParts } from '../config/index.js';
import type { Configuration } from '../config/index.js';
import { familyPrice, priceList } from '../energy/index.js';
import type { PriceList } from '../energy/index.js';

/** The prices that a configuration pays. */
export function pricesOf(configuration: Configuration): PriceList {
  const family = String(configuration.get('energy.adc_family'));
  return priceList(
    pricedParts(configuration.engines),
    (key, price) => familyPrice(price, family) ?? configuration.number(key),
    {
      voltage: configuration.number('energy.voltage'),
      nominal: configuration.number('energy.nominal_voltage'),
      node: configuration.number('energy.node'),
      clock_hz: configuration.number('clock_hz'),
      nominal_clock_hz: configuration.number('energy.nominal_clock_hz'),
    },
  );
}
