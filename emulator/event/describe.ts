import type { EventUnit } from './event-unit.js';
import { EventLine, lineName, lineNames } from './lines.js';
import { Wait } from './wait.js';

/** `0, 3, 5` for the bits of a mask. */
function harts(mask: number): string {
  const list: number[] = [];
  for (let h = 0; h < 32; h++) if ((mask >>> h) & 1) list.push(h);
  return `hart${list.length === 1 ? '' : 's'} ${list.join(', ')}`;
}

/** For the report of a deadlock: what a sleeping hart waits for, and why that does not come. */
export function describeWait(unit: EventUnit, hart: number): string | undefined {
  if (!unit.sleeps(hart)) return undefined;
  const index = unit.waitIndex[hart];
  const mask = unit.mask[hart];
  switch (unit.waitKind[hart]) {
    case Wait.BARRIER:
      return barrier(unit, hart, index) + unmasked(mask, EventLine.BARRIER);
    case Wait.MUTEX: {
      const owner = unit.mutexes.owner[index];
      const holder = owner === hart ? 'which it holds' : `held by hart ${owner}`;
      return `mutex ${index}, ${owner < 0 ? 'which is free' : holder}${unmasked(mask, EventLine.MUTEX)}`;
    }
    case Wait.DISPATCH:
      return `a value of the dispatch FIFO${unmasked(mask, EventLine.DISPATCH)}`;
    default:
      return mask === 0
        ? 'an event, but its event mask is 0: none can wake it'
        : `one of the events ${lineNames(mask)}`;
  }
}

function barrier(unit: EventUnit, hart: number, b: number): string {
  const { barriers } = unit;
  const name = `barrier ${b}`;
  if (barriers.triggerMask[b] === 0) return `${name}, whose trigger mask is 0: it never fires`;
  if (barriers.strangers(b) !== 0) {
    return `${name}, which cannot fire: ${harts(barriers.strangers(b))} arrived but the trigger mask names only ${harts(barriers.triggerMask[b])}`;
  }
  if (barriers.missing(b) !== 0) {
    const here = barriers.status[b];
    const arrived = here === 0 ? '' : ` (${harts(here)} arrived)`;
    return `${name}, where ${harts(barriers.missing(b))} did not arrive${arrived}`;
  }
  return ((barriers.targetMask[b] >>> hart) & 1) === 0
    ? `${name}, whose target mask does not name hart ${hart}`
    : name;
}

function unmasked(mask: number, line: number): string {
  return ((mask >>> line) & 1) !== 0
    ? ''
    : `; its event mask lacks ${lineName(line)} (${line}), so this cannot wake it`;
}
