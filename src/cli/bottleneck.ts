/** `octobar bottleneck`: a block of MobileNetV2 on the prebuilt firmware, compared byte by byte. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { errorCodes } from '../../emulator/sim/error.js';
import type { BottleneckResult } from '../bottleneck/index.js';
import { blockImage } from '../deploy/image-layout.js';
import { syntheticShape } from '../deploy/synthetic-shape.js';
import { observer, withObserveOptions } from './observe.js';
import type { ObserveOptions } from './observe.js';
import { parseCount, sessionOptions, usage, withMachineOptions } from './options.js';
import type { MachineOptions } from './options.js';
import { writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface BottleneckCommandOptions extends MachineOptions, ObserveOptions {
  mapping: string;
  block: string;
  weights: '4' | '8';
  ideal?: true;
  picture?: string;
  json?: string;
  quiet?: true;
}

export function addBottleneck(
  program: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  const command = program
    .command('bottleneck')
    .summary('run a MobileNetV2 bottleneck and check every byte')
    .description(
      'Runs one bottleneck of MobileNetV2, with trained weights and a real picture, as compiled firmware ' +
        'in one or all mappings, and compares every byte of every tensor with an independent reference. ' +
        'Blocks other than 7, and pictures of your own, fetch the weights once (25 MB). A block of another ' +
        'size has synthetic weights.',
    )
    .addOption(
      new Option('--mapping <mapping>', 'where the layers run')
        .choices(['all', ...blockImage.mappings])
        .default('all'),
    )
    .option('--block <n>', 'block of the network, 0 to 16, or HxWxCxHIDDEN', '7')
    .addOption(
      new Option('--weights <bits>', 'bits of the pointwise weights; 8 takes two cells a weight')
        .choices(['4', '8'])
        .default('8'),
    )
    .option('--ideal', 'ideal converters, short for --set ima.ideal=true')
    .option('--picture <file>', 'a PNG or JPEG picture instead of the built-in one')
    .option('--json <file>', 'write the results as JSON')
    .option('--quiet', 'no progress on stderr');
  withObserveOptions(withMachineOptions(command)).action((options: BottleneckCommandOptions) =>
    execute(options, terminal, done),
  );
}

function parseBlock({ block: text, picture }: BottleneckCommandOptions): number | string {
  if (syntheticShape(text)) {
    if (picture === undefined) return text;
    throw usage('a synthetic block takes no picture', 'leave --picture out');
  }
  const block = parseCount('--block', text);
  if (block <= 16) return block;
  throw usage(
    `--block ${block}: the network has the blocks 0 to 16`,
    'try --block 7, or a size like 16x16x128x640',
  );
}

async function execute(
  options: BottleneckCommandOptions,
  terminal: Terminal,
  done: (status: number) => void,
): Promise<void> {
  const block = parseBlock(options);
  const session = sessionOptions(options);
  const set = { ...session.set, ...(options.ideal ? { 'ima.ideal': true } : {}) };
  // Loaded only here: the other verbs start a third sooner without networks and pictures.
  const { formatBottlenecks, runBottleneck } = await import('../bottleneck/index.js');
  const results: BottleneckResult[] = [];
  if (options.mapping === 'all' && (options.report ?? options.export) !== undefined)
    throw usage('a report is of one mapping', 'for example --mapping ima-dw --report out.html');
  for (const mapping of blockImage.mappings) {
    if (options.mapping !== 'all' && options.mapping !== mapping) continue;
    const watcher = await observer(options, terminal, {
      title: `MobileNetV2 block ${block}, ${mapping}, on ${options.preset}`,
      command: `octobar bottleneck --mapping ${mapping} --block ${block} --weights ${options.weights}`,
      window: { kind: 'places', from: 'bn_start', to: 'bn_end' },
    });
    const result = await runBottleneck({
      ...session,
      set,
      mapping,
      block,
      weights: options.weights === '4' ? 4 : 8,
      ...(options.picture === undefined ? {} : { picture: options.picture }),
      ...(watcher === undefined ? {} : { watcher }),
      progress: (text) => {
        if (!options.quiet) terminal.err(`octobar: ${text}\n`);
      },
    });
    results.push(result);
  }
  if (options.json !== undefined) {
    const schema = 'octobar-bottleneck/1';
    const document = results.length === 1 ? { schema, ...results[0] } : { schema, results };
    writeText(options.json, `${JSON.stringify(document, null, 2)}\n`);
  }
  terminal.out(formatBottlenecks(results));
  done(results.every((result) => result.bit_exact) ? 0 : errorCodes.mismatch.exit);
}
