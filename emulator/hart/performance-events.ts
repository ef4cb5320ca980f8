import { HART_SHIFT } from './slot.js';
import { stall, type HartState, type StallCause } from './state.js';

/** Counters of the instruction cache, by hart. */
export interface FetchMisses {
  readonly misses: Float64Array;
  readonly prefetches: Float64Array;
  readonly sharedMisses: Float64Array;
}

interface EventRow {
  /** Bit of mhpmevent, and number of the event in `pi_perf_*`. */
  readonly bit: number;
  readonly name: string;
  readonly meaning: string;
  /** A stall cause of the statistics that this event is. */
  readonly stall?: StallCause;
}

const ours = (bit: number, name: string, cause: StallCause): EventRow => ({
  bit,
  name,
  meaning: `stall cycles of cause ${cause}`,
  stall: cause,
});

/**
 * What mhpmevent selects, one bit each. 0 to 10: CV32E40P user manual, "Event Selector", and PULP alike.
 * 11 to 15: PULP (RI5CY with the counters of the cluster, PI_PERF_LD_EXT and on); CV32E40P has its
 * PIPE_STALL at 11, which is 16 here. From 18 on ours. 17 is no bit: PMSIS has the cluster timer there.
 */
export const performanceEvents: readonly EventRow[] = [
  { bit: 0, name: 'CYCLES', meaning: 'cycles in which the clock of the hart runs' },
  { bit: 1, name: 'INSTR', meaning: 'instructions retired' },
  { bit: 2, name: 'LD_STALL', meaning: 'load-use hazards', stall: 'load_use' },
  { bit: 3, name: 'JMP_STALL', meaning: 'cycles that jalr waits for its register' },
  { bit: 4, name: 'IMISS', meaning: 'cycles waiting for instruction fetches', stall: 'icache' },
  { bit: 5, name: 'LD', meaning: 'loads' },
  { bit: 6, name: 'ST', meaning: 'stores' },
  { bit: 7, name: 'JUMP', meaning: 'unconditional jumps' },
  { bit: 8, name: 'BRANCH', meaning: 'conditional branches' },
  { bit: 9, name: 'BRANCH_TAKEN', meaning: 'conditional branches taken' },
  { bit: 10, name: 'COMP_INSTR', meaning: '16-bit instructions retired' },
  { bit: 11, name: 'LD_EXT', meaning: 'loads from outside the TCDM' },
  { bit: 12, name: 'ST_EXT', meaning: 'stores to outside the TCDM' },
  { bit: 13, name: 'LD_EXT_CYC', meaning: 'cycles of loads from outside the TCDM' },
  { bit: 14, name: 'ST_EXT_CYC', meaning: 'cycles of stores to outside the TCDM' },
  {
    bit: 15,
    name: 'TCDM_CONT',
    meaning: 'cycles without a grant of the TCDM',
    stall: 'tcdm_conflict',
  },
  { bit: 16, name: 'PIPE_STALL', meaning: 'extra cycles of event loads', stall: 'event_load' },
  { bit: 18, name: 'ICACHE_MISS', meaning: 'fetches that missed the private instruction cache' },
  { bit: 19, name: 'ICACHE_PREFETCH', meaning: 'lines that the private cache fetched ahead' },
  { bit: 20, name: 'ICACHE_REFILL', meaning: 'refills of the shared cache for this hart' },
  ours(21, 'MISALIGNED', 'misaligned'),
  ours(22, 'OUTER_MEMORY', 'outer_memory'),
  ours(23, 'PERIPHERAL', 'peripheral'),
  ours(24, 'BRANCH_CYC', 'branch'),
  ours(25, 'JUMP_CYC', 'jump'),
  ours(26, 'MULH_CYC', 'mulh'),
  ours(27, 'DIV_CYC', 'div'),
  ours(28, 'CSR_CYC', 'csr'),
  ours(29, 'FENCE_CYC', 'fence'),
  ours(30, 'TRAP_CYC', 'trap'),
];

export const SUPPORTED_EVENTS = performanceEvents.reduce((mask, { bit }) => mask | (1 << bit), 0);

const stallOfBit = new Map(
  performanceEvents.flatMap((row) => (row.stall ? [[row.bit, stall[row.stall]] as const] : [])),
);

/** Events of a hart before, or with `done` 1 after, the instruction that leaves decode in cycle `now`. */
export function eventCount(
  s: HartState,
  hart: number,
  bit: number,
  now: number,
  done: 0 | 1,
  cache: FetchMisses | undefined,
): number {
  const at = hart << HART_SHIFT;
  const cause = stallOfBit.get(bit);
  if (cause !== undefined) return s.stalls[at + cause];
  switch (bit) {
    case 0:
      return s.clockedBefore(hart, now) + done;
    case 1:
      return s.retiredBefore(hart, now) + done;
    case 3:
      return s.jalrStalls[at];
    case 5:
      return s.loads[at];
    case 6:
      return s.stores[at];
    case 7:
      return s.jumps[at];
    case 8:
      return s.branches[at];
    case 9:
      return s.taken[at];
    case 10:
      // Whoever asks is an instruction of 32 bits.
      return s.compressedOf(hart, s.retiredBefore(hart, now), s.pc[at]);
    case 11:
      return s.outerLoads[at];
    case 12:
      return s.outerStores[at];
    case 13:
      return s.outerLoadCycles[at];
    case 14:
      return s.outerStoreCycles[at];
    case 18:
      return cache?.misses[hart] ?? 0;
    case 19:
      return cache?.prefetches[hart] ?? 0;
    case 20:
      return cache?.sharedMisses[hart] ?? 0;
    default:
      return 0;
  }
}
