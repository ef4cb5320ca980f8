/**
 * The symbols of an image: by name for probes and regions, by address for reports and traces.
 * Read from .symtab, 16 bytes an entry (System V ABI, chapter 4).
 */
import { OctobarError, hex } from '../../emulator/sim/error.js';
import type { ElfFile, ElfSection } from './elf.js';

export interface Symbol {
  readonly name: string;
  readonly address: number;
  /** Bytes; 0 when the assembler was not told. */
  readonly size: number;
  readonly kind: 'function' | 'object' | 'label';
  readonly global: boolean;
}

/** A symbol with the end of what it names: its size, or for a label the next symbol or section end. */
interface Extent extends Symbol {
  readonly end: number;
}

export const maxSymbols = 1_000_000;

const entrySize = 16;
const absolute = 0xfff1;
const kinds: Record<number, Symbol['kind'] | undefined> = {
  0: 'label',
  1: 'object',
  2: 'function',
};

export class SymbolTable {
  private readonly names = new Map<string, Symbol[]>();
  private readonly sized: Extent[] = [];
  private readonly labels: Extent[] = [];

  /** Tables of several images in one; no order among them. */
  static of(files: readonly ElfFile[]): SymbolTable {
    const table = new SymbolTable();
    for (const file of files) table.add(file);
    table.sized.sort(byAddress);
    table.labels.sort(byAddress);
    return table;
  }

  /** All symbols of that name; globals first. */
  find(name: string): readonly Symbol[] {
    return this.names.get(name) ?? [];
  }

  allNames(): string[] {
    return [...this.names.keys()];
  }

  /** Functions with a known size, in address order. */
  functions(): readonly Symbol[] {
    return this.sized.filter((symbol) => symbol.kind === 'function');
  }

  /** All symbols that name an address, in address order. */
  all(): readonly Symbol[] {
    return [...this.sized, ...this.labels].toSorted(byAddress);
  }

  /** The function or object around an address, else the label before it in the same section. */
  at(address: number): Symbol | undefined {
    return containing(this.sized, address) ?? containing(this.labels, address);
  }

  /** What `at` gives, with the addresses that it covers. */
  rangeAt(address: number): { name: string; from: number; to: number } | undefined {
    const extent = containing(this.sized, address) ?? containing(this.labels, address);
    return extent && { name: extent.name, from: extent.address, to: extent.end };
  }

  /** `function+0x1c`, or undefined where no symbol reaches. */
  describe(address: number): string | undefined {
    const symbol = this.at(address);
    if (!symbol) return undefined;
    const offset = address - symbol.address;
    return offset === 0 ? symbol.name : `${symbol.name}+0x${offset.toString(16)}`;
  }

  private add(file: ElfFile): void {
    const table = file.sections.find((section) => section.type === 'symtab');
    if (!table) return;
    const entries = readEntries(file, table);
    const starts = entries.map((entry) => entry.symbol.address).toSorted((a, b) => a - b);
    for (const { symbol, section } of entries) {
      const known = this.names.get(symbol.name);
      if (!known) this.names.set(symbol.name, [symbol]);
      else if (symbol.global) known.unshift(symbol);
      else known.push(symbol);
      if (section === undefined) continue;
      if (symbol.size > 0) {
        this.sized.push({ ...symbol, end: symbol.address + symbol.size });
      } else {
        const next = starts[firstAbove(starts, symbol.address)] ?? Infinity;
        const end = Math.min(next, section.address + section.size);
        this.labels.push({ ...symbol, end: Math.max(end, symbol.address + 1) });
      }
    }
  }
}

interface Entry {
  symbol: Symbol;
  /** Undefined for absolute symbols: they are numbers, not places. */
  section: ElfSection | undefined;
}

function readEntries(file: ElfFile, table: ElfSection): Entry[] {
  const fail = (reason: string): never => {
    throw new OctobarError('image', `${file.name}: ${reason}`, {
      hint: 'its symbol table is damaged; link it again, or strip it (riscv64-unknown-elf-strip)',
    });
  };
  const strings = file.sections[table.link];
  if (strings?.type !== 'strtab') return fail('its symbols have no string table');
  if (table.entrySize !== entrySize || table.data.length % entrySize !== 0) {
    return fail(`its symbols do not have ${entrySize} bytes each`);
  }
  if (table.data.length / entrySize > maxSymbols) return fail('it has too many symbols');
  const nameAt = stringReader(strings.data, fail);
  const view = new DataView(table.data.buffer, table.data.byteOffset, table.data.length);
  const entries: Entry[] = [];
  for (let at = entrySize; at < table.data.length; at += entrySize) {
    const kind = kinds[view.getUint8(at + 12) & 15];
    const index = view.getUint16(at + 14, true);
    if (kind === undefined || index === 0) continue;
    const name = nameAt(view.getUint32(at, true));
    // $x and .L are marks of the assembler for itself.
    if (name === '' || name.startsWith('$') || name.startsWith('.L')) continue;
    const address = view.getUint32(at + 4, true);
    const size = view.getUint32(at + 8, true);
    if (address + size > 2 ** 32) fail(`symbol ${name} at ${hex(address)} wraps around`);
    const section = index === absolute ? undefined : file.sections[index];
    if (section === undefined && index !== absolute) {
      fail(`symbol ${name} lies in section ${index}, which does not exist`);
    }
    const symbol = { name, address, size, kind, global: view.getUint8(at + 12) >> 4 !== 0 };
    entries.push({ symbol, section });
  }
  return entries;
}

/** Names may share bytes, so a small file could otherwise ask for gigabytes of strings. */
const maxNameBytes = 4096;
const maxAllNamesBytes = 64 << 20;

function stringReader(
  bytes: Uint8Array,
  fail: (reason: string) => never,
): (offset: number) => string {
  const decoder = new TextDecoder();
  let total = 0;
  return (offset) => {
    if (offset >= bytes.length) return fail('a symbol name lies outside its table');
    const length = bytes.subarray(offset, offset + maxNameBytes + 1).indexOf(0);
    if (length < 0) return fail('a symbol name has no end, or is too long');
    total += length;
    if (total > maxAllNamesBytes) return fail('its symbol names are too long');
    return decoder.decode(bytes.subarray(offset, offset + length));
  };
}

/** Function before object before label, global before local: the name people know comes first. */
function rank(symbol: Symbol): number {
  const kind = symbol.kind === 'function' ? 0 : symbol.kind === 'object' ? 1 : 2;
  return 2 * kind + (symbol.global ? 0 : 1);
}

function byAddress(a: Symbol, b: Symbol): number {
  return a.address - b.address || rank(a) - rank(b);
}

function firstAbove(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The extent with the highest start that holds `address`; on equal starts the first in rank. */
function containing(sorted: readonly Extent[], address: number): Extent | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle].address > address) high = middle;
    else low = middle + 1;
  }
  let found: Extent | undefined;
  // Nested symbols are rare and shallow; a short walk back suffices.
  for (let i = low - 1; i >= 0 && i >= low - 16; i--) {
    const extent = sorted[i];
    if (found && extent.address < found.address) break;
    if (address < extent.end) found = extent;
  }
  return found;
}
