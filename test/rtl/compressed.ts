import { registers } from './layout.js';
import type { Writer } from './writer.js';
import * as e from '../lockstep/encode.js';

/** A random 16-bit instruction that computes, loads or stores. */
export function compressedForms(w: Writer): void {
  const { random } = w;
  const p = (): number => random.pick([10, 11, 12, 13, 14, 15]);
  const base = random.pick([8, 9]);
  const rd = w.destination() || p();
  const source = w.source() || p();
  const forms: (() => number)[] = [
    () => e.cAddi(rd, random.between(-32, 31) || 1),
    () => e.cLi(rd, random.between(-32, 31)),
    () => e.cLui(rd === 2 ? 10 : rd, random.between(-32, 31) || 1),
    () => e.cMv(rd, source),
    () => e.cAdd(rd, source),
    () => e.cSlli(rd, random.between(1, 31)),
    () => e.cSrli(p(), random.between(1, 31)),
    () => e.cSrai(p(), random.between(1, 31)),
    () => e.cAndi(p(), random.between(-32, 31)),
    () => e.cArithmetic(random.below(4), p(), p()),
    () => e.cLw(p(), base, 4 * random.below(32)),
    () => e.cLw(p(), base, 4 * random.below(32)),
    () => e.cSw(random.chance(90) ? p() : base, base, 4 * random.below(32)),
    () => e.cLwsp(rd, 4 * random.below(64)),
    () => e.cSwsp(source, 4 * random.below(64)),
    () => e.cNop,
    () => e.cMv(random.pick(registers.pointers), random.pick(registers.pointers)),
    () => e.cAddi(random.pick([8, 9]), random.between(-32, 31) || 4),
    () => e.cAddi16sp(random.pick([-32, -16, 16, 32])),
    () => e.cAddi4spn(random.pick([8, 9]), 4 * random.between(1, 12)),
  ];
  w.narrow(random.pick(forms)());
}
