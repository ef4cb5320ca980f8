/**
 * A data-only ELF32: one segment, a symbol for each thing in it, no code, and sections that are not
 * part of the memory, such as cells of arrays.
 */

export interface ElfSymbol {
  readonly name: string;
  /** Guest address. */
  readonly address: number;
  /** Bytes. */
  readonly size: number;
}

export interface DataElf {
  /** Guest address of the segment. */
  readonly address: number;
  readonly data: Uint8Array;
  /** Size in memory; what exceeds `data` is zero. */
  readonly memorySize: number;
  readonly symbols: readonly ElfSymbol[];
  /** Sections that lie in no memory. */
  readonly sections?: readonly { readonly name: string; readonly data: Uint8Array }[];
}

const elfHeaderSize = 52;
const programHeaderSize = 32;
const sectionHeaderSize = 40;
const symbolSize = 16;
const machineRiscv = 243;
const pageSize = 0x1000;

/** Bytes of the ELF file (ET_EXEC, RISC-V, little endian). */
export function writeDataElf(image: DataElf): Uint8Array {
  const dataAt = align(elfHeaderSize + programHeaderSize, pageSize);
  const others = image.sections ?? [];
  const names = stringTable([
    '.block',
    '.symtab',
    '.strtab',
    '.shstrtab',
    ...others.map(({ name }) => name),
  ]);
  const count = 5 + others.length;
  const strings = stringTable(image.symbols.map((symbol) => symbol.name));
  const symbolsAt = align(dataAt + image.data.length, 4);
  const symbolBytes = symbolSize * (image.symbols.length + 1);
  const stringsAt = symbolsAt + symbolBytes;
  const namesAt = stringsAt + strings.bytes.length;
  const othersAt: number[] = [];
  let end = namesAt + names.bytes.length;
  for (const { data } of others) {
    othersAt.push(align(end, 4));
    end = align(end, 4) + data.length;
  }
  const sectionsAt = align(end, 4);
  const file = new Uint8Array(sectionsAt + count * sectionHeaderSize);
  const view = new DataView(file.buffer);

  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  writeHalves(view, 16, [2, machineRiscv]);
  writeWords(view, 20, [1, image.address, elfHeaderSize, sectionsAt, 0]);
  writeHalves(view, 40, [elfHeaderSize, programHeaderSize, 1, sectionHeaderSize, count, 4]);

  const { address, data, memorySize } = image;
  const readWrite = 6;
  const segment = [1, dataAt, address, address, data.length, memorySize, readWrite, pageSize];
  writeWords(view, elfHeaderSize, segment);
  file.set(data, dataAt);

  image.symbols.forEach((symbol, i) => {
    const at = symbolsAt + symbolSize * (i + 1);
    writeWords(view, at, [strings.offsets[i]!, symbol.address, symbol.size]);
    const globalObject = 0x11;
    file[at + 12] = globalObject;
    view.setUint16(at + 14, 1, true);
  });
  file.set(strings.bytes, stringsAt);
  file.set(names.bytes, namesAt);

  const section = (index: number, fields: number[]): void =>
    writeWords(view, sectionsAt + index * sectionHeaderSize, [
      names.offsets[index - 1]!,
      ...fields,
    ]);
  // type, flags, address, offset, size, link, info, alignment, entry size
  section(1, [1, 3, address, dataAt, data.length, 0, 0, 16, 0]);
  section(2, [2, 0, 0, symbolsAt, symbolBytes, 3, 1, 4, symbolSize]);
  section(3, [3, 0, 0, stringsAt, strings.bytes.length, 0, 0, 1, 0]);
  section(4, [3, 0, 0, namesAt, names.bytes.length, 0, 0, 1, 0]);
  others.forEach((other, i) => {
    file.set(other.data, othersAt[i]!);
    section(5 + i, [1, 0, 0, othersAt[i]!, other.data.length, 0, 0, 4, 0]);
  });
  return file;
}

export const align = (value: number, to: number): number => Math.ceil(value / to) * to;

function stringTable(strings: readonly string[]): { bytes: Uint8Array; offsets: number[] } {
  const offsets: number[] = [];
  let text = '\0';
  for (const string of strings) {
    offsets.push(text.length);
    text += `${string}\0`;
  }
  return { bytes: new Uint8Array(Buffer.from(text, 'latin1')), offsets };
}

function writeWords(view: DataView, at: number, words: readonly number[]): void {
  words.forEach((word, i) => view.setUint32(at + 4 * i, word, true));
}

function writeHalves(view: DataView, at: number, halves: readonly number[]): void {
  halves.forEach((half, i) => view.setUint16(at + 2 * i, half, true));
}
