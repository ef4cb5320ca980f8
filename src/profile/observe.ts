/**
 * Everything that looks at one run: the part of it to look at, the profile, the timeline, and the exports,
 * some of which are written while it runs. No cycle changes by it.
 */
import { createDecoder } from '../../emulator/isa/decoder.js';
import { extensionsOf } from '../../emulator/isa/table.js';
import type { Session } from '../session/session.js';
import type { Stats } from '../session/stats.js';
import { statsBetween } from './difference.js';
import type { ExportFormat } from './export-formats.js';
import { writeCallgrind } from './export/callgrind.js';
import { ChromeTrace } from './export/chrome-trace.js';
import { CommitLog } from './export/commit-log.js';
import { BoundedSink } from './export/sink.js';
import { writeProfile } from './export/profile-json.js';
import type { TextSink } from './export/sink.js';
import { writeSpeedscope } from './export/speedscope.js';
import { Streams } from './export/streams.js';
import { gtkwaveView, VcdWriter } from './export/vcd.js';
import type { VcdLayout } from './export/vcd.js';
import type { NamedRange } from './code-map.js';
import type { Profile } from './model.js';
import { Profiler } from './profiler.js';
import { TimelineRecorder } from './timeline.js';
import type { Timeline } from './timeline.js';
import { Window } from './window.js';
import type { WindowSpec } from './window.js';

export interface ExportTarget {
  readonly format: ExportFormat;
  readonly sink: TextSink;
}

export interface ObservationOptions {
  readonly title: string;
  readonly window?: WindowSpec;
  readonly exports?: readonly ExportTarget[];
  /** Characters that each of the files that grow with the run may have. Default: no limit. */
  readonly limit?: number;
}

/** What was seen, when the run is over. */
export interface Observed {
  readonly window: { readonly from: number; readonly to: number };
  /** Counters of the window alone. */
  readonly stats: Stats;
  readonly profile: Profile;
  readonly timeline: Timeline;
  /** Files that were cut at the limit, and how many records they lack. */
  readonly cut: readonly { readonly format: ExportFormat; readonly dropped: number }[];
}

export class Observation {
  private readonly window: Window;
  private readonly recorder: TimelineRecorder;
  private readonly profiler: Profiler;
  private readonly bounded = new Map<ExportFormat, BoundedSink>();
  private readonly chrome: ChromeTrace | undefined;

  /** Installs itself: call it when the images are loaded and before the run. @throws OctobarError */
  constructor(
    private readonly session: Session,
    private readonly options: ObservationOptions,
  ) {
    this.window = new Window(session, options.window ?? { kind: 'run' });
    this.recorder = new TimelineRecorder(session);
    for (const { format, sink } of options.exports ?? [])
      this.bounded.set(format, new BoundedSink(sink, options.limit));
    this.chrome = this.chromeTrace();
    const writers = { chrome: this.chrome, vcd: this.vcd(), commits: this.commitLog() };
    // The profiler hands out the ranges of its code map, which have names.
    const streams = new Streams(writers, session.harts, (range) => (range as NamedRange).name);
    this.profiler = new Profiler(session, { window: true, calls: streams.calls });
    session.observeUnits(streams.units);
    this.follow(streams, writers.vcd !== undefined || writers.commits !== undefined);
    this.window.listen(this.profiler);
  }

  /** What all harts did since the last call was this part. */
  part(name: string): void {
    this.profiler.part(name);
  }

  /** The run is over: ends and writes all files. @throws OctobarError when it never came to the window */
  finish(): Observed {
    this.window.finish();
    const { from, to, before, after } = this.window;
    const profile = this.profiler.finish();
    const timeline = this.recorder.timeline();
    const { title } = this.options;
    this.chrome?.counters(timeline);
    this.chrome?.finish(to);
    const of = (format: ExportFormat): BoundedSink | undefined => this.bounded.get(format);
    const [speedscope, callgrind, document] = [of('speedscope'), of('callgrind'), of('profile')];
    if (speedscope) writeSpeedscope(profile, title, speedscope);
    if (callgrind) writeCallgrind(profile, title, callgrind);
    if (document) writeProfile(profile, document);
    const cut = [...this.bounded].flatMap(([format, { dropped }]) =>
      dropped > 0 ? [{ format, dropped }] : [],
    );
    const stats = { ...statsBetween(after!, before!), energy: profile.energy.report };
    return { window: { from, to }, stats, profile, timeline, cut };
  }

  /** The view of GTKWave for a dump of this name. */
  gtkwaveView(vcd: string): string {
    return gtkwaveView(this.layout(), vcd);
  }

  /** Feeds timeline and streams while the window is open. */
  private follow(streams: Streams, traced: boolean): void {
    const { recorder, session } = this;
    this.window.listen(recorder);
    this.window.listen({
      open: (cycle) => {
        streams.begin(cycle);
        if (traced) session.follow((hart, pc, now) => streams.instruction(hart, pc, now));
      },
      close: (cycle) => {
        streams.end(cycle);
        if (traced) session.follow(undefined);
      },
    });
  }

  private chromeTrace(): ChromeTrace | undefined {
    const sink = this.bounded.get('perfetto');
    const { clockHz, harts } = this.layout();
    return sink && new ChromeTrace(clockHz, harts, this.options.title, sink);
  }

  private vcd(): VcdWriter | undefined {
    const sink = this.bounded.get('vcd');
    return sink && new VcdWriter(this.layout(), this.options.title, sink);
  }

  private commitLog(): CommitLog | undefined {
    const sink = this.bounded.get('commits');
    const isa = String(this.session.configuration.get('isa'));
    return sink && new CommitLog(this.session, createDecoder(extensionsOf(isa)), sink);
  }

  private layout(): VcdLayout {
    const { configuration, harts } = this.session;
    const cluster = configuration.number('harts');
    return {
      clockHz: configuration.number('clock_hz'),
      harts: Array.from({ length: harts }, (_, i) => (i < cluster ? `hart ${i}` : 'controller')),
      units: [...Object.keys(this.session.stats().engines), 'dma'],
      banks: configuration.number('tcdm.banks'),
    };
  }
}
