/** The command line: verbs and options, nothing of the model. */
import { Command, CommanderError } from 'commander';
import { OctobarError, errorCodes } from '../../emulator/sim/error.js';
import { tuneHost } from '../session/host.js';
import { packageVersion } from '../session/package-files.js';
import { addBottleneck } from './bottleneck.js';
import { addAccuracy } from './accuracy.js';
import { addCalibrate } from './calibrate.js';
import { addCompare } from './compare.js';
import { addDeploy } from './deploy.js';
import { addDisasm } from './disasm.js';
import { addInfer } from './infer.js';
import { addMacro } from './macro.js';
import { addMap } from './map.js';
import { addNew } from './new-app.js';
import { addPresets } from './presets.js';
import { addProfile } from './profile.js';
import { addReproduce } from './reproduce.js';
import { addRun } from './run.js';
import { addSweep } from './sweep.js';
import { OutputClosed } from './terminal.js';
import type { Terminal } from './terminal.js';
import { addTrain } from './train.js';
import { addValidate } from './validate.js';

/** As a shell reports a process that SIGPIPE ended. */
const outputClosed = 141;

/** @returns the exit status; everything is written to the terminal */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  tuneHost();
  let status = 0;
  const program = build(terminal, (code) => (status = code));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    return failed(error, terminal);
  }
}

function build(terminal: Terminal, done: (status: number) => void): Command {
  const program = new Command('octobar')
    .description('Emulator of a RISC-V cluster with in-memory computing, exact to the cycle.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'show the help of a verb')
    .showHelpAfterError('(octobar --help lists the verbs, octobar VERB --help its options)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
    });
  addRun(program, terminal, done);
  addProfile(program, terminal, done);
  addBottleneck(program, terminal, done);
  addDeploy(program, terminal);
  addInfer(program, terminal, done);
  addAccuracy(program, terminal, done);
  addSweep(program, terminal, done);
  addTrain(program, terminal);
  addDisasm(program, terminal);
  addMacro(program, terminal);
  addMap(program, terminal);
  addPresets(program, terminal);
  addNew(program, terminal);
  addValidate(program, terminal, done);
  addReproduce(program, terminal);
  addCalibrate(program, terminal);
  addCompare(program, terminal);
  inherit(program);
  return program;
}

/** How errors and output are treated holds for every verb below. */
function inherit(command: Command): void {
  for (const verb of command.commands) {
    verb.copyInheritedSettings(command);
    inherit(verb);
  }
}

/** Names out of damaged files stand in messages: they must not reach a terminal as control characters. */
const printable = (text: string): string =>
  text.replace(/\p{Cc}|\u{fffd}/gu, (c) => (c === '\n' ? c : '?'));

function failed(error: unknown, terminal: Terminal): number {
  // commander has printed already; its help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : errorCodes.usage.exit;
  if (error instanceof OutputClosed) return outputClosed;
  if (error instanceof OctobarError) {
    if (error.context.report !== undefined) terminal.err(`\n${error.context.report}\n\n`);
    terminal.err(`octobar: ${printable(error.message)}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.err(`octobar: a defect of octobar itself, please report it\n${text}\n`);
  return errorCodes.internal.exit;
}
