import { csrByAddress, EVENT_COUNTERS } from '../isa/csr.js';
import { OctobarError } from '../sim/error.js';
import { stall, type HartState } from './state.js';
import { HART_SHIFT } from './slot.js';

/** Bits of mstatus. */
export const MIE = 1 << 3;
export const MPIE = 1 << 7;
const MPP = 3 << 11;
/** Interrupt lines that a hart has: software, timer, external and the fast ones of CV32E40P. */
export const INTERRUPT_LINES = 0xffff0888;

/**
 * Events of the PULP performance counters by bit, with what each counts here. A counter adds all
 * events whose bit is set. Compressed instructions (bit 10) are not counted: the bit reads back 0.
 */
export const performanceEvents = [
  'cycles',
  'instructions',
  'load_use_stalls',
  'jump_stalls',
  'icache_misses',
  'loads',
  'stores',
  'jumps',
  'branches',
  'branches_taken',
  undefined,
  'outer_loads',
  'outer_stores',
  'outer_load_cycles',
  'outer_store_cycles',
  'tcdm_conflicts',
] as const;

const SUPPORTED_EVENTS = performanceEvents.reduce(
  (mask, name, bit) => (name === undefined ? mask : mask | (1 << bit)),
  0,
);

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
  /** Whether the registers of CORE-V exist. */
  readonly coreV: boolean;
}

export class CsrFile {
  private harts: HartCsrs[] = [];

  constructor(
    private readonly state: HartState,
    private readonly options: CsrOptions,
  ) {
    this.reset();
  }

  reset(): void {
    this.harts = Array.from({ length: this.state.count }, () => ({
      mstatus: MPP,
      mie: 0,
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
    return this.harts.map((csrs) => ({
      ...csrs,
      counters: csrs.counters.map((counter) => ({ ...counter, offset: String(counter.offset) })),
    }));
  }

  restore(state: unknown): void {
    const saved = state as ReturnType<CsrFile['save']>;
    this.harts = saved.map((csrs) => ({
      ...csrs,
      counters: csrs.counters.map((counter) => ({ ...counter, offset: BigInt(counter.offset) })),
    }));
  }

  of(hart: number): HartCsrs {
    return this.harts[hart];
  }

  /** Value of a CSR when its access leaves decode in cycle `now`; undefined when it does not exist. */
  read(hart: number, address: number, now: number): number | undefined {
    const row = csrByAddress.get(address);
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
        return (this.options.clusterId << 5) | hart;
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
      case 'mtval':
      case 'mvendorid':
      case 'marchid':
      case 'mimpid':
        return 0;
    }
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
    switch (csrByAddress.get(address)?.name) {
      case 'mstatus':
        csrs.mstatus = (value & (MIE | MPIE)) | MPP;
        return;
      case 'mie':
        csrs.mie = value & INTERRUPT_LINES;
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
    if (index === 0) return BigInt(now + done);
    if (index === 2) return BigInt(this.state.retiredBefore(hart, now) + done);
    this.state.settle();
    let sum = 0;
    const { events } = this.of(hart).counters[index];
    for (let bit = 0; events >>> bit !== 0; bit++) {
      if (((events >>> bit) & 1) !== 0) sum += this.event(hart, bit, now, done);
    }
    return BigInt(sum);
  }

  private event(hart: number, bit: number, now: number, done: 0 | 1): number {
    const s = this.state;
    const stallOf = (cause: number): number => s.stalls[(hart << HART_SHIFT) + cause];
    switch (performanceEvents[bit]) {
      case 'cycles':
        return now + done - s.startedAt[hart << HART_SHIFT] - s.sleep[hart << HART_SHIFT];
      case 'instructions':
        return s.retiredBefore(hart, now) + done;
      case 'load_use_stalls':
        return stallOf(stall.load_use);
      case 'jump_stalls':
        return stallOf(stall.jump);
      case 'loads':
        return s.loads[hart << HART_SHIFT];
      case 'stores':
        return s.stores[hart << HART_SHIFT];
      case 'jumps':
        return s.jumps[hart << HART_SHIFT];
      case 'branches':
        return s.branches[hart << HART_SHIFT];
      case 'branches_taken':
        return s.taken[hart << HART_SHIFT];
      case 'outer_loads':
        return s.outerLoads[hart << HART_SHIFT];
      case 'outer_stores':
        return s.outerStores[hart << HART_SHIFT];
      case 'outer_load_cycles':
        return s.outerLoadCycles[hart << HART_SHIFT];
      case 'outer_store_cycles':
        return s.outerStoreCycles[hart << HART_SHIFT];
      case 'tcdm_conflicts':
        return stallOf(stall.tcdm_conflict);
      default:
        // The instruction cache is ideal: no misses.
        return 0;
    }
  }
}
