import type { ConfigOf, ParameterTable } from '../../emulator/sim/parameters.js';

const paper = 'Chen et al., OSA-HCIM, ASP-DAC 2024 (arXiv 2308.15040)';
const unread = 'the text of the paper could not be opened';

export const osahcimParameters = {
  rows: {
    value: 144,
    unit: 'row',
    min: 8,
    max: 1024,
    meaning: 'rows of cells that a product adds',
    source: `16 channels of a 3 x 3 window; ${unread}`,
    status: 'assumed',
  },
  bit_columns: {
    value: 64,
    unit: 'column',
    min: 8,
    max: 1024,
    powerOfTwo: true,
    meaning: 'columns of one-bit cells; eight make a hybrid unit for one 8-bit weight',
    source: `eight units of eight columns; ${unread}`,
    status: 'assumed',
  },
  arrays: {
    value: 1,
    unit: 'array',
    min: 1,
    max: 64,
    meaning: 'macros behind the one interface; one computes at a time',
    source: `${paper}: one macro`,
    status: 'assumed',
  },
  adc_bits: {
    value: 3,
    unit: 'bit',
    min: 1,
    max: 10,
    meaning: 'resolution of the converter of a weight column',
    source: unread,
    status: 'assumed',
  },
  cycle_ns: {
    value: 5,
    unit: 'ns',
    min: 0.1,
    max: 1e6,
    fractional: true,
    meaning: 'cycle of the macro: one input bit through the adder trees of all columns',
    source: 'adder tree of 144 one-bit inputs and accumulation in 65 nm; no published figure',
    status: 'assumed',
  },
  conversion_cycles: {
    value: 1,
    unit: 'cycle',
    min: 0,
    max: 64,
    meaning:
      'macro cycles of the conversion phase that a product with analog orders has, all columns at once',
    source: 'one conversion for a weight column; no published figure',
    status: 'assumed',
  },
  saliency_cycles: {
    value: 1,
    unit: 'cycle',
    min: 0,
    max: 64,
    meaning:
      'macro cycles in which saliency is normalised and compared; the orders it looks at are digital in any case',
    source: 'one pipeline stage; no published figure',
    status: 'assumed',
  },
  port_bits: {
    value: 128,
    unit: 'bit',
    min: 32,
    max: 512,
    powerOfTwo: true,
    meaning: 'payload of the half-duplex TCDM port per cycle',
    source: 'as the crossbar of the cluster',
    status: 'assumed',
  },
  write_row_ns: {
    value: 5,
    unit: 'ns',
    min: 0,
    max: 1e9,
    fractional: true,
    meaning: 'writing of one row of cells; the SUBMIT_PLOT that completes the row is held so long',
    source: 'an ordinary SRAM write in one cycle of the macro',
    status: 'assumed',
  },
  read_word_ns: {
    value: 5,
    unit: 'ns',
    min: 0,
    max: 1e9,
    fractional: true,
    meaning: 'read-back of 8 cells by PR_VAL, on top of the register access',
    source: 'an ordinary SRAM read in one cycle of the macro',
    status: 'assumed',
  },
  conversion_noise: {
    value: 0.045,
    unit: 'LSB',
    min: 0,
    max: 8,
    fractional: true,
    meaning: 'standard deviation of the noise of one conversion, in ADC codes',
    source: 'MC2-RAM, a charge-domain macro in 65 nm: 4.5 % of an LSB in Monte Carlo',
    status: 'assumed',
  },
  ideal: {
    value: false,
    meaning:
      'true: boundaries are chosen and take their time, but all orders are exact and codes are the sums',
    source: 'a setting for comparisons, not a device',
    status: 'assumed',
  },
} as const satisfies ParameterTable;

export type OsahcimConfig = ConfigOf<typeof osahcimParameters>;
