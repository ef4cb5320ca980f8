import type { Composition } from './composition.js';
import { NOW } from './hart/state.js';
import type { Unit } from './sim/unit.js';

/** Cycles of one call at most: the host's compiler puts in a better version when it is called again. */
const STRETCH = 4096;

/**
 * Cycles in which no hart is due and only engines and the DMA have something to do. They are run as the main loop
 * runs them, but it need not look after harts and the other units between two of them: none of
 * them changes before its next cycle.
 */
export class Streaming {
  private readonly movers: readonly Unit[];
  private readonly others: readonly Unit[];

  constructor(private readonly machine: Composition) {
    const { chip, dma, accelerators, units } = machine;
    const engines = accelerators.filter((engine) => engine !== undefined);
    // The controller of a chip hears of a transfer at once.
    this.movers = chip === undefined ? [dma, ...engines] : engines;
    this.others = units.filter((unit) => !this.movers.includes(unit));
  }

  /** Whether nobody looks who would expect the clock of the machine to go on with every cycle. */
  get isUnobserved(): boolean {
    return (
      this.machine.crossbar.observer === undefined && this.machine.harts.profiler === undefined
    );
  }

  /**
   * Runs cycles from `now` on that are before `until`, the next one in which a hart is due. The clock stands at the last
   * one that was run.
   * @returns false when cycle `now` needs the main loop
   */
  run(now: number, until: number): boolean {
    const { movers } = this;
    const { harts, state } = this.machine;
    if (this.nextOf(this.others) <= now) return false;
    harts.disturbed = false;
    for (let at = now; !harts.disturbed; at = this.nextOf(movers)) {
      let limit = Math.min(until, now + STRETCH, this.nextOf(this.others));
      if (at >= limit) break;
      state.clock[NOW] = at;
      let due: Unit | undefined;
      let several = false;
      for (const unit of movers) {
        if (unit.nextCycle > at) limit = Math.min(limit, unit.nextCycle);
        else if (due === undefined) due = unit;
        else several = true;
      }
      if (!several && due?.stream !== undefined) due.stream(at, limit);
      else this.step(at);
    }
    return true;
  }

  private nextOf(units: readonly Unit[]): number {
    let next = Infinity;
    for (const unit of units) if (unit.nextCycle < next) next = unit.nextCycle;
    return next;
  }

  /** The three phases of one cycle. */
  private step(now: number): void {
    const { movers } = this;
    const { crossbar } = this.machine;
    for (const unit of movers) if (unit.nextCycle <= now) unit.cycle(now);
    if (crossbar.portRequests === 0) return;
    crossbar.arbitrateAll(0);
    for (const unit of movers) unit.settle(now);
  }
}
