import { binary, call, rs1, rs2, type Expression } from './expression.js';
import type { Row, TimingClass } from './row.js';

/** The M extension. Source: RISC-V Unprivileged ISA, chapter "M". */
const row = (name: string, funct3: number, timing: TimingClass, result: Expression): Row => ({
  name,
  extension: 'm',
  format: 'r',
  match: (1 << 25) | (funct3 << 12) | 0x33,
  mask: 0xfe00707f,
  timing,
  result,
});

export const m: readonly Row[] = [
  row('mul', 0, 'mul', binary('mul', rs1, rs2)),
  row('mulh', 1, 'mulh', call('mulh', rs1, rs2)),
  row('mulhsu', 2, 'mulh', call('mulhsu', rs1, rs2)),
  row('mulhu', 3, 'mulh', call('mulhu', rs1, rs2)),
  row('div', 4, 'div', call('div', rs1, rs2)),
  row('divu', 5, 'div', call('divu', rs1, rs2)),
  row('rem', 6, 'div', call('rem', rs1, rs2)),
  row('remu', 7, 'div', call('remu', rs1, rs2)),
];
