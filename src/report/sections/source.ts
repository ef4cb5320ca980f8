/** The hottest source lines with their neighbours, or the instructions where there is no source. */
import { posix } from 'node:path';
import type { Counts, Profile } from '../../profile/model.js';
import type { ReportData, Section } from '../data.js';
import { element, group, svg, rect } from '../markup.js';
import type { Markup } from '../markup.js';
import { grouped, joules, percent } from '../units.js';
import { worst } from './flame.js';

/** Files shown, lines of each, and lines of context around a line that took cycles. */
const most = { files: 10, lines: 90, context: 2, instructions: 60 };

interface Cost {
  cycles: number;
  instructions: number;
  stalls: number[];
  picojoules: number;
}

export function sourceSection(data: ReportData): Section | undefined {
  const { profile } = data;
  const total = profile.harts.reduce((sum, { total: { cycles } }) => sum + cycles, 0);
  if (total === 0) return undefined;
  const files = costByFile(profile);
  const shown = [...files.entries()]
    .toSorted(([, a], [, b]) => sumOf(b) - sumOf(a))
    .slice(0, most.files)
    .filter(([, lines]) => sumOf(lines) > 0.005 * total);
  const blocks = shown.map(([file, lines], i) =>
    fileBlock(data, { file, lines, total, open: i < 2 }),
  );
  const body = blocks.length > 0 ? group(...blocks) : instructionBlock(data, total);
  return {
    id: 'source',
    title: 'Annotated source',
    lead:
      blocks.length > 0
        ? 'Cycles awake of all harts by source line, the files with the most first.'
        : 'The program has no line table, so these are its hottest instructions. Compile with -g1 for source lines.',
    body,
  };
}

function costByFile(profile: Profile): Map<string, Map<number, Cost>> {
  const files = new Map<string, Map<number, Cost>>();
  for (const { lines } of profile.harts) {
    for (const { file: named, line, self } of lines) {
      const file = posix.normalize(named);
      let of = files.get(file);
      if (!of) files.set(file, (of = new Map()));
      const known = of.get(line);
      if (known) add(known, self);
      else of.set(line, costOf(self));
    }
  }
  return files;
}

const costOf = (self: Counts): Cost => ({
  cycles: self.cycles,
  instructions: self.instructions,
  stalls: [...self.stalls],
  picojoules: self.picojoules,
});

function add(sum: Cost, part: Counts): void {
  sum.cycles += part.cycles;
  sum.instructions += part.instructions;
  sum.picojoules += part.picojoules;
  part.stalls.forEach((cycles, cause) => (sum.stalls[cause] += cycles));
}

const sumOf = (lines: Map<number, Cost>): number =>
  [...lines.values()].reduce((sum, { cycles }) => sum + cycles, 0);

interface FileCost {
  readonly file: string;
  readonly lines: Map<number, Cost>;
  readonly total: number;
  readonly open: boolean;
}

function fileBlock(data: ReportData, { file, lines, total, open }: FileCost): Markup {
  const text = data.source(file);
  const numbers = text
    ? withContext(lines, text.length, total)
    : [...lines.keys()].toSorted((a, b) => a - b);
  const peak = Math.max(...[...lines.values()].map(({ cycles }) => cycles));
  const rows: Markup[] = [];
  let before = 0;
  for (const number of numbers.slice(0, most.lines)) {
    if (before > 0 && number > before + 1)
      rows.push(element('tr', { class: 'gap' }, element('td', { colspan: 6 }, '⋯')));
    before = number;
    rows.push(
      costRow(data, {
        label: String(number),
        code: text?.[number - 1] ?? '',
        cost: lines.get(number),
        total,
        peak,
      }),
    );
  }
  return element(
    'details',
    open ? { open: 'open', class: 'file' } : { class: 'file' },
    element(
      'summary',
      {},
      element('b', {}, file),
      ` ${percent(sumOf(lines), total)} of the cycles`,
      text ? '' : ' (source not found)',
    ),
    codeTable(rows),
  );
}

/** The lines that count, each with its neighbours, at most as many as fit. */
function withContext(lines: Map<number, Cost>, last: number, total: number): number[] {
  const wanted = new Set<number>();
  const order = [...lines.entries()].toSorted(([, a], [, b]) => b.cycles - a.cycles);
  for (const [number, { cycles }] of order) {
    if (wanted.size >= most.lines) break;
    if (cycles < 0.0005 * total && wanted.size > 0) break;
    for (let near = number - most.context; near <= number + most.context; near++)
      if (near >= 1 && near <= last) wanted.add(near);
  }
  return [...wanted].toSorted((a, b) => a - b);
}

function instructionBlock(data: ReportData, total: number): Markup {
  const { profile } = data;
  const costs = new Map<number, { text: string; name: string; cost: Cost }>();
  for (const { instructions } of profile.harts) {
    for (const { pc, text, self, function: index } of instructions) {
      const known = costs.get(pc);
      if (known) add(known.cost, self);
      else costs.set(pc, { text, name: profile.functions[index].name, cost: costOf(self) });
    }
  }
  const top = [...costs.entries()]
    .toSorted(([, a], [, b]) => b.cost.cycles - a.cost.cycles)
    .slice(0, most.instructions);
  const peak = top[0]?.[1].cost.cycles ?? 1;
  return codeTable(
    top
      .toSorted(([a], [b]) => a - b)
      .map(([pc, { text, name, cost }]) =>
        costRow(data, { label: `${pc.toString(16)} ${name}`, code: text, cost, total, peak }),
      ),
  );
}

const codeTable = (rows: readonly Markup[]): Markup =>
  element(
    'table',
    { class: 'code' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...['', 'cycles', 'share', 'energy', 'stalls', ''].map((name) => element('th', {}, name)),
      ),
    ),
    element('tbody', {}, ...rows),
  );

interface CodeRow {
  readonly label: string;
  readonly code: string;
  readonly cost: Cost | undefined;
  readonly total: number;
  readonly peak: number;
}

function costRow({ profile }: ReportData, { label, code, cost, total, peak }: CodeRow): Markup {
  const bar =
    cost === undefined || cost.cycles === 0
      ? group()
      : svg(60, 10, '', rect(0, 1, Math.max(1, (60 * cost.cycles) / peak), 8, 'hot'));
  const number = (content: string): Markup => element('td', { class: 'number' }, content);
  return element(
    'tr',
    cost === undefined ? { class: 'cold' } : {},
    element('td', { class: 'bar' }, bar),
    number(cost ? grouped(cost.cycles) : ''),
    number(cost ? percent(cost.cycles, total) : ''),
    number(cost && cost.picojoules > 0 ? joules(cost.picojoules) : ''),
    element(
      'td',
      { class: 'why' },
      cost && cost.cycles > 0 ? worst({ ...cost, sleep: 0, events: [] }, profile) : '',
    ),
    element(
      'td',
      { class: 'line' },
      element('span', {}, label),
      element('code', {}, code.slice(0, 160).replaceAll('\t', '    ')),
    ),
  );
}
