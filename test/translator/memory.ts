import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openRegions } from './regions.js';

export interface MemoryUse {
  /** Megabytes after a collection of garbage: what the machine keeps inside and outside the heap of V8. */
  readonly early: number;
  readonly late: number;
  /** The most that the process held at any lap, megabytes. */
  readonly resident: number;
  readonly translated: number;
  /** How often translated code was dropped. */
  readonly dropped: number;
}

/** Runs the guest of `regions.ts` for a number of stretches; compares memory after a fifth and at the end. */
export function measureMemory(
  regions: number,
  cycles: number,
  stretches: number,
  lapsPerChange: number,
  onStretch: (done: number, megabytes: number) => void = () => undefined,
): MemoryUse {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const machine = openRegions('auto', regions, Math.ceil(regions / 4), lapsPerChange);
  let early = 0;
  let late = 0;
  let resident = 0;
  for (let i = 1; i <= stretches; i++) {
    machine.runUntil((i * cycles) / stretches);
    resident = Math.max(resident, process.memoryUsage().rss / 1e6);
    if (i !== Math.ceil(stretches / 5) && i !== stretches) continue;
    collect();
    const { heapUsed, external } = process.memoryUsage();
    late = (heapUsed + external) / 1e6;
    if (i < stretches) early = late;
    onStretch(i, late);
  }
  const { instructions, dropped } = machine.tiers();
  const { region, interpreted } = instructions;
  const translated = region + instructions.translated;
  return { early, late, resident, translated: translated / (translated + interpreted), dropped };
}
