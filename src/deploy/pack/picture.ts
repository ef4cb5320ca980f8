/** The arrays and what lies on them, as a picture (SVG). */
import type { Schedule } from '../tile/schedule.js';

const cellPixels = 0.55;
const gap = 14;
const perRow = 6;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Hues that neighbours in the network do not share: steps of the golden angle. */
const colour = (layer: number): string => `hsl(${Math.round((layer * 137.508) % 360)} 62% 66%)`;

interface Drawn {
  readonly array: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly layer: number;
  readonly reloaded: boolean;
}

function rectanglesOf({ arrays, arrayLayers, groups }: Schedule): Drawn[] {
  if (arrays === undefined) return [];
  const group = new Map(
    groups.flatMap(({ work }) => work.group.layers.map((l) => [l, work.group.number] as const)),
  );
  return arrayLayers.flatMap(({ layer, rectangles }) =>
    rectangles.map((rectangle, i) => ({
      ...rectangle,
      ...arrays.places.get(layer)![i]!,
      layer,
      reloaded: !arrays.resident.has(group.get(layer)!),
    })),
  );
}

/** Arrays row by row; weights that share an array are drawn over each other, half transparent. */
export function packingPicture(schedule: Schedule): string {
  const { target, shape, arrays } = schedule;
  const size = target.arrays ?? { rows: 0, cols: 0 };
  const count = arrays?.arrays ?? 0;
  const rectangles = rectanglesOf(schedule);
  const resident = rectangles.filter(({ reloaded }) => !reloaded);
  const used = resident.reduce((sum, r) => sum + r.width * r.height, 0);
  const whole = Math.max(1, (count - (arrays?.shared ?? 0)) * size.rows * size.cols);
  const width = perRow * (size.cols * cellPixels + gap) + gap;
  const rows = Math.ceil(count / perRow);
  const height = rows * (size.rows * cellPixels + gap + 12) + 40;
  const at = (array: number): [number, number] => [
    gap + (array % perRow) * (size.cols * cellPixels + gap),
    36 + Math.floor(array / perRow) * (size.rows * cellPixels + gap + 12),
  ];
  const frames = Array.from({ length: count }, (_, array) => {
    const [x, y] = at(array);
    return (
      `<rect x="${x}" y="${y + 12}" width="${size.cols * cellPixels}" height="${size.rows * cellPixels}" fill="#f2f2f2" stroke="#444"/>` +
      `<text x="${x}" y="${y + 9}">${array}</text>`
    );
  });
  const tiles = rectangles.map((r) => {
    const [x, y] = at(r.array);
    const name = escape(shape.layers[r.layer]!.name);
    const style = r.reloaded ? ' fill-opacity="0.35" stroke-dasharray="3 2"' : '';
    const w = r.width * cellPixels;
    const h = r.height * cellPixels;
    const label =
      w > 24 && h > 9
        ? `<text x="${(x + r.x * cellPixels + 2).toFixed(1)}" y="${(y + 20 + r.y * cellPixels).toFixed(1)}">${r.layer}</text>`
        : '';
    return (
      `<g><title>${name}: ${r.height} rows x ${r.width} columns${r.reloaded ? ', programmed for every picture' : ''}</title>` +
      `<rect x="${(x + r.x * cellPixels).toFixed(1)}" y="${(y + 12 + r.y * cellPixels).toFixed(1)}" width="${w.toFixed(1)}" height="${h.toFixed(1)}" fill="${colour(r.layer)}" stroke="#222" stroke-width="0.5"${style}/>${label}</g>`
    );
  });
  const title = `${escape(shape.plan.name)}: ${rectangles.length} tiles on ${count} arrays of ${size.rows}x${size.cols}, ${((100 * used) / whole).toFixed(1)} % of the cells that stay are used`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width.toFixed(0)}" height="${height.toFixed(0)}" font-family="sans-serif" font-size="8">` +
    `<rect width="100%" height="100%" fill="white"/><text x="${gap}" y="20" font-size="13">${title}</text>` +
    `${frames.join('')}${tiles.join('')}</svg>\n`
  );
}
