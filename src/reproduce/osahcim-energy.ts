/** Energy of products on OSA-HCIM under the published converter families. */
import { conversionPj } from '../energy/index.js';
import type { AdcFamily } from '../energy/index.js';
import { OctobarError } from '../../emulator/sim/error.js';
import type { Stats } from '../session/index.js';

export const publishedGain = 1.95;
export const adcBits = 3;
/** Prices of a product whatever the converter; writing and requantisation are the same for all modes and left out. */
const otherPrices = ['digital_column_mac', 'charge', 'dac_conversion', 'saliency_evaluation'];

/** pJ of all products of a run. */
export function familyEnergy({ energy, engines }: Stats, family: AdcFamily): number {
  const other = otherPrices.reduce((sum, price) => {
    const row = energy.rows.find((candidate) => candidate.price === `energy.osahcim.${price}`);
    if (row === undefined) throw new OctobarError('internal', `there is no price ${price}`);
    return sum + row.picojoules;
  }, 0);
  return other + engines['osahcim']!['adc_conversions']! * conversionPj(family, adcBits);
}
