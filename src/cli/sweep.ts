/** `octobar sweep`: the same network on a series of machines. */
import type { Command } from 'commander';
import { errorCodes } from '../../emulator/sim/error.js';
import { deploymentOf } from './infer.js';
import { modelSession, withModelOptions } from './deploy.js';
import type { ModelOptions } from './deploy.js';
import { usage } from './options.js';
import { formatTable } from './table.js';
import { writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface SweepCommandOptions extends ModelOptions {
  image?: string;
  out?: string;
  json?: string;
}

export function addSweep(
  program: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  const command = program
    .command('sweep')
    .summary('run a whole network on a series of machines')
    .description(
      'Runs a network once for every value of the settings that name several, as in ' +
        '--set ima.arrays=8,17,34,68, checks every byte each time, and prints and draws where the time goes.',
    )
    .argument('[deployment|model]', 'a folder of octobar deploy, or a model', 'mobilenet-v2')
    .option('--image <file>', 'a PNG or JPEG picture instead of the built-in one')
    .option('--out <file>', 'write the comparison as a picture (SVG)')
    .option('--json <file>', 'write the points as JSON');
  withModelOptions(command).action((what: string, options: SweepCommandOptions) =>
    execute(what, options, terminal, done),
  );
}

async function execute(
  what: string,
  options: SweepCommandOptions,
  terminal: Terminal,
  done: (status: number) => void,
): Promise<void> {
  const { values, fixed } = split(options.set ?? []);
  if (values.size === 0) {
    throw usage('no setting has several values', 'for example --set ima.arrays=8,17,34,68');
  }
  const machine: ModelOptions = { ...options, set: fixed };
  const progress = (text: string): void => {
    if (!options.quiet) terminal.err(`octobar: ${text}\n`);
  };
  const { sweep, sweepPicture } = await import('../network/index.js');
  const { defaultPicture, loadCommittedPicture } = await import('../datasets/index.js');
  const deployment = await deploymentOf(what, machine, progress);
  const points = sweep({
    session: modelSession(machine),
    values,
    deployment,
    image: options.image ?? loadCommittedPicture(defaultPicture),
    progress,
  });
  const title = `${deployment.plan.name}, weights ${deployment.info.weights}: time of one picture`;
  if (options.out !== undefined) writeText(options.out, sweepPicture(title, points));
  const document = { schema: 'octobar-sweep/1', deployment: deployment.info, points };
  if (options.json !== undefined) writeText(options.json, `${JSON.stringify(document, null, 2)}\n`);
  const units = points.find((point) => point.units.length > 0)?.units ?? [];
  const rows = points.map((point) =>
    point.refused === undefined
      ? [
          point.label,
          point.cycles,
          (point.seconds * 1e3).toFixed(3),
          ...point.units.map(({ cycles }) => Math.round(cycles)),
          point.arrays,
          point.reprogrammed_rows,
          point.bit_exact ? 'yes' : 'NO',
        ]
      : [point.label, 0, '-', ...units.map(() => 0), 0, 0, point.refused],
  );
  const header = ['machine', 'cycles', 'ms', ...units.map(({ name }) => name)];
  terminal.out(
    `${title}\n\n${formatTable([...header, 'arrays', 'rows programmed', 'bit-exact'], rows)}`,
  );
  done(points.every((point) => point.bit_exact) ? 0 : errorCodes.mismatch.exit);
}

/** Settings with several values, and the others. */
function split(texts: readonly string[]): { values: Map<string, string[]>; fixed: string[] } {
  const values = new Map<string, string[]>();
  const fixed: string[] = [];
  for (const text of texts) {
    const at = text.indexOf('=');
    const list = text.slice(at + 1).split(',');
    if (at > 0 && list.length > 1)
      values.set(
        text.slice(0, at).trim(),
        list.map((v) => v.trim()),
      );
    else fixed.push(text);
  }
  return { values, fixed };
}
