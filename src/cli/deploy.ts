/** `octobar deploy`: from a model to a folder with plan, data, runner and C. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ModelOptions as ImportedModel } from '../deploy/model-options.js';
import type { PackingDocument } from '../network/index.js';
import { repeatable, sessionOptions, usage, withMachineOptions } from './options.js';
import type { MachineOptions } from './options.js';
import { formatTable } from './table.js';
import { readText, writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

/** Options that say how a model is quantised. */
export interface ModelOptions extends MachineOptions {
  output?: string[];
  labels?: string;
  range?: string;
  detector?: true;
  weights: '4' | '8' | 'auto';
  calibrate?: string;
  ideal?: true;
  quiet?: true;
}

/** The machine for whole networks, unless another is named. */
export const networkPreset = 'garofalo2022-net';

export function withModelOptions(command: Command): Command {
  return withMachineOptions(command, networkPreset)
    .addOption(
      new Option('--weights <bits>', 'bits of the pointwise weights; 8 takes two cells a weight')
        .choices(['4', '8', 'auto'])
        .default('auto'),
    )
    .option('--calibrate <folder>', 'calibration pictures, PNG or JPEG; built-in ones by default')
    .addOption(repeatable('--output <name>', 'end at this tensor or node of a model file'))
    .option('--labels <file>', 'names of the classes of a model file, one a line')
    .option('--range <black,white>', 'what a model file expects of black and white (default 0,1)')
    .option(
      '--detector',
      'the .tflite file is a single-shot detector; its first label is the background',
    )
    .option('--ideal', 'ideal converters, short for --set ima.ideal=true')
    .option('-q, --quiet', 'no progress on stderr');
}

export function modelSession(options: ModelOptions) {
  const session = sessionOptions(options);
  const set = { ...session.set, ...(options.ideal ? { 'ima.ideal': true } : {}) };
  return { ...session, set };
}

/** What was said of a model file; undefined when nothing was. */
export function importOptions(options: ModelOptions): ImportedModel | undefined {
  const { output, labels, range, detector } = options;
  const said = {
    ...(output === undefined ? {} : { outputs: output }),
    ...(labels === undefined ? {} : { labels: labelsOf(labels) }),
    ...(range === undefined ? {} : { range: rangeOf(range) }),
    ...(detector === undefined ? {} : { detector }),
  };
  return Object.keys(said).length === 0 ? undefined : said;
}

const mostLabels = 65_536;

function labelsOf(path: string): string[] {
  const lines = readText(path)
    .split(/\r?\n/)
    .map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  if (lines.length === 0 || lines.length > mostLabels) {
    throw usage(
      `${path} holds ${lines.length} labels`,
      'one name a line, in the order of the outputs',
    );
  }
  return lines;
}

function rangeOf(text: string): [number, number] {
  const [black, white, ...rest] = text
    .split(',')
    .map((part) => (part.trim() === '' ? NaN : Number(part)));
  const valid = [black, white].every((end) => end !== undefined && Number.isFinite(end));
  if (!valid || rest.length > 0 || black === white) {
    throw usage(`--range ${text} is no pair of different numbers`, 'for example --range -1,1');
  }
  return [black!, white!];
}

interface DeployCommandOptions extends ModelOptions {
  out: string;
  json?: string;
}

export function addDeploy(program: Command, terminal: Terminal): void {
  const command = program
    .command('deploy')
    .summary('turn a trained model into firmware for a machine')
    .description(
      'Imports a model, quantises it on pictures, packs its weights on arrays, plans its tensors against ' +
        'the memories of the machine, and writes a folder: the plan, data.elf, runner.elf, a picture of the ' +
        'arrays, and readable C with a Makefile that does the same as the runner.',
    )
    .argument('<model>', 'a .json (tfjs), .tflite or .onnx file, or the name of a known model')
    .requiredOption('--out <folder>', 'folder to write')
    .option('--json <file>', 'write what was decided as JSON');
  withModelOptions(command).action((model: string, options: DeployCommandOptions) =>
    execute(model, options, terminal),
  );
}

async function execute(
  model: string,
  options: DeployCommandOptions,
  terminal: Terminal,
): Promise<void> {
  const session = modelSession(options);
  const imported = importOptions(options);
  const { deployModel, writeModel, deploymentDocument } = await import('../network/index.js');
  const deployment = await deployModel({
    ...session,
    model,
    ...(imported === undefined ? {} : { import: imported }),
    weights: options.weights,
    ...(options.calibrate === undefined ? {} : { calibrate: options.calibrate }),
    progress: (text) => {
      if (!options.quiet) terminal.err(`octobar: ${text}\n`);
    },
  });
  const written = writeModel(deployment, options.out, session, machineArguments(options));
  const document = deploymentDocument(deployment, written);
  if (options.json !== undefined) writeText(options.json, `${JSON.stringify(document, null, 2)}\n`);
  const rows = document.groups.map((group) => [
    group.number,
    group.layers.join(', '),
    group.stripes,
    group.input,
    group.output,
    group.buffer_bytes,
    group.weights,
  ]);
  terminal.out(
    `${document.summary}\n${packingText(document.packing)}\n` +
      formatTable(['group', 'layers', 'stripes', 'input', 'output', 'buffers', 'weights'], rows) +
      `\nwrote ${written.files.length} files to ${options.out}: octobar infer ${options.out} --image FILE, or make -C ${options.out} run\n`,
  );
}

function packingText(packing: PackingDocument | undefined): string {
  if (packing === undefined) return '';
  const { tiles, published, best, rule, bound, cells } = packing;
  return (
    `${tiles} tiles of ${cells} cells: ${published} arrays by the published packing (Tile&Pack), ` +
    `${best} by ${rule}; no packing takes fewer than ${bound}\n`
  );
}

/** The options that chose the machine, for a Makefile. */
function machineArguments(options: ModelOptions): string {
  const parts = ['--preset', options.preset];
  for (const text of options.set ?? []) parts.push('--set', text);
  if (options.harts !== undefined) parts.push('--harts', options.harts);
  if (options.isa !== undefined) parts.push('--isa', options.isa);
  if (options.ideal) parts.push('--set', 'ima.ideal=true');
  return parts.join(' ');
}
