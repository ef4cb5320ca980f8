import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { Bench, CMD, L2, TCDM, generator } from './bench.js';

interface Transfer {
  inward: boolean;
  bytes: number;
  tcdm: number;
  external: number;
  tcdm2d?: [line: number, stride: number];
  external2d?: [line: number, stride: number];
}

function wordsOf(t: Transfer): number[] {
  const flags =
    CMD.INC |
    CMD.EVENT |
    (t.inward ? CMD.IN : 0) |
    (t.external2d ? CMD.EXT_2D : 0) |
    (t.tcdm2d ? CMD.TCDM_2D : 0);
  return [
    flags | t.bytes,
    TCDM + t.tcdm,
    L2 + t.external,
    ...(t.external2d ?? []),
    ...(t.tcdm2d ?? []),
  ];
}

/** Offset of byte `i` of a side, straight from the meaning of count and stride. */
function place(base: number, shape: [number, number] | undefined, i: number): number {
  if (shape === undefined) return base + i;
  const [line, stride] = shape;
  return base + Math.floor(i / line) * stride + (i % line);
}

/** What both memories hold after a transfer, byte by byte, with no notion of words or bursts. */
function apply(t: Transfer, tcdm: Uint8Array, l2: Uint8Array): void {
  for (let i = 0; i < t.bytes; i++) {
    const inner = place(t.tcdm, t.tcdm2d, i);
    const outer = place(t.external, t.external2d, i);
    if (t.inward) tcdm[inner] = l2[outer];
    else l2[outer] = tcdm[inner];
  }
}

function check(t: Transfer, bench: Bench): void {
  const tcdm = bench.tcdm.slice();
  const l2 = bench.l2.slice();
  apply(t, tcdm, l2);
  bench.command(wordsOf(t), bench.now + 1);
  bench.run();
  expect(Buffer.compare(bench.tcdm, tcdm), JSON.stringify(t)).toBe(0);
  expect(Buffer.compare(bench.l2, l2), JSON.stringify(t)).toBe(0);
}

const trace = (): string => {
  const bench = new Bench();
  const random = generator(7);
  bench.grant = () => random(3) !== 0;
  bench.command([CMD.IN | CMD.INC | 777, TCDM + 1, L2 + 5], 0, 0);
  bench.command([CMD.INC | 555, TCDM + 0x1003, L2 + 0x2001], 1, 1);
  bench.run();
  return JSON.stringify(bench.words);
};

const ends = (flags: number, hart: number): [number, number][] => {
  const bench = new Bench();
  bench.command([CMD.IN | CMD.INC | flags | 8, TCDM, L2], 0, hart);
  bench.run();
  return bench.events.map(([line, mask]) => [line, mask]);
};

const start = (): Bench => {
  const bench = new Bench({ outstanding: 3 });
  bench.grant = (now, port, address) => (now * 5 + port * 3 + (address >>> 2)) % 4 !== 0;
  bench.command([CMD.IN | CMD.INC | CMD.EXT_2D | CMD.EVENT | 900, TCDM + 1, L2 + 5, 33, 50], 0, 0);
  bench.command([CMD.INC | CMD.EVENT | 1100, TCDM + 0x1003, L2 + 0x2001], 8, 1);
  return bench;
};

describe('DMA data', () => {
  it('is byte-exact for every alignment of source and destination and every short length', () => {
    for (const inward of [true, false]) {
      for (let source = 0; source < 8; source++) {
        for (let target = 0; target < 8; target++) {
          const bench = new Bench();
          for (let bytes = 1; bytes <= 19; bytes += 3) {
            check({ inward, bytes, tcdm: 64 + target, external: 128 + source }, bench);
          }
        }
      }
    }
  });

  it('is byte-exact at once, without a bank, when transfers are instant', () => {
    const random = generator(3);
    const bench = new Bench({ instant: true });
    bench.grant = () => false;
    for (let n = 0; n < 100; n++) {
      const bytes = 1 + random(400);
      const line = 1 + random(60);
      const t: Transfer = {
        inward: random(2) === 0,
        bytes,
        tcdm: random(500),
        external: random(1000),
        ...(random(2) === 0 ? { external2d: [line, line + random(70)] } : {}),
        ...(random(2) === 0 ? { tcdm2d: [line, line + random(9)] } : {}),
      };
      const tcdm = bench.tcdm.slice();
      const l2 = bench.l2.slice();
      apply(t, tcdm, l2);
      const words = wordsOf(t);
      const at = 100 * n;
      const id = bench.command(words, at);
      expect(Buffer.compare(bench.tcdm, tcdm), JSON.stringify(t)).toBe(0);
      expect(Buffer.compare(bench.l2, l2), JSON.stringify(t)).toBe(0);
      expect(bench.status(at + words.length + 1) & 0xffff).toBe(0);
      expect(bench.events.at(-1)).toEqual([8, 1, at + words.length + 1]);
      bench.dma.fast.write(4, 1 << id, 4, 0, at + words.length + 2);
    }
    expect(bench.words).toEqual([]);
    expect(bench.dma.counters()['transfers']).toBe(100);
  });

  it('is byte-exact for random 1D and 2D transfers over banks that often refuse', () => {
    const random = generator(1);
    for (let n = 0; n < 300; n++) {
      const bench = new Bench();
      bench.grant = () => random(4) !== 0;
      const bytes = 1 + random(n % 3 === 0 ? 2000 : 100);
      const shape = (): [number, number] => {
        const line = 1 + random(60);
        return [line, line + random(70)];
      };
      const t: Transfer = {
        inward: random(2) === 0,
        bytes,
        tcdm: random(500),
        external: random(1000),
        ...(random(2) === 0 ? { tcdm2d: [1 + random(60), 60 + random(20)] } : {}),
        ...(random(2) === 0 ? { external2d: shape() } : {}),
      };
      // 2000 lines of 1 byte, 130 apart, stay within the L2; in the TCDM lines are few enough too.
      if (t.tcdm2d && (bytes / t.tcdm2d[0] + 1) * t.tcdm2d[1] > 60_000) t.tcdm2d[0] = 60;
      check(t, bench);
    }
  });

  it('crosses burst boundaries outside at any offset', () => {
    for (const external of [1, 250, 255, 256, 257]) {
      for (const inward of [true, false]) {
        check({ inward, bytes: 1000, tcdm: 3, external }, new Bench());
      }
    }
  });

  it('reads one external double word again and again when the address does not increment', () => {
    const bench = new Bench();
    bench.command([CMD.IN | CMD.EVENT | 20, TCDM + 4, L2 + 64], 0);
    bench.run();
    const fifo = [...bench.l2.subarray(64, 72)];
    expect([...bench.tcdm.subarray(4, 24)]).toEqual([...fifo, ...fifo, ...fifo.slice(0, 4)]);
  });

  it('moves data at the cycle of each grant and not before', () => {
    const bench = new Bench();
    bench.command([CMD.IN | CMD.INC | 64, TCDM, L2], 0);
    const before = bench.tcdm.slice(0, 64);
    bench.run(21);
    // Written in 19, 20 and 21: three beats of 8 bytes.
    expect(bench.tcdm.subarray(0, 24)).toEqual(bench.l2.subarray(0, 24));
    expect(bench.tcdm.subarray(24, 64)).toEqual(before.subarray(24));
  });

  it('gives the same words in the same cycles every time', () => {
    expect(trace()).toBe(trace());
  });
});

describe('DMA ends of transfers', () => {
  it('raises event 8 and interrupt 9 as the command asks, to the commanding hart or to all', () => {
    expect(ends(0, 2)).toEqual([]);
    expect(ends(CMD.EVENT, 2)).toEqual([[8, 0b100]]);
    expect(ends(CMD.INTERRUPT, 3)).toEqual([[9, 0b1000]]);
    expect(ends(CMD.EVENT | CMD.INTERRUPT | CMD.BROADCAST, 1)).toEqual([
      [8, 0b1111],
      [9, 0b1111],
    ]);
  });

  it('shows ids as active and reserved until freed', () => {
    const bench = new Bench();
    const id = bench.command([CMD.IN | CMD.INC | 8, TCDM, L2], 0);
    expect(id).toBe(0);
    expect(bench.status(4)).toBe(0x00010001);
    bench.run();
    expect(bench.status(100)).toBe(0x00010000);
    bench.dma.fast.write(4, 1, 4, 0, 101);
    expect(bench.status(102)).toBe(0);
  });

  it('ends a transfer of several commands once', () => {
    const bench = new Bench();
    bench.command([CMD.IN | CMD.INC | CMD.EVENT | 512, TCDM, L2], 0);
    bench.more([CMD.IN | CMD.INC | CMD.EVENT | 8, TCDM + 512, L2 + 512], 4);
    bench.run();
    expect(bench.events.length).toBe(1);
    expect(bench.dma.counters(1000)['transfers']).toBe(2);
    expect(bench.tcdm.subarray(0, 520)).toEqual(bench.l2.subarray(0, 520));
  });

  it('takes commands over the shared port and reports to the hart that wrote them', () => {
    const bench = new Bench();
    bench.dma.slow.read(0, 4, 3, 0);
    [CMD.IN | CMD.INC | CMD.EVENT | 16, TCDM, L2].forEach((word, i) => {
      bench.dma.slow.write(0, word, 4, 3, 1 + i);
    });
    bench.run();
    expect(bench.events).toEqual([[8, 0b1000, 3 + 5 + 10 + 2 + 3]]);
  });
});

describe('DMA misuse', () => {
  it.each<[string, number[], string, RegExp]>([
    ['length 0', [CMD.IN | CMD.INC, TCDM, L2], 'device-misuse', /length 0/],
    ['bits without meaning', [TCDM | 64, TCDM, L2], 'device-misuse', /0x10000040/],
    ['swapped addresses', [CMD.IN | CMD.INC | 64, L2, TCDM], 'unmapped-access', /not TCDM/],
    [
      'an end behind the TCDM',
      [CMD.IN | CMD.INC | 64, TCDM + 0x10000 - 63, L2],
      'unmapped-access',
      /hart 0 \(id 0, 64 bytes, 0x1c000000 to TCDM/,
    ],
    ['an unmapped source', [CMD.INC | 64, TCDM, 0x1d000000], 'unmapped-access', /external memory/],
    [
      'a last line behind the L2',
      [CMD.IN | CMD.INC | CMD.EXT_2D | 64, TCDM, L2, 32, 0x40000],
      'unmapped-access',
      /0x1c040000/,
    ],
    [
      'lines of 0 bytes',
      [CMD.IN | CMD.INC | CMD.TCDM_2D | 64, TCDM, L2, 0, 8],
      'device-misuse',
      /lines of 0 bytes/,
    ],
    ['a fixed odd address', [CMD.IN | 64, TCDM, L2 + 4], 'device-misuse', /multiple of 8/],
  ])('%s is an error that names the command', (_, words, code, message) => {
    const bench = new Bench();
    try {
      bench.command(words, 0);
    } catch (error) {
      expect(error).toBeInstanceOf(OctobarError);
      expect((error as OctobarError).code).toBe(code);
      expect((error as OctobarError).message).toMatch(message);
      return;
    }
    throw new Error('no error');
  });

  it.each<[string, (bench: Bench) => void, RegExp]>([
    ['a command without id', (b) => b.dma.fast.write(0, 64, 4, 0, 0), /without an id/],
    [
      'a command with a freed id',
      (b) => {
        b.command([CMD.IN | CMD.INC | 8, TCDM, L2], 0);
        b.run();
        b.dma.fast.write(4, 1, 4, 0, 100);
        b.dma.fast.write(0, 64, 4, 0, 101);
      },
      /without an id/,
    ],
    [
      'freeing a transfer under way',
      (b) => {
        b.command([CMD.IN | CMD.INC | 8, TCDM, L2], 0);
        b.dma.fast.write(4, 1, 4, 1, 5);
      },
      /hart 1 frees transfer 0, which hart 0 started/,
    ],
    [
      'an id in the middle of a command',
      (b) => {
        b.command([CMD.IN | CMD.INC | 8], 0);
        b.dma.fast.read(0, 4, 0, 5);
      },
      /2 word\(s\) of the command before are missing/,
    ],
    [
      'two harts in one command on the shared port',
      (b) => {
        b.dma.slow.read(0, 4, 0, 0);
        b.dma.slow.write(0, CMD.IN | CMD.INC | 8, 4, 0, 1);
        b.dma.slow.write(0, TCDM, 4, 1, 2);
      },
      /hart 1 writes to a command that hart 0 has begun/,
    ],
    ['a debugger', (b) => b.dma.fast.read(0, 4, -1, 0), /debugger/],
    ['an offset beyond', (b) => b.dma.fast.read(8, 4, 0, 0), /no register/],
  ])('%s is an error', (_, use, message) => {
    expect(() => use(new Bench())).toThrow(message);
  });

  it('shows the status to a debugger', () => {
    const bench = new Bench();
    bench.command([CMD.IN | CMD.INC | 8, TCDM, L2], 0);
    expect(bench.dma.slow.read(4, 4, -1, 5)).toBe(0x00010001);
  });
});

describe('DMA state', () => {
  it('continues from a saved state with the same words in the same cycles', () => {
    const straight = start();
    straight.run();
    for (const cut of [12, 20, 27, 60, 111, 200, 260]) {
      const first = start();
      first.run(cut);
      const second = new Bench({ outstanding: 3 });
      second.grant = first.grant;
      second.tcdm.set(first.tcdm);
      second.l2.set(first.l2);
      second.dma.restore(structuredClone(first.dma.save()));
      second.run();
      expect([...first.words, ...second.words]).toEqual(straight.words);
      expect([...first.events, ...second.events]).toEqual(straight.events);
      expect(second.dma.counters(9999)).toEqual(straight.dma.counters(9999));
      expect(Buffer.compare(second.l2, straight.l2)).toBe(0);
      expect(Buffer.compare(second.tcdm, straight.tcdm)).toBe(0);
    }
  });

  it('is as new after a reset in the middle', () => {
    const bench = new Bench();
    bench.command([CMD.IN | CMD.INC | 512, TCDM, L2], 0);
    bench.run(30);
    bench.dma.reset();
    expect(bench.dma.nextCycle).toBe(Infinity);
    expect(bench.status(0)).toBe(0);
    bench.now = 0;
    bench.words.length = 0;
    bench.command([CMD.IN | CMD.INC | CMD.EVENT | 64, TCDM, L2], 0);
    bench.run();
    expect(bench.events).toEqual([[8, 1, 29]]);
  });
});
