import { classOf } from '../colours.js';
import { element } from '../markup.js';
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
