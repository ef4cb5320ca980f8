/** Small guests for tests, made without a compiler: instruction words in, ELF file out. */
import { addi, bType, csr, iType, jType, sType, uType } from '../lockstep/encode.js';

export const codeBase = 0x1c000000;

export interface GuestOptions {
  /** 32-bit instruction words from `codeBase` on. */
  code: readonly number[];
  /** Global function symbols: name to index of the first word. `_start` is 0. */
  symbols?: Readonly<Record<string, number>>;
  /** Further symbols by address. */
  labels?: Readonly<Record<string, number>>;
  /** Further sections that are not loaded. */
  sections?: Readonly<Record<string, Uint8Array>>;
}

const headerSize = 52;

interface Section {
  name: string;
  type: number;
  flags: number;
  address: number;
  data: Uint8Array;
  link?: number;
  entrySize?: number;
}

/** A static RV32 executable of one segment, laid out as the System V ABI says. */
export function guest(options: GuestOptions): Uint8Array {
  const text = words(options.code);
  const [symbols, strings] = symbolTable(options);
  const sections: Section[] = [
    { name: '', type: 0, flags: 0, address: 0, data: new Uint8Array(0) },
    { name: '.text', type: 1, flags: 6, address: codeBase, data: text },
    { name: '.symtab', type: 2, flags: 0, address: 0, data: symbols, link: 3, entrySize: 16 },
    { name: '.strtab', type: 3, flags: 0, address: 0, data: strings },
    ...Object.entries(options.sections ?? {}).map(([name, data]): Section => ({
      name,
      type: 1,
      flags: 0,
      address: 0,
      data,
    })),
  ];
  sections.push({ name: '.shstrtab', type: 3, flags: 0, address: 0, data: new Uint8Array(0) });
  const [names, offsets] = stringTable(sections.map(({ name }) => name));
  sections[sections.length - 1].data = names;
  return assemble(sections, offsets);
}

function assemble(sections: readonly Section[], names: readonly number[]): Uint8Array {
  const bodies = sections.map(({ data }) => data);
  const starts: number[] = [];
  let at = headerSize + 32;
  for (const body of bodies) {
    starts.push(at);
    at += (body.length + 3) & ~3;
  }
  const file = new Uint8Array(at + 40 * sections.length);
  const view = new DataView(file.buffer);
  const half = (offset: number, ...values: number[]): void =>
    values.forEach((value, i) => view.setUint16(offset + 2 * i, value, true));
  const word = (offset: number, ...values: number[]): void =>
    values.forEach((value, i) => view.setUint32(offset + 4 * i, value, true));
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  half(16, 2, 243);
  word(20, 1, codeBase, headerSize, at, 1);
  half(40, headerSize, 32, 1, 40, sections.length, sections.length - 1);
  word(headerSize, 1, starts[1], codeBase, codeBase, bodies[1].length, bodies[1].length, 5, 4);
  bodies.forEach((body, i) => file.set(body, starts[i]));
  sections.forEach((section, i) => {
    const { type, flags, address, data, link = 0, entrySize = 0 } = section;
    word(
      at + 40 * i,
      names[i],
      type,
      flags,
      address,
      starts[i],
      data.length,
      link,
      0,
      1,
      entrySize,
    );
  });
  return file;
}

function symbolTable({ code, symbols = {}, labels = {} }: GuestOptions): [Uint8Array, Uint8Array] {
  const starts = Object.entries({ _start: 0, ...symbols }).toSorted(([, a], [, b]) => a - b);
  const [strings, names] = stringTable(['', ...starts.map(([n]) => n), ...Object.keys(labels)]);
  const table = new Uint8Array(16 * names.length);
  const view = new DataView(table.buffer);
  const put = (index: number, address: number, size: number, info: number, section: number) => {
    view.setUint32(16 * index, names[index], true);
    view.setUint32(16 * index + 4, address, true);
    view.setUint32(16 * index + 8, size, true);
    view.setUint8(16 * index + 12, info);
    view.setUint16(16 * index + 14, section, true);
  };
  starts.forEach(([, first], i) => {
    const end = starts[i + 1]?.[1] ?? code.length;
    put(i + 1, codeBase + 4 * first, 4 * (end - first), 0x12, 1);
  });
  Object.values(labels).forEach((address, i) => {
    put(starts.length + 1 + i, address, 0, 0x10, 0xfff1);
  });
  return [table, strings];
}

function stringTable(texts: readonly string[]): [Uint8Array, number[]] {
  let joined = '';
  const offsets = texts.map((text) => {
    const offset = joined.length;
    joined += `${text}\0`;
    return offset;
  });
  return [new TextEncoder().encode(joined), offsets];
}

export function words(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint32(4 * i, value, true));
  return bytes;
}

// Registers by their ABI names.
export const [zero, ra, sp, t0, t1, t2, a0] = [0, 1, 2, 5, 6, 7, 10];

export const nop = addi(zero, zero, 0);
export const store = (source: number, base: number, offset = 0): number =>
  sType(0x23, 2, base, source, offset);
export const load = (target: number, base: number, offset = 0): number =>
  iType(0x03, 2, target, base, offset);
export const lui = (target: number, value: number): number => uType(0x37, target, value >>> 12);
export const jump = (offset: number, link = zero): number => jType(link, offset);
export const bne = (a: number, b: number, offset: number): number => bType(1, a, b, offset);
export const ret = iType(0x67, 0, zero, ra, 0);
export const wfi = 0x10500073;
export const readHartId = (target: number): number => csr(2, target, zero, 0xf14);
export { addi };

/** lui and addi: any 32-bit value. */
export const li = (target: number, value: number): number[] => {
  const low = (value << 20) >> 20;
  return [lui(target, (value - low) >>> 0), addi(target, target, low)];
};

/** Ends the run with a code below 2048, by the SoC control register. */
export const exitWith = (code: number): number[] => [
  ...li(t0, 0x1a1040a0),
  lui(t1, 0x80000000),
  addi(t1, t1, code),
  store(t1, t0),
  jump(0),
];

/** Prints by the stdout register of hart 0. */
export const print = (text: string): number[] => [
  ...li(t0, 0x1a10f000),
  ...[...new TextEncoder().encode(text)].flatMap((byte) => [addi(t1, zero, byte), store(t1, t0)]),
];
