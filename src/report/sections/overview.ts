/** The figures that people ask for first. */
import type { ReportData, Section } from '../data.js';
import { element, group } from '../markup.js';
import type { Markup } from '../markup.js';
import { grouped, joules, percent, seconds, watts } from '../units.js';
import { table } from './legend.js';

export function overview(data: ReportData): Markup {
  const { stats } = data;
  const { total, energy, tcdm } = stats;
  const cards: [string, string, string][] = [
    [
      'cycles',
      grouped(stats.cycles),
      `${seconds(stats.cycles, stats.clock_hz)} at ${stats.clock_hz / 1e6} MHz`,
    ],
    ['energy', joules(energy.total_pj), `${watts(energy.mean_mw)} on average`],
    [
      'instructions',
      grouped(total.instret),
      `${ratio(total.instret, total.cycles_active)} a cycle awake`,
    ],
    [
      'harts awake',
      percent(total.cycles_active, stats.cycles * stats.harts.length),
      `of the time of ${stats.harts.length} harts`,
    ],
    [
      'bank conflicts',
      percent(tcdm.conflicts, tcdm.accesses),
      `of ${grouped(tcdm.accesses)} accesses`,
    ],
  ];
  return element(
    'div',
    { class: 'cards' },
    ...cards.map(([name, value, note]) =>
      element(
        'div',
        { class: 'card' },
        element('span', {}, name),
        element('b', {}, value),
        element('small', {}, note),
      ),
    ),
  );
}

const ratio = (part: number, whole: number): string =>
  whole === 0 ? '-' : (part / whole).toFixed(2);

/** What ran on what, what the program says of itself, what a reader must know. */
export function runSection({ stats, profile, spans, command }: ReportData): Section {
  const settings: [string, string][] = [
    ['command', command],
    ['preset', `${stats.preset}, ${stats.isa}`],
    ['engines', stats.slots.filter(Boolean).join(', ') || 'none'],
    ['harts', String(stats.config['harts'])],
    ['clock', `${stats.clock_hz / 1e6} MHz, ${stats.energy.voltage} V`],
    ...stats.images.map(({ name, bytes, sha256 }): [string, string] => [
      name,
      `${grouped(bytes)} bytes, sha256 ${sha256.slice(0, 16)}`,
    ]),
    ['octobar', `${stats.versions.octobar}, seed ${stats.seed}`],
  ];
  const notes =
    stats.timing === 'functional'
      ? ['FUNCTIONAL timing: cycles are no times', ...profile.notes]
      : profile.notes;
  return {
    id: 'run',
    title: 'The run',
    lead: 'What ran on what. Every figure on this page is of the window of the run that the title names.',
    body: group(
      table(['', ''], settings, 'settings'),
      spans.length === 0
        ? group()
        : table(
            ['part of the run', 'cycles', 'share'],
            spans.map(({ name, from, to }) => [
              name,
              grouped(to - from),
              percent(to - from, stats.cycles),
            ]),
            'numbers',
          ),
      stats.metrics.length === 0
        ? group()
        : table(
            ['metric of the program', 'value', 'unit'],
            stats.metrics.map(({ name, value, unit }) => [name, String(value), unit]),
            'numbers',
          ),
      notes.length === 0
        ? group()
        : element('ul', { class: 'notes' }, ...notes.map((note) => element('li', {}, note))),
    ),
  };
}
