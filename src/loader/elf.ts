/**
 * ELF files as the emulator takes them: 32-bit little-endian RISC-V executables.
 *
 * elfy decodes the structures; it neither checks ranges nor knows RISC-V, cuts truncated
 * segments silently and throws four kinds of errors. So every field it acts on is checked
 * before it runs, every range after it, and whatever it throws becomes one error `image`.
 */
import elfy from 'elfy';
import type { ElfyFile, ElfyProgram, ElfySection } from 'elfy';
import { OctobarError, hex } from '../../emulator/sim/error.js';

export interface ElfSegment {
  /** Load (physical) address: where a loader puts the bytes, as Spike and QEMU do. */
  readonly address: number;
  /** Bytes from the file. */
  readonly data: Uint8Array;
  /** Bytes after `data` to be cleared. */
  readonly zeroes: number;
  readonly executable: boolean;
}

export interface ElfSection {
  readonly name: string;
  readonly type: string | number;
  readonly address: number;
  /** Size in memory; `data` is empty for a section without bytes in the file. */
  readonly size: number;
  readonly executable: boolean;
  /** Index of the section this one refers to (the strings of a symbol table). */
  readonly link: number;
  readonly entrySize: number;
  readonly data: Uint8Array;
}

export interface ElfFile {
  /** Name for messages. */
  readonly name: string;
  /** First instruction; undefined in a file that holds data only. */
  readonly entry: number | undefined;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
}

/** Bounds that no bare-metal image reaches; beyond them a file is rejected before memory is spent on it. */
export const elfLimits = {
  fileBytes: 256 << 20,
  loadedBytes: 128 << 20,
  segments: 64,
  sections: 4096,
  sectionNameBytes: 1 << 16,
} as const;

const headerSize = 52;
const segmentHeaderSize = 32;
const sectionHeaderSize = 40;
const machineRiscV = 243;
const floatAbiMask = 0x6;

/** @throws OctobarError `image`, whatever the bytes are */
export function parseElf(bytes: Uint8Array, name = 'ELF file'): ElfFile {
  const fail = (reason: string, hint: string): never => {
    throw new OctobarError('image', `${name}: ${reason}`, { hint });
  };
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Callers get plain arrays: `slice` of a Buffer shares memory, of a Uint8Array it copies.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hasSections = checkHeader(file, fail);
  const parsed = decode(hasSections ? file : withEmptySectionTable(file), fail);
  const segments = parsed.body.programs
    .filter((program) => isLoaded(program, fail))
    .map((program) => toSegment(program, plain, fail));
  checkLayout(segments, fail);
  const sections = hasSections ? parsed.body.sections.map((s) => toSection(s, plain, fail)) : [];
  return { name, entry: checkEntry(parsed.entry, segments, fail), segments, sections };
}

export function findSection(elf: ElfFile, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name);
}

type Fail = (reason: string, hint: string) => never;

const rebuild =
  'build it with riscv64-unknown-elf-gcc -march=rv32imc -mabi=ilp32 and link it statically';
const damaged = 'the file is damaged or was copied incompletely; build or fetch it again';

/** Everything elfy would trust. Tells whether the file has a usable section table. */
function checkHeader(file: Buffer, fail: Fail): boolean {
  if (file.length > elfLimits.fileBytes) {
    fail(`${file.length} bytes are too many`, `the limit is ${elfLimits.fileBytes} bytes`);
  }
  if (file.length < 4 || file.readUInt32BE(0) !== 0x7f454c46) {
    fail('it is not an ELF file', 'give the linked executable, not a source, hex or binary file');
  }
  if (file.length < headerSize) fail('the ELF header is cut off', damaged);
  if (file[4] !== 1) fail('it is not a 32-bit ELF file', rebuild);
  if (file[5] !== 1) fail('it is not little-endian', rebuild);
  if (file[6] !== 1 || file.readUInt32LE(20) !== 1) fail('its ELF version is not 1', damaged);
  const type = file.readUInt16LE(16);
  if (type !== 2) {
    const what = ['none', 'a relocatable object', 'an executable', 'a shared object', 'a core'];
    const found = what[type] ?? `type ${type}`;
    fail(`it is ${found}, not a static executable`, 'link it, without -pie and -shared');
  }
  const machine = file.readUInt16LE(18);
  if (machine !== machineRiscV) {
    fail(`machine ${machine} is not RISC-V (${machineRiscV})`, rebuild);
  }
  if ((file.readUInt32LE(36) & floatAbiMask) !== 0) {
    fail('it uses a hardware floating-point ABI', 'the harts have no FPU: use -mabi=ilp32');
  }
  checkTable(file, fail, 'program', file.readUInt32LE(28), 42, segmentHeaderSize, 'segments');
  if (file.readUInt16LE(44) === 0) fail('it has no program headers', rebuild);
  if (file.readUInt32LE(32) === 0 || file.readUInt16LE(48) === 0) return false;
  checkTable(file, fail, 'section', file.readUInt32LE(32), 46, sectionHeaderSize, 'sections');
  return checkSectionNames(file, fail);
}

function checkTable(
  file: Buffer,
  fail: Fail,
  what: string,
  offset: number,
  field: number,
  entry: number,
  limit: 'segments' | 'sections',
): void {
  const size = file.readUInt16LE(field);
  const count = file.readUInt16LE(field + 2);
  if (count === 0) return;
  if (size !== entry) fail(`its ${what} headers have ${size} bytes instead of ${entry}`, damaged);
  if (count > elfLimits[limit]) {
    fail(`${count} ${what} headers are too many`, `the limit is ${elfLimits[limit]}`);
  }
  if (offset < headerSize || offset + count * entry > file.length) {
    fail(`its ${what} headers lie outside the file`, damaged);
  }
}

/** Section names are copied by elfy once per section, so their table must be small and there. */
function checkSectionNames(file: Buffer, fail: Fail): boolean {
  const index = file.readUInt16LE(50);
  if (index === 0) return false;
  if (index >= file.readUInt16LE(48)) fail('its section name table does not exist', damaged);
  const header = file.readUInt32LE(32) + index * sectionHeaderSize;
  const offset = file.readUInt32LE(header + 16);
  const size = file.readUInt32LE(header + 20);
  if (file.readUInt32LE(header + 4) !== 3) fail('its section names are not strings', damaged);
  if (offset + size > file.length) fail('its section names lie outside the file', damaged);
  if (size > elfLimits.sectionNameBytes) {
    fail(`${size} bytes of section names are too many`, damaged);
  }
  return true;
}

/**
 * Section headers are optional in an executable, but elfy insists on a name table: give it an
 * empty one behind a copy of the file. Nothing of it reaches the caller.
 */
function withEmptySectionTable(file: Buffer): Buffer {
  const copy = Buffer.alloc(file.length + sectionHeaderSize);
  file.copy(copy);
  copy.writeUInt32LE(3, file.length + 4);
  copy.writeUInt32LE(file.length, 32);
  copy.writeUInt16LE(sectionHeaderSize, 46);
  copy.writeUInt16LE(1, 48);
  copy.writeUInt16LE(0, 50);
  return copy;
}

function decode(file: Buffer, fail: Fail): ElfyFile {
  try {
    return elfy.parse(file);
  } catch (error) {
    return fail(`it cannot be decoded: ${String(error)}`, damaged);
  }
}

function isLoaded(program: ElfyProgram, fail: Fail): boolean {
  if (program.type === 'dynamic' || program.type === 'interp') {
    fail('it needs a dynamic linker', 'link it statically: -static, without -pie');
  }
  return program.type === 'load' && program.memsz > 0;
}

function toSegment(program: ElfyProgram, file: Uint8Array, fail: Fail): ElfSegment {
  const { offset, vaddr, paddr, filesz, memsz } = program;
  const what = `segment at ${hex(paddr)}`;
  if (offset + filesz > file.length) {
    fail(`${what} is cut off: its ${filesz} bytes end behind the end of the file`, damaged);
  }
  if (filesz > memsz) {
    fail(`${what} has ${filesz} bytes in the file but only ${memsz} in memory`, damaged);
  }
  if (paddr + memsz > 2 ** 32 || vaddr + memsz > 2 ** 32) {
    fail(`${what} wraps around the end of the address space`, 'check the linker script');
  }
  return {
    address: paddr,
    data: file.subarray(offset, offset + filesz),
    // Data copied by the start-up code (paddr in L2, vaddr in TCDM) clears its own .bss there.
    zeroes: paddr === vaddr ? memsz - filesz : 0,
    executable: program.flags.x === true,
  };
}

function checkLayout(segments: ElfSegment[], fail: Fail): void {
  let total = 0;
  let end = 0;
  for (const segment of segments.toSorted((a, b) => a.address - b.address)) {
    const size = segment.data.length + segment.zeroes;
    if (size === 0) continue;
    total += size;
    if (segment.address < end) {
      fail(`segments overlap at ${hex(segment.address)}`, 'check the linker script');
    }
    end = segment.address + size;
  }
  if (total > elfLimits.loadedBytes) {
    fail(`${total} bytes to load are too many`, `the limit is ${elfLimits.loadedBytes} bytes`);
  }
}

function checkEntry(entry: number, segments: ElfSegment[], fail: Fail): number | undefined {
  const code = segments.filter((segment) => segment.executable);
  if (code.length === 0) return undefined;
  const inside = code.some((s) => entry >= s.address && entry < s.address + s.data.length);
  if (!inside || entry % 2 !== 0) {
    fail(
      `its entry ${hex(entry)} is not an instruction of an executable segment`,
      'name the entry in the linker script: ENTRY(_start)',
    );
  }
  return entry;
}

function toSection(section: ElfySection, file: Uint8Array, fail: Fail): ElfSection {
  const { name, type, addr, off, size, link, entsize } = section;
  const empty = type === 'nobits' || type === 'null';
  if (!empty && off + size > file.length) {
    fail(`section ${JSON.stringify(name)} ends behind the end of the file`, damaged);
  }
  return {
    name,
    type,
    address: addr,
    size,
    executable: section.flags.execinstr === true,
    link,
    entrySize: entsize,
    data: empty ? new Uint8Array(0) : file.subarray(off, off + size),
  };
}
