import type { ConfigOf, ParameterTable } from '../../emulator/sim/parameters.js';

export const depthwiseParameters = {
  port_bits: {
    value: 128,
    unit: 'bit',
    min: 32,
    max: 512,
    powerOfTwo: true,
    meaning: 'payload of the half-duplex TCDM port per cycle',
    source: 'the engine shares the wide port of the IMA (static multiplexing of HWPE slots)',
    status: 'derived',
  },
  multipliers: {
    value: 36,
    unit: 'multiplier',
    min: 9,
    max: 144,
    meaning:
      '9 for each channel that is computed in one cycle: 9, 18, 36, 72 or 144; 16 channels take 144 / multipliers cycles',
    source: 'Garofalo et al., JETCAS 2022, recalled: 4 channels x 9 taps a cycle',
    status: 'assumed',
  },
  window_columns: {
    value: 5,
    unit: 'column',
    min: 5,
    max: 16,
    meaning:
      'columns of 3 rows x 16 channels that the sliding window buffers: 3 in use, the others loaded ahead',
    source:
      'recalled as "3 rows by a few columns by 16 channels"; 5 lets stride 2 load two columns ahead',
    status: 'assumed',
  },
  row_drain_cycles: {
    value: 4,
    unit: 'cycle',
    min: 0,
    max: 1000,
    meaning:
      'at the end of each output row: multipliers, adder tree, requantisation and clip run empty before the window moves down',
    source: 'set so that a 14x14x384 layer sustains 29.7 MAC/cycle: 4 gives 29.55, 3 gives 29.99',
    status: 'fitted',
  },
} as const satisfies ParameterTable;

export type DepthwiseConfig = ConfigOf<typeof depthwiseParameters>;
