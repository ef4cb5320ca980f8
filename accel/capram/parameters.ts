import type { ConfigOf, ParameterTable } from '../../emulator/sim/parameters.js';

const paper = 'Chen et al., CAP-RAM, JSSC 56(6) 2021 (arXiv 2107.02388), abstract';
const derivedClock =
  '8,192 charge-domain cells, 2 operations each, make the published peak of 573.4 GOPS at 35.0 MHz';

export const capramParameters = {
  rows: {
    value: 512,
    unit: 'row',
    min: 64,
    max: 4096,
    powerOfTwo: true,
    meaning: 'rows of 6T cells',
    source: `${paper}: 512 x 128`,
    status: 'published',
  },
  bit_columns: {
    value: 128,
    unit: 'column',
    min: 8,
    max: 1024,
    powerOfTwo: true,
    meaning: 'columns of one-bit cells, one converter each; four make a column of 4-bit weights',
    source: `${paper}: 512 x 128`,
    status: 'published',
  },
  arrays: {
    value: 1,
    unit: 'array',
    min: 1,
    max: 64,
    meaning: 'macros behind the one interface; one computes at a time',
    source: `${paper}: one macro`,
    status: 'published',
  },
  cells_per_mac: {
    value: 8,
    unit: 'cell',
    min: 1,
    max: 64,
    powerOfTwo: true,
    meaning:
      '6T cells that share one charge-domain MAC cell by a local bit line: one of them takes part in an operation',
    source: `${paper}: semi-parallel, eight cells per MAC cell`,
    status: 'published',
  },
  input_bits: {
    value: 3,
    unit: 'bit',
    min: 1,
    max: 4,
    meaning: 'bits of an input of one operation; 8-bit inputs are fed as slices of so many bits',
    source: `${paper}: eight levels of input activation`,
    status: 'published',
  },
  adc_bits: {
    value: 7,
    unit: 'bit',
    min: 2,
    max: 12,
    meaning: 'resolution of the charge-injection SAR converter of a column',
    source: `${paper}: 7-bit ciSAR`,
    status: 'published',
  },
  operation_ns: {
    value: 28.571_428_571_428_573,
    unit: 'ns',
    min: 0.1,
    max: 1e6,
    fractional: true,
    meaning:
      'one charge-domain operation: inputs, charge sharing and conversion of all columns; the macro runs at its own clock, back-to-back operations keep its phase',
    source: derivedClock,
    status: 'derived',
  },
  port_bits: {
    value: 128,
    unit: 'bit',
    min: 32,
    max: 512,
    powerOfTwo: true,
    meaning: 'payload of the half-duplex TCDM port per cycle',
    source:
      'as the crossbar of the cluster; wide enough that the macro and not the port sets the pace',
    status: 'assumed',
  },
  write_row_ns: {
    value: 28.571_428_571_428_573,
    unit: 'ns',
    min: 0,
    max: 1e9,
    fractional: true,
    meaning: 'writing of one row of cells; the SUBMIT_PLOT that completes the row is held so long',
    source: 'an ordinary SRAM write in one cycle of the macro',
    status: 'assumed',
  },
  read_word_ns: {
    value: 28.571_428_571_428_573,
    unit: 'ns',
    min: 0,
    max: 1e9,
    fractional: true,
    meaning: 'read-back of 8 cells by PR_VAL, on top of the register access',
    source: 'an ordinary SRAM read in one cycle of the macro',
    status: 'assumed',
  },
  cap_mismatch: {
    value: 0.66,
    unit: '%',
    min: 0,
    max: 20,
    fractional: true,
    meaning: 'standard deviation of the capacitor of a MAC cell, drawn once per chip (seed)',
    source: '1 fF by the 28 nm law 2.1 x 10^-2.5 sqrt(C) of the CSNR-optimal-ADC study (mihirvk2)',
    status: 'assumed',
  },
  conversion_noise: {
    value: 0.045,
    unit: 'LSB',
    min: 0,
    max: 8,
    fractional: true,
    meaning: 'standard deviation of kT/C and comparator noise of one conversion, in ADC codes',
    source: 'MC2-RAM, the successor of the same group: 4.5 % of an LSB in Monte Carlo',
    status: 'assumed',
  },
  sar_mismatch: {
    value: 0.5,
    unit: '%',
    min: 0,
    max: 20,
    fractional: true,
    meaning:
      'standard deviation of the charge-injection cell of one unit, drawn once per chip and column; bit b has 2^b units',
    source: 'no published figure; matched unit cells in 65 nm',
    status: 'assumed',
  },
  ideal: {
    value: false,
    meaning:
      'true: no mismatch, no noise, no converter: the exact sum of products; bytes streamed and cycles stay the same',
    source: 'a setting for comparisons, not a device',
    status: 'assumed',
  },
} as const satisfies ParameterTable;

export type CapramConfig = ConfigOf<typeof capramParameters>;
