import { describe, expect, it } from 'vitest';
import { Bench, CMD, L2, TCDM } from './bench.js';

const inward = (bytes: number, flags = 0): number => CMD.IN | CMD.INC | CMD.EVENT | flags | bytes;
const outward = (bytes: number, flags = 0): number => CMD.OUT | CMD.INC | CMD.EVENT | flags | bytes;

const small = (hart: number): number[] => [inward(8), TCDM + 64 * hart, L2 + 64 * hart];

/** Cycles in which words moved, without repetition. */
const cycles = (bench: Bench): number[] => [...new Set(bench.words.map(([now]) => now))];

describe('DMA timing, outside to TCDM', () => {
  it('moves 64 bytes: id in 0, words of the command in 1 to 3', () => {
    const bench = new Bench();
    bench.command([inward(64), TCDM, L2], 0);
    bench.run();
    // 3 + 5: the burst leaves. + 10: its first data; 8 beats of 8 bytes in 18..25. Each beat is
    // written the cycle after it came, two words at a time: 19..26. + 3: the event.
    expect(cycles(bench)).toEqual([19, 20, 21, 22, 23, 24, 25, 26]);
    expect(bench.words.length).toBe(16);
    expect(bench.events).toEqual([[8, 1, 29]]);
    expect(bench.status(28) & 1).toBe(1);
    expect(bench.status(29) & 1).toBe(0);
  });

  it('sustains 8 bytes a cycle over bursts: 4096 bytes come in 512 cycles', () => {
    const bench = new Bench();
    bench.command([inward(4096), TCDM, L2], 0);
    bench.run();
    expect(bench.events[0][2]).toBe(18 + 512 + 3);
    expect(bench.dma.counters(2000)).toEqual({
      transfers: 1,
      bytes_in: 4096,
      bytes_out: 0,
      words: 1024,
      // From the last programming write (3) to the end (533).
      busy_cycles: 530,
      stall_cycles: 0,
    });
  });

  it('waits for a full latency per burst when only one may be under way', () => {
    const bench = new Bench({ outstanding: 1, external_latency: 100 });
    bench.command([inward(1024), TCDM, L2], 0);
    bench.run();
    // Bursts leave in 8 and then with the last beat of the one before: each takes 100 + 31.
    // Four of them: last beat in 8 + 4 * 131, written one later, event 3 later.
    expect(bench.events[0][2]).toBe(8 + 4 * 131 + 1 + 3);
  });

  it('takes two cycles per line when lines are one beat: a line costs a cycle to load', () => {
    const bench = new Bench();
    bench.command([inward(128, CMD.EXT_2D), TCDM, L2, 8, 64], 0);
    bench.run();
    // Last programming write in 5; bursts leave in 10, 12, ... 40; data 10 later, written in 51.
    expect(cycles(bench)).toEqual(Array.from({ length: 16 }, (_, i) => 21 + 2 * i));
    expect(bench.events[0][2]).toBe(54);
  });

  it('stops taking data when its buffer is full, and loses exactly the cycles in which nothing was granted', () => {
    const bench = new Bench();
    bench.grant = (now) => now < 19 || now > 28;
    bench.command([inward(64), TCDM, L2], 0);
    bench.run();
    expect(cycles(bench)).toEqual([29, 30, 31, 32, 33, 34, 35, 36]);
    expect(bench.dma.counters(100)['stall_cycles']).toBe(10);
  });

  it('lets one port run ahead of the other only as far as the buffer reaches', () => {
    const bench = new Bench();
    bench.grant = (now, port) => port !== 3 || now > 100;
    bench.command([inward(256), TCDM, L2], 0);
    bench.run(100);
    // 32 bytes of buffer: odd words wait, so even words stop when 32 bytes are in and not written.
    // Each beat leaves 4 bytes behind: 7 of them leave 28, and an 8th of 8 bytes does not fit.
    expect(bench.words.filter(([, port]) => port === 2).length).toBe(7);
    bench.run();
    expect(bench.tcdm.subarray(0, 256)).toEqual(bench.l2.subarray(0, 256));
  });
});

describe('DMA timing, TCDM to outside', () => {
  it('moves 64 bytes: reads, then beats, then a response', () => {
    const bench = new Bench();
    bench.command([outward(64), TCDM, L2], 0);
    bench.run();
    // The burst is known in 8: reads in 9..16, beats leave in 10..17, response 10 later, event + 3.
    expect(cycles(bench)).toEqual([9, 10, 11, 12, 13, 14, 15, 16]);
    expect(bench.events).toEqual([[8, 1, 30]]);
  });

  it('sustains 8 bytes a cycle: 4096 bytes', () => {
    const bench = new Bench();
    bench.command([outward(4096), TCDM, L2], 0);
    bench.run();
    expect(bench.events[0][2]).toBe(10 + 511 + 10 + 3);
  });

  it('works in both directions at once', () => {
    const bench = new Bench();
    bench.command([inward(4096), TCDM, L2], 0);
    bench.command([outward(4096), TCDM + 0x4000, L2 + 0x8000], 4, 1);
    bench.run();
    // The second is programmed 4 cycles later; neither delays the other.
    expect(bench.events).toEqual([
      [8, 1, 533],
      [8, 2, 538],
    ]);
  });

  it('reads a word again that lost its bank', () => {
    const bench = new Bench();
    bench.grant = (now, port) => !(port === 0 && now === 9);
    bench.command([outward(64), TCDM, L2], 0);
    bench.run();
    expect(bench.events[0][2]).toBe(31);
    expect(bench.l2.subarray(0, 64)).toEqual(bench.tcdm.subarray(0, 64));
  });
});

describe('DMA queues', () => {
  it('holds the third command of a hart at its command word, and answers when the arbiter takes one', () => {
    // One command is being cut, one waits globally, two wait in the queue of the hart.
    const bench = new Bench({ global_queue_depth: 1 });
    bench.command([inward(8192), TCDM, L2], 0);
    for (let i = 0; i < 3; i++)
      bench.more([inward(8), TCDM + 0x4000 + 8 * i, L2 + 8 * i], 4 + 3 * i);
    expect(bench.holds).toEqual([]);
    bench.run(12);
    bench.dma.fast.write(0, inward(8), 4, 0, 13);
    expect(bench.holds).toEqual([[0, 'DMA: command queue is full', false]]);
    bench.run(600);
    // The first command has 32 bursts, 16 under way at a time: the last leaves when the 16th has come
    // in, in 18 + 16 * 32 - 1 = 529. In 530 the arbiter finds room, so the held word counts in 531.
    expect(bench.resumes).toEqual([[0, 531, 0]]);
    // The rest of the held command works as usual, and it all ends with one event for the one id.
    bench.run(699);
    bench.dma.fast.write(0, TCDM + 0x4018, 4, 0, 700);
    bench.dma.fast.write(0, L2 + 24, 4, 0, 701);
    bench.run();
    expect(bench.events.length).toBe(1);
    expect(bench.tcdm.subarray(0x4000, 0x4020)).toEqual(bench.l2.subarray(0, 32));
  });

  it('serves harts in turn, one command a cycle', () => {
    const bench = new Bench();
    // Both complete in the same cycle; queue 0 comes first, queue 1 a cycle later.
    for (const hart of [0, 1]) bench.dma.fast.read(0, 4, hart, 0);
    for (let i = 0; i < 3; i++) {
      for (const hart of [0, 1]) bench.dma.fast.write(0, small(hart)[i], 4, hart, 1 + i);
    }
    bench.run();
    // Bursts leave in 8, and in 8 + 2: loading the second command costs a cycle.
    expect(bench.words.map(([now]) => now)).toEqual([19, 19, 21, 21]);
  });

  it('gives out 16 ids, the lowest free one first, and lets a 17th hart wait for one', () => {
    const bench = new Bench();
    const ids = Array.from({ length: 16 }, (_, i) => bench.dma.fast.read(0, 4, i % 4, i));
    expect(ids).toEqual(Array.from({ length: 16 }, (_, i) => i));
    bench.dma.fast.read(0, 4, 2, 20);
    expect(bench.holds[0][0]).toBe(2);
    bench.dma.fast.write(4, 1 << 5, 4, 1, 30);
    expect(bench.resumes).toEqual([[2, 31, 5]]);
    expect(bench.status(40)).toBe(0xffff0000);
  });
});
