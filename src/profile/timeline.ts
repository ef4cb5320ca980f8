/**
 * What every part of the machine did over time, in at most `most` equal bins however long the run is.
 *
 * The run is cut at the borders of the bins and its counters are read there: nothing is added to the
 * machine, and a cut changes no cycle. Kept are counters since the start, so two bins become one by
 * forgetting the border between them.
 */
import type { MachineStats } from '../../emulator/api.js';
import { energyOf } from '../energy/index.js';
import { pricesOf } from '../session/prices.js';
import type { Session } from '../session/session.js';

export interface TimelineHart {
  readonly hart: number;
  /** By bin: instructions, cycles asleep, and stall cycles by cause. */
  readonly instructions: readonly number[];
  readonly sleep: readonly number[];
  readonly stalls: Readonly<Record<string, readonly number[]>>;
}

/** An engine or the DMA, by bin. */
export interface TimelineUnit {
  readonly name: string;
  readonly busy: readonly number[];
  readonly bytes: readonly number[];
  readonly jobs: readonly number[];
}

export interface Timeline {
  /** Borders of the bins in cycles: one more than there are bins. */
  readonly borders: readonly number[];
  readonly harts: readonly TimelineHart[];
  readonly units: readonly TimelineUnit[];
  /** Conflicts by bank and bin; accesses by bin. */
  readonly conflicts: readonly (readonly number[])[];
  readonly accesses: readonly number[];
  /** Picojoule by component and bin. */
  readonly energy: Readonly<Record<string, readonly number[]>>;
}

export interface TimelineOptions {
  /** Bins at most, an even number. */
  readonly most?: number;
  /** Cycles of the first bins. */
  readonly width?: number;
}

interface Sample {
  readonly cycle: number;
  readonly stats: MachineStats;
}

export class TimelineRecorder {
  private readonly most: number;
  private width: number;
  private start = NaN;
  private closed = false;
  private samples: Sample[] = [];

  constructor(
    private readonly session: Session,
    { most = 720, width = 16 }: TimelineOptions = {},
  ) {
    this.most = most;
    this.width = width;
    session.sample(this);
  }

  /** Cycle in which the counters must be looked at next. */
  get nextCycle(): number {
    if (this.closed || this.samples.length === 0) return Infinity;
    return this.start + this.width * this.samples.length;
  }

  /** Time begins here. */
  open(cycle: number): void {
    this.start = cycle;
    this.closed = false;
    this.samples = [{ cycle, stats: this.session.counters() }];
  }

  /** The run has come to `nextCycle`. */
  sample(cycle: number): void {
    this.samples.push({ cycle, stats: this.session.counters() });
    if (this.samples.length <= this.most) return;
    this.samples = this.samples.filter((_, index) => index % 2 === 0);
    this.width *= 2;
  }

  /** The last bin, perhaps a shorter one, ends here. */
  close(cycle: number): void {
    if (this.closed || this.samples.length === 0) return;
    const last = this.samples[this.samples.length - 1];
    if (cycle > last.cycle) this.samples.push({ cycle, stats: this.session.counters() });
    this.closed = true;
  }

  timeline(): Timeline {
    const { samples } = this;
    const bins = (pick: (stats: MachineStats) => number): number[] =>
      samples.slice(1).map(({ stats }, i) => pick(stats) - pick(samples[i].stats));
    const first = samples[0]?.stats;
    if (first === undefined)
      return { borders: [], harts: [], units: [], conflicts: [], accesses: [], energy: {} };
    return {
      borders: samples.map(({ cycle }) => cycle),
      harts: first.harts.map(({ stalls }, hart) => ({
        hart,
        instructions: bins((stats) => stats.harts[hart].instret),
        sleep: bins((stats) => stats.harts[hart].cycles_sleep),
        stalls: Object.fromEntries(
          Object.keys(stalls).map((cause) => [
            cause,
            bins((stats) => stats.harts[hart].stalls[cause]),
          ]),
        ),
      })),
      units: [
        ...Object.keys(first.engines).map((name) =>
          unit(name, bins, (stats) => stats.engines[name]),
        ),
        unit('dma', bins, ({ dma }) => dma),
      ],
      conflicts: first.tcdm.conflicts_per_bank.map((_, bank) =>
        bins((stats) => stats.tcdm.conflicts_per_bank[bank]),
      ),
      accesses: bins((stats) => stats.tcdm.accesses),
      energy: this.energy(),
    };
  }

  /** Energies are sums over counters, so that of a bin is a difference. */
  private energy(): Record<string, number[]> {
    const prices = pricesOf(this.session.configuration);
    const totals = this.samples.map(({ stats }) => energyOf(stats, prices).components);
    return Object.fromEntries(
      Object.keys(totals[0]).map((name) => [
        name,
        totals.slice(1).map((total, i) => total[name] - totals[i][name]),
      ]),
    );
  }
}

function unit(
  name: string,
  bins: (pick: (stats: MachineStats) => number) => number[],
  counters: (stats: MachineStats) => Readonly<Record<string, number>>,
): TimelineUnit {
  const of = (key: string) => (stats: MachineStats) => counters(stats)[key] ?? 0;
  return {
    name,
    busy: bins(of('busy_cycles')),
    bytes: bins((stats) => of('bytes_in')(stats) + of('bytes_out')(stats)),
    jobs: bins((stats) => of('jobs')(stats) + of('transfers')(stats)),
  };
}
