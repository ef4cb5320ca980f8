/**
 * What an instruction computes, as a small expression tree over 32-bit integers.
 *
 * An instruction's meaning is written once, here, by its row; the interpreter's source text is
 * generated from the tree (`hart/emit-expression.ts`), and a translator can emit WebAssembly from the
 * same tree. Comparisons give 0 or 1. Shift amounts use their low five bits. `call` names one of the
 * arithmetic helpers in `arithmetic.ts`, which need 64-bit intermediates or special cases.
 */
export type Operand =
  | 'rs1'
  | 'rs2'
  /** Old value of the destination: accumulator, or what an insertion leaves alone. */
  | 'rd'
  | 'imm'
  /** The five bits in the place of rs2 as a number, zero- or sign-extended: a second immediate. */
  | 'field2'
  | 'field2_s'
  | 'pc';

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
  | 'le_s'
  | 'le_u'
  | 'gt_s'
  | 'gt_u'
  | 'ge_s'
  | 'ge_u'
  | 'min_s'
  | 'min_u'
  | 'max_s'
  | 'max_u';

export type Helper =
  | 'mulh'
  | 'mulhsu'
  | 'mulhu'
  | 'div'
  | 'divu'
  | 'rem'
  | 'remu'
  | 'populationCount'
  | 'firstOne'
  | 'lastOne'
  | 'leadingSignBits'
  | 'reverseBits'
  | 'bitMask';

/** Width of a lane of a packed word: 8 (four lanes) or 16 (two). */
export type LaneBits = 8 | 16;

export type Expression =
  | { readonly kind: 'operand'; readonly operand: Operand }
  | { readonly kind: 'constant'; readonly value: number }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'call'; readonly helper: Helper; readonly arguments: readonly Expression[] }
  /** The low `bits` of a value, sign- or zero-extended. */
  | {
      readonly kind: 'extend';
      readonly bits: LaneBits;
      readonly signed: boolean;
      readonly value: Expression;
    }
  /** `yes` when the condition is not zero, else `no`. Both sides may be evaluated. */
  | {
      readonly kind: 'select';
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  /** Packs the low `bits` of `each` of every lane; inside, `lane` and `index` speak of that lane. */
  | { readonly kind: 'lanes'; readonly bits: LaneBits; readonly each: Expression }
  /** Adds `each` of every lane as 32-bit numbers. */
  | { readonly kind: 'lane-sum'; readonly bits: LaneBits; readonly each: Expression }
  /**
   * One lane of `of`, extended: the current one of the enclosing `lanes` when `at` is undefined, lane
   * `at` counted from the least significant one when it is given.
   */
  | {
      readonly kind: 'lane';
      readonly bits: LaneBits;
      readonly signed: boolean;
      readonly of: Expression;
      readonly at?: Expression;
    }
  /** Number of the current lane of the enclosing `lanes`. */
  | { readonly kind: 'index' };

const operand = (name: Operand): Expression => ({ kind: 'operand', operand: name });

export const rs1 = operand('rs1');
export const rs2 = operand('rs2');
export const rd = operand('rd');
/** Immediate, sign-extended. For jumps and branches the offset, for upper immediates already shifted. */
export const imm = operand('imm');
export const field2 = operand('field2');
export const field2Signed = operand('field2_s');
export const pc = operand('pc');
export const laneIndex: Expression = { kind: 'index' };

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

export const extend = (bits: LaneBits, signed: boolean, value: Expression): Expression => ({
  kind: 'extend',
  bits,
  signed,
  value,
});

export const select = (condition: Expression, yes: Expression, no: Expression): Expression => ({
  kind: 'select',
  condition,
  yes,
  no,
});

export const lanes = (bits: LaneBits, each: Expression): Expression => ({
  kind: 'lanes',
  bits,
  each,
});

export const laneSum = (bits: LaneBits, each: Expression): Expression => ({
  kind: 'lane-sum',
  bits,
  each,
});

export const lane = (
  bits: LaneBits,
  signed: boolean,
  of: Expression,
  at?: Expression,
): Expression => ({ kind: 'lane', bits, signed, of, ...(at === undefined ? {} : { at }) });

const children = (tree: Expression): readonly Expression[] => {
  switch (tree.kind) {
    case 'operand':
    case 'constant':
    case 'index':
      return [];
    case 'binary':
      return [tree.left, tree.right];
    case 'call':
      return tree.arguments;
    case 'extend':
      return [tree.value];
    case 'select':
      return [tree.condition, tree.yes, tree.no];
    case 'lanes':
    case 'lane-sum':
      return [tree.each];
    case 'lane':
      return tree.at === undefined ? [tree.of] : [tree.of, tree.at];
  }
};

/** Whether the tree mentions an operand: tells the timing model which registers an instruction reads. */
export function mentions(tree: Expression | undefined, name: Operand): boolean {
  return tree !== undefined && operandsOf(tree).has(name);
}

/** By tree: it is asked for at each decode, and the trees of the table never change. */
const operands = new WeakMap<Expression, ReadonlySet<Operand>>();

function operandsOf(tree: Expression): ReadonlySet<Operand> {
  const found = operands.get(tree);
  if (found !== undefined) return found;
  const names = new Set<Operand>(
    tree.kind === 'operand'
      ? [tree.operand]
      : children(tree).flatMap((child) => [...operandsOf(child)]),
  );
  operands.set(tree, names);
  return names;
}
