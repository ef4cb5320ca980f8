import type { Row } from '../isa/row.js';
import { ILLEGAL, rows } from '../isa/table.js';

/**
 * A decoded instruction as the interpreter holds it: two 32-bit words per halfword of code.
 *
 *   word 0  bits 0-8   operation number (row index + 1), 0 = not decoded
 *           bits 9-14  destination register, 32 when the result is thrown away (x0)
 *           bits 15-19 rs1, bits 20-24 rs2
 *           bits 25-27 static cost in cycles, hazards with the next instruction included;
 *                      of a branch its cost when taken, of a jump its cost when not hidden
 *           bit 28     32-bit encoding
 *           bit 29     the next instruction is a jump (it may hide behind this one)
 *           bit 30     a jalr that follows needs this result in decode
 *           bit 31     ask `resolve` at each execution: probed, or only looked at by a neighbour
 *   word 1  immediate; the absolute target of branches and jumps
 *
 * Both words in one array: the prototype study measured 1.4x over separate arrays.
 */
export const OPERATION = 0x1ff;
export const RD_SHIFT = 9;
export const RD_MASK = 63;
export const RS1_SHIFT = 15;
export const RS2_SHIFT = 20;
export const REGISTER_MASK = 31;
export const COST_SHIFT = 25;
export const COST_MASK = 7;
export const LONG = 1 << 28;
export const NEXT_IS_JUMP = 1 << 29;
export const FEEDS_JALR = 1 << 30;
export const ASK = 1 << 31;

/** Register index that swallows writes to x0. The state of two harts is 2^HART_SHIFT entries apart. */
export const SINK = 32;
export const HART_SHIFT = 7;

/** The row of a decoded slot; undefined for an illegal instruction. */
export function rowOf(slot: number): Row | undefined {
  const operation = slot & OPERATION;
  return operation === ILLEGAL ? undefined : rows[operation - 1];
}
