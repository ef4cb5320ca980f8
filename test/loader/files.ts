import { readFileSync } from 'node:fs';
import { parseElf } from '../../src/loader/index.js';
import type { ElfFile } from '../../src/loader/index.js';

const folder = new URL('./data/', import.meta.url);

export function fileBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

export function fileText(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

/** See data/README.md; its debug data is DWARF 5. */
export const sample = (): Uint8Array => fileBytes('lines-dwarf5.elf');

export const sampleElf = (version = 5): ElfFile =>
  parseElf(fileBytes(`lines-dwarf${version}.elf`), `lines-dwarf${version}.elf`);

/** A copy with one header field changed. */
export function patched(bytes: Uint8Array, offset: number, value: number, size: 1 | 2 | 4) {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  if (size === 1) view.setUint8(offset, value);
  else if (size === 2) view.setUint16(offset, value, true);
  else view.setUint32(offset, value, true);
  return copy;
}
