import type { MachineStats } from './api.js';
import { HART_SHIFT } from './hart/slot.js';
import type { HartState } from './hart/state.js';
import { hartStats } from './hart/view.js';
import type { Crossbar } from './interconnect/crossbar.js';

/** Counters of harts and banks over the cycles [0, cycles). */
export function hartsAndTcdm(
  state: HartState,
  crossbar: Crossbar,
  cycles: number,
): Pick<MachineStats, 'harts' | 'tcdm'> {
  const harts = Array.from({ length: state.count }, (_, hart) => hartStats(state, hart, cycles));
  const inner = (hart: number): number => {
    const at = hart << HART_SHIFT;
    return state.loads[at] + state.stores[at] - state.outerLoads[at] - state.outerStores[at];
  };
  // A misaligned access asks its second bank in the cycle that is its stall.
  const accesses = harts.reduce(
    (sum, { stalls }, hart) => sum + inner(hart) + stalls['misaligned'],
    crossbar.portWords,
  );
  return {
    harts,
    tcdm: {
      accesses,
      conflicts: crossbar.conflicts,
      conflicts_per_bank: Array.from(crossbar.conflictsPerBank),
    },
  };
}
