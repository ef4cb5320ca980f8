import {
  binary,
  constant,
  extend,
  imm,
  lane,
  laneSum,
  lanes,
  rd,
  rs1,
  rs2,
  select,
  type BinaryOperator,
  type Expression,
  type LaneBits,
} from '../expression.js';
import type { Row } from '../row.js';
import { CUSTOM_3, pulpVector } from './encoding.js';

/**
 * Packed bytes (.b) and halfwords (.h): arithmetic, comparisons, dot products. The second operand is a
 * vector, the lowest lane of rs2 for every lane (.sc), or a six-bit immediate for every lane (.sci).
 * Source: CV32E40P user manual, "SIMD".
 */

/** Bits 31..26 (funct5 and F), bit 25 and funct3. */
export const simdMatch = (funct6: number, bit25: number, funct3: number): number =>
  (funct6 << 26) | (bit25 << 25) | (funct3 << 12) | CUSTOM_3;
export const SIMD_REGISTERS = 0xfe00707f;
/** Bit 25 and bits 24..20 hold an immediate. */
export const SIMD_IMMEDIATE = 0xfc00707f;

/** Halfwords have an even funct3, bytes the odd one above it. */
export const byteBit = (bits: LaneBits): number => (bits === 8 ? 1 : 0);
export const suffix = (bits: LaneBits): string => (bits === 8 ? 'b' : 'h');

/** An operation in its six forms. `meaning` gets the second operand of one lane, extended by `signed`. */
function family(
  stem: string,
  funct6: number,
  signed: boolean,
  meaning: (bits: LaneBits, second: Expression) => Expression,
  /** funct6 of RI5CY. */
  older = funct6,
): Row[] {
  return ([16, 8] as const).flatMap((bits) => {
    const form = (
      mode: string,
      funct3: number,
      second: Expression,
      rest: Pick<Row, 'format' | 'mask'>,
    ): Row => ({
      name: `cv.${stem}${mode}.${suffix(bits)}`,
      extension: 'xcvsimd',
      match: simdMatch(funct6, 0, funct3 + byteBit(bits)),
      timing: 'alu',
      result: meaning(bits, second),
      pulp: pulpVector(
        `${stem}${mode}.${suffix(bits)}`,
        older,
        0,
        funct3 + byteBit(bits),
        rest.format,
        rest.mask,
      ),
      ...rest,
    });
    const registers = { format: 'r', mask: SIMD_REGISTERS } as const;
    return [
      form('', 0, lane(bits, signed, rs2), registers),
      form('.sc', 4, lane(bits, signed, rs2, constant(0)), registers),
      form('.sci', 6, imm, {
        format: signed ? 'simd-signed' : 'simd-unsigned',
        mask: SIMD_IMMEDIATE,
      }),
    ];
  });
}

const perLane = (
  stem: string,
  funct6: number,
  signed: boolean,
  each: (first: Expression, second: Expression) => Expression,
): Row[] =>
  family(stem, funct6, signed, (bits, second) =>
    lanes(bits, each(lane(bits, signed, rs1), second)),
  );

const operation = (stem: string, funct6: number, operator: BinaryOperator, signed = true): Row[] =>
  perLane(stem, funct6, signed, (first, second) => binary(operator, first, second));

/** The sum wraps to the lane before it is halved. */
const average = (stem: string, funct6: number, signed: boolean): Row[] =>
  family(stem, funct6, signed, (bits, second) => {
    const sum = extend(bits, signed, binary('add', lane(bits, signed, rs1), second));
    return lanes(bits, binary(signed ? 'shr_s' : 'shr_u', sum, constant(1)));
  });

/** Bits of the immediate that the width of a lane leaves unused should be zero. LLVM takes any, so they are ignored. */
const shift = (stem: string, funct6: number, operator: BinaryOperator): Row[] =>
  family(stem, funct6, false, (bits, second) => {
    const amount = binary('and', second, constant(bits - 1));
    return lanes(bits, binary(operator, lane(bits, operator === 'shr_s', rs1), amount));
  });

/** All ones in the lanes where the comparison holds. */
const comparison = (stem: string, funct5: number, operator: BinaryOperator, signed = true): Row[] =>
  perLane(`cmp${stem}`, (funct5 << 1) | 1, signed, (first, second) =>
    binary('sub', constant(0), binary(operator, first, second)),
  );

/** `firstSigned` and `signed` tell how the lanes of rs1 and of the second operand are extended. */
const dotProduct = (
  stem: string,
  funct6: number,
  firstSigned: boolean,
  signed: boolean,
  accumulate: boolean,
  older: number,
): Row[] =>
  family(
    stem,
    funct6,
    signed,
    (bits, second) => {
      const sum = laneSum(bits, binary('mul', lane(bits, firstSigned, rs1), second));
      return accumulate ? binary('add', rd, sum) : sum;
    },
    older,
  );

const absolute = (bits: LaneBits): Row => {
  const value = lane(bits, true, rs1);
  const zero = constant(0);
  return {
    name: `cv.abs.${suffix(bits)}`,
    extension: 'xcvsimd',
    format: 'unary',
    match: simdMatch(0x1c, 0, byteBit(bits)),
    mask: 0xfff0707f,
    pulp: pulpVector(`abs.${suffix(bits)}`, 0x1c, 0, byteBit(bits), 'unary', 0xfff0707f),
    timing: 'alu',
    result: lanes(bits, select(binary('lt_s', value, zero), binary('sub', zero, value), value)),
  };
};

/** Arithmetic by lane; funct6 is funct5 << 1. */
export const simdArithmetic: readonly Row[] = [
  ...operation('add', 0x00, 'add'),
  ...operation('sub', 0x02, 'sub'),
  ...average('avg', 0x04, true),
  ...average('avgu', 0x06, false),
  ...operation('min', 0x08, 'min_s'),
  ...operation('minu', 0x0a, 'min_u', false),
  ...operation('max', 0x0c, 'max_s'),
  ...operation('maxu', 0x0e, 'max_u', false),
  ...shift('srl', 0x10, 'shr_u'),
  ...shift('sra', 0x12, 'shr_s'),
  ...shift('sll', 0x14, 'shl'),
  ...operation('or', 0x16, 'or'),
  ...operation('xor', 0x18, 'xor'),
  ...operation('and', 0x1a, 'and'),
  absolute(16),
  absolute(8),
];

export const simdComparisons: readonly Row[] = [
  ...comparison('eq', 0, 'eq'),
  ...comparison('ne', 1, 'ne'),
  ...comparison('gt', 2, 'gt_s'),
  ...comparison('ge', 3, 'ge_s'),
  ...comparison('lt', 4, 'lt_s'),
  ...comparison('le', 5, 'le_s'),
  ...comparison('gtu', 6, 'gt_u', false),
  ...comparison('geu', 7, 'ge_u', false),
  ...comparison('ltu', 8, 'lt_u', false),
  ...comparison('leu', 9, 'le_u', false),
];

export const simdDotProducts: readonly Row[] = [
  ...dotProduct('dotup', 0x20, false, false, false, 0x20),
  ...dotProduct('dotusp', 0x22, false, true, false, 0x22),
  ...dotProduct('dotsp', 0x24, true, true, false, 0x26),
  ...dotProduct('sdotup', 0x26, false, false, true, 0x28),
  ...dotProduct('sdotusp', 0x28, false, true, true, 0x2a),
  ...dotProduct('sdotsp', 0x2a, true, true, true, 0x2e),
];
