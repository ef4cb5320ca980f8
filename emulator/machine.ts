import type {
  MachineApi,
  MachineStats,
  HartView,
  Probe,
  Stop,
  TierStats,
  TraceSink,
} from './api.js';
import { compose, type Composition } from './composition.js';
import type { HartsHost } from './hart/host.js';
import { createInterpreter as createObservedInterpreter } from './hart/generated/execute-observed.js';
import type { Interpreter } from './hart/generated/execute.js';
import { HartProfiler, type ProfilerOptions } from './hart/profiler.js';
import { HART_SHIFT } from './hart/slot.js';
import { HORIZON, mode, NOW, SOON, UNTIL, type HartState } from './hart/state.js';
import { recentInstructions } from './hart/view.js';
import type { AcceleratorFactory } from './hwpe/environment.js';
import { addressMap } from './interconnect/address-map.js';
import { eventSources, machineStats } from './machine-stats.js';
import type { Memory } from './memory/memory.js';
import type { MachineConfig } from './parameters.js';
import { OctobarError } from './sim/error.js';
import type { UnitObserver } from './sim/intervals.js';
import type { RunControl } from './sim/unit.js';
import { Streaming } from './streaming.js';
import { tierStats, type OffReason } from './translator/index.js';

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

class Machine implements MachineApi, HartsHost, RunControl {
  now = 0;
  private readonly machine: Composition;
  private readonly state: HartState;
  private readonly streaming: Streaming;
  private interpreter: Interpreter;
  private profiling: ProfilerOptions | undefined;
  private readonly probes = new Map<number, Probe>();
  private outputSink: (hart: number, byte: number) => void = () => undefined;
  private stop: Stop | undefined;
  private exitedAt = 0;
  private probedHart = 0;
  /** Who looked at this run in a way that translated code has no place for. */
  private readonly watched = new Set<OffReason>();

  private readonly config: MachineConfig;

  constructor(given: MachineConfig, factories: readonly (AcceleratorFactory | undefined)[]) {
    this.machine = compose(given, factories, this);
    this.interpreter = this.machine.interpreter;
    this.config = this.machine.config;
    const { harts, icache } = this.machine;
    harts.codeCache.beforeChange = () => this.takeAllBack();
    if (icache) icache.beforeChange = harts.codeCache.beforeChange;
    this.state = this.machine.state;
    this.streaming = new Streaming(this.machine);
  }

  // --- Running -------------------------------------------------------------------------------

  start(entry: number): void {
    const { parts, harts, chip } = this.machine;
    for (const [, part] of parts) part.reset();
    this.machine.translator?.reset();
    this.now = 0;
    this.stop = undefined;
    this.watched.clear();
    // A controller starts alone, and starts the others through the cluster control unit.
    const first = chip === undefined ? 0 : this.config.harts;
    for (let hart = first; hart < harts.count; hart++) harts.start(hart, entry, 0);
    if (this.profiling !== undefined) this.profile(this.profiling);
  }

  runUntil(limit: number): Stop {
    const { harts } = this.machine;
    this.stop = undefined;
    try {
      for (;;) {
        const stop = this.slice(limit);
        if (stop === undefined) continue;
        harts.issuing = harts.count;
        if (stop.reason !== 'probe') this.takeAllBack(this.now - 1);
        return stop;
      }
    } catch (error) {
      if (!(error instanceof OctobarError)) throw error;
      // A unit may blame the hart that started it, but harts behind that one have had their turn.
      this.takeAllBack(error.context.cycle ?? this.now);
      return this.ended() ?? this.fault(error);
    }
  }

  /** Harts that ran ahead stand where they are in cycle `now`, in which hart `issuing` has its turn. */
  private takeAllBack(now = this.state.clock[NOW]): void {
    for (let hart = 0; hart < this.state.count; hart++) this.takeBack(hart, now);
  }

  takeBack(hart: number, now = this.state.clock[NOW]): void {
    const { harts, translator } = this.machine;
    translator?.takeBack(hart, hart <= harts.issuing ? now + 1 : now);
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
    const { state, harts, crossbar, units } = this.machine;
    const { next, clock, requesters } = state;
    const { rounds } = this.interpreter;
    if (harts.traced && this.machine.translator) this.watched.add('trace');
    const translator = this.isObserved ? undefined : this.machine.translator;
    const streams = this.streaming.isUnobserved;
    const { count } = harts;
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
        Math.min(unitNext, limit) - now >= translator.shortestVisit &&
        !harts.traced
      ) {
        clock[NOW] = translator.run(now, Math.min(unitNext, limit));
        this.now = Math.max(now, clock[NOW] - 1);
        harts.disturbed = true;
        continue;
      }
      this.now = now;
      clock[NOW] = now;
      if (streams && soon > now && this.stream(now, Math.min(soon, limit))) {
        harts.disturbed = true;
        continue;
      }
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

  /** Cycles of units alone, from `now` on; false when cycle `now` is not one. */
  private stream(now: number, until: number): boolean {
    const { harts } = this.machine;
    harts.issuing = harts.count;
    try {
      return this.streaming.run(now, until);
    } finally {
      this.now = this.state.clock[NOW];
    }
  }

  /** Translated code does not tell instructions and conflicts to who looks at them. */
  private get isObserved(): boolean {
    const { harts, crossbar } = this.machine;
    if (harts.profiler === undefined && crossbar.observer?.conflict === undefined) return false;
    if (this.machine.translator) this.watched.add('profile');
    return true;
  }

  private deadlock(): OctobarError {
    const waiting = Array.from({ length: this.state.count }, (_, hart) => {
      const view = this.hart(hart);
      return `${this.nameOf(hart)} ${view.waitsFor ?? view.state}`;
    });
    const { mode: modes } = this.state;
    const isStarted = (_: unknown, hart: number): boolean =>
      modes[hart << HART_SHIFT] !== mode.stopped;
    const hart = Math.max(waiting.findIndex(isStarted), 0);
    return new OctobarError(
      'deadlock',
      `every hart sleeps and no event can come: ${waiting.join('; ')}`,
      {
        hart,
        pc: this.state.pc[hart << HART_SHIFT] >>> 0,
        address: this.awaited(hart),
        cycle: this.now,
        hint: 'look at who did not arrive or did not send the event; masks of the event unit are per hart',
      },
    );
  }

  private isController(hart: number): boolean {
    return hart >= this.config.harts;
  }

  /** How texts call a hart. */
  private nameOf(hart: number): string {
    return this.isController(hart) ? `hart ${hart} (controller)` : `hart ${hart}`;
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
    this.machine.harts.codeCache.setProbe(pc, true);
  }

  probed(hart: number, pc: number, now: number): boolean {
    const retired = this.state.retiredBefore(hart, now);
    // A hart that runs alone may be ahead; who looks at the machine now sees it in this cycle.
    this.now = now;
    this.machine.harts.issuing = hart;
    for (let other = 0; other < this.state.count; other++) {
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
    this.machine.harts.disturbed = true;
  }

  output(hart: number, byte: number): void {
    this.now = Math.max(this.now, this.machine.harts.now);
    this.outputSink(hart, byte);
  }

  eventPending(hart: number, now: number): boolean {
    return !this.isController(hart) && this.machine.events.pending(hart, now);
  }

  interruptTaken(hart: number, line: number): void {
    if (this.isController(hart)) this.machine.chip?.interrupts.taken(line);
    else this.machine.events.taken(hart, line);
  }

  withdraw(hart: number): void {
    this.machine.events.withdraw(hart);
  }

  // --- Looking in from outside ---------------------------------------------------------------

  private memoryOf(address: number, bytes: number): Memory {
    for (const memory of [this.machine.tcdm, this.machine.l2])
      if (memory.contains(address, bytes)) return memory;
    throw new OctobarError('unmapped-access', `${bytes} bytes that are no memory`, {
      address,
      hint: `TCDM has ${this.machine.tcdm.size} bytes from 0x10000000, L2 ${this.machine.l2.size} from 0x1c000000 (keys tcdm.size, l2.size)`,
    });
  }

  read(address: number, bytes: number): Uint8Array {
    const memory = this.memoryOf(address, bytes);
    return memory.u8.slice(address - memory.base, address - memory.base + bytes);
  }

  write(address: number, data: Uint8Array): void {
    const memory = this.memoryOf(address, data.length);
    memory.u8.set(data, address - memory.base);
    this.machine.harts.codeCache.changed(address, data.length);
  }

  hart(index: number): HartView {
    const s = this.state;
    const names = ['running', 'running', 'waiting', 'sleeping', 'sleeping', 'stopped'] as const;
    const m = s.mode[index << HART_SHIFT];
    return {
      ...(this.isController(index) ? { name: 'controller' } : {}),
      pc: s.pc[index << HART_SHIFT] >>> 0,
      registers: Array.from({ length: 32 }, (_, x) => s.registers[(index << HART_SHIFT) + x] >>> 0),
      state: names[m],
      waitsFor: this.waitsFor(index),
      recent: recentInstructions(s, this.machine.harts.codeCache, index),
    };
  }

  register(hart: number, x: number): number {
    return this.state.registers[(hart << HART_SHIFT) + x] >>> 0;
  }

  codeAt(pc: number): number {
    return this.machine.harts.codeCache.wordAt(pc);
  }

  private waitsFor(hart: number): string | undefined {
    const { events, harts, chip } = this.machine;
    const m = this.state.mode[hart << HART_SHIFT];
    if (m === mode.stopped && chip !== undefined) {
      return `not started (FETCH_ENABLE at 0x10200008, bit ${hart}, is 0)`;
    }
    if (m === mode.waitForInterrupt) {
      const what = 'wfi: waits for an event or an enabled interrupt';
      return this.isController(hart) ? `${what}; ${chip?.interrupts.describe()}` : what;
    }
    if (m !== mode.asleep && m !== mode.held) return undefined;
    const event = this.isController(hart) ? undefined : events.describeWait(hart);
    return event ?? harts.memory.reason(hart);
  }

  tiers(): TierStats {
    const { translator, off } = this.machine;
    return tierStats(this.config.engine, [...off, ...this.watched], translator, this.stats().harts);
  }

  stats(): MachineStats {
    return machineStats(this.machine, this.now);
  }

  trace(sink: TraceSink | undefined): void {
    if (sink === undefined) return this.machine.harts.trace(undefined);
    this.machine.harts.trace((hart, pc, cycle) => {
      // Who looks at the machine from here sees it in this cycle.
      this.now = cycle;
      sink(hart, pc, cycle);
    });
  }

  observeUnits(observer: UnitObserver | undefined): void {
    const { dma, accelerators, crossbar, harts } = this.machine;
    harts.watcher = observer;
    dma.intervals.observer = observer;
    for (const engine of accelerators) if (engine) engine.intervals.observer = observer;
    crossbar.observer = observer;
  }

  profile(options: ProfilerOptions | undefined): void {
    const { harts, crossbar } = this.machine;
    const { codeCache } = harts;
    this.takeAllBack(this.now - 1);
    this.profiling = options;
    harts.profiler =
      options &&
      new HartProfiler(
        this.state,
        eventSources(this.machine),
        crossbar.bankMask,
        (pc) => codeCache.indexOf(pc),
        options,
      );
    harts.profiler?.start(this.now);
    this.interpreter = options ? createObservedInterpreter(harts) : this.machine.interpreter;
    crossbar.complete = this.interpreter.complete;
  }

  get profiler(): HartProfiler | undefined {
    return this.machine.harts.profiler;
  }

  onOutput(sink: (hart: number, byte: number) => void): void {
    this.outputSink = sink;
  }

  setToHost(address: number): void {
    this.memoryOf(address, 4);
    this.machine.harts.memory.hostCalls.watch(address);
  }

  preload(section: string, bytes: Uint8Array): boolean {
    return this.machine.accelerators.some((engine) => engine?.preload(section, bytes) === true);
  }

  disassemble(address: number): { text: string; bytes: number } {
    return this.machine.harts.codeCache.disassemble(address);
  }

  map(): { base: number; size: number; name: string; latency: number }[] {
    const memories = [
      { base: this.machine.tcdm.base, size: this.machine.tcdm.size, name: 'tcdm', latency: 1 },
      {
        base: addressMap.tcdm_test_and_set.base,
        size: this.machine.tcdm.size,
        name: 'tcdm_test_and_set',
        latency: 1,
      },
      {
        base: this.machine.l2.base,
        size: this.machine.l2.size,
        name: 'l2',
        latency: this.config.l2.latency,
      },
    ];
    const peripherals = this.machine.bus.regions.map(({ base, size, name, latency }) => ({
      base,
      size,
      name,
      latency,
    }));
    return [...memories, ...peripherals].toSorted((a, b) => a.base - b.base);
  }

  save(): unknown {
    return {
      now: this.now,
      tcdm: this.machine.tcdm.u8.slice(),
      l2: this.machine.l2.u8.slice(),
      parts: Object.fromEntries(this.machine.parts.map(([name, part]) => [name, part.save()])),
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
    this.machine.tcdm.u8.set(saved.tcdm);
    this.machine.l2.u8.set(saved.l2);
    for (const [name, part] of this.machine.parts) part.restore(saved.parts[name]);
    this.machine.translator?.reset();
    this.stop = undefined;
    if (this.profiling !== undefined) this.profile(this.profiling);
  }
}
