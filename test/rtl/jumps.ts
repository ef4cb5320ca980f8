import { codeBase, registers, slots } from './layout.js';
import type { Writer } from './writer.js';
import { encode, rowOf } from '../isa/xcv-machine.js';
import type { Label } from '../lockstep/assembler.js';
import * as e from '../lockstep/encode.js';

/** Branches, jumps and calls in all their forms, over what the caller of these functions writes next. */

/** A branch forward to `label`, taken or not as the registers have it. */
export function branchTo(w: Writer, label: Label, mayCompare: boolean): void {
  const { random } = w;
  const choice = random.below(10);
  if (choice < 2) {
    const p = random.pick([8, 9, 10, 11, 12, 13, 14, 15]);
    const [name, narrow, f3] = random.chance(50)
      ? (['beq', e.cBeqz, 0] as const)
      : (['bne', e.cBnez, 1] as const);
    return w.asm.jump(
      label,
      { name, encode: (o) => e.bType(f3, p, 0, o) },
      { name: `c.${name}z`, encode: (o) => narrow(p, o), reach: 256 },
    );
  }
  if (choice < 4 && w.xcv && mayCompare) {
    const row = rowOf(random.chance(50) ? 'cv.beqimm' : 'cv.bneimm');
    const rs1 = w.source();
    const imm = random.between(-16, 15);
    return w.asm.jump(label, {
      name: 'bimm',
      encode: (o) => encode(row, { rs1, imm, second: o }),
    });
  }
  const f3 = random.pick([0, 1, 4, 5, 6, 7]);
  const [a, b] = [w.source(), w.source()];
  w.asm.jump(label, { name: 'b', encode: (o) => e.bType(f3, a, b, o) });
}

export function branchBack(w: Writer, label: Label, counter: number): void {
  w.asm.jump(label, { name: 'bne', encode: (o) => e.bType(1, counter, 0, o) });
}

/** An unconditional jump by `jal`, linking into a register that nobody reads or the one given. */
export function jump(w: Writer, label: Label, link: number): void {
  const { random } = w;
  const wide = { name: 'jal', encode: (o: number) => e.jType(link, o) };
  if (link > 1 || random.chance(40)) return w.asm.jump(label, wide);
  const [name, narrow] = link === 0 ? (['c.j', e.cJ] as const) : (['c.jal', e.cJal] as const);
  w.asm.jump(label, wide, { name, encode: narrow, reach: 2048 });
}

/** A jump through a register that has just been produced, in one of many ways. */
export function jumpThroughRegister(
  w: Writer,
  label: Label,
  link: number,
  between: () => void,
): void {
  const { random } = w;
  const j = random.pick(registers.links.filter((r) => r !== link || random.chance(50)));
  const back = produceAddress(w, label, j, link);
  const fillers = random.pick([0, 0, 0, 1, 1, 2]);
  for (let n = 0; n < fillers; n++) between();
  const narrow = back === 0 && random.chance(35);
  if (narrow && link === 0) return w.narrow(e.cJr(j));
  if (narrow && link === 1) return w.narrow(e.cJalr(j));
  if (back === 0) return w.wide(e.jalr(link, j, random.pick([0, 0, 0, 1])));
  w.wide(e.jalr(link, j, back));
}

/** Leaves the address of `label` less the returned offset in `j`. */
function produceAddress(w: Writer, label: Label, j: number, link: number): number {
  const { random } = w;
  const { one, table, junk } = registers;
  const choice = random.below(w.xcv ? 15 : 9);
  if (choice === 0 || choice === 1) {
    let base = 0;
    const distance = (): { high: number; low: number } => e.split(label.offset - base);
    w.asm.late('auipc', 4, (at) => {
      base = at;
      return e.uType(0x17, j, distance().high);
    });
    w.asm.late('addi', 4, () => e.addi(j, j, distance().low));
    return 0;
  }
  const index = w.target(label);
  const load = (): void => w.wide(e.lw(j, table, slots.code.at + 4 * index));
  switch (choice) {
    case 3:
      load();
      w.wide(e.rType(0x33, random.pick([0, 4, 5]), 1, j, j, one));
      break;
    case 4:
      load();
      w.wide(e.csr(1, 0, j, 0x340));
      if (random.chance(50)) w.filler();
      w.wide(e.csr(2, j, 0, 0x340));
      break;
    case 5:
      load();
      w.wide(e.csr(1, 0, j, 0x341));
      w.wide(e.csr(2, j, 0, 0x341));
      break;
    case 6: {
      // The upper half of 2^31 times twice the address
      load();
      w.wide(e.add(j, j, j));
      w.wide(e.uType(0x37, junk, 0x80000));
      w.wide(e.rType(0x33, 3, 1, j, j, junk));
      break;
    }
    case 7: {
      const other = random.pick(registers.links.filter((r) => r !== j));
      w.wide(e.lw(other, table, slots.code.at + 4 * index));
      if (random.chance(50)) w.narrow(e.cMv(j, other));
      else w.wide(e.addi(j, other, 0));
      break;
    }
    case 9:
      load();
      w.wide(encode(rowOf('cv.max'), { rd: j, rs1: j, rs2: 0 }));
      break;
    case 10:
      w.wide(e.addi(j, table, slots.code.at + 4 * index));
      w.wide(encode(rowOf('cv.lw', 'load-post'), { rd: j, rs1: j, imm: 4 }));
      break;
    case 11:
      // The stepped base is the address: a load out of the code itself
      load();
      w.wide(encode(rowOf(random.pick(['cv.lbu', 'cv.lw']), 'load-post'), { rd: junk, rs1: j }));
      break;
    case 13:
    case 14: {
      // The stepped base again, of an access to data that may cross a word
      const step = random.pick(registers.links.filter((r) => r !== j));
      const at = slots.pointers.at + 4 * random.below(slots.pointers.count);
      w.wide(e.lw(j, table, at));
      w.wide(e.lw(step, table, slots.code.at + 4 * index));
      w.wide(e.sub(step, step, j));
      if (random.chance(25)) {
        const name = random.pick(['cv.sw', 'cv.sh', 'cv.sb']);
        w.wide(encode(rowOf(name, 'store-post-register'), { rd: step, rs1: j, rs2: w.source() }));
        break;
      }
      const name = random.pick(['cv.lw', 'cv.lw', 'cv.lh', 'cv.lhu', 'cv.lbu']);
      const rd = random.pick([junk, link === j ? junk : link, w.destination()]);
      w.wide(encode(rowOf(name, 'load-post-register'), { rd, rs1: j, rs2: step }));
      break;
    }
    case 12:
      w.wide(e.addi(junk, 0, slots.code.at + 4 * index));
      w.wide(encode(rowOf('cv.lw', 'load-index'), { rd: j, rs1: table, rs2: junk }));
      break;
    default:
      load();
  }
  return 0;
}

export const addressOf = (label: Label): number => codeBase + label.offset;
