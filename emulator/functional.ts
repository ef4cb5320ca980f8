import { timingParameters } from './hart/timing.js';
import { busParameters } from './interconnect/parameters.js';
import type { MachineConfig } from './parameters.js';
import type { ParameterTable } from './sim/parameters.js';

/** Whether cycles count instructions instead of time. */
export const isFunctional = (timing: { readonly mode: string }): boolean =>
  timing.mode === 'functional';

/**
 * The configuration that the machine runs with: in functional mode every cost is the least that its
 * row allows. What is no cost of an instruction stays: DMA, engines and events take their time.
 */
export function effectiveConfig(config: MachineConfig): MachineConfig {
  if (!isFunctional(config.timing)) return config;
  return {
    ...config,
    timing: { ...config.timing, ...least(timingParameters) },
    bus: { ...config.bus, ...least(busParameters) },
    l2: { ...config.l2, latency: 1 },
    icache: { ...config.icache, ideal: true },
  };
}

type Numbers<T> = { [K in keyof T as T[K] extends { min: number } ? K : never]: number };

function least<T extends ParameterTable>(table: T): Numbers<T> {
  const costs = Object.entries(table).flatMap(([key, row]) =>
    'min' in row ? [[key, row.min] as const] : [],
  );
  return Object.fromEntries(costs) as Numbers<T>;
}
