/** Inlined calls against two independent readers of DWARF: binutils and LLVM. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { InlineTable, LineTable, parseElf, SymbolTable } from '../../src/loader/index.js';
import type { ElfFile } from '../../src/loader/index.js';
import { sampleElf } from './files.js';
import { mutate, randomFrom } from './mutate.js';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'octobar-inlining-'));
afterAll(() => rmSync(folder, { recursive: true }));

const base = (file: string): string => file.slice(file.lastIndexOf('/') + 1);
/** The compiler marks parts of functions in symbols, the debug data do not; nobody shows line 0. */
const plain = (frame: string): string =>
  frame.replace(/\.(part|constprop|isra)\.\d+/, '').replace(/:0$/, ':?');

/** Frames of an address as we read them, innermost first: `function file:line`. */
function ours(elf: ElfFile): (pc: number) => string[] {
  const inlining = InlineTable.of([elf]);
  expect(inlining.problem).toBeUndefined();
  const lines = LineTable.of([elf]);
  const symbols = SymbolTable.of([elf]);
  return (pc) => {
    const row = lines.at(pc);
    let place = row ? `${base(row.file)}:${row.line}` : '??:?';
    const frames: string[] = [];
    for (let call = inlining.at(pc); call !== undefined; call = call.outer) {
      frames.push(plain(`${call.name} ${place}`));
      place = `${base(call.callFile)}:${call.callLine}`;
    }
    return [...frames, plain(`${symbols.at(pc)?.name} ${place}`)];
  };
}

function theirs(tool: string, file: string, pcs: readonly number[]): string[][] {
  const output = execFileSync(tool, ['-f', '-i', '-a', '-e', file], {
    input: pcs.map((pc) => `${pc.toString(16)}\n`).join(''),
    maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'ignore'],
  }).toString();
  return output
    .split(/^0x[0-9a-f]+\n/m)
    .slice(1)
    .map((text) => {
      const rows = text.split('\n').filter((row) => row !== '');
      return rows.flatMap((name, i) =>
        i % 2 === 1 ? [] : [plain(`${name} ${base(rows[i + 1].replace(/ \(disc.*/, ''))}`)],
      );
    });
}

function functionAddresses(elf: ElfFile): number[] {
  return SymbolTable.of([elf])
    .functions()
    .flatMap(({ address, size }) => Array.from({ length: size >> 1 }, (_, i) => address + 2 * i));
}

function expectSameFrames(tool: string, file: string, atLeast: number): void {
  const elf = parseElf(new Uint8Array(readFileSync(file)), base(file));
  const pcs = functionAddresses(elf);
  const read = ours(elf);
  const frames = pcs.map(read);
  expect(frames.filter(({ length }) => length > 1).length).toBeGreaterThan(atLeast);
  expect(frames).toEqual(theirs(tool, file, pcs));
}

describe('names, places and ranges', () => {
  const prebuilt = path('../../firmware/prebuilt/lenet.elf');

  it('are those of binutils, for a program by gcc (DWARF 5)', () =>
    expectSameFrames('riscv64-unknown-elf-addr2line', prebuilt, 1000));

  it('are those of LLVM for the same', () => expectSameFrames('llvm-addr2line-19', prebuilt, 1000));

  it.each([4, 5])('are those of LLVM, for one by clang (DWARF %i)', (version) => {
    const file = join(folder, `clang${version}.elf`);
    const target = ['--target=riscv32-unknown-elf', '-march=rv32imc', '-mabi=ilp32'];
    const link = ['-nostdlib', '-fuse-ld=lld', '-T', path('data/lines.ld')];
    const flags = ['-O2', `-gdwarf-${version}`, '-ffreestanding'];
    execFileSync('clang-19', [...target, ...flags, ...link, path('data/lines.c'), '-o', file]);
    expectSameFrames('llvm-addr2line-19', file, 5);
  });

  it.each([4, 5])('are those of binutils, for a small program by gcc (DWARF %i)', (version) => {
    const file = path(`data/lines-dwarf${version}.elf`);
    expectSameFrames('riscv64-unknown-elf-addr2line', file, 5);
  });
});

describe.each([4, 5])('damaged debug data, DWARF %i', (version) => {
  const elf = sampleElf(version);
  const names = ['.debug_info', '.debug_abbrev', '.debug_rnglists', '.debug_ranges', '.debug_str'];
  const damaged = (name: string, change: (data: Uint8Array) => Uint8Array): ElfFile => ({
    ...elf,
    sections: elf.sections.map((s) => (s.name === name ? { ...s, data: change(s.data) } : s)),
  });

  it('is reported, and does not stop anything', () => {
    const cut = damaged('.debug_info', (data) => data.slice(0, data.length - 5));
    expect(InlineTable.of([cut]).problem).toMatch(/inlined functions are incomplete/);
    const empty = damaged('.debug_abbrev', () => new Uint8Array(0));
    expect(InlineTable.of([empty]).problem).toMatch(/inlined functions are incomplete/);
  });

  it('never throws nor hangs, nor makes endless chains', () => {
    const random = randomFrom(0x1de);
    let problems = 0;
    for (let i = 0; i < 2000; i++) {
      const table = InlineTable.of([damaged(names[i % names.length], (d) => mutate(d, random))]);
      if (table.problem !== undefined) problems++;
      for (let pc = 0x1c000000; pc < 0x1c000080; pc += 16) {
        let depth = 0;
        for (let call = table.at(pc); call !== undefined; call = call.outer) depth++;
        expect(depth).toBeLessThan(100);
      }
    }
    expect(problems).toBeGreaterThan(100);
  });
});

it('tables that units share in pieces are not read for ever', () => {
  // Units of 16 bytes, each with abbreviations that begin a byte further on and go to the end.
  const count = 20_000;
  const abbreviations = new Uint8Array(count + 64).fill(1);
  const info = new Uint8Array(16 * count);
  const view = new DataView(info.buffer);
  for (let unit = 0; unit < count; unit++) {
    view.setUint32(16 * unit, 12, true);
    view.setUint16(16 * unit + 4, 4, true);
    view.setUint32(16 * unit + 6, unit, true);
    view.setUint8(16 * unit + 10, 4);
  }
  const elf = sampleElf(4);
  const section = elf.sections.find(({ name }) => name === '.debug_info')!;
  const hostile = {
    ...elf,
    sections: [
      { ...section, data: info },
      // 1 1 1: code, tag and children; 1 1: an attribute; 0 0 end the attributes, 0 the table.
      { ...section, name: '.debug_abbrev', data: abbreviations.fill(0, count + 8) },
    ],
  };
  expect(InlineTable.of([hostile]).problem).toMatch(/tables overlap/);
});

it('an image without debug data has no inlined calls', () => {
  const table = InlineTable.of([{ ...sampleElf(), sections: [] }]);
  expect(table.at(0x1c000000)).toBeUndefined();
  expect(table.problem).toBeUndefined();
});
