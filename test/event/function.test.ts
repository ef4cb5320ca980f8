import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { BAR, Cluster, EU, prepare, read } from './cluster.js';
import type { Access } from './cluster.js';

const listen = (cluster: Cluster): void => {
  cluster.run(
    Array.from({ length: cluster.count }, (_, hart) => ({
      at: 0,
      hart,
      offset: EU.MASK,
      value: 1 << 18,
    })),
  );
};

const why = (cluster: Cluster, hart: number): string | undefined => cluster.unit.describeWait(hart);

const fails = (use: (cluster: Cluster) => void, message: RegExp): void => {
  const cluster = new Cluster(2, { mutexes: 1, barriers: 2 });
  prepare(cluster, 0b11);
  try {
    use(cluster);
  } catch (error) {
    expect(error).toBeInstanceOf(OctobarError);
    expect((error as OctobarError).code).toBe('device-misuse');
    expect((error as OctobarError).message).toMatch(message);
    expect((error as OctobarError).context.hint).toBeTruthy();
    return;
  }
  throw new Error('no error');
};

describe('masks and buffers', () => {
  it('writes, clears and sets masks, each hart its own', () => {
    const cluster = new Cluster(2);
    cluster.run([
      { at: 0, hart: 0, offset: EU.MASK, value: 0xff },
      { at: 1, hart: 0, offset: EU.MASK_AND, value: 0x0f },
      { at: 2, hart: 0, offset: EU.MASK_OR, value: 0x80000001 },
    ]);
    expect(read(cluster, 0, EU.MASK, 3)).toBe(0x800000f1);
    expect(read(cluster, 1, EU.MASK, 3)).toBe(0);
    expect(cluster.unit.slow.read(0x00, 4, 1, 3) >>> 0).toBe(0x800000f1);
    expect(cluster.unit.slow.read(0x40, 4, 1, 3)).toBe(0);
  });

  it('buffers events that the mask does not name, and clears written bits', () => {
    const cluster = new Cluster(1);
    cluster.run([
      { at: 0, hart: 0, offset: EU.MASK, value: 2 },
      { at: 1, hart: 0, offset: EU.signal(0), value: 1 },
      { at: 1, hart: 0, offset: EU.signal(1), value: 1 },
    ]);
    expect(read(cluster, 0, EU.BUFFER, 3)).toBe(3);
    expect(read(cluster, 0, EU.BUFFER_MASKED, 3)).toBe(2);
    cluster.run([{ at: 4, hart: 0, offset: EU.BUFFER_CLEAR, value: 2 }]);
    expect(read(cluster, 0, EU.BUFFER, 5)).toBe(1);
  });

  it('keeps the buffer after a wait and clears what it returned after a wait-and-clear', () => {
    const cluster = new Cluster(1);
    cluster.run([
      { at: 0, hart: 0, offset: EU.MASK, value: 2 },
      { at: 1, hart: 0, offset: EU.signal(0), value: 1 },
      { at: 2, hart: 0, offset: EU.signal(1), value: 1 },
    ]);
    const [keep, clear] = cluster.run([
      { at: 5, hart: 0, offset: EU.WAIT },
      { at: 10, hart: 0, offset: EU.WAIT_CLEAR },
    ]);
    expect([keep.value, clear.value]).toEqual([2, 2]);
    // Event 0 is not in the mask: it stays.
    expect(read(cluster, 0, EU.BUFFER, 20)).toBe(1);
  });

  it('sends a software event to the written harts, or to all for 0, on both ports', () => {
    const cluster = new Cluster(3);
    cluster.run([
      { at: 0, hart: 0, offset: EU.signal(2), value: 0b110 },
      { at: 5, hart: 1, offset: EU.signal(7), value: 0 },
      { at: 9, hart: 1, offset: 0x600 + 4 * 5, value: 0b001, slow: true },
    ]);
    expect([0, 1, 2].map((hart) => read(cluster, hart, EU.BUFFER, 20))).toEqual([0xa0, 0x84, 0x84]);
  });

  it('triggers with SW_EVENT_MASK when it sleeps afterwards', () => {
    // Two harts that signal each other and sleep: each wakes by the signal of the other.
    const cluster = new Cluster(2);
    cluster.run([
      { at: 0, hart: 0, offset: EU.MASK, value: 1 << 6 },
      { at: 0, hart: 1, offset: EU.MASK, value: 1 << 6 },
      { at: 1, hart: 0, offset: EU.SW_EVENT_MASK, value: 0b10 },
      { at: 1, hart: 1, offset: EU.SW_EVENT_MASK, value: 0b01 },
    ]);
    const [a, b] = cluster.run([
      { at: 10, hart: 0, offset: EU.signalWaitClear(6) },
      { at: 20, hart: 1, offset: EU.signalWait(6) },
    ]);
    // Hart 1 finds the event of cycle 10 pending; its own of cycle 20 is in the buffer in 21.
    expect([b.next, a.next]).toEqual([24, 25]);
    expect(read(cluster, 0, EU.BUFFER, 30)).toBe(0);
    expect(read(cluster, 1, EU.BUFFER, 30)).toBe(1 << 6);
  });

  it('wakes a sleeper whose mask another hart opens over the slow port', () => {
    const cluster = new Cluster(2);
    cluster.unit.raise(12, 0b10, 0);
    const [sleeper] = cluster.run([{ at: 5, hart: 1, offset: EU.WAIT_CLEAR }]);
    expect(read(cluster, 0, EU.STATUS, 6)).toBe(1);
    expect(cluster.unit.slow.read(0x40 + EU.STATUS, 4, 0, 6)).toBe(0);
    cluster.run([{ at: 30, hart: 0, offset: 0x40 + EU.MASK, value: 1 << 12, slow: true }]);
    // The mask is a register: it lets the event through in the cycle after the store.
    expect(sleeper.next).toBe(35);
  });
});

describe('barriers', () => {
  it('fires only for exactly its harts and wakes exactly its targets', () => {
    const cluster = new Cluster(4);
    prepare(cluster, 0b1111);
    cluster.run([
      { at: 5, hart: 0, offset: EU.barrier(3, BAR.TRIGGER_MASK), value: 0b0110 },
      { at: 6, hart: 0, offset: EU.barrier(3, BAR.TARGET_MASK), value: 0b1000 },
    ]);
    const [sleeper] = cluster.run([{ at: 10, hart: 3, offset: EU.WAIT_CLEAR }]);
    cluster.run([
      { at: 20, hart: 1, offset: EU.barrier(3, BAR.SELF) },
      { at: 21, hart: 0, offset: EU.barrier(0, BAR.SELF) },
    ]);
    expect(read(cluster, 0, EU.barrier(3, BAR.STATUS), 25)).toBe(0b0010);
    expect(read(cluster, 0, EU.barrier(3, BAR.SUMMARY), 26)).toBe(0b0011);
    cluster.run([{ at: 30, hart: 0, offset: EU.barrier(3, BAR.TRIGGER), value: 0b0100 }]);
    expect(sleeper.next).toBe(36);
    expect(read(cluster, 0, EU.barrier(3, BAR.STATUS), 40)).toBe(0);
    expect([0, 1, 2].map((hart) => read(cluster, hart, EU.BUFFER, 40))).toEqual([0, 0, 0]);
  });

  it('can be used again at once: 100 rounds of 8 harts, 6 cycles each', () => {
    const cluster = new Cluster(8);
    prepare(cluster, 0xff);
    for (let round = 0; round < 100; round++) {
      const at = 20 + 6 * round;
      const outcomes = cluster.run(
        Array.from({ length: 8 }, (_, hart) => ({
          at,
          hart,
          offset: EU.barrier(0, BAR.WAIT_CLEAR),
        })),
      );
      expect(outcomes.every((o) => o.next === at + 6)).toBe(true);
    }
  });

  it('has one bit per hart in its masks, so that all ones mean all harts', () => {
    const cluster = new Cluster(3);
    prepare(cluster, 0xffffffff);
    expect(read(cluster, 0, EU.barrier(0, BAR.TRIGGER_MASK), 10)).toBe(0b111);
    const outcomes = cluster.run(
      [0, 1, 2].map((hart) => ({ at: 20, hart, offset: EU.barrier(0, BAR.WAIT_CLEAR) })),
    );
    expect(outcomes.map((o) => o.next)).toEqual([26, 26, 26]);
  });

  it('keeps several barriers apart', () => {
    const cluster = new Cluster(4);
    prepare(cluster, 0b0011);
    cluster.run([
      { at: 5, hart: 0, offset: EU.barrier(15, BAR.TRIGGER_MASK), value: 0b1100 },
      { at: 6, hart: 0, offset: EU.barrier(15, BAR.TARGET_MASK), value: 0b1100 },
    ]);
    const outcomes = cluster.run([
      { at: 20, hart: 0, offset: EU.barrier(0, BAR.WAIT_CLEAR) },
      { at: 21, hart: 2, offset: EU.barrier(15, BAR.WAIT_CLEAR) },
      { at: 30, hart: 3, offset: EU.barrier(15, BAR.WAIT_CLEAR) },
      { at: 40, hart: 1, offset: EU.barrier(0, BAR.WAIT_CLEAR) },
    ]);
    expect(outcomes.map((o) => o.next)).toEqual([46, 36, 36, 46]);
  });
});

describe('dispatch', () => {
  it('hands a value to each hart of the team', () => {
    const cluster = new Cluster(3);
    listen(cluster);
    const [one, two] = cluster.run([
      { at: 10, hart: 1, offset: EU.DISPATCH_FIFO },
      { at: 12, hart: 2, offset: EU.DISPATCH_FIFO },
    ]);
    cluster.run([
      { at: 20, hart: 0, offset: EU.DISPATCH_TEAM, value: 0b110 },
      { at: 21, hart: 0, offset: EU.DISPATCH_FIFO, value: 0x1c008000 },
    ]);
    // Written in 21, in the FIFO in 22, where it raises the event, in the buffer in 23.
    expect([one.next, two.next]).toEqual([27, 27]);
    expect([one.value, two.value]).toEqual([0x1c008000, 0x1c008000]);
  });

  it('keeps values until they are read, in order, one lookup a cycle', () => {
    const cluster = new Cluster(3);
    listen(cluster);
    cluster.run([
      { at: 10, hart: 0, offset: EU.DISPATCH_TEAM, value: 0b010 },
      { at: 11, hart: 0, offset: EU.DISPATCH_FIFO, value: 1 },
      { at: 12, hart: 0, offset: EU.DISPATCH_FIFO, value: 2 },
      { at: 13, hart: 0, offset: EU.DISPATCH_TEAM, value: 0b110 },
      { at: 14, hart: 0, offset: EU.DISPATCH_FIFO, value: 3 },
    ]);
    const hartOne = cluster.run([
      { at: 20, hart: 1, offset: EU.DISPATCH_FIFO },
      { at: 30, hart: 1, offset: EU.DISPATCH_FIFO },
      { at: 40, hart: 1, offset: EU.DISPATCH_FIFO },
    ]);
    expect(hartOne.map((o) => [o.next, o.value])).toEqual([
      [25, 1],
      [35, 2],
      [45, 3],
    ]);
    // Hart 2 has to step over two values that are not for it: two cycles more.
    const [hartTwo] = cluster.run([{ at: 50, hart: 2, offset: EU.DISPATCH_FIFO }]);
    expect([hartTwo.next, hartTwo.value]).toEqual([57, 3]);
  });

  it('does not overwrite a value that somebody has not read', () => {
    const cluster = new Cluster(2, { dispatch_depth: 2 });
    cluster.run([{ at: 0, hart: 0, offset: EU.DISPATCH_TEAM, value: 0b10 }]);
    const push: Access[] = [1, 2, 3].map((at) => ({
      at,
      hart: 0,
      offset: EU.DISPATCH_FIFO,
      value: at,
    }));
    expect(() => cluster.run(push)).toThrow(/dispatch FIFO overflows/);
  });
});

describe('interrupts and wfi', () => {
  it('drives the external interrupt while an event of the interrupt mask is buffered', () => {
    const cluster = new Cluster(2);
    cluster.run([
      { at: 0, hart: 1, offset: EU.IRQ_MASK, value: 1 << 10 },
      { at: 30, hart: 1, offset: EU.BUFFER_CLEAR, value: 1 << 10 },
    ]);
    cluster.unit.raise(10, 0b11, 50);
    cluster.run([{ at: 70, hart: 1, offset: EU.BUFFER_CLEAR, value: 1 << 10 }]);
    expect(cluster.interrupts).toEqual([
      [1, 11, true, 51],
      [1, 11, false, 70],
    ]);
  });

  it('tells whether a wfi has to sleep, and wakes it when an event of the mask comes', () => {
    const cluster = new Cluster(2);
    cluster.run([{ at: 0, hart: 1, offset: EU.MASK, value: 1 << 4 }]);
    expect(cluster.unit.pending(1, 10)).toBe(false);
    cluster.run([
      { at: 20, hart: 0, offset: EU.signal(5), value: 0b10 },
      { at: 30, hart: 0, offset: EU.signal(4), value: 0b10 },
    ]);
    expect(cluster.wakes).toEqual([[1, 31]]);
    expect(cluster.unit.pending(1, 40)).toBe(true);
  });

  it('takes a wait back for an interrupt; the second read does not arrive a second time', () => {
    const cluster = new Cluster(2);
    prepare(cluster, 0b11);
    const wait = EU.barrier(0, BAR.WAIT_CLEAR);
    cluster.run([{ at: 10, hart: 0, offset: wait }]);
    cluster.unit.withdraw(0);
    cluster.held.clear();
    cluster.run([{ at: 20, hart: 1, offset: wait }]);
    // The barrier has fired meanwhile: the repeated read is answered at once, and nobody has arrived anew.
    const [again] = cluster.run([{ at: 40, hart: 0, offset: wait }]);
    expect([again.next, again.value]).toEqual([44, 0x10000]);
    expect(read(cluster, 0, EU.barrier(0, BAR.STATUS), 50)).toBe(0);
  });
});

describe('reports of a deadlock', () => {
  it('names the harts that did not arrive', () => {
    const cluster = new Cluster(4);
    prepare(cluster, 0b1111);
    cluster.run([0, 2].map((hart) => ({ at: 9, hart, offset: EU.barrier(0, BAR.WAIT_CLEAR) })));
    expect(why(cluster, 0)).toBe('barrier 0, where harts 1, 3 did not arrive (harts 0, 2 arrived)');
    expect(why(cluster, 1)).toBeUndefined();
  });

  it('names a hart that is not in the trigger mask, a missing target, and an empty mask', () => {
    const cluster = new Cluster(3);
    prepare(cluster, 0b011);
    cluster.run([2, 0, 1].map((hart) => ({ at: 9, hart, offset: EU.barrier(0, BAR.WAIT) })));
    expect(why(cluster, 2)).toMatch(/hart 2 arrived but the trigger mask names only harts 0, 1/);
    cluster.run([{ at: 20, hart: 0, offset: EU.barrier(1, BAR.TRIGGER_MASK), value: 0 }]);
    const other = new Cluster(2);
    other.run([{ at: 1, hart: 1, offset: EU.barrier(1, BAR.WAIT) }]);
    expect(why(other, 1)).toMatch(/trigger mask is 0: it never fires/);
  });

  it('names the owner of a mutex and an event mask that shuts the wake-up out', () => {
    const cluster = new Cluster(2);
    prepare(cluster, 0b11);
    cluster.run([
      { at: 9, hart: 1, offset: EU.mutex(4) },
      { at: 20, hart: 0, offset: EU.mutex(4) },
    ]);
    expect(why(cluster, 0)).toBe('mutex 4, held by hart 1');
    const deaf = new Cluster(1);
    deaf.run([{ at: 9, hart: 0, offset: EU.mutex(4) }]);
    expect(why(deaf, 0)).toMatch(/its event mask lacks mutex \(17\)/);
  });

  it('names the events of a plain wait', () => {
    const cluster = new Cluster(1);
    cluster.run([
      { at: 0, hart: 0, offset: EU.MASK, value: 0x101 },
      { at: 1, hart: 0, offset: EU.WAIT },
    ]);
    expect(why(cluster, 0)).toBe('one of the events DMA event (8), software event 0 (0)');
    const deaf = new Cluster(1);
    deaf.run([{ at: 1, hart: 0, offset: EU.WAIT }]);
    expect(why(deaf, 0)).toMatch(/event mask is 0/);
  });
});

describe('misuse', () => {
  it.each<[string, (cluster: Cluster) => void, RegExp]>([
    ['an offset without register', (c) => c.unit.fast.read(0x50, 4, 0, 9), /no register at offset/],
    ['an unmodelled one', (c) => c.unit.fast.read(0x60, 4, 0, 9), /EU_LOOP.* not modelled/],
    ['a byte access', (c) => c.unit.fast.read(0x00, 1, 0, 9), /1 byte/],
    ['a write of a wait register', (c) => c.unit.fast.write(0x38, 0, 4, 0, 9), /read-only/],
    ['a read of a trigger', (c) => c.unit.fast.read(0x100, 4, 0, 9), /write-only/],
    ['a wait on the slow port', (c) => c.unit.slow.read(0x38, 4, 0, 9), /no register/],
    [
      'a barrier beyond the last',
      (c) => c.unit.fast.read(EU.barrier(2, 0), 4, 0, 9),
      /does not have/,
    ],
    ['a hart beyond the last', (c) => c.unit.slow.read(0x80, 4, 0, 9), /does not have/],
    ['a debugger on the fast port', (c) => c.unit.fast.read(0x00, 4, -1, 9), /fast port/],
    [
      'a second lock by the owner',
      (c) => c.run([10, 20].map((at) => ({ at, hart: 0, offset: EU.mutex(0) }))),
      /which it holds/,
    ],
    [
      'an unlock by another hart',
      (c) =>
        c.run([
          { at: 10, hart: 0, offset: EU.mutex(0) },
          { at: 20, hart: 1, offset: EU.mutex(0), value: 0 },
        ]),
      /which hart 0 holds/,
    ],
  ])('%s is an error that says what to do', (_, use, message) => fails(use, message));

  it('does not let a debugger change anything over the slow port', () => {
    const cluster = new Cluster(2);
    prepare(cluster, 0b11);
    const before = JSON.stringify(cluster.unit.save());
    cluster.unit.slow.read(0x1c, 4, -1, 9999);
    cluster.unit.slow.read(0x404, 4, -1, 9999);
    expect(JSON.stringify(cluster.unit.save())).toBe(before);
  });
});

describe('state', () => {
  it('continues from a saved state with the same cycles', () => {
    const script: Access[] = [
      { at: 10, hart: 0, offset: EU.mutex(0) },
      { at: 11, hart: 1, offset: EU.mutex(0) },
      { at: 12, hart: 2, offset: EU.barrier(0, BAR.WAIT_CLEAR) },
      { at: 20, hart: 3, offset: EU.signal(1), value: 0 },
      { at: 30, hart: 0, offset: EU.mutex(0), value: 77 },
      { at: 40, hart: 0, offset: EU.barrier(0, BAR.WAIT_CLEAR) },
      { at: 41, hart: 1, offset: EU.barrier(0, BAR.WAIT_CLEAR) },
      { at: 41, hart: 3, offset: EU.barrier(0, BAR.WAIT_CLEAR) },
    ];
    const straight = new Cluster(4);
    prepare(straight, 0xf);
    const expected = straight.run(script).map((o) => ({ ...o }));
    for (const cut of [11, 12, 13, 30, 31, 41, 42]) {
      const first = new Cluster(4);
      prepare(first, 0xf);
      first.run(
        script.filter((a) => a.at < cut),
        cut - 1,
      );
      const second = new Cluster(4);
      second.unit.restore(structuredClone(first.unit.save()));
      second.outcomes.push(...first.outcomes);
      for (const [hart, outcome] of first.held) second.held.set(hart, outcome);
      second.run(script.filter((a) => a.at >= cut));
      expect(second.outcomes.slice(-script.length)).toEqual(expected);
    }
  });

  it('is as new after a reset', () => {
    const cluster = new Cluster(2);
    const fresh = JSON.stringify(cluster.unit.save());
    prepare(cluster, 0b11);
    cluster.run([{ at: 10, hart: 0, offset: EU.barrier(0, BAR.WAIT) }]);
    cluster.unit.raise(8, 1, 50);
    cluster.unit.reset();
    expect(JSON.stringify(cluster.unit.save())).toBe(fresh);
    expect(cluster.unit.nextCycle).toBe(Infinity);
  });
});
