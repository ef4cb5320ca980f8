import type { Format, LoopMeaning, Row } from '../row.js';
import { CUSTOM_1 } from './encoding.js';

/**
 * Set-up of the two hardware loops: start, end and count one by one, or all at once.
 * Source: CV32E40P user manual, "Hardware Loops". Offsets count words from the instruction itself; the
 * end is the address behind the last instruction.
 */
const row = (
  name: string,
  funct4: number,
  format: Format,
  /** Bits that are no operand and must be zero. */
  zeros: number,
  loop: LoopMeaning,
): Row => ({
  name: `cv.${name}`,
  extension: 'xcvhwlp',
  format,
  match: (4 << 12) | (funct4 << 8) | CUSTOM_1,
  mask: (0x7f7f | zeros) >>> 0,
  timing: 'loop',
  loop,
});

const NO_RS1 = 0x000f_8000;
const NO_IMMEDIATE = 0xfff0_0000;

export const xcvhwlp: readonly Row[] = [
  row('starti', 0, 'loop-offset', NO_RS1, { start: 'offset' }),
  row('start', 1, 'loop-register', NO_IMMEDIATE, { start: 'register' }),
  row('endi', 2, 'loop-offset', NO_RS1, { end: 'offset' }),
  row('end', 3, 'loop-register', NO_IMMEDIATE, { end: 'register' }),
  row('counti', 4, 'loop-count', NO_RS1, { count: 'immediate' }),
  row('count', 5, 'loop-register', NO_IMMEDIATE, { count: 'register' }),
  row('setupi', 6, 'loop-setup-immediate', 0, { start: 'next', end: 'offset', count: 'immediate' }),
  row('setup', 7, 'loop-setup', 0, { start: 'next', end: 'offset', count: 'register' }),
];
