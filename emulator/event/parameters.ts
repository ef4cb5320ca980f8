import type { ParameterTable } from '../sim/parameters.js';

const manual = 'PULP event unit flex manual, revision 4.1';
const rtl = 'pulp-platform/event_unit_flex';

export const eventParameters = {
  barriers: {
    value: 16,
    unit: 'units',
    min: 1,
    max: 16,
    meaning: 'hardware barriers',
    source: `${manual}, section 1.4.2: up to 16; pulp_cluster instantiates one per core`,
    status: 'assumed',
  },
  mutexes: {
    value: 16,
    unit: 'units',
    min: 1,
    max: 16,
    meaning: 'hardware mutexes',
    source: `${manual}, section 3.1: up to 16; pulp_cluster instantiates one`,
    status: 'assumed',
  },
  dispatch_depth: {
    value: 8,
    unit: 'entries',
    min: 2,
    max: 64,
    meaning: 'entries of the hardware dispatch FIFO',
    source: `${rtl} rtl/event_unit_top.sv, DISP_FIFO_DEPTH`,
    status: 'published',
  },
  interrupt_line: {
    value: 11,
    unit: 'bit of mip',
    min: 0,
    max: 31,
    meaning: 'interrupt line of the hart that (event buffer & interrupt mask) != 0 drives',
    source:
      'RISC-V machine external interrupt; RI5CY takes the event number as vector instead, which CV32E40P interrupts have no room for',
    status: 'assumed',
  },
} as const satisfies ParameterTable;
