import { engineEvents, perEvent } from './price.js';
import type { PriceTable } from './price.js';

const hermes =
  'HERMES core, 14 nm: 12.5 nJ for 256 x 256 with all converters (published); its split is a share of converters as in published analog macros, 37 % (11 SRAM macros, mihirvk2 survey), 10 % for the inputs';

const ima = (counter: string) => engineEvents('ima', counter);

/** Prices of the crossbar: scaled by the rows and columns in use, since a constant energy a job contradicts the published totals. */
export const imaPrices = {
  dac_conversion: perEvent('IMA', ima('dac_conversions'), {
    value: 4.9,
    meaning: 'an input pulse on a row',
    source: `${hermes}: 0.10 x 12.5 nJ / 256`,
    status: 'assumed',
  }),
  cell: perEvent('IMA', ima('cells_active'), {
    value: 0.101,
    meaning: 'a cell that conducts during a product',
    source: `${hermes}: 0.53 x 12.5 nJ / 65,536`,
    status: 'assumed',
  }),
  adc_conversion: perEvent('IMA', ima('adc_conversions'), {
    value: 18.1,
    meaning: 'a conversion of a column',
    source: `${hermes}: 0.37 x 12.5 nJ / 256`,
    status: 'assumed',
  }),
  requantisation: perEvent('IMA', ima('requantisations'), {
    value: 1,
    meaning: 'an output: accumulation, 64-bit product, shift and clip',
    source: 'an int32 multiplication of 3.1 pJ at 45 nm (Horowitz 2014), scaled to 22 nm',
    status: 'assumed',
  }),
  program_cell: perEvent('IMA', ima('cells_programmed'), {
    value: 100,
    meaning: 'programming of a cell',
    source: 'no published figure; pulses of 100 uA at 1 V for 1 us',
    status: 'assumed',
  }),
} satisfies PriceTable;

const depthwise = (counter: string) => engineEvents('depthwise', counter);

export const depthwisePrices = {
  mac: perEvent('depth-wise engine', depthwise('macs'), {
    value: 0.35,
    meaning: 'an 8-bit multiply-accumulate with its share of window and weight registers',
    source: '0.2 to 0.5 pJ (recalled)',
    status: 'assumed',
  }),
  requantisation: perEvent('depth-wise engine', depthwise('requantisations'), {
    value: 1,
    meaning: 'an output: 64-bit product, shift and clip',
    source: 'as the IMA',
    status: 'assumed',
  }),
} satisfies PriceTable;

const capram = (counter: string) => engineEvents('capram', counter);
const capramPaper = 'CAP-RAM (JSSC 2021): 573.4 GOPS at 49.4 TOPS/W';

export const capramPrices = {
  conversion: perEvent('CAP-RAM', capram('adc_conversions'), {
    value: 2.591,
    meaning: 'a column of an operation: charge, sharing, conversion and logic',
    source: `${capramPaper}: 11.61 mW at 35 MHz are 331.6 pJ an operation of 128 columns`,
    ownSupply: true,
    status: 'derived',
  }),
  requantisation: perEvent('CAP-RAM', capram('requantisations'), {
    value: 3,
    meaning: 'an output in 65 nm: 64-bit product, shift and clip',
    source: 'an int32 multiplication of 3.1 pJ at 45 nm (Horowitz 2014)',
    ownSupply: true,
    status: 'assumed',
  }),
  write_cell: perEvent('CAP-RAM', capram('cells_programmed'), {
    value: 0.4,
    meaning: 'writing of a 4-bit cell: four bits of SRAM',
    source: '0.1 pJ a bit, of the order of an SRAM of this size in 65 nm',
    ownSupply: true,
    status: 'assumed',
  }),
} satisfies PriceTable;

export const examplePrices = {} satisfies PriceTable;
export const fpirmPrices = {} satisfies PriceTable;
