import type { CompressedRow, Decoded, Encoding, Extension, Fields, Format, Row } from './row.js';
import { populationCount } from './arithmetic.js';
import { compressedRows, rows } from './table.js';
import { OctobarError } from '../sim/error.js';

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
    default:
      return coreVFields(format, word);
  }
}

/** CORE-V formats; five-bit immediates in the place of rs2 travel in `rs2` (expression operand `field2`). */
function coreVFields(format: Format, word: number): Fields {
  const rd = rdOf(word);
  const rs1 = rs1Of(word);
  const rs2 = rs2Of(word);
  switch (format) {
    case 'unary':
      return { rd, rs1, rs2: 0, imm: 0 };
    case 'load-post':
      return { rd, rs1, rs2: 0, imm: word >> 20 };
    case 'load-post-register':
    case 'load-index':
    case 'store-post-register':
    case 'store-index':
      return { rd, rs1, rs2, imm: 0 };
    case 'store-post':
      return fieldsOf('store', word);
    case 'branch-immediate':
      return fieldsOf('branch', word);
    case 'bit-field':
    case 'r-shift':
      return { rd, rs1, rs2, imm: (word >>> 25) & 31 };
    case 'simd-signed':
    case 'simd-unsigned': {
      const six = (rs2 << 1) | ((word >>> 25) & 1);
      return { rd, rs1, rs2, imm: format === 'simd-signed' ? signed(six, 6) : six };
    }
    case 'loop-register':
      return { rd: rd & 1, rs1, rs2: 0, imm: 0 };
    case 'loop-count':
      return { rd: rd & 1, rs1: 0, rs2: 0, imm: word >>> 20 };
    case 'loop-offset':
      return { rd: rd & 1, rs1: 0, rs2: 0, imm: (word >>> 20) << 2 };
    case 'loop-setup':
      return { rd: rd & 1, rs1, rs2: 0, imm: (word >>> 20) << 2 };
    case 'loop-offset-half':
      return { rd: rd & 1, rs1: 0, rs2: 0, imm: (word >>> 20) << 1 };
    case 'loop-setup-half':
      return { rd: rd & 1, rs1, rs2: 0, imm: (word >>> 20) << 1 };
    case 'loop-setup-immediate':
    case 'loop-setup-immediate-half':
      // The count has the wider field; the offset sits in the place of rs1.
      return { rd: rd & 1, rs1: 0, rs2: rs1, imm: word >>> 20 };
    default:
      throw new OctobarError('internal', `no fields for the format ${format}`);
  }
}

export interface Decoder {
  /** The instruction that starts with `word` (16-bit ones use its low half), or undefined when illegal. */
  decode(word: number): Decoded | undefined;
}

/** Opcode, funct3 and the upper five bits. */
const KEY = 0xf800707f | 0;

/** Words whose meaning is kept; then all are forgotten. */
const MOST_KNOWN = 1 << 16;

const decoders = new Map<string, Decoder>();

/** The decoder of a set of extensions: one a process, since its answers depend on nothing else. */
export function createDecoder(extensions: ReadonlySet<Extension>): Decoder {
  const key = [...extensions].toSorted().join();
  const found = decoders.get(key);
  if (found !== undefined) return found;
  const decoder = remembering(decoderOf(new Set(extensions)));
  decoders.set(key, decoder);
  return decoder;
}

/** Code is decoded many times: by the interpreter, for its neighbours, for translation, after each change. */
function remembering({ decode }: Decoder): Decoder {
  const known = new Map<number, Decoded | undefined>();
  return {
    decode(word) {
      const bits = (word & 3) === 3 ? word : word & 0xffff;
      const seen = known.get(bits);
      if (seen !== undefined || known.has(bits)) return seen;
      if (known.size === MOST_KNOWN) known.clear();
      const decoded = decode(bits);
      known.set(bits, decoded);
      return decoded;
    },
  };
}

/** Candidate rows by their low seven bits, so that a decode looks at a handful of rows. */
function decoderOf(extensions: ReadonlySet<Extension>): Decoder {
  const byOpcode: { row: Row; encoding: Encoding }[][] = Array.from({ length: 128 }, () => []);
  const pulp = extensions.has('xpulpv2');
  for (const row of rows) {
    const encoding = extensions.has(row.extension) ? row : pulp ? row.pulp : undefined;
    if (encoding !== undefined) byOpcode[encoding.match & 0x7f].push({ row, encoding });
  }
  // Some encodings of RI5CY fill what others leave open (p.addnr in p.addn): the closest comes first.
  const fixedBits = ({ encoding }: { encoding: Encoding }): number =>
    populationCount(encoding.mask);
  if (pulp) for (const list of byOpcode) list.sort((a, b) => fixedBits(b) - fixedBits(a));
  // Some opcodes have hundreds of rows: of them, those that agree with the bits of a key.
  const byKey = new Map<number, { row: Row; encoding: Encoding }[]>();
  const candidates = (word: number): { row: Row; encoding: Encoding }[] => {
    const key = word & KEY;
    let list = byKey.get(key);
    if (list === undefined) {
      list = byOpcode[word & 0x7f].filter(
        ({ encoding: { match, mask } }) => ((key ^ match) & mask & KEY) === 0,
      );
      byKey.set(key, list);
    }
    return list;
  };
  const compressed: readonly CompressedRow[] = extensions.has('c') ? compressedRows : [];
  const rowByName = new Map(rows.map((row) => [row.name, row]));

  // By quadrant and the upper three bits
  const heads = Array.from({ length: 32 }, (_, head) => {
    const bits = ((head >> 2) << 13) | (head & 3);
    return compressed.filter(({ match, mask }) => ((bits ^ match) & mask & 0xe003) === 0);
  });
  const decodeCompressed = (bits: number): Decoded | undefined => {
    for (const entry of heads[((bits >>> 13) << 2) | (bits & 3)]) {
      if ((bits & entry.mask) !== entry.match) continue;
      const fields = entry.expand(bits);
      const row = rowByName.get(entry.base);
      return fields && row
        ? { ...fields, row, encoding: row, pulp, compressed: entry, bytes: 2 }
        : undefined;
    }
    return undefined;
  };

  return {
    decode(word) {
      if ((word & 3) !== 3) return decodeCompressed(word & 0xffff);
      for (const { row, encoding } of candidates(word)) {
        if ((word & encoding.mask) === (encoding.match | 0)) {
          const fields = fieldsOf(encoding.format, word);
          return { ...fields, row, encoding, pulp, compressed: undefined, bytes: 4 };
        }
      }
      return undefined;
    },
  };
}
