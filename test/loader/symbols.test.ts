import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { SymbolTable, findSection } from '../../src/loader/index.js';
import type { ElfFile } from '../../src/loader/index.js';
import { sampleElf } from './files.js';

describe('the symbols of the sample', () => {
  // Addresses as riscv64-unknown-elf-nm prints them for lines-dwarf5.elf.
  const table = SymbolTable.of([sampleElf()]);

  it('are found by name', () => {
    expect(table.find('_start')).toMatchObject([{ address: 0x1c000000, kind: 'function' }]);
    expect(table.find('main')).toMatchObject([{ address: 0x1c000026, kind: 'function' }]);
    expect(table.find('table')).toMatchObject([{ address: 0x10000000, size: 16, kind: 'object' }]);
    expect(table.find('total')).toMatchObject([{ address: 0x10000010, size: 4, kind: 'object' }]);
    expect(table.find('nothing')).toEqual([]);
  });

  it('describe addresses inside functions and objects', () => {
    expect(table.describe(0x1c000026)).toBe('main');
    expect(table.describe(0x1c000042)).toBe('main+0x1c');
    expect(table.describe(0x1000000c)).toBe('table+0xc');
  });

  it('describe nothing outside', () => {
    expect(table.describe(0x1c008000)).toBeUndefined();
    expect(table.describe(0)).toBeUndefined();
  });

  it('hide the marks of the assembler', () => {
    expect(table.allNames().filter((name) => name.startsWith('$'))).toEqual([]);
  });

  it('list functions in address order', () => {
    expect(table.functions().map((f) => f.name)).toEqual(['_start', 'sum', 'main']);
  });
});

describe('labels without a size', () => {
  // Hand-made: a section of 0x40 bytes at 0x100, labels a (0x100) and b (0x110), function f (0x120, 8 bytes).
  const entries: [name: number, value: number, size: number, info: number][] = [
    [1, 0x100, 0, 0x10],
    [3, 0x110, 0, 0x00],
    [5, 0x120, 8, 0x12],
    [7, 0x124, 0, 0x00],
  ];
  const data = new Uint8Array(16 * (entries.length + 1));
  const view = new DataView(data.buffer);
  entries.forEach(([name, value, size, info], i) => {
    view.setUint32(16 * (i + 1), name, true);
    view.setUint32(16 * (i + 1) + 4, value, true);
    view.setUint32(16 * (i + 1) + 8, size, true);
    view.setUint8(16 * (i + 1) + 12, info);
    view.setUint16(16 * (i + 1) + 14, 1, true);
  });
  const base = { address: 0, size: 0, executable: false, link: 0, entrySize: 0 };
  const elf = (link: number, entrySize = 16): ElfFile => ({
    name: 'hand.elf',
    entry: 0x100,
    segments: [],
    sections: [
      { ...base, name: '', type: 'null', data: new Uint8Array(0) },
      {
        ...base,
        name: '.text',
        type: 'progbits',
        address: 0x100,
        size: 0x40,
        data: new Uint8Array(64),
      },
      { ...base, name: '.symtab', type: 'symtab', link, entrySize, data },
      {
        ...base,
        name: '.strtab',
        type: 'strtab',
        data: new TextEncoder().encode('\0a\0b\0f\0g\0'),
      },
    ],
  });
  const table = SymbolTable.of([elf(3)]);

  it('reach to the next symbol', () => {
    expect(table.describe(0x10e)).toBe('a+0xe');
    expect(table.describe(0x110)).toBe('b');
  });

  it('give way to the function around them', () => {
    expect(table.describe(0x126)).toBe('f+0x6');
  });

  it('end with their section', () => {
    expect(table.describe(0x13e)).toBe('g+0x1a');
    expect(table.describe(0x140)).toBeUndefined();
  });

  it('of a damaged table are an error of the image', () => {
    for (const broken of [elf(1), elf(99), elf(3, 24)]) {
      expect(() => SymbolTable.of([broken])).toThrow(OctobarError);
    }
  });
});

it('an image without symbols gives an empty table', () => {
  const elf = { ...sampleElf(), sections: [] };
  expect(findSection(elf, '.symtab')).toBeUndefined();
  expect(SymbolTable.of([elf]).at(0x1c000000)).toBeUndefined();
});
