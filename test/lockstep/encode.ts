/**
 * An encoder of RV32IMC, Zicsr and Zifencei written from the RISC-V unprivileged specification
 * (chapters "RV32I", "M", "C", "Zicsr", "RV32/64G Instruction Set Listings"). It shares nothing
 * with emulator/isa on purpose: a row that is wrong there must not be wrong here too.
 */
const bit = (value: number, from: number, to: number): number => ((value >> from) & 1) << to;
const field = (value: number, from: number, width: number, to: number): number =>
  ((value >> from) & (2 ** width - 1)) << to;

export const rType = (op: number, f3: number, f7: number, rd: number, rs1: number, rs2: number) =>
  (op | (rd << 7) | (f3 << 12) | (rs1 << 15) | (rs2 << 20) | (f7 << 25)) >>> 0;

export const iType = (op: number, f3: number, rd: number, rs1: number, imm: number) =>
  (op | (rd << 7) | (f3 << 12) | (rs1 << 15) | ((imm & 0xfff) << 20)) >>> 0;

export const sType = (op: number, f3: number, rs1: number, rs2: number, imm: number) =>
  (op | field(imm, 0, 5, 7) | (f3 << 12) | (rs1 << 15) | (rs2 << 20) | field(imm, 5, 7, 25)) >>> 0;

export const bType = (f3: number, rs1: number, rs2: number, offset: number) =>
  (0x63 |
    bit(offset, 11, 7) |
    field(offset, 1, 4, 8) |
    (f3 << 12) |
    (rs1 << 15) |
    (rs2 << 20) |
    field(offset, 5, 6, 25) |
    bit(offset, 12, 31)) >>>
  0;

/** `imm` is the 20-bit value that lands in bits 31..12. */
export const uType = (op: number, rd: number, imm: number) =>
  (op | (rd << 7) | ((imm & 0xfffff) << 12)) >>> 0;

export const jType = (rd: number, offset: number) =>
  (0x6f |
    (rd << 7) |
    field(offset, 12, 8, 12) |
    bit(offset, 11, 20) |
    field(offset, 1, 10, 21) |
    bit(offset, 20, 31)) >>>
  0;

/** Register-register: name, funct7, funct3 (opcode 0x33). */
export const registerOps: readonly (readonly [string, number, number])[] = [
  ['add', 0, 0],
  ['sub', 0x20, 0],
  ['sll', 0, 1],
  ['slt', 0, 2],
  ['sltu', 0, 3],
  ['xor', 0, 4],
  ['srl', 0, 5],
  ['sra', 0x20, 5],
  ['or', 0, 6],
  ['and', 0, 7],
];
export const multiplyOps: readonly (readonly [string, number, number])[] = [
  ['mul', 1, 0],
  ['mulh', 1, 1],
  ['mulhsu', 1, 2],
  ['mulhu', 1, 3],
  ['div', 1, 4],
  ['divu', 1, 5],
  ['rem', 1, 6],
  ['remu', 1, 7],
];
/** Register-immediate: name, funct3 (opcode 0x13). */
export const immediateOps: readonly (readonly [string, number])[] = [
  ['addi', 0],
  ['slti', 2],
  ['sltiu', 3],
  ['xori', 4],
  ['ori', 6],
  ['andi', 7],
];
/** Shifts by an immediate: name, funct7, funct3 (opcode 0x13). */
export const shiftOps: readonly (readonly [string, number, number])[] = [
  ['slli', 0, 1],
  ['srli', 0, 5],
  ['srai', 0x20, 5],
];
/** Loads: name, funct3, bytes. */
export const loadOps: readonly (readonly [string, number, number])[] = [
  ['lb', 0, 1],
  ['lh', 1, 2],
  ['lw', 2, 4],
  ['lbu', 4, 1],
  ['lhu', 5, 2],
];
export const storeOps: readonly (readonly [string, number, number])[] = [
  ['sb', 0, 1],
  ['sh', 1, 2],
  ['sw', 2, 4],
];
export const branchOps: readonly (readonly [string, number])[] = [
  ['beq', 0],
  ['bne', 1],
  ['blt', 4],
  ['bge', 5],
  ['bltu', 6],
  ['bgeu', 7],
];
export const csrOps: readonly (readonly [string, number])[] = [
  ['csrrw', 1],
  ['csrrs', 2],
  ['csrrc', 3],
  ['csrrwi', 5],
  ['csrrsi', 6],
  ['csrrci', 7],
];

export const addi = (rd: number, rs1: number, imm: number) => iType(0x13, 0, rd, rs1, imm);
export const lw = (rd: number, rs1: number, imm: number) => iType(0x03, 2, rd, rs1, imm);
export const sw = (rs2: number, rs1: number, imm: number) => sType(0x23, 2, rs1, rs2, imm);
export const add = (rd: number, rs1: number, rs2: number) => rType(0x33, 0, 0, rd, rs1, rs2);
export const sub = (rd: number, rs1: number, rs2: number) => rType(0x33, 0, 0x20, rd, rs1, rs2);
export const jalr = (rd: number, rs1: number, imm: number) => iType(0x67, 0, rd, rs1, imm);
export const csr = (f3: number, rd: number, source: number, number: number) =>
  (0x73 | (rd << 7) | (f3 << 12) | (source << 15) | (number << 20)) >>> 0;

// Compressed instructions. Registers named p are 8..15 and take three bits.

const prime = (r: number): number => r - 8;

const ci = (f3: number, op: number, rd: number, imm: number) =>
  (f3 << 13) | bit(imm, 5, 12) | (rd << 7) | field(imm, 0, 5, 2) | op;

export const cAddi4spn = (p: number, imm: number) =>
  field(imm, 4, 2, 11) | field(imm, 6, 4, 7) | bit(imm, 2, 6) | bit(imm, 3, 5) | (prime(p) << 2);

const memory = (f3: number, p: number, base: number, imm: number) =>
  (f3 << 13) |
  field(imm, 3, 3, 10) |
  (prime(base) << 7) |
  bit(imm, 2, 6) |
  bit(imm, 6, 5) |
  (prime(p) << 2);
export const cLw = (p: number, base: number, imm: number) => memory(2, p, base, imm);
export const cSw = (p: number, base: number, imm: number) => memory(6, p, base, imm);

export const cAddi = (rd: number, imm: number) => ci(0, 1, rd, imm);
export const cLi = (rd: number, imm: number) => ci(2, 1, rd, imm);
/** `imm` is the 6-bit signed value of bits 17..12. */
export const cLui = (rd: number, imm: number) => ci(3, 1, rd, imm);
export const cAddi16sp = (imm: number) =>
  (3 << 13) |
  bit(imm, 9, 12) |
  (2 << 7) |
  bit(imm, 4, 6) |
  bit(imm, 6, 5) |
  field(imm, 7, 2, 3) |
  bit(imm, 5, 2) |
  1;

const shiftOrAnd = (f2: number, p: number, imm: number) =>
  (4 << 13) | bit(imm, 5, 12) | (f2 << 10) | (prime(p) << 7) | field(imm, 0, 5, 2) | 1;
export const cSrli = (p: number, shamt: number) => shiftOrAnd(0, p, shamt);
export const cSrai = (p: number, shamt: number) => shiftOrAnd(1, p, shamt);
export const cAndi = (p: number, imm: number) => shiftOrAnd(2, p, imm);

/** f2: 0 c.sub, 1 c.xor, 2 c.or, 3 c.and. */
export const cArithmetic = (f2: number, p: number, q: number) =>
  (4 << 13) | (3 << 10) | (prime(p) << 7) | (f2 << 5) | (prime(q) << 2) | 1;

const cjType = (f3: number, offset: number) =>
  (f3 << 13) |
  bit(offset, 11, 12) |
  bit(offset, 4, 11) |
  field(offset, 8, 2, 9) |
  bit(offset, 10, 8) |
  bit(offset, 6, 7) |
  bit(offset, 7, 6) |
  field(offset, 1, 3, 3) |
  bit(offset, 5, 2) |
  1;
export const cJal = (offset: number) => cjType(1, offset);
export const cJ = (offset: number) => cjType(5, offset);

const cbType = (f3: number, p: number, offset: number) =>
  (f3 << 13) |
  bit(offset, 8, 12) |
  field(offset, 3, 2, 10) |
  (prime(p) << 7) |
  field(offset, 6, 2, 5) |
  field(offset, 1, 2, 3) |
  bit(offset, 5, 2) |
  1;
export const cBeqz = (p: number, offset: number) => cbType(6, p, offset);
export const cBnez = (p: number, offset: number) => cbType(7, p, offset);

export const cSlli = (rd: number, shamt: number) => ci(0, 2, rd, shamt);
export const cLwsp = (rd: number, imm: number) =>
  (2 << 13) | bit(imm, 5, 12) | (rd << 7) | field(imm, 2, 3, 4) | field(imm, 6, 2, 2) | 2;
export const cSwsp = (rs2: number, imm: number) =>
  (6 << 13) | field(imm, 2, 4, 9) | field(imm, 6, 2, 7) | (rs2 << 2) | 2;
export const cJr = (rs1: number) => (4 << 13) | (rs1 << 7) | 2;
export const cJalr = (rs1: number) => (4 << 13) | (1 << 12) | (rs1 << 7) | 2;
export const cMv = (rd: number, rs2: number) => (4 << 13) | (rd << 7) | (rs2 << 2) | 2;
export const cAdd = (rd: number, rs2: number) => (4 << 13) | (1 << 12) | (rd << 7) | (rs2 << 2) | 2;
export const cNop = 0x0001;
export const cEbreak = 0x9002;

export const ecall = 0x00000073;
export const ebreak = 0x00100073;
export const mret = 0x30200073;
export const fenceI = 0x0000100f;

/** Upper and lower part of a 32-bit constant for lui/auipc + a 12-bit signed offset. */
export function split(value: number): { high: number; low: number } {
  const low = (value << 20) >> 20;
  return { high: ((value - low) >>> 12) & 0xfffff, low };
}
