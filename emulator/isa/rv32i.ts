import { binary, imm, pc, rs1, rs2, type BinaryOperator } from './expression.js';
import type { Row } from './row.js';

/** RV32I, Zicsr, Zifencei and the machine-mode instructions. Source: RISC-V ISA manuals, volumes I and II. */
const opcode = {
  load: 0x03,
  fence: 0x0f,
  opImm: 0x13,
  auipc: 0x17,
  store: 0x23,
  op: 0x33,
  lui: 0x37,
  branch: 0x63,
  jalr: 0x67,
  jal: 0x6f,
  system: 0x73,
};

const FUNCT3 = 0x707f;
const FUNCT7 = 0xfe00707f;
const EXACT = 0xffffffff;

export const register = (
  name: string,
  funct7: number,
  funct3: number,
  operator: BinaryOperator,
): Row => ({
  name,
  extension: 'i',
  format: 'r',
  match: (funct7 << 25) | (funct3 << 12) | opcode.op,
  mask: FUNCT7,
  timing: 'alu',
  result: binary(operator, rs1, rs2),
});

const immediate = (name: string, funct3: number, operator: BinaryOperator): Row => ({
  name,
  extension: 'i',
  format: 'i',
  match: (funct3 << 12) | opcode.opImm,
  mask: FUNCT3,
  timing: 'alu',
  result: binary(operator, rs1, imm),
});

const shift = (name: string, funct7: number, funct3: number, operator: BinaryOperator): Row => ({
  name,
  extension: 'i',
  format: 'shift',
  match: (funct7 << 25) | (funct3 << 12) | opcode.opImm,
  mask: FUNCT7,
  timing: 'alu',
  result: binary(operator, rs1, imm),
});

const load = (name: string, funct3: number, bytes: 1 | 2 | 4, signed: boolean): Row => ({
  name,
  extension: 'i',
  format: 'load',
  match: (funct3 << 12) | opcode.load,
  mask: FUNCT3,
  timing: 'load',
  memory: { bytes, signed, write: false },
});

const store = (name: string, funct3: number, bytes: 1 | 2 | 4): Row => ({
  name,
  extension: 'i',
  format: 'store',
  match: (funct3 << 12) | opcode.store,
  mask: FUNCT3,
  timing: 'store',
  memory: { bytes, signed: false, write: true },
});

const branch = (name: string, funct3: number, operator: BinaryOperator): Row => ({
  name,
  extension: 'i',
  format: 'branch',
  match: (funct3 << 12) | opcode.branch,
  mask: FUNCT3,
  timing: 'branch',
  condition: binary(operator, rs1, rs2),
});

const csr = (name: string, funct3: number, action: 'write' | 'set' | 'clear'): Row => ({
  name,
  extension: 'zicsr',
  format: funct3 >= 5 ? 'csri' : 'csr',
  match: (funct3 << 12) | opcode.system,
  mask: FUNCT3,
  timing: 'csr',
  csr: action,
});

const system = (name: string, match: number, timing: Row['timing']): Row => ({
  name,
  extension: 'i',
  format: 'none',
  match,
  mask: EXACT,
  timing,
});

export const rv32i: readonly Row[] = [
  {
    name: 'lui',
    extension: 'i',
    format: 'upper',
    match: opcode.lui,
    mask: 0x7f,
    timing: 'alu',
    result: imm,
  },
  {
    name: 'auipc',
    extension: 'i',
    format: 'upper',
    match: opcode.auipc,
    mask: 0x7f,
    timing: 'alu',
    result: binary('add', pc, imm),
  },
  { name: 'jal', extension: 'i', format: 'jump', match: opcode.jal, mask: 0x7f, timing: 'jump' },
  {
    name: 'jalr',
    extension: 'i',
    format: 'jalr',
    match: opcode.jalr,
    mask: FUNCT3,
    timing: 'jalr',
  },
  branch('beq', 0, 'eq'),
  branch('bne', 1, 'ne'),
  branch('blt', 4, 'lt_s'),
  branch('bge', 5, 'ge_s'),
  branch('bltu', 6, 'lt_u'),
  branch('bgeu', 7, 'ge_u'),
  load('lb', 0, 1, true),
  load('lh', 1, 2, true),
  load('lw', 2, 4, true),
  load('lbu', 4, 1, false),
  load('lhu', 5, 2, false),
  store('sb', 0, 1),
  store('sh', 1, 2),
  store('sw', 2, 4),
  immediate('addi', 0, 'add'),
  immediate('slti', 2, 'lt_s'),
  immediate('sltiu', 3, 'lt_u'),
  immediate('xori', 4, 'xor'),
  immediate('ori', 6, 'or'),
  immediate('andi', 7, 'and'),
  shift('slli', 0, 1, 'shl'),
  shift('srli', 0, 5, 'shr_u'),
  shift('srai', 0x20, 5, 'shr_s'),
  register('add', 0, 0, 'add'),
  register('sub', 0x20, 0, 'sub'),
  register('sll', 0, 1, 'shl'),
  register('slt', 0, 2, 'lt_s'),
  register('sltu', 0, 3, 'lt_u'),
  register('xor', 0, 4, 'xor'),
  register('srl', 0, 5, 'shr_u'),
  register('sra', 0x20, 5, 'shr_s'),
  register('or', 0, 6, 'or'),
  register('and', 0, 7, 'and'),
  {
    name: 'fence',
    extension: 'i',
    format: 'fence',
    match: opcode.fence,
    mask: FUNCT3,
    timing: 'fence',
  },
  {
    name: 'fence.i',
    extension: 'zifencei',
    format: 'none',
    match: 0x100f,
    mask: FUNCT3,
    timing: 'fence',
  },
  system('ecall', 0x00000073, 'ecall'),
  system('ebreak', 0x00100073, 'ebreak'),
  system('mret', 0x30200073, 'mret'),
  system('wfi', 0x10500073, 'wfi'),
  csr('csrrw', 1, 'write'),
  csr('csrrs', 2, 'set'),
  csr('csrrc', 3, 'clear'),
  csr('csrrwi', 5, 'write'),
  csr('csrrsi', 6, 'set'),
  csr('csrrci', 7, 'clear'),
];
