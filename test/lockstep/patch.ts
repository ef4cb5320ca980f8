import type { Context } from './context.js';
import * as e from './encode.js';
import { signedImmediate } from './random.js';
import { plain } from './plain.js';

/**
 * Self-modifying code: flips an instruction between two encodings, fence.i, executes it.
 * Every time through (loops, functions) it is the other one. The slot may lie at addr % 4 == 2.
 */
export function patch(c: Context): void {
  const { random: r, asm } = c;
  const slot = asm.label('slot');
  const here = asm.label('here');
  const q = c.writable();
  asm.place(here);
  asm.wide('auipc', e.uType(0x17, q, 0));
  c.hide(q);
  const first = random32(c);
  const second = random32(c);
  const t = c.writable();
  const m = otherThan(c, t);
  const offset = () => slot.offset - here.offset;
  const { high, low } = e.split(first ^ second);
  asm.wide('lui', e.uType(0x37, m, high));
  asm.wide('addi', e.addi(m, m, low));
  asm.late('lw', 4, () => e.lw(t, q, offset()));
  asm.wide('xor', e.rType(0x33, 4, 0, t, t, m));
  asm.late('sw', 4, () => e.sw(t, q, offset()));
  for (let n = r.below(3); n > 0; n--) plain(c);
  asm.wide('fence.i', e.fenceI);
  asm.place(slot);
  asm.wide('patched', first);
  asm.wide('sub', e.sub(q, q, c.code));
  c.show(q);
}

/** A 32-bit instruction that may stand anywhere: no memory, no jump, no hidden register. */
function random32(c: Context): number {
  const rd = c.writable();
  if (c.random.chance(50)) {
    const [, f3] = c.random.pick(e.immediateOps);
    return e.iType(0x13, f3, rd, c.source(), signedImmediate(c.random, 12));
  }
  const [, f7, f3] = c.random.pick([...e.registerOps, ...e.multiplyOps]);
  return e.rType(0x33, f3, f7, rd, c.source(), c.source());
}

function otherThan(c: Context, taken: number): number {
  for (;;) {
    const m = c.writable();
    if (m !== taken) return m;
  }
}
