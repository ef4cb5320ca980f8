import { csrByAddress, EVENT_COUNTERS, PCCR, pulpCsrByAddress, type CsrRow } from '../isa/csr.js';
import { OctobarError } from '../sim/error.js';
import { eventCount, SUPPORTED_EVENTS, type FetchMisses } from './performance-events.js';
import { PULP_EVENT_BITS, PulpCounters } from './pulp-counters.js';
import type { HartState } from './state.js';
import { HART_SHIFT } from './slot.js';

/** Bits of mstatus. */
export const MIE = 1 << 3;
export const MPIE = 1 << 7;
const MPP = 3 << 11;
/** Interrupt lines that a hart has: software, timer, external and the fast ones of CV32E40P. */
export const INTERRUPT_LINES = 0xffff0888;

/** A 64-bit counter that runs from a free-running source unless it is inhibited. */
interface Counter {
  /** Value while stopped; while running, what to add to the source. */
  offset: bigint;
  running: boolean;
  events: number;
}

interface HartCsrs {
  mstatus: number;
  mie: number;
  mip: number;
  mtvec: number;
  mtvecWritten: boolean;
  mscratch: number;
  mepc: number;
  mcause: number;
  inhibit: number;
  /** 0 cycle, 2 instret, 3.. event counters. */
  counters: Counter[];
}

const COUNTERS = EVENT_COUNTERS + 3;
/** Counter 1 would be the time, which is no counter of a hart. */
const INHIBIT_MASK = ~2;
const U64 = (1n << 64n) - 1n;

export interface CsrOptions {
  readonly misa: number;
  readonly clusterId: number;
  /** The hart that has an interrupt controller of its own before it: number (-1 without one) and cluster. */
  readonly controller: { readonly hart: number; readonly cluster_id: number };
  /** Whether the registers of CORE-V exist, or those of RI5CY. */
  readonly coreV: boolean;
  readonly pulp: boolean;
  /** Misses of the instruction cache; undefined when every fetch hits. */
  readonly misses: FetchMisses | undefined;
}

export class CsrFile {
  /** The registers that exist, by address. */
  readonly table: ReadonlyMap<number, CsrRow>;
  private harts: HartCsrs[] = [];
  private readonly pulp: PulpCounters;

  constructor(
    private readonly state: HartState,
    private readonly options: CsrOptions,
  ) {
    this.table = options.pulp ? pulpCsrByAddress : csrByAddress;
    this.pulp = new PulpCounters(state.count, (hart, event, now, done) =>
      this.pulpEvent(hart, event, now, done),
    );
    this.reset();
  }

  reset(): void {
    this.pulp.reset();
    this.harts = Array.from({ length: this.state.count }, (_, hart) => ({
      mstatus: MPP,
      // RI5CY leaves masking to the unit before it, as does the controller to that of its chip.
      mie: this.hasMie(hart) ? 0 : -1,
      mip: 0,
      mtvec: 1,
      mtvecWritten: false,
      mscratch: 0,
      mepc: 0,
      mcause: 0,
      // CV32E40P: counters are inhibited after reset.
      inhibit: INHIBIT_MASK,
      counters: Array.from({ length: COUNTERS }, () => ({ offset: 0n, running: false, events: 0 })),
    }));
  }

  save() {
    // JSON has no 64-bit integers.
    const harts = this.harts.map((csrs) => ({
      ...csrs,
      counters: csrs.counters.map((counter) => ({ ...counter, offset: String(counter.offset) })),
    }));
    return { harts, pulp: this.pulp.save() };
  }

  restore(state: unknown): void {
    const saved = state as ReturnType<CsrFile['save']>;
    this.pulp.restore(saved.pulp);
    this.harts = saved.harts.map((csrs) => ({
      ...csrs,
      counters: csrs.counters.map((counter) => ({ ...counter, offset: BigInt(counter.offset) })),
    }));
  }

  of(hart: number): HartCsrs {
    return this.harts[hart];
  }

  private hasMie(hart: number): boolean {
    return !this.options.pulp && hart !== this.options.controller.hart;
  }

  /** What `mhartid` of a hart reads. */
  hartId(hart: number): number {
    const { controller, clusterId } = this.options;
    return hart === controller.hart ? controller.cluster_id << 5 : (clusterId << 5) | hart;
  }

  /** Value of a CSR when its access leaves decode in cycle `now`; undefined when it does not exist. */
  read(hart: number, address: number, now: number): number | undefined {
    const row = this.table.get(address);
    if (row === undefined || (row.coreV && !this.options.coreV)) return undefined;
    const csrs = this.of(hart);
    switch (row.name) {
      case 'mstatus':
        return csrs.mstatus;
      case 'misa':
        return this.options.misa;
      case 'mie':
        return csrs.mie;
      case 'mtvec':
        return csrs.mtvec;
      case 'mscratch':
        return csrs.mscratch;
      case 'mepc':
        return csrs.mepc;
      case 'mcause':
        return csrs.mcause;
      case 'mip':
        return csrs.mip;
      case 'mcountinhibit':
        return csrs.inhibit;
      case 'mhartid':
      case 'uhartid':
        return this.hartId(hart);
      case 'privlv':
        return 3;
      case 'lpstart0':
        return this.state.loopStart0[hart << HART_SHIFT];
      case 'lpend0':
        return this.state.loopEnd0[hart << HART_SHIFT];
      case 'lpcount0':
        return this.state.loopCount0[hart << HART_SHIFT];
      case 'lpstart1':
        return this.state.loopStart1[hart << HART_SHIFT];
      case 'lpend1':
        return this.state.loopEnd1[hart << HART_SHIFT];
      case 'lpcount1':
        return this.state.loopCount1[hart << HART_SHIFT];
      case 'pcer':
        return this.pulp.events(hart);
      case 'pcmr':
        return this.pulp.modeOf(hart);
      case 'mtval':
      case 'mvendorid':
      case 'marchid':
      case 'mimpid':
      case 'pccr31':
        return 0;
    }
    if (row.pulp) return this.pulp.read(hart, address - PCCR, now) | 0;
    if (address >= 0x323 && address < 0x340) return csrs.counters[address - 0x320].events;
    const value = this.counter(hart, address & 0x1f, now);
    return Number(((address & 0x80) !== 0 ? value >> 32n : value) & 0xffffffffn) | 0;
  }

  /**
   * Writes a CSR that exists and is writable. A counter holds the value written when the next
   * instruction reads it, so the writing instruction and its own cycle do not count any more.
   */
  write(hart: number, address: number, value: number, now: number): void {
    const csrs = this.of(hart);
    const row = this.table.get(address);
    if (row?.pulp === true) return this.writePulp(hart, row, value, now);
    switch (row?.name) {
      case 'mstatus':
        csrs.mstatus = (value & (MIE | MPIE)) | MPP;
        return;
      case 'mie':
        if (this.hasMie(hart)) csrs.mie = value & INTERRUPT_LINES;
        return;
      case 'mtvec':
        // The vector table is 256-byte aligned; only direct and vectored modes exist.
        csrs.mtvec = (value & ~0xff) | (value & 1);
        csrs.mtvecWritten = true;
        return;
      case 'mscratch':
        csrs.mscratch = value;
        return;
      case 'mepc':
        csrs.mepc = value & ~1;
        return;
      case 'mcause':
        csrs.mcause = value & 0x8000001f;
        return;
      case 'mcountinhibit':
        for (let index = 0; index < COUNTERS; index++) {
          if (index !== 1) this.run(hart, index, ((value >>> index) & 1) === 0, now);
        }
        csrs.inhibit = value & INHIBIT_MASK;
        return;
      case 'misa':
      case 'mtval':
      case 'mip':
        return;
      case undefined:
        throw new OctobarError('internal', `write to unknown CSR 0x${address.toString(16)}`, {
          hart,
        });
    }
    if (address >= 0x323 && address < 0x340) {
      const counter = csrs.counters[address - 0x320];
      const kept = this.counter(hart, address - 0x320, now, 1);
      counter.events = value & SUPPORTED_EVENTS;
      this.set(hart, address - 0x320, kept, now);
      return;
    }
    const index = address & 0x1f;
    const old = this.counter(hart, index, now);
    const word = BigInt(value >>> 0);
    const high = (address & 0x80) !== 0;
    this.set(
      hart,
      index,
      high ? (word << 32n) | (old & 0xffffffffn) : (old & ~0xffffffffn) | word,
      now,
    );
  }

  private writePulp(hart: number, row: CsrRow, value: number, now: number): void {
    const s = this.state;
    const at = hart << HART_SHIFT;
    switch (row.name) {
      case 'pcer':
        return this.pulp.select(hart, value, now);
      case 'pcmr':
        return this.pulp.setMode(hart, value, now);
      case 'pccr31':
        return this.pulp.writeAll(hart, value, now);
      case 'lpstart0':
        s.loopStart0[at] = value & -2;
        return;
      case 'lpend0':
        s.loopEnd0[at] = value & -2;
        return;
      case 'lpcount0':
        s.loopCount0[at] = value;
        return;
      case 'lpstart1':
        s.loopStart1[at] = value & -2;
        return;
      case 'lpend1':
        s.loopEnd1[at] = value & -2;
        return;
      case 'lpcount1':
        s.loopCount1[at] = value;
        return;
      default:
        return this.pulp.write(hart, row.address - PCCR, value, now);
    }
  }

  private pulpEvent(hart: number, event: number, now: number, done: 0 | 1): number {
    return eventCount(this.state, hart, PULP_EVENT_BITS[event], now, done, this.options.misses);
  }

  /** Value of a counter before, or with `done` 1 after, the instruction that leaves decode now. */
  private counter(hart: number, index: number, now: number, done: 0 | 1 = 0): bigint {
    const counter = this.of(hart).counters[index];
    return counter.running
      ? (this.source(hart, index, now, done) + counter.offset) & U64
      : counter.offset;
  }

  private set(hart: number, index: number, value: bigint, now: number): void {
    const counter = this.of(hart).counters[index];
    counter.offset = counter.running ? value - this.source(hart, index, now, 1) : value;
  }

  private run(hart: number, index: number, running: boolean, now: number): void {
    const counter = this.of(hart).counters[index];
    if (counter.running === running) return;
    const value = this.counter(hart, index, now, 1);
    counter.running = running;
    this.set(hart, index, value, now);
  }

  private source(hart: number, index: number, now: number, done: 0 | 1): bigint {
    if (index === 0) return BigInt(this.state.clockedBefore(hart, now) + done);
    if (index === 2) return BigInt(this.state.retiredBefore(hart, now) + done);
    this.state.settle();
    let sum = 0;
    const { events } = this.of(hart).counters[index];
    for (let bit = 0; events >>> bit !== 0; bit++) {
      if (((events >>> bit) & 1) !== 0) {
        sum += eventCount(this.state, hart, bit, now, done, this.options.misses);
      }
    }
    return BigInt(sum);
  }
}
