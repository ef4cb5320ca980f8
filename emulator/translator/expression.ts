import type { BinaryOperator, Expression, Helper, LaneBits, Operand } from '../isa/expression.js';
import { OctobarError } from '../sim/error.js';
import { Op, Type, type FunctionBody } from '../wasm/index.js';

/** WebAssembly of expression trees: the same trees that the interpreter's text is written from. */

const simple: Partial<Record<BinaryOperator, number>> = {
  add: Op.i32Add,
  sub: Op.i32Sub,
  mul: Op.i32Mul,
  and: Op.i32And,
  or: Op.i32Or,
  xor: Op.i32Xor,
  shl: Op.i32Shl,
  shr_s: Op.i32ShrS,
  shr_u: Op.i32ShrU,
  eq: Op.i32Eq,
  ne: Op.i32Ne,
  lt_s: Op.i32LtS,
  lt_u: Op.i32LtU,
  le_s: Op.i32LeS,
  le_u: Op.i32LeU,
  gt_s: Op.i32GtS,
  gt_u: Op.i32GtU,
  ge_s: Op.i32GeS,
  ge_u: Op.i32GeU,
};

/** What tells the smaller or larger one of two. */
const extreme: Partial<Record<BinaryOperator, number>> = {
  min_s: Op.i32LtS,
  min_u: Op.i32LtU,
  max_s: Op.i32GtS,
  max_u: Op.i32GtU,
};

/** Where the operands of an instruction are: a local, or a constant. */
export type OperandPlace = { readonly local: number } | { readonly constant: number };
export type Operands = (operand: Operand) => OperandPlace;

export class ExpressionEmitter {
  private operands: Operands = () => ({ constant: 0 });

  constructor(private readonly body: FunctionBody) {}

  /** Leaves the value of a tree on the stack. */
  emit(tree: Expression, operands: Operands): void {
    this.operands = operands;
    this.value(tree, -1);
  }

  private value(tree: Expression, lane: number): void {
    const { body } = this;
    switch (tree.kind) {
      case 'operand':
        return this.operand(tree.operand);
      case 'constant':
        return body.i32(tree.value);
      case 'index':
        return body.i32(insideLanes(lane));
      case 'call':
        return this.call(tree.helper, tree.arguments, lane);
      case 'binary':
        return this.binary(tree.operator, tree.left, tree.right, lane);
      case 'select':
        this.value(tree.yes, lane);
        this.value(tree.no, lane);
        this.value(tree.condition, lane);
        return body.op(Op.select);
      case 'extend':
        this.value(tree.value, lane);
        return this.field(0, tree.bits, tree.signed);
      case 'lane':
        return this.lane(tree, lane);
      case 'lanes':
        numbers(tree.bits).forEach((index) => {
          this.value(tree.each, index);
          this.placed(index, tree.bits);
          if (index > 0) body.op(Op.i32Or);
        });
        return;
      case 'lane-sum':
        numbers(tree.bits).forEach((index) => {
          this.value(tree.each, index);
          if (index > 0) body.op(Op.i32Add);
        });
    }
  }

  private operand(name: Operand): void {
    const place = this.operands(name);
    if ('local' in place) this.body.get(place.local);
    else this.body.i32(place.constant);
  }

  private binary(operator: BinaryOperator, left: Expression, right: Expression, lane: number) {
    const { body } = this;
    this.value(left, lane);
    this.value(right, lane);
    const plain = simple[operator];
    if (plain !== undefined) return body.op(plain);
    const [a, b] = this.pair();
    body.get(a);
    body.get(b);
    body.get(a);
    body.get(b);
    body.op(extreme[operator]!);
    body.op(Op.select);
  }

  /** Moves the two values on the stack into new locals. */
  private pair(): [number, number] {
    const a = this.body.local(Type.i32);
    const b = this.body.local(Type.i32);
    this.body.set(b);
    this.body.set(a);
    return [a, b];
  }

  private lane(tree: Expression & { kind: 'lane' }, lane: number): void {
    const { bits, signed, of, at } = tree;
    this.value(of, lane);
    if (at === undefined) return this.field(insideLanes(lane) * bits, bits, signed);
    if (at.kind === 'constant') return this.field(at.value * bits, bits, signed);
    this.value(at, lane);
    this.body.i32(bits === 8 ? 3 : 4);
    this.body.op(Op.i32Shl);
    this.body.op(Op.i32ShrU);
    this.field(0, bits, signed);
  }

  /** Bits [from, from + bits) of the word on the stack, extended. */
  private field(from: number, bits: LaneBits, signed: boolean): void {
    const { body } = this;
    const above = 32 - bits - from;
    if (above === 0) {
      body.i32(from);
      return body.op(signed ? Op.i32ShrS : Op.i32ShrU);
    }
    if (from > 0) {
      body.i32(from);
      body.op(Op.i32ShrU);
    }
    if (signed) return body.op(bits === 8 ? Op.i32Extend8S : Op.i32Extend16S);
    body.i32(bits === 8 ? 0xff : 0xffff);
    body.op(Op.i32And);
  }

  /** The low `bits` bits of the value on the stack, at the place of lane `index`. */
  private placed(index: number, bits: LaneBits): void {
    const { body } = this;
    const from = index * bits;
    if (from + bits !== 32) {
      body.i32(bits === 8 ? 0xff : 0xffff);
      body.op(Op.i32And);
    }
    if (from === 0) return;
    body.i32(from);
    body.op(Op.i32Shl);
  }

  private call(helper: Helper, args: readonly Expression[], lane: number): void {
    const { body } = this;
    if (helper === 'mulh' || helper === 'mulhsu' || helper === 'mulhu') {
      this.value(args[0], lane);
      body.op(helper === 'mulhu' ? Op.i64ExtendI32U : Op.i64ExtendI32S);
      this.value(args[1], lane);
      body.op(helper === 'mulh' ? Op.i64ExtendI32S : Op.i64ExtendI32U);
      body.op(Op.i64Mul);
      body.i64(32);
      body.op(Op.i64ShrU);
      return body.op(Op.i32WrapI64);
    }
    if (helper === 'reverseBits') return this.reverseBits(args, lane);
    for (const argument of args) this.value(argument, lane);
    switch (helper) {
      case 'div':
      case 'divu':
      case 'rem':
      case 'remu':
        return this.divide(helper);
      case 'populationCount':
        return body.op(Op.i32Popcnt);
      case 'firstOne':
        return body.op(Op.i32Ctz);
      case 'bitMask': {
        const [extent, position] = this.pair();
        body.i32(-2);
        body.get(extent);
        body.op(Op.i32Shl);
        body.i32(-1);
        body.op(Op.i32Xor);
        body.get(position);
        return body.op(Op.i32Shl);
      }
      default:
        return this.leadingBits(helper);
    }
  }

  private leadingBits(helper: Helper): void {
    const { body } = this;
    const a = body.local(Type.i32);
    body.set(a);
    if (helper === 'lastOne') {
      body.i32(31);
      body.get(a);
      body.op(Op.i32Clz);
      body.op(Op.i32Sub);
      body.i32(32);
    } else {
      body.get(a);
      body.get(a);
      body.i32(31);
      body.op(Op.i32ShrS);
      body.op(Op.i32Xor);
      body.op(Op.i32Clz);
      body.i32(1);
      body.op(Op.i32Sub);
      body.i32(0);
    }
    body.get(a);
    body.op(Op.select);
  }

  /** Dividend and divisor are on the stack. WebAssembly traps where RISC-V gives a result. */
  private divide(helper: 'div' | 'divu' | 'rem' | 'remu'): void {
    const { body } = this;
    const [a, b] = this.pair();
    body.get(b);
    body.op(Op.i32Eqz);
    body.if(Type.i32);
    if (helper === 'div' || helper === 'divu') body.i32(-1);
    else body.get(a);
    body.else();
    if (helper === 'div') {
      body.get(b);
      body.i32(-1);
      body.op(Op.i32Eq);
      body.if(Type.i32);
      body.i32(0);
      body.get(a);
      body.op(Op.i32Sub);
      body.else();
    }
    body.get(a);
    body.get(b);
    const op = { div: Op.i32DivS, divu: Op.i32DivU, rem: Op.i32RemS, remu: Op.i32RemU };
    body.op(op[helper]);
    if (helper === 'div') body.end();
    body.end();
  }

  /** Radix and shift are immediates, so each group has its place. */
  private reverseBits(args: readonly Expression[], lane: number): void {
    const { body } = this;
    const radix = this.constantOf(args[1]);
    const shift = this.constantOf(args[2]);
    const width = radix === 1 || radix === 2 ? radix + 1 : 1;
    const shifted = body.local(Type.i32);
    this.value(args[0], lane);
    body.i32(shift);
    body.op(Op.i32Shl);
    body.set(shifted);
    for (let low = 0; low + width <= 32; low += width) {
      body.get(shifted);
      body.i32(32 - width - low);
      body.op(Op.i32ShrU);
      body.i32((1 << width) - 1);
      body.op(Op.i32And);
      body.i32(low);
      body.op(Op.i32Shl);
      if (low > 0) body.op(Op.i32Or);
    }
  }

  /** Value of a tree of immediates. */
  private constantOf(tree: Expression): number {
    if (tree.kind === 'constant') return tree.value;
    if (tree.kind === 'operand') {
      const place = this.operands(tree.operand);
      if ('constant' in place) return place.constant;
    }
    if (tree.kind === 'binary' && tree.operator === 'and') {
      return this.constantOf(tree.left) & this.constantOf(tree.right);
    }
    throw new OctobarError('internal', 'the expression is no constant');
  }
}

const numbers = (bits: LaneBits): number[] => (bits === 8 ? [0, 1, 2, 3] : [0, 1]);

function insideLanes(lane: number): number {
  if (lane < 0) throw new OctobarError('internal', 'a lane outside of lanes in an expression');
  return lane;
}
