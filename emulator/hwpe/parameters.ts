import type { ConfigOf, ParameterTable } from '../sim/parameters.js';

/** What all engines share: the control interface. Contexts are two by construction. */
export const hwpeParameters = {
  start_cycles: {
    value: 2,
    unit: 'cycle',
    min: 1,
    max: 64,
    meaning:
      'from the TRIGGER that starts an idle engine, or from the end of a job, to the next start',
    source: 'pulp-platform/hwpe-ctrl, hwpe_ctrl_slave.sv: states idle, starting, running',
    status: 'published',
  },
  soft_clear_cycles: {
    value: 3,
    unit: 'cycle',
    min: 1,
    max: 64,
    meaning: 'how long SOFT_CLEAR holds the state machines in reset',
    source: 'pulp-platform/hwpe-ctrl, hwpe_ctrl_slave.sv: two-bit counter behind the clear',
    status: 'published',
  },
  arithmetic: {
    value: 'simd',
    choices: ['simd', 'reference'],
    meaning:
      'how this host computes what engines compute: simd, WebAssembly vectors; reference, plain JavaScript, where there is no WebAssembly. Results, cycles and events are the same',
    source: 'a setting of the emulator, not of a device',
    status: 'assumed',
  },
} as const satisfies ParameterTable;

export type HwpeConfig = ConfigOf<typeof hwpeParameters>;

/** Contexts of every register file: one runs while the next is programmed. */
export const contexts = 2;
