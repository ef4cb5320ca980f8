/** `octobar infer`: one picture through a whole network on the cluster. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { basename } from 'node:path';
import { OctobarError, errorCodes } from '../../emulator/sim/error.js';
import type { Deployment } from '../network/index.js';
import { importOptions, modelSession, withModelOptions } from './deploy.js';
import { usage } from './options.js';
import type { ModelOptions } from './deploy.js';
import { observer, withObserveOptions } from './observe.js';
import type { ObserveOptions } from './observe.js';
import { progressBar } from './progress-bar.js';
import { readImageFile, writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface InferCommandOptions extends ModelOptions, ObserveOptions {
  image: string;
  out?: string;
  program?: string;
  float: boolean;
  json?: string;
}

export function addInfer(
  program: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  const command = program
    .command('infer')
    .summary('run a whole network on a picture and check every byte')
    .description(
      'Runs every layer of a network on the cluster and compares every byte of every tensor with an ' +
        'independent integer reference, and the layers with the trained network in floating point. Takes a ' +
        'folder of `octobar deploy`, or a model, which it deploys first. A byte that differs ends with status 79.',
    )
    .argument('<deployment|model>', 'a folder of octobar deploy, or what it takes')
    .requiredOption('--image <file>', 'a PNG or JPEG picture')
    .option('--out <file>', 'detectors: write the picture with its boxes as PNG')
    .option('--program <elf>', 'run this compiled program of the deployment instead of the runner')
    .option('--no-float', 'do not run the trained network beside it')
    .option('--json <file>', 'write the result as JSON');
  withObserveOptions(withModelOptions(command)).action(
    (what: string, options: InferCommandOptions) => execute(what, options, terminal, done),
  );
}

async function execute(
  what: string,
  options: InferCommandOptions,
  terminal: Terminal,
  done: (status: number) => void,
): Promise<void> {
  const network = await import('../network/index.js');
  const progress = (text: string): void => {
    if (!options.quiet) terminal.err(`octobar: ${text}\n`);
  };
  const session = modelSession(options);
  const deployment = await deploymentOf(what, options, progress);
  const watcher = await observer(options, terminal, {
    title: `${basename(what)} on ${options.preset}`,
    command: `octobar infer ${what} --image ${options.image}`,
    window: { kind: 'places', from: 'net_start', to: 'net_end' },
  });
  const result = await network.infer({
    ...(watcher === undefined ? {} : { watcher }),
    session,
    deployment,
    image: options.image,
    float: options.float,
    progress,
    onLayer: progressBar(terminal, options.quiet === true),
    ...(options.program === undefined ? {} : { program: readImageFile(options.program) }),
  });
  if (options.out !== undefined) await drawn(options.out, result);
  if (options.json !== undefined)
    writeText(options.json, `${JSON.stringify(network.inferenceDocument(result), null, 2)}\n`);
  terminal.out(network.formatInference(result));
  done(result.run.bit_exact === false ? errorCodes.mismatch.exit : 0);
}

/** A deployment from its folder, or made of a model. */
export async function deploymentOf(
  what: string,
  options: ModelOptions,
  progress: (text: string) => void,
): Promise<Deployment> {
  const { deployModel, isDeployment, loadDeployment } = await import('../network/index.js');
  const imported = importOptions(options);
  if (isDeployment(what)) {
    if (imported !== undefined) {
      throw usage(
        'a deployment has its outputs and labels',
        'give these options to octobar deploy',
      );
    }
    return loadDeployment(what);
  }
  return deployModel({
    ...modelSession(options),
    model: what,
    ...(imported === undefined ? {} : { import: imported }),
    weights: options.weights,
    ...(options.calibrate === undefined ? {} : { calibrate: options.calibrate }),
    progress,
  });
}

async function drawn(
  path: string,
  { picture, answer }: Awaited<ReturnType<(typeof import('../network/index.js'))['infer']>>,
): Promise<void> {
  const { drawDetections } = await import('../network/index.js');
  const { encodePng } = await import('../datasets/index.js');
  try {
    writeFileSync(path, encodePng(drawDetections(picture, answer.detections)));
  } catch (error) {
    throw new OctobarError('file', `${path} cannot be written: ${(error as Error).message}`, {
      hint: 'check the folder and its permissions',
    });
  }
}
