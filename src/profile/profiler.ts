/**
 * Takes a profile of a run: create it when the images are loaded, run the session, then `finish`.
 * With `window` only the part between `open` and `close` counts; without, everything.
 */
import { stallCauses } from '../../emulator/hart/state.js';
import type { CallSink, CodeRange, HartProfiler } from '../../emulator/hart/profiler.js';
import type { Interval } from '../../emulator/sim/intervals.js';
import { OctobarError } from '../../emulator/sim/error.js';
import { countedBetween, energyOf } from '../energy/index.js';
import { InlineTable } from '../loader/index.js';
import { pricesOf } from '../session/prices.js';
import type { Session } from '../session/session.js';
import type { Stats } from '../session/stats.js';
import { CodeMap } from './code-map.js';
import { addCounts, eventNames, noCounts, Pricing } from './counts.js';
import { Folder } from './fold.js';
import { FunctionTable } from './functions.js';
import { profileSchema, type Counts, type HartProfile, type Profile } from './model.js';
import { notesOf } from './notes.js';
import { Sections, type RegionSpec } from './sections.js';
import { UnitRecorder, unitsBetween } from './units.js';

export interface ProfileOptions {
  /** Only what lies between `open` and `close` counts. */
  readonly window?: boolean;
  /** Told of calls and sleep as they happen, window or not. */
  readonly calls?: CallSink;
  /** Measured hart by hart, with all counts. */
  readonly regions?: readonly RegionSpec[];
  /** Intervals kept of each unit. Default 100,000. */
  readonly intervals?: number;
  /** Halfwords of code that all call nodes may reach together. Default 2^21, which is 64 MB. */
  readonly room?: number;
}

const defaultIntervals = 100_000;

export class Profiler {
  private readonly map: CodeMap;
  private readonly units: UnitRecorder;
  private readonly sections: Sections;
  private readonly pricing: Pricing;
  private before: Stats | undefined;
  private result: Profile | undefined;

  /** @throws OctobarError `usage` for a region that the program does not have */
  constructor(
    private readonly session: Session,
    options: ProfileOptions = {},
  ) {
    this.map = new CodeMap(session);
    session.profile({
      rangeOf: this.map.rangeOf,
      ...(options.calls === undefined ? {} : { calls: options.calls }),
      ...(options.room === undefined ? {} : { room: options.room }),
    });
    this.pricing = new Pricing(pricesOf(session.configuration), this.counters.eventNames);
    this.sections = new Sections(session, this.pricing, options.regions ?? []);
    this.units = new UnitRecorder(options.intervals ?? defaultIntervals);
    session.observeUnits({ end: (interval: Interval) => this.units.add(interval) });
    if (options.window !== true) {
      this.before = session.stats();
      this.sections.open();
    } else this.units.isOpen = false;
  }

  private get counters(): HartProfiler {
    return this.session.profiler!;
  }

  /** Counting begins in this cycle; the session stands there. */
  open(cycle: number): void {
    this.counters.start(cycle);
    this.before = this.session.stats();
    this.units.isOpen = true;
    this.sections.open();
  }

  /** Nothing counts from this cycle on. */
  close(cycle: number): void {
    if (this.before === undefined || this.result !== undefined) return;
    this.counters.settle(cycle);
    this.sections.close();
    this.units.isOpen = false;
    this.result = this.fold(this.before, this.session.stats());
  }

  /** Name of the function that a range of the call sink stands for. */
  nameOf(range: CodeRange): string {
    return this.map.named(range).name;
  }

  /** What all harts did since the last call, or since the window opened, was this part, e.g. a layer. */
  part(name: string): void {
    this.sections.part(name);
    this.units.name(name);
  }

  /** @throws OctobarError `usage` when the window never opened */
  finish(): Profile {
    this.close(this.session.now);
    if (this.result === undefined) {
      throw new OctobarError('usage', 'the run never came to the part to profile', {
        hint: 'the summary says how many cycles it had; octobar map ELF lists its symbols',
      });
    }
    return { ...this.result, sections: this.sections.rows() };
  }

  private fold(before: Stats, after: Stats): Profile {
    const { session, pricing } = this;
    const inlining = InlineTable.of(session.loaded());
    const functions = new FunctionTable(session, this.map);
    const profiler = this.counters;
    const folder = new Folder({ session, profiler, inlining, functions, pricing });
    const cycles = after.cycles - before.cycles;
    const harts = after.harts.map((hart, i): HartProfile => {
      const total = noCounts();
      addCounts(total, pricing.stats(hart, profiler.banksOf(i)));
      addCounts(total, pricing.stats(before.harts[i]), -1);
      const name = session.hart(i).name;
      return checked(folder.hart(i, name, total, cycles - total.cycles - total.sleep));
    });
    const prices = pricesOf(session.configuration);
    const report = energyOf(countedBetween(before, after), prices);
    const hartsPj = harts.reduce((sum, hart) => sum + hart.total.picojoules, 0);
    const units = unitsBetween(before, after, prices, this.units);
    const unitsPj = units.reduce((sum, unit) => sum + unit.picojoules, 0);
    return {
      schema: profileSchema,
      versions: after.versions,
      preset: after.preset,
      images: after.images.map(({ name, sha256 }) => ({ name, sha256 })),
      clock_hz: after.clock_hz,
      window: { from: before.cycles, to: after.cycles, cycles },
      causes: [...stallCauses],
      events: [...eventNames],
      functions: functions.all(),
      harts,
      units,
      sections: this.sections.rows(),
      banks: after.tcdm.conflicts_per_bank.map((count, bank) => {
        const ofHarts = harts.reduce((sum, { total }) => sum + (total.banks?.[bank] ?? 0), 0);
        return { harts: ofHarts, ports: count - before.tcdm.conflicts_per_bank[bank] - ofHarts };
      }),
      energy: {
        total_pj: report.total_pj,
        harts_pj: hartsPj,
        units_pj: unitsPj,
        background_pj: report.total_pj - hartsPj - unitsPj,
        report,
      },
      notes: notesOf(session, profiler, inlining, this.units, after),
    };
  }
}

/** The parts of a hart are its whole, or this emulator is wrong. */
function checked(hart: HartProfile): HartProfile {
  const sum = noCounts();
  for (const { self } of hart.nodes) addCounts(sum, self);
  const same = (a: Counts, b: Counts): boolean =>
    a.cycles === b.cycles &&
    a.sleep === b.sleep &&
    a.instructions === b.instructions &&
    a.stalls.every((value, i) => value === b.stalls[i]) &&
    a.events.every((value, i) => value === b.events[i]);
  if (same(sum, hart.total)) return hart;
  throw new OctobarError('internal', `the profile of hart ${hart.hart} does not add up`, {
    hart: hart.hart,
    hint: 'please report it with the program',
  });
}
