import { registers, slots } from './layout.js';
import { straight } from './straight.js';
import type { Writer } from './writer.js';
import * as e from '../lockstep/encode.js';
import * as loop from '../timing/loop-code.js';

const inBody = { xcv: true, wideOnly: true, csr: true };

/** A hardware loop or a nest of two, by the rules of the core: what lies inside is counted. */
export function hardwareLoop(w: Writer): void {
  const { random } = w;
  w.asm.align(4, e.cNop);
  const inner = (l: 0 | 1): (() => void)[] => {
    const count = random.pick(counts);
    const body = bodyOf(w, random.between(3, 7), count);
    return [...setUp(w, l, body.length, count), ...body];
  };
  if (random.chance(60)) return inner(random.chance(50) ? 0 : 1).forEach((write) => write());
  const count = random.pick(counts);
  const body = [
    ...bodyOf(w, random.below(4), 1),
    ...inner(0),
    ...bodyOf(w, random.between(2, 4), count),
  ];
  [...setUp(w, 1, body.length, count), ...body].forEach((write) => write());
}

const counts = [0, 1, 2, 2, 3, 3, 4, 5];

/** Each is one 32-bit instruction. */
function bodyOf(w: Writer, length: number, turns: number): (() => void)[] {
  return Array.from({ length }, (_, n) => () => one(w, n < length - 1, turns));
}

function one(w: Writer, mayTrap: boolean, turns: number): void {
  const { random } = w;
  const before = w.asm.length;
  // Behind a trap in the last instruction the handler would leave the loop
  if (mayTrap && random.chance(2)) return w.wide(random.chance(50) ? e.ecall : e.ebreak);
  if (random.chance(10)) {
    const p = random.pick(registers.pointers);
    return w.wide(
      e.lw(p, registers.table, slots.pointers.at + 4 * random.below(slots.pointers.count)),
    );
  }
  // Some choices write several instructions: only single ones fit here
  for (let tries = 0; tries < 20; tries++) {
    // A flushing CSR access at the end of a loop of no turns makes the RTL's count wrap
    straight(w, mayTrap || turns > 0 ? inBody : { ...inBody, csr: false });
    if (w.asm.length === before + 1) return;
    w.asm.truncate(before);
  }
  w.wide(e.addi(0, 0, 0));
}

function setUp(w: Writer, l: 0 | 1, body: number, count: number): (() => void)[] {
  const { random } = w;
  const register = random.pick(registers.general);
  const before = random.chance(50)
    ? (): void => w.wide(e.addi(register, 0, count))
    : (): void => w.wide(e.lw(register, registers.table, slots.counts.at + 4 * count));
  switch (random.below(5)) {
    case 0:
      return [before, (): void => w.wide(loop.setup(l, register, body))];
    case 1: {
      const parts = [
        (): void => w.wide(loop.starti(l, 3)),
        (): void => w.wide(loop.endi(l, 2 + body)),
        (): void => w.wide(loop.counti(l, count)),
      ];
      return parts;
    }
    case 2:
      return [
        (): void => w.wide(loop.starti(l, 4)),
        (): void => w.wide(loop.endi(l, 3 + body)),
        before,
        (): void => w.wide(loop.count(l, register)),
      ];
    case 3: {
      // Both addresses through a register; the body begins six instructions behind the auipc
      const { junk } = registers;
      return [
        (): void => w.wide(e.uType(0x17, junk, 0)),
        (): void => w.wide(e.addi(junk, junk, 24 + random.below(4))),
        (): void => w.wide(loop.start(l, junk)),
        (): void => w.wide(e.addi(junk, junk, 4 * body)),
        (): void => w.wide(loop.end(l, junk)),
        (): void => w.wide(loop.counti(l, count)),
      ];
    }
    default:
      return [(): void => w.wide(loop.setupi(l, count, body))];
  }
}
