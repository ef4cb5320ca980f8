import type { ReportData, Section } from '../data.js';
import { classOf } from '../colours.js';
import { element, group, line, rect, svg, text } from '../markup.js';
import type { Markup } from '../markup.js';
import { roofline } from '../roofline.js';
import type { Roofline } from '../roofline.js';
import { digitsOf, scaled } from '../units.js';
import { table } from './legend.js';

const width = 1120;
const height = 430;
const frame = { left: 74, right: 210, top: 16, bottom: 46 };

export function rooflineSection({ stats, profile }: ReportData): Section | undefined {
  const model = roofline(stats, profile);
  if (model.points.length === 0) return undefined;
  const chart = picture(model, stats.clock_hz);
  return {
    id: 'roofline',
    title: 'Roofline',
    lead:
      'Each point is a unit: how many operations it does with a byte, and how many in a cycle in which it works. It can lie neither ' +
      'above the flat line of its colour nor left of the path that feeds it. A multiply-accumulate is two operations.',
    picture: { svg: chart },
    body: group(chart, numbers(model, stats.clock_hz)),
  };
}

interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly xs: readonly [number, number];
  readonly ys: readonly [number, number];
}

function scaleOf({ ceilings, slopes, points }: Roofline): Scale {
  const top = Math.max(...ceilings.map(({ operations }) => operations));
  const low = Math.min(
    ...points.map(({ rate }) => rate),
    ...ceilings.map(({ operations }) => operations),
  );
  const ridges = slopes.map(({ bytes }) => top / bytes);
  const values = [...points.map(({ intensity }) => intensity), ...ridges];
  const decade = (value: number, up: boolean): number =>
    up ? Math.ceil(Math.log10(value) + 0.08) : Math.floor(Math.log10(value) - 0.08);
  const xs: [number, number] = [
    Math.min(decade(Math.min(...values), false), -1),
    decade(Math.max(...values), true),
  ];
  const ys: [number, number] = [decade(low, false), decade(top, true)];
  const across = (width - frame.left - frame.right) / (xs[1] - xs[0]);
  const down = (height - frame.top - frame.bottom) / (ys[1] - ys[0]);
  return {
    xs,
    ys,
    x: (value) => frame.left + (Math.log10(value) - xs[0]) * across,
    y: (value) => height - frame.bottom - (Math.log10(value) - ys[0]) * down,
  };
}

function picture(model: Roofline, clockHz: number): Markup {
  const scale = scaleOf(model);
  const { x, y, xs, ys } = scale;
  const right = width - frame.right;
  const bottom = height - frame.bottom;
  const decades = ([from, to]: readonly [number, number]): number[] =>
    Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  const grid = [
    ...decades(xs).map((value) =>
      group(
        line(x(value), frame.top, x(value), bottom, 'grid'),
        text(x(value), bottom + 18, power(value), 'tick', 'middle'),
      ),
    ),
    ...decades(ys).map((value) =>
      group(
        line(frame.left, y(value), right, y(value), 'grid'),
        text(frame.left - 8, y(value) + 4, power(value), 'tick', 'end'),
      ),
    ),
  ];
  const top = Math.max(...model.ceilings.map(({ operations }) => operations));
  const lowest = 10 ** ys[0];
  const slopes = model.slopes.map(({ path, bytes }) => {
    const from = Math.max(lowest / bytes, 10 ** xs[0]);
    const to = Math.min(top / bytes, 10 ** xs[1]);
    const at = from * 1.6;
    const angle = (Math.atan2(y(to * bytes) - y(from * bytes), x(to) - x(from)) * 180) / Math.PI;
    return group(
      line(x(from), y(from * bytes), x(to), y(to * bytes), 'slope'),
      element(
        'text',
        {
          class: 'slope-label',
          transform: `translate(${x(at).toFixed(1)} ${(y(at * bytes) - 6).toFixed(1)}) rotate(${angle.toFixed(1)})`,
        },
        `${path}, ${digitsOf(bytes)} B/cycle`,
      ),
    );
  });
  const heights = apart(model.ceilings.map(({ operations }) => y(operations)));
  const roofs = model.ceilings.map(({ unit, operations }, i) =>
    group(
      rect(frame.left, y(operations) - 1.2, right - frame.left, 2.4, classOf('part', unit)),
      text(right + 8, heights[i] + 4, `${unit}: ${digitsOf(operations)} op/cycle`, 'note'),
    ),
  );
  const points = model.points.map(({ unit, intensity, rate }) =>
    group(
      element('circle', {
        cx: x(intensity),
        cy: y(rate),
        r: 8,
        class: `point ${classOf('part', unit)}`,
      }),
      text(x(intensity) + 13, y(rate) + 5, unit === 'dma' ? 'all' : unit, 'point-label'),
    ),
  );
  return svg(
    width,
    height,
    'Roofline',
    grid,
    slopes,
    roofs,
    points,
    text((frame.left + right) / 2, height - 6, 'operations a byte', 'axis-label', 'middle'),
    element(
      'text',
      {
        class: 'axis-label',
        'text-anchor': 'middle',
        transform: `translate(18 ${(frame.top + bottom) / 2}) rotate(-90)`,
      },
      `operations a cycle (x ${scaled(clockHz, 'op/s')})`,
    ),
  );
}

/** Heights of labels, moved so that no two of them overlap. */
function apart(heights: readonly number[]): number[] {
  const moved = [...heights];
  const order = heights.map((_, i) => i).toSorted((a, b) => heights[a] - heights[b]);
  for (let i = 1; i < order.length; i++)
    moved[order[i]] = Math.max(moved[order[i]], moved[order[i - 1]] + 15);
  return moved;
}

const power = (value: number): string =>
  value >= 1 && value < 1e4
    ? String(Math.round(value))
    : value >= 0.01 && value < 1
      ? String(Number(value.toPrecision(1)))
      : value.toExponential(0);

function numbers({ ceilings, points }: Roofline, clockHz: number): Markup {
  return table(
    ['unit', 'operations a byte', 'operations a cycle', 'rate', 'of its ceiling', ''],
    points.map(({ unit, intensity, rate, note }) => {
      const roof = ceilings.find((ceiling) => ceiling.unit === unit);
      return [
        unit === 'dma' ? 'all' : unit,
        digitsOf(intensity),
        digitsOf(rate),
        scaled(rate * clockHz, 'op/s'),
        roof ? `${((100 * rate) / roof.operations).toFixed(1)} %` : '-',
        roof ? `${note}; ceiling: ${roof.why}` : note,
      ];
    }),
  );
}
