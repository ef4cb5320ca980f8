import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { TierStats } from '../../emulator/api.js';
import { openRegions, type RegionGuest } from './regions.js';

/** What is kept at the end of a stretch, after a collection of garbage; megabytes. */
export interface Stretch {
  readonly cycles: number;
  readonly heap: number;
  /** Memories and tables of WebAssembly, typed arrays. */
  readonly external: number;
  /** All that the process holds, machine code included. */
  readonly resident: number;
  readonly tiers: TierStats;
}

/** Runs the guest of `regions.ts` for a number of stretches, and looks at the memory after each. */
export function measureMemory(
  guest: RegionGuest,
  cycles: number,
  stretches: number,
  onStretch: (stretch: Stretch) => void = () => undefined,
): Stretch[] {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const machine = openRegions('auto', guest);
  return Array.from({ length: stretches }, (_, i) => {
    machine.runUntil(((i + 1) * cycles) / stretches);
    collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    const stretch: Stretch = {
      cycles: ((i + 1) * cycles) / stretches,
      heap: heapUsed / 1e6,
      external: external / 1e6,
      resident: rss / 1e6,
      tiers: machine.tiers(),
    };
    onStretch(stretch);
    return stretch;
  });
}

/** How much more is kept at the end than after a fifth of the run, megabytes. */
export function growth(stretches: readonly Stretch[]): { kept: number; resident: number } {
  const early = stretches[Math.ceil(stretches.length / 5) - 1];
  const late = stretches.at(-1)!;
  return {
    kept: late.heap + late.external - early.heap - early.external,
    resident: late.resident - early.resident,
  };
}
