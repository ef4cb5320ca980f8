import type { CompressedRow, Fields } from './row.js';

/** The C extension for RV32 without floating point. Source: RISC-V Unprivileged ISA, chapter "C". */

/** Collects bits: pairs of (position in the instruction, position in the immediate). */
function gather(bits: number, ...pairs: readonly (readonly [number, number])[]): number {
  let value = 0;
  for (const [from, to] of pairs) value |= ((bits >>> from) & 1) << to;
  return value;
}

const signed = (value: number, width: number): number => (value << (32 - width)) >> (32 - width);

const full = (bits: number, lsb: number): number => (bits >>> lsb) & 31;
/** Three-bit register fields name x8 to x15. */
const short = (bits: number, lsb: number): number => ((bits >>> lsb) & 7) + 8;

const fields = (rd: number, rs1: number, rs2: number, imm: number): Fields => ({
  rd,
  rs1,
  rs2,
  imm,
});

const imm6 = (b: number): number => signed(((b >>> 2) & 31) | (((b >>> 12) & 1) << 5), 6);
const shamt = (b: number): number | undefined => ((b >>> 12) & 1 ? undefined : (b >>> 2) & 31);
const jumpOffset = (b: number): number =>
  signed(
    gather(
      b,
      [2, 5],
      [3, 1],
      [4, 2],
      [5, 3],
      [6, 7],
      [7, 6],
      [8, 10],
      [9, 8],
      [10, 9],
      [11, 4],
      [12, 11],
    ),
    12,
  );
const branchOffset = (b: number): number =>
  signed(gather(b, [2, 5], [3, 1], [4, 2], [5, 6], [6, 7], [10, 3], [11, 4], [12, 8]), 9);
const wordOffset = (b: number): number => gather(b, [5, 6], [6, 2], [10, 3], [11, 4], [12, 5]);

const row = (
  name: string,
  match: number,
  mask: number,
  base: string,
  operands: string,
  expand: CompressedRow['expand'],
): CompressedRow => ({ name, match, mask, base, operands, expand });

const QUADRANT = 0xe003;

/** Order matters only where a special encoding lies inside a general one: the special one comes first. */
export const c: readonly CompressedRow[] = [
  row('c.addi4spn', 0x0000, QUADRANT, 'addi', 'rd, sp, imm', (b) => {
    const imm = gather(b, [5, 3], [6, 2], [7, 6], [8, 7], [9, 8], [10, 9], [11, 4], [12, 5]);
    return imm === 0 ? undefined : fields(short(b, 2), 2, 0, imm);
  }),
  row('c.lw', 0x4000, QUADRANT, 'lw', 'rd, imm(rs1)', (b) =>
    fields(short(b, 2), short(b, 7), 0, wordOffset(b)),
  ),
  row('c.sw', 0xc000, QUADRANT, 'sw', 'rs2, imm(rs1)', (b) =>
    fields(0, short(b, 7), short(b, 2), wordOffset(b)),
  ),
  row('c.nop', 0x0001, 0xffff, 'addi', '', () => fields(0, 0, 0, 0)),
  row('c.addi', 0x0001, QUADRANT, 'addi', 'rd, imm', (b) =>
    fields(full(b, 7), full(b, 7), 0, imm6(b)),
  ),
  row('c.jal', 0x2001, QUADRANT, 'jal', 'target', (b) => fields(1, 0, 0, jumpOffset(b))),
  row('c.li', 0x4001, QUADRANT, 'addi', 'rd, imm', (b) => fields(full(b, 7), 0, 0, imm6(b))),
  row('c.addi16sp', 0x6101, 0xef83, 'addi', 'sp, imm', (b) => {
    const imm = signed(gather(b, [2, 5], [3, 7], [4, 8], [5, 6], [6, 4], [12, 9]), 10);
    return imm === 0 ? undefined : fields(2, 2, 0, imm);
  }),
  row('c.lui', 0x6001, QUADRANT, 'lui', 'rd, upper', (b) =>
    imm6(b) === 0 ? undefined : fields(full(b, 7), 0, 0, imm6(b) << 12),
  ),
  row('c.srli', 0x8001, 0xec03, 'srli', 'rd, shamt', (b) => {
    const amount = shamt(b);
    return amount === undefined ? undefined : fields(short(b, 7), short(b, 7), 0, amount);
  }),
  row('c.srai', 0x8401, 0xec03, 'srai', 'rd, shamt', (b) => {
    const amount = shamt(b);
    return amount === undefined ? undefined : fields(short(b, 7), short(b, 7), 0, amount);
  }),
  row('c.andi', 0x8801, 0xec03, 'andi', 'rd, imm', (b) =>
    fields(short(b, 7), short(b, 7), 0, imm6(b)),
  ),
  row('c.sub', 0x8c01, 0xfc63, 'sub', 'rd, rs2', (b) =>
    fields(short(b, 7), short(b, 7), short(b, 2), 0),
  ),
  row('c.xor', 0x8c21, 0xfc63, 'xor', 'rd, rs2', (b) =>
    fields(short(b, 7), short(b, 7), short(b, 2), 0),
  ),
  row('c.or', 0x8c41, 0xfc63, 'or', 'rd, rs2', (b) =>
    fields(short(b, 7), short(b, 7), short(b, 2), 0),
  ),
  row('c.and', 0x8c61, 0xfc63, 'and', 'rd, rs2', (b) =>
    fields(short(b, 7), short(b, 7), short(b, 2), 0),
  ),
  row('c.j', 0xa001, QUADRANT, 'jal', 'target', (b) => fields(0, 0, 0, jumpOffset(b))),
  row('c.beqz', 0xc001, QUADRANT, 'beq', 'rs1, target', (b) =>
    fields(0, short(b, 7), 0, branchOffset(b)),
  ),
  row('c.bnez', 0xe001, QUADRANT, 'bne', 'rs1, target', (b) =>
    fields(0, short(b, 7), 0, branchOffset(b)),
  ),
  row('c.slli', 0x0002, QUADRANT, 'slli', 'rd, shamt', (b) => {
    const amount = shamt(b);
    return amount === undefined ? undefined : fields(full(b, 7), full(b, 7), 0, amount);
  }),
  row('c.lwsp', 0x4002, QUADRANT, 'lw', 'rd, imm(sp)', (b) => {
    const imm = gather(b, [2, 6], [3, 7], [4, 2], [5, 3], [6, 4], [12, 5]);
    return full(b, 7) === 0 ? undefined : fields(full(b, 7), 2, 0, imm);
  }),
  row('c.jr', 0x8002, 0xf07f, 'jalr', 'rs1', (b) =>
    full(b, 7) === 0 ? undefined : fields(0, full(b, 7), 0, 0),
  ),
  row('c.mv', 0x8002, 0xf003, 'add', 'rd, rs2', (b) => fields(full(b, 7), 0, full(b, 2), 0)),
  row('c.ebreak', 0x9002, 0xffff, 'ebreak', '', () => fields(0, 0, 0, 0)),
  row('c.jalr', 0x9002, 0xf07f, 'jalr', 'rs1', (b) => fields(1, full(b, 7), 0, 0)),
  row('c.add', 0x9002, 0xf003, 'add', 'rd, rs2', (b) =>
    fields(full(b, 7), full(b, 7), full(b, 2), 0),
  ),
  row('c.swsp', 0xc002, QUADRANT, 'sw', 'rs2, imm(sp)', (b) =>
    fields(0, 2, full(b, 2), gather(b, [7, 6], [8, 7], [9, 2], [10, 3], [11, 4], [12, 5])),
  ),
];
