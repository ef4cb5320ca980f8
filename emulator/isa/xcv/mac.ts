import { binary, constant, imm, lane, rd, rs1, rs2, type Expression } from '../expression.js';
import type { Row } from '../row.js';
import { custom1, custom2, pulpRegister, pulpShift } from './encoding.js';

/** Multiplication of halfwords with a shift, and accumulation. Source: CV32E40P user manual, "Multiply-Accumulate". */
const product = (half: 0 | 1, signed: boolean): Expression =>
  binary('mul', lane(16, signed, rs1, constant(half)), lane(16, signed, rs2, constant(half)));

/** 2^(Is3 - 1), or 0 when Is3 is 0. */
const rounding = binary('shr_u', binary('shl', constant(1), imm), constant(1));

/** Bits 31 and 30 choose rounding and the upper halves; the sum wraps to 32 bits before it is shifted. */
const halfRows = (stem: string, funct3: number, signed: boolean, accumulate: boolean): Row[] =>
  [0, 1, 2, 3].map((funct2) => {
    const upper = (funct2 & 1) === 1;
    const round = funct2 >= 2;
    const name = `${stem}${upper ? 'hh' : ''}${signed ? 's' : 'u'}${round ? 'r' : ''}n`;
    const plain = product(upper ? 1 : 0, signed);
    const sum = accumulate ? binary('add', plain, rd) : plain;
    const rounded = round ? binary('add', sum, rounding) : sum;
    const result = binary(signed ? 'shr_s' : 'shr_u', rounded, imm);
    const older = pulpShift(
      name,
      (signed ? 2 : 0) + (upper ? 1 : 0),
      (round ? 4 : 0) + (accumulate ? 1 : 0),
    );
    return custom2('xcvmac', name, funct2, funct3, 'r-shift', result, older);
  });

const words = binary('mul', rs1, rs2);

export const xcvmac: readonly Row[] = [
  ...halfRows('mul', 4, true, false),
  ...halfRows('mul', 5, false, false),
  ...halfRows('mac', 6, true, true),
  ...halfRows('mac', 7, false, true),
  custom1('xcvmac', 'mac', 0x48, 'r', binary('add', rd, words), pulpRegister('mac', 0x21, 0)),
  custom1('xcvmac', 'msu', 0x49, 'r', binary('sub', rd, words), pulpRegister('msu', 0x21, 1)),
];
