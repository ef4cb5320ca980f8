/** What harts, engines, DMA and memory did over time, one row each, on one axis of cycles. */
import type { ReportData, Section, Span } from '../data.js';
import { classOf } from '../colours.js';
import { element, group, line, rect, safeJson, short, steps, svg, text } from '../markup.js';
import type { Markup } from '../markup.js';
import { grouped, percent, scaled, spoken, ticks } from '../units.js';
import { legend } from './legend.js';

const width = 1120;
const left = 96;
const right = 104;
const plot = width - left - right;

/** A row of the picture: areas that are stacked, each a share of the row's height by bin. */
interface Row {
  readonly name: string;
  readonly height: number;
  readonly areas: readonly {
    readonly key: string;
    readonly css: string;
    readonly share: readonly number[];
  }[];
  /** Right of the row. */
  readonly total: string;
}

export function timelineSection(data: ReportData): Section {
  const { timeline, stats } = data;
  const { borders } = timeline;
  const from = borders[0] ?? 0;
  const to = borders[borders.length - 1] ?? 1;
  const xs = borders.map((cycle) => (plot * (cycle - from)) / (to - from || 1));
  const spans = data.spans.filter((span) => span.to > from && span.from < to);
  const rows = [...hartRows(data), ...unitRows(data), ...memoryRows(data), ...powerRow(data)];
  const top = spans.length > 0 ? 30 : 8;
  const height = top + rows.reduce((sum, row) => sum + row.height + 4, 0) + 30;
  const bottom = height - 26;

  let y = top;
  const labels: Markup[] = [];
  const areas: Markup[] = [];
  for (const row of rows) {
    const base = y + row.height;
    labels.push(text(left - 10, y + row.height / 2 + 4, row.name, 'label', 'end'));
    labels.push(text(width - right + 8, y + row.height / 2 + 4, row.total, 'note'));
    areas.push(rect(0, y, plot, row.height, 'track'));
    const lower = xs.slice(1).map(() => 0);
    for (const { css, share } of row.areas) {
      const upper = lower.map((value, bin) =>
        Math.min(value + share[bin] * row.height, row.height),
      );
      const d = steps(xs, base, lower, upper);
      if (d !== '') areas.push(element('path', { d, class: css }));
      upper.forEach((value, bin) => (lower[bin] = value));
    }
    y = base + 4;
  }
  const axis = ticks(from, to, 8).map((cycle) => {
    const x = left + (plot * (cycle - from)) / (to - from || 1);
    return group(
      line(x, bottom, x, bottom + 4, 'axis'),
      text(x, bottom + 17, grouped(cycle), 'tick', 'middle'),
    );
  });
  const picture = svg(
    width,
    height,
    'Timeline of all units',
    labels,
    element(
      'svg',
      {
        id: 'timeline-plot',
        x: left,
        y: 0,
        width: plot,
        height: bottom,
        viewBox: `0 0 ${plot} ${short(bottom)}`,
        preserveAspectRatio: 'none',
      },
      spanBands(spans, { from, to, bottom }),
      areas,
    ),
    element('g', { id: 'timeline-axis' }, line(left, bottom, left + plot, bottom, 'axis'), axis),
    element('line', {
      id: 'timeline-cursor',
      class: 'cursor',
      x1: 0,
      x2: 0,
      y1: 0,
      y2: bottom,
      visibility: 'hidden',
    }),
    element('rect', {
      id: 'timeline-brush',
      class: 'brush',
      x: 0,
      y: 0,
      width: 0,
      height: bottom,
      visibility: 'hidden',
    }),
    text(width - right + 8, bottom + 17, 'cycles', 'tick'),
  );
  const hover = {
    left,
    plot,
    borders,
    rows: rows.map(({ name, areas: parts }) => ({
      name,
      parts: parts.map(({ key, share }) => ({
        key,
        share: share.map((value) => Math.round(1000 * value)),
      })),
    })),
    spans: spans.map(({ name, from: begin, to: end }) => [name, begin, end]),
  };
  const shown = ['instruction', ...usedCauses(data), 'sleep'];
  const binWidth = borders.length > 1 ? borders[1] - borders[0] : 0;
  return {
    id: 'timeline',
    title: 'Timeline',
    lead:
      `${grouped(to - from)} cycles (${scaled((to - from) / stats.clock_hz, 's')}) in bins of ${grouped(binWidth)}. ` +
      'Harts: instructions and stalls of the bin, stacked; engines and DMA: share of the bin in which they were busy. ' +
      'Drag to zoom, double-click to see all.',
    picture: { svg: picture, legend: { kind: 'cycle', names: [...shown] } },
    body: group(
      element(
        'div',
        { class: 'chart', id: 'timeline' },
        picture,
        element('div', { class: 'tip', id: 'timeline-tip', hidden: 'hidden' }),
      ),
      legend('cycle', shown),
      element('script', { type: 'application/json', id: 'timeline-data' }, safeJson(hover)),
    ),
  };
}

/** Stall causes that occur at all, in the order of the counters. */
export function usedCauses({ stats }: ReportData): string[] {
  return Object.entries(stats.total.stalls)
    .filter(([, cycles]) => cycles > 0)
    .map(([cause]) => cause);
}

function hartRows(data: ReportData): Row[] {
  const { timeline, stats } = data;
  const causes = usedCauses(data);
  const widths = binWidths(data);
  const height = timeline.harts.length > 4 ? 22 : 34;
  return timeline.harts.map(({ hart, instructions, sleep, stalls }) => {
    const share = (values: readonly number[]): number[] => values.map((v, bin) => v / widths[bin]);
    return {
      name: hart >= Number(stats.config['harts']) ? 'controller' : `hart ${hart}`,
      height,
      areas: [
        { key: 'instructions', css: classOf('cycle', 'instruction'), share: share(instructions) },
        ...causes.map((cause) => ({
          key: spoken(cause),
          css: classOf('cycle', cause),
          share: share(stalls[cause] ?? []),
        })),
        { key: 'asleep', css: classOf('cycle', 'sleep'), share: share(sleep) },
      ],
      total: `${percent(stats.harts[hart].cycles_active, stats.cycles)} awake`,
    };
  });
}

function unitRows(data: ReportData): Row[] {
  const { timeline, stats } = data;
  const widths = binWidths(data);
  return timeline.units
    .filter(({ busy, bytes }) => [...busy, ...bytes].some((value) => value > 0))
    .map(({ name, busy }) => ({
      name: name === 'dma' ? 'DMA' : name,
      height: 26,
      areas: [
        {
          key: 'busy',
          css: classOf('part', name),
          share: busy.map((v, bin) => Math.min(v / widths[bin], 1)),
        },
      ],
      total: `${percent(
        busy.reduce((a, b) => a + b, 0),
        stats.cycles,
      )} busy`,
    }));
}

/** Accesses and conflicts share a scale, that of the busiest bin. */
function memoryRows(data: ReportData): Row[] {
  const { timeline, stats } = data;
  const widths = binWidths(data);
  const accesses = timeline.accesses.map((v, bin) => v / widths[bin]);
  const conflicts = timeline.accesses.map(
    (_, bin) => timeline.conflicts.reduce((sum, bank) => sum + bank[bin], 0) / widths[bin],
  );
  const most = Math.max(...accesses.map((v, bin) => v + conflicts[bin]), 1e-9);
  if (stats.tcdm.accesses === 0) return [];
  return [
    {
      name: 'TCDM',
      height: 34,
      areas: [
        {
          key: `accesses (full height: ${most.toFixed(2)} a cycle)`,
          css: classOf('part', 'interconnect'),
          share: accesses.map((v) => v / most),
        },
        { key: 'conflicts', css: classOf('part', 'TCDM'), share: conflicts.map((v) => v / most) },
      ],
      total: `${most.toFixed(1)} / cycle`,
    },
  ];
}

function powerRow(data: ReportData): Row[] {
  const { timeline, stats } = data;
  const widths = binWidths(data);
  const parts = Object.entries(timeline.energy).filter(([, bins]) => bins.some((pj) => pj > 0));
  const milliwatts = (pj: number, bin: number): number =>
    (pj * stats.clock_hz) / (widths[bin] * 1e9);
  const most = Math.max(
    ...widths.map((_, bin) => parts.reduce((sum, [, bins]) => sum + milliwatts(bins[bin], bin), 0)),
    0,
  );
  if (most === 0) return [];
  return [
    {
      name: 'power',
      height: 48,
      areas: parts
        .toSorted(([, a], [, b]) => sum(b) - sum(a))
        .map(([name, bins]) => ({
          key: `${name} (full height: ${scaled(most * 1e-3, 'W')})`,
          css: classOf('part', name),
          share: bins.map((pj, bin) => milliwatts(pj, bin) / most),
        })),
      total: `${scaled(most * 1e-3, 'W')}`,
    },
  ];
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

export const binWidths = ({ timeline: { borders } }: ReportData): number[] =>
  borders.slice(1).map((border, i) => border - borders[i]);

function spanBands(
  spans: readonly Span[],
  { from, to, bottom }: { from: number; to: number; bottom: number },
): Markup[] {
  return spans.map(({ name, from: begin, to: end }, i) => {
    const x = (plot * (Math.max(begin, from) - from)) / (to - from);
    const wide = (plot * (Math.min(end, to) - from)) / (to - from) - x;
    const label =
      wide > 7 * name.length + 6 ? [text(x + wide / 2, 17, name, 'span-label', 'middle')] : [];
    return group(
      rect(
        x,
        4,
        wide,
        bottom - 4,
        i % 2 === 0 ? 'span-even' : 'span-odd',
        `${name}: ${grouped(end - begin)} cycles`,
      ),
      rect(x, 4, wide, 18, 'span-head'),
      label,
    );
  });
}
