/** A profile for the terminal: totals, functions, source lines, an annotated listing. */
import {
  functionTotals,
  instructionTotals,
  lineTotals,
  sumOfHarts,
  worstStall,
} from '../profile/totals.js';
import type { SourceFiles } from '../profile/source-files.js';
import type { Counts, HartProfile, Profile } from '../profile/index.js';
import { formatTable } from './table.js';
import type { Cell } from './table.js';

const costHeader = ['self', '%', 'instructions', 'IPC', 'asleep', 'worst stall', 'conflicts', 'nJ'];

function costCells(profile: Profile, self: Counts, whole: Counts): Cell[] {
  const worst = worstStall(profile, self);
  return [
    self.cycles,
    percent(self.cycles, whole.cycles),
    self.instructions,
    self.cycles === 0 ? '-' : (self.instructions / self.cycles).toFixed(2),
    self.sleep,
    worst ? `${worst[0]} ${percent(worst[1], self.cycles)}%` : '-',
    (self.banks ?? []).reduce((sum, value) => sum + value, 0),
    (self.picojoules / 1e3).toFixed(1),
  ];
}

export function functionTable(
  profile: Profile,
  harts: readonly HartProfile[],
  top: number,
): string {
  const whole = sumOfHarts(harts);
  const totals = functionTotals(harts);
  const rows = totals.slice(0, top).map((row): Cell[] => {
    const { name, from, to } = profile.functions[row.function];
    return [
      `  ${name}${from === to ? ' (inlined)' : ''}`,
      row.calls,
      ...costCells(profile, row.self, whole),
      percent(row.inclusive.cycles, whole.cycles),
    ];
  });
  const table = formatTable(['  function', 'calls', ...costHeader, 'with calls %'], rows);
  return table + rest(totals.length - rows.length, 'functions');
}

export function lineTable(profile: Profile, harts: readonly HartProfile[], top: number): string {
  const whole = sumOfHarts(harts);
  const totals = lineTotals(harts);
  const rows = totals
    .slice(0, top)
    .map((row): Cell[] => [
      `  ${row.file}:${row.line}`,
      profile.functions[row.function].name,
      ...costCells(profile, row.self, whole),
    ]);
  return (
    formatTable(['  line', 'function', ...costHeader], rows) +
    rest(totals.length - rows.length, 'lines')
  );
}

const rest = (count: number, what: string): string =>
  count > 0 ? `  and ${count} more ${what}; --top shows more\n` : '';

/** Harts, engines, DMA and what belongs to nobody: the sum is the run. */
export function ownerTable(profile: Profile): string {
  const { total_pj, background_pj } = profile.energy;
  const share = (picojoules: number): Cell[] => [
    (picojoules / 1e3).toFixed(1),
    percent(picojoules, total_pj),
  ];
  const harts = profile.harts.map(({ hart, name, total }): Cell[] => [
    `  hart ${hart}${name === undefined ? '' : ` (${name})`}`,
    total.cycles,
    total.sleep,
    total.instructions,
    ...share(total.picojoules),
  ]);
  const units = profile.units
    .filter(({ picojoules, counters }) => picojoules > 0 || (counters['busy_cycles'] ?? 0) > 0)
    .map((unit): Cell[] => [
      `  ${unit.unit}`,
      unit.counters['busy_cycles'] ?? '',
      '',
      '',
      ...share(unit.picojoules),
    ]);
  const rows: Cell[][] = [
    ...harts,
    ...units,
    ['  clock tree, leakage', '', '', '', ...share(background_pj)],
    ['  all', '', '', '', ...share(total_pj)],
  ];
  return formatTable(['  unit', 'active', 'asleep', 'instructions', 'nJ', '%'], rows);
}

export function sectionTable(profile: Profile): string {
  if (profile.sections.length === 0) return '';
  const rows = profile.sections.map(({ kind, name, hart, passes, total }): Cell[] => [
    `  ${kind} ${name}`,
    hart,
    passes,
    ...costCells(profile, total, total).filter((_, i) => i !== 1),
  ]);
  const header = costHeader.filter((name) => name !== '%');
  return `\n${formatTable(['  part', 'hart', 'passes', ...header], rows)}`;
}

/**
 * Source lines of a function with their cost, each with its instructions below it; instructions of functions
 * that were inlined stand under the line that they come from.
 * @param source lines of a file; without them the listing has instructions only
 */
export function annotated(
  profile: Profile,
  harts: readonly HartProfile[],
  name: string,
  source: SourceFiles,
): string | undefined {
  const wanted = new Set(
    profile.functions.flatMap((fn, index) => (fn.name === name ? [index] : [])),
  );
  const rows = instructionTotals(harts).filter(({ function: fn }) => wanted.has(fn));
  if (rows.length === 0) return undefined;
  const whole = sumOfHarts(harts);
  const table: Cell[][] = [];
  let last = '';
  for (const { pc, places, text, self } of rows) {
    const place = places[0];
    const here = place === undefined ? '' : `${place.file}:${place.line}`;
    if (here !== last && place !== undefined) {
      const line = source.lines(place.file)?.[place.line - 1] ?? '';
      const short = `${place.file.slice(place.file.lastIndexOf('/') + 1)}:${place.line}`;
      table.push(['', '', '', '', '', `${short}  ${line.trimEnd()}`]);
      last = here;
    }
    const worst = worstStall(profile, self);
    table.push([
      self.cycles,
      percent(self.cycles, whole.cycles),
      self.instructions,
      self.sleep,
      worst ? `${worst[0]} ${worst[1]}` : '',
      `  ${pc.toString(16).padStart(8, '0')}  ${text}`,
    ]);
  }
  return formatTable(['cycles', '%', 'executed', 'asleep', 'worst stall', name], table);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0.0' : ((100 * part) / whole).toFixed(1);
}
