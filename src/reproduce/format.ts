/** The answer of `octobar reproduce` as text. */
import { formatTable } from '../cli/table.js';
import type { Entry, Reproduction, Row } from './index.js';

/** Longer notes go below the table, numbered. */
const longestInTable = 48;

export function formatEntries(entries: readonly Entry[]): string {
  return formatTable(
    ['name', 'figures', 'with --full'],
    entries.map(({ name, title, full }) => [name, title, full]),
  );
}

export function formatReproduction({
  name,
  title,
  source,
  rows,
  parameters,
}: Reproduction): string {
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
      row.met === null ? '-' : row.met ? 'yes' : 'NO',
      row.basis,
      remark(row.note),
    ]),
  );
  const fitted = parameters
    .filter(({ status }) => status === 'fitted')
    .map(({ key, value, unit, source: from }) => `fitted: ${key} = ${value} ${unit}, ${from}`);
  return [
    `${name}: ${title}`,
    `published: ${source}`,
    '',
    table.trimEnd(),
    '',
    ...footnotes.map((note, i) => `[${i + 1}] ${note}`),
    ...(footnotes.length > 0 ? [''] : []),
    ...fitted,
    verdict(rows),
    '',
  ].join('\n');
}

function verdict(rows: readonly Row[]): string {
  const count = (choose: (row: Row) => boolean): number => rows.filter(choose).length;
  const judged = count(({ met }) => met !== null);
  const reproduced = count(({ met, basis }) => met === true && basis === 'predicted');
  return (
    `${judged} of ${rows.length} figures are judged, ${count(({ met }) => met === true)} are met; ` +
    `${reproduced} of them predicted, which alone is reproduction (fitted: set by the figure; identity: an input)`
  );
}

/** Four digits, or all of a whole number. */
const readable = (value: number): number =>
  Number.isInteger(value) || value >= 1e4 ? Math.round(value) : Number(value.toPrecision(4));
