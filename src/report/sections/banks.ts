/** Conflicts by bank and time: a heat map, with the sum of each bank beside it. */
import type { ReportData, Section } from '../data.js';
import { shadeLevels } from '../colours.js';
import { element, group, line, rect, svg, text } from '../markup.js';
import type { Markup } from '../markup.js';
import { grouped, percent, ticks } from '../units.js';
import { binWidths } from './timeline.js';

const width = 1120;
const left = 96;
const plot = 740;
const sums = 190;
const columns = 120;

export function bankSection(data: ReportData): Section | undefined {
  const { stats, timeline } = data;
  const { accesses, conflicts, conflicts_per_bank: perBank } = stats.tcdm;
  if (accesses === 0) return undefined;
  const row = Math.max(5, Math.min(14, 420 / perBank.length));
  const height = perBank.length * row + 34;
  const { cells, most, borders } = condense(data);
  const most1 = Math.max(...perBank, 1);
  const from = timeline.borders[0];
  const to = timeline.borders[timeline.borders.length - 1];
  const at = (cycle: number): number => left + (plot * (cycle - from)) / (to - from || 1);
  const paths = Array.from({ length: shadeLevels }, () => '');
  cells.forEach((bins, bank) =>
    bins.forEach((rate, column) => {
      if (rate <= 0) return;
      const level = Math.min(shadeLevels - 1, Math.floor((shadeLevels * rate) / most));
      const x = at(borders[column]);
      const wide = at(borders[column + 1]) - x;
      paths[level] +=
        `M${x.toFixed(1)} ${(4 + bank * row).toFixed(1)}h${wide.toFixed(1)}v${row.toFixed(1)}h-${wide.toFixed(1)}z`;
    }),
  );
  const every = perBank.length > 16 ? 4 : 1;
  const labels = perBank.map((count, bank): Markup => {
    const y = 4 + bank * row;
    const bar = rect(
      left + plot + 30,
      y + 0.5,
      (sums * count) / most1,
      row - 1,
      'c-part-TCDM',
      `bank ${bank}: ${grouped(count)} conflicts`,
    );
    const number =
      row >= 9
        ? text(left + plot + 36 + (sums * count) / most1, y + row / 2 + 4, grouped(count), 'tiny')
        : group();
    const name =
      bank % every === 0
        ? text(left - 8, y + row / 2 + 4, `bank ${bank}`, 'label', 'end')
        : group();
    return group(name, bar, number);
  });
  const axis = ticks(from, to, 5).map((cycle) =>
    group(
      line(at(cycle), height - 26, at(cycle), height - 22, 'axis'),
      text(at(cycle), height - 8, grouped(cycle), 'tick', 'middle'),
    ),
  );
  const picture = svg(
    width,
    height,
    'Bank conflicts over time',
    rect(left, 4, plot, perBank.length * row, 'track'),
    paths.map((d, level) =>
      d === '' ? group() : element('path', { d, class: `c-shade-${level}` }),
    ),
    labels,
    axis,
    text(left + plot + 30, height - 8, 'conflicts in all', 'tick'),
  );
  return {
    id: 'banks',
    title: 'Bank conflicts',
    lead:
      `${grouped(conflicts)} of ${grouped(accesses)} accesses had to ask again (${percent(conflicts, accesses)}). ` +
      `Left: conflicts by bank and time, darkest ${most.toFixed(3)} a cycle. Right: sum of each of the ${perBank.length} banks.`,
    picture: { svg: picture },
    body: picture,
  };
}

/** Conflicts a cycle by bank, in fewer bins. */
function condense(data: ReportData): { cells: number[][]; most: number; borders: number[] } {
  const { timeline } = data;
  const widths = binWidths(data);
  const each = Math.max(1, Math.ceil(widths.length / columns));
  const groups = Array.from({ length: Math.ceil(widths.length / each) }, (_, i) => i * each);
  const total = (values: readonly number[], from: number): number =>
    values.slice(from, from + each).reduce((a, b) => a + b, 0);
  const cells = timeline.conflicts.map((bank) =>
    groups.map((from) => total(bank, from) / total(widths, from)),
  );
  return {
    cells,
    most: Math.max(...cells.flat(), 1e-9),
    borders: [
      ...groups.map((from) => timeline.borders[from]),
      timeline.borders[timeline.borders.length - 1],
    ],
  };
}
