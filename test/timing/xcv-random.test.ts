import { describe, expect, it } from 'vitest';
import { encode, rowOf } from '../isa/xcv-machine.js';
import { generator } from '../isa/xcv-oracle.js';
import * as e from '../lockstep/encode.js';
import { l2, stepsOf, tcdm } from './harness.js';
import * as loop from './loop-code.js';

/**
 * Random nests of hardware loops against a second model: the two decode states of the core's controller,
 * stepped instruction by instruction over the path that it predicts itself. The emulator has no such
 * states; it keeps the address behind the last flush and static hazards in decoded slots.
 */
type Kind = 'plain' | 'load' | 'misaligned' | 'mulh' | 'flush' | 'set';

interface Item {
  readonly word: number;
  readonly kind: Kind;
  readonly reads: readonly number[];
  /** Written through the ALU port. */
  readonly writes: readonly number[];
  /** Written by a load. */
  readonly loads: number;
  readonly set?: { l: 0 | 1; count: number; body?: number };
}

const base = 6;
const item = (
  word: number,
  kind: Kind,
  reads: readonly number[],
  writes: readonly number[],
  loads = 0,
): Item => ({ word, kind, reads, writes, loads });

const cv = (name: string, rd: number, rs1: number, rs2: number): number =>
  encode(rowOf(`cv.${name}`), { rd, rs1, rs2 });

function randomItem(random: () => number): Item {
  const register = (): number => 13 + (random() % 4);
  const [rd, a, b] = [register(), register(), register()];
  switch (random() % 14) {
    case 0:
    case 1:
      return item(e.lw(rd, base, 0), 'load', [base], [], rd);
    case 2:
      return item(
        encode(rowOf('cv.lw', 'load-post'), { rd, rs1: base, imm: 0 }),
        'load',
        [base],
        [base],
        rd,
      );
    case 3:
      return item(e.lw(rd, base, 1), 'misaligned', [base], [], rd);
    case 4:
      return item(e.rType(0x33, 1, 1, rd, a, b), 'mulh', [a, b], [rd]);
    case 5:
    case 6:
      return item(e.csr(2, rd, 0, 0x300), 'flush', [], [rd]);
    case 7:
      return item(cv('sdotsp.b', rd, a, b), 'plain', [a, b, rd], [rd]);
    case 8:
      return item(cv('mac', rd, a, b), 'plain', [a, b, rd], [rd]);
    case 9:
      return item(
        encode(rowOf('cv.sw', 'store-post'), { rs1: base, rs2: a, imm: 0 }),
        'plain',
        [base, a],
        [base],
      );
    case 10:
      return item(encode(rowOf('cv.add.sci.b'), { rd, rs1: a, imm: 21 }), 'plain', [a], [rd]);
    default:
      return item(e.add(rd, a, b), 'plain', [a, b], [rd]);
  }
}

const setup = (l: 0 | 1, count: number, body: number): Item => ({
  ...item(loop.setupi(l, count, body), 'set', [], []),
  set: { l, count, body },
});

function randomProgram(random: () => number): Item[] {
  const some = (least: number, more: number): Item[] =>
    Array.from({ length: least + (random() % more) }, () => randomItem(random));
  const inner = (): Item[] => {
    const body = some(3, 4);
    return [setup(0, random() % 5, body.length), ...body];
  };
  const parts: Item[] = [...some(0, 3)];
  for (let n = 0; n < 3; n++) {
    if (random() % 3 === 0) parts.push(...inner(), ...some(0, 3));
    else {
      const body = [...some(0, 3), ...inner(), ...some(random() % 2, 2), ...inner(), ...some(2, 3)];
      parts.push(setup(1, random() % 4, body.length), ...body, ...some(0, 2));
    }
  }
  return [...parts, item(e.addi(0, 0, 0), 'plain', [], [])];
}

interface Moment {
  readonly at: number;
  readonly cycle: number;
}

/** Index and cycle of every instruction that leaves decode, by the rules and the controller's states. */
function predict(program: readonly Item[]): Moment[] {
  const start = [0, 0];
  const end = [0, 0];
  const count = [0, 0];
  const moments: Moment[] = [];
  let inLoopState = false;
  let waited = false;
  let cycle = 0;
  for (let at = 0; at < program.length;) {
    moments.push({ at, cycle });
    const { kind, loads, set } = program[at]!;
    if (set) {
      start[set.l] = at + 1;
      end[set.l] = at + 1 + set.body!;
    }
    const within = (l: number): boolean => start[l]! <= at && at < end[l]! && count[l]! > 1;
    const inBody = within(0) || within(1);
    const last = [0, 1].find((l) => end[l] === at + 1 && count[l]! > 0);
    const turns = last !== undefined && count[last]! > 1;
    let bubble = false;
    if (kind === 'flush') inLoopState = false;
    else if (inLoopState) {
      const ends = [0, 1].filter((l) => end[l] === at + 2);
      if (ends.length > 0 && ends.every((l) => count[l]! <= 1)) inLoopState = inBody;
    } else {
      bubble = turns && !waited;
      inLoopState = inBody && !end.includes(at + 2);
    }
    const next = turns ? start[last]! : at + 1;
    if (last !== undefined) count[last]!--;
    if (set) count[set.l] = set.count;
    const follower = program[next];
    const hazard =
      loads !== 0 &&
      follower !== undefined &&
      (follower.reads.includes(loads) || follower.writes.includes(loads));
    const own = kind === 'mulh' ? 5 : kind === 'flush' ? 4 : kind === 'misaligned' ? 2 : 1;
    waited = kind === 'mulh' || kind === 'misaligned' || hazard;
    cycle += own + (hazard || bubble ? 1 : 0);
    at = next;
  }
  return moments;
}

describe('random nests of hardware loops', () => {
  it.each([1, 2, 3, 4])(
    'every instruction of 50 programs leaves decode when the model says, seed %i',
    (seed) => {
      const random = generator(1000 + seed);
      let turns = 0;
      for (let n = 0; n < 50; n++) {
        const program = randomProgram(random);
        const steps = stepsOf(
          program.map(({ word }) => word),
          { registers: { [base]: tcdm + 0x100 } },
        );
        const ours = steps.map((step) => ({
          at: (step.pc - l2 - 0x1000) / 4,
          cycle: step.cycle - steps[0]!.cycle,
        }));
        const model = predict(program);
        expect(ours.slice(0, model.length), `program ${n}`).toEqual(model);
        turns += model.length;
      }
      expect(turns).toBeGreaterThan(5_000);
    },
  );
});
