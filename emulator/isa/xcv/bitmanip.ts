import {
  binary,
  call,
  constant,
  field2,
  imm,
  rd,
  rs1,
  rs2,
  type Expression,
} from '../expression.js';
import type { Row } from '../row.js';
import { custom1, custom2, pulpField, pulpPlain, pulpRegister } from './encoding.js';

/** Bit fields, counts, rotation and reversal. Source: CV32E40P user manual, "Bit Manipulation operations". */
const and = (a: Expression, b: Expression): Expression => binary('and', a, b);
const or = (a: Expression, b: Expression): Expression => binary('or', a, b);
const not = (a: Expression): Expression => binary('xor', a, constant(-1));

/** A field of `extent` + 1 bits from `position` up; what would lie beyond bit 31 is not part of it. */
interface Field {
  readonly extent: Expression;
  readonly position: Expression;
}
const immediateField: Field = { extent: imm, position: field2 };
const registerField: Field = {
  extent: and(binary('shr_u', rs2, constant(5)), constant(31)),
  position: and(rs2, constant(31)),
};

const maskOf = ({ extent, position }: Field): Expression => call('bitMask', extent, position);

/** Shifted up until the highest bit of the field is bit 31, then down again with its sign. */
const extractSigned = ({ extent, position }: Field): Expression => {
  const spare = binary('sub', constant(31), extent);
  return binary('shr_s', binary('shl', binary('shr_s', rs1, position), spare), spare);
};
const extractUnsigned = ({ extent, position }: Field): Expression =>
  and(binary('shr_u', rs1, position), call('bitMask', extent, constant(0)));
const insert = (field: Field): Expression =>
  or(and(binary('shl', rs1, field.position), maskOf(field)), and(rd, not(maskOf(field))));
const clear = (field: Field): Expression => and(rs1, not(maskOf(field)));
const set = (field: Field): Expression => or(rs1, maskOf(field));

const ofField = (
  name: string,
  funct2: number,
  funct3: number,
  funct7: number,
  /** funct3 of RI5CY, for both forms. */
  older: number,
  meaning: (field: Field) => Expression,
): Row[] => [
  custom2(
    'xcvbitmanip',
    name,
    funct2,
    funct3,
    'bit-field',
    meaning(immediateField),
    pulpField(name, older),
  ),
  custom1(
    'xcvbitmanip',
    `${name}r`,
    funct7,
    'r',
    meaning(registerField),
    pulpRegister(`${name}r`, 0x40, older),
  ),
];

const count = (name: string, funct7: number, older: number, result: Expression): Row =>
  custom1('xcvbitmanip', name, funct7, 'unary', result, pulpRegister(name, 8, older, 'unary'));

const radix = and(imm, constant(3));
const amount = and(rs2, constant(31));
const rotated = or(
  binary('shr_u', rs1, amount),
  binary('shl', rs1, binary('sub', constant(32), amount)),
);

export const xcvbitmanip: readonly Row[] = [
  ...ofField('extract', 0, 0, 0x18, 0, extractSigned),
  ...ofField('extractu', 1, 0, 0x19, 1, extractUnsigned),
  ...ofField('insert', 2, 0, 0x1a, 2, insert),
  ...ofField('bclr', 0, 1, 0x1c, 3, clear),
  ...ofField('bset', 1, 1, 0x1d, 4, set),
  // The upper bits of Is3 should be zero. LLVM takes any, so they are ignored here.
  custom2(
    'xcvbitmanip',
    'bitrev',
    3,
    1,
    'bit-field',
    call('reverseBits', rs1, radix, field2),
    // Came with GAP9, which is RI5CY too; bits 29..27 are zero.
    pulpPlain('p.bitrev', 'bit-field', 0xc000_5033, 0xf800_707f),
  ),
  custom1('xcvbitmanip', 'ror', 0x20, 'r', rotated, pulpRegister('ror', 4, 5)),
  count('ff1', 0x21, 0, call('firstOne', rs1)),
  count('fl1', 0x22, 1, call('lastOne', rs1)),
  count('clb', 0x23, 2, call('leadingSignBits', rs1)),
  count('cnt', 0x24, 3, call('populationCount', rs1)),
];
