import type { CompressedRow, Decoded, Extension, Fields, Format, Row } from './row.js';
import { compressedRows, rows } from './table.js';

const signed = (value: number, width: number): number => (value << (32 - width)) >> (32 - width);

const rdOf = (word: number): number => (word >>> 7) & 31;
const rs1Of = (word: number): number => (word >>> 15) & 31;
const rs2Of = (word: number): number => (word >>> 20) & 31;

/** The operands of a 32-bit instruction word, format by format (RISC-V Unprivileged ISA, section 2.2). */
export function fieldsOf(format: Format, word: number): Fields {
  const rd = rdOf(word);
  const rs1 = rs1Of(word);
  const rs2 = rs2Of(word);
  switch (format) {
    case 'r':
      return { rd, rs1, rs2, imm: 0 };
    case 'i':
    case 'load':
    case 'jalr':
      return { rd, rs1, rs2: 0, imm: word >> 20 };
    case 'shift':
      return { rd, rs1, rs2: 0, imm: rs2 };
    case 'store':
      return { rd: 0, rs1, rs2, imm: ((word >> 25) << 5) | rd };
    case 'branch': {
      const imm =
        ((word >>> 31) << 12) | ((rd & 1) << 11) | (((word >>> 25) & 63) << 5) | (rd & 30);
      return { rd: 0, rs1, rs2, imm: signed(imm, 13) };
    }
    case 'upper':
      return { rd, rs1: 0, rs2: 0, imm: word & 0xfffff000 };
    case 'jump': {
      const imm =
        ((word >>> 31) << 20) |
        (word & 0xff000) |
        (((word >>> 20) & 1) << 11) |
        (((word >>> 21) & 1023) << 1);
      return { rd, rs1: 0, rs2: 0, imm: signed(imm, 21) };
    }
    case 'csr':
      return { rd, rs1, rs2: 0, imm: word >>> 20 };
    case 'csri':
      // The five-bit immediate travels in rs2 so that the timing model sees no register read.
      return { rd, rs1: 0, rs2: rs1, imm: word >>> 20 };
    case 'fence':
    case 'none':
      return { rd: 0, rs1: 0, rs2: 0, imm: 0 };
  }
}

export interface Decoder {
  /** The instruction that starts with `word` (16-bit ones use its low half), or undefined when illegal. */
  decode(word: number): Decoded | undefined;
}

/** Candidate rows by their low seven bits, so that a decode looks at a handful of rows. */
export function createDecoder(extensions: ReadonlySet<Extension>): Decoder {
  const byOpcode: Row[][] = Array.from({ length: 128 }, () => []);
  for (const row of rows) {
    if (extensions.has(row.extension)) byOpcode[row.match & 0x7f].push(row);
  }
  const compressed: readonly CompressedRow[] = extensions.has('c') ? compressedRows : [];
  const rowByName = new Map(rows.map((row) => [row.name, row]));

  const decodeCompressed = (bits: number): Decoded | undefined => {
    for (const entry of compressed) {
      if ((bits & entry.mask) !== entry.match) continue;
      const fields = entry.expand(bits);
      const row = rowByName.get(entry.base);
      return fields && row ? { ...fields, row, compressed: entry, bytes: 2 } : undefined;
    }
    return undefined;
  };

  return {
    decode(word) {
      if ((word & 3) !== 3) return decodeCompressed(word & 0xffff);
      for (const row of byOpcode[word & 0x7f]) {
        if ((word & row.mask) === (row.match | 0)) {
          return { ...fieldsOf(row.format, word), row, compressed: undefined, bytes: 4 };
        }
      }
      return undefined;
    },
  };
}
