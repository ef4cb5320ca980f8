import { type Context, record } from './context.js';
import * as e from './encode.js';
import { plain } from './plain.js';

const low = record.window;
const high = record.window + record.windowBytes - 4;

/** A place in the window, aligned to `bytes` half of the time. */
function place(c: Context, bytes: number): number {
  const at = c.random.between(low, high);
  return c.random.chance(55) ? at & -bytes : at;
}

/**
 * One load or store through `base`, which points `delta` bytes behind the start of the record.
 * Takes a compressed form when one reaches the window and the dice say so.
 */
export function access(c: Context, base: number, delta: number): void {
  const { random: r, asm } = c;
  if (base === 2 && r.chance(60) && stackAccess(c, delta)) return;
  if (base >= 8 && base <= 15 && r.chance(60) && shortAccess(c, base, delta)) return;
  if (r.chance(55)) {
    const [name, f3, bytes] = r.pick(e.loadOps);
    asm.wide(name, e.iType(0x03, f3, c.destination(), base, place(c, bytes) - delta));
  } else {
    const [name, f3, bytes] = r.pick(e.storeOps);
    asm.wide(name, e.sType(0x23, f3, base, c.source(), place(c, bytes) - delta));
  }
}

/** An immediate 0, 4, ... (4 * count - 4) that leads from `delta` into the window, or -1. */
function scaled(c: Context, delta: number, count: number): number {
  const first = Math.max(0, Math.ceil((low - delta) / 4));
  const last = Math.min(count - 1, Math.floor((high - delta) / 4));
  return last < first ? -1 : 4 * c.random.between(first, last);
}

function stackAccess(c: Context, delta: number): boolean {
  const imm = scaled(c, delta, 64);
  if (imm < 0) return false;
  if (c.random.chance(55)) c.asm.narrow('c.lwsp', e.cLwsp(c.writable(), imm));
  else c.asm.narrow('c.swsp', e.cSwsp(c.source(), imm));
  return true;
}

function shortAccess(c: Context, base: number, delta: number): boolean {
  const imm = scaled(c, delta, 32);
  if (imm < 0) return false;
  if (c.random.chance(55)) c.asm.narrow('c.lw', e.cLw(c.writableP(), base, imm));
  else c.asm.narrow('c.sw', e.cSw(c.sourceP(), base, imm));
  return true;
}

/** A pointer of its own for a few accesses, moved about on the way, and made a value again. */
export function pointerScope(c: Context): void {
  const { random: r, asm } = c;
  const q = r.chance(45) && c.isWritable(2) ? 2 : r.chance(60) ? c.writableP() : c.writable();
  let delta = r.between(low - 100, high - 60);
  if (r.chance(80)) delta = ((delta - c.delta) & -4) + c.delta;
  asm.wide('addi', e.addi(q, c.pointer, delta - c.delta));
  c.hide(q);
  for (let n = r.between(1, 6); n > 0; n--) {
    const moved = r.below(8);
    if (moved === 0) {
      const step = r.between(-32, 31);
      asm.narrow('c.addi', e.cAddi(q, step));
      delta += step;
    } else if (moved === 1 && q === 2) {
      const step = 16 * (r.chance(50) ? r.between(1, 8) : r.between(-8, -1));
      asm.narrow('c.addi16sp', e.cAddi16sp(step));
      delta += step;
    } else if (moved === 2) {
      plain(c);
    }
    // Never so far away that 12 bits do not lead back into the window
    if (delta < low - 1000 || delta > high + 1000) {
      asm.wide('addi', e.addi(q, q, low - delta > 0 ? 800 : -800));
      delta += low - delta > 0 ? 800 : -800;
    }
    access(c, q, delta);
  }
  if (q === 2 && r.chance(30)) {
    const p = c.writableP();
    asm.narrow('c.addi4spn', e.cAddi4spn(p, 4 * r.between(1, 255)));
    asm.wide('sub', e.sub(p, p, q));
  }
  asm.wide('sub', e.sub(q, q, c.pointer));
  c.show(q);
}

/** An address computed from data: index = value masked or shifted to 0..255, any alignment. */
export function indexedAccess(c: Context): void {
  const { random: r, asm } = c;
  const t = c.writable();
  const from = c.source();
  if (r.chance(50)) asm.wide('andi', e.iType(0x13, 7, t, from, r.pick([0xff, 0xfc, 0xfe, 0x7c])));
  else asm.wide('srli', e.rType(0x13, 5, 0, t, from, 24));
  if (r.chance(40)) asm.narrow('c.add', e.cAdd(t, c.pointer));
  else asm.wide('add', e.add(t, t, c.pointer));
  c.hide(t);
  const start = r.between(low, high - 255) - c.delta;
  for (let n = r.between(1, 3); n > 0; n--) {
    if (r.chance(55)) {
      const [name, f3] = r.pick(e.loadOps);
      asm.wide(name, e.iType(0x03, f3, c.destination(), t, start));
    } else {
      const [name, f3] = r.pick(e.storeOps);
      asm.wide(name, e.sType(0x23, f3, t, c.source(), start));
    }
  }
  asm.wide('sub', e.sub(t, t, c.pointer));
  c.show(t);
}

/** Reads the program's own instructions as data. */
export function codeLoad(c: Context): void {
  const [name, f3] = c.random.pick(e.loadOps);
  c.asm.wide(name, e.iType(0x03, f3, c.destination(), c.code, c.random.between(0, 60)));
}
