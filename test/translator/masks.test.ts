import { expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import { Random } from '../lockstep/random.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { place } from './writer.js';

/** Instructions that make bits, masks of bits and choices by them, in any order, in one loop. */
function body(random: Random, length: number): number[] {
  const any = (): number => random.pick([5, 6, 9, 10]);
  return Array.from({ length }).flatMap(() => {
    const [rd, a, b] = [any(), any(), any()];
    const instruction = random.pick([
      () => e.iType(0x13, 7, rd, a, 1),
      () => e.rType(0x33, 2, 0, rd, a, b),
      () => e.iType(0x13, 3, rd, a, 1),
      () => e.sub(rd, 0, b),
      () => e.sub(rd, 0, b),
      () => e.sub(rd, 0, b),
      () => e.rType(0x33, 7, 0, rd, a, b),
      () => e.rType(0x33, 7, 0, rd, a, b),
      () => e.rType(0x33, 7, 0, rd, a, b),
      () => e.rType(0x33, 4, 0, rd, a, b),
      () => e.iType(0x13, 5, rd, a, 1),
      () => e.addi(rd, a, random.pick([-1, 1, 0x2a5])),
      () => e.lw(rd, 8, 64),
      () => e.sw(b, 8, 64),
    ])();
    // Whatever it is, the end shows it.
    return [instruction, e.rType(0x33, 0, 1, 13, 13, 14), e.add(13, 13, rd)];
  });
}

function open(engine: Engine, code: readonly number[]): MachineApi {
  const words = [
    e.uType(0x37, 8, place.tcdm >>> 12),
    e.uType(0x37, 5, 0x12345),
    e.uType(0x37, 9, 0xedb88),
    e.addi(9, 9, 0x320),
    e.addi(14, 0, 31),
  ];
  const top = words.length;
  words.push(e.addi(12, 12, 1), e.rType(0x33, 0, 1, 5, 12, 9), e.rType(0x13, 5, 0, 6, 5, 9));
  words.push(e.rType(0x13, 5, 0, 10, 5, 15), ...code);
  words.push(e.bType(1, 12, 0, 4 * (top - words.length)));
  const machine = openMachine(engine, { harts: 1 });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.start(place.l2);
  return machine;
}

/** Both engines, at a few cycles. */
function compare(code: readonly number[], name: string): void {
  const [reference, machine] = [open('interpreter', code), open('eager', code)];
  for (const cycle of [300, 301, 1_000]) {
    const expected = stateOf(reference, reference.runUntil(cycle), false);
    const found = stateOf(machine, machine.runUntil(cycle), false);
    expect(firstDifference(expected, found), name).toBeUndefined();
  }
  expect(machine.tiers().instructions.region).toBeGreaterThan(200);
}

it('bits, masks and choices are what the instructions compute', () => {
  const random = new Random(11);
  for (let program = 0; program < 50; program++) {
    const code = body(random, 10 + (program % 30));
    compare(code, `program ${program}: ${code.map((word) => word.toString(16)).join(' ')}`);
  }
});

const bit = (rd: number, from: number): number => e.iType(0x13, 7, rd, from, 1);
const and = (rd: number, a: number, b: number): number => e.rType(0x33, 7, 0, rd, a, b);
const half = e.iType(0x13, 5, 10, 12, 1);
const sum = [e.rType(0x33, 0, 1, 13, 13, 14), e.add(13, 13, 9)];

it.each([
  ['its bit has become another', [bit(5, 12), e.sub(6, 0, 5), half, bit(5, 10), and(9, 6, 14)]],
  ['it has become its bit again', [bit(5, 12), e.sub(5, 0, 5), e.sub(5, 0, 5), and(9, 5, 14)]],
  ['it has become something else', [bit(5, 12), e.sub(6, 0, 5), e.addi(6, 12, 0), and(9, 6, 14)]],
  ['a load has overwritten it', [bit(5, 12), e.sub(6, 0, 5), e.lw(6, 8, 64), and(9, 6, 14)]],
  [
    'both are masks',
    [bit(5, 12), e.sub(6, 0, 5), half, bit(10, 10), e.sub(5, 0, 10), and(9, 5, 6)],
  ],
  ['it is masked itself', [bit(5, 12), e.sub(5, 0, 5), and(5, 5, 5), e.addi(9, 5, 0)]],
  ['the bit was moved on', [bit(5, 12), half, e.sub(5, 0, 5), and(10, 10, 5), e.addi(9, 10, 0)]],
])('a mask when %s', (name, code) => compare([...code, ...sum, e.sw(12, 8, 64)], name));
