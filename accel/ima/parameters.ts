import type { ConfigOf, ParameterTable } from '../../emulator/sim/parameters.js';
import { deviceParameters } from './device-parameters.js';

const paper =
  'Garofalo et al., JETCAS 2022 (arXiv 2201.01089), by way of a literature card of its full text';

export const imaParameters = {
  rows: {
    value: 256,
    unit: 'row',
    min: 8,
    max: 1024,
    meaning: 'inputs of one array',
    source: `${paper}; the HERMES core`,
    status: 'published',
  },
  cols: {
    value: 256,
    unit: 'column',
    min: 8,
    max: 1024,
    meaning: 'columns of one array, one converter each',
    source: `${paper}; the HERMES core`,
    status: 'published',
  },
  arrays: {
    value: 1,
    unit: 'array',
    min: 1,
    max: 256,
    meaning: 'arrays behind the one interface; one computes at a time',
    source: `${paper}: 34 arrays for all of MobileNetV2, one for the bottleneck`,
    status: 'published',
  },
  port_bits: {
    value: 128,
    unit: 'bit',
    min: 32,
    max: 512,
    powerOfTwo: true,
    meaning: 'payload of the half-duplex TCDM port per cycle',
    source: `${paper}, recalled; the narrowest width that is compute-bound at 250 and at 500 MHz`,
    status: 'derived',
  },
  adc_bits: {
    value: 8,
    unit: 'bit',
    min: 2,
    max: 12,
    meaning: 'resolution of the column converters: codes from -2^(n-1) to 2^(n-1) - 1',
    source: `${paper}; HERMES`,
    status: 'published',
  },
  dac_bits: {
    value: 8,
    unit: 'bit',
    min: 1,
    max: 8,
    meaning: 'resolution of the row converters; inputs are rounded to it',
    source: `${paper}; HERMES`,
    status: 'published',
  },
  cell_bits: {
    value: 4,
    unit: 'bit',
    min: 4,
    max: 4,
    meaning: 'bits of a cell, signed; SUBMIT_PLOT carries nibbles',
    source: paper,
    status: 'published',
  },
  mvm_ns: {
    value: 130,
    unit: 'ns',
    min: 0.1,
    max: 1e6,
    fractional: true,
    meaning: 'analog time of one matrix-vector product, rounded up to whole cycles',
    source: `${paper}; pulp-sdk ima_v1.json eval_ns`,
    status: 'published',
  },
  handover_cycles: {
    value: 3,
    unit: 'cycle',
    min: 0,
    max: 1000,
    meaning: 'between two products: swap of input buffers, start of the array, hand-over of codes',
    source:
      'set so that full jobs sustain 958 GOPS at 500 MHz: 68.4 cycles a job = 65 + 3.4; 3 gives 963.8, 4 gives 949.8',
    status: 'fitted',
  },
  pipelined: {
    value: true,
    meaning:
      'stream-in, compute and stream-out of neighbouring jobs overlap by double buffers; false: one after the other',
    source: `${paper}, recalled; 958 GOPS is impossible without the overlap`,
    status: 'derived',
  },
  program_row_ns: {
    value: 3250,
    unit: 'ns',
    min: 0,
    max: 1e9,
    fractional: true,
    meaning:
      'programming of one row of cells; the SUBMIT_PLOT that completes the row is held so long',
    source: `${paper}: programming goes by row or diagonal and is 20 to 30 times slower than a product; 25 x 130 ns`,
    status: 'derived',
  },
  read_word_ns: {
    value: 10,
    unit: 'ns',
    min: 0,
    max: 1e9,
    fractional: true,
    meaning: 'read-back of 8 cells by PR_VAL, on top of the register access',
    source: 'pulp-sdk ima_v1.json plot_read_ns',
    status: 'published',
  },
  read_noise: {
    value: 0,
    unit: 'LSB',
    min: 0,
    max: 64,
    fractional: true,
    meaning:
      'standard deviation of the noise at a column converter, in its codes, kept to 0.00001; 0: none. A function of --seed, array, product and column',
    source:
      'a setting for studies of accuracy; no figure for HERMES at this range setting is at hand',
    status: 'assumed',
  },
  run: {
    value: 0,
    unit: 'run',
    min: 0,
    max: 1_000_000,
    meaning:
      'number of the run on this chip: other runs draw other read noise from the same devices',
    source: 'a setting for studies of accuracy: the picture that a network sees',
    status: 'assumed',
  },
  ...deviceParameters,
  ideal: {
    value: false,
    meaning:
      'true: exact inputs and cells, and converters that return the column sum; bytes streamed and cycles stay the same',
    source: 'a setting for comparisons, not a device',
    status: 'assumed',
  },
} as const satisfies ParameterTable;

export type ImaConfig = ConfigOf<typeof imaParameters>;
