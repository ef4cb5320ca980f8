/** `octobar profile`: where the cycles and the energy of a run went, function by function and line by line. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { OctobarError } from '../../emulator/sim/error.js';
import { Profiler, type HartProfile, type Profile } from '../profile/index.js';
import { SourceFiles } from '../profile/source-files.js';
import { parseWindow, Window } from '../profile/window.js';
import { defaultMaxCycles, openSession } from '../session/index.js';
import type { Session } from '../session/index.js';
import {
  parseCount,
  parseRegion,
  repeatable,
  sessionOptions,
  usage,
  withMachineOptions,
} from './options.js';
import type { MachineOptions } from './options.js';
import { annotated, functionTable, lineTable, ownerTable, sectionTable } from './profile-text.js';
import { groupDigits } from './table.js';
import { readImageFile, writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface ProfileCommandOptions extends MachineOptions {
  data?: string[];
  maxCycles: string;
  window?: string;
  region?: string[];
  hart?: string[];
  top: string;
  lines?: true;
  annotate?: string[];
  sourceDir?: string[];
  json?: string;
}

export function addProfile(
  program: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  const command = program
    .command('profile')
    .summary('run an ELF file and say where its cycles and energy went')
    .description(
      'Runs an ELF file and prints what each function and source line cost: every cycle, stall and picojoule of each hart has one owner. The output of the guest goes to stderr.',
    )
    .argument('<elf>', 'static RV32 executable');
  withMachineOptions(command)
    .addOption(repeatable('--data <elf>', 'load another ELF file beside it'))
    .addOption(
      new Option('--max-cycles <n>', 'end with an error after n cycles').default(
        String(defaultMaxCycles),
        '1G',
      ),
    )
    .option('--window <part>', 'count in a..b (cycles or places), or in one call of a function')
    .addOption(repeatable('--region <name=from..to>', 'measure each hart between two symbols'))
    .addOption(repeatable('--hart <n>', 'show this hart only'))
    .option('--top <n>', 'rows of a table', '20')
    .option('--lines', 'show source lines too')
    .addOption(repeatable('--annotate <function>', 'list the function with the cost of each line'))
    .addOption(repeatable('--source-dir <folder>', 'look for sources below this folder'))
    .option('--json <file>', 'write the profile as JSON')
    .addHelpText('after', examples)
    .action((elf: string, options: ProfileCommandOptions) => {
      done(profile(elf, options, terminal));
    });
}

const examples = `
Examples:
  octobar profile app.elf                                  the 20 most expensive functions
  octobar profile app.elf --lines --hart 0                 with source lines, hart 0 alone
  octobar profile app.elf --annotate kernel --source-dir . each line of a function
  octobar profile app.elf --window mark_start..mark_end    between two places only

The exit status is the guest's exit code, or a code of docs/exit-codes.md.`;

/** @returns the exit status */
function profile(elf: string, options: ProfileCommandOptions, terminal: Terminal): number {
  const maxCycles = parseCount('--max-cycles', options.maxCycles);
  const top = parseCount('--top', options.top);
  const session = openSession(sessionOptions(options));
  session.load(...[elf, ...(options.data ?? [])].map(readImageFile));
  session.onOutput((_, __, bytes) => terminal.err(new TextDecoder().decode(bytes)));
  const harts = (options.hart ?? []).map((text) => parseCount('--hart', text));
  for (const hart of harts) session.hart(hart);
  for (const name of options.annotate ?? []) session.address(name);
  const profiler = new Profiler(session, {
    window: options.window !== undefined,
    regions: (options.region ?? []).map(parseRegion),
  });
  const window = openWindow(session, profiler, options.window);
  // A folder that is not there is said before the run, not after it.
  const sources = new SourceFiles(options.sourceDir);
  let failure: OctobarError | undefined;
  let code = 0;
  try {
    const result = session.run({ maxCycles });
    code = result.reason === 'exit' ? result.code : 0;
  } catch (error) {
    if (!(error instanceof OctobarError)) throw error;
    failure = error;
  }
  // A run that failed before its window has an error of its own to tell.
  if (failure === undefined || window === undefined || !Number.isNaN(window.from)) {
    window?.finish();
    const result = profiler.finish();
    if (options.json !== undefined) writeText(options.json, `${JSON.stringify(result)}\n`);
    print(result, harts, top, options, sources, terminal);
  }
  if (failure) throw failure;
  return code & 255;
}

function openWindow(
  session: Session,
  profiler: Profiler,
  text: string | undefined,
): Window | undefined {
  if (text === undefined) return undefined;
  const window = new Window(session, parseWindow(text));
  window.listen(profiler);
  return window;
}

function print(
  result: Profile,
  chosen: readonly number[],
  top: number,
  options: ProfileCommandOptions,
  sources: SourceFiles,
  terminal: Terminal,
): void {
  const harts: HartProfile[] = result.harts.filter(
    ({ hart, total }) =>
      (chosen.length === 0 || chosen.includes(hart)) && total.cycles + total.sleep > 0,
  );
  const { from, to, cycles } = result.window;
  const whose = chosen.length === 0 ? `${harts.length} harts` : `hart ${chosen.join(', ')}`;
  const text = [
    `\n ${groupDigits(cycles)} cycles (${groupDigits(from)} to ${groupDigits(to)}), ${whose}\n\n`,
    functionTable(result, harts, top),
    ...(options.lines ? ['\n', lineTable(result, harts, top)] : []),
    '\n',
    ownerTable(result),
    sectionTable(result),
  ];
  for (const name of options.annotate ?? []) {
    const listing = annotated(result, harts, name, sources);
    if (listing === undefined) {
      throw usage(`${name} cost nothing`, 'without --annotate the table says which functions ran');
    }
    text.push('\n', listing);
  }
  terminal.out(text.join(''));
  for (const note of result.notes) terminal.err(`octobar: note: ${note}\n`);
}
