import type { Register, RegisterMap } from '../sim/registers.js';
import { SOFTWARE_EVENTS } from './lines.js';

/** Address space allows 16 of each, whatever the configuration instantiates. */
const UNITS = 16;
const CORE_BLOCK = 0x40;
const BARRIER_BLOCK = 0x20;

/** Registers of one hart that both ports have. */
const core: readonly Register[] = [
  {
    name: 'MASK',
    offset: 0x00,
    access: 'rw',
    reset: 0,
    meaning: 'Event mask: lines that wake the hart.',
  },
  { name: 'MASK_AND', offset: 0x04, access: 'wo', meaning: 'Clears the written bits of MASK.' },
  { name: 'MASK_OR', offset: 0x08, access: 'wo', meaning: 'Sets the written bits of MASK.' },
  {
    name: 'IRQ_MASK',
    offset: 0x0c,
    access: 'rw',
    reset: 0,
    meaning: 'Interrupt mask: buffered lines that raise the external interrupt of the hart.',
  },
  {
    name: 'IRQ_MASK_AND',
    offset: 0x10,
    access: 'wo',
    meaning: 'Clears the written bits of IRQ_MASK.',
  },
  {
    name: 'IRQ_MASK_OR',
    offset: 0x14,
    access: 'wo',
    meaning: 'Sets the written bits of IRQ_MASK.',
  },
  {
    name: 'STATUS',
    offset: 0x18,
    access: 'ro',
    reset: 1,
    meaning: 'Clock of the hart.',
    fields: [{ name: 'RUNNING', lsb: 0, width: 1, meaning: '0 while the hart sleeps here.' }],
  },
  { name: 'BUFFER', offset: 0x1c, access: 'ro', reset: 0, meaning: 'Events received.' },
  { name: 'BUFFER_MASKED', offset: 0x20, access: 'ro', reset: 0, meaning: 'BUFFER & MASK.' },
  {
    name: 'BUFFER_IRQ_MASKED',
    offset: 0x24,
    access: 'ro',
    reset: 0,
    meaning: 'BUFFER & IRQ_MASK.',
  },
  {
    name: 'BUFFER_CLEAR',
    offset: 0x28,
    access: 'wo',
    meaning: 'Clears the written bits of BUFFER; an interrupt handler clears its cause here.',
  },
  {
    name: 'SW_EVENT_MASK',
    offset: 0x2c,
    access: 'rw',
    reset: 0,
    meaning: 'Harts that SW_TRIGGER_WAIT and SW_TRIGGER_WAIT_CLEAR signal; 0 means all.',
  },
  {
    name: 'SW_EVENT_MASK_AND',
    offset: 0x30,
    access: 'wo',
    meaning: 'Clears the written bits of SW_EVENT_MASK.',
  },
  {
    name: 'SW_EVENT_MASK_OR',
    offset: 0x34,
    access: 'wo',
    meaning: 'Sets the written bits of SW_EVENT_MASK.',
  },
];

/** Barrier registers that both ports have, at the offsets of unit 0. */
const barrier: readonly Register[] = [
  {
    name: 'BARRIER_TRIGGER_MASK',
    offset: 0x00,
    access: 'rw',
    reset: 0,
    meaning: 'Harts that must arrive; 0 switches the barrier off.',
  },
  {
    name: 'BARRIER_STATUS',
    offset: 0x04,
    access: 'ro',
    reset: 0,
    meaning: 'Harts that have arrived; cleared when the barrier fires.',
  },
  {
    name: 'BARRIER_STATUS_SUMMARY',
    offset: 0x08,
    access: 'ro',
    reset: 0,
    meaning: 'OR of the status of all barriers.',
  },
  {
    name: 'BARRIER_TARGET_MASK',
    offset: 0x0c,
    access: 'rw',
    reset: 0,
    meaning: 'Harts that receive event 16 when the barrier fires.',
  },
  {
    name: 'BARRIER_TRIGGER',
    offset: 0x10,
    access: 'wo',
    meaning: 'Lets the written harts arrive.',
  },
];

const barriersAt = (base: number, registers: readonly Register[]): Register[] =>
  registers.map((row) => ({
    ...row,
    offset: base + row.offset,
    count: UNITS,
    stride: BARRIER_BLOCK,
  }));

/** Fast port: private link of each hart, one cycle, base 0x10204000. */
export const eventFastRegisters: RegisterMap = {
  name: 'EU',
  meaning:
    'PULP event unit, port of the accessing hart. A load of a wait register is not answered before an event of the mask is in the buffer; the hart sleeps meanwhile.',
  size: 0x400,
  registers: [
    ...core,
    {
      name: 'EVENT_WAIT',
      offset: 0x38,
      access: 'ro',
      meaning: 'Sleeps until an event; reads BUFFER & MASK.',
    },
    {
      name: 'EVENT_WAIT_CLEAR',
      offset: 0x3c,
      access: 'ro',
      meaning: 'As EVENT_WAIT, then clears the bits read.',
    },
    {
      name: 'LOOP',
      offset: 0x60,
      count: 8,
      access: 'rw',
      modelled: false,
      meaning: 'Hardware loop scheduler of the simulator GVSoC; the public RTL has none.',
    },
    {
      name: 'DISPATCH_FIFO',
      offset: 0x80,
      access: 'rw',
      meaning:
        'Write: pushes a value for the harts of DISPATCH_TEAM. Read: sleeps until a value for this hart is there, reads it.',
    },
    {
      name: 'DISPATCH_TEAM',
      offset: 0x84,
      access: 'wo',
      meaning: 'Harts that the values pushed from now on are for.',
    },
    {
      name: 'MUTEX',
      offset: 0xc0,
      count: UNITS,
      access: 'rw',
      meaning:
        'Read: locks, sleeping until the mutex is free; reads the message of the last unlock. Write: unlocks and leaves a message.',
    },
    {
      name: 'SW_TRIGGER',
      offset: 0x100,
      count: SOFTWARE_EVENTS,
      access: 'wo',
      meaning: 'Sends the software event to the written harts; 0 means all.',
    },
    {
      name: 'SW_TRIGGER_WAIT',
      offset: 0x140,
      count: SOFTWARE_EVENTS,
      access: 'ro',
      meaning: 'Sends the software event to SW_EVENT_MASK, then as EVENT_WAIT.',
    },
    {
      name: 'SW_TRIGGER_WAIT_CLEAR',
      offset: 0x180,
      count: SOFTWARE_EVENTS,
      access: 'ro',
      meaning: 'Sends the software event to SW_EVENT_MASK, then as EVENT_WAIT_CLEAR.',
    },
    ...barriersAt(0x200, [
      ...barrier,
      {
        name: 'BARRIER_TRIGGER_SELF',
        offset: 0x14,
        access: 'ro',
        meaning: 'A read lets the reading hart arrive; it does not wait.',
      },
      {
        name: 'BARRIER_TRIGGER_WAIT',
        offset: 0x18,
        access: 'ro',
        meaning: 'The reading hart arrives, then as EVENT_WAIT.',
      },
      {
        name: 'BARRIER_TRIGGER_WAIT_CLEAR',
        offset: 0x1c,
        access: 'ro',
        meaning: 'The reading hart arrives, then as EVENT_WAIT_CLEAR.',
      },
    ]),
  ],
};

/** Slow port: all harts over the peripheral bus, base 0x10200800. Nobody sleeps here. */
export const eventSlowRegisters: RegisterMap = {
  name: 'EU_ALL',
  meaning: 'PULP event unit, blocks of all harts. Registers that put a hart to sleep are missing.',
  size: 0x800,
  registers: [
    ...core.map((row) => ({ ...row, count: UNITS, stride: CORE_BLOCK })),
    ...barriersAt(0x400, barrier),
    {
      name: 'SW_TRIGGER',
      offset: 0x600,
      count: SOFTWARE_EVENTS,
      access: 'wo',
      meaning: 'Sends the software event to the written harts; 0 means all.',
    },
    {
      name: 'SOC_EVENT',
      offset: 0x700,
      access: 'ro',
      meaning:
        'Oldest SoC event, taken out by the read; only with a controller hart, an error without.',
      fields: [
        { name: 'ID', lsb: 0, width: 8, meaning: 'Number of the event.' },
        { name: 'VALID', lsb: 31, width: 1, meaning: '0: there was none.' },
      ],
    },
    {
      name: 'EXTERNAL_EVENT',
      offset: 0x780,
      access: 'rw',
      modelled: false,
      meaning: 'Message from another cluster; there is one cluster.',
    },
  ],
};
