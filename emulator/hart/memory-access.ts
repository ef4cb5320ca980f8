import { isFunctional } from '../functional.js';
import type { PeripheralBus, PeripheralRegion } from '../interconnect/address-map.js';
import type { MemoryMeaning } from '../isa/row.js';
import type { Memory } from '../memory/memory.js';
import { OctobarError } from '../sim/error.js';
import { AccessFaults } from './access-faults.js';
import type { Harts } from './harts.js';
import { HostCalls } from './host-calls.js';
import type { HartsOptions } from './options.js';
import {
  COST_MASK,
  COST_SHIFT,
  FEEDS_JALR,
  HART_SHIFT,
  NEXT_IS_JUMP,
  RD_MASK,
  RD_SHIFT,
  REGISTER_MASK,
  RS1_SHIFT,
  RS2_SHIFT,
  rowOf,
} from './slot.js';
import { mode, phase, stall, type StallCause } from './state.js';

/** Bytes from address 0 that are an alias: of the cluster, and of L2 (source: pulp-runtime memory_map.h, gvsoc-pulp soc.json). */
const CLUSTER_ALIAS = 0x400000;
const L2_ALIAS = 0x8000;

/** Every load and store that is not one aligned access to the TCDM: misaligned ones, test-and-set, L2, peripherals. */
export class MemoryAccess {
  bus: PeripheralBus | undefined;
  readonly hostCalls: HostCalls;
  private readonly faults: AccessFaults;
  /** Hart whose peripheral access is in progress. */
  private accessing = 0;
  private readonly why: (string | undefined)[];
  /** Slot of the last peripheral access of each hart when it was an event load, else 0. */
  private readonly eventLoads: Int32Array;
  private readonly tcdm: Memory;
  private readonly l2: Memory;
  private readonly functional: boolean;

  constructor(
    private readonly harts: Harts,
    private readonly options: HartsOptions,
  ) {
    ({ tcdm: this.tcdm, l2: this.l2 } = options);
    this.functional = isFunctional(options.timing);
    this.why = Array.from({ length: options.state.count }, () => undefined);
    this.eventLoads = new Int32Array(options.state.count);
    this.faults = new AccessFaults(harts);
    this.hostCalls = new HostCalls(harts, this.tcdm, this.l2);
  }

  reset(): void {
    this.why.fill(undefined);
    this.eventLoads.fill(0);
  }

  save(): unknown {
    return { why: this.why.map((text) => text ?? null), eventLoads: this.eventLoads.slice() };
  }

  restore(saved: unknown): void {
    const { why, eventLoads } = saved as { why: (string | null)[]; eventLoads: Int32Array };
    this.eventLoads.set(eventLoads);
    why.forEach((text, hart) => (this.why[hart] = text ?? undefined));
  }

  /** What a held hart waits for. */
  reason(hart: number): string | undefined {
    return this.why[hart];
  }

  access(hart: number, slot: number, address: number, now: number): void {
    const { memory, timing } = rowOf(slot)!;
    const at = this.behindAlias(hart, address >>> 0);
    if (timing === 'event-load' && (at & 3) !== 0) {
      throw this.faults.fault(
        'misaligned',
        `${this.faults.nameAt(hart)} needs a word address`,
        hart,
        at,
        now,
        'use an address that is a multiple of 4',
      );
    }
    const { controller } = this.options;
    const outside = hart === controller.hart;
    if (this.tcdm.contains(at, 1)) {
      if (!outside) return this.requestTcdm(hart, slot, memory!, at, now);
      return this.accessOuter(hart, slot, memory!, this.tcdm, at, controller.cluster_latency, now);
    }
    if (this.l2.contains(at, 1)) {
      const latency = outside ? controller.l2_latency : this.options.l2Latency;
      return this.accessOuter(hart, slot, memory!, this.l2, at, latency, now);
    }
    const alias = at - this.options.testAndSetBase;
    if (alias >= 0 && alias < this.tcdm.size) {
      if (outside)
        throw this.faults.notForController(hart, 'the test-and-set view of the TCDM', at, now);
      return this.requestTestAndSet(hart, slot, memory!, alias, at, now);
    }
    const region = this.bus?.find(at);
    if (region === undefined) throw this.faults.unmapped(hart, slot, at, now);
    this.accessPeripheral(hart, slot, memory!, region, at, now);
  }

  /**
   * On a PULP chip the cluster is seen once more from address 0 by its own harts, and the first L2 bank
   * by the controller. The first word stays free in every linker script: an access there is a null pointer.
   */
  private behindAlias(hart: number, at: number): number {
    const { controller } = this.options;
    if (controller.hart < 0 || at < 4) return at;
    if (hart === controller.hart) return at < L2_ALIAS ? this.l2.base + at : at;
    return at < CLUSTER_ALIAS ? this.tcdm.base + at : at;
  }

  // --- TCDM ----------------------------------------------------------------------------------

  private requestTcdm(hart: number, slot: number, m: MemoryMeaning, at: number, now: number): void {
    const s = this.harts.state;
    const inWord = at & 3;
    const crosses = inWord + m.bytes > 4;
    const inTwo = crosses && !this.functional;
    if (crosses && !this.tcdm.contains(at, m.bytes)) {
      throw this.faults.unmapped(hart, slot, this.tcdm.base + this.tcdm.size, now);
    }
    // The interpreter completes plain loads and stores of one aligned word, halfword or byte itself.
    const plain = inWord % m.bytes === 0 && rowOf(slot)!.timing !== 'event-load';
    s.phase[hart << HART_SHIFT] = inTwo ? phase.low : plain ? phase.simple : phase.odd;
    this.request(hart, slot, at - this.tcdm.base, at, now);
  }

  private requestTestAndSet(
    hart: number,
    slot: number,
    m: MemoryMeaning,
    offset: number,
    at: number,
    now: number,
  ): void {
    if ((at & 3) !== 0 || m.bytes !== 4) {
      throw this.faults.fault(
        'misaligned',
        'test-and-set works on whole aligned words',
        hart,
        at,
        now,
        'use lw or sw on a multiple of 4',
      );
    }
    this.harts.state.phase[hart << HART_SHIFT] = phase.testAndSet;
    this.request(hart, slot, offset, at, now);
  }

  private request(hart: number, slot: number, offset: number, address: number, now: number): void {
    const s = this.harts.state;
    s.requestOffset[hart << HART_SHIFT] = offset;
    s.requestAddress[hart << HART_SHIFT] = address;
    s.requestSlot[hart << HART_SHIFT] = slot;
    s.since[hart << HART_SHIFT] = now;
    s.next[hart << HART_SHIFT] = now;
    s.mode[hart << HART_SHIFT] = mode.requesting;
  }

  /** A request that is more than one aligned access was granted. */
  completeSpecial(hart: number, now: number): void {
    const s = this.harts.state;
    const slot = s.requestSlot[hart << HART_SHIFT];
    const m = rowOf(slot)!.memory!;
    const offset = s.requestOffset[hart << HART_SHIFT];
    switch (s.phase[hart << HART_SHIFT]) {
      case phase.low:
        // The low word now, the high word from the next cycle on, under the same rules.
        this.harts.profiler?.halfGranted(hart, now - s.since[hart << HART_SHIFT]);
        this.transfer(hart, slot, m, offset, 4 - (offset & 3), 0);
        s.phase[hart << HART_SHIFT] = phase.high;
        s.requestOffset[hart << HART_SHIFT] = (offset | 3) + 1;
        s.next[hart << HART_SHIFT] = now + 1;
        // A jump through the stepped base has it only from the next cycle on.
        s.waited[hart << HART_SHIFT] = now - s.since[hart << HART_SHIFT];
        return;
      case phase.high: {
        const first = 4 - (s.requestAddress[hart << HART_SHIFT] & 3);
        this.transfer(hart, slot, m, offset, m.bytes - first, first);
        s.addStall(hart, 'misaligned', 1);
        this.deliver(hart, slot, m, s.partial[hart << HART_SHIFT]);
        this.count(hart, m);
        const withheld = now - s.since[hart << HART_SHIFT] - 1;
        const word = this.harts.codeCache.wordInTwo(s.pc[hart << HART_SHIFT], slot);
        const lacking = word === slot ? 0 : s.waited[hart << HART_SHIFT] + 1;
        s.waited[hart << HART_SHIFT] = 0;
        return this.granted(hart, word, now, withheld, withheld + 1 - lacking);
      }
      case phase.odd:
        this.transfer(hart, slot, m, offset, m.bytes, 0);
        this.deliver(hart, slot, m, s.partial[hart << HART_SHIFT]);
        break;
      default: {
        const word = this.tcdm.i32[offset >> 2];
        this.tcdm.i32[offset >> 2] = m.write ? this.source(hart, slot) : -1;
        this.deliver(hart, slot, m, word);
        if (offset < this.harts.tcdmCodeEnd) this.storedInTcdm(hart, offset);
      }
    }
    this.count(hart, m);
    const withheld = now - s.since[hart << HART_SHIFT];
    this.granted(hart, slot, now, withheld, withheld);
  }

  /** Moves `bytes` bytes at a TCDM offset, from byte `done` of the operand on. */
  private transfer(
    hart: number,
    slot: number,
    m: MemoryMeaning,
    offset: number,
    bytes: number,
    done: number,
  ): void {
    const s = this.harts.state;
    if (m.write) {
      const value = this.source(hart, slot);
      for (let i = 0; i < bytes; i++) this.tcdm.u8[offset + i] = value >>> (8 * (done + i));
      if (offset < this.harts.tcdmCodeEnd) this.storedInTcdm(hart, offset);
      return;
    }
    let value = done === 0 ? 0 : s.partial[hart << HART_SHIFT];
    for (let i = 0; i < bytes; i++) value |= this.tcdm.u8[offset + i] << (8 * (done + i));
    s.partial[hart << HART_SHIFT] = value;
  }

  /** End of a TCDM access: `withheld` cycles without a grant; a jump behind it has `waited` in decode. */
  private granted(hart: number, slot: number, now: number, withheld: number, waited: number): void {
    const s = this.harts.state;
    const at = hart << HART_SHIFT;
    s.stalls[at + stall.tcdm_conflict] += withheld;
    const nextIsJump = (slot & NEXT_IS_JUMP) !== 0;
    if (nextIsJump) s.waited[at] = waited;
    const flush = this.flush(slot);
    const cost = ((slot >>> COST_SHIFT) & COST_MASK) + flush;
    if (flush > 0) s.addStall(hart, 'event_load', flush);
    else if (cost > 1) {
      s.addStall(hart, 'load_use', cost - 1);
      if (nextIsJump) s.waited[at] = waited + cost - 1;
    }
    if ((slot & FEEDS_JALR) !== 0) s.jalrReady[hart << HART_SHIFT] = now + 3;
    s.phase[hart << HART_SHIFT] = phase.simple;
    this.advance(hart, slot, now + cost);
  }

  /** Cycles that an event load takes longer than a load that is answered at the same time. */
  private flush(slot: number): number {
    return rowOf(slot)!.timing === 'event-load' ? this.harts.timing.event_load - 1 : 0;
  }

  private advance(hart: number, slot: number, next: number): void {
    const s = this.harts.state;
    s.mode[hart << HART_SHIFT] = mode.running;
    s.next[hart << HART_SHIFT] = next + this.harts.loops.advance(hart, slot);
    if (this.flush(slot) > 0) s.afterFlush[hart << HART_SHIFT] = s.pc[hart << HART_SHIFT];
  }

  /** A store went where code was decoded, or near `tohost`. */
  storedInTcdm(hart: number, offset: number): void {
    const address = this.tcdm.base + offset;
    this.harts.codeCache.changed(address & -4, 8);
    this.hostCalls.stored(hart, address & -4, 4, this.harts.state.next[hart << HART_SHIFT]);
  }

  /** Whether a store to L2 changes nothing but its bytes: no code that was looked at, no call of the host. */
  isPlainStore(at: number, bytes: number): boolean {
    return !this.hostCalls.watches(at, bytes) && !this.harts.codeCache.holds(at, bytes);
  }

  // --- Memory without arbitration: L2, and the TCDM as the controller sees it ------------------

  private accessOuter(
    hart: number,
    slot: number,
    m: MemoryMeaning,
    memory: Memory,
    at: number,
    cycles: number,
    now: number,
  ): void {
    const offset = at - memory.base;
    if (!memory.contains(at, m.bytes)) {
      throw this.faults.unmapped(hart, slot, memory.base + memory.size, now);
    }
    if (m.write) {
      const value = this.source(hart, slot);
      for (let i = 0; i < m.bytes; i++) memory.u8[offset + i] = value >>> (8 * i);
      this.harts.codeCache.changed(at, m.bytes);
      this.hostCalls.stored(hart, at, m.bytes, now);
      this.deliver(hart, slot, m, 0);
    } else {
      let value = 0;
      for (let i = 0; i < m.bytes; i++) value |= memory.u8[offset + i] << (8 * i);
      this.deliver(hart, slot, m, value);
    }
    if (memory === this.l2) {
      const { l2Loads, l2Stores, pc } = this.harts.state;
      (m.write ? l2Stores : l2Loads)[hart << HART_SHIFT]++;
      const { codeCache } = this.harts;
      if (!m.write) codeCache.loadsL2[codeCache.indexOf(pc[hart << HART_SHIFT]) >> 1] = 1;
    }
    if ((at & 3) + m.bytes <= 4 || this.functional) {
      return this.answered(hart, slot, m, now, cycles + this.flush(slot), 'outer_memory', 0);
    }
    const word = this.harts.codeCache.wordInTwo(this.harts.state.pc[hart << HART_SHIFT], slot);
    this.answered(hart, word, m, now, cycles * 2, 'outer_memory', word === slot ? 1 : 0);
  }

  // --- Peripherals ---------------------------------------------------------------------------

  private accessPeripheral(
    hart: number,
    slot: number,
    m: MemoryMeaning,
    region: PeripheralRegion,
    at: number,
    now: number,
  ): void {
    if ((at & (m.bytes - 1)) !== 0) {
      throw this.faults.fault(
        'misaligned',
        `misaligned access to ${region.name}`,
        hart,
        at,
        now,
        'peripherals take aligned accesses only',
      );
    }
    const s = this.harts.state;
    const outside = hart === this.options.controller.hart;
    const cycles = outside ? region.controllerLatency : region.latency;
    if (cycles === undefined) throw this.faults.notForController(hart, region.name, at, now);
    const isEventLoad = rowOf(slot)!.timing === 'event-load';
    this.accessing = hart;
    this.eventLoads[hart] = isEventLoad ? slot : 0;
    s.requestAddress[hart << HART_SHIFT] = at;
    s.requestSlot[hart << HART_SHIFT] = slot;
    s.heldLatency[hart << HART_SHIFT] = cycles + this.flush(slot);
    const { peripheral } = region;
    const offset = at - region.base;
    let value = 0;
    try {
      if (m.write) {
        const data = this.source(hart, slot) & widthMask(m.bytes);
        peripheral.write(offset, data, m.bytes, hart, now);
      } else value = peripheral.read(offset, m.bytes, hart, now);
    } catch (error) {
      // A peripheral knows what is wrong, but not who asked.
      if (!(error instanceof OctobarError)) throw error;
      const pc = s.pc[hart << HART_SHIFT] >>> 0;
      throw error.with({ hart, pc, address: at, cycle: now });
    }
    // Held: `resume` ends the access, perhaps it already did.
    if (s.requestSlot[hart << HART_SHIFT] === 0) return;
    if (s.mode[hart << HART_SHIFT] === mode.held || s.mode[hart << HART_SHIFT] === mode.asleep)
      return;
    this.deliver(hart, slot, m, value);
    this.harts.disturbed = true;
    const latency = s.heldLatency[hart << HART_SHIFT];
    this.answered(hart, slot, m, now, latency, isEventLoad ? 'event_load' : 'peripheral', 0);
  }

  /** The access is answered after `latency` cycles; the next instruction waits for it. */
  private answered(
    hart: number,
    slot: number,
    m: MemoryMeaning,
    now: number,
    latency: number,
    cause: StallCause,
    waited: number,
  ): void {
    const s = this.harts.state;
    const hazard = ((slot >>> COST_SHIFT) & COST_MASK) - 1;
    s.stalls[(hart << HART_SHIFT) + stall.load_use] += hazard;
    // A jump that waits for its link, or for a second access, has fetched meanwhile.
    if (hazard + waited > 0 && (slot & NEXT_IS_JUMP) !== 0)
      s.waited[hart << HART_SHIFT] = hazard + waited;
    s.addStall(hart, cause, latency - 1);
    this.count(hart, m);
    (m.write ? s.outerStores : s.outerLoads)[hart << HART_SHIFT]++;
    (m.write ? s.outerStoreCycles : s.outerLoadCycles)[hart << HART_SHIFT] += latency;
    if ((slot & FEEDS_JALR) !== 0) s.jalrReady[hart << HART_SHIFT] = now + latency + 2;
    this.advance(hart, slot, now + latency + hazard);
  }

  /** The event load of a hart that was answered in the last cycle reads another value after all. */
  amend(hart: number, value: number): void {
    const slot = this.eventLoads[hart];
    if (slot !== 0) this.deliver(hart, slot, rowOf(slot)!.memory!, value);
  }

  /** The answer to the access in progress takes `cycles` more, also when it is held. */
  delay(cycles: number): void {
    this.harts.state.heldLatency[this.accessing << HART_SHIFT] += cycles;
  }

  hold(hart: number, why: string, asleep: boolean, now: number): void {
    const s = this.harts.state;
    s.mode[hart << HART_SHIFT] = asleep ? mode.asleep : mode.held;
    s.next[hart << HART_SHIFT] = Infinity;
    s.since[hart << HART_SHIFT] = now;
    s.sleepSince[hart << HART_SHIFT] = now;
    this.why[hart] = why;
    this.harts.disturbed = true;
    if (asleep) this.harts.watcher?.asleep?.(hart, now);
  }

  resume(hart: number, at: number, value: number): void {
    const s = this.harts.state;
    const held = s.mode[hart << HART_SHIFT];
    if (held !== mode.asleep && held !== mode.held) {
      throw new OctobarError('internal', 'answer to an access that is not held', {
        hart,
        cycle: at,
      });
    }
    const slot = s.requestSlot[hart << HART_SHIFT];
    const row = rowOf(slot)!;
    const waited = at - s.since[hart << HART_SHIFT];
    if (held === mode.asleep) s.sleptFor(hart, waited, 'event_load');
    else {
      s.stalls[(hart << HART_SHIFT) + stall.peripheral] += waited;
      // A jump behind a withheld grant has waited in decode.
      if ((slot & NEXT_IS_JUMP) !== 0) s.waited[hart << HART_SHIFT] = waited;
    }
    this.deliver(hart, slot, row.memory!, value);
    const cause = row.timing === 'event-load' ? 'event_load' : 'peripheral';
    this.why[hart] = undefined;
    this.answered(hart, slot, row.memory!, at, s.heldLatency[hart << HART_SHIFT], cause, 0);
    s.requestSlot[hart << HART_SHIFT] = 0;
  }

  /** An interrupt wakes a hart out of a held read: the read is repeated after the handler. */
  takeBack(hart: number, now: number): void {
    const s = this.harts.state;
    s.sleptFor(hart, now - s.sleepSince[hart << HART_SHIFT], 'event_load');
    s.mode[hart << HART_SHIFT] = mode.running;
    s.next[hart << HART_SHIFT] = now + 1;
    s.addStall(hart, 'trap', 1);
    this.harts.loops.takeBack(hart);
    this.why[hart] = undefined;
    this.harts.disturbed = true;
  }

  private source(hart: number, slot: number): number {
    return this.harts.state.registers[
      (hart << HART_SHIFT) + ((slot >>> RS2_SHIFT) & REGISTER_MASK)
    ];
  }

  /** What an access that is over leaves in registers: the stepped base, then the loaded value over it. */
  private deliver(hart: number, slot: number, m: MemoryMeaning, value: number): void {
    const { registers, nextBase } = this.harts.state;
    const base = hart << HART_SHIFT;
    if (m.postIncrement === true) {
      registers[base + ((slot >>> RS1_SHIFT) & REGISTER_MASK)] = nextBase[base];
      registers[base] = 0;
    }
    if (m.write) return;
    const shift = 32 - 8 * m.bytes;
    const extended = m.signed ? (value << shift) >> shift : (value << shift) >>> shift;
    registers[base + ((slot >>> RD_SHIFT) & RD_MASK)] = extended;
  }

  private count(hart: number, m: MemoryMeaning): void {
    this.harts.profiler?.accessed(hart, m.write);
    (m.write ? this.harts.state.stores : this.harts.state.loads)[hart << HART_SHIFT]++;
  }
}

function widthMask(bytes: number): number {
  return bytes === 4 ? -1 : (1 << (8 * bytes)) - 1;
}
