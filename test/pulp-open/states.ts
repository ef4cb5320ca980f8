import type { MachineApi } from '../../emulator/api.js';

/** What a run leaves: counters, every hart, memory. */
export function hartStates(machine: MachineApi): unknown {
  const views = machine.stats().harts.map((_, hart) => machine.hart(hart));
  return {
    stats: machine.stats(),
    views,
    tcdm: machine.read(0x10000000, 0x10000),
    l2: machine.read(0x1c000000, 0x10000),
  };
}
