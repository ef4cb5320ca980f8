import type { Expression, Operand } from '../isa/expression.js';
import type { Step } from './tree.js';

/**
 * Registers of a block that hold a bit, or a mask which is all ones where that bit is. Who takes `-(x & 1) & m`
 * means `m` or nothing: the host chooses in one instruction what takes it three, one behind the other.
 */
export class Masks {
  /** By register: the local with the bit that it is, or that it is a mask of; 0 where it is neither. */
  private readonly bits = new Int32Array(32);
  private readonly masks = new Int32Array(32);

  clear(): void {
    this.bits.fill(0);
    this.masks.fill(0);
  }

  /** A register is written; `bit`: a local that has the same value from now on, a bit. */
  wrote(register: number, bit = 0): void {
    this.bits[register] = this.masks[register] = 0;
    if (bit === 0) return;
    for (let other = 0; other < 32; other++) {
      if (this.bits[other] === bit) this.bits[other] = 0;
      if (this.masks[other] === bit) this.masks[other] = 0;
    }
    this.bits[register] = bit;
  }

  /** The local of the bit whose mask an instruction makes, else 0. */
  maskOf({ row, rs1, rs2 }: Step): number {
    return rs1 === 0 && rs2 < 32 && is(row.result, 'sub', 'rs1', 'rs2') ? this.bits[rs2] : 0;
  }

  wroteMask(register: number, bit: number): void {
    this.masks[register] = bit;
  }

  /** The choice that an instruction is: by which local, and which register or nothing. */
  choiceOf({
    row,
    rs1,
    rs2,
  }: Step): { readonly by: number; readonly register: number } | undefined {
    if (rs1 > 31 || rs2 > 31 || !is(row.result, 'and', 'rs1', 'rs2')) return undefined;
    if (this.masks[rs1] !== 0) return { by: this.masks[rs1], register: rs2 };
    return this.masks[rs2] === 0 ? undefined : { by: this.masks[rs2], register: rs1 };
  }
}

/** Whether the result of an instruction is 0 or 1. */
export function makesBit({ row: { result }, imm }: Step): boolean {
  if (result?.kind !== 'binary') return false;
  return comparisons.has(result.operator) || (imm === 1 && is(result, 'and', 'rs1', 'imm'));
}

const comparisons: ReadonlySet<string> = new Set([
  'eq',
  'ne',
  'lt_s',
  'lt_u',
  'le_s',
  'le_u',
  'ge_s',
  'ge_u',
  'gt_s',
  'gt_u',
]);

function is(
  tree: Expression | undefined,
  operator: string,
  left: Operand,
  right: Operand,
): boolean {
  return (
    tree?.kind === 'binary' &&
    tree.operator === operator &&
    tree.left.kind === 'operand' &&
    tree.left.operand === left &&
    tree.right.kind === 'operand' &&
    tree.right.operand === right
  );
}
