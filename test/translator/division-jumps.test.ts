import { describe, expect, it } from 'vitest';
import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { place } from './writer.js';

/**
 * A jump through a register that was loaded before a division, and the shortest one: where the register is there only when the
 * division is over, the jump does not hide behind it.
 */

const [hart, own, target, divisor, counter, barrier] = [11, 8, 1, 6, 5, 9];

/** `from`: where the address lies that is jumped to; `operation`: of the four divisions. */
function openJumps(
  engine: Engine,
  harts: number,
  base: number,
  from: number,
  operation: number,
): MachineApi {
  const words: number[] = [];
  const put = (...bits: readonly number[]): void => void words.push(...bits);
  const load = (rd: number, value: number): void => {
    const { high, low } = e.split(value | 0);
    put(e.uType(0x37, rd, high), e.addi(rd, rd, low));
  };
  put(e.csr(2, hart, 0, 0xf14), e.iType(0x13, 7, hart, hart, 31));
  load(own, from);
  put(e.iType(0x13, 1, 7, hart, 2), e.add(own, own, 7), e.addi(divisor, 0, -1));
  load(barrier, place.events);
  put(e.addi(7, 0, (1 << harts) - 1), e.sw(7, barrier, 0x200), e.sw(7, barrier, 0x20c));
  put(e.uType(0x37, 7, 16), e.sw(7, barrier, 0));
  const again = words.length;
  put(e.iType(0x0b, 3, 0, barrier, 0x21c), e.addi(counter, 0, 200));
  const top = words.length;
  put(e.lw(target, own, 0), e.rType(0x33, operation, 1, 12, counter, divisor));
  put(e.jalr(0, target, 0), e.addi(13, 13, 1));
  const there = place.l2 + 4 * words.length;
  put(e.addi(counter, counter, -1), e.bType(1, counter, 0, 4 * (top - words.length - 1)));
  put(e.jType(0, 4 * (again - words.length)));
  const machine = openMachine(engine, { harts, 'timing.div_base': base, 'icache.ideal': true });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.write(from, new Uint8Array(new Uint32Array(harts).fill(there).buffer));
  machine.start(place.l2);
  return machine;
}

describe.each(['auto', 'eager'] as const)('%s', (engine) => {
  it.each([1, 2, 3, 4])('a division of %i cycles', (base) => {
    for (const harts of [1, 8])
      for (const from of [place.tcdm, place.outside])
        for (const operation of [4, 5, 6, 7]) {
          const reference = openJumps('interpreter', harts, base, from, operation);
          const machine = openJumps(engine, harts, base, from, operation);
          for (const cycle of [3000, 40_001]) {
            const expected = stateOf(reference, reference.runUntil(cycle));
            const found = stateOf(machine, machine.runUntil(cycle));
            expect(
              firstDifference(expected, found),
              `${harts} ${from} ${operation}`,
            ).toBeUndefined();
          }
          if (base > 2) expect(machine.tiers().instructions.region).toBeGreaterThan(0);
        }
  });
});
