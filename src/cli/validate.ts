/** `octobar validate`: our cycles beside those of the RTL. */
import type { Command } from 'commander';
import { errorCodes } from '../../emulator/sim/error.js';
import { formatValidation, validate } from '../validate/index.js';
import { repeatable } from './options.js';
import type { Terminal } from './terminal.js';

export function addValidate(
  program: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  program
    .command('validate')
    .summary('compare cycles with those of the RTL')
    .description('Runs the programs whose cycles are known from RTL simulation, and compares.')
    .addOption(repeatable('--only <program>', 'this program only'))
    .option('--json', 'as JSON')
    .action((options: { only?: string[]; json?: true }) => {
      const validation = validate({
        ...(options.only ? { only: options.only } : {}),
        onRun: (name, run) => terminal.err(`octobar: ${name}, harts: ${run.harts}\n`),
      });
      const text = options.json
        ? `${JSON.stringify(validation, null, 2)}\n`
        : formatValidation(validation);
      terminal.out(text);
      done(validation.ok ? 0 : errorCodes.mismatch.exit);
    });
}
