/**
 * The JSON of Chrome's trace viewer, which Perfetto opens (ui.perfetto.dev). One track for each hart with its
 * functions as nested slices, one for each context of an engine and each transfer of the DMA, counters for
 * power and the memory. Times are real ones: microseconds of the guest's clock, which `otherData` names.
 */
import type { Timeline } from '../timeline.js';
import type { BoundedSink } from './sink.js';

const processes = { harts: 1, units: 2, counters: 3 } as const;
/** Functions inside each other that a track shows; deeper ones belong to the last. */
const deepest = 256;

export class ChromeTrace {
  private first = true;
  /** By hart: names of the open slices, as JSON, and how many calls lie below the deepest one shown. */
  private readonly open: string[][] = [];
  private readonly hidden: number[] = [];
  private readonly tracks = new Map<string, number>();

  constructor(
    private readonly clockHz: number,
    harts: readonly string[],
    title: string,
    private readonly sink: BoundedSink,
  ) {
    sink.put(
      `{"displayTimeUnit":"ns","otherData":${JSON.stringify({ title, clock_hz: clockHz })},"traceEvents":[\n`,
    );
    this.name('process_name', processes.harts, 0, 'harts');
    this.name('process_name', processes.units, 0, 'engines and DMA');
    this.name('process_name', processes.counters, 0, 'memory and power');
    harts.forEach((hart, index) => {
      this.name('thread_name', processes.harts, index, hart);
      this.event(
        `"ph":"M","name":"thread_sort_index","pid":1,"tid":${index},"args":{"sort_index":${index}}`,
      );
    });
  }

  /** A hart enters a function, or goes to sleep. */
  enter(hart: number, name: string, cycle: number): void {
    const open = (this.open[hart] ??= []);
    // Every slice that is opened is closed: at the limit no more are opened, but those are closed.
    if (open.length >= deepest || (this.hidden[hart] ?? 0) > 0 || !this.sink.room()) {
      this.hidden[hart] = (this.hidden[hart] ?? 0) + 1;
      return;
    }
    const text = JSON.stringify(name);
    open.push(text);
    this.slice('B', hart, cycle, text);
  }

  /** It leaves the innermost one; one that was entered before the window began is not known here. */
  leave(hart: number, cycle: number): void {
    if ((this.hidden[hart] ?? 0) > 0) {
      this.hidden[hart]--;
      return;
    }
    const name = this.open[hart]?.pop();
    if (name !== undefined) this.slice('E', hart, cycle, name);
  }

  private slice(phase: 'B' | 'E', hart: number, cycle: number, name: string): void {
    this.event(`"ph":"${phase}","pid":1,"tid":${hart},"ts":${this.time(cycle)},"name":${name}`);
  }

  /** Something that a unit did in [from, to); intervals of one track must not overlap. */
  interval(
    unit: string,
    track: number,
    name: string,
    from: number,
    to: number,
    hart: number,
  ): void {
    if (!this.sink.room()) return;
    const tid = this.trackOf(unit, track);
    const duration = this.time(to - from);
    this.event(
      `"ph":"X","pid":2,"tid":${tid},"ts":${this.time(from)},"dur":${duration},"name":${JSON.stringify(name)},"args":{"cycle":${from},"cycles":${to - from},"hart":${hart}}`,
    );
  }

  /** Counters by bin, from the timeline of the run. */
  counters(timeline: Timeline): void {
    const { borders } = timeline;
    for (let bin = 0; bin + 1 < borders.length && this.sink.room(); bin++) {
      const wide = borders[bin + 1] - borders[bin];
      const conflicts = timeline.conflicts.reduce((sum, bank) => sum + bank[bin], 0);
      this.count('TCDM accesses a cycle', borders[bin], {
        accesses: timeline.accesses[bin] / wide,
      });
      this.count('TCDM conflicts a cycle', borders[bin], { conflicts: conflicts / wide });
      const power = Object.fromEntries(
        Object.entries(timeline.energy).map(([name, pj]) => [
          name,
          (pj[bin] * this.clockHz) / (wide * 1e9),
        ]),
      );
      this.count('power in mW', borders[bin], power);
    }
  }

  /** Closes what is open at `cycle`, and the file. */
  finish(cycle: number): void {
    this.open.forEach((_, hart) => {
      this.hidden[hart] = 0;
      while (this.open[hart].length > 0) this.leave(hart, cycle);
    });
    this.sink.put('\n]}\n');
  }

  private trackOf(unit: string, track: number): number {
    const key = `${unit} ${track}`;
    const known = this.tracks.get(key);
    if (known !== undefined) return known;
    const tid = this.tracks.size + 1;
    this.tracks.set(key, tid);
    this.name('thread_name', processes.units, tid, track === 0 ? unit : `${unit} (${track})`);
    return tid;
  }

  private count(name: string, cycle: number, values: Readonly<Record<string, number>>): void {
    this.event(
      `"ph":"C","pid":3,"tid":0,"ts":${this.time(cycle)},"name":${JSON.stringify(name)},"args":${JSON.stringify(values)}`,
    );
  }

  private name(what: string, pid: number, tid: number, name: string): void {
    this.event(
      `"ph":"M","name":"${what}","pid":${pid},"tid":${tid},"args":${JSON.stringify({ name })}`,
    );
  }

  /** Microseconds, to the picosecond. */
  private time(cycles: number): string {
    const text = ((cycles * 1e6) / this.clockHz).toFixed(6);
    return text.replace(/\.?0+$/, '');
  }

  private event(fields: string): void {
    this.sink.put(this.first ? `{${fields}}` : `,\n{${fields}}`);
    this.first = false;
  }
}
