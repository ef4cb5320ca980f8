import type { Peripheral } from '../interconnect/peripheral.js';
import type { RegisterDecoder, RegisterHit } from '../peripherals/register-decoder.js';
import { OctobarError } from '../sim/error.js';
import type { RegisterMap } from '../sim/registers.js';
import type { EventUnit } from './event-unit.js';
import { eventFastRegisters, eventSlowRegisters } from './registers.js';
import { Wait } from './wait.js';

/** State lives in the unit, which the machine saves once; a port has none. */
abstract class EventPort implements Peripheral {
  abstract readonly name: string;
  abstract readonly registers: RegisterMap;

  constructor(
    protected readonly unit: EventUnit,
    protected readonly decoder: RegisterDecoder,
  ) {}

  abstract read(offset: number, size: number, hart: number, now: number): number;
  abstract write(offset: number, value: number, size: number, hart: number, now: number): void;

  reset(): void {}
  save(): unknown {
    return undefined;
  }
  restore(): void {}

  /** Read of a register of the block of hart `block`. */
  protected readCore(name: string, block: number): number {
    const { unit } = this;
    switch (name) {
      case 'MASK':
        return unit.mask[block];
      case 'IRQ_MASK':
        return unit.irqMask[block];
      case 'STATUS':
        return unit.sleeps(block) ? 0 : 1;
      case 'BUFFER':
        return unit.buffer[block];
      case 'BUFFER_MASKED':
        return (unit.buffer[block] & unit.mask[block]) >>> 0;
      case 'BUFFER_IRQ_MASKED':
        return (unit.buffer[block] & unit.irqMask[block]) >>> 0;
      default:
        return unit.softwareTargets[block];
    }
  }

  protected writeCore(name: string, block: number, value: number): void {
    const { unit } = this;
    switch (name) {
      case 'MASK':
        return unit.setMask(block, value);
      case 'MASK_AND':
        return unit.setMask(block, unit.mask[block] & ~value);
      case 'MASK_OR':
        return unit.setMask(block, unit.mask[block] | value);
      case 'IRQ_MASK':
        return unit.setIrqMask(block, value);
      case 'IRQ_MASK_AND':
        return unit.setIrqMask(block, unit.irqMask[block] & ~value);
      case 'IRQ_MASK_OR':
        return unit.setIrqMask(block, unit.irqMask[block] | value);
      case 'BUFFER_CLEAR':
        return unit.clear(block, value);
      case 'SW_EVENT_MASK_AND':
        unit.softwareTargets[block] &= ~value;
        return;
      case 'SW_EVENT_MASK_OR':
        unit.softwareTargets[block] |= value & unit.allHarts;
        return;
      default:
        unit.softwareTargets[block] = value & unit.allHarts;
    }
  }

  protected readBarrier(hit: RegisterHit): number {
    const { barriers } = this.unit;
    const b = this.instance(hit, barriers.count, 'event.barriers');
    switch (hit.register.name) {
      case 'BARRIER_TRIGGER_MASK':
        return barriers.triggerMask[b];
      case 'BARRIER_STATUS':
        return barriers.status[b];
      case 'BARRIER_STATUS_SUMMARY':
        return barriers.summary;
      default:
        return barriers.targetMask[b];
    }
  }

  protected writeBarrier(hit: RegisterHit, value: number): void {
    const { unit } = this;
    const b = this.instance(hit, unit.barriers.count, 'event.barriers');
    const mask = value & unit.allHarts;
    if (hit.register.name === 'BARRIER_TRIGGER_MASK') unit.barriers.triggerMask[b] = mask;
    else if (hit.register.name === 'BARRIER_TARGET_MASK') unit.barriers.targetMask[b] = mask;
    else unit.barriers.arrive(b, mask);
    unit.touch();
  }

  /** Number of a barrier or mutex; the map has room for more than a configuration instantiates. */
  protected instance(hit: RegisterHit, count: number, key: string): number {
    if (hit.index >= count) {
      throw this.decoder.misuse(
        `${this.decoder.label(hit)} belongs to a unit that this machine does not have`,
        `there are ${count}; the configuration key is ${key}`,
      );
    }
    return hit.index;
  }
}

/** Registers of the accessing hart, and everything that sleeps. */
export class EventFastPort extends EventPort {
  readonly name = 'event unit';
  readonly registers = eventFastRegisters;

  read(offset: number, size: number, hart: number, now: number): number {
    const hit = this.decoder.find(offset, size, false);
    const { unit } = this;
    this.mustBeHart(hart);
    unit.advance(now);
    const { name } = hit.register;
    switch (name) {
      case 'EVENT_WAIT':
      case 'EVENT_WAIT_CLEAR':
        return unit.wait(hart, Wait.EVENT, 0, name === 'EVENT_WAIT_CLEAR');
      case 'SW_TRIGGER_WAIT':
      case 'SW_TRIGGER_WAIT_CLEAR':
        return unit.wait(hart, Wait.SOFTWARE, hit.index, name === 'SW_TRIGGER_WAIT_CLEAR');
      case 'BARRIER_TRIGGER_WAIT':
      case 'BARRIER_TRIGGER_WAIT_CLEAR': {
        const b = this.instance(hit, unit.barriers.count, 'event.barriers');
        return unit.wait(hart, Wait.BARRIER, b, name === 'BARRIER_TRIGGER_WAIT_CLEAR');
      }
      case 'BARRIER_TRIGGER_SELF':
        unit.barriers.arrive(this.instance(hit, unit.barriers.count, 'event.barriers'), 1 << hart);
        unit.touch();
        return (unit.buffer[hart] & unit.mask[hart]) >>> 0;
      case 'MUTEX':
        return unit.wait(
          hart,
          Wait.MUTEX,
          this.instance(hit, unit.mutexes.count, 'event.mutexes'),
          true,
        );
      case 'DISPATCH_FIFO':
        return unit.wait(hart, Wait.DISPATCH, 0, true);
      default:
        if (!name.startsWith('BARRIER_')) return this.readCore(name, hart);
        return this.hasTurn(hit, offset, hart, now, false, 0) ? this.readBarrier(hit) : 0;
    }
  }

  /** The barrier at which a read of the register at `offset` arrives and waits, or -1. */
  barrierOf(offset: number): number {
    const hit = this.decoder.at(offset);
    const { name } = hit?.register ?? {};
    const waits = name === 'BARRIER_TRIGGER_WAIT' || name === 'BARRIER_TRIGGER_WAIT_CLEAR';
    return hit !== undefined && waits ? hit.index : -1;
  }

  /** A barrier unit serves one hart in a cycle; the others wait for `served`. */
  private hasTurn(
    hit: RegisterHit,
    offset: number,
    hart: number,
    now: number,
    isWrite: boolean,
    value: number,
  ): boolean {
    const { unit } = this;
    const b = this.instance(hit, unit.barriers.count, 'event.barriers');
    if (unit.queue.takes(b, hart, now)) return true;
    unit.queue.put(b, hart, offset, isWrite, value);
    unit.holdForTurn(hart, b);
    return false;
  }

  /** The access of a hart that waited for its turn; returns what it reads. */
  served(offset: number, isWrite: boolean, value: number): number {
    const hit = this.decoder.find(offset, 4, isWrite);
    if (!isWrite) return this.readBarrier(hit);
    this.writeBarrier(hit, value);
    return 0;
  }

  write(offset: number, value: number, size: number, hart: number, now: number): void {
    const hit = this.decoder.find(offset, size, true);
    const { unit } = this;
    this.mustBeHart(hart);
    unit.advance(now);
    const { name } = hit.register;
    switch (name) {
      case 'SW_TRIGGER':
        return unit.signal(hit.index, value);
      case 'MUTEX':
        unit.mutexes.unlock(
          this.instance(hit, unit.mutexes.count, 'event.mutexes'),
          hart,
          value >>> 0,
        );
        return unit.touch();
      case 'DISPATCH_FIFO':
        unit.dispatch.push(value);
        return unit.touch();
      case 'DISPATCH_TEAM':
        unit.dispatch.setTeam(value & unit.allHarts);
        return unit.touch();
      default:
        if (!name.startsWith('BARRIER_')) return this.writeCore(name, hart, value);
        if (this.hasTurn(hit, offset, hart, now, true, value)) this.writeBarrier(hit, value);
    }
  }

  private mustBeHart(hart: number): void {
    if (hart >= 0 && hart < this.unit.harts) return;
    throw new OctobarError(
      'device-misuse',
      'event unit: the fast port belongs to the reading hart',
      {
        hint: 'a debugger reads the blocks of all harts at 0x10200800',
      },
    );
  }
}

/** The blocks of all harts; nobody can sleep here. */
export class EventSlowPort extends EventPort {
  readonly name = 'event unit (all harts)';
  readonly registers = eventSlowRegisters;

  read(offset: number, size: number, hart: number, now: number): number {
    const hit = this.decoder.find(offset, size, false);
    if (hart >= 0) this.unit.advance(now);
    if (hit.register.name.startsWith('BARRIER_')) return this.readBarrier(hit);
    if (hit.register.name === 'SOC_EVENT') return this.readSoc(hit, hart, now);
    return this.readCore(hit.register.name, this.block(hit));
  }

  write(offset: number, value: number, size: number, _hart: number, now: number): void {
    const hit = this.decoder.find(offset, size, true);
    const { name } = hit.register;
    this.unit.advance(now);
    if (name === 'SW_TRIGGER') this.unit.signal(hit.index, value);
    else if (name.startsWith('BARRIER_')) this.writeBarrier(hit, value);
    else this.writeCore(name, this.block(hit), value);
  }

  private readSoc(hit: RegisterHit, hart: number, now: number): number {
    const { soc } = this.unit;
    if (soc.connected) return soc.read(hart >= 0, now);
    throw this.decoder.misuse(
      `${this.decoder.label(hit)} needs a chip around the cluster that sends events`,
      'choose a machine with a controller hart, for example --preset pulp-open',
    );
  }

  private block(hit: RegisterHit): number {
    return this.instance(hit, this.unit.harts, 'harts');
  }
}
