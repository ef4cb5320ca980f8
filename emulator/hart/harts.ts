import { extensionsOf } from '../isa/table.js';
import type { PeripheralBus } from '../interconnect/address-map.js';
import type { Memory } from '../memory/memory.js';
import { OctobarError } from '../sim/error.js';
import type { ConfigOf } from '../sim/parameters.js';
import type { TraceSink } from '../api.js';
import type { UnitObserver } from '../sim/intervals.js';
import type { HartControl } from '../sim/unit.js';
import { CodeCache } from './code-cache.js';
import type { HartArbiter, InterpreterContext } from './context.js';
import { CsrFile } from './csr-file.js';
import type { HartsHost } from './host.js';
import { InstructionFetch } from './instruction-fetch.js';
import { HardwareLoops } from './hardware-loops.js';
import { createDecoder } from '../isa/decoder.js';
import { MemoryAccess } from './memory-access.js';
import type { HartsOptions } from './options.js';
import type { HartProfiler } from './profiler.js';
import { COST_MASK, COST_SHIFT, HART_SHIFT, REGISTER_MASK, RS1_SHIFT, rowOf } from './slot.js';
import { AT, DISTURBED, mode, NOW, type HartState, type StallCause } from './state.js';
import { Traps } from './traps.js';
import type { timingParameters } from './timing.js';

/** The harts beyond the generated switch: what its rare events lead to, each in a part of its own. */
export class Harts implements InterpreterContext, HartControl {
  readonly state: HartState;
  readonly arbiter: HartArbiter;
  readonly timing: ConfigOf<typeof timingParameters>;
  readonly tcdm: Memory;
  readonly tcdmBase: number;
  readonly tcdmSize: number;
  readonly l2Base: number;
  readonly l2Size: number;
  readonly count: number;
  readonly codeCache: CodeCache;
  readonly csrs: CsrFile;
  readonly loops: HardwareLoops;
  readonly memory: MemoryAccess;
  /** Number of the hart outside the cluster, or -1. */
  readonly controller: number;
  /** The harts are RI5CY. */
  readonly pulp: boolean;
  readonly resident: Uint16Array;
  readonly lineShift: number;
  /** Set while a profile is taken; the observed interpreter runs then. */
  profiler: HartProfiler | undefined;
  /** Told of harts that go to sleep. */
  watcher: UnitObserver | undefined;
  readonly fetchUnit: InstructionFetch;
  private readonly traps: Traps;
  /** Cycle of the last access or system instruction: a hart that runs alone may be ahead of the machine. */
  now = 0;
  /** The hart whose turn it is in the first phase of a cycle; `count` behind that phase. */
  issuing = 0;

  constructor(
    options: HartsOptions,
    readonly host: HartsHost,
  ) {
    this.state = options.state;
    this.arbiter = options.arbiter;
    this.timing = options.timing;
    this.tcdm = options.tcdm;
    this.tcdmBase = options.tcdm.base | 0;
    this.tcdmSize = options.tcdm.size;
    this.l2Base = options.l2.base | 0;
    this.l2Size = options.l2.size;
    this.count = options.state.count;
    const extensions = extensionsOf(options.isa);
    const decoder = createDecoder(extensions);
    this.codeCache = new CodeCache(options.l2, options.tcdm, decoder, options.timing);
    const pulp = (this.pulp = extensions.has('xpulpv2'));
    this.loops = new HardwareLoops(options.state, this.codeCache, pulp);
    const custom = pulp || extensions.has('xcvelw') ? 1 << 23 : 0;
    this.csrs = new CsrFile(options.state, {
      misa: (1 << 30) | custom | (1 << 12) | (1 << 8) | (1 << 2),
      clusterId: options.clusterId,
      controller: options.controller,
      coreV: extensions.has('xcvhwlp'),
      pulp,
      misses: options.icache,
    });
    this.memory = new MemoryAccess(this, options);
    this.controller = options.controller.hart;
    const { icache } = options;
    // Without a cache one line that every hart holds is all of the code.
    this.resident = icache?.resident ?? new Uint16Array([-1]);
    this.lineShift = icache?.lineShift ?? 31;
    this.fetchUnit = new InstructionFetch(
      options.state,
      this.codeCache,
      this.loops,
      host,
      icache,
      this.controller,
    );
    this.traps = new Traps(this);
  }

  /** Somebody's `next` changed outside the interpreter, or the run is to end. */
  get disturbed(): boolean {
    return this.state.signals[DISTURBED] !== 0;
  }

  set disturbed(value: boolean) {
    this.state.signals[DISTURBED] = value ? 1 : 0;
  }

  get code(): Int32Array {
    return this.codeCache.slots;
  }

  get tcdmCodeEnd(): number {
    return this.memory.hostCalls.watchesTcdm ? Infinity : this.codeCache.tcdmCodeEnd;
  }

  attachBus(bus: PeripheralBus): void {
    this.memory.bus = bus;
  }

  reset(): void {
    this.state.reset();
    this.fetchUnit.forget();
    this.csrs.reset();
    this.traps.reset();
    this.fetchUnit.stoppedAt.fill(-1);
    this.now = 0;
    this.memory.reset();
    this.codeCache.invalidate();
    this.disturbed = true;
  }

  save(): unknown {
    return {
      state: this.state.save(),
      csrs: this.csrs.save(),
      memory: this.memory.save(),
      loopEnds: this.codeCache.save(),
      stoppedAt: this.fetchUnit.stoppedAt.slice(),
      now: this.now,
    };
  }

  restore(saved: unknown): void {
    const s = saved as {
      state: unknown;
      csrs: unknown;
      memory: unknown;
      loopEnds: unknown;
      stoppedAt: Float64Array;
      now: number;
    };
    this.state.restore(s.state);
    this.fetchUnit.forget();
    this.csrs.restore(s.csrs);
    this.memory.restore(s.memory);
    this.fetchUnit.stoppedAt.set(s.stoppedAt);
    this.now = s.now;
    this.traps.restored();
    this.codeCache.restore(s.loopEnds);
    this.disturbed = true;
  }

  // --- Fetch ---------------------------------------------------------------------------------

  indexOf(hart: number, pc: number): number {
    this.issuing = hart;
    return this.fetchUnit.indexOf(hart, pc);
  }

  fetch(hart: number, pc: number, index: number): number {
    const wait = this.fetchUnit.wait(hart, pc, index, this.state.clock[AT]);
    this.profiler?.fetched(hart, wait);
    return wait;
  }

  /** Cycles that a hart waits in cycle `now` for the instruction at a pc; they are counted as a stall. */
  fetchWait(hart: number, pc: number, index: number, now: number): number {
    return this.fetchUnit.wait(hart, pc, index, now);
  }

  /** Lets a hart that is about to issue wait for its instruction, if it must. */
  waitsForFetch(hart: number, pc: number, now: number): boolean {
    const index = this.codeCache.indexOf(pc);
    if (index >= 0 && this.profiler !== undefined) {
      this.state.clock[AT] = now;
      this.profiler.arrived(hart, pc, index);
      this.profiler.force(hart);
    }
    const wait = index < 0 ? 0 : this.fetchUnit.wait(hart, pc, index, now);
    if (wait !== 0) this.state.next[hart << HART_SHIFT] = now + wait;
    else this.fetchUnit.answered(hart, now);
    return wait !== 0;
  }

  resolve(hart: number, pc: number, index: number): number {
    this.issuing = hart;
    return this.fetchUnit.resolve(hart, pc, index);
  }

  isLong(address: number): boolean {
    return this.codeCache.isLong(address);
  }

  jumpBack(base: number): number {
    return this.loops.jumpBack(base >> HART_SHIFT);
  }

  storedCode(hart: number, offset: number): void {
    this.issuing = this.count;
    this.memory.storedInTcdm(hart, offset);
  }

  // --- Observed ------------------------------------------------------------------------------

  observer(): HartProfiler {
    return this.profiler!;
  }

  arrived(hart: number, pc: number, index: number): void {
    this.profiler!.arrived(hart, pc, index);
  }

  jumped(hart: number, slot: number, pc: number): void {
    this.profiler!.jumped(hart, slot, pc);
  }

  // --- Memory --------------------------------------------------------------------------------

  access(hart: number, slot: number, address: number): void {
    const now = this.state.clock[AT];
    this.now = now;
    this.issuing = hart;
    this.profiler?.force(hart);
    this.memory.access(hart, slot, address, now);
  }

  completeSpecial(hart: number): void {
    const now = this.state.clock[NOW];
    this.issuing = this.count;
    this.memory.completeSpecial(hart, now);
  }

  // --- System instructions -------------------------------------------------------------------

  special(hart: number, slot: number, index: number): void {
    const now = this.state.clock[AT];
    this.now = now;
    this.issuing = hart;
    this.profiler?.force(hart);
    const row = rowOf(slot);
    if (row === undefined) return this.traps.illegal(hart, now);
    const base = hart << HART_SHIFT;
    switch (row.timing) {
      case 'csr':
        return this.traps.csr(hart, row, slot, this.code[index + 1], now);
      case 'fence':
        return this.finish(hart, slot, now, (slot >>> COST_SHIFT) & COST_MASK, 'fence');
      case 'ecall':
        return this.traps.ecall(hart, now);
      case 'ebreak':
        return this.traps.ebreak(hart, now);
      case 'mret':
        return this.traps.mret(hart, now);
      case 'wfi':
        return this.traps.wfi(hart, slot, now);
      case 'loop':
        this.loops.setUp(hart, row, slot, this.code[index + 1], now);
        return this.finish(hart, slot, now, 1, 'csr');
      case 'event-load': {
        const r = this.state.registers;
        const address =
          (r[base + ((slot >>> RS1_SHIFT) & REGISTER_MASK)] + this.code[index + 1]) | 0;
        return this.memory.access(hart, slot, address, now);
      }
      default:
        throw new OctobarError('internal', `no meaning for ${row.name}`, { hart });
    }
  }

  /** The instruction is over: the next one leaves decode `cost` cycles later. */
  finish(hart: number, slot: number, now: number, cost: number, cause: StallCause): void {
    const s = this.state;
    if (cost > 1) s.addStall(hart, cause, cost - 1);
    s.next[hart << HART_SHIFT] = now + cost + this.loops.advance(hart, slot);
    // A result of an ordinary CSR access reaches a jalr as late as an ALU result does.
    if ((slot & (1 << 30)) !== 0) s.jalrReady[hart << HART_SHIFT] = now + 2;
  }

  // --- Interrupts and sleep ------------------------------------------------------------------

  interrupt(hart: number, line: number, level: boolean): void {
    this.traps.interrupt(hart, line, level);
  }

  /** Shows each instruction that leaves decode to `sink`, until it is called with undefined. */
  trace(sink: TraceSink | undefined): void {
    this.traps.trace(sink);
  }

  /** Bytes of the TCDM that a hart reaches through the crossbar. */
  reachOf(hart: number): number {
    return hart === this.controller ? 0 : this.tcdmSize;
  }

  get traced(): boolean {
    return this.traps.traced;
  }

  attend(hart: number): boolean {
    this.issuing = hart;
    return this.traps.attend(hart);
  }

  wakeForInterrupts(now: number): void {
    this.traps.wakeForInterrupts(now);
  }

  wake(hart: number, at: number): void {
    this.traps.wake(hart, at);
  }

  hold(hart: number, why: string, asleep: boolean): void {
    this.memory.hold(hart, why, asleep, this.now);
  }

  resume(hart: number, at: number, value: number): void {
    this.memory.resume(hart, at, value);
    this.disturbed = true;
  }

  amend(hart: number, value: number): void {
    this.memory.amend(hart, value);
  }

  delay(cycles: number): void {
    this.memory.delay(cycles);
  }

  start(hart: number, pc: number, at: number): void {
    const s = this.state;
    s.pc[hart << HART_SHIFT] = pc & -2;
    // RI5CY has its vectors around its boot address until mtvec says otherwise.
    if (this.pulp) this.csrs.of(hart).mtvec = (pc & ~0xff) | 1;
    s.mode[hart << HART_SHIFT] = mode.running;
    s.next[hart << HART_SHIFT] = at;
    s.startedAt[hart << HART_SHIFT] = at;
    s.remember(hart, 0, pc);
    s.walked[hart << HART_SHIFT] -= pc & -2;
    this.disturbed = true;
  }
}
