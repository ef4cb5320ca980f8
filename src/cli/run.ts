/** `octobar run`: the guest has stdout, we have stderr. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { basename } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import { defaultMaxCycles, openSession } from '../session/index.js';
import type { Session } from '../session/index.js';
import {
  parseCount,
  parseRange,
  parseRegion,
  repeatable,
  sessionOptions,
  usage,
  withMachineOptions,
} from './options.js';
import type { MachineOptions } from './options.js';
import { BoundedSink } from '../profile/export/sink.js';
import { limitReached, observer, withObserveOptions } from './observe.js';
import type { ObserveOptions } from './observe.js';
import { summary } from './summary.js';
import { BufferedWriter, readImageFile, writeText } from './terminal.js';
import type { Terminal } from './terminal.js';
import { traceSink } from './trace.js';

interface RunCommandOptions extends MachineOptions, ObserveOptions {
  data?: string[];
  json?: string;
  trace?: string | true;
  traceHart?: string[];
  traceSymbol?: string[];
  traceCycles?: string;
  region?: string[];
  maxCycles: string;
  quiet?: true;
}

export function addRun(program: Command, terminal: Terminal, done: (status: number) => void): void {
  const command = program
    .command('run')
    .summary('run an ELF file')
    .description('Runs an ELF file to its end. Its output is on stdout, a summary on stderr.')
    .argument('[elf]', 'static RV32 executable');
  withObserveOptions(withMachineOptions(command))
    .addOption(repeatable('--data <elf>', 'load another ELF file beside it'))
    .addOption(
      new Option('--max-cycles <n>', 'end with an error after n cycles').default(
        String(defaultMaxCycles),
        '1G',
      ),
    )
    .addOption(repeatable('--region <name=from..to>', 'measure each hart between two symbols'))
    .option('--json <file>', 'write all counters and the configuration as JSON')
    .option('--trace [file]', 'write each instruction, to stderr or a file')
    .addOption(repeatable('--trace-hart <n>', 'trace this hart only'))
    .addOption(repeatable('--trace-symbol <name>', 'trace this function only'))
    .option('--trace-cycles <a..b>', 'trace these cycles only')
    .option('-q, --quiet', 'no summary')
    .addHelpText('after', examples)
    .action(async (elf: string | undefined, options: RunCommandOptions) => {
      done(await run(elf, options, terminal));
    });
}

const examples = `
Examples:
  octobar run app.elf                                   run on garofalo2022
  octobar run app.elf --set tcdm.banks=16 --harts 4     on another machine
  octobar run app.elf --region k=start..end --json s.json
  octobar run app.elf --trace t.txt --trace-hart 0 --trace-cycles 0..5000
  octobar run app.elf --report out.html --export perfetto=trace.json --window kernel

The exit status is the guest's exit code, or a code of docs/exit-codes.md.`;

/** @returns the exit status */
async function run(
  elfArgument: string | undefined,
  options: RunCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { elf, trace } = untangle(elfArgument, options.trace);
  const maxCycles = parseCount('--max-cycles', options.maxCycles);
  const regions = (options.region ?? []).map(parseRegion);
  const session = openSession(sessionOptions(options));
  session.load(...[elf, ...(options.data ?? [])].map(readImageFile));
  for (const { name, from, to } of regions) session.region(name, from, to);
  session.onOutput((_, __, bytes) => terminal.out(bytes));
  const files = [elf, ...(options.data ?? [])];
  const watcher = await observer(options, terminal, {
    title: `${basename(elf)} on ${session.configuration.preset.name}`,
    command: `octobar run ${files.join(' ')}`,
  });
  watcher?.begin(session);
  const endTrace = startTrace(session, trace, options, terminal);
  let failure: OctobarError | undefined;
  let code = 0;
  try {
    const result = session.run({ maxCycles });
    code = result.reason === 'exit' ? result.code : 0;
  } catch (error) {
    if (!(error instanceof OctobarError)) throw error;
    failure = error;
  } finally {
    endTrace?.();
  }
  try {
    watcher?.end(session);
  } catch (error) {
    // What ended the run says more.
    if (failure === undefined) throw error;
  }
  const stats = session.stats();
  if (options.json !== undefined) writeText(options.json, `${JSON.stringify(stats, null, 2)}\n`);
  if (!options.quiet) terminal.err(summary(stats));
  for (const name of session.emptyRegions()) {
    terminal.err(`octobar: warning: no hart went through region ${name}\n`);
  }
  if (failure) throw failure;
  return exitStatus(code, terminal);
}

/** `run --trace app.elf`: what follows --trace is its file only when an ELF file is named besides. */
function untangle(elf: string | undefined, trace: string | true | undefined) {
  if (elf !== undefined) return { elf, trace };
  if (typeof trace === 'string') return { elf: trace, trace: true as const };
  throw usage('run needs an ELF file', 'octobar run app.elf');
}

/** @returns what ends the trace */
function startTrace(
  session: Session,
  trace: string | true | undefined,
  options: RunCommandOptions,
  terminal: Terminal,
): (() => void) | undefined {
  const filter = {
    harts: (options.traceHart ?? []).map((text) => parseCount('--trace-hart', text)),
    symbols: options.traceSymbol ?? [],
    cycles: parseRange('--trace-cycles', options.traceCycles ?? '0..'),
  };
  const filtered = filter.harts.length + filter.symbols.length > 0 || options.traceCycles;
  if (trace === undefined) {
    if (filtered) throw usage('a trace filter without --trace', 'add --trace or --trace FILE');
    return undefined;
  }
  for (const hart of filter.harts) session.hart(hart);
  const writer =
    trace === true ? BufferedWriter.toTerminal(terminal) : BufferedWriter.toFile(trace);
  const limit = parseCount('--trace-limit', options.traceLimit);
  const bounded = new BoundedSink(writer, limit);
  session.trace(traceSink(session, filter, bounded));
  return () => {
    writer.close();
    if (bounded.dropped > 0) terminal.err(limitReached('the trace', options, bounded.dropped));
  };
}

/** A process has one byte for its status; a code that would read as success must not. */
function exitStatus(code: number, terminal: Terminal): number {
  if (code >= 0 && code <= 255) return code;
  const status = (code & 255) === 0 ? 255 : code & 255;
  terminal.err(`octobar: exit code ${code} does not fit a process; the status is ${status}\n`);
  return status;
}
