/** `octobar compare`: runs side by side. */
import type { Command } from 'commander';
import { OctobarError } from '../../emulator/sim/error.js';
import { compareRuns } from '../compare/index.js';
import type { Comparison, ComparedRow } from '../compare/index.js';
import { usage } from './options.js';
import { formatTable } from './table.js';
import type { Cell } from './table.js';
import { readText, writeText } from './terminal.js';
import type { Terminal } from './terminal.js';

interface CompareOptions {
  json?: string | true;
}

export function addCompare(program: Command, terminal: Terminal): void {
  program
    .command('compare')
    .summary('put runs side by side')
    .description(
      'Reads what `run --json` wrote and prints cycles, metrics of the program, energy and counters of the ' +
        'engines beside each other, each with its difference to the first run in per cent.',
    )
    .argument('<runs...>', 'JSON files of runs, two or more')
    .option('--json [file]', 'as JSON, into a file or instead of the table')
    .action((files: string[], options: CompareOptions) => {
      const untangled = untangle(files, options.json);
      if (untangled.files.length < 2)
        throw usage('compare needs two runs or more', 'octobar compare a.json b.json');
      const comparison = compareRuns(
        untangled.files.map((name) => ({ name, document: parse(name) })),
      );
      const lines = `${JSON.stringify(comparison, null, 2)}\n`;
      const { json } = untangled;
      if (typeof json === 'string') writeText(json, lines);
      terminal.out(json === true ? lines : format(comparison));
    });
}

/** `compare --json a.json b.json`: what follows --json is a run when only then there are two. */
function untangle(files: string[], json: string | true | undefined) {
  return files.length === 1 && typeof json === 'string'
    ? { files: [json, ...files], json: true as const }
    : { files, json };
}

function parse(name: string): unknown {
  try {
    return JSON.parse(readText(name)) as unknown;
  } catch (error) {
    if (error instanceof OctobarError) throw error;
    throw new OctobarError('image', `${name} is not JSON`, {
      hint: 'compare reads files that `octobar run --json FILE` wrote',
    });
  }
}

function format({ runs, rows }: Comparison): string {
  const header = [
    '',
    ...runs.flatMap(({ label }, i) => (i === 0 ? [label] : [label, '+-%'])),
    'unit',
  ];
  const table = formatTable(
    header,
    rows.map((row) => [row.name, ...row.values.flatMap((_, i) => cells(row, i)), row.unit]),
  );
  const files = runs.map(({ label, name }) => `${label}: ${name}\n`);
  return [...files, '\n', table].join('');
}

function cells({ values, percent }: ComparedRow, run: number): Cell[] {
  const value = values[run];
  const shown: Cell = value === null ? '-' : typeof value === 'number' ? digits(value) : value;
  if (run === 0) return [shown];
  const change = percent[run];
  return [shown, change === null ? '' : `${change >= 0 ? '+' : ''}${change.toFixed(1)}`];
}

const digits = (value: number): number =>
  Number.isInteger(value) ? value : Number(value.toPrecision(5));
