/** Puts a machine together: the cluster by its configuration, the engines of the preset in their slots. */
import { capramEngine } from '../../accel/capram/capram.js';
import { depthwiseEngine } from '../../accel/depthwise/depthwise.js';
import { exampleEngine } from '../../accel/example/example.js';
import { fpirmEngine } from '../../accel/fpirm/fpirm.js';
import { imaEngine, imaFunctional } from '../../accel/ima/ima.js';
import type { FunctionalEngine } from '../../accel/mvm/functional.js';
import { osahcimEngine } from '../../accel/osahcim/osahcim.js';
import { yolocEngine } from '../../accel/yoloc/yoloc.js';
import type { MachineApi } from '../../emulator/api.js';
import type { AcceleratorFactory } from '../../emulator/hwpe/environment.js';
import { createMachine } from '../../emulator/machine.js';
import type { MachineConfig } from '../../emulator/parameters.js';
import { OctobarError } from '../../emulator/sim/error.js';
import { clusterParts as parts, engineParts as engines } from '../config/index.js';
import type { Configuration, EngineName } from '../config/index.js';

/** A new engine is one line here, and one in src/config/parts.ts. */
const factories: Record<EngineName, (config: Configuration) => AcceleratorFactory> = {
  ima: (config) => imaEngine(config.of(engines.ima), config.of(parts.hwpe)),
  capram: (config) => capramEngine(config.of(engines.capram), config.of(parts.hwpe)),
  osahcim: (config) => osahcimEngine(config.of(engines.osahcim), config.of(parts.hwpe)),
  yoloc: (config) => yolocEngine(config.of(engines.yoloc), config.of(parts.hwpe)),
  depthwise: (config) => depthwiseEngine(config.of(engines.depthwise), config.of(parts.hwpe)),
  fpirm: (config) => fpirmEngine(config.of(engines.fpirm), config.of(parts.hwpe)),
  example: (config) => exampleEngine(config.of(engines.example), config.of(parts.hwpe)),
};

/**
 * The arrays of a machine without the machine around them.
 *
 * @throws OctobarError `config` when it has no IMA
 */
export function composeArrays(configuration: Configuration, seed = 1): FunctionalEngine {
  if (!configuration.engines.includes('ima')) {
    throw new OctobarError('config', `preset ${configuration.preset.name} has no ima`);
  }
  const clockHz = configuration.number('clock_hz');
  const config = configuration.of(engines.ima);
  return imaFunctional(config, { clockHz, seed }, configuration.of(parts.hwpe));
}

/** @throws OctobarError `config` when the parts do not fit each other */
export function composeMachine(configuration: Configuration, seed = 1): MachineApi {
  const config: MachineConfig = {
    ...configuration.of(parts.cluster),
    seed,
    timing: configuration.of(parts.timing),
    tcdm: configuration.of(parts.tcdm),
    l2: configuration.of(parts.l2),
    icache: configuration.of(parts.icache),
    bus: configuration.of(parts.bus),
    event: configuration.of(parts.event),
    dma: configuration.of(parts.dma),
    timer: configuration.of(parts.timer),
    control: configuration.of(parts.control),
    controller: configuration.of(parts.controller),
  };
  const slots = configuration.engines.map((name) =>
    name === null ? undefined : factories[name](configuration),
  );
  return createMachine(config, slots);
}
