import type { Peripheral } from '../interconnect/peripheral.js';
import type { OuterMemory, WordPort } from '../interconnect/ports.js';
import { OctobarError } from '../sim/error.js';
import { Intervals } from '../sim/intervals.js';
import type { Counters, EventSink, HartControl, Stateful, Unit } from '../sim/unit.js';
import { CommandQueue, DmaPort } from './command-port.js';
import { decodeCommand, moveBytes } from './command.js';
import type { Command, TcdmRange } from './command.js';
import type { DmaConfig } from './direction.js';
import { Receiver } from './receiver.js';
import { CommandBit, TRANSFERS } from './registers.js';
import { Sender } from './sender.js';

/** What the machine hands to the DMA. */
export interface DmaEnvironment {
  readonly harts: number;
  readonly control: HartControl;
  readonly events: EventSink;
  /** Ports 0 and 1 read the TCDM, 2 and 3 write it. */
  readonly ports: readonly WordPort[];
  readonly outer: OuterMemory;
  readonly tcdm: TcdmRange;
  /** The TCDM by its back door, for transfers that take no time. */
  readonly inner: OuterMemory;
}

/**
 * MCHAN v7: command queues of the harts, a round-robin arbiter that moves one command a cycle to the
 * global queue of its direction, and two data paths, one per direction, that work side by side.
 *
 * Limits: the memory outside never makes the DMA wait beyond its latency (harts and DMA do not
 * contend for it), the queue of 2D parameters never fills, and a read burst fetches only the TCDM
 * words it needs (the RTL reads both words of its first and last double word).
 */
export class Dma implements Unit, Stateful {
  readonly name = 'dma';
  /** The transfers by their id, for who looks. */
  readonly intervals = new Intervals('dma', TRANSFERS);
  nextCycle = Infinity;

  /** The port at 0x10204400: the queue of the accessing hart. */
  readonly fast: Peripheral;
  /** The port at 0x10201800: one queue for all. */
  readonly slow: Peripheral;
  /** The port at 0x10201c00, for a controller outside the cluster: a queue of its own. */
  readonly chip: Peripheral;
  readonly control: HartControl;

  private readonly queues: readonly CommandQueue[];
  private readonly receiver: Receiver;
  private readonly sender: Sender;
  private readonly environment: DmaEnvironment;
  /** Next queue in the arbiter's turn, and the cycle from which on it looks again. */
  private turn = 0;
  private arbitrateAt = Infinity;

  private reserved = 0;
  /** Bytes of each transfer that have not arrived, and the cycle in which its status bit falls. */
  private readonly left = new Float64Array(TRANSFERS);
  private readonly endsAt = new Float64Array(TRANSFERS);
  private readonly flags = new Int32Array(TRANSFERS);
  private readonly commander = new Int32Array(TRANSFERS);
  private idWaiters: { readonly hart: number; readonly queue: number }[] = [];

  private transfers = 0;
  private bytesIn = 0;
  private bytesOut = 0;
  private words = 0;
  private stallCycles = 0;
  /** Bytes of all transfers that have not arrived. */
  private bytesLeft = 0;
  private clock = 0;
  /** The current or last interval with a transfer under way, and the cycles of those before it. */
  private busyFrom = 0;
  private busyUntil = 0;
  private busyBefore = 0;

  constructor(
    readonly config: DmaConfig,
    environment: DmaEnvironment,
  ) {
    const { harts, control, outer, ports } = environment;
    this.environment = environment;
    this.control = control;
    this.queues = Array.from({ length: harts + 2 }, () => new CommandQueue(this));
    this.fast = new DmaPort('DMA', this, (hart) => this.queues[hart]);
    this.slow = new DmaPort('DMA (shared port)', this, () => this.queues[harts]);
    this.chip = new DmaPort('DMA (port of the chip)', this, () => this.queues[harts + 1]);
    this.sender = new Sender(config, outer, [ports[0], ports[1]], (id, bytes, now) => {
      this.bytesOut += bytes;
      this.arrived(id, bytes, now);
    });
    this.receiver = new Receiver(config, outer, [ports[2], ports[3]], (id, bytes, now) => {
      this.bytesIn += bytes;
      this.arrived(id, bytes, now);
    });
  }

  cycle(now: number): void {
    this.clock = now;
    if (this.arbitrateAt <= now) this.arbitrate(now);
    if (this.sender.nextCycle <= now) this.sender.cycle(now);
    if (this.receiver.nextCycle <= now) this.receiver.cycle(now);
    this.plan();
  }

  settle(now: number): void {
    const raised = this.sender.raised + this.receiver.raised;
    const granted = this.sender.settle() + this.receiver.settle(now);
    this.words += granted;
    if (granted < raised) this.stallCycles++;
    this.plan();
  }

  // What the command ports do.

  /** Reads a transfer id for a hart, or makes it wait for one. */
  takeId(queue: CommandQueue, hart: number): number {
    queue.mustBeIdle(hart);
    if (this.reserved === 0xffff) {
      this.idWaiters.push({ hart, queue: this.queues.indexOf(queue) });
      this.control.hold(hart, 'DMA: all 16 transfer ids are taken', false);
      return 0;
    }
    return this.reserve(queue, hart);
  }

  private reserve(queue: CommandQueue, hart: number): number {
    const id = 31 - Math.clz32(~this.reserved & -~this.reserved);
    this.reserved |= 1 << id;
    this.endsAt[id] = 0;
    queue.took(id, hart);
    return id;
  }

  /** Gives back the ids of the bits set. */
  free(mask: number, hart: number, now: number): void {
    for (let id = 0; id < TRANSFERS; id++) {
      if (((mask & this.reserved) >>> id) & 1) {
        if (this.active(id, now)) {
          throw new OctobarError(
            'device-misuse',
            `DMA: hart ${hart} frees transfer ${id}, which hart ${this.commander[id]} started and which is still under way`,
            { hint: 'wait until bit ACTIVE of the id in STATUS is 0, then free it' },
          );
        }
        this.reserved &= ~(1 << id);
        for (const queue of this.queues) queue.freed(id);
      }
    }
    while (this.idWaiters.length > 0 && this.reserved !== 0xffff) {
      const waiter = this.idWaiters.shift() as { hart: number; queue: number };
      this.control.resume(
        waiter.hart,
        now + 1,
        this.reserve(this.queues[waiter.queue], waiter.hart),
      );
    }
  }

  status(now: number): number {
    let active = 0;
    for (let id = 0; id < TRANSFERS; id++) if (this.active(id, now)) active |= 1 << id;
    return ((this.reserved << 16) | active) >>> 0;
  }

  private active(id: number, now: number): boolean {
    return this.left[id] > 0 || now < this.endsAt[id];
  }

  /**
   * Checks the command that is complete in cycle `now` and counts its bytes as under way.
   * @returns undefined when nothing is left to do: transfers are instant
   */
  accept(words: Uint32Array, id: number, hart: number, now: number): Command | undefined {
    const { tcdm, outer } = this.environment;
    const command = decodeCommand(words, id, hart, tcdm, outer);
    if (this.config.instant) {
      this.transferAtOnce(command, now);
      return undefined;
    }
    if (this.bytesLeft === 0 && now >= this.busyUntil) {
      this.busyBefore += this.busyUntil - this.busyFrom;
      this.busyFrom = now;
    }
    this.bytesLeft += command.bytes;
    this.left[id] += command.bytes;
    this.intervals.begin(id, wayOf(command.flags), hart, now, command.bytes);
    this.flags[id] = command.flags;
    this.commander[id] = hart;
    this.transfers++;
    this.arbitrateAt = Math.min(this.arbitrateAt, now + 1);
    this.plan();
    return command;
  }

  /** All bytes arrive in the cycle of the command; its event comes in the next. */
  private transferAtOnce(command: Command, now: number): void {
    const { inner, outer, events, harts } = this.environment;
    moveBytes(command, inner, outer);
    this.transfers++;
    if (command.toTcdm) this.bytesIn += command.bytes;
    else this.bytesOut += command.bytes;
    const everybody = (command.flags & CommandBit.BROADCAST) !== 0;
    const mask = everybody ? (1 << harts) - 1 : 1 << command.hart;
    const { event_line, interrupt_line } = this.config;
    if ((command.flags & CommandBit.EVENT) !== 0) events.raise(event_line, mask, now + 1);
    if ((command.flags & CommandBit.INTERRUPT) !== 0) events.raise(interrupt_line, mask, now + 1);
  }

  private arbitrate(now: number): void {
    this.arbitrateAt = Infinity;
    let waiting = 0;
    for (const queue of this.queues) waiting += queue.ready.length;
    if (waiting === 0) return;
    this.arbitrateAt = now + 1;
    while (this.queues[this.turn].ready.length === 0) this.next();
    const queue = this.queues[this.turn];
    const direction = queue.ready[0].toTcdm ? this.receiver : this.sender;
    if (direction.splitter.full) return;
    const command = queue.pop(now + 1);
    this.next();
    // One cycle of the start-up lies behind: the one in which the arbiter saw the command.
    direction.splitter.push(command, now + this.config.start_cycles - 1);
    direction.wake();
  }

  private next(): void {
    this.turn = (this.turn + 1) % this.queues.length;
  }

  /** `bytes` of a transfer have arrived in cycle `now`. */
  private arrived(id: number, bytes: number, now: number): void {
    this.left[id] -= bytes;
    this.bytesLeft -= bytes;
    if (this.left[id] > 0) return;
    const at = now + this.config.completion_cycles;
    this.endsAt[id] = at;
    this.busyUntil = at;
    this.intervals.end(id, wayOf(this.flags[id]), this.commander[id], at);
    const { harts, events } = this.environment;
    const flags = this.flags[id];
    const mask = (flags & CommandBit.BROADCAST) !== 0 ? (1 << harts) - 1 : 1 << this.commander[id];
    if ((flags & CommandBit.EVENT) !== 0) events.raise(this.config.event_line, mask, at);
    if ((flags & CommandBit.INTERRUPT) !== 0) events.raise(this.config.interrupt_line, mask, at);
  }

  private plan(): void {
    this.nextCycle = Math.min(this.arbitrateAt, this.sender.nextCycle, this.receiver.nextCycle);
  }

  /** Physical events, up to cycle `now` or else up to the last cycle in which the DMA did something. */
  counters(now = this.clock): Counters {
    const until = this.bytesLeft > 0 ? now : Math.min(now, this.busyUntil);
    return {
      transfers: this.transfers,
      bytes_in: this.bytesIn,
      bytes_out: this.bytesOut,
      words: this.words,
      busy_cycles: this.busyBefore + Math.max(0, until - this.busyFrom),
      stall_cycles: this.stallCycles,
    };
  }

  reset(): void {
    for (const queue of this.queues) queue.reset();
    this.receiver.reset();
    this.sender.reset();
    for (const numbers of this.arrays()) numbers.fill(0);
    this.intervals.reset();
    this.turn = this.reserved = 0;
    this.arbitrateAt = Infinity;
    this.idWaiters = [];
    this.setCounts([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    this.plan();
  }

  save(): unknown {
    return {
      queues: this.queues.map((queue) => queue.save()),
      receiver: this.receiver.save(),
      sender: this.sender.save(),
      arrays: this.arrays().map((numbers) => numbers.slice()),
      turn: this.turn,
      reserved: this.reserved,
      arbitrateAt: this.arbitrateAt === Infinity ? -1 : this.arbitrateAt,
      idWaiters: [...this.idWaiters],
      counts: [
        this.transfers,
        this.bytesIn,
        this.bytesOut,
        this.words,
        this.stallCycles,
        this.bytesLeft,
        this.busyFrom,
        this.busyUntil,
        this.busyBefore,
        this.clock,
      ],
    };
  }

  restore(state: unknown): void {
    const s = state as {
      queues: unknown[];
      receiver: unknown;
      sender: unknown;
      arrays: (Float64Array | Int32Array)[];
      turn: number;
      reserved: number;
      arbitrateAt: number;
      idWaiters: { hart: number; queue: number }[];
      counts: number[];
    };
    this.queues.forEach((queue, i) => queue.restore(s.queues[i]));
    this.receiver.restore(s.receiver);
    this.sender.restore(s.sender);
    this.arrays().forEach((numbers, i) => numbers.set(s.arrays[i]));
    this.turn = s.turn;
    this.reserved = s.reserved;
    this.arbitrateAt = s.arbitrateAt === -1 ? Infinity : s.arbitrateAt;
    this.idWaiters = [...s.idWaiters];
    this.setCounts(s.counts);
    this.intervals.reset();
    this.plan();
  }

  private arrays(): (Float64Array | Int32Array)[] {
    return [this.left, this.endsAt, this.flags, this.commander];
  }

  private setCounts(counts: readonly number[]): void {
    [
      this.transfers,
      this.bytesIn,
      this.bytesOut,
      this.words,
      this.stallCycles,
      this.bytesLeft,
      this.busyFrom,
      this.busyUntil,
      this.busyBefore,
      this.clock,
    ] = counts;
  }
}

const wayOf = (flags: number): string => ((flags & CommandBit.TO_TCDM) !== 0 ? 'in' : 'out');
