import { type Context, record } from './context.js';
import * as e from './encode.js';
import { cornerValue, signedImmediate } from './random.js';

export const csrNumber = {
  mstatus: 0x300,
  mie: 0x304,
  mtvec: 0x305,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mcycle: 0xb00,
  minstret: 0xb02,
  mcycleh: 0xb80,
  mhartid: 0xf14,
} as const;

const read = (rd: number, number: number) => e.csr(2, rd, 0, number);
const write = (rs1: number, number: number) => e.csr(1, 0, rs1, number);

/** CSR accesses, restricted to bits that an M-mode-only core and QEMU define alike. */
export function csrAccess(c: Context): void {
  const { random: r, asm } = c;
  switch (r.weighted([6, 2, 2, 2, 2, 2])) {
    case 0: {
      const [name, f3] = r.pick(e.csrOps);
      const source = f3 >= 5 ? r.below(32) : c.source();
      return asm.wide(name, e.csr(f3, c.destination(), source, csrNumber.mscratch));
    }
    case 1:
      return c.csrFlavour === 'mstatus' ? statusBits(c) : enableBits(c);
    case 2:
      return counter(c);
    case 3:
      // A trap overwrites these, with the address of the program among the rest
      return c.traps ? counter(c) : exceptionPc(c);
    case 4:
      return c.traps ? counter(c) : cause(c);
    default:
      return c.traps ? counter(c) : vector(c);
  }
}

/** Two harts or machines never agree on these, so the value read is cancelled at once. */
function counter(c: Context): void {
  const rd = c.writable();
  const number = c.random.pick([
    csrNumber.mcycle,
    csrNumber.minstret,
    csrNumber.mcycleh,
    csrNumber.mhartid,
  ]);
  c.asm.wide('csrrs', read(rd, number));
  c.asm.wide('sub', e.sub(rd, rd, rd));
}

/** MIE and MPIE by immediates and registers; the other fields differ between implementations. */
function statusBits(c: Context): void {
  const { random: r, asm } = c;
  const rd = c.writable();
  const f3 = r.pick([2, 3]);
  const name = f3 === 2 ? 'csrrs' : 'csrrc';
  if (r.chance(50)) {
    asm.wide(`${name}i`, e.csr(f3 + 4, rd, 8, csrNumber.mstatus));
  } else {
    const t = c.writable();
    c.constant(t, r.pick([0x80, 0x88, 8, 0]));
    asm.wide(name, e.csr(f3, rd, t, csrNumber.mstatus));
  }
  asm.wide('andi', e.iType(0x13, 7, rd, rd, 0x88));
}

/** Software, timer and external enable. Never together with mstatus.MIE, so nothing can arrive. */
function enableBits(c: Context): void {
  const { random: r, asm } = c;
  const t = c.writable();
  const rd = c.writable();
  c.constant(t, cornerValue(r) & 0x888);
  const [name, f3] = r.pick(e.csrOps.slice(0, 3));
  asm.wide(name, e.csr(f3, rd, t, csrNumber.mie));
}

function exceptionPc(c: Context): void {
  const t = c.writable();
  c.asm.wide('andi', e.iType(0x13, 7, t, c.source(), -2));
  const [name, f3] = c.random.pick(e.csrOps);
  const source = f3 >= 5 ? c.random.below(16) * 2 : t;
  c.asm.wide(name, e.csr(f3, c.destination(), source, csrNumber.mepc));
}

function cause(c: Context): void {
  c.asm.wide('csrrwi', e.csr(5, c.destination(), c.random.below(32), csrNumber.mcause));
  if (c.random.chance(50)) c.asm.wide('csrrs', read(c.destination(), csrNumber.mcause));
}

/** Direct or vectored, 256-byte aligned, as every implementation has it. */
function vector(c: Context): void {
  const { random: r, asm } = c;
  const t = c.writable();
  c.constant(t, ((cornerValue(r) & ~0xff) | r.below(2)) >>> 0);
  asm.wide('csrrw', write(t, csrNumber.mtvec));
  asm.wide('csrrs', read(c.destination(), csrNumber.mtvec));
}

/** fence of any kind and fence.i, with the reserved fields that must be ignored. */
export function fence(c: Context): void {
  const { random: r, asm } = c;
  if (r.chance(30)) {
    const odd = r.chance(30);
    const rd = odd ? r.below(32) : 0;
    const rs1 = odd ? r.below(32) : 0;
    asm.wide('fence.i', e.iType(0x0f, 1, rd, rs1, odd ? signedImmediate(r, 12) : 0));
  } else {
    const imm = r.chance(20) ? 0x833 : r.below(256);
    asm.wide(
      'fence',
      e.iType(0x0f, 0, r.chance(20) ? r.below(32) : 0, r.chance(20) ? r.below(32) : 0, imm),
    );
  }
}

/** 32-bit encodings that no RV32IMC machine without other extensions accepts. */
function illegalWide(c: Context): number {
  const { random: r } = c;
  const any = r.word();
  const opcode = (op: number) => ((any & ~0x7f) | op) >>> 0;
  const field = (op: number, f3: number) => ((any & ~0x707f) | op | (f3 << 12)) >>> 0;
  switch (r.below(12)) {
    case 0:
      return 0xffffffff;
    case 1: // custom-0..3
      return opcode(r.pick([0x0b, 0x2b, 0x5b, 0x7b]));
    case 2: // floating point, atomics, vectors, RV64
      return opcode(r.pick([0x07, 0x27, 0x43, 0x47, 0x4b, 0x4f, 0x53, 0x2f, 0x57, 0x1b, 0x3b]));
    case 3:
      return field(0x03, r.pick([3, 6, 7]));
    case 4:
      return field(0x23, r.between(3, 7));
    case 5:
      return field(0x63, r.pick([2, 3]));
    case 6:
      return field(0x67, r.between(1, 7));
    case 7: // OP with a funct7 of bit manipulation, or of nothing
      return e.rType(
        0x33,
        r.below(8),
        r.pick([2, 4, 5, 8, 0x10, 0x14, 0x24, 0x30, 0x60, 0x7f]),
        5,
        6,
        7,
      );
    case 8: // shift amounts of 32 and more
      return e.rType(
        0x13,
        r.pick([1, 5]),
        r.pick([0x01, 0x21, 0x05, 0x14, 0x34]),
        5,
        6,
        r.below(32),
      );
    case 9:
      return field(0x73, 4);
    case 10: // writes to read-only CSRs
      return e.csr(r.pick([1, 5]), 5, 6, r.pick([0xf11, 0xf12, 0xf13, 0xf14]));
    default: // CSRs that do not exist
      return e.csr(r.pick([1, 2, 3, 5, 6, 7]), 5, 6, r.pick([0x5c0, 0x9c0, 0x6c0, 0x5ff]));
  }
}

/** 16-bit encodings that are reserved in RV32C, or belong to F and D. */
function illegalNarrow(c: Context): number {
  const { random: r } = c;
  const any = r.below(0x10000);
  const quadrant = (f3: number, q: number) => (any & 0x1ffc) | (f3 << 13) | q;
  switch (r.below(10)) {
    case 0:
      return 0;
    case 1: // c.addi4spn of nothing
      return r.between(0, 7) << 2;
    case 2:
      return quadrant(r.pick([1, 3, 4, 5, 7]), 0);
    case 3: // c.lui / c.addi16sp of nothing
      return 0x6001 | (r.below(32) << 7);
    case 4: // shifts by 32 and more
      return e.cSrli(8 + r.below(8), 32 + r.below(32));
    case 5:
      return e.cSrai(8 + r.below(8), 32 + r.below(32));
    case 6: // the RV64 word operations
      return e.cArithmetic(r.below(4), 8 + r.below(8), 8 + r.below(8)) | 0x1000;
    case 7:
      return e.cLwsp(0, 4 * r.below(64));
    case 8:
      return 0x8002;
    default:
      return quadrant(r.pick([1, 3, 5, 7]), 2);
  }
}

/** An exception that the program's own handler notes and steps over. */
export function trap(c: Context): void {
  const { random: r, asm } = c;
  switch (r.below(5)) {
    case 0:
      return asm.wide('ecall', e.ecall);
    case 1:
      return asm.wide('ebreak', e.ebreak);
    case 2:
      return asm.narrow('c.ebreak', e.cEbreak);
    case 3:
      return asm.wide('illegal', illegalWide(c));
    default:
      return asm.narrow('c.illegal', illegalNarrow(c));
  }
}

/**
 * The handler: hash = (hash + mcause ^ (mepc - start)) * 33, then on behind the instruction.
 * Must stand at a multiple of 256.
 */
export function trapHandler(c: Context): void {
  const { asm, pointer: p, delta } = c;
  const t = c.writable();
  c.fixed |= 1 << t;
  const u = c.writable();
  c.fixed &= ~(1 << t);
  const at = (offset: number) => offset - delta;
  asm.wide('sw', e.sw(t, p, at(record.trapSave)));
  asm.wide('sw', e.sw(u, p, at(record.trapSave + 4)));
  asm.wide('lw', e.lw(u, p, at(record.trapHash)));
  asm.wide('csrrs', read(t, csrNumber.mcause));
  asm.wide('add', e.add(u, u, t));
  asm.wide('csrrs', read(t, csrNumber.mepc));
  asm.wide('sub', e.sub(t, t, c.code));
  asm.wide('xor', e.rType(0x33, 4, 0, u, u, t));
  asm.wide('slli', e.rType(0x13, 1, 0, t, u, 5));
  asm.wide('add', e.add(u, u, t));
  asm.wide('sw', e.sw(u, p, at(record.trapHash)));
  asm.wide('csrrs', read(t, csrNumber.mepc));
  asm.wide('lhu', e.iType(0x03, 5, u, t, 0));
  asm.wide('andi', e.iType(0x13, 7, u, u, 3));
  asm.wide('addi', e.addi(u, u, -3));
  asm.wide('sltiu', e.iType(0x13, 3, u, u, 1));
  asm.wide('slli', e.rType(0x13, 1, 0, u, u, 1));
  asm.wide('addi', e.addi(u, u, 2));
  asm.wide('add', e.add(t, t, u));
  asm.wide('csrrw', write(t, csrNumber.mepc));
  asm.wide('lw', e.lw(t, p, at(record.trapSave)));
  asm.wide('lw', e.lw(u, p, at(record.trapSave + 4)));
  asm.wide('mret', e.mret);
}
