/** What engines and DMA did in a profile, and what that cost. */
import type { Interval } from '../../emulator/sim/intervals.js';
import { countedBetween, energyOfRest, type CountedRun, type PriceList } from '../energy/index.js';
import type { Stats } from '../session/stats.js';
import type { UnitInterval, UnitProfile } from './model.js';

type Growing = Omit<UnitInterval, 'layer'> & { layer?: string };

/** Keeps intervals, `most` of each unit. */
export class UnitRecorder {
  isOpen = true;
  dropped = 0;
  private readonly byUnit = new Map<string, { intervals: UnitInterval[]; dropped: number }>();
  /** Intervals that have ended in the part under way. */
  private unnamed: Growing[] = [];

  constructor(private readonly most: number) {}

  /** The part of the run that now ends has a name. */
  name(layer: string): void {
    for (const interval of this.unnamed) interval.layer = layer;
    this.unnamed = [];
  }

  add({ unit, track, what, bytes, hart, from, to }: Interval): void {
    if (!this.isOpen) return;
    let kept = this.byUnit.get(unit);
    if (kept === undefined) this.byUnit.set(unit, (kept = { intervals: [], dropped: 0 }));
    if (kept.intervals.length === this.most) {
      kept.dropped++;
      this.dropped++;
      return;
    }
    const text = bytes === 0 ? what : `${what} ${bytes} B`;
    const interval: Growing = { track, from, to, what: text, hart };
    kept.intervals.push(interval);
    this.unnamed.push(interval);
  }

  of(unit: string): { intervals: readonly UnitInterval[]; dropped: number } {
    return this.byUnit.get(unit) ?? { intervals: [], dropped: 0 };
  }
}

/**
 * Engines, DMA, the ports of both to the TCDM and the event unit. The prices are linear: a unit costs what a run
 * would cost in which nothing but its counters moved.
 */
export function unitsBetween(
  before: Stats,
  after: Stats,
  prices: PriceList,
  recorder: UnitRecorder,
): UnitProfile[] {
  const run = countedBetween(before, after);
  const nothing: CountedRun = {
    cycles: 0,
    total: countedBetween(after, after).total,
    tcdm: { port_reads: 0, port_writes: 0 },
    events: {},
    dma: {},
    engines: {},
  };
  const unit = (name: string, counters: object, alone: Partial<CountedRun>): UnitProfile => ({
    unit: name,
    counters: counters as Record<string, number>,
    picojoules: Object.values(energyOfRest({ ...nothing, ...alone }, prices)).reduce(
      (sum, part) => sum + part,
      0,
    ),
    ...recorder.of(name),
  });
  const { port_reads, port_writes } = run.tcdm;
  return [
    ...Object.entries(run.engines).map(([name, counters]) =>
      unit(name, counters, { engines: { [name]: counters } }),
    ),
    unit('dma', run.dma, { dma: run.dma }),
    unit('tcdm_ports', { port_reads, port_writes }, { tcdm: run.tcdm }),
    unit('event_unit', run.events, { events: run.events }),
  ];
}
