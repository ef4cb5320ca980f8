import { compressedForms } from './compressed.js';
import { registers, slots } from './layout.js';
import type { Writer } from './writer.js';
import { rows } from '../../emulator/isa/table.js';
import type { Row } from '../../emulator/isa/row.js';
import { encode } from '../isa/xcv-machine.js';
import * as e from '../lockstep/encode.js';
import { signedImmediate } from '../lockstep/random.js';

/** Random instructions without jumps: every row that computes, loads, stores or reads a CSR. */
const computing = rows.filter((row) => ['alu', 'mul', 'mulh', 'div'].includes(row.timing));
/** Immediates that the manual allows: others trap in the RTL, and are ignored bits here and in LLVM. */
const immediateOf = (row: Row, bits: number): number => {
  if (/^cv\.(srl|sra|sll)\.sci/.test(row.name)) return bits & (row.name.endsWith('h') ? 15 : 7);
  if (/^cv\.(insert|extractu?)\.h/.test(row.name)) return bits & 1;
  if (/^cv\.(insert|extractu?)\.b/.test(row.name)) return bits & 3;
  if (row.name.startsWith('cv.shuffle.sci.h')) return bits & 3;
  return bits & 63;
};
const accesses = rows.filter((row) => row.timing === 'load' || row.timing === 'store');
const isXcv = (row: Row): boolean => row.extension.startsWith('xcv');
const multiCycle = computing.filter((row) => row.timing === 'mulh' || row.timing === 'div');

/** CSRs whose contents do not depend on time: any general register may get them. */
const steadyCsrs = [0x340, 0x301, 0x304, 0x343, 0x344, 0x342];
/** CSRs that count, and those that a trap or loop has written. */
const movingCsrs = [
  0xb00, 0xb02, 0xb80, 0xb82, 0xc00, 0xc02, 0xc80, 0xc82, 0xb03, 0xb83, 0x300, 0x305, 0x341, 0x320,
  0x323, 0xcc0, 0xcc1, 0xcc2, 0xcc4, 0xcc5, 0xcc6, 0xcd0, 0xcd1, 0x33f, 0xb1f, 0xf11, 0xf12, 0xf13,
];

/** CSRs whose values must be the RTL's to the last count. */
const countedCsrs = [0xb00, 0xb02, 0xc00, 0xc02, 0x300, 0x305, 0x320, 0xcc2, 0xcc6, 0xcd0, 0xcd1];

export interface Flavour {
  readonly xcv: boolean;
  /** Only 32-bit instructions: the body of a hardware loop. */
  readonly wideOnly: boolean;
  readonly csr: boolean;
}

/** One random instruction, or a few that belong together. */
export function straight(w: Writer, flavour: Flavour): void {
  const { random } = w;
  switch (random.weighted(w.weights)) {
    case 0:
      return compute(w, random.pick(w.xcv && flavour.xcv ? computing : w.base));
    case 1:
      return access(w, flavour);
    case 2:
      return compute(w, random.pick(multiCycle));
    case 3:
      return flavour.csr ? csr(w) : compute(w, random.pick(w.base));
    case 4:
      return movePointer(w);
    case 5:
      return hot(w, flavour);
    default:
      if (flavour.wideOnly) return compute(w, random.pick(w.base));
      return compressedForms(w);
  }
}

export const baseRows = computing.filter((row) => !isXcv(row));

function compute(w: Writer, row: Row): void {
  const { random } = w;
  if (row.name === 'auipc') {
    // Its value tells where the program lies, which is the same everywhere
    w.wide(e.uType(0x17, registers.junk, random.below(16)));
    return;
  }
  w.wide(encodeRow(row, w.destination(), w.source(), w.source(), random.word()));
}

/** A word of any row that computes, with random immediates. */
export function encodeRow(row: Row, rd: number, rs1: number, rs2: number, bits: number): number {
  // Operand bits that the row does not fix, with the registers put over them
  switch (row.format) {
    case 'i':
      return e.iType(row.match & 0x7f, (row.match >>> 12) & 7, rd, rs1, bits & 0xfff);
    case 'upper':
      return e.uType(row.match & 0x7f, rd, bits & 0xfffff);
    case 'shift':
      return encode(row, { rd, rs1, imm: bits & 31 });
    case 'bit-field': {
      const second = bits & 31;
      const imm = Math.min((bits >>> 5) & 31, 31 - second);
      return encode(row, { rd, rs1, imm: bitFieldWidth(row, imm), second });
    }
    case 'r-shift':
      return encode(row, { rd, rs1, rs2, imm: bits & 31 });
    case 'simd-signed':
    case 'simd-unsigned':
      return fixedBits(row, encode(row, { rd, rs1, imm: immediateOf(row, bits) }));
    default:
      return encode(row, { rd, rs1, rs2 });
  }
}

const bitFieldWidth = (row: Row, imm: number): number => (row.name === 'cv.bitrev' ? imm & 3 : imm);
const fixedBits = (row: Row, word: number): number =>
  ((word & ~row.mask) | (row.match & row.mask)) >>> 0;

/** Loads and stores: the base and the offset always lead into the window. */
function access(w: Writer, flavour: Flavour): void {
  const { random } = w;
  if (random.chance(6)) {
    // A word of the code itself, which may cross a word of L2
    const place = random.pick(registers.general);
    w.wide(e.uType(0x17, place, 0));
    return w.wide(e.lw(w.destination(), place, random.between(-32, 32)));
  }
  const row = random.pick(flavour.xcv && w.xcv ? accesses : accesses.filter((r) => !isXcv(r)));
  const base = random.pick(registers.pointers);
  const index = random.pick(registers.indexes);
  const { bytes, write, postIncrement } = row.memory!;
  const aligned = random.chance(75);
  const step = postIncrement === true ? random.between(-20, 20) : random.between(-500, 500);
  const imm = aligned ? step & -bytes : step;
  const rd = write ? 0 : postIncrement === true ? w.destination() : w.destination();
  const data = random.chance(85) ? w.source() : base;
  switch (row.format) {
    case 'load':
      return w.wide(e.iType(0x03, (row.match >>> 12) & 7, rd, base, imm));
    case 'store':
      return w.wide(e.sType(0x23, (row.match >>> 12) & 7, base, data, imm));
    case 'load-post':
      return w.wide(encode(row, { rd, rs1: base, imm: imm & 0xfff }));
    case 'store-post':
      return w.wide(encode(row, { rs1: base, rs2: data, imm: imm & 0xfff }));
    case 'load-post-register':
    case 'load-index':
      return w.wide(encode(row, { rd, rs1: base, rs2: index }));
    default:
      // The offset of a store stands in the place of rd
      return w.wide(encode(row, { rd: index, rs1: base, rs2: data }));
  }
}

function csr(w: Writer): void {
  const { random } = w;
  const f3 = random.pick([1, 2, 3, 5, 6, 7]);
  switch (random.below(4)) {
    case 0:
      return w.wide(e.csr(f3, w.destination(), random.below(32) & ~24, 0x340));
    case 1:
      return w.wide(e.csr(random.pick([2, 3, 6, 7]), w.destination(), 0, random.pick(steadyCsrs)));
    case 2: {
      // What stands in mscratch is used as an address only right behind this
      const pointer = random.pick(registers.pointers);
      w.wide(e.csr(1, 0, random.pick(registers.pointers), 0x340));
      if (random.chance(50)) w.filler();
      return w.wide(e.csr(random.chance(50) ? 2 : 1, pointer, 0, 0x340));
    }
    default:
      // How fast the clock gate of a sleeping core closes is not known: its counters are not compared
      if (!w.cluster && random.chance(60)) {
        return w.wide(e.csr(2, w.destination(), 0, random.pick(countedCsrs)));
      }
      return w.wide(
        e.csr(
          random.pick([2, 3, 6, 7]),
          random.chance(70) ? registers.junk : 0,
          0,
          random.pick(movingCsrs),
        ),
      );
  }
}

/** A new value for a pointer or an index, by one of every kind of producer. */
function movePointer(w: Writer): void {
  const { random } = w;
  const p = random.pick(registers.pointers);
  const q = random.pick(registers.pointers);
  const index = random.pick(registers.indexes);
  const { one, table } = registers;
  switch (random.below(10)) {
    case 0:
    case 1:
      return w.wide(e.lw(p, table, slots.pointers.at + 4 * random.below(slots.pointers.count)));
    case 2:
    case 3:
      return w.wide(e.lw(index, table, slots.indexes.at + 4 * random.below(slots.indexes.count)));
    case 4:
      return w.wide(e.addi(p, q, random.between(-40, 40)));
    case 5:
      return w.wide(e.rType(0x33, 0, 1, p, q, one));
    case 6:
      return w.wide(e.rType(0x33, random.pick([4, 5]), 1, p, q, one));
    case 7:
      return w.wide(e.addi(index, 0, random.between(-64, 64)));
    case 8:
      if (random.chance(50)) return w.wide(e.rType(0x33, 3, 1, index, q, one));
      return w.wide(e.rType(0x33, random.pick([6, 7]), 1, index, q, one));
    default:
      return w.wide(e.add(p, q, 0));
  }
}

/** A pair that is likely to have a hazard: a producer and somebody who reads or overwrites its result. */
function hot(w: Writer, flavour: Flavour): void {
  const { random } = w;
  const rd = random.chance(8) ? 0 : random.pick(registers.general);
  w.preferred = rd;
  const base = random.pick(registers.pointers);
  const producers: (() => void)[] = [
    () => w.wide(e.lw(rd, base, signedImmediate(random, 6) & -4)),
    () => w.wide(e.lw(rd, base, signedImmediate(random, 6))),
    () => w.wide(e.iType(0x03, random.pick([0, 1, 4, 5]), rd, base, signedImmediate(random, 6))),
    () => w.wide(encodeRow(random.pick(w.base), rd, w.source(), w.source(), random.word())),
    () => w.wide(encodeRow(random.pick(multiCycle), rd, w.source(), w.source(), 0)),
  ];
  random.pick(producers)();
  const count = random.between(1, 3);
  for (let n = 0; n < count; n++) {
    if (random.chance(55) || (!flavour.xcv && w.xcv)) {
      compute(w, random.pick(w.xcv && flavour.xcv ? computing : w.base));
    } else access(w, flavour);
  }
  w.preferred = -1;
}
