/** `--report`, `--export`, `--window`, `--trace-limit`: the options of a run that is looked at. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { basename, join } from 'node:path';
import { exportFormats } from '../profile/export-formats.js';
import type { ExportFormat } from '../profile/export-formats.js';
import type { Observation } from '../profile/observe.js';
import type { WindowSpec } from '../profile/window.js';
import type { Span } from '../report/data.js';
import type { RunWatcher } from '../session/index.js';
import { parseCount, repeatable, usage } from './options.js';
import { SourceFiles } from '../profile/source-files.js';
import { BufferedWriter, makeFolder, writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

export interface ObserveOptions {
  report?: string;
  pictures?: string;
  export?: string[];
  window?: string;
  sourceDir?: string[];
  traceLimit: string;
}

export function withObserveOptions(command: Command): Command {
  const formats = Object.keys(exportFormats).join(', ');
  return command
    .option('--report <file>', 'write a page of HTML with timeline, flame graph, energy, roofline')
    .option('--pictures <folder>', 'write the pictures of the report as SVG files')
    .addOption(
      repeatable('--export <format=file>', `write what happened for another tool: ${formats}`),
    )
    .option(
      '--window <part>',
      'look only at cycles (1000..2000), from a place to another (start..end), or at one call of a function (kernel)',
    )
    .addOption(
      repeatable('--source-dir <folder>', 'sources below this folder may be shown in the report'),
    )
    .addOption(
      new Option(
        '--trace-limit <bytes>',
        'longest trace or export that grows with the run',
      ).default('4G'),
    );
}

interface Target {
  readonly format: ExportFormat;
  readonly path: string;
  readonly writer: BufferedWriter;
}

/** What a verb knows about the run that the options do not say. */
export interface RunContext {
  readonly title: string;
  /** The command as it was typed. */
  readonly command: string;
  /** Part of the run to look at when the user names none. */
  readonly window?: WindowSpec;
}

/** More parts than a picture can show. */
const mostSpans = 2000;

/** Looks at one run as the options say, and writes what was seen; undefined when nothing was asked for. */
export async function observer(
  options: ObserveOptions,
  terminal: Terminal,
  context: RunContext,
): Promise<RunWatcher | undefined> {
  const wanted = (options.export ?? []).map(parseExport);
  const twice = wanted.find(({ format }, i) => wanted.findIndex((w) => w.format === format) < i);
  if (twice) throw usage(`--export ${twice.format} stands twice`, 'one file for each format');
  const { report, pictures } = options;
  if (wanted.length === 0 && report === undefined && pictures === undefined) {
    if (options.window !== undefined)
      throw usage('--window without --report or --export', 'add --report out.html');
    return undefined;
  }
  // Loaded only here: most runs are not looked at.
  const { Observation, parseWindow } = await import('../profile/index.js');
  const page =
    report === undefined && pictures === undefined ? undefined : await import('../report/index.js');
  const window = options.window === undefined ? context.window : parseWindow(options.window);
  const limit = parseCount('--trace-limit', options.traceLimit);
  const spans: Span[] = [];
  // What cannot be written or read is said before the run, not after it.
  const sources = new SourceFiles(options.sourceDir);
  const sourceOf = (file: string): readonly string[] | undefined => sources.lines(file);
  if (pictures !== undefined) makeFolder(pictures);
  let sheet: BufferedWriter | undefined;
  let targets: Target[] = [];
  let observation: Observation;
  return {
    begin(session) {
      if (report !== undefined) sheet = BufferedWriter.toFile(report);
      targets = wanted.map((target) => ({ ...target, writer: BufferedWriter.toFile(target.path) }));
      observation = new Observation(session, {
        title: context.title,
        limit,
        exports: targets.map(({ format, writer }) => ({ format, sink: writer })),
        ...(window === undefined ? {} : { window }),
      });
    },
    span(name, from, to) {
      const last = spans.at(-1);
      // What goes on without a break is one part, however often it is told.
      if (last?.name === name && last.to === from)
        spans[spans.length - 1] = { name, from: last.from, to };
      else if (spans.length < mostSpans) spans.push({ name, from, to });
    },
    part(name) {
      observation.part(name);
    },
    end() {
      const seen = observation.finish();
      for (const { format, path, writer } of targets) {
        writer.close();
        if (format === 'vcd') writeText(viewOf(path), observation.gtkwaveView(basename(path)));
      }
      for (const { format, dropped } of seen.cut) {
        terminal.err(limitReached(format, options, dropped));
      }
      if (!page) return;
      const data = { ...context, ...seen, spans, source: sourceOf };
      sheet?.put(page.reportPage(data));
      sheet?.close();
      if (pictures !== undefined) {
        for (const [name, svg] of page.reportPictures(data))
          writeText(join(pictures, `${name}.svg`), svg);
      }
    },
  };
}

export const limitReached = (what: string, options: ObserveOptions, dropped: number): string =>
  `octobar: warning: ${what} reached --trace-limit ${options.traceLimit}: ${dropped} records are missing at its end; look at less of the run, or give more\n`;

/** `run.vcd` has its view in `run.gtkw`. */
const viewOf = (path: string): string => `${path.replace(/\.vcd$/, '')}.gtkw`;

function parseExport(text: string): { format: ExportFormat; path: string } {
  const at = text.indexOf('=');
  const format = text.slice(0, at);
  const path = text.slice(at + 1);
  if (at < 1 || path === '')
    throw usage(`--export ${text} is not format=file`, 'for example --export perfetto=trace.json');
  if (!Object.hasOwn(exportFormats, format)) {
    throw usage(
      `there is no export format ${JSON.stringify(format)}`,
      `the formats are ${Object.keys(exportFormats).join(', ')}`,
    );
  }
  return { format: format as ExportFormat, path };
}
