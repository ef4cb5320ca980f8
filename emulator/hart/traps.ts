import type { Row } from '../isa/row.js';
import { OctobarError } from '../sim/error.js';
import type { TraceSink } from '../api.js';
import { MIE, MPIE } from './csr-file.js';
import type { Harts } from './harts.js';
import { HART_SHIFT, RD_MASK, RD_SHIFT, REGISTER_MASK, RS1_SHIFT, RS2_SHIFT } from './slot.js';
import { mode, NOT_EXECUTED, NOW } from './state.js';

const CAUSE_ILLEGAL = 2;
const CAUSE_BREAKPOINT = 3;
const CAUSE_ECALL = 11;

/** Bit of `attention` of the controller: the interpreter asks how far it reaches. */
const OUTSIDE = 2;

/** CV32E40P: fast interrupts 31..16 first, then external, software, timer. */
const interruptOrder = [31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 11, 3, 7];

/** CSR instructions, traps and interrupts of the harts, `wfi`, and who looks before an instruction issues. */
export class Traps {
  /** Harts with an enabled interrupt waiting. */
  private readonly interrupted: Uint8Array;
  private tracer: TraceSink | undefined;
  /** Cycle of the instruction that the tracer saw last: a probe may stop the run behind it. */
  private readonly tracedAt: Float64Array;

  constructor(private readonly harts: Harts) {
    this.interrupted = new Uint8Array(harts.count);
    this.tracedAt = new Float64Array(harts.count).fill(-1);
  }

  reset(): void {
    this.interrupted.fill(0);
    this.restored();
  }

  /** The state of the harts was replaced from outside. */
  restored(): void {
    this.trace(this.tracer);
  }

  csr(hart: number, row: Row, slot: number, address: number, now: number): void {
    const entry = this.harts.csrs.table.get(address);
    const old = this.harts.csrs.read(hart, address, now);
    const r = this.harts.state.registers;
    const base = hart << HART_SHIFT;
    const immediate = row.format === 'csri';
    const rs1 = (slot >>> RS1_SHIFT) & REGISTER_MASK;
    const five = (slot >>> RS2_SHIFT) & REGISTER_MASK;
    const operand = immediate ? five : r[base + rs1];
    const writes = row.csr === 'write' || (immediate ? five : rs1) !== 0;
    if (entry === undefined || old === undefined || (writes && !entry.writable)) {
      return this.illegal(hart, now, this.harts.timing.illegal_csr);
    }
    if (writes) {
      const value =
        row.csr === 'write' ? operand : row.csr === 'set' ? old | operand : old & ~operand;
      this.harts.csrs.write(hart, address, value | 0, now);
      if (entry.pulp) this.harts.loops.watchEnds(hart);
      this.updateInterrupts(hart);
    }
    r[base + ((slot >>> RD_SHIFT) & RD_MASK)] = old;
    this.harts.finish(hart, slot, now, entry.flushes ? this.harts.timing.csr_flush : 1, 'csr');
    if (entry.flushes) this.harts.state.afterFlush[base] = this.harts.state.pc[base];
  }

  illegal(hart: number, now: number, cost = this.harts.timing.illegal): void {
    if (this.harts.csrs.of(hart).mtvecWritten) return this.trap(hart, CAUSE_ILLEGAL, now, cost);
    const pc = this.harts.state.pc[hart << HART_SHIFT] >>> 0;
    const { text } = this.harts.codeCache.disassemble(pc);
    throw new OctobarError('illegal-instruction', `illegal instruction ${text}`, {
      hart,
      pc,
      address: pc,
      cycle: now,
      hint: 'check --isa, that the pc is code and not data, and that the file was built for rv32imc; a handler in mtvec would receive it',
    });
  }

  ecall(hart: number, now: number): void {
    this.trap(hart, CAUSE_ECALL, now, this.harts.timing.ecall);
  }

  ebreak(hart: number, now: number): void {
    if (this.harts.memory.hostCalls.semihosting(hart, now)) return;
    this.trap(hart, CAUSE_BREAKPOINT, now, this.harts.timing.ecall);
  }

  /** Enters the handler; without one the run ends with a fault. `cause` < 0 is an interrupt. */
  private trap(hart: number, cause: number, now: number, cost: number): void {
    const csrs = this.harts.csrs.of(hart);
    const s = this.harts.state;
    const pc = s.pc[hart << HART_SHIFT];
    if (!csrs.mtvecWritten && !(this.harts.pulp && cause < 0)) {
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
    this.harts.profiler?.trapped(hart, pc);
    s.addStall(hart, 'trap', cost);
    s.remember(hart, cause < 0 ? pc | NOT_EXECUTED : pc, target);
    s.waited[hart << HART_SHIFT] = 0;
    s.walked[hart << HART_SHIFT] += pc - target;
    s.pc[hart << HART_SHIFT] = target;
    s.next[hart << HART_SHIFT] = now + cost;
    this.updateInterrupts(hart);
  }

  mret(hart: number, now: number): void {
    const csrs = this.harts.csrs.of(hart);
    csrs.mstatus = (csrs.mstatus & ~MIE) | ((csrs.mstatus & MPIE) !== 0 ? MIE : 0) | MPIE;
    const s = this.harts.state;
    const target = csrs.mepc;
    this.harts.profiler?.trapReturned(hart);
    const split =
      (target & 2) !== 0 && this.harts.isLong(target) ? this.harts.timing.split_target : 0;
    const cost = this.harts.timing.mret + split;
    s.addStall(hart, 'trap', cost - 1);
    s.afterFlush[hart << HART_SHIFT] = target;
    s.remember(hart, s.pc[hart << HART_SHIFT], target);
    s.walked[hart << HART_SHIFT] += s.pc[hart << HART_SHIFT] + 4 - target;
    s.pc[hart << HART_SHIFT] = target;
    s.next[hart << HART_SHIFT] = now + cost;
    this.updateInterrupts(hart);
  }

  wfi(hart: number, slot: number, now: number): void {
    const csrs = this.harts.csrs.of(hart);
    const awake = (csrs.mip & csrs.mie) !== 0 || this.harts.host.eventPending(hart, now);
    if (awake) return this.harts.finish(hart, slot, now, this.harts.timing.wfi, 'trap');
    this.harts.state.requestSlot[hart << HART_SHIFT] = slot;
    this.harts.state.mode[hart << HART_SHIFT] = mode.waitForInterrupt;
    this.harts.state.next[hart << HART_SHIFT] = Infinity;
    this.harts.state.sleepSince[hart << HART_SHIFT] = now;
    this.harts.disturbed = true;
    this.harts.watcher?.asleep?.(hart, now);
  }

  // --- Interrupts and sleep ------------------------------------------------------------------

  interrupt(hart: number, line: number, level: boolean): void {
    const csrs = this.harts.csrs.of(hart);
    csrs.mip = level ? csrs.mip | (1 << line) : csrs.mip & ~(1 << line);
    this.updateInterrupts(hart);
  }

  private updateInterrupts(hart: number): void {
    const csrs = this.harts.csrs.of(hart);
    const pending = (csrs.mip & csrs.mie) !== 0;
    this.interrupted[hart] = pending && (csrs.mstatus & MIE) !== 0 ? 1 : 0;
    if (this.interrupted[hart] !== 0) this.harts.host.takeBack(hart);
    const looked = (this.tracer ? 1 : 0) | (hart === this.harts.controller ? OUTSIDE : 0);
    this.harts.state.attention[hart << HART_SHIFT] = this.interrupted[hart] | looked;
    if (this.interrupted[hart] !== 0) this.harts.disturbed = true;
  }

  /** Shows each instruction that leaves decode to `sink`, until it is called with undefined. */
  trace(sink: TraceSink | undefined): void {
    this.tracer = sink;
    this.tracedAt.fill(-1);
    for (let hart = 0; hart < this.harts.count; hart++) this.updateInterrupts(hart);
  }

  get traced(): boolean {
    return this.tracer !== undefined;
  }

  attend(hart: number): boolean {
    const now = this.harts.state.clock[NOW];
    const pc = this.harts.state.pc[hart << HART_SHIFT];
    if (this.interrupted[hart] !== 0) {
      // The entry is on the account of the instruction that has to wait for the handler.
      const index = this.harts.codeCache.indexOf(pc);
      if (index >= 0) this.harts.profiler?.arrive(hart, pc, index, now);
      this.takeInterrupt(hart, now);
      return true;
    }
    // An instruction that has to wait for its line leaves decode later: it is shown then.
    if (this.harts.waitsForFetch(hart, pc, now)) return true;
    // So is a jalr that has to wait for its register.
    const waits =
      this.harts.state.jalrReady[hart << HART_SHIFT] > now &&
      this.harts.codeCache.decodeAt(pc)?.row.timing === 'jalr';
    if (!waits && this.tracedAt[hart] !== now) {
      this.tracedAt[hart] = now;
      this.tracer?.(hart, pc >>> 0, now);
    }
    return false;
  }

  /** Takes the pending interrupt of a hart that is about to issue in cycle `now`. */
  private takeInterrupt(hart: number, now: number): void {
    const csrs = this.harts.csrs.of(hart);
    const pending = csrs.mip & csrs.mie;
    // RI5CY and the interrupt controller of a chip take the highest line first.
    const highestFirst = this.harts.pulp || hart === this.harts.controller;
    const order = highestFirst ? [] : interruptOrder;
    const line = order.find((bit) => ((pending >>> bit) & 1) !== 0) ?? 31 - Math.clz32(pending);
    this.trap(hart, (1 << 31) | line, now, this.harts.timing.interrupt);
    this.harts.host.interruptTaken(hart, line);
  }

  /** Wakes sleepers that an enabled interrupt reaches; called once per cycle after devices ran. */
  wakeForInterrupts(now: number): void {
    for (let hart = 0; hart < this.harts.count; hart++) {
      const m = this.harts.state.mode[hart << HART_SHIFT];
      if (m === mode.waitForInterrupt) {
        const csrs = this.harts.csrs.of(hart);
        if ((csrs.mip & csrs.mie) !== 0) this.wake(hart, now);
      } else if (m === mode.asleep && this.interrupted[hart] !== 0) {
        this.harts.host.withdraw(hart);
        this.harts.memory.takeBack(hart, now);
      }
    }
  }

  wake(hart: number, at: number): void {
    if (this.harts.state.mode[hart << HART_SHIFT] !== mode.waitForInterrupt) return;
    const s = this.harts.state;
    s.mode[hart << HART_SHIFT] = mode.running;
    s.sleptFor(hart, at - s.sleepSince[hart << HART_SHIFT], 'trap');
    // A sleep that ends at once takes no less than no sleep at all.
    const least = s.sleepSince[hart << HART_SHIFT] + this.harts.timing.wfi - at;
    const cost = Math.max(this.harts.timing.wfi_wake, least);
    this.harts.finish(hart, s.requestSlot[hart << HART_SHIFT], at, cost, 'trap');
    this.harts.disturbed = true;
  }
}
