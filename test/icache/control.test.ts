import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import { costsOf, l2, li, nop, tcdm } from '../timing/harness.js';
import { exitWith, loaded, word } from '../hart/program.js';

/** The control registers of the cache, as firmware reaches them: 4 cycles through the peripheral bus. */
const control = 0x10201400;
const enable = 0x00;
const flush = 0x04;
const flushPrivate = 0x08;
const flushLine = 0x0c;
const clearCounters = 0x10;
const enableCounters = 0x14;
const prefetch = 0x1c;
const set = { 'icache.ideal': false, 'icache.prefetch': false };
const registers = { 6: control, 7: 1, 8: l2 + 0x1010 };

/** Costs of: a store of x7 or x8 to a register, then three instructions of its line, then the next line. */
function costsBehind(offset: number, source = 7): number[] {
  // Two turns: in the second the line behind is in the private cache.
  const turn = [e.sw(source, 6, offset), nop, nop, nop, nop, nop, nop];
  const code = [e.addi(9, 0, 2), nop, nop, nop, ...turn, e.addi(9, 9, -1), e.bType(1, 9, 0, -32)];
  return costsOf([...code, nop], { registers, set }).slice(13, 20);
}

describe('flushing', () => {
  it('the line that the instruction itself is in is gone, too', () => {
    // 4 for the store; the nop behind it is in the line of the store. Everything comes out of L2 again.
    expect(costsBehind(flush)).toEqual([4 + 16, 1, 1, 1 + 16, 1, 1, 1]);
  });

  it('of the private caches leaves the shared one', () => {
    expect(costsBehind(flushPrivate)).toEqual([4 + 3, 1, 1, 1 + 3, 1, 1, 1]);
  });

  it('of a line empties its set: the line of the store is in another one', () => {
    expect(costsBehind(flushLine, 8).slice(0, 1)).toEqual([4 + 16]);
    // Nothing is flushed by a register that has no such effect.
    expect(costsBehind(enableCounters)).toEqual([4, 1, 1, 1, 1, 1, 1]);
  });
});

describe('switching off', () => {
  it('makes each word come from L2, and switching on starts with empty caches', () => {
    const code = [e.sw(0, 6, enable), nop, nop, nop, nop, e.sw(7, 6, enable), nop, nop];
    // 13 for a word; 16 for a cold line, of which nothing is left over.
    expect(costsOf(code, { registers, set })).toEqual([
      4 + 13,
      1 + 13,
      1 + 13,
      1 + 13,
      1 + 13,
      4 + 16,
      1,
      1 + 16,
    ]);
  });
});

function run(code: readonly number[], ideal: boolean, harts = 2): MachineApi {
  const all = [...li(6, control), ...li(7, 1), ...li(9, tcdm), ...code, ...exitWith(0)];
  const machine = loaded(all, { harts, set: { 'icache.ideal': ideal } });
  expect(machine.runUntil(100_000)).toMatchObject({ reason: 'exit' });
  return machine;
}

describe('reading', () => {
  const show = (offsets: readonly number[]): number[] =>
    offsets.flatMap((offset, n) => [e.lw(5, 6, offset), e.sw(5, 9, 4 * n)]);

  it('the state after reset: on, and fetching ahead for each hart', () => {
    const cached = run(show([enable, prefetch, flush]), false);
    expect([0, 4, 8].map((at) => word(cached, tcdm + at))).toEqual([0xffffffff, 3, 0]);
    const ideal = run(show([enable, prefetch]), true);
    expect([0, 4].map((at) => word(ideal, tcdm + at))).toEqual([0xffffffff, 0]);
  });

  it('its counters are the statistics, from where they were let count', () => {
    // A jump over 50 of 200 instructions.
    const long = [e.jType(0, 200), ...Array<number>(199).fill(nop)];
    const code = [
      e.sw(7, 6, enableCounters),
      e.sw(7, 6, clearCounters),
      ...long,
      e.sw(0, 6, enableCounters),
      ...show([0x38, 0x48, 0x58, 0x68]),
    ];
    const [all, refills, hart0, hart1] = [0, 4, 8, 12].map((at) =>
      word(run(code, false), tcdm + at),
    );
    // Each hart misses where it jumps to. The other 150 instructions are about 38 lines, fetched ahead,
    // and each is refilled once for both harts.
    expect([all, hart0, hart1]).toEqual([2, 1, 1]);
    expect(refills).toBeGreaterThanOrEqual(38);
    expect(refills).toBeLessThan(45);
    const ideal = run(code, true);
    expect([0, 4, 8, 12].map((at) => word(ideal, tcdm + at))).toEqual([0, 0, 0, 0]);
  });
});
