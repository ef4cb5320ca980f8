import type { BinaryOperator, Expression, LaneBits, Operand } from '../isa/expression.js';
import { OctobarError } from '../sim/error.js';

/** JavaScript text of expression trees. */

/** Text of each operand where the expression will stand; each is an int32 or a field. */
export type OperandText = Readonly<Record<Operand, string>>;

const comparison: Partial<Record<BinaryOperator, readonly [string, boolean]>> = {
  eq: ['===', false],
  ne: ['!==', false],
  lt_s: ['<', false],
  le_s: ['<=', false],
  gt_s: ['>', false],
  ge_s: ['>=', false],
  lt_u: ['<', true],
  le_u: ['<=', true],
  gt_u: ['>', true],
  ge_u: ['>=', true],
};

const arithmetic: Partial<Record<BinaryOperator, string>> = {
  add: '+',
  sub: '-',
  and: '&',
  or: '|',
  xor: '^',
  shl: '<<',
  shr_s: '>>',
  shr_u: '>>>',
};

const extreme: Partial<Record<BinaryOperator, readonly [string, boolean]>> = {
  min_s: ['Math.min', false],
  max_s: ['Math.max', false],
  min_u: ['Math.min', true],
  max_u: ['Math.max', true],
};

export class ExpressionEmitter {
  constructor(private readonly operands: OperandText) {}

  condition(tree: Expression, lane = -1): string {
    if (tree.kind === 'binary') {
      const rule = comparison[tree.operator];
      if (rule) {
        const [sign, unsigned] = rule;
        const wrap = (text: string): string => (unsigned ? `${text} >>> 0` : text);
        return `${wrap(this.value(tree.left, lane))} ${sign} ${wrap(this.value(tree.right, lane))}`;
      }
    }
    return `${this.value(tree, lane)} !== 0`;
  }

  /** Text of a value; an int32 after it is stored into an Int32Array. `lane`: number of the enclosing one. */
  value(tree: Expression, lane = -1): string {
    switch (tree.kind) {
      case 'operand':
        return this.operands[tree.operand];
      case 'constant':
        return String(tree.value);
      case 'index':
        return String(insideLanes(lane));
      case 'call':
        return `${tree.helper}(${tree.arguments.map((argument) => this.value(argument, lane)).join(', ')})`;
      case 'binary':
        return this.binary(tree.operator, tree.left, tree.right, lane);
      case 'select': {
        const yes = this.value(tree.yes, lane);
        return `(${this.condition(tree.condition, lane)} ? ${yes} : ${this.value(tree.no, lane)})`;
      }
      case 'extend':
        return field(this.value(tree.value, lane), 0, tree.bits, tree.signed);
      case 'lane':
        return this.lane(tree, lane);
      case 'lanes':
        return `(${numbers(tree.bits)
          .map((index) => placed(this.value(tree.each, index), index, tree.bits))
          .join(' | ')})`;
      case 'lane-sum':
        return `(${numbers(tree.bits)
          .map((index) => this.value(tree.each, index))
          .join(' + ')})`;
    }
  }

  private binary(
    operator: BinaryOperator,
    left: Expression,
    right: Expression,
    lane: number,
  ): string {
    if (comparison[operator]) {
      return `(${this.condition({ kind: 'binary', operator, left, right }, lane)} ? 1 : 0)`;
    }
    const a = this.value(left, lane);
    const b = this.value(right, lane);
    if (operator === 'mul') return `Math.imul(${a}, ${b})`;
    const rule = extreme[operator];
    if (rule) return rule[1] ? `${rule[0]}(${a} >>> 0, ${b} >>> 0)` : `${rule[0]}(${a}, ${b})`;
    return `(${a} ${arithmetic[operator]} ${b})`;
  }

  private lane(tree: Expression & { kind: 'lane' }, lane: number): string {
    const { bits, signed, of, at } = tree;
    const value = this.value(of, lane);
    if (at === undefined) return field(value, insideLanes(lane) * bits, bits, signed);
    if (at.kind === 'constant') return field(value, at.value * bits, bits, signed);
    const shift = `(${this.value(at, lane)} << ${bits === 8 ? 3 : 4})`;
    return field(`(${value} >>> ${shift})`, 0, bits, signed);
  }
}

const numbers = (bits: LaneBits): number[] => (bits === 8 ? [0, 1, 2, 3] : [0, 1]);

function insideLanes(lane: number): number {
  if (lane < 0) throw new OctobarError('internal', 'a lane outside of lanes in an expression');
  return lane;
}

/** `bits` bits of a word from bit `from` up, extended. */
function field(text: string, from: number, bits: LaneBits, signed: boolean): string {
  const above = 32 - bits - from;
  if (above === 0) return `(${text} ${signed ? '>>' : '>>>'} ${from})`;
  if (signed) return `(${text} << ${above} >> ${32 - bits})`;
  const mask = bits === 8 ? 0xff : 0xffff;
  return from === 0 ? `(${text} & ${mask})` : `(${text} >>> ${from} & ${mask})`;
}

/** The low `bits` bits of a value at the place of lane `index`. */
function placed(text: string, index: number, bits: LaneBits): string {
  const from = index * bits;
  if (from + bits === 32) return `${text} << ${from}`;
  const low = `(${text} & ${bits === 8 ? 0xff : 0xffff})`;
  return from === 0 ? low : `${low} << ${from}`;
}
