import type { Expression } from '../expression.js';
import type { Encoding, Extension, Format, Row } from '../row.js';

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
  pulp?: Encoding,
): Row => ({
  name: `cv.${name}`,
  extension,
  format,
  ...(pulp === undefined ? {} : { pulp }),
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
  pulp?: Encoding,
): Row => ({
  name: `cv.${name}`,
  extension,
  format,
  ...(pulp === undefined ? {} : { pulp }),
  match: (funct2 << 30) | (funct3 << 12) | CUSTOM_2,
  mask: FUNCT2,
  timing: 'alu',
  result,
});

/**
 * Major opcodes that RI5CY shares with the base ISA or had before CORE-V, and the shapes of its rows.
 * Sources: encodings after gvsoc-core isa_pulpv2.py, names and operands of pulp-riscv-binutils-gdb.
 */
const OP = 0x33;
const PULP_VECTOR = 0x57;
const PULP_MULTIPLY = 0x5b;

const pulpEncoding = (name: string, format: Format, match: number, mask: number): Encoding => ({
  name,
  format,
  match: match >>> 0,
  mask: mask >>> 0,
});

/** Among the register operations of the base. */
export const pulpRegister = (
  name: string,
  funct7: number,
  funct3: number,
  format: Format = 'r',
): Encoding =>
  pulpEncoding(
    `p.${name}`,
    format,
    (funct7 << 25) | (funct3 << 12) | OP,
    format === 'unary' ? UNARY : FUNCT7,
  );

/** A bit field given by two immediates: bits 31 and 30 are set. */
export const pulpField = (name: string, funct3: number): Encoding =>
  pulpEncoding(`p.${name}`, 'bit-field', (3 << 30) | (funct3 << 12) | OP, FUNCT2);

/** 16-bit products, and sums with a shift: bits 31 and 30 and funct3. */
export const pulpShift = (name: string, funct2: number, funct3: number): Encoding =>
  pulpEncoding(`p.${name}`, 'r-shift', (funct2 << 30) | (funct3 << 12) | PULP_MULTIPLY, FUNCT2);

/** The same with the shift in a register: bit 30 is set. */
export const pulpShiftRegister = (name: string, funct2: number, funct3: number): Encoding =>
  pulpEncoding(`p.${name}`, 'r', (funct2 << 30) | (funct3 << 12) | PULP_MULTIPLY, FUNCT7);

/** Packed bytes and halfwords: as CORE-V has them, in an opcode of their own. */
export const pulpVector = (
  name: string,
  funct6: number,
  bit25: number,
  funct3: number,
  format: Format,
  mask: number,
): Encoding =>
  pulpEncoding(
    `pv.${name}`,
    format,
    (funct6 << 26) | (bit25 << 25) | (funct3 << 12) | PULP_VECTOR,
    mask,
  );

/** Where only opcode, funct3 and perhaps funct7 tell. */
export const pulpPlain = pulpEncoding;
