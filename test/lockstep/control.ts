import type { Callee, Context } from './context.js';
import * as e from './encode.js';
import {
  branch,
  branchOnZero,
  call,
  forwardIndirect,
  forwardJump,
  functionReturn,
  jump,
  restoreLink,
  saveLink,
} from './jumps.js';
import { access, codeLoad, indexedAccess, pointerScope } from './memory.js';
import { plain } from './plain.js';
import { patch } from './patch.js';
import { csrAccess, fence, trap } from './system.js';

/** Where a piece of program stands: how deep, and what it may do there. */
export interface Place {
  readonly depth: number;
  /** Loop counters not yet taken by a loop around. */
  readonly counters: readonly number[];
  readonly mayCall: boolean;
}

/** One random piece of program: an instruction, an idiom, or a control structure around more. */
export function piece(c: Context, place: Place): void {
  const w = c.weights;
  const nested = place.depth < 3;
  const kind = c.random.weighted([
    w[5] * 6,
    w[6] * 2,
    w[7],
    w[8],
    w[9],
    w[10],
    2,
    2,
    c.traps ? 4 : 0,
    1,
    3,
    nested ? 4 : 0,
    nested && place.counters.length > 0 ? 3 : 0,
    place.mayCall ? 4 : 0,
    3,
  ]);
  switch (kind) {
    case 0:
      return plain(c);
    case 1:
      return access(c, c.pointer, c.delta);
    case 2:
      return pointerScope(c);
    case 3:
      return indexedAccess(c);
    case 4:
      return forwardJump(c);
    case 5:
      return programCounter(c);
    case 6:
      return csrAccess(c);
    case 7:
      return fence(c);
    case 8:
      return trap(c);
    case 9:
      return patch(c);
    case 10:
      return codeLoad(c);
    case 11:
      return conditional(c, place);
    case 12:
      return loop(c, place);
    case 13:
      return call(c);
    default:
      return forwardIndirect(c);
  }
}

function pieces(c: Context, place: Place, low: number, high: number): void {
  for (let n = c.random.between(low, high); n > 0; n--) piece(c, place);
}

/** auipc as a value. */
function programCounter(c: Context): void {
  const rd = c.writable();
  c.asm.wide(
    'auipc',
    e.uType(0x17, rd, c.random.pick([0, 1, 0x7ffff, 0x80000, 0xfffff, c.random.word()])),
  );
  c.asm.wide('sub', e.sub(rd, rd, c.code));
}

function conditional(c: Context, place: Place): void {
  const inner = { ...place, depth: place.depth + 1 };
  const otherwise = c.asm.label('else');
  branch(c, otherwise);
  pieces(c, inner, 1, 5);
  if (c.random.chance(40)) {
    const end = c.asm.label('end');
    jump(c, end);
    c.asm.place(otherwise);
    pieces(c, inner, 1, 4);
    c.asm.place(end);
  } else {
    c.asm.place(otherwise);
  }
}

/** A loop of at most nine turns, in one of five shapes. */
function loop(c: Context, place: Place): void {
  const { random: r, asm } = c;
  const [k, ...counters] = place.counters;
  const inner = { depth: place.depth + 1, counters, mayCall: place.mayCall };
  const turns = r.between(1, place.counters.length > 1 ? 9 : 6);
  const top = asm.label('top');
  const bit = 1 << k;
  const body = () => {
    c.fixed |= bit;
    pieces(c, inner, 1, 6);
  };
  const step = (by: number) =>
    r.chance(60) ? asm.narrow('c.addi', e.cAddi(k, by)) : asm.wide('addi', e.addi(k, k, by));
  const back = (name: string, f3: number, rs1: number, rs2: number) =>
    asm.jump(top, { name, encode: (o) => e.bType(f3, rs1, rs2, o) });
  switch (r.below(5)) {
    case 0: // down to zero, test at the end
      c.constant(k, turns);
      asm.place(top);
      body();
      step(-1);
      branchOnZero(c, top, k, false);
      break;
    case 1: // from below zero upwards
      c.constant(k, -turns);
      asm.place(top);
      body();
      step(1);
      back('blt', 4, k, 0);
      break;
    case 2: // unsigned wrap at zero: -turns .. -1 are above any small number
      c.constant(k, -turns);
      asm.place(top);
      body();
      step(1);
      back('bltu', 6, 0, k);
      break;
    case 3: // down past zero
      c.constant(k, turns - 1);
      asm.place(top);
      body();
      step(-1);
      back('bge', 5, k, 0);
      break;
    default: {
      // test at the top, jump back at the end
      const end = asm.label('end');
      c.constant(k, turns);
      asm.place(top);
      branchOnZero(c, end, k, true);
      body();
      step(-1);
      jump(c, top);
      asm.place(end);
    }
  }
  c.fixed &= ~bit;
}

/** The body of a function. Functions may only call those made before them, so calls end. */
export function functionBody(c: Context, f: Callee, own: readonly number[]): void {
  const { hidden, fixed } = c;
  c.asm.place(f.label);
  c.hide(c.far);
  for (const k of c.counters) c.fixed |= 1 << k;
  if (f.leaf) {
    c.hide(f.link);
    pieces(c, { depth: 1, counters: own, mayCall: false }, 1, 7);
  } else {
    saveLink(c, f);
    pieces(c, { depth: 2, counters: [], mayCall: true }, 1, 5);
    restoreLink(c, f);
    c.hide(f.link);
  }
  functionReturn(c, f);
  c.hidden = hidden;
  c.fixed = fixed;
}
