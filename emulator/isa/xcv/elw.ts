import type { Row } from '../row.js';

/**
 * Event load: a load whose answer the event unit withholds while the hart sleeps.
 * Source: CV32E40P user manual, "Event load instruction"; opcode custom-0.
 */
export const xcvelw: readonly Row[] = [
  {
    name: 'cv.elw',
    extension: 'xcvelw',
    format: 'load',
    match: 0x300b,
    mask: 0x707f,
    pulp: { name: 'p.elw', format: 'load', match: 0x6003, mask: 0x707f },
    timing: 'event-load',
    memory: { bytes: 4, signed: true, write: false },
  },
];
