/** Prices for what the machine counts. */
export { adcFamilies, adcSources, conversionPj, familyPrice, type AdcFamily } from './adc.js';
export { clusterPrices } from './cluster.js';
export { capramPrices, depthwisePrices, examplePrices, fpirmPrices, imaPrices } from './engines.js';
export { osahcimPrices, yolocPrices } from './macros.js';
export { energyOf, type EnergyReport, type EnergyRow, type PricedPart } from './model.js';
export { type CountedRun, type Price, type PriceTable } from './price.js';
export { supplyParameters } from './supply.js';
