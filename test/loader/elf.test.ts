import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { parseElf, findSection } from '../../src/loader/index.js';
import { fileText, patched, sample } from './files.js';

function failure(bytes: Uint8Array): OctobarError {
  try {
    parseElf(bytes, 'x.elf');
  } catch (error) {
    if (error instanceof OctobarError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

const programHeader = (bytes: Uint8Array, index: number): number =>
  new DataView(bytes.buffer).getUint32(28, true) + 32 * index;

const sectionHeaders = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer).getUint32(32, true);

describe('a good executable', () => {
  const elf = parseElf(sample(), 'x.elf');

  it('gives entry and segments where the linker script put them', () => {
    // lines.ld: code at 0x1c000000 starting with _start, `table` (4 words) at 0x10000000, `total` behind it.
    expect(elf.entry).toBe(0x1c000000);
    const code = elf.segments.find((s) => s.executable);
    expect(code?.address).toBe(0x1c000000);
    const data = elf.segments.find((s) => s.address === 0x10000000);
    expect(data && [...new Int32Array(data.data.slice().buffer)]).toEqual([1, 2, 3, 4]);
    expect(data?.zeroes).toBe(4);
  });

  it('gives sections by name', () => {
    expect(findSection(elf, '.text')?.address).toBe(0x1c000000);
    expect(findSection(elf, '.bss')?.data.length).toBe(0);
    expect(findSection(elf, '.bss')?.size).toBe(4);
    expect(findSection(elf, '.ima.0')).toBeUndefined();
  });

  it('may lack section headers, as stripped images do', () => {
    for (const bytes of [patched(sample(), 32, 0, 4), patched(sample(), 48, 0, 2)]) {
      const bare = parseElf(bytes, 'x.elf');
      expect(bare.sections).toEqual([]);
      expect(bare.entry).toBe(0x1c000000);
      expect(bare.segments.map((s) => s.address)).toEqual(elf.segments.map((s) => s.address));
    }
  });

  it('may be a view into a larger buffer', () => {
    const bytes = sample();
    const larger = new Uint8Array(bytes.length + 7);
    larger.set(bytes, 7);
    expect(parseElf(larger.subarray(7), 'x.elf').entry).toBe(0x1c000000);
  });

  it('needs no entry when it holds data only', () => {
    const bytes = sample();
    let data = patched(bytes, 24, 0, 4);
    // The flags of every segment become read-write.
    for (const index of [0, 1, 2]) {
      if (index < new DataView(bytes.buffer).getUint16(44, true)) {
        data = patched(data, programHeader(bytes, index) + 24, 6, 4);
      }
    }
    expect(parseElf(data, 'x.elf').entry).toBeUndefined();
  });
});

describe('a bad file says what is wrong and what to do', () => {
  const bytes = sample();
  const load = [0, 1, 2]
    .map((i) => programHeader(bytes, i))
    .find((at) => new DataView(bytes.buffer).getUint32(at, true) === 1)!;

  it.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(0), /not an ELF/],
    ['text', new TextEncoder().encode(fileText('lines.c')), /not an ELF/],
    ['header cut', bytes.slice(0, 40), /header is cut/],
    ['64 bit', patched(bytes, 4, 2, 1), /not a 32-bit/],
    ['big-endian', patched(bytes, 5, 2, 1), /little-endian/],
    ['version', patched(bytes, 6, 0, 1), /version/],
    ['object file', patched(bytes, 16, 1, 2), /relocatable object/],
    ['shared object', patched(bytes, 16, 3, 2), /shared object/],
    ['ARM', patched(bytes, 18, 40, 2), /machine 40 is not RISC-V \(243\)/],
    ['double-float ABI', patched(bytes, 36, 5, 4), /floating-point ABI/],
    ['no segments', patched(bytes, 44, 0, 2), /no program headers/],
    ['segment header size', patched(bytes, 42, 56, 2), /56 bytes instead of 32/],
    ['segment headers outside', patched(bytes, 28, bytes.length - 8, 4), /lie outside/],
    ['segment headers far outside', patched(bytes, 28, 0xfffffff0, 4), /lie outside/],
    ['too many segments', patched(bytes, 44, 65_535, 2), /too many/],
    ['section headers outside', patched(bytes, 32, bytes.length, 4), /lie outside/],
    ['name table missing', patched(bytes, 50, 200, 2), /name table does not exist/],
    ['name table no strings', patched(bytes, 50, 1, 2), /not strings/],
    ['segment cut', patched(bytes, load + 16, bytes.length, 4), /cut off/],
    ['file larger than memory', patched(bytes, load + 20, 1, 4), /only 1 in memory/],
    ['wrap-around', patched(bytes, load + 12, 0xfffffffe, 4), /wraps around/],
    ['dynamic linking', patched(bytes, load, 3, 4), /dynamic linker/],
    ['entry outside', patched(bytes, 24, 0x1c001000, 4), /entry 0x1c001000/],
    ['entry odd', patched(bytes, 24, 0x1c000001, 4), /entry 0x1c000001/],
    ['section outside', patched(bytes, sectionHeaders(bytes) + 40 + 16, 0xfffff000, 4), /section/],
  ])('%s', (_, file, message) => {
    const error = failure(file);
    expect(error.code).toBe('image');
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^x\.elf: /);
    expect(error.context.hint).toBeTruthy();
  });

  it('rejects segments that overlap', () => {
    const loads = [0, 1, 2]
      .map((i) => programHeader(bytes, i))
      .filter((at) => new DataView(bytes.buffer).getUint32(at, true) === 1);
    expect(loads.length).toBe(2);
    const address = new DataView(bytes.buffer).getUint32(loads[0] + 12, true);
    const both = patched(patched(bytes, loads[1] + 12, address, 4), loads[1] + 8, address, 4);
    expect(failure(both).message).toMatch(/overlap/);
  });

  it('rejects a demand for more memory than any machine has', () => {
    const greedy = patched(bytes, load + 20, 0x20000000, 4);
    expect(failure(greedy).message).toMatch(/too many|wraps around|overlap/);
  });
});
