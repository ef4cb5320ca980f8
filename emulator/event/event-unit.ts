import type { Peripheral } from '../interconnect/peripheral.js';
import { RegisterDecoder } from '../peripherals/register-decoder.js';
import { OctobarError } from '../sim/error.js';
import type { ConfigOf } from '../sim/parameters.js';
import type { Counters, EventSink, HartControl, Stateful, Unit } from '../sim/unit.js';
import { BarrierQueue } from './barrier-queue.js';
import { Barriers } from './barriers.js';
import { describeWait } from './describe.js';
import { Dispatch } from './dispatch.js';
import { Mutexes } from './mutexes.js';
import type { eventParameters } from './parameters.js';
import { EventFastPort, EventSlowPort } from './ports.js';
import { eventFastRegisters, eventSlowRegisters } from './registers.js';
import { SocFifo } from './soc-fifo.js';
import { Wait } from './wait.js';

const waitTexts = [
  '',
  'event unit: event wait',
  'event unit: software event and wait',
  'event unit: barrier',
  'event unit: mutex',
  'event unit: dispatch',
];

interface Scheduled {
  readonly at: number;
  readonly line: number;
  readonly hartMask: number;
}

/**
 * PULP event unit v3. It follows the registers of the RTL: what happens in cycle t (triggers,
 * arrivals, lock requests, raised lines) is judged together at the end of t, so that it does not
 * matter in which order the harts of one cycle are run, and is in the event buffers from t + 1 on.
 * A barrier has one register more in its way: t + 2. A wait is answered in the first cycle in which
 * buffer & mask != 0.
 *
 * A wait that clears does so at the end of the cycle behind its grant, and takes what arrives until then
 * with it: an event of the mask that comes right behind the grant is lost, as in the RTL. An event load
 * returns what is there in that cycle behind the grant.
 *
 * Two deliberate differences to the RTL: plain loads of wait registers return what is there in the cycle of
 * their grant; and misuse of mutexes and dispatch, which the RTL only reports in simulation, is an error.
 */
export class EventUnit implements Unit, EventSink, Stateful {
  readonly name = 'event_unit';
  nextCycle = Infinity;

  /** The port at 0x10204000: registers of the accessing hart. */
  readonly fast: EventFastPort;
  /** The port at 0x10200800: registers of all harts. */
  readonly slow: Peripheral;

  /** One bit per hart; registers that name harts have no other bits. */
  readonly allHarts: number;
  readonly buffer: Uint32Array;
  readonly mask: Uint32Array;
  readonly irqMask: Uint32Array;
  readonly softwareTargets: Uint32Array;
  readonly barriers: Barriers;
  /** Who waits for a turn at the registers of a barrier. */
  readonly queue: BarrierQueue;
  readonly mutexes: Mutexes;
  readonly dispatch: Dispatch;
  readonly soc: SocFifo;
  readonly waitKind: Uint8Array;
  readonly waitIndex: Uint8Array;

  private readonly waitClears: Uint8Array;
  /** Bits that the answered wait of a hart clears, and the cycles until the end of which it does. */
  private readonly clearing: Uint32Array;
  private readonly clearsIn: Uint8Array;
  /** The hart has been answered in the current cycle, with events. */
  private readonly answered: Uint8Array;
  /** The held read was taken back, for an interrupt: it will be tried again. */
  private readonly withdrawn: Uint8Array;
  /** Lines that a hart sees: bit 0 for the one line, or one bit each. */
  private readonly irqLevel: Uint32Array;
  /** Event lines of each hart in the current cycle. */
  private readonly lines: Uint32Array;
  private readonly interruptLine: number;
  /** The current cycle: all cycles before it have been judged. */
  private clock = 0;
  /** The current cycle holds something that its end must judge. */
  private dirty = false;
  private scheduled: Scheduled[] = [];
  /** Cycle whose end serves those who wait at barrier registers. */
  private nextTurn = Infinity;
  /** Writes of event lines into the buffer of a hart, a cycle and hart each. */
  private delivered = 0;

  constructor(
    config: ConfigOf<typeof eventParameters>,
    private readonly control: HartControl,
    readonly harts: number,
    /** RI5CY: each event has an interrupt line of its own, and taking the interrupt clears it. */
    private readonly vectored = false,
  ) {
    if (harts > 16) {
      throw new OctobarError('config', `the event unit serves 16 harts, not ${harts}`, {
        hint: 'set harts to at most 16',
      });
    }
    const words = (): Uint32Array => new Uint32Array(harts);
    this.buffer = words();
    this.mask = words();
    this.irqMask = words();
    this.softwareTargets = words();
    this.lines = words();
    this.waitKind = new Uint8Array(harts);
    this.waitIndex = new Uint8Array(harts);
    this.waitClears = new Uint8Array(harts);
    this.clearing = words();
    this.clearsIn = new Uint8Array(harts);
    this.answered = new Uint8Array(harts);
    this.withdrawn = new Uint8Array(harts);
    this.irqLevel = words();
    this.barriers = new Barriers(config.barriers);
    this.queue = new BarrierQueue(config.barriers, harts);
    this.mutexes = new Mutexes(config.mutexes);
    this.dispatch = new Dispatch(config.dispatch_depth, harts);
    this.allHarts = (1 << harts) - 1;
    this.soc = new SocFifo(this, this.allHarts);
    this.interruptLine = config.interrupt_line;
    this.fast = new EventFastPort(this, new RegisterDecoder('event unit', eventFastRegisters));
    this.slow = new EventSlowPort(
      this,
      new RegisterDecoder('event unit (all harts)', eventSlowRegisters),
    );
  }

  /** Sets event `line` of the harts in `hartMask`: in their buffers from cycle `at` + 1 on. */
  raise(line: number, hartMask: number, at: number): void {
    if (at < this.clock) {
      throw new OctobarError('internal', `event ${line} raised for cycle ${at}, which is over`);
    }
    this.scheduled.push({ at, line, hartMask });
    if (at + 1 < this.nextCycle) this.nextCycle = at + 1;
  }

  /** Whether an event that the hart's mask lets through is in its buffer: a `wfi` does not sleep then. */
  pending(hart: number, now: number): boolean {
    this.advance(now);
    return (this.buffer[hart] & this.mask[hart]) !== 0;
  }

  /**
   * Takes back the held read of a hart, because the hart takes an interrupt. The hart must read the
   * register again afterwards; that second read does not trigger or arrive again.
   */
  withdraw(hart: number): void {
    if (this.waitKind[hart] !== Wait.NONE) this.withdrawn[hart] = 1;
  }

  /** What a sleeping hart waits for, or undefined when it does not sleep here. */
  describeWait(hart: number): string | undefined {
    return describeWait(this, hart);
  }

  /**
   * Whether `harts` meet when each of them reads the register at `offset` of its fast port: all but the last one sleep until
   * that one is there, in whatever order and when they come.
   */
  meet(offset: number, harts: number): boolean {
    const barrier = this.fast.barrierOf(offset);
    const { barriers } = this;
    if (barrier < 0 || barrier >= barriers.count || this.dirty) return false;
    if (barriers.missing(barrier) !== harts || barriers.strangers(barrier) !== 0) return false;
    for (let h = 0; h < this.harts; h++) {
      if (((harts >>> h) & 1) === 0) continue;
      if (this.waitKind[h] !== Wait.NONE || this.clearsIn[h] !== 0) return false;
      if ((this.buffer[h] & this.mask[h]) !== 0) return false;
    }
    return true;
  }

  sleeps(hart: number): boolean {
    return this.waitKind[hart] !== Wait.NONE && this.withdrawn[hart] === 0;
  }

  cycle(now: number): void {
    this.advance(now);
    if (this.queue.isEmpty) return;
    this.queue.serve(now, (hart, offset, isWrite, value) => {
      this.control.resume(hart, now, this.fast.served(offset, isWrite, value));
    });
    this.nextTurn = this.queue.isEmpty ? Infinity : now + 1;
    this.plan();
  }

  /** The access in progress waits until the barrier unit has served those before it. */
  holdForTurn(hart: number, barrier: number): void {
    if (this.nextTurn === Infinity) this.nextTurn = this.clock + 1;
    this.control.hold(hart, `event unit: turn at the registers of barrier ${barrier}`, false);
    this.plan();
  }

  settle(): void {
    // The unit has no TCDM ports.
  }

  // What the two ports do. Each first calls `advance`, so that `clock` is the cycle of the access.

  /** Judges every cycle before `now`. */
  advance(now: number): void {
    while (this.clock < now) {
      if (!this.dirty) {
        let next = now;
        for (const s of this.scheduled) if (s.at < next) next = s.at;
        if (next > this.clock) this.clock = next;
        if (this.clock >= now) break;
      }
      this.edge();
    }
    this.plan();
  }

  /** A load of a register that waits. */
  wait(hart: number, kind: number, index: number, clears: boolean): number {
    if (this.waitKind[hart] === Wait.NONE) this.trigger(hart, kind, index);
    this.waitKind[hart] = kind;
    this.waitIndex[hart] = index;
    this.waitClears[hart] = clears ? 1 : 0;
    this.withdrawn[hart] = 0;
    if (this.answers(hart)) return this.answer(hart);
    this.control.hold(hart, waitTexts[kind], true);
    return 0;
  }

  /** An event is there, and no earlier wait has yet to clear it. */
  private answers(hart: number): boolean {
    return (this.buffer[hart] & this.mask[hart]) !== 0 && this.clearsIn[hart] === 0;
  }

  /** Software event `event` to the harts in `hartMask`; 0 means all of them. */
  signal(event: number, hartMask: number): void {
    const target = (hartMask & this.allHarts) === 0 ? this.allHarts : hartMask;
    for (let h = 0; h < this.harts; h++) {
      if ((target >>> h) & 1) this.lines[h] |= 1 << event;
    }
    this.touch();
  }

  clear(hart: number, bits: number): void {
    this.buffer[hart] &= ~bits;
    this.driveInterrupt(hart);
  }

  setMask(hart: number, value: number): void {
    this.mask[hart] = value;
    this.touch();
  }

  setIrqMask(hart: number, value: number): void {
    this.irqMask[hart] = value;
    this.driveInterrupt(hart);
  }

  /** Something happened that the end of this cycle must judge. */
  touch(): void {
    this.dirty = true;
    this.plan();
  }

  private plan(): void {
    let next = this.dirty ? this.clock + 1 : Infinity;
    for (const s of this.scheduled) if (s.at + 1 < next) next = s.at + 1;
    this.nextCycle = Math.min(next, this.nextTurn);
  }

  private trigger(hart: number, kind: number, index: number): void {
    if (kind === Wait.SOFTWARE) this.signal(index, this.softwareTargets[hart]);
    else if (kind === Wait.BARRIER) this.barriers.arrive(index, 1 << hart);
    else if (kind === Wait.MUTEX) this.mutexes.lock(index, hart);
    else if (kind === Wait.DISPATCH) this.dispatch.request(hart);
    else return;
    this.touch();
  }

  /** End of the current cycle. */
  private edge(): void {
    const { lines } = this;
    const barrierFires = this.barriers.edge(lines);
    this.mutexes.edge(lines);
    const dispatching = this.dispatch.edge(lines);
    if (this.scheduled.length > 0) this.collect();
    this.clock++;
    this.dirty = barrierFires || dispatching;
    for (let h = 0; h < this.harts; h++) {
      const late = lines[h] & this.mask[h];
      if (lines[h] !== 0) {
        this.buffer[h] |= lines[h];
        lines[h] = 0;
        this.delivered++;
        this.driveInterrupt(h);
      }
      if (this.answered[h] !== 0) {
        this.answered[h] = 0;
        if (late !== 0) this.control.amend(h, (this.buffer[h] & this.mask[h]) >>> 0);
      }
      if (this.clearsIn[h] !== 0) {
        this.clearsIn[h]--;
        if (this.clearsIn[h] === 0) this.clear(h, this.clearing[h]);
        else this.dirty = true;
      }
      if (!this.answers(h)) continue;
      if (this.sleeps(h)) this.control.resume(h, this.clock, this.answer(h));
      else this.control.wake(h, this.clock);
    }
  }

  private collect(): void {
    let kept = 0;
    for (const s of this.scheduled) {
      if (s.at > this.clock) {
        this.scheduled[kept++] = s;
        continue;
      }
      for (let h = 0; h < this.harts; h++) {
        if ((s.hartMask >>> h) & 1) this.lines[h] |= 1 << s.line;
      }
    }
    this.scheduled.length = kept;
  }

  /** Ends the wait of a hart that has an event; returns what its load reads. */
  private answer(hart: number): number {
    const kind = this.waitKind[hart];
    const events = (this.buffer[hart] & this.mask[hart]) >>> 0;
    this.waitKind[hart] = Wait.NONE;
    if (this.waitClears[hart] !== 0) {
      this.clearing[hart] = this.mask[hart];
      this.clearsIn[hart] = 2;
    }
    this.touch();
    if (kind === Wait.MUTEX) return this.mutexes.message[this.waitIndex[hart]];
    if (kind === Wait.DISPATCH) return this.dispatch.take(hart);
    this.answered[hart] = 1;
    return events;
  }

  private driveInterrupt(hart: number): void {
    const events = (this.buffer[hart] & this.irqMask[hart]) >>> 0;
    const level = this.vectored ? events : events === 0 ? 0 : 1;
    const changed = level ^ this.irqLevel[hart];
    if (changed === 0) return;
    this.irqLevel[hart] = level;
    if (!this.vectored) return this.control.interrupt(hart, this.interruptLine, level === 1);
    for (let line = 0; line < 32; line++) {
      if (((changed >>> line) & 1) !== 0) {
        this.control.interrupt(hart, line, ((level >>> line) & 1) !== 0);
      }
    }
  }

  /** Physical events so far. */
  counters(): Counters {
    return { delivered: this.delivered };
  }

  /** A hart has entered the handler of an interrupt line. */
  taken(hart: number, line: number): void {
    if (this.vectored) this.clear(hart, 1 << line);
  }

  reset(): void {
    for (const words of this.words()) words.fill(0);
    for (let h = 0; h < this.harts; h++) this.driveInterrupt(h);
    this.barriers.reset();
    this.queue.reset();
    this.nextTurn = Infinity;
    this.mutexes.reset();
    this.dispatch.reset();
    this.soc.reset();
    this.scheduled = [];
    this.clock = 0;
    this.delivered = 0;
    this.dirty = false;
    this.nextCycle = Infinity;
  }

  save(): unknown {
    return {
      words: this.words().map((words) => words.slice()),
      irqLevel: this.irqLevel.slice(),
      barriers: this.barriers.save(),
      queue: this.queue.save(),
      nextTurn: this.nextTurn === Infinity ? -1 : this.nextTurn,
      mutexes: this.mutexes.save(),
      dispatch: this.dispatch.save(),
      soc: this.soc.save(),
      scheduled: [...this.scheduled],
      clock: this.clock,
      dirty: this.dirty,
      delivered: this.delivered,
    };
  }

  restore(state: unknown): void {
    const s = state as {
      words: (Uint32Array | Uint8Array)[];
      irqLevel: Uint32Array;
      barriers: unknown;
      queue: unknown;
      nextTurn: number;
      mutexes: unknown;
      dispatch: unknown;
      soc: unknown;
      scheduled: Scheduled[];
      clock: number;
      dirty: boolean;
      delivered: number;
    };
    this.words().forEach((words, i) => words.set(s.words[i]));
    // The harts restore the levels of their interrupt lines themselves.
    this.irqLevel.set(s.irqLevel);
    this.barriers.restore(s.barriers);
    this.queue.restore(s.queue);
    this.nextTurn = s.nextTurn < 0 ? Infinity : s.nextTurn;
    this.mutexes.restore(s.mutexes);
    this.dispatch.restore(s.dispatch);
    this.soc.restore(s.soc);
    this.scheduled = [...s.scheduled];
    this.clock = s.clock;
    this.dirty = s.dirty;
    this.delivered = s.delivered;
    this.plan();
  }

  private words(): (Uint32Array | Uint8Array)[] {
    return [
      this.buffer,
      this.mask,
      this.irqMask,
      this.softwareTargets,
      this.lines,
      this.waitKind,
      this.waitIndex,
      this.waitClears,
      this.clearing,
      this.clearsIn,
      this.answered,
      this.withdrawn,
    ];
  }
}
