import { describe, expect, it } from 'vitest';
import { csrr, csrw, word } from '../hart/program.js';
import * as e from '../lockstep/encode.js';
import { l2, li, nop, tcdm } from '../timing/harness.js';
import {
  clusterStart,
  controller,
  faultIn,
  forHart,
  pulpOpen,
  registersAfter,
  startCluster,
} from './machine.js';

/** What the chip around the cluster answers, to whom, and what it refuses. */
const load = (rd: number, address: number) => [...li(28, address), e.lw(rd, 28, 0)];
const store = (address: number, value: number) => [
  ...li(28, address),
  ...li(29, value),
  e.sw(29, 28, 0),
];
const itc = 0x1a109800;
const socEvents = 0x1a106000;
const mie = 8;

describe('harts', () => {
  it('mhartid is cluster << 5 | core, 31 << 5 for the controller', () => {
    expect(registersAfter('controller', [csrr(10, 0xf14), csrr(11, 0x014)]).slice(10, 12)).toEqual([
      31 << 5,
      31 << 5,
    ]);
    expect(registersAfter('cluster', [csrr(10, 0xf14)])[10]).toBe(0);
  });

  it('only the controller starts by itself; each hart starts at its own boot address', () => {
    const machine = pulpOpen();
    machine.write(l2, new Uint8Array(64));
    expect(machine.hart(0).state).toBe('stopped');
    const second = [
      ...store(0x10200040 + 4 * 5, clusterStart),
      ...store(0x10200008, 1 << 5),
      ...load(10, 0x10200008),
    ];
    const started = forHart('controller', second);
    started.runUntil(1e5);
    expect(started.hart(controller).registers[10]).toBe(1 << 5);
    expect(started.stats().harts.map(({ instret }) => instret > 0)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map((hart) => hart === 5 || hart === 8),
    );
  });

  it('a run in which nobody can go on says who waits for what', () => {
    const error = (() => {
      const stop = forHart('controller', [0x10500073]).runUntil(1e6);
      if (stop.reason !== 'fault') throw new Error(stop.reason);
      return stop.error;
    })();
    expect(error.code).toBe('deadlock');
    expect(error.context.hart).toBe(controller);
    expect(error.reason).toMatch(/hart 7 not started \(FETCH_ENABLE at 0x10200008, bit 7, is 0\)/);
    expect(error.reason).toMatch(/hart 8 \(controller\) wfi: .*enabled lines 0x0, pending 0x0/);
  });
});

describe('configuration', () => {
  it('a controller leaves room for 15 harts', () => {
    const set = { harts: 16, 'tcdm.masters': 16 };
    expect(() => pulpOpen(set)).toThrow(/at most 15 others/);
    expect(pulpOpen({ ...set, harts: 15 }).stats().harts).toHaveLength(16);
  });
});

describe('ways to memory', () => {
  const cost = (who: 'controller' | 'cluster', code: readonly number[], set = {}) => {
    // mcycle runs from mcountinhibit 0 on.
    const all = [
      csrw(0x320, 0),
      ...code.slice(0, -1),
      csrr(10, 0xb00),
      code.at(-1)!,
      csrr(11, 0xb00),
    ];
    const r = registersAfter(who, all, set);
    return r[11]! - r[10]! - 4;
  };

  it('the controller takes its own latencies, the cluster those of the crossbar and the bus', () => {
    const read = (address: number) => [...li(28, address), e.lw(12, 28, 0)];
    const set = {
      'controller.l2_latency': 3,
      'controller.soc_latency': 7,
      'controller.cluster_latency': 19,
      'bus.soc_latency': 11,
    };
    expect(cost('controller', read(l2 + 0x100), set)).toBe(3);
    expect(cost('controller', read(tcdm + 0x100), set)).toBe(19);
    expect(cost('controller', read(0x10200008), set)).toBe(19);
    expect(cost('controller', read(itc), set)).toBe(7);
    expect(cost('cluster', read(tcdm + 0x100), set)).toBe(1);
    expect(cost('cluster', read(l2 + 0x100), set)).toBe(10);
    expect(cost('cluster', read(itc), set)).toBe(11);
  });

  it('the controller reads and writes the TCDM, with post-increment too', () => {
    const code = [
      ...store(tcdm + 0x20, 0x12345678),
      ...li(28, tcdm + 0x20),
      e.iType(0x0b, 2, 10, 28, 8), // p.lw a0, 8(t3!)
      e.addi(11, 28, 0),
      e.iType(0x03, 1, 12, 28, -5), // lh a2, -5(t3): crosses a word
    ];
    const r = registersAfter('controller', code);
    expect(r.slice(10, 13)).toEqual([0x12345678, tcdm + 0x28, 0x00000012]);
  });

  it('the cluster sees itself from address 0, the controller the first bank of L2', () => {
    const mine = [...store(0x00000100, 77), ...load(10, 0x00000100), ...load(11, tcdm + 0x100)];
    expect(registersAfter('cluster', mine).slice(10, 12)).toEqual([77, 77]);
    const event = [...store(0x00204000, 0xff), ...load(10, 0x00204000), ...load(11, 0x10204000)];
    expect(registersAfter('cluster', event).slice(10, 12)).toEqual([0xff, 0xff]);
    const machine = forHart('controller', store(0x00000100, 78));
    machine.runUntil(1e5);
    expect(word(machine, l2 + 0x100)).toBe(78);
  });

  it.each(['controller', 'cluster'] as const)('null is not mapped for the %s', (who) => {
    const error = faultIn(who, [e.lw(10, 0, 0)]);
    expect(error.code).toBe('unmapped-access');
    expect(error.context).toMatchObject({ address: 0, hart: who === 'cluster' ? 0 : controller });
  });

  it('direct links of the cluster have no way to the controller', () => {
    for (const address of [0x10204000, 0x10204400, 0x10100000]) {
      const error = faultIn('controller', load(10, address));
      expect(error.code).toBe('unmapped-access');
      expect(error.reason).toMatch(/no way to the controller/);
      expect(error.context.hint).toMatch(/0x10200800/);
    }
  });
});

describe('blocks', () => {
  it('clock generators lock at once, each with registers of its own', () => {
    const code = [
      ...store(0x1a100014, 0xc521_1234),
      ...load(10, 0x1a100010),
      ...load(11, 0x1a100014),
      ...load(12, 0x1a100000),
      ...load(13, 0x1a100008),
    ];
    const r = registersAfter('controller', code);
    expect(r.slice(10, 14)).toEqual([0x1234, 0xc5211234, 0x05f5, 0x22004109]);
  });

  it('SoC control keeps what it does not model', () => {
    const code = [...store(0x1a104010, 5), ...load(10, 0x1a104010), ...load(11, 0x1a104000)];
    expect(registersAfter('controller', code).slice(10, 12)).toEqual([5, (8 << 16) | 1]);
  });

  it.each([
    [0x1a000080, /the boot ROM/],
    [0x1a101000, /GPIO/],
    [0x1a102000, /uDMA/],
    [0x1b204000, /private view of a controller/],
    [0x1a106064, /SOC_EU_ERR_MASK\[0\] exists in hardware but is not modelled/],
    [0x1a109828, /no register at offset 0x00000028/],
  ])('%i is refused by name', (address, name) => {
    const error = faultIn('controller', load(10, address));
    expect(error.code).toBe('device-misuse');
    expect(error.reason).toMatch(name);
    expect(error.context.hart).toBe(controller);
  });

  it('CSRs of RI5CY answer, others are illegal', () => {
    expect(faultIn('controller', [csrr(10, 0x7d0)]).code).toBe('illegal-instruction');
    expect(faultIn('cluster', [csrr(10, 0xcd0)]).code).toBe('illegal-instruction');
    expect(registersAfter('cluster', [csrr(10, 0xc10)])[10]).toBe(3);
  });
});

describe('the interrupt controller', () => {
  /** mtvec = a table at l2 + 0x4000 whose entries all go to a handler that counts in x20 and returns. */
  const handler = l2 + 0x4400;
  const withVectors = (code: readonly number[]) => {
    const machine = forHart('controller', [
      ...li(5, l2 + 0x4000 + 1),
      csrw(0x305, 5),
      e.csr(6, 0, mie, 0x300),
      ...code,
    ]);
    const entry = (line: number) => e.jType(0, handler - (l2 + 0x4000 + 4 * line));
    const bytes = (words: readonly number[]) => new Uint8Array(Uint32Array.from(words).buffer);
    machine.write(l2 + 0x4000, bytes(Array.from({ length: 32 }, (_, line) => entry(line))));
    machine.write(handler, bytes([e.addi(20, 20, 1), csrr(21, 0x342), e.mret]));
    return machine;
  };
  const registersOf = (code: readonly number[]) => {
    const machine = withVectors(code);
    const stop = machine.runUntil(1e5);
    if (stop.reason === 'fault') throw stop.error;
    return machine.hart(controller).registers;
  };

  it('interrupts on an enabled line, and taking it clears the line', () => {
    const r = registersOf([
      ...store(itc + 0x04, 1 << 5),
      ...store(itc + 0x10, (1 << 5) | (1 << 6)),
      nop,
      ...load(10, itc + 0x0c),
      ...load(11, itc + 0x18),
      ...load(12, itc),
    ]);
    expect(r[20]).toBe(1);
    expect(r[21]).toBe(0x80000005);
    // Line 6 was not enabled: it stays.
    expect(r.slice(10, 13)).toEqual([1 << 6, 1 << 5, 1 << 5]);
  });

  it('takes the highest line first, each once', () => {
    const r = registersOf([
      e.csr(7, 0, mie, 0x300),
      ...store(itc + 0x04, 0xffffffff),
      ...store(itc + 0x10, (1 << 3) | (1 << 30) | (1 << 12)),
      e.csr(6, 0, mie, 0x300),
      nop,
      nop,
    ]);
    expect(r[20]).toBe(3);
    expect(r[21]).toBe(0x80000003);
  });

  it('wakes from wfi with interrupts off, without entering a handler', () => {
    const r = registersOf([
      e.csr(7, 0, mie, 0x300),
      ...store(itc + 0x04, 1 << 10),
      ...store(0x1a10b010, 50),
      ...store(0x1a10b000, 1 | (1 << 2)),
      0x10500073,
      ...load(10, itc + 0x0c),
    ]);
    expect(r[20]).toBe(0);
    expect(r[10]).toBe(1 << 10);
  });

  it('a SoC event waits in the FIFO behind line 26, masked ones are lost', () => {
    const r = registersOf([
      ...store(itc + 0x04, 1 << 26),
      ...store(socEvents, 0xff),
      nop,
      ...store(socEvents + 0x08, ~((1 << 16) | (1 << 17))),
      ...store(socEvents, 0xff),
      nop,
      ...load(10, itc + 0x24),
      nop,
      ...load(11, itc + 0x24),
      ...load(12, itc + 0x24),
    ]);
    expect(r.slice(10, 13)).toEqual([48, 49, 0]);
    // One for the first event, one for the second when the first was read.
    expect(r[20]).toBe(2);
  });
});

describe('interrupts of the cluster', () => {
  it('each event has its own line, vectors lie around the boot address, and taking one clears it', () => {
    const machine = forHart('cluster', [
      ...store(0x1020080c, (1 << 3) | (1 << 5)), // interrupt mask of hart 0
      ...store(0x10200e0c, 1), // software events 3 and 5 to hart 0
      ...store(0x10200e14, 1),
      e.csr(6, 0, mie, 0x300),
      nop,
      nop,
      ...load(10, 0x1020081c),
    ]);
    const bytes = (words: readonly number[]) => new Uint8Array(Uint32Array.from(words).buffer);
    // x20 collects the lines in the order in which they are taken.
    const handlers = l2 + 0x4000;
    const handler = (line: number) => [e.iType(0x13, 1, 20, 20, 4), e.addi(20, 20, line), e.mret];
    machine.write(handlers, bytes([...handler(3), ...handler(5)]));
    const vectors = clusterStart & ~0xff;
    expect(clusterStart - vectors).toBe(0x80);
    for (const [line, target] of [
      [3, handlers],
      [5, handlers + 12],
    ] as const) {
      const at = vectors + 4 * line;
      machine.write(at, bytes([e.jType(0, target - at)]));
    }
    expect(machine.runUntil(1e5)).toEqual({ reason: 'exit', code: 0, hart: 0 });
    const { registers } = machine.hart(0);
    expect(registers[20]).toBe(0x53);
    expect(registers[10]).toBe(0);
  });
});

describe('between controller and cluster', () => {
  it('software events by the event unit wake a hart, lines of the interrupt controller the controller', () => {
    const machine = pulpOpen();
    const bytes = (words: readonly number[]) => new Uint8Array(Uint32Array.from(words).buffer);
    const wake = startCluster.slice(0, -2);
    machine.write(
      l2 + 0x1000,
      bytes([
        ...wake,
        ...store(itc + 0x04, 1 << 6),
        0x10500073,
        ...store(0x10200e0c, 1), // software event 3 of the slow port, to hart 0
        0x10500073,
        e.jType(0, -4),
      ]),
    );
    machine.write(
      clusterStart,
      bytes([
        ...store(0x10204000, 1 << 3),
        ...store(itc + 0x10, 1 << 6),
        ...li(28, 0x10204000),
        e.iType(0x03, 6, 10, 28, 0x3c), // p.elw a0, wait and clear
        ...store(0x1a1040a0, 0x80000000),
      ]),
    );
    machine.start(l2 + 0x1000);
    expect(machine.runUntil(1e5)).toEqual({ reason: 'exit', code: 0, hart: 0 });
    expect(machine.hart(0).registers[10]).toBe(1 << 3);
  });

  it('the controller moves data by its own port of the DMA', () => {
    const port = 0x10201c00;
    const code = [
      ...store(l2 + 0x100, 0xcafe),
      ...li(27, port),
      e.lw(26, 27, 0),
      ...li(29, 4 | (1 << 17) | (1 << 18) | (1 << 20)),
      e.sw(29, 27, 0),
      ...li(29, tcdm + 0x40),
      e.sw(29, 27, 0),
      ...li(29, l2 + 0x100),
      e.sw(29, 27, 0),
      ...store(itc + 0x04, 1 << 8),
      0x10500073, // the end of the transfer is line 8
      ...load(10, itc + 0x0c),
      ...load(11, tcdm + 0x40),
      e.lw(12, 27, 4),
    ];
    const r = registersAfter('controller', code);
    expect(r.slice(10, 12)).toEqual([1 << 8, 0xcafe]);
    expect(r[12]! & 1).toBe(0);
  });

  it('the controller fetches past the caches of the cluster, with caches on or off', () => {
    for (const enabled of [true, false]) {
      const set = { 'icache.ideal': false, 'icache.enabled': enabled };
      const machine = forHart('controller', load(10, 0x1020141c), set);
      expect(machine.runUntil(1e5).reason).toBe('exit');
      // PREFETCH after reset: a bit for each hart of the cluster.
      expect(machine.hart(controller).registers[10]).toBe(0xff);
      const { stalls, icache_misses, icache_prefetches } = machine.stats().harts[controller]!;
      expect([stalls.icache, icache_misses, icache_prefetches]).toEqual([0, 0, 0]);
    }
  });

  it('the FIFO of SoC events is an error on a cluster without a chip', () => {
    const machine = pulpOpen({ 'controller.present': false });
    machine.write(l2, new Uint8Array(Uint32Array.from(load(10, 0x10200f00)).buffer));
    machine.start(l2);
    const stop = machine.runUntil(1e4);
    expect(stop.reason === 'fault' && stop.error.reason).toMatch(/needs a chip around the cluster/);
  });
});
