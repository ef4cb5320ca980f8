/** Prices for what the machine counts. */
export { adcFamilies, adcSources, conversionPj, familyPrice, type AdcFamily } from './adc.js';
export { clusterPrices } from './cluster.js';
export { capramPrices, depthwisePrices, examplePrices, fpirmPrices, imaPrices } from './engines.js';
export { osahcimPrices, yolocPrices } from './macros.js';
export {
  countedBetween,
  energyOf,
  energyOfHart,
  energyOfRest,
  hartPrices,
  type EnergyReport,
  type EnergyRow,
} from './model.js';
export {
  eventsOf,
  noCounts,
  type CountedRun,
  type HartCounts,
  type Price,
  type PriceTable,
} from './price.js';
export {
  attainableHz,
  factor,
  priceList,
  type ListedPrice,
  type PricedPart,
  type PriceList,
  type Supply,
} from './price-list.js';
export { nodeFactor, onGrid } from './scaling.js';
export { supplyParameters } from './supply.js';
