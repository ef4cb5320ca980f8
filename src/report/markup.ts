/** Text of HTML and SVG. Whatever comes from outside passes `escape`, here and nowhere else. */

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that XML and HTML refuse, and those that turn the direction of text, become visible. */
// oxlint-disable-next-line no-control-regex
const unwanted = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g;

/** Text without them. */
export const visible = (text: string): string => text.replace(unwanted, '\ufffd');

export function escape(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => entities[character]);
}

/** Markup that was made here, told apart from text by its type. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = Markup | string | number | readonly Content[];
type Attributes = Readonly<Record<string, string | number | undefined>>;

const render = (content: Content): string => {
  if (content instanceof Markup) return content.text;
  if (Array.isArray(content)) return content.map(render).join('');
  return escape(String(content as string | number));
};

const empty = new Set(['meta', 'br', 'rect', 'path', 'line', 'circle', 'use']);

/** An element; strings inside it are escaped. */
export function element(name: string, attributes: Attributes, ...content: Content[]): Markup {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === 'number' ? short(value) : escape(String(value))}"`,
    )
    .join('');
  if (empty.has(name))
    return new Markup(`<${name}${given}${name === 'meta' || name === 'br' ? '' : '/'}>`);
  return new Markup(`<${name}${given}>${render(content)}</${name}>`);
}

export const group = (...content: Content[]): Markup => new Markup(render(content));

/** Coordinates need no more than two decimals. */
export const short = (value: number): string => String(Math.round(value * 100) / 100);

/** JSON that is safe inside a script element of any type. */
export const safeJson = (value: unknown): Markup =>
  new Markup(
    visible(JSON.stringify(value)).replace(
      /[<>&\u2028\u2029]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );

/** A picture of fixed proportions that takes the width it finds. `label` is what a screen reader says. */
export function svg(width: number, height: number, label: string, ...content: Content[]): Markup {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${short(width)} ${short(height)}`,
      width,
      height,
      role: 'img',
      'aria-label': label,
    },
    ...content,
  );
}

export const text = (
  x: number,
  y: number,
  content: string,
  className = '',
  anchor?: string,
): Markup =>
  element('text', { x, y, class: className || undefined, 'text-anchor': anchor }, content);

export const rect = (
  x: number,
  y: number,
  width: number,
  height: number,
  className: string,
  title?: string,
): Markup => {
  const attributes = {
    x,
    y,
    width: Math.max(width, 0),
    height: Math.max(height, 0),
    class: className,
  };
  if (title === undefined) return element('rect', attributes);
  return new Markup(
    element('rect', attributes).text.replace(/\/>$/, `>${element('title', {}, title).text}</rect>`),
  );
};

export const line = (x1: number, y1: number, x2: number, y2: number, className: string): Markup =>
  element('line', { x1, y1, x2, y2, class: className });

/**
 * The area between two step functions over equal bins, in one path; equal neighbours share a step. Heights
 * are rounded to a fifth of a pixel.
 * @param lower,upper heights above `base`, by bin
 */
export function steps(
  xs: readonly number[],
  base: number,
  lower: readonly number[],
  upper: readonly number[],
): string {
  const parts: string[] = [];
  const [low, high] = [lower, upper].map((heights) => heights.map((v) => Math.round(5 * v) / 5));
  let at = 0;
  while (at < high.length) {
    if (high[at] - low[at] < 0.01) {
      at++;
      continue;
    }
    const from = at;
    while (at < high.length && high[at] - low[at] >= 0.01) at++;
    parts.push(outline(xs, base, low, high, from, at));
  }
  return parts.join('');
}

function outline(
  xs: readonly number[],
  base: number,
  lower: readonly number[],
  upper: readonly number[],
  from: number,
  to: number,
): string {
  let path = `M${short(xs[from])} ${short(base - upper[from])}`;
  for (let i = from; i < to; i++) {
    if (i > from && Math.abs(upper[i] - upper[i - 1]) >= 0.01)
      path += `H${short(xs[i])}V${short(base - upper[i])}`;
  }
  path += `H${short(xs[to])}V${short(base - lower[to - 1])}`;
  for (let i = to - 1; i > from; i--) {
    if (Math.abs(lower[i] - lower[i - 1]) >= 0.01)
      path += `H${short(xs[i])}V${short(base - lower[i - 1])}`;
  }
  return `${path}H${short(xs[from])}Z`;
}
