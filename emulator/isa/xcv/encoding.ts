import type { Expression } from '../expression.js';
import type { Extension, Format, Row } from '../row.js';

/** Major opcodes of CORE-V and the row shapes that its extensions share (CV32E40P user manual, "Instruction Set Extensions"). */
export const CUSTOM_0 = 0x0b;
export const CUSTOM_1 = 0x2b;
export const CUSTOM_2 = 0x5b;
export const CUSTOM_3 = 0x7b;

export const FUNCT3 = 0x707f;
export const FUNCT7 = 0xfe00707f;
/** funct7 and funct3 given, and bits 24..20 zero: one source register. */
export const UNARY = 0xfff0707f;
/** Bits 31, 30 and funct3: bits 29..20 are operands. */
export const FUNCT2 = 0xc000707f;

/** An instruction of custom-1, funct3 3, told apart by funct7: most of what works on whole registers. */
export const custom1 = (
  extension: Extension,
  name: string,
  funct7: number,
  format: Format,
  result: Expression,
): Row => ({
  name: `cv.${name}`,
  extension,
  format,
  match: (funct7 << 25) | (3 << 12) | CUSTOM_1,
  mask: format === 'unary' ? UNARY : FUNCT7,
  timing: 'alu',
  result,
});

/** An instruction of custom-2, told apart by bits 31, 30 and funct3. */
export const custom2 = (
  extension: Extension,
  name: string,
  funct2: number,
  funct3: number,
  format: Format,
  result: Expression,
): Row => ({
  name: `cv.${name}`,
  extension,
  format,
  match: (funct2 << 30) | (funct3 << 12) | CUSTOM_2,
  mask: FUNCT2,
  timing: 'alu',
  result,
});
