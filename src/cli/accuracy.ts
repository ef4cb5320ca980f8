/** `octobar accuracy`: how often a deployed classifier is right, at the speed of the host. */
import type { Command } from 'commander';
import { OctobarError, errorCodes } from '../../emulator/sim/error.js';
import { formatAccuracy } from './accuracy-text.js';
import { modelSession, withModelOptions } from './deploy.js';
import type { ModelOptions } from './deploy.js';
import { deploymentOf } from './infer.js';
import { writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface AccuracyCommandOptions extends ModelOptions {
  images?: string;
  float?: true;
  most?: string;
  chips: string;
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
      'Computes the same graph, tables, converters and physics of the arrays as the firmware, without ' +
        'cycles, on all processors of the host, and prints accuracy by class, a confusion matrix and what ' +
        'a constant answer gives. With noise set (--set ima.read_noise=0.5) on as many chips as wanted. A ' +
        'sample runs on the cluster too; a byte that differs ends with status 79. Takes a folder of ' +
        '`octobar deploy`, or a model.',
    )
    .argument('<deployment|model>', 'a folder of octobar deploy, or what it takes')
    .option(
      '--images <folder>',
      'pictures; or a sub-folder for each class, named by label or number; or gzipped IDX files of a test set (default: built-in pictures)',
    )
    .option('--float', 'run the trained network in floating point on the same pictures')
    .option('--most <n>', 'at most so many pictures, evenly drawn')
    .option('--chips <n>', 'chips of which each sees all pictures, seeded from --seed on', '1')
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
  end: (status: number) => void,
): Promise<void> {
  const { checkAccuracySample, measureAccuracy, testPictures } =
    await import('../network/index.js');
  const progress = (text: string): void => {
    if (!options.quiet) terminal.err(`octobar: ${text}\n`);
  };
  const session = modelSession(options);
  const sample = wholeNumber('--check', options.check, 0);
  const deployment = await deploymentOf(what, options, progress);
  const started = process.hrtime.bigint();
  const chips = wholeNumber('--chips', options.chips, 1);
  const images = options.images ?? testPictures;
  const study = { session, deployment, chips, images, progress };
  const accuracy = await measureAccuracy({
    ...study,
    float: options.float === true,
    ...(options.most === undefined ? {} : { most: wholeNumber('--most', options.most, 1) }),
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const done = accuracy.pictures * accuracy.chips.length;
  progress(`${(done / seconds).toFixed(1)} pictures a second`);
  if (chips > accuracy.chips.length) {
    progress('nothing in the arrays is noisy: all chips are alike, so one was run');
  }
  const checked = checkAccuracySample({ ...study, sample });
  const differing = checked.filter(({ equal }) => !equal);
  if (options.json !== undefined) {
    const { info } = deployment;
    const machine = { preset: options.preset, set: session.set, seed: session.seed ?? 1 };
    const document = { schema: 'octobar-accuracy/2', deployment: info, machine, accuracy, checked };
    writeText(options.json, `${JSON.stringify(document, null, 2)}\n`);
  }
  terminal.out(formatAccuracy(accuracy));
  if (checked.length > 0) {
    const equal = `${checked.length - differing.length} of ${checked.length}`;
    terminal.out(`byte-equal on the cluster, every tensor: ${equal} pictures\n`);
  }
  end(differing.length > 0 ? errorCodes.mismatch.exit : 0);
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d{1,7}$/.test(text) || value < least) {
    throw new OctobarError('usage', `${option} ${text}: expected a whole number from ${least}`);
  }
  return value;
}
