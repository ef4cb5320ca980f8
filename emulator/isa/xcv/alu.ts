import {
  binary,
  constant,
  extend,
  imm,
  rd,
  rs1,
  rs2,
  select,
  type BinaryOperator,
  type Expression,
} from '../expression.js';
import type { Row } from '../row.js';
import { custom1, custom2 } from './encoding.js';

/** General ALU instructions. Source: CV32E40P user manual, "General ALU operations". */
const unary = (name: string, funct7: number, result: Expression): Row =>
  custom1('xcvalu', name, funct7, 'unary', result);

const register = (name: string, funct7: number, operator: BinaryOperator): Row =>
  custom1('xcvalu', name, funct7, 'r', binary(operator, rs1, rs2));

const clamp = (low: Expression, high: Expression): Expression =>
  binary('max_s', binary('min_s', rs1, high), low);

const not = (value: Expression): Expression => binary('xor', value, constant(-1));
const zero = constant(0);
/** 2^(Is2 - 1) - 1, or 0 when Is2 is 0. */
const immediateBound = binary(
  'shr_u',
  binary('sub', binary('shl', constant(1), imm), constant(1)),
  constant(1),
);
const registerBound = binary('and', rs2, constant(0x7fffffff));

/** (a op b [+ rounding]) >> shift; the sum wraps to 32 bits before it is shifted. */
const normalised = (
  operator: 'add' | 'sub',
  signed: boolean,
  round: boolean,
  a: Expression,
  b: Expression,
  shift: Expression,
): Expression => {
  const sum = binary(operator, a, b);
  const half = binary('shr_u', binary('shl', constant(1), shift), constant(1));
  return binary(signed ? 'shr_s' : 'shr_u', round ? binary('add', sum, half) : sum, shift);
};

/** add and sub with a shift, in the order of their encodings: plain, unsigned, rounding, both. */
const normalisedRows = (operator: 'add' | 'sub', index: number): Row[] =>
  [0, 1, 2, 3].flatMap((variant) => {
    const signed = (variant & 1) === 0;
    const round = variant >= 2;
    const name = `${operator}${signed ? '' : 'u'}${round ? 'r' : ''}n`;
    const amount = binary('and', rs2, constant(31));
    return [
      custom2(
        'xcvalu',
        name,
        variant,
        2 + index,
        'r-shift',
        normalised(operator, signed, round, rs1, rs2, imm),
      ),
      custom1(
        'xcvalu',
        `${name}r`,
        0x40 + 4 * index + variant,
        'r',
        normalised(operator, signed, round, rd, rs1, amount),
      ),
    ];
  });

export const xcvalu: readonly Row[] = [
  unary('abs', 0x28, select(binary('lt_s', rs1, zero), binary('sub', zero, rs1), rs1)),
  register('slet', 0x29, 'le_s'),
  register('sletu', 0x2a, 'le_u'),
  register('min', 0x2b, 'min_s'),
  register('minu', 0x2c, 'min_u'),
  register('max', 0x2d, 'max_s'),
  register('maxu', 0x2e, 'max_u'),
  unary('exths', 0x30, extend(16, true, rs1)),
  unary('exthz', 0x31, extend(16, false, rs1)),
  unary('extbs', 0x32, extend(8, true, rs1)),
  unary('extbz', 0x33, extend(8, false, rs1)),
  custom1('xcvalu', 'clip', 0x38, 'shift', clamp(not(immediateBound), immediateBound)),
  custom1('xcvalu', 'clipu', 0x39, 'shift', clamp(zero, immediateBound)),
  custom1('xcvalu', 'clipr', 0x3a, 'r', clamp(not(registerBound), registerBound)),
  custom1('xcvalu', 'clipur', 0x3b, 'r', clamp(zero, registerBound)),
  ...normalisedRows('add', 0),
  ...normalisedRows('sub', 1),
];
