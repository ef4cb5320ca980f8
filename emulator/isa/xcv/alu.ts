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
import { custom1, custom2, pulpRegister, pulpShift, pulpShiftRegister } from './encoding.js';

/** General ALU instructions. Source: CV32E40P user manual, "General ALU operations". */
/** `older`: funct7 and funct3 of RI5CY. */
type Older = readonly [funct7: number, funct3: number];

const unary = (name: string, funct7: number, older: Older, result: Expression): Row =>
  custom1('xcvalu', name, funct7, 'unary', result, pulpRegister(name, ...older, 'unary'));

const register = (name: string, funct7: number, older: Older, operator: BinaryOperator): Row =>
  custom1('xcvalu', name, funct7, 'r', binary(operator, rs1, rs2), pulpRegister(name, ...older));

const clip = (
  name: string,
  funct7: number,
  funct3: number,
  form: 'shift' | 'r',
  result: Expression,
) => custom1('xcvalu', name, funct7, form, result, pulpRegister(name, 0x0a, funct3, form));

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
        pulpShift(name, signed ? 0 : 2, (round ? 6 : 2) + index),
      ),
      custom1(
        'xcvalu',
        `${name}r`,
        0x40 + 4 * index + variant,
        'r',
        normalised(operator, signed, round, rd, rs1, amount),
        pulpShiftRegister(`${name}r`, signed ? 1 : 3, (round ? 6 : 2) + index),
      ),
    ];
  });

export const xcvalu: readonly Row[] = [
  unary('abs', 0x28, [2, 0], select(binary('lt_s', rs1, zero), binary('sub', zero, rs1), rs1)),
  register('slet', 0x29, [2, 2], 'le_s'),
  register('sletu', 0x2a, [2, 3], 'le_u'),
  register('min', 0x2b, [2, 4], 'min_s'),
  register('minu', 0x2c, [2, 5], 'min_u'),
  register('max', 0x2d, [2, 6], 'max_s'),
  register('maxu', 0x2e, [2, 7], 'max_u'),
  unary('exths', 0x30, [8, 4], extend(16, true, rs1)),
  unary('exthz', 0x31, [8, 5], extend(16, false, rs1)),
  unary('extbs', 0x32, [8, 6], extend(8, true, rs1)),
  unary('extbz', 0x33, [8, 7], extend(8, false, rs1)),
  clip('clip', 0x38, 1, 'shift', clamp(not(immediateBound), immediateBound)),
  clip('clipu', 0x39, 2, 'shift', clamp(zero, immediateBound)),
  clip('clipr', 0x3a, 5, 'r', clamp(not(registerBound), registerBound)),
  clip('clipur', 0x3b, 6, 'r', clamp(zero, registerBound)),
  ...normalisedRows('add', 0),
  ...normalisedRows('sub', 1),
];
