import type { Context } from './context.js';
import * as e from './encode.js';
import { signedImmediate, unsignedImmediate } from './random.js';

/** One random instruction without control flow and without memory. */
export function plain(c: Context): void {
  const { random: r } = c;
  switch (
    r.weighted([c.weights[0], c.weights[1], c.weights[2], c.weights[3], 3, c.weights[4] * 3])
  ) {
    case 0: {
      const [name, f7, f3] = r.pick(e.registerOps);
      return c.asm.wide(name, e.rType(0x33, f3, f7, c.destination(), c.source(), c.source()));
    }
    case 1: {
      const [name, f7, f3] = r.pick(e.multiplyOps);
      return c.asm.wide(name, e.rType(0x33, f3, f7, c.destination(), c.source(), c.source()));
    }
    case 2: {
      const [name, f3] = r.pick(e.immediateOps);
      const imm = signedImmediate(r, 12);
      return c.asm.wide(name, e.iType(0x13, f3, c.destination(), c.source(), imm));
    }
    case 3: {
      const [name, f7, f3] = r.pick(e.shiftOps);
      return c.asm.wide(
        name,
        e.rType(0x13, f3, f7, c.destination(), c.source(), unsignedImmediate(r, 5)),
      );
    }
    case 4:
      if (r.chance(50)) return c.randomConstant(c.writable());
      return c.asm.wide('lui', e.uType(0x37, c.destination(), unsignedImmediate(r, 20)));
    default:
      return compressed(c);
  }
}

/** One compressed instruction without control flow and without memory, edges and hints included. */
function compressed(c: Context): void {
  const { random: r, asm } = c;
  switch (r.below(14)) {
    case 0: {
      // rd = x0 with a nonzero immediate, and a zero immediate with rd != x0, are hints
      const rd = c.destination();
      const imm = signedImmediate(r, 6);
      return asm.narrow(rd === 0 && imm === 0 ? 'c.nop' : 'c.addi', e.cAddi(rd, imm));
    }
    case 1:
      return asm.narrow('c.li', e.cLi(c.destination(), signedImmediate(r, 6)));
    case 2: {
      const rd = c.destination();
      const imm = signedImmediate(r, 6);
      if (rd === 2 || imm === 0) return asm.narrow('c.nop', e.cNop);
      return asm.narrow('c.lui', e.cLui(rd, imm));
    }
    case 3:
      if (!c.isWritable(2)) return asm.narrow('c.nop', e.cNop);
      return asm.narrow('c.addi16sp', e.cAddi16sp(16 * nonZero(signedImmediate(r, 6))));
    case 4:
      if (((c.hidden >>> 2) & 1) === 1) return asm.narrow('c.nop', e.cNop);
      return asm.narrow(
        'c.addi4spn',
        e.cAddi4spn(c.writableP(), 4 * nonZero(unsignedImmediate(r, 8))),
      );
    case 5:
      return asm.narrow('c.srli', e.cSrli(c.writableP(), unsignedImmediate(r, 5)));
    case 6:
      return asm.narrow('c.srai', e.cSrai(c.writableP(), unsignedImmediate(r, 5)));
    case 7:
      return asm.narrow('c.andi', e.cAndi(c.writableP(), signedImmediate(r, 6)));
    case 8:
    case 9: {
      const f2 = r.below(4);
      const name = ['c.sub', 'c.xor', 'c.or', 'c.and'][f2];
      return asm.narrow(name, e.cArithmetic(f2, c.writableP(), c.sourceP()));
    }
    case 10:
      return asm.narrow('c.slli', e.cSlli(c.destination(), unsignedImmediate(r, 5)));
    case 11:
      return asm.narrow('c.mv', e.cMv(c.destination(), nonZeroSource(c)));
    case 12:
      return asm.narrow('c.add', e.cAdd(c.destination(), nonZeroSource(c)));
    default:
      return asm.narrow('c.nop', e.cNop);
  }
}

const nonZero = (value: number): number => (value === 0 ? 1 : value);

function nonZeroSource(c: Context): number {
  for (;;) {
    const rs2 = c.source();
    if (rs2 !== 0) return rs2;
  }
}
