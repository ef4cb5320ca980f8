import { capramRegisters } from '../../accel/capram/registers.js';
import { depthwiseRegisters } from '../../accel/depthwise/registers.js';
import { exampleRegisters } from '../../accel/example/example.js';
import { fpirmRegisters } from '../../accel/fpirm/registers.js';
import { imaRegisters } from '../../accel/ima/registers.js';
import { osahcimRegisters } from '../../accel/osahcim/registers.js';
import { yolocRegisters } from '../../accel/yoloc/registers.js';
import { dmaRegisters } from '../../emulator/dma/registers.js';
import { eventFastRegisters, eventSlowRegisters } from '../../emulator/event/registers.js';
import type { RegionName } from '../../emulator/interconnect/address-map.js';
import {
  clusterControlRegisters,
  icacheControlRegisters,
  socControlRegisters,
  stdoutRegisters,
  timerRegisters,
} from '../../emulator/peripherals/index.js';
import type { RegisterMap } from '../../emulator/sim/registers.js';

/** A register map, where it lies in the address map, and the file that holds the truth. */
export interface MapEntry {
  readonly map: RegisterMap;
  readonly region: RegionName;
  readonly source: string;
  /** Name of the C header without `.h`. */
  readonly header: string;
}

/** Every block that firmware can address. A new peripheral or engine adds one line. */
export const registerMaps: readonly MapEntry[] = [
  {
    map: clusterControlRegisters,
    region: 'cluster_control',
    source: 'emulator/peripherals/cluster-control.ts',
    header: 'cluster_ctrl',
  },
  {
    map: timerRegisters,
    region: 'timer',
    source: 'emulator/peripherals/timer-registers.ts',
    header: 'timer',
  },
  {
    map: eventFastRegisters,
    region: 'event_unit_fast',
    source: 'emulator/event/registers.ts',
    header: 'eu',
  },
  {
    map: eventSlowRegisters,
    region: 'event_unit',
    source: 'emulator/event/registers.ts',
    header: 'eu_all',
  },
  {
    map: dmaRegisters,
    region: 'dma_fast',
    source: 'emulator/dma/registers.ts',
    header: 'mchan',
  },
  {
    map: icacheControlRegisters,
    region: 'icache_control',
    source: 'emulator/peripherals/icache-control.ts',
    header: 'icache_ctrl',
  },
  {
    map: depthwiseRegisters,
    region: 'hwpe0',
    source: 'accel/depthwise/registers.ts',
    header: 'depthwise',
  },
  { map: capramRegisters, region: 'hwpe1', source: 'accel/capram/registers.ts', header: 'capram' },
  { map: fpirmRegisters, region: 'hwpe1', source: 'accel/fpirm/registers.ts', header: 'fpirm' },
  { map: imaRegisters, region: 'hwpe1', source: 'accel/ima/registers.ts', header: 'ima' },
  {
    map: osahcimRegisters,
    region: 'hwpe1',
    source: 'accel/osahcim/registers.ts',
    header: 'osahcim',
  },
  { map: yolocRegisters, region: 'hwpe1', source: 'accel/yoloc/registers.ts', header: 'yoloc' },
  {
    map: exampleRegisters,
    region: 'hwpe0',
    source: 'accel/example/example.ts',
    header: 'example',
  },
  {
    map: socControlRegisters,
    region: 'soc_control',
    source: 'emulator/peripherals/soc-control.ts',
    header: 'soc_ctrl',
  },
  {
    map: stdoutRegisters,
    region: 'stdout',
    source: 'emulator/peripherals/stdout.ts',
    header: 'stdout',
  },
];
