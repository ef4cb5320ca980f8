import { describe, expect, it } from 'vitest';
import { LineTable } from '../../src/loader/index.js';
import type { ElfFile } from '../../src/loader/index.js';
import { fileText, sampleElf } from './files.js';
import { mutate, randomFrom } from './mutate.js';

interface Row {
  file: string;
  line: number;
  address: number;
}

/** Rows of `objdump --dwarf=decodedline`; its end-of-sequence rows carry `-` for the line. */
function decodedLines(text: string): Row[] {
  return text.split('\n').flatMap((row) => {
    const match = /^(\S+)\s+(\d+)\s+0x([0-9a-f]+)\b/.exec(row);
    return match ? [{ file: match[1], line: +match[2], address: parseInt(match[3], 16) }] : [];
  });
}

const key = (row: Row): string => `${row.address.toString(16)} ${row.file}:${row.line}`;

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

describe.each([4, 5])('DWARF %i', (version) => {
  const table = LineTable.of([sampleElf(version)]);

  it('gives the rows that binutils prints, all of them', () => {
    const ours = table.sequences.flatMap((sequence) =>
      sequence.rows.map((row) => ({ ...row, file: baseName(row.file) })),
    );
    const theirs = decodedLines(fileText(`lines-dwarf${version}.txt`));
    expect(theirs.length).toBeGreaterThan(25);
    // Both keep the order inside a sequence; sequences may come in another order.
    expect(ours.map(key).toSorted()).toEqual(theirs.map(key).toSorted());
  });

  it('finds the line of an address inside a row, and of inlined code its own file', () => {
    // 0x1c000018 lies in the two-instruction row of line 10 (0x1c000016 up to 0x1c00001a).
    expect(table.describe(0x1c000018)).toBe('lines.c:10');
    expect(table.describe(0x1c00003e)).toBe('shapes.h:4');
    expect(table.at(0x1c00003e)?.file).toMatch(/shapes\.h$/);
  });

  it('ends where the code ends', () => {
    expect(table.describe(0x1c00005e)).toBe('lines.c:37');
    expect(table.describe(0x1c000060)).toBeUndefined();
    expect(table.describe(0x10000000)).toBeUndefined();
  });

  it('reports no problem', () => expect(table.problem).toBeUndefined());
});

describe('damaged debug data', () => {
  const elf = sampleElf();
  const withLines = (data: Uint8Array): ElfFile => ({
    ...elf,
    sections: elf.sections.map((s) => (s.name === '.debug_line' ? { ...s, data } : s)),
  });
  const good = elf.sections.find((s) => s.name === '.debug_line')!.data;

  it('is reported, and does not stop anything', () => {
    const table = LineTable.of([withLines(good.slice(0, good.length - 5))]);
    expect(table.problem).toMatch(/lines-dwarf5\.elf: source lines are incomplete/);
  });

  it('never throws nor hangs, 2000 times', () => {
    const random = randomFrom(20_250_601);
    for (let i = 0; i < 2000; i++) {
      const table = LineTable.of([withLines(mutate(good, random))]);
      table.describe(0x1c000018);
    }
  });
});

it('an image without debug data has no lines', () => {
  const table = LineTable.of([{ ...sampleElf(), sections: [] }]);
  expect(table.at(0x1c000000)).toBeUndefined();
  expect(table.problem).toBeUndefined();
});
