/** `octobar reproduce`: published figures beside ours. */
import type { Command } from 'commander';
import { entries, formatEntries, formatReproduction, reproduce } from '../reproduce/index.js';
import { writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface ReproduceCommandOptions {
  json?: string | true;
  full?: true;
}

export function addReproduce(program: Command, terminal: Terminal): void {
  program
    .command('reproduce')
    .summary('put published figures beside ours')
    .description(
      'Makes the runs behind a published figure and prints both. Without a name: what there is. ' +
        'The exit status says only whether the runs went well; `met` in the answer is the verdict.',
    )
    .argument('[name]', 'a figure, or a group of them')
    .option('--json [file]', 'as JSON, into a file or instead of the table')
    .option('--full', 'also the longer part of the study')
    .action((name: string | undefined, options: ReproduceCommandOptions) =>
      execute(name, options, terminal),
    );
}

async function execute(
  argument: string | undefined,
  options: ReproduceCommandOptions,
  terminal: Terminal,
): Promise<void> {
  const { name, json } = untangle(argument, options.json);
  const write = (document: unknown, text: () => string): void => {
    const lines = `${JSON.stringify(document, null, 2)}\n`;
    if (typeof json === 'string') writeText(json, lines);
    terminal.out(json === true ? lines : text());
  };
  if (name === undefined) {
    const list = entries.map((entry) => ({
      name: entry.name,
      title: entry.title,
      source: entry.source,
      full: entry.full,
    }));
    write(list, () => formatEntries(entries));
    return;
  }
  const reproduction = await reproduce(name, {
    full: options.full === true,
    progress: (text) => terminal.err(`octobar: ${text}\n`),
  });
  write(reproduction, () => formatReproduction(reproduction));
}

/** `reproduce --json garofalo-ima`: what follows --json is its file only when a figure is named besides. */
function untangle(name: string | undefined, json: string | true | undefined) {
  const isEntry = entries.some((entry) => entry.name === json);
  if (name !== undefined || typeof json !== 'string' || !isEntry) return { name, json };
  return { name: json, json: true as const };
}
