import type { Peripheral } from '../interconnect/peripheral.js';
import { OctobarError } from '../sim/error.js';
import type { ConfigOf } from '../sim/parameters.js';
import type { EventSink, Unit } from '../sim/unit.js';
import { RegisterDecoder } from './register-decoder.js';
import { TimerBit, timerRegisters } from './timer-registers.js';
import type { timerParameters } from './timer-registers.js';

const LO = 0;
const HI = 1;
const WORD = 2 ** 32;

/**
 * PULP timer unit. Nothing happens per cycle: a counter is its value at cycle `base` plus the ticks
 * since then, and the next compare match is computed.
 *
 * A read in cycle u sees what the RTL's counter register holds at u + 1, when its bus answers; so
 * does this model's value(u). Where value(u) reaches the compare value the RTL raises its output in
 * u + 1, and clears or stops with effect on value(u + 1).
 *
 * Limit: the RTL's comparator is a level, high as long as counter and compare value are equal. With a
 * prescaler or a stopped counter that is more than a cycle, in which the RTL goes on raising the event
 * and a one-shot counter cannot be started again; here each match counts once.
 */
export class ClusterTimer implements Peripheral, Unit {
  readonly name = 'timer';
  readonly registers = timerRegisters;
  nextCycle = Infinity;

  private readonly decoder = new RegisterDecoder('timer', timerRegisters);
  private readonly cfg = new Uint32Array(2);
  private readonly count = new Uint32Array(2);
  private readonly compare = new Uint32Array(2);
  /** Cycles since the last tick of the prescaler. */
  private readonly phase = new Uint32Array(2);
  /** The value became equal to the compare value in cycle `base`, so that the match is yet to come. */
  private readonly fresh = new Uint8Array(2);
  /** Cycle before which a counter stays at 0 because of its reset bit. */
  private readonly resetAt = new Float64Array(2);
  private readonly lines: readonly [number, number];
  /** Cycle for which `count` and `phase` hold. */
  private base = 0;

  /** @param hartMask harts that receive the events */
  constructor(
    config: ConfigOf<typeof timerParameters>,
    private readonly events: EventSink,
    private readonly hartMask: number,
  ) {
    this.lines = [config.low_event, config.high_event];
  }

  read(offset: number, size: number, _hart: number, now: number): number {
    const { name } = this.decoder.find(offset, size, false).register;
    this.advance(now);
    const half = name.endsWith('_HI') ? HI : LO;
    if (name.startsWith('CFG')) return this.cfg[half];
    return name.startsWith('CNT') ? this.count[half] : this.compare[half];
  }

  write(offset: number, value: number, size: number, _hart: number, now: number): void {
    const { name } = this.decoder.find(offset, size, true).register;
    this.advance(now);
    const half = name.endsWith('_HI') ? HI : LO;
    if (!name.startsWith('CFG') && !name.startsWith('START')) this.fresh[half] = 0;
    if (name.startsWith('CFG')) this.configure(half, value >>> 0);
    else if (name.startsWith('CNT')) this.count[half] = value;
    else if (name.startsWith('CMP')) this.compare[half] = value;
    else if (name.startsWith('START')) this.cfg[half] |= TimerBit.ENABLE;
    else this.count[half] = this.phase[half] = 0;
    this.plan();
  }

  cycle(now: number): void {
    this.advance(now);
    this.plan();
  }

  settle(): void {
    // The timer has no TCDM ports.
  }

  private configure(half: number, value: number): void {
    for (const [bit, what] of [
      [TimerBit.EVENT_INPUT, 'its start input, which is not connected'],
      [TimerBit.REFERENCE_CLOCK, 'the 32 kHz reference clock, which does not exist'],
    ] as const) {
      if ((value & bit) !== 0) {
        throw new OctobarError('device-misuse', `timer: the configuration selects ${what}`, {
          hint: 'clear bits 3 and 7 of CFG; the timer counts cycles of the cluster clock',
        });
      }
    }
    if (half === HI && (value & TimerBit.CASCADE) !== 0) {
      throw new OctobarError('device-misuse', 'timer: CFG_HI has no cascade bit', {
        hint: 'bit 31 of CFG_LO joins the counters',
      });
    }
    const old = this.cfg[half];
    this.cfg[half] = value & ~TimerBit.RESET;
    // The prescaler has compared itself with the old value in this cycle; from reset on that is 0 = 0.
    if (this.phase[half] === ((old >>> 8) & 0xff)) this.phase[half] = this.period(half) - 1;
    else if (this.phase[half] >= this.period(half)) this.phase[half] = 0;
    if ((value & TimerBit.ENABLE) === 0) this.rest(half);
    if ((value & TimerBit.RESET) !== 0) {
      // The bit takes effect in the next cycle, and that cycle does not count.
      this.count[half] = 0;
      this.phase[half] = 0;
      this.resetAt[half] = this.base + 1;
    }
  }

  /** A prescaler that stops at its end falls back to 0: its comparator works on without the clock. */
  private rest(half: number): void {
    if (this.phase[half] === this.period(half) - 1) this.phase[half] = 0;
  }

  private get cascaded(): boolean {
    return (this.cfg[LO] & TimerBit.CASCADE) !== 0;
  }

  /** Cycles per tick. */
  private period(half: number): number {
    const cfg = this.cfg[half];
    return (cfg & TimerBit.PRESCALER) !== 0 ? ((cfg >>> 8) & 0xff) + 1 : 1;
  }

  /** First cycle from `base` on in which the value equals the compare value anew, else Infinity. */
  private matchCycle(half: number): number {
    if (this.cascaded && half === HI) return Infinity;
    // The comparator has seen the value, even when the counter is being stopped in this cycle.
    if (this.fresh[half] !== 0) return Math.max(this.base, this.resetAt[half]);
    if ((this.cfg[half] & TimerBit.ENABLE) === 0) return Infinity;
    let distance = (this.compare[half] - this.count[half] + WORD) % WORD;
    let range = WORD;
    if (this.cascaded) {
      distance = this.compare[LO] - this.count[LO];
      distance += ((this.compare[HI] - this.count[HI] + WORD) % WORD) * WORD;
      range = WORD * WORD;
      if (distance < 0) distance += range;
    }
    if (distance === 0) distance = range;
    const from = Math.max(this.base, this.resetAt[half]);
    // Beyond exact integers nobody will be there to see it.
    const at = from + distance * this.period(half) - this.phase[half];
    return Number.isSafeInteger(at) ? at : Infinity;
  }

  /** Cycle in which the next match takes effect, if it has any. */
  private effectCycle(half: number): number {
    const effects = TimerBit.IRQ | TimerBit.COMPARE_CLEAR | TimerBit.ONE_SHOT;
    return (this.cfg[half] & effects) === 0 ? Infinity : this.matchCycle(half) + 1;
  }

  /** Brings the counters to cycle `now`. */
  private advance(now: number): void {
    for (;;) {
      const lo = this.effectCycle(LO);
      const hi = this.effectCycle(HI);
      const next = Math.min(lo, hi);
      if (next > now) break;
      this.tick(next);
      if (lo === next) this.match(LO, next);
      if (hi === next) this.match(HI, next);
    }
    this.tick(now);
  }

  private match(half: number, at: number): void {
    const cfg = this.cfg[half];
    if ((cfg & TimerBit.IRQ) !== 0) this.events.raise(this.lines[half], this.hartMask, at);
    this.fresh[half] = 0;
    if ((cfg & TimerBit.COMPARE_CLEAR) !== 0) {
      this.count[half] = 0;
      if (this.cascaded) this.count[HI] = 0;
      const counts = (cfg & (TimerBit.ENABLE | TimerBit.ONE_SHOT)) === TimerBit.ENABLE;
      this.fresh[half] = counts && this.equal(half) ? 1 : 0;
    }
    if ((cfg & TimerBit.ONE_SHOT) !== 0) {
      this.cfg[half] &= ~TimerBit.ENABLE;
      this.rest(half);
      if (this.cascaded) this.cfg[HI] &= ~TimerBit.ENABLE;
    }
  }

  /** Adds the ticks up to cycle `to`, in which no match takes effect. */
  private tick(to: number): void {
    for (let half = LO; half <= HI; half++) {
      const running = (this.cfg[half] & TimerBit.ENABLE) !== 0 && !(this.cascaded && half === HI);
      const from = Math.max(this.base, this.resetAt[half]);
      if (!running || to <= from) continue;
      const period = this.period(half);
      const cycles = to - from + this.phase[half];
      const ticks = Math.floor(cycles / period);
      this.phase[half] = cycles % period;
      const sum = this.count[half] + ticks;
      this.count[half] = sum % WORD;
      if (this.cascaded) this.count[HI] = (this.count[HI] + Math.floor(sum / WORD)) % WORD;
      this.fresh[half] = ticks > 0 && this.phase[half] === 0 && this.equal(half) ? 1 : 0;
    }
    this.base = to;
  }

  private equal(half: number): boolean {
    if (this.cascaded && this.count[HI] !== this.compare[HI]) return false;
    return this.count[half] === this.compare[half];
  }

  private plan(): void {
    // Without an event nobody notices a match before the next access.
    const lo = (this.cfg[LO] & TimerBit.IRQ) !== 0 ? this.effectCycle(LO) : Infinity;
    const hi = (this.cfg[HI] & TimerBit.IRQ) !== 0 ? this.effectCycle(HI) : Infinity;
    this.nextCycle = Math.min(lo, hi);
  }

  reset(): void {
    for (const words of this.words()) words.fill(0);
    this.base = 0;
    this.nextCycle = Infinity;
  }

  save(): unknown {
    return { words: this.words().map((words) => words.slice()), base: this.base };
  }

  restore(state: unknown): void {
    const s = state as { words: Uint32Array[]; base: number };
    this.words().forEach((words, i) => words.set(s.words[i]));
    this.base = s.base;
    this.plan();
  }

  private words(): (Uint32Array | Uint8Array | Float64Array)[] {
    return [this.cfg, this.count, this.compare, this.phase, this.fresh, this.resetAt];
  }
}
