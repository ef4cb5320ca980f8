import { classOf } from '../colours.js';
import { element, group, rect, text } from '../markup.js';
import type { Markup } from '../markup.js';
import { spoken } from '../units.js';

export function legend(kind: 'cycle' | 'part', names: readonly string[]): Markup {
  return element(
    'ul',
    { class: 'legend' },
    ...names.map((name) =>
      element(
        'li',
        {},
        element('i', { class: classOf(kind, name) }),
        name === 'sleep' ? 'asleep' : spoken(name),
      ),
    ),
  );
}

/** The same inside a picture, in lines below it: markup and height. */
export function legendBelow(
  kind: 'cycle' | 'part',
  names: readonly string[],
  { x: left, y, width }: { x: number; y: number; width: number },
): { markup: Markup; height: number } {
  let x = left;
  let row = 0;
  const items = names.map((name) => {
    // A name may carry its value: `harts: 12 nJ`.
    const shown = name === 'sleep' ? 'asleep' : spoken(name);
    const wide = 26 + 7 * shown.length;
    if (x + wide > left + width) {
      x = left;
      row++;
    }
    const at = y + 12 + 20 * row;
    const item = group(
      rect(x, at - 10, 11, 11, classOf(kind, name.split(':', 1)[0])),
      text(x + 17, at, shown, 'note'),
    );
    x += wide + 10;
    return item;
  });
  return { markup: group(...items), height: 20 * (row + 1) + 6 };
}

/** A table; numbers stand right. `head` names the columns. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | Markup)[])[],
  className = '',
): Markup {
  return element(
    'table',
    { class: className || undefined },
    element('thead', {}, element('tr', {}, ...head.map((name) => element('th', {}, name)))),
    element(
      'tbody',
      {},
      ...rows.map((row) => element('tr', {}, ...row.map((cell) => element('td', {}, cell)))),
    ),
  );
}
