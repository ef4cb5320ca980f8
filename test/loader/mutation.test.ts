import { expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { LineTable, SymbolTable, parseElf } from '../../src/loader/index.js';
import { fileBytes } from './files.js';
import { mutate, randomFrom } from './mutate.js';

const files = 10_000;

it(`${files} mutated ELF files are either loaded or refused with a reason`, () => {
  const originals = [fileBytes('lines-dwarf4.elf'), fileBytes('lines-dwarf5.elf')];
  const random = randomFrom(0x0c70ba5);
  let accepted = 0;
  let refused = 0;
  globalThis.gc?.();
  const before = process.memoryUsage();
  for (let i = 0; i < files; i++) {
    const bytes = mutate(originals[i % originals.length], random);
    try {
      const elf = parseElf(bytes, 'mutated.elf');
      for (const segment of elf.segments) {
        // What is accepted is whole: inside the file, inside the address space.
        expect(segment.address + segment.data.length + segment.zeroes).toBeLessThanOrEqual(2 ** 32);
        expect(segment.data.length).toBeLessThanOrEqual(bytes.length);
      }
      SymbolTable.of([elf]).describe(elf.entry ?? 0);
      LineTable.of([elf]).describe(elf.entry ?? 0);
      accepted++;
    } catch (error) {
      if (!(error instanceof OctobarError)) throw error;
      expect(error.code).toBe('image');
      expect(error.context.hint).toBeTruthy();
      refused++;
    }
  }
  const after = process.memoryUsage();
  expect(accepted + refused).toBe(files);
  // Both ways are really taken, or the test would test nothing.
  expect(accepted).toBeGreaterThan(files / 20);
  expect(refused).toBeGreaterThan(files / 20);
  // 10,000 files of 11 kB are 110 MB; a leak of a tenth of that would show here.
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  expect(grown).toBeLessThan(256 << 20);
});
