import type { Encoding, Format, LoopMeaning, Row } from '../row.js';
import { CUSTOM_1, pulpPlain } from './encoding.js';

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
  pulp?: Encoding,
): Row => ({
  name: `cv.${name}`,
  extension: 'xcvhwlp',
  format,
  match: (4 << 12) | (funct4 << 8) | CUSTOM_1,
  mask: (0x7f7f | zeros) >>> 0,
  timing: 'loop',
  loop,
  ...(pulp === undefined ? {} : { pulp }),
});

const NO_RS1 = 0x000f_8000;
const NO_IMMEDIATE = 0xfff0_0000;

/** RI5CY has no loop bounds in registers; bits 11..8 are zero there, offsets count halfwords. */
const older = (name: string, funct3: number, format: Format, zeros: number): Encoding =>
  pulpPlain(`lp.${name}`, format, (funct3 << 12) | 0x7b, 0x7f7f | zeros);

export const xcvhwlp: readonly Row[] = [
  row(
    'starti',
    0,
    'loop-offset',
    NO_RS1,
    { start: 'offset' },
    older('starti', 0, 'loop-offset-half', NO_RS1),
  ),
  row('start', 1, 'loop-register', NO_IMMEDIATE, { start: 'register' }),
  row(
    'endi',
    2,
    'loop-offset',
    NO_RS1,
    { end: 'offset' },
    older('endi', 1, 'loop-offset-half', NO_RS1),
  ),
  row('end', 3, 'loop-register', NO_IMMEDIATE, { end: 'register' }),
  row(
    'counti',
    4,
    'loop-count',
    NO_RS1,
    { count: 'immediate' },
    older('counti', 3, 'loop-count', NO_RS1),
  ),
  row(
    'count',
    5,
    'loop-register',
    NO_IMMEDIATE,
    { count: 'register' },
    older('count', 2, 'loop-register', NO_IMMEDIATE),
  ),
  row(
    'setupi',
    6,
    'loop-setup-immediate',
    0,
    { start: 'next', end: 'offset', count: 'immediate' },
    older('setupi', 5, 'loop-setup-immediate-half', 0),
  ),
  row(
    'setup',
    7,
    'loop-setup',
    0,
    { start: 'next', end: 'offset', count: 'register' },
    older('setup', 4, 'loop-setup-half', 0),
  ),
];
