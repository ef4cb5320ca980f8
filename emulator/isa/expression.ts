/**
 * What an instruction computes, as a small expression tree over 32-bit integers.
 *
 * An instruction's meaning is written once, here, by its row; the interpreter's source text is
 * generated from the tree (`emit-js.ts`), and a translator can emit WebAssembly from the same tree.
 * Comparisons give 0 or 1. Shift amounts use their low five bits. `call` names one of the
 * arithmetic helpers in `arithmetic.ts`, which need 64-bit intermediates or special cases.
 */
export type Operand = 'rs1' | 'rs2' | 'rd' | 'imm' | 'pc';

export type BinaryOperator =
  | 'add'
  | 'sub'
  | 'mul'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr_s'
  | 'shr_u'
  | 'eq'
  | 'ne'
  | 'lt_s'
  | 'lt_u'
  | 'ge_s'
  | 'ge_u';

export type Helper = 'mulh' | 'mulhsu' | 'mulhu' | 'div' | 'divu' | 'rem' | 'remu';

export type Expression =
  | { readonly kind: 'operand'; readonly operand: Operand }
  | { readonly kind: 'constant'; readonly value: number }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'call'; readonly helper: Helper; readonly arguments: readonly Expression[] };

export const rs1: Expression = { kind: 'operand', operand: 'rs1' };
export const rs2: Expression = { kind: 'operand', operand: 'rs2' };
/** Immediate, sign-extended. For jumps and branches the offset, for upper immediates already shifted. */
export const imm: Expression = { kind: 'operand', operand: 'imm' };
export const pc: Expression = { kind: 'operand', operand: 'pc' };

export const constant = (value: number): Expression => ({ kind: 'constant', value });

export const binary = (
  operator: BinaryOperator,
  left: Expression,
  right: Expression,
): Expression => ({ kind: 'binary', operator, left, right });

export const call = (helper: Helper, ...args: Expression[]): Expression => ({
  kind: 'call',
  helper,
  arguments: args,
});

/** Whether the tree mentions an operand: tells the timing model which registers an instruction reads. */
export function mentions(tree: Expression | undefined, operand: Operand): boolean {
  if (tree === undefined) return false;
  switch (tree.kind) {
    case 'operand':
      return tree.operand === operand;
    case 'constant':
      return false;
    case 'binary':
      return mentions(tree.left, operand) || mentions(tree.right, operand);
    case 'call':
      return tree.arguments.some((argument) => mentions(argument, operand));
  }
}
