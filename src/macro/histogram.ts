import type { MacroReport } from './characterise.js';

const size = { width: 640, height: 320 } as const;
const frame = { left: 55, right: 20, top: 45, bottom: 45 } as const;

/** The codes of the converters and how often each came, as SVG; the outermost ones in red. */
export function histogramPicture({ histogram, error, preset, macros }: MacroReport): string {
  const { lowest, counts } = histogram;
  const most = Math.max(...counts, 1);
  const wide = size.width - frame.left - frame.right;
  const high = size.height - frame.top - frame.bottom;
  const bar = wide / counts.length;
  const bars = counts.map((count, i) => {
    const tall = (count / most) * high;
    const end = i === 0 || i === counts.length - 1;
    const [x, y] = [frame.left + i * bar, frame.top + high - tall];
    return `<rect x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${bar.toFixed(2)}" height="${tall.toFixed(2)}" fill="${end ? '#d55e00' : '#0072b2'}"/>`;
  });
  const label = (x: number, y: number, text: string, anchor = 'middle'): string =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${escape(text)}</text>`;
  const title = [preset, ...macros].join(' with ');
  const bottom = frame.top + high;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    label(size.width / 2, 20, `Codes of the column converters: ${title}`),
    label(size.width / 2, 36, `clipped ${error.clipped_percent.toFixed(3)} %`),
    ...bars,
    `<path d="M${frame.left} ${bottom}h${wide}" stroke="#000"/>`,
    label(frame.left, bottom + 18, String(lowest)),
    label(frame.left + wide / 2, bottom + 18, '0'),
    label(frame.left + wide, bottom + 18, String(lowest + counts.length - 1)),
    label(frame.left + wide / 2, bottom + 36, 'code'),
    label(frame.left - 6, frame.top + 10, String(most), 'end'),
    '</svg>',
    '',
  ].join('\n');
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
