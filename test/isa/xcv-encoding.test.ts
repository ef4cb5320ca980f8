import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../emulator/isa/decoder.js';
import { disassemble } from '../../emulator/isa/disassembler.js';
import { extensionsOf, rows } from '../../emulator/isa/table.js';
import { assembleByLlvm, disassembleByLlvm, hasLlvm, llvmHint } from './llvm.js';
import { compareWithLlvm, coreVWords, generator, oursAsLlvm } from './xcv-oracle.js';

const decoder = createDecoder(extensionsOf('rv32imc_xcv'));
const coreV = rows.filter(({ extension }) => extension.startsWith('xcv'));
const known = coreV.filter(({ extension }) => extension !== 'xcvhwlp');

/** Bits of the manual's tables that are zero although LLVM's disassembler takes any (its assembler does not). */
const reserved: readonly (readonly [RegExp, number])[] = [
  [/^cv\.bitrev$/, 0x3800_0000],
  [/^cv\.(srl|sra|sll)\.sci\.h$/, 0x0180_0000],
  [/^cv\.(srl|sra|sll)\.sci\.b$/, 0x01c0_0000],
  [/^cv\.(extractu?|insert)\.h$/, 0x01f0_0000],
  [/^cv\.((extractu?|insert)\.b|shuffle\.sci\.h)$/, 0x01e0_0000],
];
const reservedBits = (name: string): number =>
  reserved.find(([pattern]) => pattern.test(name))?.[1] ?? 0;

describe('against LLVM 19', () => {
  if (!hasLlvm()) {
    it('needs llvm-mc-19 and llvm-objdump-19', ({ skip }) => {
      if (process.env['OCTOBAR_ALLOW_MISSING'] !== '1') expect.fail(llvmHint);
      skip(`not run: ${llvmHint}`);
    });
    return;
  }

  it('random operands of every row decode to the same text', () => {
    const random = generator(11);
    const words = known.flatMap((row) =>
      Array.from({ length: 40 }, () => ((random() & ~row.mask) | row.match) >>> 0),
    );
    const theirs = disassembleByLlvm(words);
    const wrong = words
      .map((word, index) => ({
        word: word.toString(16),
        ours: oursAsLlvm(decoder, word, 4 * index),
        theirs: theirs[index]!,
      }))
      .filter((row) => row.ours !== row.theirs);
    expect(theirs).toHaveLength(words.length);
    expect(wrong.slice(0, 20)).toEqual([]);
  });

  it('our text of every row assembles to the word it came from', () => {
    const random = generator(12);
    const words = known.flatMap((row) =>
      Array.from(
        { length: 10 },
        () => ((random() & ~row.mask & ~reservedBits(row.name)) | row.match) >>> 0,
      ),
    );
    // A branch takes the place where it stands as its target's origin.
    const lines = words.map((word) => {
      const decoded = decoder.decode(word)!;
      const text = disassemble(decoded, 0).replace(/0x([0-9a-f]+)$/, String(decoded.imm));
      return decoded.row.timing === 'branch' ? text : disassemble(decoded, 0);
    });
    const assembled = assembleByLlvm(lines);
    const wrong = words
      .map((word, index) => ({ line: lines[index]!, word, theirs: assembled[index] }))
      .filter((row) => row.word !== row.theirs);
    expect(wrong.slice(0, 20)).toEqual([]);
  });

  it('50,000 random words of the four custom opcodes agree on legal or illegal and on operands', () => {
    // The soak (`npx tsx test/isa/xcv-soak.ts`) compares a million.
    expect(compareWithLlvm(decoder, coreVWords(50_000, 13)).slice(0, 20)).toEqual([]);
  });
});

describe('hardware loops, which LLVM does not know', () => {
  /** Words put together from the encoding table of the manual: immediate, rs1, funct4, loop. */
  const word = (immediate: number, rs1: number, funct4: number, loop: number): number =>
    ((immediate << 20) | (rs1 << 15) | (4 << 12) | (funct4 << 8) | (loop << 7) | 0x2b) >>> 0;
  const text = (bits: number): string =>
    disassemble(decoder.decode(bits)!, 0x1000).replace(/\s+/g, ' ');

  it('decode and print', () => {
    expect(text(word(3, 0, 0, 0))).toBe('cv.starti 0,0x100c');
    expect(text(word(0, 10, 1, 1))).toBe('cv.start 1,a0');
    expect(text(word(0xfff, 0, 2, 1))).toBe('cv.endi 1,0x4ffc');
    expect(text(word(0, 11, 3, 0))).toBe('cv.end 0,a1');
    expect(text(word(4095, 0, 4, 0))).toBe('cv.counti 0,4095');
    expect(text(word(0, 12, 5, 1))).toBe('cv.count 1,a2');
    expect(text(word(100, 31, 6, 0))).toBe('cv.setupi 0,100,0x107c');
    expect(text(word(20, 13, 7, 1))).toBe('cv.setup 1,a3,0x1050');
  });

  it('are illegal with bits set that must be zero, and beyond the eighth form', () => {
    const illegal = [
      ...[0, 2, 4].map((form) => word(1, 1, form, 0)),
      ...[1, 3, 5].map((form) => word(1, 1, form, 0)),
      ...[8, 9, 12, 15].map((form) => word(0, 0, form, 0)),
    ];
    expect(illegal.map((bits) => decoder.decode(bits))).toEqual(illegal.map(() => undefined));
  });
});

describe('isa', () => {
  it('rv32imc has none of CORE-V, rv32imc_xcv all', () => {
    const plain = createDecoder(extensionsOf('rv32imc'));
    for (const row of coreV) {
      expect(plain.decode(row.match >>> 0), row.name).toBeUndefined();
      expect(decoder.decode(row.match >>> 0)?.row, row.name).toBe(row);
    }
  });
});
