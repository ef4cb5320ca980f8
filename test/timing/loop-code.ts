import { encode, rowOf } from '../isa/xcv-machine.js';

/** Hardware-loop instructions for tests; offsets and lengths in instructions of four bytes. */
const loop = (name: string, fields: Parameters<typeof encode>[1]): number =>
  encode(rowOf(`cv.${name}`), fields);

/** Runs the next `body` instructions `count` times. */
export const setupi = (l: 0 | 1, count: number, body: number): number =>
  loop('setupi', { rd: l, rs1: body + 1, imm: count });
export const setup = (l: 0 | 1, rs1: number, body: number): number =>
  loop('setup', { rd: l, rs1, imm: body + 1 });
/** Start or end `words` instructions behind this one. */
export const starti = (l: 0 | 1, words: number): number => loop('starti', { rd: l, imm: words });
export const endi = (l: 0 | 1, words: number): number => loop('endi', { rd: l, imm: words });
export const counti = (l: 0 | 1, count: number): number => loop('counti', { rd: l, imm: count });
export const start = (l: 0 | 1, rs1: number): number => loop('start', { rd: l, rs1 });
export const end = (l: 0 | 1, rs1: number): number => loop('end', { rd: l, rs1 });
export const count = (l: 0 | 1, rs1: number): number => loop('count', { rd: l, rs1 });
