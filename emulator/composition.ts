import { Chip } from './chip/chip.js';
import { chipControlRegisters } from './chip/chip-control.js';
import { Dma } from './dma/index.js';
import { EventUnit } from './event/index.js';
import { createInterpreter, type Interpreter } from './hart/generated/execute.js';
import { createInterpreter as createCachedInterpreter } from './hart/generated/execute-cached.js';
import { Harts } from './hart/harts.js';
import type { HartsHost } from './hart/host.js';
import { createHartState, type HartState } from './hart/state.js';
import type { Accelerator, AcceleratorFactory } from './hwpe/environment.js';
import { InstructionCache } from './icache/instruction-cache.js';
import { addressMap, PeripheralBus, type PeripheralRegion } from './interconnect/address-map.js';
import { Crossbar } from './interconnect/crossbar.js';
import { effectiveConfig, isFunctional } from './functional.js';
import { checkConfig } from './machine-config.js';
import { SharedArena } from './memory/arena.js';
import { Memory } from './memory/memory.js';
import type { MachineConfig } from './parameters.js';
import {
  ClusterControl,
  ClusterTimer,
  IcacheControl,
  SocControl,
  Stdout,
  UnmodelledSocPeripherals,
} from './peripherals/index.js';
import type { RunControl, Stateful, Unit } from './sim/unit.js';
import { offReasons, sharedBytes, Translator, type OffReason } from './translator/index.js';

const SLOT_REGIONS = ['hwpe0', 'hwpe1'] as const;
const SLOT_EVENTS = [12, 14] as const;

/** The parts of a machine, put together; who runs them is `machine.ts`. */
export interface Composition {
  /** The values that count: functional timing replaces costs. */
  readonly config: MachineConfig;
  readonly state: HartState;
  readonly harts: Harts;
  readonly interpreter: Interpreter;
  /** Undefined when nothing is translated. */
  readonly translator: Translator | undefined;
  /** What of the configuration keeps translated code off. */
  readonly off: readonly OffReason[];
  readonly tcdm: Memory;
  readonly l2: Memory;
  readonly crossbar: Crossbar;
  readonly events: EventUnit;
  readonly dma: Dma;
  /** Undefined when every fetch hits. */
  readonly icache: InstructionCache | undefined;
  /** The chip around the cluster, when there is a controller hart. */
  readonly chip: Chip | undefined;
  readonly accelerators: readonly (Accelerator | undefined)[];
  readonly units: readonly Unit[];
  readonly bus: PeripheralBus;
  /** Everything that has state, with its name in a snapshot. */
  readonly parts: readonly (readonly [string, Stateful])[];
}

/**
 * Puts together what a configuration names. `factories[slot]` may be absent.
 * @throws OctobarError `config` when the values do not fit each other
 */
export function compose(
  given: MachineConfig,
  factories: readonly (AcceleratorFactory | undefined)[],
  host: HartsHost & RunControl,
): Composition {
  const config = effectiveConfig(given);
  checkConfig(config);
  // The controller is the last hart: everything that speaks of harts knows the cluster's first.
  const controller = config.controller.present ? config.harts : -1;
  const count = controller < 0 ? config.harts : config.harts + 1;
  const sizes = { harts: count, tcdm: config.tcdm, l2: config.l2, icache: config.icache };
  const translates = config.engine !== 'interpreter' && !isFunctional(config.timing);
  const arena = new SharedArena(sharedBytes(sizes, translates), translates);
  const tcdm = new Memory(addressMap.tcdm.base, config.tcdm.size, arena);
  const l2 = new Memory(addressMap.l2.base, config.l2.size, arena);
  const state = createHartState(count, config.timing.clock_stops, arena);
  const crossbar = new Crossbar(config.tcdm, tcdm, state, arena);
  crossbar.uncontended = isFunctional(config.timing);
  const space = { l2Size: l2.size, tcdmSize: tcdm.size, l2Latency: config.l2.latency };
  const icache = config.icache.ideal
    ? undefined
    : new InstructionCache(config.icache, space, state, config.harts, arena);
  const harts = new Harts(
    {
      state,
      arbiter: crossbar,
      timing: config.timing,
      isa: config.isa,
      clusterId: config.cluster_id,
      tcdm,
      l2,
      testAndSetBase: addressMap.tcdm_test_and_set.base,
      l2Latency: config.l2.latency,
      icache,
      controller: { hart: controller, ...config.controller },
    },
    host,
  );
  const interpreter = icache ? createCachedInterpreter(harts) : createInterpreter(harts);
  const off = offReasons(config, harts.pulp);
  const translator = off.every((reason) => reason === 'controller')
    ? Translator.create({
        harts,
        interpreter,
        crossbar,
        l2,
        l2Latency: config.l2.latency,
        arena,
        sizes,
        icache,
        eager: config.engine === 'eager',
        after: config.translate_after,
      })
    : undefined;
  const { codeCache } = harts;
  crossbar.complete = interpreter.complete;
  crossbar.onPortWrite = (offset, bytes) => {
    if (offset < codeCache.tcdmCodeEnd) codeCache.changed(tcdm.base + offset, bytes);
  };
  const allHarts = (1 << config.harts) - 1;
  const events = new EventUnit(config.event, harts, config.harts, harts.pulp);
  const started = controller < 0 ? allHarts : 0;
  const slots = SLOT_REGIONS.length;
  const control = new ClusterControl(config.control, harts, slots, started, config.harts);
  crossbar.branch = control;
  if (translator)
    translator.phases.run.meet = (address, set) =>
      events.meet(address - addressMap.event_unit_fast.base, set);
  const timer = new ClusterTimer(config.timer, events, allHarts);
  const chip = controller < 0 ? undefined : surround(config, harts, controller, events);
  // The end of a transfer of the controller is a line of its interrupt controller, of the same number.
  const raise = (line: number, mask: number, at: number): void => {
    if (((mask >>> config.harts) & 1) !== 0) chip?.interrupts.raise(line);
    if ((mask & allHarts) !== 0) events.raise(line, mask & allHarts, at);
  };
  const dma = new Dma(config.dma, {
    ports: crossbar.wordPorts,
    tcdm: { base: tcdm.base, size: tcdm.size },
    inner: {
      contains: (address, bytes) => tcdm.contains(address, bytes),
      load: (address) => tcdm.load(address),
      store(address, byte) {
        tcdm.store(address, byte);
        codeCache.changed(address, 1);
      },
    },
    outer: {
      contains: (address, bytes) => l2.contains(address, bytes),
      load: (address) => l2.load(address),
      store(address, byte) {
        l2.store(address, byte);
        codeCache.changed(address, 1);
      },
    },
    events: { raise },
    control: harts,
    harts: config.harts,
  });
  const accelerators = SLOT_REGIONS.map((_, slot) => {
    const factory = factories[slot];
    return factory?.({
      slot,
      eventLine: SLOT_EVENTS[slot],
      clockHz: config.clock_hz,
      seed: config.seed ?? 1,
      port: crossbar.addWidePort((factory.portBits ?? 128) / 8),
      events,
      control: harts,
      selected: () => control.selectedSlot === slot,
    });
  });
  const present = accelerators.filter((engine) => engine !== undefined);
  const soc = new SocControl(host, config.harts, chip && chipControlRegisters);
  const stdout = new Stdout(host);
  const icacheControl = new IcacheControl(
    icache,
    (address) => codeCache.indexOf(address & -2),
    config.icache.enabled,
  );
  const engines = accelerators.flatMap((engine, slot): Placed[] =>
    engine === undefined ? [] : [[SLOT_REGIONS[slot], engine]],
  );
  const bus = connect(config, chip, [
    ['event_unit_fast', events.fast],
    ['event_unit', events.slow],
    ['dma_fast', dma.fast],
    ['dma', dma.slow],
    ...(chip === undefined ? [] : ([['dma_chip', dma.chip]] as const)),
    ['cluster_control', control],
    ['timer', timer],
    ['icache_control', icacheControl],
    ['soc_control', soc],
    ['stdout', stdout],
    ...engines,
  ]);
  harts.attachBus(bus);
  return {
    config,
    state,
    harts,
    interpreter,
    translator,
    off,
    tcdm,
    l2,
    crossbar,
    events,
    dma,
    icache,
    chip,
    accelerators,
    units: [events, timer, dma, ...present, ...(chip?.units ?? [])],
    bus,
    parts: [
      ['harts', harts],
      ['crossbar', crossbar],
      ['events', events],
      ['control', control],
      ['timer', timer],
      ['dma', dma],
      ...(icache ? [['icache', icache] as const] : []),
      ['icache_control', icacheControl],
      ['soc', soc],
      ['stdout', stdout],
      ...present.map((engine) => [engine.name, engine] as const),
      ...(chip?.parts ?? []),
    ],
  };
}

function surround(
  config: MachineConfig,
  harts: Harts,
  controller: number,
  events: EventUnit,
): Chip {
  events.soc.connected = true;
  return new Chip(config, {
    control: harts,
    controller,
    toCluster: (event, now) => events.soc.push(event, now),
  });
}

type Placed = readonly [keyof typeof addressMap, PeripheralRegion['peripheral']];

/** Cycles of a way to a block for the harts of the cluster and for the controller, who has no direct link. */
function latencies(name: keyof typeof addressMap, config: MachineConfig) {
  const { peripheral_latency, fast_port_latency, soc_latency } = config.bus;
  const { controller } = config;
  if (name === 'event_unit_fast' || name === 'dma_fast') return { latency: fast_port_latency };
  const inSoc = name === 'soc_control' || name === 'stdout' || name === 'soc_unmodelled';
  return inSoc
    ? { latency: soc_latency, controllerLatency: controller.soc_latency }
    : { latency: peripheral_latency, controllerLatency: controller.cluster_latency };
}

function connect(
  config: MachineConfig,
  chip: Chip | undefined,
  placed: readonly Placed[],
): PeripheralBus {
  const at = ([name, peripheral]: Placed): PeripheralRegion => ({
    name,
    base: addressMap[name].base,
    size: addressMap[name].size,
    ...latencies(name, config),
    peripheral,
  });
  const inSoc = latencies('soc_control', config);
  return new PeripheralBus([
    ...placed.map(at),
    ...(chip?.regions(inSoc.latency, config.controller.soc_latency) ?? []),
    { ...at(['soc_unmodelled', new UnmodelledSocPeripherals()]), background: true },
  ]);
}
