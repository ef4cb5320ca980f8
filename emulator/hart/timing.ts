import type { NumberParameter, ParameterTable } from '../sim/parameters.js';
import { COST_MASK } from './slot.js';

const rtl = 'CV32E40P RTL under Verilator, cost between leaving decode and the next leaving it';

const cycles = (
  value: number,
  meaning: string,
  source = rtl,
  status: NumberParameter['status'] = 'derived',
): NumberParameter => ({ value, unit: 'cycle', min: 1, max: 6, meaning, source, status });

/** A decoded slot holds costs up to COST_MASK, an extra for the target included. */
const LONGEST_STATIC = 5;

/**
 * Cost of each class of instruction, in cycles from leaving decode to the next one leaving it. What is
 * not listed (ALU, 32-bit multiplication, ordinary CSR access, a granted load or store) takes the one
 * cycle that every instruction takes; the rest of a cost is a stall with a cause.
 */
export const timingParameters = {
  mode: {
    value: 'exact',
    choices: ['exact', 'functional'],
    meaning:
      'exact: every cycle as in the hardware; functional: one cycle an instruction, no contention, memory and peripherals answer at once, for people who only want results; all other costs are then ignored, and cycles are no times',
    source: 'a choice of the user, not a device',
    status: 'assumed',
  },
  mulh: cycles(5, 'high word of a product'),
  div_base: cycles(3, 'division and remainder, plus the significant bits that the divisor skips'),
  load_use: {
    ...cycles(1, 'extra when the next instruction reads or overwrites the loaded register'),
    min: 0,
  },
  branch_not_taken: cycles(1, 'conditional branch that falls through'),
  branch_taken: { ...cycles(3, 'conditional branch that is taken'), max: LONGEST_STATIC },
  jump: { ...cycles(2, 'jal, jalr and their compressed forms'), max: LONGEST_STATIC },
  jalr_same_register: {
    ...cycles(1, 'extra of a jalr whose link register is its base register'),
    min: 0,
  },
  split_target: {
    ...cycles(1, 'extra when the target is a 32-bit instruction at address % 4 == 2'),
    min: 0,
    max: COST_MASK - LONGEST_STATIC,
  },
  csr_flush: cycles(4, 'access to a CSR that flushes the pipeline'),
  fence: { ...cycles(4, 'fence and fence.i: flush and refetch'), max: LONGEST_STATIC },
  ecall: cycles(4, 'ecall and ebreak, to the first instruction at the vector'),
  illegal: cycles(5, 'illegal-instruction trap, to the first instruction at the vector'),
  illegal_csr: cycles(
    4,
    'the same for an access to a CSR that does not exist or cannot be written',
  ),
  interrupt: cycles(
    2,
    'interrupt entry, from the cycle in which the interrupted instruction would have left decode to the first instruction at the vector',
  ),
  mret: cycles(5, 'return from a trap'),
  wfi: cycles(
    6,
    'wfi with a pending interrupt or event',
    `${rtl}; the core with its own sleep (COREV_CLUSTER = 0): with a cluster's it takes wfi for a nop`,
  ),
  wfi_wake: cycles(
    2,
    'wfi that sleeps: from the line or event that ends it to the next instruction',
    `${rtl}; the core with its own sleep (COREV_CLUSTER = 0)`,
  ),
  clock_stops: {
    ...cycles(
      2,
      'cycles of a sleep in which the clock of the hart still runs, and mcycle counts',
      'as long as the last hart waits at a barrier; how fast the clock gate of the RTL closes was not measured',
      'assumed',
    ),
    min: 0,
    max: 100,
  },
  semihosting_byte: cycles(
    1,
    'extra of a semihosting call per byte of text',
    'no hardware: text must take time, or a guest could print without end in one cycle',
    'assumed',
  ),
  event_load: cycles(4, 'cv.elw that is answered in the next cycle'),
} as const satisfies ParameterTable;
