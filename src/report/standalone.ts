/** A picture of the page as a file of its own, with its style, its legend and a light background. */
import type { Picture } from './data.js';
import { colourRules } from './colours.js';
import { element, Markup, rect, short } from './markup.js';
import { legendBelow } from './sections/legend.js';
import { baseStyle } from './style.js';

const margin = 12;

export function standalone({ svg, legend }: Picture): string {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg.text)!.map(Number);
  const below = legend && legendBelow(legend.kind, legend.names, { x: 0, y: height + 8, width });
  const tall = height + (below ? below.height + 8 : 0);
  // Only rules for pictures, without what belongs to a page.
  const rules = baseStyle
    .split('\n')
    .filter((line) => line.startsWith('svg ') || line.startsWith(':root{'))
    .map((line) => line.replace(/^svg /, ''));
  const used = new Set([...svg.text.matchAll(/c-[\w-]+/g)].map(([name]) => name));
  for (const [name] of (below?.markup.text ?? '').matchAll(/c-[\w-]+/g)) used.add(name);
  const colours = colourRules('light', ':root')
    .split('\n')
    .filter((line) => used.has(/\.(c-[\w-]+)/.exec(line)?.[1] ?? ''));
  const style = [...rules, 'text{fill:var(--ink)}', ...colours].join('\n');
  return `${
    element(
      'svg',
      {
        xmlns: 'http://www.w3.org/2000/svg',
        viewBox: `${-margin} ${-margin} ${short(width + 2 * margin)} ${short(tall + 2 * margin)}`,
        width: width + 2 * margin,
        height: tall + 2 * margin,
        'font-family': 'system-ui, "DejaVu Sans", sans-serif',
        'font-size': 12,
      },
      new Markup(`<style>${style}</style>`),
      rect(-margin, -margin, width + 2 * margin, tall + 2 * margin, 'paper'),
      svg,
      below?.markup ?? '',
    ).text
  }\n`;
}
