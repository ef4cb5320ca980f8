/** A line plot as SVG, without a library: the same numbers give the same bytes. */

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Half the length of a bar through each point. */
  readonly spread?: readonly number[];
}

export interface LinePlot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
  /** Ascending marks of the x axis; absent: the points' own. */
  readonly marks?: readonly number[];
  readonly logarithmic?: boolean;
  /** Lines across, such as a published figure. */
  readonly levels?: readonly { readonly name: string; readonly y: number }[];
}

const size = { width: 640, height: 400 } as const;
const frame = { left: 70, right: 20, top: 40, bottom: 55 } as const;
/** Told apart in print and by the colour-blind (Okabe and Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;

export function linePlot(plot: LinePlot): string {
  const { series, levels = [] } = plot;
  const position = plot.logarithmic === true ? Math.log10 : (value: number): number => value;
  const xs = series.flatMap(({ points }) => points.map(([x]) => position(x)));
  const ys = [
    ...series.flatMap(({ points, spread }) =>
      points.flatMap(([, y], i) => [y - (spread?.[i] ?? 0), y + (spread?.[i] ?? 0)]),
    ),
    ...levels.map(({ y }) => y),
  ];
  const [left, right] = widened(Math.min(...xs), Math.max(...xs));
  const steps = ticks(Math.min(...ys), Math.max(...ys));
  const [low, high] = [steps[0]!, steps.at(-1)!];
  const across = (value: number): number =>
    frame.left +
    ((position(value) - left) / (right - left)) * (size.width - frame.left - frame.right);
  const up = (value: number): number =>
    size.height -
    frame.bottom -
    ((value - low) / (high - low)) * (size.height - frame.top - frame.bottom);
  const marks =
    plot.marks ??
    [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].toSorted((a, b) => a - b);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(size.width / 2, 22, plot.title, 'middle', 'font-weight="bold"'),
    ...steps.flatMap((y) => [
      line(frame.left, up(y), size.width - frame.right, up(y), '#ddd'),
      text(frame.left - 8, up(y) + 4, label(y), 'end'),
    ]),
    ...marks.map((x) => text(across(x), size.height - frame.bottom + 18, label(x), 'middle')),
    line(
      frame.left,
      size.height - frame.bottom,
      size.width - frame.right,
      size.height - frame.bottom,
      '#333',
    ),
    text((frame.left + size.width) / 2, size.height - 12, plot.x, 'middle'),
    text(16, size.height / 2, plot.y, 'middle', `transform="rotate(-90 16 ${size.height / 2})"`),
    ...levels.flatMap(({ name, y }) => [
      line(frame.left, up(y), size.width - frame.right, up(y), '#999', 'stroke-dasharray="5 4"'),
      text(size.width - frame.right - 4, up(y) - 5, name, 'end', 'fill="#666"'),
    ]),
    ...series.flatMap((one, i) => drawn(one, colours[i % colours.length]!, i, across, up)),
    '</svg>\n',
  ].join('\n');
}

type Place = (value: number) => number;

function drawn(
  { name, points, spread }: Series,
  colour: string,
  i: number,
  across: Place,
  up: Place,
): string[] {
  const path = points.map(([x, y]) => `${fixed(across(x))},${fixed(up(y))}`).join(' ');
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.flatMap(([x, y], k) => {
      const half = spread?.[k] ?? 0;
      const dot = `<circle cx="${fixed(across(x))}" cy="${fixed(up(y))}" r="3.5" fill="${colour}"><title>${escaped(name)}: ${label(x)}, ${label(y)}</title></circle>`;
      return half === 0
        ? [dot]
        : [line(across(x), up(y - half), across(x), up(y + half), colour), dot];
    }),
    text(
      frame.left + 10,
      size.height - frame.bottom - 12 - 16 * i,
      name,
      'start',
      `fill="${colour}"`,
    ),
  ];
}

/** Round numbers that span the values. */
function ticks(low: number, high: number): number[] {
  const [from, to] = widened(low, high);
  let step = 10 ** Math.floor(Math.log10((to - from) / 4));
  for (const factor of [2, 2.5, 2]) if ((to - from) / step > 6) step *= factor;
  const first = Math.floor(from / step);
  const last = Math.ceil(to / step);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

const widened = (low: number, high: number): [number, number] =>
  high > low ? [low, high] : [low - 0.5, high + 0.5];

const fixed = (value: number): string => value.toFixed(1);
const label = (value: number): string => String(Number(value.toPrecision(5)));
const escaped = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const line = (x1: number, y1: number, x2: number, y2: number, colour: string, more = ''): string =>
  `<line x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}" stroke="${colour}" ${more}/>`;
const text = (x: number, y: number, value: string, anchor: string, more = ''): string =>
  `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}" ${more}>${escaped(value)}</text>`;
