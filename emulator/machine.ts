import type {
  MachineApi,
  MachineStats,
  HartView,
  Probe,
  Stop,
  TierStats,
  TraceSink,
} from './api.js';
import { Dma } from './dma/index.js';
import { EventUnit } from './event/index.js';
import { createInterpreter, type Interpreter } from './hart/generated/execute.js';
import { Harts } from './hart/harts.js';
import type { HartsHost } from './hart/host.js';
import { HART_SHIFT } from './hart/slot.js';
import { createHartState, HORIZON, mode, NOW, SOON, UNTIL, type HartState } from './hart/state.js';
import { recentInstructions } from './hart/view.js';
import type { Accelerator, AcceleratorFactory } from './hwpe/environment.js';
import { addressMap, type PeripheralBus } from './interconnect/address-map.js';
import { Crossbar } from './interconnect/crossbar.js';
import { SharedArena } from './memory/arena.js';
import { Memory } from './memory/memory.js';
import { effectiveConfig, isFunctional } from './functional.js';
import { checkConfig } from './machine-config.js';
import { bytewise, peripheralBus, SLOT_EVENTS, SLOT_REGIONS, wholeMap } from './machine-map.js';
import { hartsAndTcdm } from './machine-stats.js';
import type { MachineConfig } from './parameters.js';
import {
  ClusterControl,
  ClusterTimer,
  IcacheControl,
  SocControl,
  Stdout,
} from './peripherals/index.js';
import { OctobarError } from './sim/error.js';
import { sharedBytes, tierStats, Translator } from './translator/index.js';
import type { RunControl, Stateful, Unit } from './sim/unit.js';

/** Composes the machine that a configuration names. `accelerators[slot]` may be absent. */
export function createMachine(
  config: MachineConfig,
  accelerators: readonly (AcceleratorFactory | undefined)[] = [],
): MachineApi {
  return new Machine(config, accelerators);
}

/**
 * Steps of the main loop between two returns to its caller, and cycles that the interpreter may stay
 * away: the host's compiler puts in a better version of a function when it is called again.
 */
const STEPS = 4096;
const STRETCH = 20_000;
/** Cycles for which it is worth while to go over to translated code. */
const SHORTEST_VISIT = 16;

class Machine implements MachineApi, HartsHost, RunControl {
  now = 0;
  private readonly state: HartState;
  private readonly harts: Harts;
  private readonly interpreter: Interpreter;
  private readonly translator: Translator | undefined;
  private readonly tcdm: Memory;
  private readonly l2: Memory;
  private readonly crossbar: Crossbar;
  private readonly events: EventUnit;
  private readonly dma: Dma;
  private readonly control: ClusterControl;
  private readonly accelerators: (Accelerator | undefined)[];
  private readonly units: Unit[];
  private readonly bus: PeripheralBus;
  private readonly parts: readonly (readonly [string, Stateful])[];
  private readonly probes = new Map<number, Probe>();
  private outputSink: (hart: number, byte: number) => void = () => undefined;
  private stop: Stop | undefined;
  private exitedAt = 0;
  private probedHart = 0;

  private readonly config: MachineConfig;

  constructor(given: MachineConfig, factories: readonly (AcceleratorFactory | undefined)[]) {
    const config = effectiveConfig(given);
    checkConfig(config);
    this.config = config;
    const arena = new SharedArena(sharedBytes(config));
    this.tcdm = new Memory(addressMap.tcdm.base, config.tcdm.size, arena);
    this.l2 = new Memory(addressMap.l2.base, config.l2.size, arena);
    this.state = createHartState(config.harts, arena);
    this.crossbar = new Crossbar(config.tcdm, this.tcdm, this.state, arena);
    this.crossbar.uncontended = isFunctional(config.timing);
    this.harts = new Harts(
      {
        state: this.state,
        arbiter: this.crossbar,
        timing: config.timing,
        isa: config.isa,
        clusterId: config.cluster_id,
        tcdm: this.tcdm,
        l2: this.l2,
        testAndSetBase: addressMap.tcdm_test_and_set.base,
        l2Latency: config.l2.latency,
      },
      this,
    );
    this.interpreter = createInterpreter(this.harts);
    this.translator =
      config.engine === 'interpreter' || isFunctional(config.timing)
        ? undefined
        : Translator.create({
            harts: this.harts,
            interpreter: this.interpreter,
            crossbar: this.crossbar,
            l2: this.l2,
            arena,
            sizes: config,
            eager: config.engine === 'eager',
          });
    this.harts.codeCache.beforeChange = () => this.takeAllBack();
    this.crossbar.complete = this.interpreter.complete;
    this.crossbar.onPortWrite = (offset, bytes) => {
      if (offset < this.harts.codeCache.tcdmCodeEnd) {
        this.harts.codeCache.changed(this.tcdm.base + offset, bytes);
      }
    };
    const allHarts = (1 << config.harts) - 1;
    this.events = new EventUnit(config.event, this.harts, config.harts);
    this.control = new ClusterControl(config.control, this.harts, SLOT_REGIONS.length, allHarts);
    this.crossbar.branch = this.control;
    const timer = new ClusterTimer(config.timer, this.events, allHarts);
    const { codeCache } = this.harts;
    this.dma = new Dma(config.dma, {
      ports: this.crossbar.wordPorts,
      tcdm: { base: this.tcdm.base, size: this.tcdm.size },
      inner: bytewise(this.tcdm, codeCache),
      outer: bytewise(this.l2, codeCache),
      events: this.events,
      control: this.harts,
      harts: config.harts,
    });
    this.accelerators = SLOT_REGIONS.map((_, slot) => {
      const factory = factories[slot];
      return factory?.({
        slot,
        eventLine: SLOT_EVENTS[slot],
        clockHz: config.clock_hz,
        seed: config.seed ?? 1,
        port: this.crossbar.addWidePort((factory.portBits ?? 128) / 8),
        events: this.events,
        control: this.harts,
        selected: () => this.control.selectedSlot === slot,
      });
    });
    const present = this.accelerators.filter((engine) => engine !== undefined);
    const soc = new SocControl(this, config.harts);
    const stdout = new Stdout(this);
    const icache = new IcacheControl();
    this.units = [this.events, timer, this.dma, ...present];
    this.bus = peripheralBus(config.bus, {
      events: this.events,
      dma: this.dma,
      control: this.control,
      timer,
      icache,
      soc,
      stdout,
      engines: this.accelerators,
    });
    this.harts.attachBus(this.bus);
    this.parts = [
      ['harts', this.harts],
      ['crossbar', this.crossbar],
      ['events', this.events],
      ['control', this.control],
      ['timer', timer],
      ['dma', this.dma],
      ['icache', icache],
      ['soc', soc],
      ['stdout', stdout],
      ...present.map((engine) => [engine.name, engine] as const),
    ];
  }

  // --- Running -------------------------------------------------------------------------------

  start(entry: number): void {
    for (const [, part] of this.parts) part.reset();
    this.translator?.reset();
    this.now = 0;
    this.stop = undefined;
    for (let hart = 0; hart < this.config.harts; hart++) this.harts.start(hart, entry, 0);
  }

  runUntil(limit: number): Stop {
    this.stop = undefined;
    try {
      for (;;) {
        const stop = this.slice(limit);
        if (stop === undefined) continue;
        this.harts.issuing = this.config.harts;
        if (stop.reason !== 'probe') this.takeAllBack(this.now - 1);
        return stop;
      }
    } catch (error) {
      if (!(error instanceof OctobarError)) throw error;
      const { hart = this.config.harts, cycle = this.now } = error.context;
      this.harts.issuing = hart;
      this.takeAllBack(cycle);
      return this.ended() ?? this.fault(error);
    }
  }

  /** Harts that ran ahead stand where they are in cycle `now`, in which hart `issuing` has its turn. */
  private takeAllBack(now = this.state.clock[NOW]): void {
    for (let hart = 0; hart < this.config.harts; hart++) this.takeBack(hart, now);
  }

  takeBack(hart: number, now = this.state.clock[NOW]): void {
    this.translator?.takeBack(hart, hart <= this.harts.issuing ? now + 1 : now);
  }

  /** The end of the run that the guest asked for in this cycle, whatever others do in it. */
  private ended(): Stop | undefined {
    if (this.stop?.reason !== 'exit') return undefined;
    this.now = this.exitedAt + 1;
    return this.stop;
  }

  private fault(error: OctobarError): Stop {
    const { hart, cycle } = error.context;
    this.now = Math.max(this.now, cycle ?? 0);
    const pc = hart === undefined ? {} : { pc: this.state.pc[hart << HART_SHIFT] >>> 0 };
    return { reason: 'fault', error: error.with({ ...pc, cycle: this.now }) };
  }

  /**
   * The three phases of each cycle in which somebody has something to do. While one hart runs alone, it
   * may run on until somebody else is due: nobody could tell the difference. Returns undefined now and
   * then, so that the host's compiler can put a better version of this function in its place.
   */
  private slice(limit: number): Stop | undefined {
    const { state, harts, crossbar, units } = this;
    const { next, clock, requesters } = state;
    const { rounds } = this.interpreter;
    const { translator } = this;
    const count = this.config.harts;
    let unitNext = 0;
    let soon = 0;
    let busy = 0;
    harts.disturbed = true;
    for (let step = 0; step < STEPS; step++) {
      if (harts.disturbed) {
        harts.wakeForInterrupts(Math.max(this.now, harts.now) + 1);
        harts.disturbed = false;
        soon = Infinity;
        busy = 0;
        for (let hart = 0; hart < count; hart++) {
          if (next[hart << HART_SHIFT] < soon) soon = next[hart << HART_SHIFT];
          if (next[hart << HART_SHIFT] !== Infinity) busy++;
        }
        unitNext = Infinity;
        for (const unit of units) if (unit.nextCycle < unitNext) unitNext = unit.nextCycle;
      }
      const now = soon < unitNext ? soon : unitNext;
      if (now >= limit) {
        if (now === Infinity) throw this.deadlock();
        this.now = Math.max(this.now, limit);
        return { reason: 'cycle' };
      }
      if (
        translator !== undefined &&
        now >= translator.resumeAt &&
        this.mayTranslate(now, unitNext, limit)
      ) {
        clock[NOW] = translator.run(now, Math.min(unitNext, limit));
        this.now = Math.max(now, clock[NOW] - 1);
        harts.disturbed = true;
        continue;
      }
      this.now = now;
      clock[NOW] = now;
      clock[UNTIL] = Math.min(unitNext, limit, now + STRETCH);
      if (translator !== undefined && now < translator.resumeAt) {
        clock[UNTIL] = Math.min(clock[UNTIL], translator.resumeAt);
      }
      const alone = busy === 1 && unitNext > now && !harts.traced;
      clock[HORIZON] = alone ? clock[UNTIL] : now + 1;
      const asking = rounds(unitNext <= now);
      if (asking < 0) {
        // A hart that ran alone may have come further than the cycle it started from.
        this.now = next[this.probedHart << HART_SHIFT];
        return this.stop;
      }
      soon = clock[SOON];
      if (unitNext > now) {
        this.now = clock[NOW];
        if (this.stop !== undefined) return this.ended();
        continue;
      }
      harts.issuing = count;
      for (const unit of units) if (unit.nextCycle <= now) unit.cycle(now);
      harts.disturbed = true;
      if (crossbar.portRequests > 0) {
        crossbar.arbitrateAll(asking);
        for (const unit of units) unit.settle(now);
        harts.disturbed = true;
      } else if (asking > 0) {
        crossbar.arbitrateHarts(asking);
        for (let i = 0; i < asking; i++) {
          const at = next[requesters[i] << HART_SHIFT];
          if (at < soon) soon = at;
        }
      }
      if (this.stop !== undefined) return this.ended();
    }
    return undefined;
  }

  /** Whether it is worth while to go over to translated code. */
  private mayTranslate(now: number, unitNext: number, limit: number): boolean {
    const shortest = this.config.engine === 'eager' ? 1 : SHORTEST_VISIT;
    return Math.min(unitNext, limit) - now >= shortest && !this.harts.traced;
  }

  private deadlock(): OctobarError {
    const waiting = Array.from({ length: this.config.harts }, (_, hart) => {
      const view = this.hart(hart);
      return `hart ${hart} ${view.waitsFor ?? view.state}`;
    });
    return new OctobarError(
      'deadlock',
      `every hart sleeps and no event can come: ${waiting.join('; ')}`,
      {
        hart: 0,
        pc: this.state.pc[0] >>> 0,
        address: this.awaited(0),
        cycle: this.now,
        hint: 'look at who did not arrive or did not send the event; masks of the event unit are per hart',
      },
    );
  }

  /** Address whose access a hart waits for; of a hart in `wfi` the instruction's own. */
  private awaited(hart: number): number {
    const at = hart << HART_SHIFT;
    const { mode: modes, pc, requestAddress } = this.state;
    return (modes[at] === mode.waitForInterrupt ? pc[at] : requestAddress[at]) >>> 0;
  }

  // --- Asked by harts and peripherals --------------------------------------------------------

  probe(pc: number, probe: Probe): void {
    this.probes.set(pc >>> 0, probe);
    this.harts.codeCache.setProbe(pc, true);
  }

  probed(hart: number, pc: number, now: number): boolean {
    const retired = this.state.retiredBefore(hart, now);
    // A hart that runs alone may be ahead; who looks at the machine now sees it in this cycle.
    this.now = now;
    this.harts.issuing = hart;
    for (let other = 0; other < this.config.harts; other++) {
      if (other !== hart) this.takeBack(other, now);
    }
    const stops = this.probes.get(pc)?.(hart, pc, now, retired) === true;
    if (!stops || this.stop?.reason === 'exit') return false;
    this.stop = { reason: 'probe', hart, pc };
    this.probedHart = hart;
    return true;
  }

  exit(code: number, hart: number, now: number): void {
    // The first end counts, whatever the other harts do in the same cycle.
    if (this.stop?.reason === 'exit') return;
    this.stop = { reason: 'exit', code, hart };
    this.exitedAt = now;
    this.harts.disturbed = true;
  }

  output(hart: number, byte: number): void {
    this.now = Math.max(this.now, this.harts.now);
    this.outputSink(hart, byte);
  }

  eventPending(hart: number, now: number): boolean {
    return this.events.pending(hart, now);
  }

  withdraw(hart: number): void {
    this.events.withdraw(hart);
  }

  // --- Looking in from outside ---------------------------------------------------------------

  private memoryOf(address: number, bytes: number): Memory {
    for (const memory of [this.tcdm, this.l2]) if (memory.contains(address, bytes)) return memory;
    throw new OctobarError('unmapped-access', `${bytes} bytes that are no memory`, {
      address,
      hint: `TCDM has ${this.tcdm.size} bytes from 0x10000000, L2 ${this.l2.size} from 0x1c000000 (keys tcdm.size, l2.size)`,
    });
  }

  read(address: number, bytes: number): Uint8Array {
    const memory = this.memoryOf(address, bytes);
    return memory.u8.slice(address - memory.base, address - memory.base + bytes);
  }

  write(address: number, data: Uint8Array): void {
    const memory = this.memoryOf(address, data.length);
    memory.u8.set(data, address - memory.base);
    this.harts.codeCache.changed(address, data.length);
  }

  hart(index: number): HartView {
    const s = this.state;
    const names = ['running', 'running', 'waiting', 'sleeping', 'sleeping', 'stopped'] as const;
    const m = s.mode[index << HART_SHIFT];
    return {
      pc: s.pc[index << HART_SHIFT] >>> 0,
      registers: Array.from({ length: 32 }, (_, x) => s.registers[(index << HART_SHIFT) + x] >>> 0),
      state: names[m],
      waitsFor: this.waitsFor(index),
      recent: recentInstructions(s, this.harts.codeCache, index),
    };
  }

  private waitsFor(hart: number): string | undefined {
    const m = this.state.mode[hart << HART_SHIFT];
    if (m === mode.waitForInterrupt) return 'wfi: waits for an event or an enabled interrupt';
    if (m !== mode.asleep && m !== mode.held) return undefined;
    return this.events.describeWait(hart) ?? this.harts.memory.reason(hart);
  }

  tiers(): TierStats {
    return tierStats(this.translator, this.stats().harts);
  }

  stats(): MachineStats {
    return {
      cycles: this.now,
      ...hartsAndTcdm(this.state, this.crossbar, this.now),
      dma: this.dma.counters(this.now),
      engines: Object.fromEntries(
        this.accelerators.flatMap((engine) => (engine ? [[engine.name, engine.counters()]] : [])),
      ),
    };
  }

  trace(sink: TraceSink | undefined): void {
    if (sink === undefined) return this.harts.trace(undefined);
    this.harts.trace((hart, pc, cycle) => {
      // Who looks at the machine from here sees it in this cycle.
      this.now = cycle;
      sink(hart, pc, cycle);
    });
  }

  onOutput(sink: (hart: number, byte: number) => void): void {
    this.outputSink = sink;
  }

  setToHost(address: number): void {
    this.memoryOf(address, 4);
    this.harts.memory.hostCalls.watch(address);
  }

  preload(section: string, bytes: Uint8Array): boolean {
    return this.accelerators.some((engine) => engine?.preload(section, bytes) === true);
  }

  disassemble(address: number): { text: string; bytes: number } {
    return this.harts.codeCache.disassemble(address);
  }

  map(): { base: number; size: number; name: string; latency: number }[] {
    return wholeMap(this.tcdm, this.l2, this.config.l2.latency, this.bus);
  }

  save(): unknown {
    return {
      now: this.now,
      tcdm: this.tcdm.u8.slice(),
      l2: this.l2.u8.slice(),
      parts: Object.fromEntries(this.parts.map(([name, part]) => [name, part.save()])),
    };
  }

  restore(state: unknown): void {
    const saved = state as {
      now: number;
      tcdm: Uint8Array;
      l2: Uint8Array;
      parts: Record<string, unknown>;
    };
    this.now = saved.now;
    this.tcdm.u8.set(saved.tcdm);
    this.l2.u8.set(saved.l2);
    for (const [name, part] of this.parts) part.restore(saved.parts[name]);
    this.translator?.reset();
    this.stop = undefined;
  }
}
