/** `octobar accuracy`: how often a deployed classifier is right, at the speed of the host. */
import type { Command } from 'commander';
import { OctobarError, errorCodes } from '../../emulator/sim/error.js';
import type { Accuracy } from '../network/index.js';
import { modelSession, withModelOptions } from './deploy.js';
import type { ModelOptions } from './deploy.js';
import { deploymentOf } from './infer.js';
import { formatTable } from './table.js';
import { writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface AccuracyCommandOptions extends ModelOptions {
  images: string;
  float?: true;
  most?: string;
  check: string;
  json?: string;
}

export function addAccuracy(
  program: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  const command = program
    .command('accuracy')
    .summary('classify a folder of labelled pictures with the integers of a deployment')
    .description(
      'Computes the same graph, tables and converters as the firmware, without cycles, on all processors ' +
        'of the host, and prints accuracy by class and a confusion matrix. A sample runs on the cluster ' +
        'too; a byte that differs ends with status 79. Takes a folder of `octobar deploy`, or a model.',
    )
    .argument('<deployment|model>', 'a folder of octobar deploy, or what it takes')
    .requiredOption(
      '--images <folder>',
      'pictures; or a sub-folder for each class, named by label or number; or gzipped IDX files of a test set',
    )
    .option('--float', 'run the trained network in floating point on the same pictures')
    .option('--most <n>', 'at most so many pictures, evenly drawn')
    .option('--check <n>', 'pictures that run on the cluster too', '1')
    .option('--json <file>', 'write the result as JSON');
  withModelOptions(command).action((what: string, options: AccuracyCommandOptions) =>
    execute(what, options, terminal, done),
  );
}

async function execute(
  what: string,
  options: AccuracyCommandOptions,
  terminal: Terminal,
  done: (status: number) => void,
): Promise<void> {
  const { checkAccuracySample, measureAccuracy } = await import('../network/index.js');
  const progress = (text: string): void => {
    if (!options.quiet) terminal.err(`octobar: ${text}\n`);
  };
  const session = modelSession(options);
  const sample = wholeNumber('--check', options.check, 0);
  const deployment = await deploymentOf(what, options, progress);
  const started = process.hrtime.bigint();
  const accuracy = await measureAccuracy({
    deployment,
    images: options.images,
    float: options.float === true,
    ...(options.most === undefined ? {} : { most: wholeNumber('--most', options.most, 1) }),
    progress,
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  progress(`${(accuracy.pictures / seconds).toFixed(1)} pictures a second`);
  const checked = checkAccuracySample(session, deployment, options.images, sample, progress);
  const differing = checked.filter(({ equal }) => !equal);
  if (options.json !== undefined) {
    const { info } = deployment;
    const document = { schema: 'octobar-accuracy/1', deployment: info, accuracy, checked };
    writeText(options.json, `${JSON.stringify(document, null, 2)}\n`);
  }
  terminal.out(formatAccuracy(accuracy));
  if (checked.length > 0) {
    const equal = `${checked.length - differing.length} of ${checked.length}`;
    terminal.out(`byte-equal on the cluster, every tensor: ${equal} pictures\n`);
  }
  done(differing.length > 0 ? errorCodes.mismatch.exit : 0);
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d{1,7}$/.test(text) || value < least) {
    throw new OctobarError('usage', `${option} ${text}: expected a whole number from ${least}`);
  }
  return value;
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)} %`;

function formatAccuracy(a: Accuracy): string {
  const lines: string[] = [];
  if (a.labelled > 0) {
    const header = ['class', 'pictures', 'right', ...(a.floatRight === undefined ? [] : ['float'])];
    const rows = a.classes.map(({ label, pictures, right, floatRight }) => [
      label,
      pictures,
      percent(right, pictures),
      ...(floatRight === undefined ? [] : [percent(floatRight, pictures)]),
    ]);
    lines.push(formatTable(header, rows), 'true class by answer\n');
    const names = a.classes.map(({ label }) => label);
    lines.push(
      formatTable(
        ['', ...names],
        a.confusion.map((row, k) => [names[k]!, ...row]),
      ),
    );
    lines.push(`\nright ${percent(a.right, a.labelled)} of ${a.labelled} pictures`);
    if (a.floatRight !== undefined) lines.push(`, float ${percent(a.floatRight, a.labelled)}`);
    lines.push(`; always the most frequent class ${percent(a.constantRight, a.labelled)}\n`);
  } else {
    lines.push(`${a.pictures} pictures without labels\n`);
    const counts = a.classes.map((_, k) => a.answers.filter(({ answer }) => answer === k).length);
    lines.push(
      formatTable(
        ['answer', 'pictures'],
        a.classes.map(({ label }, k) => [label, counts[k]!]),
      ),
    );
  }
  if (a.agreement !== undefined) {
    const { same, mean, least } = a.agreement;
    lines.push(
      `answers as in float ${percent(same, a.pictures)}; cosine of the centred logits: mean ` +
        `${mean.toFixed(4)}, least ${least.toFixed(4)}\n`,
    );
  }
  return lines.join('');
}
