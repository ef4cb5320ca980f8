import type { Dma } from './dma/index.js';
import type { EventUnit } from './event/index.js';
import type { CodeCache } from './hart/code-cache.js';
import type { Accelerator } from './hwpe/environment.js';
import { addressMap, PeripheralBus, type PeripheralRegion } from './interconnect/address-map.js';
import type { Memory } from './memory/memory.js';
import type { MachineConfig } from './parameters.js';
import {
  UnmodelledSocPeripherals,
  type ClusterControl,
  type ClusterTimer,
  type IcacheControl,
  type SocControl,
  type Stdout,
} from './peripherals/index.js';

export const SLOT_REGIONS = ['hwpe0', 'hwpe1'] as const;
/** Event line of each slot. */
export const SLOT_EVENTS = [12, 14] as const;

/** What stands in the address map beside the memories. */
export interface Mapped {
  readonly events: EventUnit;
  readonly dma: Dma;
  readonly control: ClusterControl;
  readonly timer: ClusterTimer;
  readonly icache: IcacheControl;
  readonly soc: SocControl;
  readonly stdout: Stdout;
  readonly engines: readonly (Accelerator | undefined)[];
}

export function peripheralBus(bus: MachineConfig['bus'], parts: Mapped): PeripheralBus {
  const { peripheral_latency, fast_port_latency, soc_latency } = bus;
  const at = (
    name: keyof typeof addressMap,
    peripheral: PeripheralRegion['peripheral'],
    latency = peripheral_latency,
  ): PeripheralRegion => ({
    name,
    base: addressMap[name].base,
    size: addressMap[name].size,
    latency,
    peripheral,
  });
  const regions: PeripheralRegion[] = [
    at('event_unit_fast', parts.events.fast, fast_port_latency),
    at('event_unit', parts.events.slow),
    at('dma_fast', parts.dma.fast, fast_port_latency),
    at('dma', parts.dma.slow),
    at('cluster_control', parts.control),
    at('timer', parts.timer),
    at('icache_control', parts.icache),
    at('soc_control', parts.soc, soc_latency),
    at('stdout', parts.stdout, soc_latency),
    { ...at('soc_unmodelled', new UnmodelledSocPeripherals(), soc_latency), background: true },
  ];
  parts.engines.forEach((engine, slot) => {
    if (engine) regions.push(at(SLOT_REGIONS[slot], engine));
  });
  return new PeripheralBus(regions);
}

/** All that has an address, lowest first. */
export function wholeMap(
  tcdm: Memory,
  l2: Memory,
  l2Latency: number,
  bus: PeripheralBus,
): { base: number; size: number; name: string; latency: number }[] {
  const memories = [
    { base: tcdm.base, size: tcdm.size, name: 'tcdm', latency: 1 },
    {
      base: addressMap.tcdm_test_and_set.base,
      size: tcdm.size,
      name: 'tcdm_test_and_set',
      latency: 1,
    },
    { base: l2.base, size: l2.size, name: 'l2', latency: l2Latency },
  ];
  const peripherals = bus.regions.map(({ base, size, name, latency }) => ({
    base,
    size,
    name,
    latency,
  }));
  return [...memories, ...peripherals].toSorted((a, b) => a.base - b.base);
}

/** A memory byte by byte, for who may write code. */
export const bytewise = (memory: Memory, codeCache: CodeCache) => ({
  contains: (address: number, bytes: number): boolean => memory.contains(address, bytes),
  load: (address: number): number => memory.load(address),
  store(address: number, byte: number): void {
    memory.store(address, byte);
    codeCache.changed(address, 1);
  },
});
