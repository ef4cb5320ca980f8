/** How much of the crossbars a job uses, and how much of the time the engines work. */
import type { ReportData, Section } from '../data.js';
import { classOf } from '../colours.js';
import { element, group, rect, svg, text } from '../markup.js';
import type { Markup } from '../markup.js';
import { grouped, percent, spoken } from '../units.js';

export function arraySection(data: ReportData): Section | undefined {
  const engines = Object.entries(data.stats.engines).filter(
    ([, { busy_cycles = 0 }]) => busy_cycles > 0,
  );
  if (engines.length === 0) return undefined;
  return {
    id: 'arrays',
    title: 'Engines and arrays',
    lead: 'How long each engine worked, how long it waited for the memory meanwhile, and how much of its arrays a product used on average.',
    body: group(...engines.map(([name, counters]) => engineBlock(data, name, counters))),
  };
}

type Counters = Readonly<Record<string, number>>;

function engineBlock(data: ReportData, name: string, counters: Counters): Markup {
  const { stats } = data;
  const bars: [string, number, string][] = [
    ['busy', counters['busy_cycles'] / stats.cycles, `${grouped(counters['busy_cycles'])} cycles`],
    ['port granted', counters['granted_cycles'] / counters['busy_cycles'], 'of busy cycles'],
    ['port refused', counters['stall_cycles'] / counters['busy_cycles'], 'of busy cycles'],
  ];
  const geometry = geometryOf(data, name);
  const products = counters['mvms'] ?? 0;
  const isArray = geometry !== undefined && products > 0 && 'rows_active' in counters;
  if (isArray) {
    bars.push(
      [
        'rows',
        counters['rows_active'] / (products * geometry.rows),
        `of ${geometry.rows}, mean of a product`,
      ],
      [
        'columns',
        counters['columns_converted'] / (products * geometry.cols),
        `of ${geometry.cols}, mean of a product`,
      ],
      [
        'cells',
        counters['cells_active'] / (products * geometry.rows * geometry.cols),
        `of ${grouped(geometry.rows * geometry.cols)}`,
      ],
    );
    if (counters['cells_programmed'] > 0)
      bars.push([
        'programmed',
        counters['cells_programmed'] / (geometry.arrays * geometry.rows * geometry.cols),
        `of the cells of ${geometry.arrays} arrays`,
      ]);
  }
  const rows = bars
    .filter(([, share]) => Number.isFinite(share))
    .map(([label, share, note], i) => {
      const y = 4 + i * 24;
      return group(
        text(86, y + 14, label, 'label', 'end'),
        rect(96, y, 300, 18, 'track'),
        rect(96, y, 300 * Math.min(share, 1), 18, classOf('part', name)),
        text(404, y + 13, `${percent(share, 1)} ${note}`, 'note'),
      );
    });
  const others = Object.entries(counters).filter(([, value]) => value > 0);
  return element(
    'div',
    { class: 'engine' },
    element('h3', {}, name),
    element(
      'div',
      { class: 'columns' },
      svg(620, Math.max(rows.length * 24 + 6, 30), `Use of ${name}`, rows),
      isArray ? crossbar(name, counters, geometry) : group(),
    ),
    element(
      'dl',
      { class: 'counters' },
      ...others.map(([key, value]) =>
        element('div', {}, element('dt', {}, spoken(key)), element('dd', {}, grouped(value))),
      ),
    ),
  );
}

interface Geometry {
  readonly rows: number;
  readonly cols: number;
  readonly arrays: number;
}

function geometryOf({ stats }: ReportData, name: string): Geometry | undefined {
  const config = stats.config[name];
  if (typeof config !== 'object' || config === null) return undefined;
  const { rows, cols, arrays } = config as Partial<Geometry>;
  return typeof rows === 'number' && typeof cols === 'number'
    ? { rows, cols, arrays: typeof arrays === 'number' ? arrays : 1 }
    : undefined;
}

/** The array as a square; the mean rectangle that a product uses is filled. */
function crossbar(name: string, counters: Counters, { rows, cols }: Geometry): Markup {
  const size = 150;
  const usedRows = counters['rows_active'] / counters['mvms'];
  const usedCols = counters['columns_converted'] / counters['mvms'];
  return svg(
    340,
    size + 22,
    'Mean use of an array',
    rect(2, 2, size, size, 'track'),
    rect(2, 2, (size * usedCols) / cols, (size * usedRows) / rows, classOf('part', name)),
    text(size + 14, 18, `${usedRows.toFixed(0)} of ${rows} rows`, 'note'),
    text(size + 14, 36, `${usedCols.toFixed(0)} of ${cols} columns`, 'note'),
    text(2, size + 18, 'mean of all products', 'tick'),
  );
}
