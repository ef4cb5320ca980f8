import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../emulator/isa/decoder.js';
import { disassemble } from '../../emulator/isa/disassembler.js';
import { compressedRows, extensionsOf, rows } from '../../emulator/isa/table.js';
import { emitInterpreter, emitRegisterFamilies } from '../../emulator/hart/emit.js';
import { csrByAddress } from '../../emulator/isa/csr.js';
import { readFileSync } from 'node:fs';
import { hasObjdump, objdump, objdumpHint } from './objdump.js';

const decoder = createDecoder(extensionsOf('rv32imc'));

/** Small deterministic generator (xorshift32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Ours in the form that objdump prints: one blank, CSR names, hexadecimal upper immediates. */
const ours = (word: number, address: number): string => {
  const decoded = decoder.decode(word);
  return decoded ? disassemble(decoded, address).replace(/\s+/g, ' ') : 'illegal';
};

/** What objdump prints of the same thing in another way. */
function normalise(text: string): string {
  return text
    .replace(/ <.*>$/, '')
    .replace(/ # .*$/, '')
    .replace(/^(fence|fence\.i)\b.*$/, '$1')
    .replace(/^c\.addi zero,0$/, 'c.nop')
    .replace(/^c\.(s..i)64 (\w+)$/, 'c.$1 $2,0x0');
}

describe('instruction table', () => {
  it('has no two rows that claim the same word', () => {
    for (const [i, a] of rows.entries()) {
      for (const b of rows.slice(i + 1)) {
        const common = a.mask & b.mask;
        expect((a.match & common) === (b.match & common), `${a.name} and ${b.name}`).toBe(false);
      }
    }
  });

  it('has no compressed row that can never match, and no bit of match outside its mask', () => {
    for (const row of compressedRows) {
      expect(row.match & ~row.mask, row.name).toBe(0);
      let first: string | undefined;
      for (let bits = 0; bits < 65536 && first !== row.name; bits++) {
        if ((bits & row.mask) === row.match)
          first = decoder.decode(bits)?.compressed?.name ?? first;
      }
      expect(first, row.name).toBe(row.name);
    }
  });

  it('is what the committed interpreter was generated from', () => {
    const read = (path: string): string =>
      readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    const template = read('emulator/hart/execute.template');
    const ideal = emitInterpreter(template, { cached: false, observed: false });
    expect(read('emulator/hart/generated/execute.ts')).toBe(ideal);
    const cached = emitInterpreter(template, { cached: true, observed: false });
    expect(read('emulator/hart/generated/execute-cached.ts')).toBe(cached);
    expect(ideal).not.toContain('resident');
    const observed = emitInterpreter(template, { cached: true, observed: true });
    expect(read('emulator/hart/generated/execute-observed.ts')).toBe(observed);
    expect(cached).not.toContain('arrived');
    const families = emitRegisterFamilies(read('emulator/hart/execute-registers.template'));
    expect(read('emulator/hart/generated/execute-registers.ts')).toBe(families);
  });

  it('switches extensions off: without xcv an event load is illegal', () => {
    expect(createDecoder(extensionsOf('rv32imc')).decode(0x0045350b)).toBeUndefined();
    expect(createDecoder(extensionsOf('rv32imc_xcv')).decode(0x0045350b)?.row.name).toBe('cv.elw');
  });
});

describe('against GNU binutils', () => {
  if (!hasObjdump()) {
    it('needs objdump', ({ skip }) => {
      if (process.env['OCTOBAR_ALLOW_MISSING'] !== '1') expect.fail(objdumpHint);
      skip(`not run: ${objdumpHint}`);
    });
    return;
  }

  it('every legal 16-bit encoding prints the same', () => {
    const words = Array.from({ length: 65536 }, (_, bits) => bits).filter(
      (bits) => (bits & 3) !== 3,
    );
    const legal = words.filter((bits) => decoder.decode(bits) !== undefined);
    const theirs = objdump(legal, 2);
    const wrong = legal
      .map((bits, index) => ({
        bits,
        ours: ours(bits, index * 2),
        theirs: normalise(theirs[index]!),
      }))
      .filter((row) => row.ours !== row.theirs);
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(legal.length).toBeGreaterThan(28_000);
  });

  it('random operands of every 32-bit row print the same', () => {
    const random = generator(7);
    const base = rows.filter((row) => !row.extension.startsWith('xcv') && row.timing !== 'fence');
    const words = base
      .flatMap((row) =>
        Array.from({ length: 200 }, () => ((random() & ~row.mask) | row.match) >>> 0),
      )
      .filter(
        (word) =>
          (word & 0x7f) !== 0x73 ||
          (word & 0x3000) === 0 ||
          csrByAddress.get(word >>> 20)?.coreV === false,
      );
    // CSR numbers are drawn from those that exist here, since binutils names many more.
    // Those of CORE-V have no names there.
    const csrs = [...csrByAddress.values()].filter((row) => !row.coreV).map((row) => row.address);
    for (const row of base.filter((entry) => entry.timing === 'csr')) {
      for (const csr of csrs)
        words.push(((random() & 0xfffff & ~row.mask) | row.match | (csr << 20)) >>> 0);
    }
    const theirs = objdump(words, 4);
    const wrong = words
      .map((word, index) => ({
        word: word.toString(16),
        ours: ours(word, index * 4),
        theirs: normalise(theirs[index]!),
      }))
      .filter((row) => row.ours !== row.theirs);
    expect(wrong.slice(0, 20)).toEqual([]);
  });

  it('random words are legal here exactly when binutils knows them as RV32IM with Zicsr and Zifencei', () => {
    const known = new Set(rows.map((row) => row.name));
    const random = generator(99);
    // Words that start an encoding of 48 bits or more would make objdump swallow their neighbours. Fences
    // with reserved fields are fences by the specification, but data for binutils.
    const words = Array.from({ length: 60_000 }, () => (random() | 3) >>> 0)
      .filter((word) => (word & 0x1c) !== 0x1c)
      .filter((word) => (word & 0x7f) !== 0x0f)
      // A raw binary has no XLEN: binutils takes shifts by 32 and more for RV64's.
      .filter((word) => (word & 0x0200_307f) >>> 0 !== 0x0200_1013);
    const theirs = objdump(words, 4);
    const wrong = words
      .map((word, index) => ({
        word: word.toString(16),
        ours: ours(word, 0).split(' ')[0]!,
        theirs: theirs[index]!.split(' ')[0]!,
      }))
      .filter((row) => (row.ours === 'illegal' ? known.has(row.theirs) : row.ours !== row.theirs));
    expect(wrong.slice(0, 20)).toEqual([]);
  });
});
