import { describe, expect, it } from 'vitest';
import { HART_SHIFT } from '../../emulator/hart/slot.js';
import { createHartState } from '../../emulator/hart/state.js';
import { InstructionCache } from '../../emulator/icache/instruction-cache.js';
import { icacheParameters } from '../../emulator/icache/parameters.js';
import { defaultsOf, type ConfigOf } from '../../emulator/sim/parameters.js';

/**
 * The caches without harts. Positions are bytes of code space; lines of 16 bytes, even lines in shared
 * bank 0, odd ones in bank 1. With the default parameters and L2 at 10 cycles, a fetch in cycle t that
 *
 * - hits the shared cache: is granted at t, answered at t + 1, a hit would have been there at t; the word
 *   is 2 later than that (private_miss) and a cycle of restart follows: waits 3;
 * - misses it too: granted at t, the two beats come at t + 12 and t + 13 (shared_miss - 1 + 10 later), the
 *   bank answers at t + 14, 13 later than on a hit: waits 16.
 */
const HIT = 3;
const COLD = 16;
const line = (n: number): number => 16 * n;

function cache(set: Partial<ConfigOf<typeof icacheParameters>> = {}, harts = 8) {
  const state = createHartState(harts);
  const config = { ...defaultsOf(icacheParameters), prefetch: false, ...set };
  const space = { l2Size: 65536, tcdmSize: 65536, l2Latency: 10 };
  const made = new InstructionCache(config, space, state);
  const fetch = (hart: number, position: number, now: number): number =>
    made.fetch(hart, position, position, now);
  const epoch = (hart: number): number => state.fetchEpoch[hart << HART_SHIFT];
  return { made, fetch, epoch };
}

describe('one fetch', () => {
  it('waits 16 for L2, 3 for the shared cache, 0 for the private one', () => {
    const { fetch } = cache();
    expect(fetch(0, line(4), 100)).toBe(COLD);
    expect(fetch(0, line(4) + 14, 116)).toBe(0);
    expect(fetch(1, line(4), 200)).toBe(HIT);
    expect(fetch(1, line(4), 203)).toBe(0);
  });

  it('of code in the TCDM waits for icache.tcdm_latency instead of that of L2', () => {
    const { fetch } = cache({ tcdm_latency: 25 });
    expect(fetch(0, 65536, 0)).toBe(COLD + 15);
  });

  it('of an instruction over two lines asks for one after the other', () => {
    const { made } = cache();
    const last = line(5);
    expect(made.fetch(0, last - 2, last, 0)).toBe(COLD);
    expect(made.fetch(0, last - 2, last, 16)).toBe(COLD);
    expect(made.fetch(0, last - 2, last, 32)).toBe(0);
    expect(made.misses[0]).toBe(2);
  });

  it('that hits changes nothing: neither epoch, nor what is replaced next', () => {
    const { made, fetch, epoch } = cache();
    fetch(0, line(0), 0);
    const before = [epoch(0), JSON.stringify(made.save())];
    for (let now = 16; now < 100; now++) expect(fetch(0, line(0), now)).toBe(0);
    expect([epoch(0), JSON.stringify(made.save())]).toEqual(before);
  });
});

describe('harts that miss together', () => {
  it('one line: one refill, the second 2 behind it, then one a cycle', () => {
    // Hart 0 as alone: answered at 14. The bank takes hart 1 at 3 (busy 3), finds the line under refill
    // and answers at 14 + 2 = 16; it takes hart 2 at 17, answers at 18; hart 3 at 18, and so on.
    // Waits are the answer + 2.
    const { made, fetch } = cache();
    const waits = Array.from({ length: 8 }, (_, hart) => fetch(hart, line(6), 0));
    expect(waits).toEqual([16, 18, 20, 21, 22, 23, 24, 25]);
    expect(made.shared.misses).toBe(1);
    expect(Array.from(made.sharedMisses)).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    expect(Array.from(made.misses)).toEqual(Array(8).fill(1));
    // Waited for the bank: 0, 3, 17, 18, 19, 20, 21, 22.
    expect(made.shared.waited).toBe(120);
  });

  it('lines of one bank that it holds: one a cycle, in the order of harts', () => {
    const { fetch } = cache();
    for (let n = 0; n < 4; n++) fetch(7, line(2 * n), 100 * n);
    expect([0, 1, 2, 3].map((hart) => fetch(hart, line(2 * hart), 1000))).toEqual([3, 4, 5, 6]);
  });

  it('lines of two banks: both at once', () => {
    const { fetch } = cache();
    for (let n = 0; n < 2; n++) fetch(7, line(n), 100 * n);
    expect([0, 1].map((hart) => fetch(hart, line(hart), 1000))).toEqual([HIT, HIT]);
  });

  it('refills of two banks share the port: the second has its beats behind those of the first', () => {
    const { fetch } = cache();
    expect([0, 1].map((hart) => fetch(hart, line(hart), 0))).toEqual([COLD, COLD + 2]);
  });

  it('two misses of one bank: it takes the second 3 cycles later, and does not wait for the first', () => {
    // Granted at 3, beats at 15 and 16, answered at 17.
    const { fetch } = cache();
    expect([0, 1].map((hart) => fetch(hart, line(2 * hart), 0))).toEqual([COLD, COLD + 3]);
  });
});

describe('replacement', () => {
  // lfsr_8bit from 0: the new bit is the inverted parity of bits 7, 3, 2, 1. By hand:
  // 0, 1, 3, 6, 13, 27, 55, 111: modulo 4 the ways 0, 1, 3, 2, 1, 3, 3, 3.
  it('private: the last empty way first, then pseudo-random ones', () => {
    // Eight sets: lines 0, 8, 16 ... share set 0. They fill ways 3, 2, 1, 0; then lines 32, 40, 48, 56
    // replace ways 0, 1, 3, 2: lines 24, 16, 0, 8 go, one after the other.
    const { made, fetch } = cache({}, 1);
    let now = 0;
    const bring = (n: number): number => fetch(0, line(n), (now += 100));
    for (const n of [0, 8, 16, 24]) bring(n);
    const gone = [24, 16, 0, 8];
    [32, 40, 48, 56].forEach((n, step) => {
      bring(n);
      const left = [0, 8, 16, 24].filter((old) => made.hits(0, line(old)));
      expect(left).toEqual([0, 8, 16, 24].filter((old) => !gone.slice(0, step + 1).includes(old)));
    });
  });

  it('shared: pseudo-random ways from the start', () => {
    // Bank 0 has 32 sets: lines 0, 64, 128 ... share set 0 of it. Ways 0, 1, 3, 2, then 1: line 64 goes.
    const { fetch } = cache({}, 8);
    [0, 64, 128, 192].forEach((n, step) => fetch(0, line(n), 100 * step));
    [0, 64, 128, 192].forEach((n, step) => expect(fetch(1, line(n), 1000 + step)).toBe(HIT));
    fetch(0, line(256), 2000);
    expect(fetch(2, line(0), 3000)).toBe(HIT);
    expect(fetch(2, line(128), 3100)).toBe(HIT);
    expect(fetch(2, line(192), 3200)).toBe(HIT);
    expect(fetch(2, line(64), 3300)).toBe(COLD);
  });

  it('counts an epoch of the hart whose cache changes, and of no other', () => {
    const { made, fetch, epoch } = cache();
    fetch(3, line(0), 0);
    expect([epoch(2), epoch(3)]).toEqual([1, 2]);
    made.flush(false);
    expect([epoch(2), epoch(3)]).toEqual([2, 3]);
  });
});

describe('fetching the next line ahead', () => {
  it('hides a line of the shared cache behind four instructions of the line before it', () => {
    const { made, fetch } = cache({ prefetch: true });
    for (let n = 0; n < 4; n++) made.fetch(1, line(n), line(n), 1000 * n);
    // Hart 0 gets line 0 in 3, asks ahead in the same cycle: line 1 is here 3 later.
    expect(fetch(0, line(0), 9000)).toBe(HIT);
    expect(fetch(0, line(0), 9003)).toBe(0);
    expect(fetch(0, line(1), 9007)).toBe(0);
    expect(made.misses[0]).toBe(1);
    expect(made.prefetches[0]).toBe(2);
  });

  it('waits for a line on its way, and a cycle more', () => {
    // Asked for at 16, answered by the bank at 16 + 14, here 2 later: at 32.
    const { fetch } = cache({ prefetch: true });
    fetch(0, line(0), 0);
    expect(fetch(0, line(0), 16)).toBe(0);
    expect(fetch(0, line(1), 20)).toBe(32 - 20 + 1);
    expect(fetch(0, line(1), 33)).toBe(0);
  });

  it('holds up a miss of another line until the line on its way is here', () => {
    const { fetch } = cache({ prefetch: true });
    fetch(0, line(0), 0);
    fetch(0, line(0), 16);
    expect(fetch(0, line(100), 20)).toBe(12);
    expect(fetch(0, line(100), 32)).toBe(COLD);
  });

  it('a line hits without consequence when the next one is there too', () => {
    const { made, fetch } = cache({ prefetch: true });
    fetch(0, line(0), 0);
    expect(made.hits(0, line(0))).toBe(false);
    fetch(0, line(0), 16);
    expect(made.hits(0, line(0))).toBe(true);
    made.flushLine(line(1));
    expect(made.hits(0, line(0))).toBe(false);
  });
});

describe('with the caches off', () => {
  it('every word comes from its memory, the last two stay', () => {
    // Two beats at 10 and 11, a register, a cycle of restart: 13.
    const { made, fetch } = cache({ enabled: false });
    expect(fetch(0, 0, 0)).toBe(13);
    expect(fetch(0, 2, 13)).toBe(0);
    expect(fetch(0, 4, 14)).toBe(13);
    expect(fetch(0, 0, 27)).toBe(0);
    expect(fetch(0, 8, 28)).toBe(13);
    expect(fetch(0, 0, 41)).toBe(13);
    expect(made.hits(0, 0)).toBe(false);
    made.enable(true);
    expect(fetch(0, 0, 100)).toBe(COLD);
  });
});

describe('geometry', () => {
  it('refuses caches that cannot work', () => {
    expect(() => cache({ private_size: 64 })).toThrow(/two sets/);
    expect(() => cache({ shared_size: 64 })).toThrow(/without a set/);
    expect(() => cache({ line: 2 })).toThrow(/no word/);
  });

  it('survives save and restore: what follows is the same', () => {
    const one = cache({ prefetch: true });
    const other = cache({ prefetch: true });
    const run = ({ fetch }: typeof one, from: number): number[] =>
      Array.from({ length: 300 }, (_, i) => fetch(i % 8, line((i * 37) % 301), from + 20 * i));
    run(one, 0);
    other.made.restore(one.made.save());
    expect(run(other, 6000)).toEqual(run(one, 6000));
  });
});
