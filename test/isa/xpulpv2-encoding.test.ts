import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../emulator/isa/decoder.js';
import { disassemble } from '../../emulator/isa/disassembler.js';
import { extensionsOf, rows } from '../../emulator/isa/table.js';
import { generator } from './xcv-oracle.js';
import { assemblerTable } from './xpulpv2-table.js';

/** The older encodings of RI5CY against the tables of the assembler that writes them. */
const decoder = createDecoder(extensionsOf('rv32imc_xpulpv2'));
const base = createDecoder(extensionsOf('rv32imc'));

interface Entry {
  readonly name: string;
  readonly operands: string;
  readonly match: number;
  readonly mask: number;
}

const table: readonly Entry[] = assemblerTable
  .trim()
  .split('\n')
  .map((line) => {
    const [name, operands, match, mask] = line.split(' ') as [string, string, string, string];
    return { name, operands, match: parseInt(match, 16), mask: parseInt(mask, 16) };
  });

/** Second spellings: an immediate form with i, a 16-bit product without shift, pv.ball. */
const isAlias = ({ name, operands }: Entry): boolean =>
  /^p\.((add|sub)u?r?n|clipu?|extractu?|insert|bset|bclr)i$/.test(name) ||
  (/^p\.(mul|mac)(hh)?[su]$/.test(name) && operands === 'd,s,t') ||
  /^pv\.bn?all$/.test(name);

const own = table.filter((entry) => !isAlias(entry));
const older = rows.flatMap(({ pulp }) => (pulp === undefined ? [] : [pulp]));

const registers =
  'zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6'.split(
    ' ',
  );
const bitsOf = (word: number, low: number, count: number): number =>
  (word >>> low) & (2 ** count - 1);
const signed = (value: number, bits: number): number => (value << (32 - bits)) >> (32 - bits);
const six = (word: number): number => (bitsOf(word, 20, 5) << 1) | bitsOf(word, 25, 1);
const branchTarget = (word: number): number =>
  signed(
    (bitsOf(word, 31, 1) << 12) |
      (bitsOf(word, 7, 1) << 11) |
      (bitsOf(word, 25, 6) << 5) |
      (bitsOf(word, 8, 4) << 1),
    13,
  );
const address = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** What each operand letter of the assembler stands for. */
const operand: Readonly<Record<string, (word: number, pc: number) => string>> = {
  d: (w) => registers[bitsOf(w, 7, 5)]!,
  s: (w) => registers[bitsOf(w, 15, 5)]!,
  t: (w) => registers[bitsOf(w, 20, 5)]!,
  o: (w) => String(signed(bitsOf(w, 20, 12), 12)),
  q: (w) => String(signed((bitsOf(w, 25, 7) << 5) | bitsOf(w, 7, 5), 12)),
  p: (w, pc) => address(pc + branchTarget(w)),
  bi: (w) => String(bitsOf(w, 20, 5)),
  b5: (w) => String(bitsOf(w, 25, 5)),
  bs: (w) => String(signed(six(w), 6)),
  bu: (w) => String(six(w)),
  bU: (w) => String(six(w)),
  bf: (w) => String(six(w)),
  bF: (w) => String(six(w)),
  bI: (w) => String(signed(bitsOf(w, 20, 5), 5)),
  di: (w) => `x${bitsOf(w, 7, 1)}`,
  ji: (w) => String(bitsOf(w, 20, 12)),
  b1: (w, pc) => address(pc + 2 * bitsOf(w, 20, 12)),
  b2: (w, pc) => address(pc + 2 * bitsOf(w, 15, 5)),
};

/** Clips print their bound in hexadecimal here, as shifts do. */
const textOf = (entry: Entry, word: number, pc: number): string => {
  const operands = entry.operands.replace(/di|ji|b[a-zA-Z0-9]|[a-z]/g, (letter) =>
    /^p\.clipu?$/.test(entry.name) && letter === 'bi'
      ? address(bitsOf(word, 20, 5))
      : operand[letter]!(word, pc),
  );
  return `${entry.name} ${operands}`;
};

const ours = (word: number, pc: number): string => {
  const decoded = decoder.decode(word);
  return decoded ? disassemble(decoded, pc).replace(/ +/g, ' ') : '(illegal)';
};

/** Bits 11..8 of the loop instructions carry nothing: zero in every assembled word. */
const loopBits = (entry: Entry): number => (entry.name.startsWith('lp.') ? 0xf00 : 0);
const matches = (entry: Entry, word: number): boolean =>
  ((word & (entry.mask | loopBits(entry))) ^ entry.match) === 0;

describe('XpulpV2', () => {
  it('has each instruction of the assembler once, with the same bits', () => {
    const key = (name: string, match: number, mask: number): string =>
      `${name} ${match.toString(16)} ${mask.toString(16)}`;
    const theirs = own.map((entry) =>
      key(entry.name, entry.match, (entry.mask | loopBits(entry)) >>> 0),
    );
    const mine = older.map(({ name, match, mask }) => key(name, match >>> 0, mask >>> 0));
    expect(mine.toSorted()).toEqual(theirs.toSorted());
  });

  it('disassembles random operands of each instruction as its operand string says', () => {
    const random = generator(51);
    const wrong = own.flatMap((entry) =>
      Array.from({ length: 40 }, () => {
        const word = ((random() & ~entry.mask & ~loopBits(entry)) | entry.match) >>> 0;
        // An instruction with more fixed bits may lie inside the free ones of this: it is drawn by itself.
        const inner = own.some(
          (other) => other !== entry && other.mask !== entry.mask && matches(other, word),
        );
        const pc = 0x1c008000;
        return {
          word: word.toString(16),
          ours: ours(word, pc),
          theirs: inner ? '' : textOf(entry, word, pc),
        };
      }).filter((row) => row.theirs !== '' && row.ours !== row.theirs),
    );
    expect(wrong.slice(0, 20)).toEqual([]);
  });

  it('takes as legal what the assembler or the base ISA has, of a million random words', () => {
    const random = generator(52);
    const opcodes = [0x03, 0x0b, 0x23, 0x2b, 0x33, 0x57, 0x5b, 0x63, 0x7b, 0x13];
    const byOpcode = new Map(
      opcodes.map((opcode) => [opcode, table.filter(({ match }) => (match & 0x7f) === opcode)]),
    );
    const wrong: string[] = [];
    let legal = 0;
    for (let i = 0; i < 1_000_000; i++) {
      const opcode = opcodes[i % opcodes.length]!;
      let word = (random() & ~0x7f) | opcode;
      // Half of the words get an assembled funct7, which chance would seldom hit.
      if (i % 20 >= 10) {
        const list = byOpcode.get(opcode)!;
        const entry = list[random() % Math.max(list.length, 1)];
        if (entry) word = (word & ~(0xfe00_0000 & entry.mask)) | (entry.match & 0xfe00_0000);
      }
      word >>>= 0;
      const expected =
        byOpcode.get(opcode)!.some((entry) => matches(entry, word)) ||
        base.decode(word) !== undefined;
      if (expected) legal++;
      if ((decoder.decode(word) !== undefined) !== expected) wrong.push(word.toString(16));
    }
    expect(wrong.slice(0, 10)).toEqual([]);
    expect(legal).toBeGreaterThan(200_000);
    expect(legal).toBeLessThan(900_000);
  });

  it('prefers the instruction with more fixed bits where two fit', () => {
    // p.addnr lies in what p.addn leaves open only by its bit 30; p.bitrev beside p.bset.
    expect(ours(0x40c5_255b, 0)).toBe('p.addnr a0,a0,a2');
    expect(ours(0x00c5_255b, 0)).toBe('p.addn a0,a0,a2,0');
  });

  it('names no CORE-V instruction, and CORE-V none of these', () => {
    const coreV = createDecoder(extensionsOf('rv32imc_xcv'));
    const simd = older.find(({ name }) => name === 'pv.add.b')!;
    expect(coreV.decode(simd.match)).toBeUndefined();
    expect(decoder.decode(rows.find(({ name }) => name === 'cv.slet')!.match)).toBeUndefined();
  });

  it('lacks only the loop bounds in registers, which came with CORE-V', () => {
    const only = rows.filter((row) => row.extension.startsWith('xcv') && row.pulp === undefined);
    expect(only.map(({ name }) => name)).toEqual(['cv.start', 'cv.end']);
  });
});
