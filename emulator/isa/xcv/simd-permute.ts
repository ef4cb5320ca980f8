import {
  binary,
  constant,
  imm,
  lane,
  laneIndex,
  lanes,
  rd,
  rs1,
  rs2,
  select,
  type Expression,
  type LaneBits,
} from '../expression.js';
import type { Row } from '../row.js';
import { pulpVector } from './encoding.js';
import { SIMD_IMMEDIATE, SIMD_REGISTERS, byteBit, simdMatch, suffix } from './simd.js';

/**
 * Packed bytes and halfwords that change places, and complex numbers of two halfwords (real part low).
 * Source: CV32E40P user manual, "SIMD Bit Manipulation", "SIMD Shuffle and Pack", "SIMD Complex-number".
 */
/** What RI5CY calls it, its funct6, and its bit 25 where that differs from 0. */
type Older = readonly [name: string, funct6: number, bit25?: number];

const registers = (
  name: string,
  funct6: number,
  bit25: number,
  funct3: number,
  [olderName, olderFunct6, olderBit25 = 0]: Older,
  result: Expression,
): Row => ({
  name: `cv.${name}`,
  extension: 'xcvsimd',
  format: 'r',
  match: simdMatch(funct6, bit25, funct3),
  mask: SIMD_REGISTERS,
  pulp: pulpVector(olderName, olderFunct6, olderBit25, funct3, 'r', SIMD_REGISTERS),
  timing: 'alu',
  result,
});

/** Bits of the immediate that have no meaning should be zero. LLVM takes any, so they are ignored here. */
const immediate = (
  name: string,
  funct6: number,
  funct3: number,
  /** funct6 of RI5CY. */
  older: number,
  result: Expression,
): Row => ({
  name: `cv.${name}`,
  extension: 'xcvsimd',
  format: 'simd-unsigned',
  match: simdMatch(funct6, 0, funct3),
  mask: SIMD_IMMEDIATE,
  pulp: pulpVector(name, older, 0, funct3, 'simd-unsigned', SIMD_IMMEDIATE),
  timing: 'alu',
  result,
  waitsForField2: true,
});

const and = (a: Expression, b: number): Expression => binary('and', a, constant(b));
const or = (a: Expression, b: Expression): Expression => binary('or', a, b);

/** The immediate names a lane. */
const named = (bits: LaneBits): Expression => and(imm, bits === 16 ? 1 : 3);

const ofOneLane = (bits: LaneBits): Row[] => {
  const inserted = select(
    binary('eq', laneIndex, named(bits)),
    lane(bits, false, rs1, constant(0)),
    lane(bits, false, rd),
  );
  // RI5CY tells the three by funct6, and has them where immediates are: funct3 6 and 7.
  const row = (name: string, funct3: number, older: number, result: Expression): Row => {
    const full = `${name}.${suffix(bits)}`;
    const pulp = pulpVector(full, older, 0, 6 + byteBit(bits), 'simd-unsigned', SIMD_IMMEDIATE);
    return { ...immediate(full, 0x2e, funct3 + byteBit(bits), older, result), pulp };
  };
  return [
    row('extract', 0, 0x1e, lane(bits, true, rs1, named(bits))),
    row('extractu', 2, 0x24, lane(bits, false, rs1, named(bits))),
    row('insert', 4, 0x2c, lanes(bits, inserted)),
  ];
};

/** Number of the source lane, out of the lane of rs2. */
const selector = (bits: LaneBits): Expression => and(lane(bits, false, rs2), bits === 16 ? 1 : 3);

const shuffle = (bits: LaneBits): Row =>
  registers(
    `shuffle.${suffix(bits)}`,
    0x30,
    0,
    byteBit(bits),
    [`shuffle.${suffix(bits)}`, 0x30],
    lanes(bits, lane(bits, false, rs1, selector(bits))),
  );

/** The bit above the lane number chooses rs1 over the old destination. */
const shuffle2 = (bits: LaneBits): Row => {
  const fromFirst = and(lane(bits, false, rs2), bits === 16 ? 2 : 4);
  const source = select(
    fromFirst,
    lane(bits, false, rs1, selector(bits)),
    lane(bits, false, rd, selector(bits)),
  );
  const name = `shuffle2.${suffix(bits)}`;
  return registers(name, 0x38, 0, byteBit(bits), [name, 0x32], lanes(bits, source));
};

/** Two bits of the immediate for each of the three lower bytes; the name has the one of the top byte. */
const shuffleBytes = (top: number): Row => {
  const choices = or(imm, constant(top << 6));
  const at = and(binary('shr_u', choices, binary('shl', laneIndex, constant(1))), 3);
  const older = top === 0 ? 0x30 : 0x38 + 2 * top;
  const result = lanes(8, lane(8, false, rs1, at));
  return immediate(`shufflei${top}.sci.b`, 0x30 + 2 * top, 7, older, result);
};

const shuffleHalves = immediate(
  'shuffle.sci.h',
  0x30,
  6,
  0x30,
  lanes(16, lane(16, false, rs1, and(binary('shr_u', imm, laneIndex), 1))),
);

const low = (value: Expression): Expression => and(value, 0xffff);
const high = (value: Expression): Expression => and(value, -65536);
const toHigh = (value: Expression): Expression => binary('shl', value, constant(16));
const byte0 = (value: Expression): Expression => and(value, 0xff);
const bytes = (upper: Expression, lower: Expression, position: number): Expression =>
  binary('shl', or(binary('shl', byte0(upper), constant(8)), byte0(lower)), constant(position));

const packs: readonly Row[] = [
  registers('pack', 0x3c, 0, 0, ['pack.h', 0x34], or(toHigh(rs1), low(rs2))),
  registers(
    'pack.h',
    0x3c,
    1,
    0,
    ['pack.h.h', 0x34, 1],
    or(high(rs1), binary('shr_u', rs2, constant(16))),
  ),
  registers('packhi.b', 0x3e, 1, 1, ['packhi.b', 0x36], or(bytes(rs1, rs2, 16), low(rd))),
  registers('packlo.b', 0x3e, 0, 1, ['packlo.b', 0x38], or(high(rd), bytes(rs1, rs2, 0))),
];

const re = (value: Expression): Expression => lane(16, true, value, constant(0));
const im = (value: Expression): Expression => lane(16, true, value, constant(1));
const product = (a: Expression, b: Expression): Expression => binary('mul', a, b);

/** Division by 2^n of the complex results, as funct3 and as the end of the name. */
const scales = [0, 1, 2, 3].map((n) => ({
  n,
  funct3: 2 * n,
  name: n === 0 ? '' : `.div${1 << n}`,
}));

/** The 32-bit sum of products wraps, then its upper bits are taken as a number of one sign bit less. */
const multiplications = scales.flatMap(({ n, funct3, name }) => {
  const scaled = (sum: Expression): Expression => binary('shr_s', sum, constant(15 + n));
  const real = binary('sub', product(re(rs1), re(rs2)), product(im(rs1), im(rs2)));
  const imaginary = binary('add', product(re(rs1), im(rs2)), product(im(rs1), re(rs2)));
  return [
    registers(
      `cplxmul.r${name}`,
      0x15,
      0,
      funct3,
      [`cplxmul.h.r${name}`, 0x15],
      or(high(rd), low(scaled(real))),
    ),
    registers(
      `cplxmul.i${name}`,
      0x15,
      1,
      funct3,
      [`cplxmul.h.i${name}`, 0x15, 1],
      or(toHigh(scaled(imaginary)), low(rd)),
    ),
  ];
});

/** Halves that wrap to 16 bits before they are shifted. */
const halves = (upper: Expression, lower: Expression, n: number): Expression => {
  const scaled = (value: Expression): Expression => binary('shr_s', re(value), constant(n));
  return or(toHigh(scaled(upper)), low(scaled(lower)));
};

const sums = scales.flatMap(({ n, funct3, name }) => {
  const by = (operator: 'add' | 'sub'): Expression =>
    halves(binary(operator, im(rs1), im(rs2)), binary(operator, re(rs1), re(rs2)), n);
  const rotated = halves(binary('sub', re(rs2), re(rs1)), binary('sub', im(rs1), im(rs2)), n);
  const rows = [
    registers(`subrotmj${name}`, 0x19, 0, funct3, [`subrotmj.h${name}`, 0x1b], rotated),
  ];
  // Without a division these are cv.add.h and cv.sub.h.
  if (n > 0) {
    rows.push(registers(`add${name}`, 0x1b, 0, funct3, [`add.h${name}`, 0x1d], by('add')));
    rows.push(registers(`sub${name}`, 0x1d, 0, funct3, [`sub.h${name}`, 0x19], by('sub')));
  }
  return rows;
});

const conjugate: Row = {
  ...registers(
    'cplxconj',
    0x17,
    0,
    0,
    ['cplxconj.h', 0x17],
    or(toHigh(binary('sub', constant(0), im(rs1))), low(rs1)),
  ),
  pulp: pulpVector('cplxconj.h', 0x17, 0, 0, 'unary', 0xfff0707f),
  format: 'unary',
  mask: 0xfff0707f,
};

export const simdPermutations: readonly Row[] = [
  ...ofOneLane(16),
  ...ofOneLane(8),
  shuffle(16),
  shuffleHalves,
  shuffle(8),
  ...[0, 1, 2, 3].map(shuffleBytes),
  shuffle2(16),
  shuffle2(8),
  ...packs,
  ...multiplications,
  conjugate,
  ...sums,
];
