import type { Label } from './assembler.js';
import { type Callee, type Context, record } from './context.js';
import * as e from './encode.js';
import { plain } from './plain.js';
import { csrNumber } from './system.js';

const jumpForms = (rd: number) => ({ name: 'jal', encode: (o: number) => e.jType(rd, o) });

/** Now and then an instruction of many cycles, behind which a jump or branch has to wait. */
function busy(c: Context): void {
  const { random: r, asm } = c;
  if (!r.chance(25)) return;
  if (r.chance(70)) {
    const [name, f7, f3] = r.pick(e.multiplyOps);
    asm.wide(name, e.rType(0x33, f3, f7, c.destination(), c.source(), c.source()));
  } else {
    // A word that no alignment of the record's pointer makes aligned twice
    const at = record.window + 4 * r.below(100) + 1 - c.delta;
    if (r.chance(50)) asm.wide('lw', e.lw(c.destination(), c.pointer, at));
    else asm.wide('sw', e.sw(c.source(), c.pointer, at));
  }
}

/** Hands an address in register `t` through another unit: its producer decides how long a jump waits. */
function producer(c: Context, t: number): void {
  const { random: r, asm } = c;
  switch (r.below(8)) {
    case 0:
    case 1: {
      const at = record.spill + r.below(4) - c.delta;
      asm.wide('sw', e.sw(t, c.pointer, at));
      if (r.chance(30)) plain(c);
      return asm.wide('lw', e.lw(t, c.pointer, at));
    }
    case 2: {
      const one = c.writable();
      asm.narrow('c.li', e.cLi(one, 1));
      const [name, f7, f3] = r.pick([e.multiplyOps[0], e.multiplyOps[5]]);
      return asm.wide(name, e.rType(0x33, f3, f7, t, t, one));
    }
    case 3:
      // Leaves 0 behind
      asm.wide('csrrw', e.csr(1, 0, t, csrNumber.mscratch));
      return asm.wide('csrrw', e.csr(1, t, 0, csrNumber.mscratch));
    default:
      return;
  }
}

/** A jump without link: c.j where it reaches and the dice say so. */
export function jump(c: Context, target: Label): void {
  busy(c);
  if (c.random.chance(65)) {
    c.asm.jump(target, jumpForms(0), { name: 'c.j', encode: e.cJ, reach: 2048 });
  } else {
    c.asm.jump(target, jumpForms(0));
  }
}

/** A conditional branch on random operands, or c.beqz / c.bnez. */
export function branch(c: Context, target: Label): void {
  const { random: r, asm } = c;
  busy(c);
  if (r.chance(40)) {
    const p = c.sourceP();
    branchOnZero(c, target, p, r.chance(50));
    return;
  }
  const [name, f3] = r.pick(e.branchOps);
  const rs1 = c.source();
  const rs2 = r.chance(15) ? rs1 : c.source();
  asm.jump(target, { name, encode: (o) => e.bType(f3, rs1, rs2, o) });
}

/** Branch to `target` when register `rs` is zero (or not), compressed where possible. */
export function branchOnZero(c: Context, target: Label, rs: number, zero: boolean): void {
  const f3 = zero ? 0 : 1;
  const wide = { name: zero ? 'beq' : 'bne', encode: (o: number) => e.bType(f3, rs, 0, o) };
  if (rs >= 8 && rs <= 15 && c.random.chance(75)) {
    const encode = (o: number) => (zero ? e.cBeqz(rs, o) : e.cBnez(rs, o));
    c.asm.jump(target, wide, { name: zero ? 'c.beqz' : 'c.bnez', encode, reach: 256 });
  } else {
    c.asm.jump(target, wide);
  }
}

/** Bytes that are never executed: whatever a decoder makes of them must not matter. */
function junk(c: Context): void {
  for (let n = c.random.below(4); n > 0; n--) c.asm.narrow('', c.random.below(0x10000));
}

/** Forward over junk, with or without a link; the link becomes a value. */
export function forwardJump(c: Context): void {
  const { random: r, asm } = c;
  const over = asm.label('over');
  if (r.chance(50)) {
    jump(c, over);
    junk(c);
    asm.place(over);
    return;
  }
  const link = r.chance(50) && c.isWritable(1) ? 1 : c.writable();
  linkedJump(c, over, link);
  junk(c);
  asm.place(over);
  asm.wide('sub', e.sub(link, link, c.code));
}

function linkedJump(c: Context, target: Label, link: number): void {
  busy(c);
  if (link === 1 && c.random.chance(60)) {
    c.asm.jump(target, jumpForms(1), { name: 'c.jal', encode: e.cJal, reach: 2048 });
  } else {
    c.asm.jump(target, jumpForms(link));
  }
}

/**
 * Puts the address of `target`, less `rest`, into register `t`, which then is hidden.
 * Plain instructions in between vary the distance from producer to jump.
 */
function addressOf(c: Context, t: number, target: Label, rest: number, upperOnly: boolean): Label {
  const { asm, random: r } = c;
  const here = asm.label('here');
  const parts = () => e.split(target.offset - here.offset - rest);
  asm.place(here);
  asm.late('auipc', 4, () => e.uType(0x17, t, parts().high));
  c.hide(t);
  if (!upperOnly) {
    if (r.chance(30)) plain(c);
    asm.late('addi', 4, () => e.addi(t, t, parts().low));
  }
  producer(c, t);
  for (let n = r.below(3); n > 0; n--) plain(c);
  busy(c);
  return here;
}

/**
 * Jumps by register `t`, which is left hidden: the far pair, rd == rs1, an odd address whose
 * bit 0 is dropped, c.jr, c.jalr. `link` 0 keeps no link.
 */
function indirectJump(c: Context, target: Label, t: number, link: number): void {
  const { random: r, asm } = c;
  if (r.chance(35)) {
    const here = addressOf(c, t, target, 0, true);
    asm.late('jalr', 4, () => e.jalr(link, t, e.split(target.offset - here.offset).low));
    return;
  }
  const odd = r.chance(25) ? 1 : 0;
  if (r.chance(60) && link <= 1) {
    addressOf(c, t, target, -odd, false);
    if (link === 0) asm.narrow('c.jr', e.cJr(t));
    else asm.narrow('c.jalr', e.cJalr(t));
  } else {
    const rest = r.between(-2000, 2000);
    addressOf(c, t, target, rest - odd, false);
    asm.wide('jalr', e.jalr(link, t, rest));
  }
}

/** Jumps forward by register; every address left behind becomes a value. */
export function forwardIndirect(c: Context): void {
  const { random: r, asm } = c;
  const over = asm.label('over');
  const t = c.writable();
  const link = r.chance(50)
    ? 0
    : r.chance(30)
      ? t
      : r.chance(50) && c.isWritable(1)
        ? 1
        : c.writable();
  indirectJump(c, over, t, link);
  junk(c);
  asm.place(over);
  asm.wide('sub', e.sub(t, t, c.code));
  c.show(t);
  if (link !== 0 && link !== t) asm.wide('sub', e.sub(link, link, c.code));
}

/** Calls a function of the program; link and address become values behind the call. */
export function call(c: Context): void {
  const callee = pickCallee(c);
  if (callee === undefined) return;
  const { asm, random: r } = c;
  const { link } = callee;
  if (r.chance(60)) {
    linkedJump(c, callee.label, link);
  } else if (r.chance(40) || !c.isWritable(c.far)) {
    // Inside a function the far register belongs to the call in flight
    indirectJump(c, callee.label, link, link);
    c.show(link);
  } else {
    indirectJump(c, callee.label, c.far, link);
    asm.wide('sub', e.sub(c.far, c.far, c.code));
    c.show(c.far);
  }
  asm.wide('sub', e.sub(link, link, c.code));
}

function pickCallee(c: Context): Callee | undefined {
  return c.callees.length === 0 ? undefined : c.random.pick(c.callees);
}

/** Saves the link as a value, so that the body may call on and treat the register as its own. */
export function saveLink(c: Context, f: Callee): void {
  c.asm.wide('sub', e.sub(f.link, f.link, c.code));
  c.asm.wide('sw', e.sw(f.link, c.pointer, record.links + 4 * f.slot - c.delta));
}

export function restoreLink(c: Context, f: Callee): void {
  c.asm.wide('lw', e.lw(f.link, c.pointer, record.links + 4 * f.slot - c.delta));
  c.asm.wide('add', e.add(f.link, f.link, c.code));
}

export function functionReturn(c: Context, f: Callee): void {
  if (c.random.chance(60)) c.asm.narrow('c.jr', e.cJr(f.link));
  else c.asm.wide('jalr', e.jalr(0, f.link, 0));
}
