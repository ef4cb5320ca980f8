import { rows } from '../../emulator/isa/table.js';
import type { Row } from '../../emulator/isa/row.js';
import { Assembler, type Label } from '../lockstep/assembler.js';
import * as e from '../lockstep/encode.js';
import { cornerValue, Random } from '../lockstep/random.js';

/** Registers with a fixed role; no random instruction writes them. */
export const reg = {
  link: 1,
  save: 2,
  own: 8,
  shared: 9,
  outside: 18,
  events: 19,
  phase: 20,
  outer: 21,
  inner: 22,
  peripherals: 23,
  hart: 24,
  pointer: 25,
  address: 26,
} as const;

const fixed = new Set<number>([0, ...Object.values(reg)]);
const writable = Array.from({ length: 32 }, (_, r) => r).filter((r) => !fixed.has(r));

/** Where things lie. Windows are 512 bytes and start at an offset that the dice choose. */
export const place = {
  tcdm: 0x10000000,
  own: 0x10010000,
  shared: 0x10014000,
  save: 0x10015000,
  engine: 0x10016000,
  testAndSet: 0x10114000,
  peripherals: 0x10200000,
  events: 0x10204000,
  l2: 0x1c000000,
  outside: 0x1c01c000,
  putc: 0x1a10f000,
  exit: 0x1a1040a0,
} as const;
export const windowBytes = 512;
export const tcdmBytes = 0x20000;
export const l2Bytes = 0x20000;

const one = (name: string): Row => rows.find((row) => row.name === name)!;
const plainRows = rows.filter(
  ({ timing, result, format }) =>
    result !== undefined &&
    (timing === 'alu' || timing === 'mul' || timing === 'mulh' || timing === 'div') &&
    format !== 'branch',
);
const branchRows = rows.filter(
  ({ format }) => format === 'branch' || format === 'branch-immediate',
);
const memoryRows = rows.filter(({ timing }) => timing === 'load' || timing === 'store');

/** Emits random instructions and idioms of one cluster program. */
export class Writer {
  readonly asm = new Assembler();
  readonly functions: Label[] = [];
  /** Some loads reach L2, also where no other access leaves the TCDM. */
  loadsL2 = false;

  constructor(
    readonly random: Random,
    /** Address of the code. */
    readonly base: number,
    readonly coreV: boolean,
    /** No access leaves the TCDM. */
    readonly inner: boolean,
    /** Accesses are aligned, as those of compiled code. */
    readonly aligned = false,
  ) {}

  value(): number {
    return this.random.pick(writable);
  }

  any(): number {
    return this.random.below(32);
  }

  li(rd: number, value: number): void {
    const { high, low } = e.split(value | 0);
    if (high === 0 && (value | 0) === low) return this.asm.wide('addi', e.addi(rd, 0, low));
    this.asm.wide('lui', e.uType(0x37, rd, high));
    if (low !== 0) this.asm.wide('addi', e.addi(rd, rd, low));
  }

  randomConstant(): void {
    this.li(this.value(), cornerValue(this.random));
  }

  /** Address of a label into a register. */
  la(rd: number, label: Label): void {
    this.asm.late('lui', 4, () => e.uType(0x37, rd, e.split((this.base + label.offset) | 0).high));
    this.asm.late('addi', 4, () => e.addi(rd, rd, e.split((this.base + label.offset) | 0).low));
  }

  jump(target: Label, rd = 0): void {
    const wide = { name: 'jal', encode: (o: number) => e.jType(rd, o) };
    if (rd === 0 && this.random.chance(50))
      this.asm.jump(target, wide, { name: 'c.j', encode: e.cJ, reach: 2048 });
    else this.asm.jump(target, wide);
  }

  /** Aligns the next instruction to a word, with nothing to execute in between. */
  alignWord(): void {
    const label = this.asm.label();
    this.jump(label);
    this.asm.align(4);
    this.asm.place(label);
  }

  /** Any instruction of 32 bits that only computes. */
  wideValue(): void {
    const candidates = this.coreV
      ? plainRows
      : plainRows.filter((row) => !row.name.startsWith('cv.'));
    const row = this.random.pick(candidates);
    const free = this.random.word() & ~row.mask;
    const bits = (row.match | (free & ~0xf80) | (this.value() << 7)) >>> 0;
    this.asm.wide(row.name, bits);
  }

  /** The same, or one of 16 bits. */
  plain(): void {
    const { random: r, asm } = this;
    if (r.chance(70)) return this.wideValue();
    const rd = r.pick(writable);
    const p = r.pick([10, 11, 12, 13, 14, 15]);
    const q = r.between(8, 15);
    switch (r.below(6)) {
      case 0:
        return asm.narrow('c.addi', e.cAddi(rd, r.pick([-32, -1, 1, 5, 31])));
      case 1:
        return asm.narrow('c.li', e.cLi(rd, r.between(-32, 31)));
      case 2:
        return asm.narrow('c.mv', e.cMv(rd, r.between(1, 31)));
      case 3:
        return asm.narrow('c.add', e.cAdd(rd, r.between(1, 31)));
      case 4:
        return asm.narrow('c.alu', e.cArithmetic(r.below(4), p, q));
      default:
        return asm.narrow('c.slli', e.cSlli(rd, r.between(1, 31)));
    }
  }

  /** A window that loads and stores may use. */
  window(): number {
    const last = this.inner ? reg.own : reg.outside;
    return this.random.pick([reg.own, reg.own, reg.own, reg.shared, reg.shared, last]);
  }

  /** The same for an access of a row. */
  private windowOf(row: Row): number {
    if (this.loadsL2 && !row.memory!.write && this.random.chance(30)) return reg.outside;
    return this.window();
  }

  /** Mostly aligned, sometimes not. */
  offset(bytes: number, limit: number): number {
    const at = this.random.below(limit);
    return this.random.chance(90) || this.aligned ? at - (at % bytes) : at;
  }

  /** A load or store of any row and addressing mode; the base is a window, any where none is given. */
  access(at?: number): void {
    const { random: r, asm } = this;
    const row = r.pick(
      this.coreV ? memoryRows : memoryRows.filter((x) => !x.name.startsWith('cv.')),
    );
    const memory = row.memory!;
    const base = at ?? this.windowOf(row);
    const offset = this.offset(memory.bytes, windowBytes - 8);
    if (row.format === 'load' || row.format === 'store') {
      if (row.name === 'lw' && base === reg.own && r.chance(30))
        return asm.narrow('c.lw', e.cLw(r.between(10, 15), base, offset & 124));
      if (row.name === 'sw' && base === reg.own && r.chance(30))
        return asm.narrow('c.sw', e.cSw(r.between(8, 15), base, offset & 124));
      return asm.wide(row.name, this.immediateAccess(row, base, offset));
    }
    if (memory.postIncrement) {
      asm.wide('addi', e.addi(reg.pointer, base, offset));
      if (memory.offset !== undefined) this.li(reg.address, r.between(-64, 64));
      for (let n = r.between(1, 3); n > 0; n--) asm.wide(row.name, this.registerAccess(row));
      return;
    }
    this.li(reg.address, offset);
    asm.wide('addi', e.addi(reg.pointer, base, 0));
    asm.wide(row.name, this.registerAccess(row));
  }

  /** One access of 32 bits without preparation, for the body of a hardware loop. */
  plainAccess(): void {
    const row = this.random.pick(
      memoryRows.filter((x) => x.format === 'load' || x.format === 'store'),
    );
    const offset = this.offset(row.memory!.bytes, windowBytes - 8);
    this.asm.wide(row.name, this.immediateAccess(row, this.windowOf(row), offset));
  }

  private immediateAccess(row: Row, base: number, imm: number): number {
    return row.memory!.write
      ? (row.match | (e.sType(0, 0, base, this.any(), imm) & ~0x707f)) >>> 0
      : (row.match | (e.iType(0, 0, this.value(), base, imm) & ~0x707f)) >>> 0;
  }

  /** Base in `pointer`, offset register in `address`. */
  private registerAccess(row: Row): number {
    const { pointer, address } = reg;
    const step = this.random.between(-16, 16) * 4;
    switch (row.format) {
      case 'load-post':
        return this.immediateAccess(row, pointer, step);
      case 'store-post':
        return this.immediateAccess(row, pointer, step);
      case 'load-post-register':
      case 'load-index':
        return (row.match | (this.value() << 7) | (pointer << 15) | (address << 20)) >>> 0;
      default:
        return (row.match | (address << 7) | (pointer << 15) | (this.any() << 20)) >>> 0;
    }
  }

  branch(target: Label): void {
    const { random: r, asm } = this;
    if (r.chance(25)) {
      const p = r.between(8, 15);
      const zero = r.chance(50);
      const wide = {
        name: zero ? 'beq' : 'bne',
        encode: (o: number) => e.bType(zero ? 0 : 1, p, 0, o),
      };
      const encode = (o: number): number => (zero ? e.cBeqz(p, o) : e.cBnez(p, o));
      return asm.jump(target, wide, { name: zero ? 'c.beqz' : 'c.bnez', encode, reach: 256 });
    }
    const candidates = this.coreV ? branchRows : branchRows.filter((x) => x.format === 'branch');
    const row = r.pick(candidates);
    const rs1 = this.any();
    const rs2 = this.any();
    asm.jump(target, {
      name: row.format === 'branch' ? row.name : `b${row.name}`,
      encode: (o) => (row.match | (e.bType(0, rs1, rs2, o) & ~0x707f)) >>> 0,
    });
  }

  back(target: Label, counter: number): void {
    this.asm.wide('addi', e.addi(counter, counter, -1));
    this.asm.jump(target, { name: 'bne', encode: (o) => e.bType(1, counter, 0, o) });
  }

  csrRead(rd: number, number: number): void {
    this.asm.wide('csrrs', e.csr(2, rd, 0, number));
  }

  csrWrite(rs1: number, number: number): void {
    this.asm.wide('csrrw', e.csr(1, 0, rs1, number));
  }

  /** cv.elw from the event unit; the hart may sleep. */
  eventLoad(rd: number, offset: number): void {
    const row = one('cv.elw');
    this.asm.wide('cv.elw', (row.match | (e.iType(0, 0, rd, reg.events, offset) & ~0x707f)) >>> 0);
  }

  store(value: number, base: number, offset: number): void {
    this.asm.wide('sw', e.sw(value, base, offset));
  }

  load(rd: number, base: number, offset: number): void {
    this.asm.wide('lw', e.lw(rd, base, offset));
  }

  /** `cv.<name>` of the hardware loops: loop number, register or immediate fields. */
  loopRow(name: string, loop: number, rs1: number, imm: number): void {
    const row = one(`cv.${name}`);
    this.asm.wide(row.name, (row.match | (loop << 7) | (rs1 << 15) | (imm << 20)) >>> 0);
  }
}
