import { describe, expect, it } from 'vitest';
import { csrr, csrw, csrwi } from '../hart/program.js';
import * as e from '../lockstep/encode.js';
import { li, nop, tcdm } from '../timing/harness.js';
import { registersAfter } from './machine.js';

/** Performance counters of RI5CY: PCER 0xcc0, PCMR 0xcc1, PCCR n 0x780 + n. */
const all = [...li(5, -1), csrwi(0xcc1, 0), csrwi(0x79f, 0), csrw(0xcc0, 5)];
const run = csrwi(0xcc1, 1);
const stop = csrwi(0xcc1, 0);

describe('PULP counters', () => {
  it('count what happens between start and stop, by event', () => {
    const body = [
      ...li(6, tcdm), // 2 instructions
      e.lw(7, 6, 0),
      e.add(8, 7, 7), // waits for the load
      e.sw(8, 6, 4),
      e.bType(0, 0, 0, 8), // taken
      nop,
      e.jType(0, 4),
      e.bType(1, 0, 0, 8), // not taken
    ];
    const r = registersAfter('cluster', [
      ...all,
      run,
      ...body,
      stop,
      ...[0, 1, 2, 5, 6, 7, 8, 9].map((event, index) => csrr(10 + index, 0x780 + event)),
    ]);
    // The instruction that stops is one of those that are counted.
    const instructions = 9;
    const cycles = instructions + 1 + 2 + 1;
    expect(r.slice(10, 18)).toEqual([cycles, instructions, 1, 1, 1, 1, 2, 1]);
  });

  it('stand while their event or all of them are off, and keep their values', () => {
    const r = registersAfter('cluster', [
      ...all,
      csrwi(0xcc0, 2), // instructions only
      run,
      nop,
      nop,
      csrr(10, 0x781),
      stop,
      nop,
      csrr(11, 0x781),
      csrr(12, 0x780),
      csrr(13, 0xcc0),
      csrr(14, 0xcc1),
    ]);
    expect(r.slice(10, 15)).toEqual([2, 4, 0, 2, 0]);
  });

  it('can be set, one by one and all together, and saturate or wrap', () => {
    const nearly = li(6, -3);
    const r = registersAfter('cluster', [
      ...all,
      ...nearly,
      csrwi(0x79f, 9),
      csrr(10, 0x790),
      csrw(0x781, 6),
      csrwi(0xcc1, 3),
      nop,
      nop,
      nop,
      nop,
      nop,
      csrr(11, 0x781),
      csrwi(0xcc1, 0),
      csrw(0x781, 6),
      run,
      nop,
      nop,
      nop,
      nop,
      nop,
      csrr(12, 0x781),
    ]);
    expect(r.slice(10, 13)).toEqual([9, 0xffffffff, 2]);
  });

  it('each hart has its own, the controller too', () => {
    const code = [...all, run, nop, nop, stop, csrr(10, 0x781)];
    expect(registersAfter('controller', code)[10]).toBe(3);
  });
});
