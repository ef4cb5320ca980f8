import type { Peripheral } from './peripheral.js';
import { OctobarError } from '../sim/error.js';

/**
 * The memory map of a PULP cluster, as the firmware sees it. Sizes of memories come from the
 * configuration. Source: pulp-sdk memory map of the PULP chip and pulp_cluster RTL; the IMC slot is
 * where the GVSoC configuration has its IMA.
 */
export const addressMap = {
  tcdm: { base: 0x10000000, size: 0, meaning: 'TCDM, word-interleaved banks' },
  tcdm_test_and_set: {
    base: 0x10100000,
    size: 0,
    meaning: 'TCDM again: a read returns the word and writes -1 in one access',
  },
  cluster_control: { base: 0x10200000, size: 0x400, meaning: 'cluster control unit' },
  timer: { base: 0x10200400, size: 0x400, meaning: 'cluster timer' },
  event_unit: { base: 0x10200800, size: 0x800, meaning: 'event unit, all harts' },
  hwpe0: { base: 0x10201000, size: 0x400, meaning: 'HWPE slot 0: depth-wise engine' },
  icache_control: { base: 0x10201400, size: 0x400, meaning: 'instruction-cache control' },
  dma: { base: 0x10201800, size: 0x400, meaning: 'DMA (MCHAN)' },
  dma_chip: {
    base: 0x10201c00,
    size: 0x400,
    meaning: 'DMA, second shared port (with a controller hart)',
  },
  hwpe1: { base: 0x10202000, size: 0x1000, meaning: 'HWPE slot 1: in-memory computing engine' },
  event_unit_fast: {
    base: 0x10204000,
    size: 0x400,
    meaning: 'event unit, direct link of the accessing hart',
  },
  dma_fast: { base: 0x10204400, size: 0x400, meaning: 'DMA, direct link of the accessing hart' },
  boot_rom: {
    base: 0x1a000000,
    size: 0x2000,
    meaning: 'boot ROM, not modelled: the emulator loads the image (with a controller hart)',
  },
  soc_unmodelled: {
    base: 0x1a100000,
    size: 0x20000,
    meaning: 'SoC peripherals that are not modelled',
  },
  soc_control: { base: 0x1a104000, size: 0x1000, meaning: 'SoC control: end of the run, boot' },
  fll: { base: 0x1a100000, size: 0x1000, meaning: 'clock generators (with a controller hart)' },
  soc_events: {
    base: 0x1a106000,
    size: 0x1000,
    meaning: 'SoC event unit (with a controller hart)',
  },
  fc_itc: {
    base: 0x1a109800,
    size: 0x800,
    meaning: 'interrupt controller of the controller hart',
  },
  fc_timer: { base: 0x1a10b000, size: 0x400, meaning: 'timer of the controller hart' },
  fc_view: {
    base: 0x1b000000,
    size: 0x400000,
    meaning: 'private view of a controller with an event unit, not modelled',
  },
  stdout: { base: 0x1a10f000, size: 0x1000, meaning: 'characters, one slot per hart' },
  l2: { base: 0x1c000000, size: 0, meaning: 'L2, code and constants' },
} as const;

export type RegionName = keyof typeof addressMap;

/** A mapped peripheral: where it is and how long the way is. */
export interface PeripheralRegion {
  readonly name: RegionName;
  readonly base: number;
  readonly size: number;
  /** Cycles of an access of a hart of the cluster. */
  readonly latency: number;
  /** Cycles of an access of the controller hart; undefined where it has no way to. */
  readonly controllerLatency?: number | undefined;
  readonly peripheral: Peripheral;
  /** Answers only where no other region does. */
  readonly background?: true;
}

/** Finds the peripheral behind an address. Regions may not overlap, background ones apart. */
export class PeripheralBus {
  readonly regions: readonly PeripheralRegion[];

  constructor(regions: readonly PeripheralRegion[]) {
    const sorted = regions.filter((r) => !r.background).toSorted((a, b) => a.base - b.base);
    for (let i = 1; i < sorted.length; i++) {
      const before = sorted[i - 1];
      const region = sorted[i];
      if (before.base + before.size > region.base) {
        throw new OctobarError('config', `${before.name} and ${region.name} overlap in the map`, {
          address: region.base,
          hint: 'give them bases and sizes that keep them apart',
        });
      }
    }
    this.regions = [...sorted, ...regions.filter((r) => r.background)];
  }

  find(address: number): PeripheralRegion | undefined {
    for (const region of this.regions) {
      const offset = address - region.base;
      if (offset >= 0 && offset < region.size) return region;
    }
    return undefined;
  }
}
