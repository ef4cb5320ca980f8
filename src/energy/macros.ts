/** Prices of the macros whose circuits are priced one by one. */
import { familiesOf } from './adc.js';
import { engineEvents, perEvent } from './price.js';
import type { PriceTable } from './price.js';

const osahcim = (counter: string) => engineEvents('osahcim', counter);

/** 28 nm gates of ZigZag, in pJ, times 2.5 from 28 to 65 nm (Stillmaker and Baas 2017, 0.9 V). */
const to65 = 2.5;
const gates = { adder: 0.0034 * to65, and: 0.00028 * to65, flipFlop: 0.0017 * to65 };
/** 144 one-bit products; 144 less 8 full adders make their sum of 8 bits; 16 bits of accumulator. */
const columnMac = 144 * gates.and + 136 * gates.adder + 16 * (gates.adder + gates.flipFlop);

export const osahcimPrices = {
  digital_column_mac: perEvent('OSA-HCIM', osahcim('digital_column_macs'), {
    value: Math.round(1000 * columnMac) / 1000,
    meaning: 'a one-bit MAC of a column of 144 rows: products, adder tree, accumulation',
    source:
      'gates of ZigZag (28 nm: full adder 3.4 fJ, AND 0.28 fJ, flip-flop 1.7 fJ) scaled to 65 nm by 2.5: 144 AND, 136 adders, 16 bits of accumulator',
    scaling: 'own',
    status: 'derived',
  }),
  adc_conversion: perEvent('OSA-HCIM', osahcim('adc_conversions'), {
    value: Math.round(1000 * familiesOf(3).neurosim) / 1000,
    families: familiesOf(3),
    meaning:
      'a conversion of 3 bits of a weight column; energy.adc_family takes the price of another published family',
    source: 'DNN+NeuroSim V1.4, SAR in 65 nm LP: (3.7506 b + 25.844) uW for (b + 1) ns',
    scaling: 'own',
    status: 'derived',
  }),
  charge: perEvent('OSA-HCIM', osahcim('adc_conversions'), {
    value: 0.144,
    meaning: 'charge of the 144 cells of a column before a conversion',
    source: '1 fF a cell at 1.0 V',
    scaling: 'own',
    status: 'assumed',
  }),
  dac_conversion: perEvent('OSA-HCIM', osahcim('dac_conversions'), {
    value: 0.2,
    meaning: 'a level of four bits on a row',
    source: 'ZigZag: 50 fF a bit at 1.0 V',
    scaling: 'own',
    status: 'assumed',
  }),
  saliency_evaluation: perEvent('OSA-HCIM', osahcim('saliency_evaluations'), {
    value: 0.5,
    meaning: 'normalisation and five comparisons of 8 bits',
    source: '60 full adders of 65 nm by the same gates',
    scaling: 'own',
    status: 'derived',
  }),
  requantisation: perEvent('OSA-HCIM', osahcim('requantisations'), {
    value: 3,
    meaning: 'an output in 65 nm: 64-bit product, shift and clip',
    source: 'an int32 multiplication of 3.1 pJ at 45 nm (Horowitz 2014)',
    scaling: 'own',
    status: 'assumed',
  }),
  write_cell: perEvent('OSA-HCIM', osahcim('cells_programmed'), {
    value: 0.4,
    meaning: 'writing of a 4-bit cell: four bits of SRAM',
    source: '0.1 pJ a bit, of the order of an SRAM of this size in 65 nm',
    scaling: 'own',
    status: 'assumed',
  }),
} satisfies PriceTable;

const yoloc = (counter: string) => engineEvents('yoloc', counter);

export const yolocPrices = {
  conversion: perEvent('YOLoC', yoloc('adc_conversions'), {
    value: 0.348,
    meaning: 'a bit line in an operation: precharge, discharge, conversion, shift and add',
    source:
      'recalled 11.5 TOPS/W: 256 operations are 22.3 pJ, shared by the 64 bit lines converted together; ROM and SRAM alike',
    scaling: 'own',
    status: 'derived',
  }),
  requantisation: perEvent('YOLoC', yoloc('requantisations'), {
    value: 1.5,
    meaning: 'an output in 28 nm: 64-bit product, shift and clip',
    source: 'an int32 multiplication of 3.1 pJ at 45 nm (Horowitz 2014), scaled to 28 nm by 0.51',
    scaling: 'own',
    status: 'assumed',
  }),
  write_cell: perEvent('YOLoC', yoloc('cells_programmed'), {
    value: 0.0064,
    meaning: 'writing of a 4-bit cell of SRAM',
    source: 'MNSIM 2.0, SRAM macro in 28 nm: 1.6 fJ a bit',
    scaling: 'own',
    status: 'assumed',
  }),
  dram_cell: perEvent('YOLoC', yoloc('cells_programmed'), {
    value: 0,
    meaning:
      'DRAM access for a 4-bit cell that is written; 50 for LPDDR at 12.5 pJ a bit where weights come from DRAM',
    source: 'in this machine weights come from L2, which is priced there',
    scaling: 'own',
    status: 'assumed',
  }),
} satisfies PriceTable;
