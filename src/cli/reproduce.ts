/** `octobar reproduce`: published figures beside ours. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Entry, Reproduction, Row } from '../reproduce/index.js';
import { parseCount } from './options.js';
import { formatTable } from './table.js';
import { writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface ReproduceCommandOptions {
  json?: string | true;
  full?: true;
  pictures?: string;
  plots?: string;
  fashionMnist?: string;
  cifar10?: string;
  cifar100?: string;
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
    .option(
      '--pictures <n>',
      'at most so many test pictures for a trained classifier; all by default, 0: none',
    )
    .option('--plots <folder>', 'write the curves of the study there, as SVG')
    .option('--fashion-mnist <folder>', 'gzipped IDX files, where Debian does not have them')
    .option('--cifar10 <folder>', 'the binary version of CIFAR-10')
    .option('--cifar100 <folder>', 'the binary version of CIFAR-100')
    .action((name: string | undefined, options: ReproduceCommandOptions) =>
      execute(name, options, terminal),
    );
}

async function execute(
  argument: string | undefined,
  options: ReproduceCommandOptions,
  terminal: Terminal,
): Promise<void> {
  // Loaded only here: the other verbs start sooner without networks and pictures.
  const { entries, reproduce } = await import('../reproduce/index.js');
  const { name, json } = untangle(entries, argument, options.json);
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
    ...(options.pictures === undefined
      ? {}
      : { pictures: parseCount('--pictures', options.pictures) }),
    folders: foldersOf(options),
    plot: (title, svg) => {
      if (options.plots === undefined) return;
      const path = join(options.plots, `${title}.svg`);
      mkdirSync(options.plots, { recursive: true });
      writeText(path, svg);
      terminal.err(`octobar: wrote ${path}\n`);
    },
    progress: (text) => terminal.err(`octobar: ${text}\n`),
  });
  write(reproduction, () => formatReproduction(reproduction));
}

const foldersOf = ({ fashionMnist, cifar10, cifar100 }: ReproduceCommandOptions) => ({
  ...(fashionMnist === undefined ? {} : { 'fashion-mnist': fashionMnist }),
  ...(cifar10 === undefined ? {} : { cifar10 }),
  ...(cifar100 === undefined ? {} : { cifar100 }),
});

/** `reproduce --json garofalo-ima`: what follows --json is its file only when a figure is named besides. */
function untangle(
  entries: readonly Entry[],
  name: string | undefined,
  json: string | true | undefined,
) {
  const isEntry = entries.some((entry) => entry.name === json);
  if (name !== undefined || typeof json !== 'string' || !isEntry) return { name, json };
  return { name: json, json: true as const };
}

const formatEntries = (entries: readonly Entry[]): string =>
  formatTable(
    ['name', 'figures', 'with --full'],
    entries.map(({ name, title, full }) => [name, title, full]),
  );

/** Longer notes go below the table, numbered. */
const longestInTable = 48;

function formatReproduction({ name, title, source, rows, parameters }: Reproduction): string {
  const footnotes: string[] = [];
  const remark = (note: string): string => {
    if (note.length <= longestInTable) return note;
    footnotes.push(note);
    return `[${footnotes.length}]`;
  };
  const table = formatTable(
    ['figure', 'published', 'ours', 'unit', 'tolerance', 'met', 'basis', 'note'],
    rows.map((row) => [
      row.figure,
      row.published ?? '',
      readable(row.ours),
      row.unit,
      row.tolerance === null ? '' : `${+(100 * row.tolerance).toFixed(1)} %`,
      verdict(row),
      row.basis,
      remark(row.note),
    ]),
  );
  const fitted = parameters
    .filter(({ status }) => status === 'fitted')
    .map((row) => `fitted: ${row.key} = ${row.value} ${row.unit}, ${row.source}\n`);
  return [
    `${name}: ${title}\npublished: ${source}\n\n`,
    table,
    '\n',
    ...footnotes.map((note, i) => `[${i + 1}] ${note}\n`),
    ...(footnotes.length > 0 ? ['\n'] : []),
    ...fitted,
    summary(rows),
  ].join('');
}

function verdict({ met, published }: Row): string {
  if (met === null) return published === null ? '-' : 'not judged';
  return met ? 'yes' : 'NO';
}

function summary(rows: readonly Row[]): string {
  const count = (choose: (row: Row) => boolean): number => rows.filter(choose).length;
  const met = count((row) => row.met === true);
  const reproduced = count((row) => row.met === true && row.basis === 'predicted');
  return (
    `${count((row) => row.met !== null)} of ${rows.length} figures are judged, ${met} met; ${reproduced} of these predicted, ` +
    'which alone is reproduction (fitted: set by the figure; identity: an input)\n'
  );
}

/** Four digits, or all of a whole number. */
const readable = (value: number): number =>
  Number.isInteger(value) || value >= 1e4 ? Math.round(value) : Number(value.toPrecision(4));
