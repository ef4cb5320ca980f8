/** Whose parameter tables make up a configuration. A new part of the machine is one line here. */
import { capramParameters } from '../../accel/capram/parameters.js';
import { depthwiseParameters } from '../../accel/depthwise/parameters.js';
import { exampleParameters } from '../../accel/example/example.js';
import { fpirmParameters } from '../../accel/fpirm/parameters.js';
import { imaParameters } from '../../accel/ima/parameters.js';
import { osahcimParameters } from '../../accel/osahcim/parameters.js';
import { yolocParameters } from '../../accel/yoloc/parameters.js';
import { dmaParameters } from '../../emulator/dma/index.js';
import { eventParameters } from '../../emulator/event/parameters.js';
import { timingParameters } from '../../emulator/hart/timing.js';
import { hwpeParameters } from '../../emulator/hwpe/parameters.js';
import { icacheParameters } from '../../emulator/icache/parameters.js';
import {
  busParameters,
  controllerParameters,
  l2Parameters,
  tcdmParameters,
} from '../../emulator/interconnect/parameters.js';
import { clusterParameters } from '../../emulator/parameters.js';
import { clusterControlParameters, timerParameters } from '../../emulator/peripherals/index.js';
import type { ParameterTable } from '../../emulator/sim/parameters.js';
import { clusterAreas, engineAreas } from '../area/index.js';
import type { AreaTable } from '../area/index.js';
import * as prices from '../energy/index.js';
import type { PriceTable } from '../energy/index.js';
import type { Part } from './schema.js';

function part<T extends ParameterTable>(prefix: string, title: string, table: T): Part<T> {
  return { prefix, title, table };
}

/** Parts of every machine. */
export const clusterParts = {
  cluster: part('', 'Cluster', clusterParameters),
  timing: part('timing', 'Cycles per instruction', timingParameters),
  tcdm: part('tcdm', 'Tightly coupled data memory', tcdmParameters),
  l2: part('l2', 'L2 memory', l2Parameters),
  icache: part('icache', 'Instruction cache', icacheParameters),
  bus: part('bus', 'Peripheral bus', busParameters),
  event: part('event', 'Event unit', eventParameters),
  dma: part('dma', 'DMA', dmaParameters),
  timer: part('timer', 'Timer', timerParameters),
  control: part('control', 'Cluster control', clusterControlParameters),
  controller: part('controller', 'Controller hart and its chip', controllerParameters),
  hwpe: part('hwpe', 'All engines', hwpeParameters),
};

/** Parts that a machine has when its preset names the engine. */
export const engineParts = {
  ima: part('ima', 'In-memory computing engine (IMA)', imaParameters),
  capram: part('capram', 'Charge-domain SRAM macro (CAP-RAM)', capramParameters),
  osahcim: part('osahcim', 'Hybrid SRAM macro with saliency (OSA-HCIM)', osahcimParameters),
  yoloc: part('yoloc', 'ROM and SRAM macro (YOLoC)', yolocParameters),
  depthwise: part('depthwise', 'Depth-wise engine', depthwiseParameters),
  fpirm: part('fpirm', 'Racetrack memory that computes (FPIRM)', fpirmParameters),
  example: part('example', 'Example engine of the tutorial', exampleParameters),
};

export type EngineName = keyof typeof engineParts;

export interface PricedPart extends Part<PriceTable> {
  readonly prices: PriceTable;
}

const priced = (prefix: string, title: string, table: PriceTable): PricedPart => ({
  ...part(prefix, title, table),
  prices: table,
});

/** Prices of every machine, in the order of reports. */
export const supplyPart = part('energy', 'Supply', prices.supplyParameters);
export const clusterPricePart = priced(
  'energy.cluster',
  'Energy of the cluster',
  prices.clusterPrices,
);

/** Prices that a machine has when its preset names the engine. */
export const enginePriceParts: Record<EngineName, PricedPart> = {
  ima: priced('energy.ima', 'Energy of the IMA', prices.imaPrices),
  capram: priced('energy.capram', 'Energy of CAP-RAM', prices.capramPrices),
  osahcim: priced('energy.osahcim', 'Energy of OSA-HCIM', prices.osahcimPrices),
  yoloc: priced('energy.yoloc', 'Energy of YOLoC', prices.yolocPrices),
  depthwise: priced('energy.depthwise', 'Energy of the depth-wise engine', prices.depthwisePrices),
  fpirm: priced('energy.fpirm', 'Energy of FPIRM', prices.fpirmPrices),
  example: priced('energy.example', 'Energy of the example engine', prices.examplePrices),
};

export interface AreaPart extends Part<AreaTable> {
  readonly table: AreaTable;
}

/** Areas of every machine. */
export const clusterAreaPart: AreaPart = part('area.cluster', 'Area of the cluster', clusterAreas);

/** Areas that a machine has when its preset names the engine. */
export const engineAreaParts: Record<EngineName, AreaPart> = {
  ima: part('area.ima', 'Area of the IMA', engineAreas.ima),
  capram: part('area.capram', 'Area of CAP-RAM', engineAreas.capram),
  osahcim: part('area.osahcim', 'Area of OSA-HCIM', engineAreas.osahcim),
  yoloc: part('area.yoloc', 'Area of YOLoC', engineAreas.yoloc),
  depthwise: part('area.depthwise', 'Area of the depth-wise engine', engineAreas.depthwise),
  fpirm: part('area.fpirm', 'Area of FPIRM', engineAreas.fpirm),
  example: part('area.example', 'Area of the example engine', engineAreas.example),
};
