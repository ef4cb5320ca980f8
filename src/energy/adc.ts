/** Published cost models of converters, side by side: they differ by an order of magnitude at one node. */
import type { Price } from './price.js';

export const adcFamilies = ['neurosim', 'zigzag', 'survey'] as const;
export type AdcFamily = (typeof adcFamilies)[number];

/** Source of each model, for tables and pages. */
export const adcSources: Readonly<Record<AdcFamily, string>> = {
  neurosim: 'DNN+NeuroSim V1.4, SarADC.cpp, 65 nm LP: (3.7506 b + 25.844) uW for (b + 1) ns',
  zigzag: 'ZigZag, imc_array.py: (100 b + 0.001 x 4^b) fF x V^2, at 1.0 V',
  survey:
    'Accelergy ADC plug-in, regression over published converters, 65 nm, 100 MS/s: 3.50 pJ at 4 bit, below which it is not valid',
};

/** pJ of a conversion with `bits` bits in 65 nm; of the survey only up to 8 bits. */
export function conversionPj(family: AdcFamily, bits: number): number {
  switch (family) {
    case 'neurosim':
      return ((3.7506 * bits + 25.844) * (bits + 1)) / 1000;
    case 'zigzag':
      return (100 * bits + 0.001 * 4 ** bits) / 1000;
    case 'survey':
      return surveyPj[Math.min(8, Math.max(4, bits))]!;
  }
}

/** The regression evaluated at 65 nm and 100 MS/s. */
const surveyPj: Readonly<Record<number, number>> = { 4: 3.5, 5: 3.54, 6: 4.03, 7: 4.97, 8: 6.49 };

/** The prices of all families for converters of so many bits. */
export const familiesOf = (bits: number): Record<AdcFamily, number> => ({
  neurosim: conversionPj('neurosim', bits),
  zigzag: conversionPj('zigzag', bits),
  survey: conversionPj('survey', bits),
});

/** What the family `energy.adc_family` makes of a price; undefined: the price of its own row. */
export const familyPrice = (price: Price, family: string): number | undefined =>
  price.families?.[family as AdcFamily];
