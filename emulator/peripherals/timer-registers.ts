import type { ParameterTable } from '../sim/parameters.js';
import type { Register, RegisterField, RegisterMap } from '../sim/registers.js';

export const timerParameters = {
  low_event: {
    value: 10,
    unit: 'event line',
    min: 0,
    max: 31,
    meaning: 'line of the low counter, and of the 64-bit counter, at all harts',
    source: 'pulp-platform/pulp_cluster rtl/cluster_event_map.sv; event unit manual, table 1',
    status: 'published',
  },
  high_event: {
    value: 11,
    unit: 'event line',
    min: 0,
    max: 31,
    meaning: 'line of the high counter at all harts',
    source: 'pulp-platform/pulp_cluster rtl/cluster_event_map.sv; event unit manual, table 1',
    status: 'published',
  },
} as const satisfies ParameterTable;

/** Bits of CFG_LO and CFG_HI. */
export const TimerBit = {
  ENABLE: 1 << 0,
  RESET: 1 << 1,
  IRQ: 1 << 2,
  EVENT_INPUT: 1 << 3,
  COMPARE_CLEAR: 1 << 4,
  ONE_SHOT: 1 << 5,
  PRESCALER: 1 << 6,
  REFERENCE_CLOCK: 1 << 7,
  /** CFG_LO only. */
  CASCADE: 1 << 31,
} as const;

const fields: readonly RegisterField[] = [
  { name: 'ENABLE', lsb: 0, width: 1, meaning: 'Counts.' },
  { name: 'RESET', lsb: 1, width: 1, meaning: 'Written as 1: counter and prescaler to 0.' },
  { name: 'IRQ', lsb: 2, width: 1, meaning: 'Raises the event line at the compare value.' },
  {
    name: 'EVENT_INPUT',
    lsb: 3,
    width: 1,
    meaning: 'Start by an input wire; not connected, an error.',
  },
  { name: 'COMPARE_CLEAR', lsb: 4, width: 1, meaning: 'Starts from 0 after the compare value.' },
  { name: 'ONE_SHOT', lsb: 5, width: 1, meaning: 'Clears ENABLE at the compare value.' },
  { name: 'PRESCALER', lsb: 6, width: 1, meaning: 'Counts once in PRESCALER_VALUE + 1 cycles.' },
  {
    name: 'REFERENCE_CLOCK',
    lsb: 7,
    width: 1,
    meaning: 'Counts the 32 kHz clock; there is none, an error.',
  },
  { name: 'PRESCALER_VALUE', lsb: 8, width: 8, meaning: 'See PRESCALER.' },
];

const cascade: RegisterField = {
  name: 'CASCADE',
  lsb: 31,
  width: 1,
  meaning: 'Both counters form one of 64 bits, governed by CFG_LO.',
};

const pair = (name: string, offset: number, rest: Omit<Register, 'name' | 'offset'>): Register[] =>
  ['LO', 'HI'].map((half, i) => ({ name: `${name}_${half}`, offset: offset + 4 * i, ...rest }));

export const timerRegisters: RegisterMap = {
  name: 'TIMER',
  meaning: 'PULP timer unit: two 32-bit counters, or one of 64 bits.',
  size: 0x400,
  registers: [
    {
      name: 'CFG_LO',
      offset: 0x00,
      access: 'rw',
      reset: 0,
      meaning: 'Configuration.',
      fields: [...fields, cascade],
    },
    {
      name: 'CFG_HI',
      offset: 0x04,
      access: 'rw',
      reset: 0,
      meaning: 'Configuration.',
      fields,
    },
    ...pair('CNT', 0x08, { access: 'rw', reset: 0, meaning: 'Counter value.' }),
    ...pair('CMP', 0x10, { access: 'rw', reset: 0, meaning: 'Compare value.' }),
    ...pair('START', 0x18, { access: 'wo', meaning: 'Any write sets ENABLE.' }),
    ...pair('RESET', 0x20, { access: 'wo', meaning: 'Any write: counter and prescaler to 0.' }),
  ],
};
