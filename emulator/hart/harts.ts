import { csrByAddress } from '../isa/csr.js';
import { extensionsOf } from '../isa/table.js';
import type { Row } from '../isa/row.js';
import type { PeripheralBus } from '../interconnect/address-map.js';
import type { Memory } from '../memory/memory.js';
import { OctobarError } from '../sim/error.js';
import type { ConfigOf } from '../sim/parameters.js';
import type { TraceSink } from '../api.js';
import type { HartControl } from '../sim/unit.js';
import { CodeCache } from './code-cache.js';
import type { HartArbiter, InterpreterContext } from './context.js';
import { CsrFile, MIE, MPIE } from './csr-file.js';
import type { HartsHost } from './host.js';
import { HardwareLoops } from './hardware-loops.js';
import { createDecoder } from '../isa/decoder.js';
import { MemoryAccess } from './memory-access.js';
import {
  COST_MASK,
  COST_SHIFT,
  HART_SHIFT,
  LONG,
  RD_MASK,
  RD_SHIFT,
  REGISTER_MASK,
  RS1_SHIFT,
  RS2_SHIFT,
  rowOf,
} from './slot.js';
import { AT, DISTURBED, mode, NOW, NOT_EXECUTED } from './state.js';
import type { HartState, StallCause } from './state.js';
import type { timingParameters } from './timing.js';

export interface HartsOptions {
  readonly state: HartState;
  readonly arbiter: HartArbiter;
  readonly timing: ConfigOf<typeof timingParameters>;
  readonly isa: string;
  readonly clusterId: number;
  readonly tcdm: Memory;
  readonly l2: Memory;
  /** TCDM through test-and-set. */
  readonly testAndSetBase: number;
  readonly l2Latency: number;
}

const CAUSE_ILLEGAL = 2;
const CAUSE_BREAKPOINT = 3;
const CAUSE_ECALL = 11;

/** The harts beyond the generated switch: system instructions, traps, sleep, and the slow ways to memory. */
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
  /** Cycle in which a probe let the run stop: the hart passes it without asking when it goes on. */
  private readonly stoppedAt: Float64Array;
  /** Harts with an enabled interrupt waiting. */
  private readonly interrupted: Uint8Array;
  private tracer: TraceSink | undefined;
  /** Cycle of the instruction that the tracer saw last: a probe may stop the run behind it. */
  private readonly tracedAt: Float64Array;
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
    this.codeCache = new CodeCache(
      options.l2,
      options.tcdm,
      createDecoder(extensions),
      options.timing,
    );
    this.loops = new HardwareLoops(options.state, this.codeCache);
    const letters = (extensions.has('xcvelw') ? 1 << 23 : 0) | (1 << 8) | (1 << 12) | (1 << 2);
    this.csrs = new CsrFile(options.state, {
      misa: (1 << 30) | letters,
      clusterId: options.clusterId,
      coreV: extensions.has('xcvhwlp'),
    });
    this.memory = new MemoryAccess(this, options);
    this.stoppedAt = new Float64Array(this.count).fill(-1);
    this.tracedAt = new Float64Array(this.count).fill(-1);
    this.interrupted = new Uint8Array(this.count);
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
    this.csrs.reset();
    this.interrupted.fill(0);
    this.trace(this.tracer);
    this.stoppedAt.fill(-1);
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
      stoppedAt: this.stoppedAt.slice(),
      now: this.now,
    };
  }

  restore(saved: unknown): void {
    const s = saved as {
      state: unknown;
      csrs: unknown;
      memory: unknown;
      stoppedAt: Float64Array;
      now: number;
    };
    this.state.restore(s.state);
    this.csrs.restore(s.csrs);
    this.memory.restore(s.memory);
    this.stoppedAt.set(s.stoppedAt);
    this.now = s.now;
    this.trace(this.tracer);
    this.codeCache.invalidate();
    this.loops.restored();
    this.disturbed = true;
  }

  // --- Fetch ---------------------------------------------------------------------------------

  indexOf(hart: number, pc: number): number {
    const now = this.state.clock[AT];
    const index = this.codeCache.indexOf(pc);
    if (index >= 0) return index;
    this.state.pc[hart << HART_SHIFT] = pc;
    this.state.next[hart << HART_SHIFT] = now;
    throw this.fetchFault(hart, pc, pc, now);
  }

  private fetchFault(hart: number, pc: number, address: number, now: number): OctobarError {
    return new OctobarError(
      'unmapped-access',
      'instruction fetch from an address that is no memory',
      {
        hart,
        pc: pc >>> 0,
        address: address >>> 0,
        cycle: now,
        hint: 'a jump through a null or damaged pointer, a return with a lost ra, or code outside L2 and TCDM',
      },
    );
  }

  resolve(hart: number, pc: number, index: number): number {
    const known = this.loops.known(pc);
    if (known !== 0) return this.loops.atEnd(hart, pc, known, true);
    const now = this.state.clock[AT];
    this.state.pc[hart << HART_SHIFT] = pc;
    this.state.next[hart << HART_SHIFT] = now;
    const word = this.codeCache.fill(pc, index);
    if ((word & LONG) !== 0 && this.codeCache.indexOf(pc + 2) < 0) {
      throw this.fetchFault(hart, pc, pc + 2, now);
    }
    if (!this.codeCache.isProbed(pc)) return this.issued(hart, pc, word, true);
    if (this.stoppedAt[hart] === now) return this.issued(hart, pc, word, false);
    const isJalr = rowOf(word)?.timing === 'jalr';
    if (isJalr && this.state.jalrReady[hart << HART_SHIFT] > now) return word;
    if (this.host.probed(hart, pc >>> 0, now)) {
      this.stoppedAt[hart] = now;
      return 0;
    }
    // The probe may have written memory or set other probes: the slot is perhaps gone.
    return this.issued(hart, pc, this.codeCache.fill(pc, index), false);
  }

  /** The word of an instruction that really issues now: hardware loops that end there count it. */
  private issued(hart: number, pc: number, word: number, cacheable: boolean): number {
    return this.codeCache.endsLoop(pc) ? this.loops.atEnd(hart, pc, word, cacheable) : word;
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

  // --- Memory --------------------------------------------------------------------------------

  access(hart: number, slot: number, address: number): void {
    const now = this.state.clock[AT];
    this.now = now;
    this.issuing = hart;
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
    const row = rowOf(slot);
    if (row === undefined) return this.illegal(hart, now);
    const base = hart << HART_SHIFT;
    switch (row.timing) {
      case 'csr':
        return this.csr(hart, row, slot, this.code[index + 1], now);
      case 'fence':
        return this.finish(hart, slot, now, (slot >>> COST_SHIFT) & COST_MASK, 'fence');
      case 'ecall':
        return this.trap(hart, CAUSE_ECALL, now, this.timing.ecall);
      case 'ebreak':
        return this.ebreak(hart, now);
      case 'mret':
        return this.mret(hart, now);
      case 'wfi':
        return this.wfi(hart, slot, now);
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

  private csr(hart: number, row: Row, slot: number, address: number, now: number): void {
    const entry = csrByAddress.get(address);
    const old = this.csrs.read(hart, address, now);
    const r = this.state.registers;
    const base = hart << HART_SHIFT;
    const immediate = row.format === 'csri';
    const rs1 = (slot >>> RS1_SHIFT) & REGISTER_MASK;
    const five = (slot >>> RS2_SHIFT) & REGISTER_MASK;
    const operand = immediate ? five : r[base + rs1];
    const writes = row.csr === 'write' || (immediate ? five : rs1) !== 0;
    if (entry === undefined || old === undefined || (writes && !entry.writable)) {
      return this.illegal(hart, now);
    }
    if (writes) {
      const value =
        row.csr === 'write' ? operand : row.csr === 'set' ? old | operand : old & ~operand;
      this.csrs.write(hart, address, value | 0, now);
      this.updateInterrupts(hart);
    }
    r[base + ((slot >>> RD_SHIFT) & RD_MASK)] = old;
    this.finish(hart, slot, now, entry.flushes ? this.timing.csr_flush : 1, 'csr');
    if (entry.flushes) this.state.afterFlush[base] = this.state.pc[base];
  }

  private illegal(hart: number, now: number): void {
    if (this.csrs.of(hart).mtvecWritten)
      return this.trap(hart, CAUSE_ILLEGAL, now, this.timing.illegal);
    const pc = this.state.pc[hart << HART_SHIFT] >>> 0;
    const { text } = this.codeCache.disassemble(pc);
    throw new OctobarError('illegal-instruction', `illegal instruction ${text}`, {
      hart,
      pc,
      address: pc,
      cycle: now,
      hint: 'check --isa, that the pc is code and not data, and that the file was built for rv32imc; a handler in mtvec would receive it',
    });
  }

  private ebreak(hart: number, now: number): void {
    if (this.memory.hostCalls.semihosting(hart, now)) return;
    this.trap(hart, CAUSE_BREAKPOINT, now, this.timing.ecall);
  }

  /** Enters the handler; without one the run ends with a fault. `cause` < 0 is an interrupt. */
  private trap(hart: number, cause: number, now: number, cost: number): void {
    const csrs = this.csrs.of(hart);
    const s = this.state;
    const pc = s.pc[hart << HART_SHIFT];
    if (!csrs.mtvecWritten) {
      const what =
        cause < 0 ? `interrupt ${cause & 31}` : cause === CAUSE_ECALL ? 'ecall' : 'ebreak';
      throw new OctobarError('unhandled-trap', `${what} without a trap handler`, {
        hart,
        pc: pc >>> 0,
        cycle: now,
        hint: 'write the address of a handler, aligned to 256 bytes, to mtvec first',
      });
    }
    csrs.mepc = pc;
    csrs.mcause = cause;
    csrs.mstatus = (csrs.mstatus & ~(MPIE | MIE)) | ((csrs.mstatus & MIE) !== 0 ? MPIE : 0);
    const vectored = (csrs.mtvec & 1) !== 0 && cause < 0;
    const target = (csrs.mtvec & ~0xff) + (vectored ? 4 * (cause & 31) : 0);
    // ecall, ebreak and illegal instructions do not retire: all their cycles are the trap's.
    s.addStall(hart, 'trap', cost);
    s.remember(hart, cause < 0 ? pc | NOT_EXECUTED : pc, target);
    s.waited[hart << HART_SHIFT] = 0;
    s.pc[hart << HART_SHIFT] = target;
    s.next[hart << HART_SHIFT] = now + cost;
    this.updateInterrupts(hart);
  }

  private mret(hart: number, now: number): void {
    const csrs = this.csrs.of(hart);
    csrs.mstatus = (csrs.mstatus & ~MIE) | ((csrs.mstatus & MPIE) !== 0 ? MIE : 0) | MPIE;
    const s = this.state;
    const target = csrs.mepc;
    const split = (target & 2) !== 0 && this.isLong(target) ? this.timing.split_target : 0;
    const cost = this.timing.mret + split;
    s.addStall(hart, 'trap', cost - 1);
    s.afterFlush[hart << HART_SHIFT] = target;
    s.remember(hart, s.pc[hart << HART_SHIFT], target);
    s.pc[hart << HART_SHIFT] = target;
    s.next[hart << HART_SHIFT] = now + cost;
    this.updateInterrupts(hart);
  }

  private wfi(hart: number, slot: number, now: number): void {
    const csrs = this.csrs.of(hart);
    const awake = (csrs.mip & csrs.mie) !== 0 || this.host.eventPending(hart, now);
    if (awake) return this.finish(hart, slot, now, this.timing.wfi, 'trap');
    this.state.requestSlot[hart << HART_SHIFT] = slot;
    this.state.mode[hart << HART_SHIFT] = mode.waitForInterrupt;
    this.state.next[hart << HART_SHIFT] = Infinity;
    this.state.sleepSince[hart << HART_SHIFT] = now;
    this.disturbed = true;
  }

  // --- Interrupts and sleep ------------------------------------------------------------------

  interrupt(hart: number, line: number, level: boolean): void {
    const csrs = this.csrs.of(hart);
    csrs.mip = level ? csrs.mip | (1 << line) : csrs.mip & ~(1 << line);
    this.updateInterrupts(hart);
  }

  private updateInterrupts(hart: number): void {
    const csrs = this.csrs.of(hart);
    const pending = (csrs.mip & csrs.mie) !== 0;
    this.interrupted[hart] = pending && (csrs.mstatus & MIE) !== 0 ? 1 : 0;
    if (this.interrupted[hart] !== 0) this.host.takeBack(hart);
    this.state.attention[hart << HART_SHIFT] = this.interrupted[hart] | (this.tracer ? 1 : 0);
    if (this.interrupted[hart] !== 0) this.disturbed = true;
  }

  /** Shows each instruction that leaves decode to `sink`, until it is called with undefined. */
  trace(sink: TraceSink | undefined): void {
    this.tracer = sink;
    this.tracedAt.fill(-1);
    for (let hart = 0; hart < this.count; hart++) this.updateInterrupts(hart);
  }

  get traced(): boolean {
    return this.tracer !== undefined;
  }

  attend(hart: number): boolean {
    const now = this.state.clock[NOW];
    if (this.interrupted[hart] !== 0) {
      this.takeInterrupt(hart, now);
      return true;
    }
    // A jalr that has to wait for its register leaves decode later: it is shown then.
    const pc = this.state.pc[hart << HART_SHIFT];
    const waits =
      this.state.jalrReady[hart << HART_SHIFT] > now &&
      this.codeCache.decodeAt(pc)?.row.timing === 'jalr';
    if (!waits && this.tracedAt[hart] !== now) {
      this.tracedAt[hart] = now;
      this.tracer?.(hart, pc >>> 0, now);
    }
    return false;
  }

  /** Takes the pending interrupt of a hart that is about to issue in cycle `now`. */
  private takeInterrupt(hart: number, now: number): void {
    const csrs = this.csrs.of(hart);
    const pending = csrs.mip & csrs.mie;
    // CV32E40P: fast interrupts 31..16 first, then external, software, timer.
    const order = [31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 11, 3, 7];
    const line = order.find((bit) => ((pending >>> bit) & 1) !== 0) ?? 31 - Math.clz32(pending);
    this.trap(hart, (1 << 31) | line, now, this.timing.interrupt);
  }

  /** Wakes sleepers that an enabled interrupt reaches; called once per cycle after devices ran. */
  wakeForInterrupts(now: number): void {
    for (let hart = 0; hart < this.count; hart++) {
      const m = this.state.mode[hart << HART_SHIFT];
      if (m === mode.waitForInterrupt) {
        const csrs = this.csrs.of(hart);
        if ((csrs.mip & csrs.mie) !== 0) this.wake(hart, now);
      } else if (m === mode.asleep && this.interrupted[hart] !== 0) {
        this.host.withdraw(hart);
        this.memory.takeBack(hart, now);
      }
    }
  }

  wake(hart: number, at: number): void {
    if (this.state.mode[hart << HART_SHIFT] !== mode.waitForInterrupt) return;
    const s = this.state;
    s.mode[hart << HART_SHIFT] = mode.running;
    s.sleep[hart << HART_SHIFT] += at - s.sleepSince[hart << HART_SHIFT];
    this.finish(hart, s.requestSlot[hart << HART_SHIFT], at, this.timing.wfi, 'trap');
    this.disturbed = true;
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
    s.mode[hart << HART_SHIFT] = mode.running;
    s.next[hart << HART_SHIFT] = at;
    s.startedAt[hart << HART_SHIFT] = at;
    s.remember(hart, 0, pc);
    this.disturbed = true;
  }
}
