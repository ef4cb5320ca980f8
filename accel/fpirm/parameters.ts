import type { ConfigOf, ParameterTable } from '../../emulator/sim/parameters.js';

const pirm = 'PIRM (arXiv 2108.01202) and CORUSCANT (MICRO 2022)';
const simulator = 'SPIMulator (Bera et al., ACM TECS 2024; Pitt-JonesLab/DWMsimulator)';

const cycles = (value: number, meaning: string) =>
  ({
    value,
    unit: 'memory cycle',
    min: 0,
    max: 1000,
    meaning: `command profile: ${meaning}`,
    source: simulator,
    status: 'published',
  }) as const;

export const fpirmParameters = {
  rows: {
    value: 256,
    unit: 'row',
    min: 8,
    max: 1024,
    meaning: 'inputs of one array of weights, as the driver tiles integer layers',
    source: 'one tile of 16 clusters, 512 wires x 32 domains each, holds 256 x 256 4-bit weights',
    status: 'derived',
  },
  cols: {
    value: 256,
    unit: 'column',
    min: 8,
    max: 1024,
    meaning: 'columns of 4-bit weights of one array',
    source: 'as rows',
    status: 'derived',
  },
  arrays: {
    value: 1,
    unit: 'array',
    min: 1,
    max: 64,
    meaning: 'arrays of weights behind the one interface',
    source: 'as the crossbar of the cluster',
    status: 'assumed',
  },
  wires: {
    value: 512,
    unit: 'nanowire',
    min: 64,
    max: 4096,
    powerOfTwo: true,
    meaning: 'nanowires of a domain-block cluster: bits of a row',
    source: simulator,
    status: 'published',
  },
  domains: {
    value: 32,
    unit: 'domain',
    min: 8,
    max: 512,
    powerOfTwo: true,
    meaning: 'data domains of a nanowire',
    source: simulator,
    status: 'published',
  },
  tiles: {
    value: 1024,
    unit: 'tile',
    min: 1,
    max: 32768,
    meaning: 'clusters that compute at the same time; each tile has one that can',
    source: `${pirm}: 32 banks x 64 sub-arrays x 16 tiles is the whole memory (recalled); how many of them work together is not published`,
    status: 'assumed',
  },
  profile: {
    value: 'micro-operation',
    choices: ['micro-operation', 'command'],
    meaning:
      'time of a primitive. micro-operation: one memory cycle each, both access points write together; command: a full memory command each',
    source: `micro-operation: 26 cycles of an 8-bit addition in CORUSCANT are two a bit and set-up; command: ${simulator}`,
    status: 'derived',
  },
  cycle_ns: {
    value: 1.25,
    unit: 'ns',
    min: 0.01,
    max: 1000,
    fractional: true,
    meaning: 'memory cycle',
    source: `${pirm}: a bus like DDR3-1600 (recalled)`,
    status: 'assumed',
  },
  read_cycles: cycles(17, 'read of a row at an access point'),
  write_cycles: cycles(21, 'write of a row at an access point'),
  shift_cycles: cycles(2, 'shift by one domain'),
  transverse_read_cycles: cycles(17, 'transverse read'),
  transverse_write_cycles: cycles(23, 'transverse write'),
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
  store_row_ns: {
    value: 26.25,
    unit: 'ns',
    min: 0,
    max: 1e9,
    fractional: true,
    meaning:
      'writing of one row of weights; the SUBMIT_PLOT that completes the row is held so long',
    source: `${simulator}: a write of 21 cycles at 1.25 ns`,
    status: 'derived',
  },
  read_word_ns: {
    value: 21.25,
    unit: 'ns',
    min: 0,
    max: 1e9,
    fractional: true,
    meaning: 'read-back of 8 cells by PR_VAL, on top of the register access',
    source: `${simulator}: a read of 17 cycles at 1.25 ns`,
    status: 'derived',
  },
  fault_rate: {
    value: 0,
    unit: '',
    min: 0,
    max: 1e-3,
    fractional: true,
    meaning:
      'probability that a transverse read counts one wire wrong by one; at the extremes half as often',
    source: `off; ${simulator} has 1e-6`,
    status: 'assumed',
  },
  model: {
    value: 'words',
    choices: ['words', 'domains'],
    meaning:
      'words: results by word arithmetic, primitives by closed forms; domains: every domain of every operation. Results, primitives, cycles and faults are the same',
    source: 'a setting of the simulation, not of the memory',
    status: 'assumed',
  },
  check_every: {
    value: 0,
    unit: 'operation',
    min: 0,
    max: 1e9,
    meaning:
      'with words: every n-th operation is repeated domain by domain and compared; 0 compares none',
    source: 'a setting of the simulation, not of the memory',
    status: 'assumed',
  },
  ideal: {
    value: false,
    meaning:
      'true: integer products are not scaled by ADC_M and ADC_R, as the ideal converters of the other engines; bytes streamed and cycles stay the same',
    source: 'a setting for comparisons, not a device',
    status: 'assumed',
  },
} as const satisfies ParameterTable;

export type FpirmConfig = ConfigOf<typeof fpirmParameters>;
