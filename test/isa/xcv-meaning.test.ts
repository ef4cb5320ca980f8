import { describe, expect, it } from 'vitest';
import { rows } from '../../emulator/isa/table.js';
import type { Row } from '../../emulator/isa/row.js';
import * as e from '../lockstep/encode.js';
import { dialects, encode, machineAfter, rowOf, tcdm, wordsAt } from './xcv-machine.js';
import { generator } from './xcv-oracle.js';
import { reference, type Inputs } from './xcv-reference.js';

/** Meanings of the CORE-V instructions that only touch registers, executed by the machine. */
const coreV = rows.filter(({ extension }) => extension.startsWith('xcv'));
const computing = coreV.filter(({ result }) => result !== undefined);

const corners = [
  0, 1, 2, 0xffffffff, 0x7fffffff, 0x80000000, 0x80808080, 0x7f7f7f7f, 0x80008000, 0x7fff7fff,
  0x7fff8000, 0x00ff00ff, 0xff00ff00, 0x01020304, 0xfffefdfc, 0x0000ffff, 0xffff0000, 0x55555555,
];

interface Vector extends Inputs {
  readonly row: Row;
}

function vectors(row: Row, random: () => number): Vector[] {
  const pick = (k: number): bigint =>
    BigInt(k % 3 === 0 ? random() : corners[random() % corners.length]!);
  const immediate = row.format.startsWith('simd') ? 64 : 32;
  const edges = [0, 1, immediate - 1, immediate / 2, immediate / 2 - 1];
  return Array.from({ length: 36 }, (_, k) => ({
    row,
    // Equal operands are where comparisons change, and small ones what shifts and fields use.
    a: pick(k),
    b: k % 7 === 6 ? BigInt(random() & 0x3ff) : pick(k + 1),
    d: pick(k + 2),
    i: BigInt(k < edges.length ? edges[k]! : random() % immediate),
    j: BigInt(k % 5 === 0 ? [0, 31, 16][k % 3]! : random() % 32),
  })).map((vector, k) => (k % 9 === 8 ? { ...vector, b: vector.a } : vector));
}

const rd = 7;
const pointer = 10;

/** lw rs1, rs2, old rd; the instruction; sw rd; next set of operands. */
const piece = ({ row, i, j }: Vector, dialect: (typeof dialects)[number]): number[] => [
  e.lw(5, pointer, 0),
  e.lw(6, pointer, 4),
  e.lw(rd, pointer, 8),
  encode(dialect.of(row), {
    rd,
    rs1: 5,
    ...(row.format === 'r' || row.format === 'r-shift' ? { rs2: 6 } : {}),
    // RI5CY has no other radix of cv.bitrev, CORE-V looks at two bits only.
    imm: Number(i) & (dialect.isa !== 'rv32imc_xcv' && row.name === 'cv.bitrev' ? 3 : 63),
    second: Number(j),
  }),
  e.sw(rd, pointer, 12),
  e.addi(pointer, pointer, 16),
];

describe('registers', () => {
  it('the reference knows every mnemonic', () => {
    const nothing = { a: 0n, b: 0n, d: 0n, i: 0n, j: 0n };
    const unknown = computing.filter(({ name }) => reference(name.slice(3), nothing) === undefined);
    expect(unknown.map(({ name }) => name)).toEqual([]);
    expect(computing).toHaveLength(220 + 31 + 16 + 18);
  });

  it.each(dialects)(
    'every mnemonic of $isa computes what the manual says, over corners and random operands',
    (dialect) => {
      const random = generator(21);
      const all = computing.flatMap((row) => vectors(row, random));
      const data = all.flatMap(({ a, b, d }) => [Number(a), Number(b), Number(d), 0]);
      const code = all.flatMap((vector) => piece(vector, dialect));
      const machine = machineAfter(code, {
        isa: dialect.isa,
        registers: { [pointer]: tcdm },
        memory: new Map([[tcdm, data]]),
      });
      const results = wordsAt(machine, tcdm, data.length);
      const hex = (value: bigint | number): string => `0x${value.toString(16).padStart(8, '0')}`;
      const wrong = all
        .map((vector, index) => ({
          name: vector.row.name,
          a: hex(vector.a),
          b: hex(vector.b),
          d: hex(vector.d),
          i: Number(vector.i),
          j: Number(vector.j),
          ours: hex(results[4 * index + 3]!),
          manual: hex(reference(vector.row.name.slice(3), vector)!),
        }))
        .filter((row) => row.ours !== row.manual);
      expect(wrong.slice(0, 10)).toEqual([]);
    },
  );

  it('the examples that the manual works out for cv.bitrev', () => {
    const bitrev = rowOf('cv.bitrev');
    const code = [0, 1, 2].map((radix) =>
      encode(bitrev, { rd: 11 + radix, rs1: 10, imm: radix, second: 4 }),
    );
    const machine = machineAfter(code, { registers: { 10: 0xc64a5933 } });
    const { registers } = machine.hart(0);
    expect(registers.slice(11, 14)).toEqual([0x0cc9a526, 0x0cc65a19, 0x216b244b]);
  });

  it('x0 as destination stays 0, as source and as accumulator reads 0', () => {
    const { registers } = machineAfter(
      [
        encode(rowOf('cv.add.b'), { rd: 0, rs1: 10, rs2: 10 }),
        encode(rowOf('cv.sdotup.b'), { rd: 0, rs1: 10, rs2: 10 }),
        encode(rowOf('cv.mac'), { rd: 11, rs1: 0, rs2: 10 }),
        e.add(12, 0, 0),
      ],
      { registers: { 10: 0x01010101, 11: 5 } },
    ).hart(0);
    expect([registers[0], registers[11], registers[12]]).toEqual([0, 5, 0]);
  });

  it('an accumulator chain adds up', () => {
    const dot = encode(rowOf('cv.sdotsp.b'), { rd: 12, rs1: 10, rs2: 11 });
    const { registers } = machineAfter([dot, dot, dot], {
      // (1, -2, 3, -4) . (5, 6, -7, -8) = 5 - 12 - 21 + 32 = 4
      registers: { 10: 0xfc03fe01, 11: 0xf8f90605, 12: 100 },
    }).hart(0);
    expect(registers[12]).toBe(112);
  });
});

describe('immediate branches', () => {
  const taken = (
    name: string,
    value: number,
    immediate: number,
    dialect: (typeof dialects)[number],
  ) => {
    // The branch jumps over an addition to x12.
    const code = [
      encode(dialect.of(rowOf(name)), { rs1: 10, imm: immediate, second: 8 }),
      e.addi(12, 12, 1),
      e.addi(0, 0, 0),
    ];
    const { isa } = dialect;
    const start = { isa, registers: { 10: value, 12: 0 } };
    return machineAfter(code, start).hart(0).registers[12] === 0;
  };
  const numbers = dialects.flatMap((dialect) =>
    [-16, -1, 0, 1, 15].map((immediate) => ({ dialect, isa: dialect.isa, immediate })),
  );
  it.each(numbers)(
    '$isa: compare with the signed immediate $immediate',
    ({ dialect, immediate }) => {
      expect(taken('cv.beqimm', immediate, immediate, dialect)).toBe(true);
      expect(taken('cv.beqimm', immediate + 1, immediate, dialect)).toBe(false);
      expect(taken('cv.bneimm', immediate, immediate, dialect)).toBe(false);
      expect(taken('cv.bneimm', immediate & 31, immediate, dialect)).toBe(immediate < 0);
    },
  );
});
