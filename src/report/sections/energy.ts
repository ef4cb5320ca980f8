/** Where the energy went: by component, then by function. */
import type { ReportData, Section } from '../data.js';
import { classOf } from '../colours.js';
import { element, group, rect, svg, text } from '../markup.js';
import type { Markup } from '../markup.js';
import { joules, percent, scaled, watts } from '../units.js';
import { table } from './legend.js';

const width = 1120;

export function energySection({ stats }: ReportData): Section | undefined {
  const { energy } = stats;
  if (!(energy.total_pj > 0)) return undefined;
  const parts = Object.entries(energy.components)
    .filter(([, pj]) => pj > 0)
    .toSorted(([, a], [, b]) => b - a);
  let x = 0;
  const bar = parts.map(([name, pj]) => {
    const wide = (width * pj) / energy.total_pj;
    const piece = group(
      rect(
        x,
        4,
        wide,
        54,
        classOf('part', name),
        `${name}: ${joules(pj)}, ${percent(pj, energy.total_pj)}`,
      ),
      wide > 7.5 * name.length + 12 ? text(x + wide / 2, 28, name, 'on-bar', 'middle') : group(),
      wide > 52
        ? text(x + wide / 2, 45, percent(pj, energy.total_pj), 'on-bar', 'middle')
        : group(),
    );
    x += wide;
    return piece;
  });
  const assumed = energy.rows
    .filter(({ status, picojoules }) => status === 'assumed' && picojoules > 0)
    .reduce((sum, { picojoules }) => sum + picojoules, 0);
  const picture = svg(width, 64, 'Energy by component', bar);
  return {
    id: 'energy',
    picture: {
      svg: picture,
      legend: { kind: 'part', names: parts.map(([name, pj]) => `${name}: ${joules(pj)}`) },
    },
    title: 'Where the energy went',
    lead:
      `${joules(energy.total_pj)}, ${watts(energy.mean_mw)} on average at ${energy.voltage} V. ` +
      `${percent(assumed, energy.total_pj)} of it rests on assumed prices; octobar presets NAME prints every price with its source.`,
    body: group(
      picture,
      element('div', { class: 'columns' }, componentTable(parts, stats), priceTable(stats)),
    ),
  };
}

function componentTable(parts: [string, number][], stats: ReportData['stats']): Markup {
  return table(
    ['component', 'energy', 'share', 'power', 'per cycle'],
    parts.map(([name, pj]) => [
      group(element('i', { class: `swatch ${classOf('part', name)}` }), name),
      joules(pj),
      percent(pj, stats.energy.total_pj),
      watts((pj * stats.clock_hz) / (stats.cycles * 1e9)),
      joules(pj / stats.cycles),
    ]),
  );
}

/** The prices that decide most. */
function priceTable({ energy }: ReportData['stats']): Markup {
  const rows = energy.rows
    .filter(({ picojoules }) => picojoules > 0)
    .toSorted((a, b) => b.picojoules - a.picojoules)
    .slice(0, 10);
  return table(
    ['price', 'value', 'events', 'share', 'status'],
    rows.map(({ price, value, unit, events, picojoules, status }) => [
      price,
      `${Number(value.toPrecision(4))} ${unit}`,
      scaled(events, ''),
      percent(picojoules, energy.total_pj),
      status,
    ]),
  );
}
