import type { HartStats, MachineStats } from './api.js';
import type { Dma } from './dma/index.js';
import type { EventUnit } from './event/index.js';
import { HART_SHIFT } from './hart/slot.js';
import type { EventSources } from './hart/profiler.js';
import type { HartState } from './hart/state.js';
import { settledStats } from './hart/view.js';
import type { Accelerator } from './hwpe/environment.js';
import type { InstructionCache } from './icache/instruction-cache.js';
import type { Crossbar } from './interconnect/crossbar.js';

/** The parts that count. */
export interface CountingParts {
  readonly state: HartState;
  readonly crossbar: Crossbar;
  readonly dma: Dma;
  readonly events: EventUnit;
  /** Undefined when every fetch hits. */
  readonly icache: InstructionCache | undefined;
  readonly accelerators: readonly (Accelerator | undefined)[];
}

/** All counters over the cycles [0, now). */
export function machineStats(parts: CountingParts, now: number): MachineStats {
  const { state, crossbar, dma, events, icache, accelerators } = parts;
  state.settle();
  const harts = Array.from({ length: state.count }, (_, hart) =>
    withAccesses(state, icache, hart, settledStats(state, hart, now)),
  );
  const accesses = harts.reduce(
    (sum, hart) => sum + hart.tcdm_reads + hart.tcdm_writes,
    crossbar.portReads + crossbar.portWrites,
  );
  return {
    cycles: now,
    harts,
    total: totalOf(harts),
    tcdm: {
      accesses,
      port_reads: crossbar.portReads,
      port_writes: crossbar.portWrites,
      conflicts: crossbar.conflicts,
      conflicts_per_bank: Array.from(crossbar.conflictsPerBank),
    },
    events: events.counters(),
    dma: dma.counters(now),
    icache: {
      private_misses: harts.reduce((sum, hart) => sum + hart.icache_misses, 0),
      shared_misses: icache?.shared.misses ?? 0,
      shared_waits: icache?.shared.waited ?? 0,
    },
    engines: Object.fromEntries(
      accelerators.flatMap((engine) => (engine ? [[engine.name, engine.counters(now)]] : [])),
    ),
  };
}

/** Where the loads and stores of a hart went. A misaligned access asks its second bank in the cycle that is its stall. */
function withAccesses(
  state: HartState,
  icache: InstructionCache | undefined,
  hart: number,
  stats: ReturnType<typeof settledStats>,
): HartStats {
  const at = hart << HART_SHIFT;
  const { outerLoads, outerStores, l2Loads, l2Stores } = state;
  const { loads, stores, stalls } = stats;
  // Field by field: statistics may be asked for at every cycle.
  return {
    instret: stats.instret,
    compressed: stats.compressed,
    cycles_active: stats.cycles_active,
    cycles_sleep: stats.cycles_sleep,
    loads,
    stores,
    jumps: stats.jumps,
    branches: stats.branches,
    branches_taken: stats.branches_taken,
    jalr_stalls: stats.jalr_stalls,
    stalls,
    tcdm_reads: loads - outerLoads[at] + stalls['misaligned'],
    tcdm_writes: stores - outerStores[at],
    l2_reads: l2Loads[at],
    l2_writes: l2Stores[at],
    peripheral_accesses: outerLoads[at] - l2Loads[at] + outerStores[at] - l2Stores[at],
    icache_misses: icache?.misses[hart] ?? 0,
    icache_prefetches: icache?.prefetches[hart] ?? 0,
    icache_shared_misses: icache?.sharedMisses[hart] ?? 0,
  };
}

/**
 * Counters of a hart that a profiler books on the instruction that caused them. With its loads, stores and
 * stalls they give the accesses as above.
 */
export function eventSources({ state, icache }: CountingParts): EventSources {
  return [
    ['outer_loads', (hart) => state.outerLoads[hart << HART_SHIFT]],
    ['outer_stores', (hart) => state.outerStores[hart << HART_SHIFT]],
    ['l2_reads', (hart) => state.l2Loads[hart << HART_SHIFT]],
    ['l2_writes', (hart) => state.l2Stores[hart << HART_SHIFT]],
    ['icache_misses', (hart) => icache?.misses[hart] ?? 0],
    ['icache_prefetches', (hart) => icache?.prefetches[hart] ?? 0],
    ['icache_shared_misses', (hart) => icache?.sharedMisses[hart] ?? 0],
  ];
}

/** The sum of each counter over all harts. */
export function totalOf(harts: readonly HartStats[]): HartStats {
  const sum = (pick: (hart: HartStats) => number): number =>
    harts.reduce((total, hart) => total + pick(hart), 0);
  const causes = Object.keys(harts[0]?.stalls ?? {});
  return {
    instret: sum((hart) => hart.instret),
    compressed: sum((hart) => hart.compressed),
    cycles_active: sum((hart) => hart.cycles_active),
    cycles_sleep: sum((hart) => hart.cycles_sleep),
    loads: sum((hart) => hart.loads),
    stores: sum((hart) => hart.stores),
    jumps: sum((hart) => hart.jumps),
    branches: sum((hart) => hart.branches),
    branches_taken: sum((hart) => hart.branches_taken),
    jalr_stalls: sum((hart) => hart.jalr_stalls),
    tcdm_reads: sum((hart) => hart.tcdm_reads),
    tcdm_writes: sum((hart) => hart.tcdm_writes),
    l2_reads: sum((hart) => hart.l2_reads),
    l2_writes: sum((hart) => hart.l2_writes),
    peripheral_accesses: sum((hart) => hart.peripheral_accesses),
    icache_misses: sum((hart) => hart.icache_misses),
    icache_prefetches: sum((hart) => hart.icache_prefetches),
    icache_shared_misses: sum((hart) => hart.icache_shared_misses),
    stalls: Object.fromEntries(
      causes.map((cause) => [cause, sum((hart) => hart.stalls[cause] ?? 0)]),
    ),
  };
}
