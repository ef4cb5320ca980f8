import { describe, expect, it } from 'vitest';
import { nextPointer, winnerOf } from '../../emulator/interconnect/arbiter.js';
import * as e from '../lockstep/encode.js';
import { stepsOf, tcdm } from './harness.js';

/** Bank makespans and arbiter rules measured on the RTL of the public interconnect (docs/timing.md). */
const LOADS = 64;
const mhartid = 0xf14;
const hart = 10;
const base = 11;
const scaled = 12;

/** x11 = tcdm + hart * 2^shift, by a common number of cycles on every hart. */
const perHart = (shift: number): number[] => [
  e.csr(2, hart, 0, mhartid),
  e.uType(0x37, base, tcdm >>> 12),
  e.iType(0x13, 1, scaled, hart, shift),
  e.add(base, base, scaled),
];

/** Cycles that the harts take for the kernel, from its first instruction to the one behind it. */
function makespan(prepare: readonly number[], loads: readonly number[], harts: number): number {
  const code = [...prepare, ...loads];
  const steps = stepsOf(code, { harts, set: { 'tcdm.banks': 16 } });
  const first = 0x1c001000 + 4 * prepare.length;
  const last = 0x1c001000 + 4 * code.length;
  const begin = Math.min(...steps.filter((step) => step.pc === first).map((step) => step.cycle));
  const end = Math.max(...steps.filter((step) => step.pc === last).map((step) => step.cycle));
  return end - begin;
}

const added = (prepare: readonly number[], offset: (index: number) => number): number => {
  const loads = Array.from({ length: LOADS }, (_, index) => e.lw(5, base, offset(index)));
  // The measured kernels ended with a return, whose second cycle hides behind a withheld grant.
  loads.push(e.jType(0, 4));
  return makespan(prepare, loads, 8) - makespan(prepare, loads, 1);
};
const common = [e.csr(2, hart, 0, mhartid), e.uType(0x37, base, tcdm >>> 12)];

describe('cycles that eight harts add to 64 back-to-back loads of one, 16 banks', () => {
  it('all on the same word: +447 (448 grants more, less the cycle of the return that hides)', () => {
    expect(added(common, () => 0)).toBe(447);
  });
  it('all on the same bank, different words: +447', () => {
    expect(added(perHart(6), () => 0)).toBe(447);
  });
  it('sequential words from a common start: +7, the harts queue once and then follow each other', () => {
    expect(added(common, (index) => 4 * index)).toBe(7);
  });
  it('sequential words, each hart in its own bank in each cycle: +0', () => {
    expect(added(perHart(2), (index) => 4 * index)).toBe(0);
  });
  it('two banks alternating: +193', () => {
    expect(added(common, (index) => 4 * (index & 1))).toBe(193);
  });
});

describe('arbiter of a bank', () => {
  it('gives the pointer precedence, then the half of the tree that its bits name', () => {
    expect(winnerOf(0b11111111, 5, 8)).toBe(5);
    // Pointer 5 = 101: upper half {4..7}; of it only 4 and 7 ask; bit 1 of the pointer is 0: lower pair.
    expect(winnerOf(0b10010001, 5, 8)).toBe(4);
    // Pointer 2 = 010: lower half has requester 3 only.
    expect(winnerOf(0b11001000, 2, 8)).toBe(3);
    expect(winnerOf(0b10000000, 0, 8)).toBe(7);
  });
  it('fair: the pointer goes to the next requester above it, cyclically', () => {
    expect(nextPointer('fair', 0b10010010, 1, 8)).toBe(4);
    expect(nextPointer('fair', 0b10010010, 7, 8)).toBe(1);
    expect(nextPointer('fair', 0b00000001, 0, 8)).toBe(0);
  });
  it('round-robin: the pointer counts grants modulo the number of masters', () => {
    expect(nextPointer('round-robin', 0b1, 6, 8)).toBe(7);
    expect(nextPointer('round-robin', 0b1, 7, 8)).toBe(0);
  });
});
