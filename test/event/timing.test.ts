import { describe, expect, it } from 'vitest';
import { BAR, Cluster, ELW, EU, prepare, read } from './cluster.js';
import type { Access } from './cluster.js';

const all = (harts: number, at: number, offset: number): Access[] =>
  Array.from({ length: harts }, (_, hart) => ({ at, hart, offset }));

/** Cost of an access: cycles to the next instruction of the hart. */
const costs = (outcomes: { at: number; next: number | undefined }[]): (number | undefined)[] =>
  outcomes.map((o) => (o.next === undefined ? undefined : o.next - o.at));

describe('event unit timing, as measured on its RTL', () => {
  it('does not hold a plain access: it costs what the port costs', () => {
    const cluster = new Cluster(1);
    cluster.run([{ at: 10, hart: 0, offset: EU.MASK, value: 5 }]);
    expect(cluster.run([{ at: 11, hart: 0, offset: EU.MASK }])[0].value).toBe(5);
    expect(cluster.held.size).toBe(0);
  });

  it('answers a wait at once when the event is pending: 4 cycles, the event load itself', () => {
    const cluster = new Cluster(1);
    cluster.run([
      { at: 0, hart: 0, offset: EU.MASK, value: 1 },
      { at: 1, hart: 0, offset: EU.signal(0), value: 1 },
    ]);
    expect(costs(cluster.run([{ at: 2, hart: 0, offset: EU.WAIT_CLEAR }]))).toEqual([4]);
  });

  it('locks a free mutex in 5: the mutex event is in the buffer one cycle after the read', () => {
    const cluster = new Cluster(8);
    prepare(cluster, 0xff);
    expect(costs(cluster.run([{ at: 20, hart: 3, offset: EU.mutex(0) }]))).toEqual([5]);
  });

  it('lets all harts out of a barrier after 6 when they arrive together: status and buffer are a register each', () => {
    const cluster = new Cluster(8);
    prepare(cluster, 0xff);
    const outcomes = cluster.run(all(8, 20, EU.barrier(0, BAR.WAIT_CLEAR)));
    expect(costs(outcomes)).toEqual(Array.from({ length: 8 }, () => 6));
    expect(outcomes.map((o) => o.value)).toEqual(Array.from({ length: 8 }, () => 0x10000));
  });

  it('gives 6 to the last of a staggered arrival, whoever it is, and lets the others go in the same cycle', () => {
    for (const last of [0, 3, 7]) {
      const cluster = new Cluster(8);
      prepare(cluster, 0xff);
      const outcomes = cluster.run(
        Array.from({ length: 8 }, (_, hart) => ({
          at: hart === last ? 100 : 20 + 5 * hart,
          hart,
          offset: EU.barrier(0, BAR.WAIT_CLEAR),
        })),
      );
      expect(new Set(outcomes.map((o) => o.next))).toEqual(new Set([106]));
    }
  });

  it('wakes sleepers of a software event 5 after the store, the same for all, the store costs 1', () => {
    const cluster = new Cluster(4);
    const setMasks = Array.from({ length: 4 }, (_, hart) => ({
      at: 0,
      hart,
      offset: EU.MASK,
      value: 1 << 3,
    }));
    cluster.run(setMasks);
    const sleepers = cluster.run([
      { at: 10, hart: 0, offset: EU.WAIT_CLEAR },
      { at: 31, hart: 2, offset: EU.WAIT_CLEAR },
      { at: 12, hart: 3, offset: EU.WAIT_CLEAR },
    ]);
    const [store] = cluster.run([{ at: 50, hart: 1, offset: EU.signal(3), value: 0 }]);
    expect(store.next).toBe(51);
    expect(sleepers.map((o) => o.next)).toEqual([55, 55, 55]);
  });

  it('hands a mutex over 5 after the unlocking store', () => {
    const cluster = new Cluster(8);
    prepare(cluster, 0xff);
    const [, waiter] = cluster.run([
      { at: 20, hart: 5, offset: EU.mutex(2) },
      { at: 30, hart: 6, offset: EU.mutex(2) },
    ]);
    expect(waiter.next).toBeUndefined();
    cluster.run([{ at: 70, hart: 5, offset: EU.mutex(2), value: 0xabcd }]);
    expect(waiter.next).toBe(75);
    expect(waiter.value).toBe(0xabcd);
  });

  it('serves a mutex that all ask for in one cycle lowest hart first, 5 between unlock and next owner', () => {
    const cluster = new Cluster(4);
    prepare(cluster, 0xf);
    const outcomes = cluster.run(all(4, 20, EU.mutex(0)));
    expect(outcomes.map((o) => o.next)).toEqual([25, undefined, undefined, undefined]);
    for (let owner = 0; owner < 3; owner++) {
      cluster.run([{ at: 100 * (owner + 1), hart: owner, offset: EU.mutex(0), value: 0 }]);
      expect(outcomes[owner + 1].next).toBe(100 * (owner + 1) + 5);
    }
  });

  it('wakes a sleeper 1 cycle after a DMA or engine event is raised', () => {
    const cluster = new Cluster(2);
    cluster.run([{ at: 0, hart: 1, offset: EU.MASK, value: 0x100 }]);
    const [sleeper] = cluster.run([{ at: 5, hart: 1, offset: EU.WAIT_CLEAR }]);
    cluster.unit.raise(8, 0b10, 40);
    cluster.run([]);
    expect(sleeper.next).toBe(41 + ELW);
    expect(sleeper.value).toBe(0x100);
  });

  it('takes events that are announced ahead of time in their cycle', () => {
    const cluster = new Cluster(1);
    cluster.run([{ at: 0, hart: 0, offset: EU.MASK, value: 0x300 }]);
    cluster.unit.raise(9, 1, 80);
    cluster.unit.raise(8, 1, 60);
    const outcomes = cluster.run([
      { at: 5, hart: 0, offset: EU.WAIT_CLEAR },
      { at: 70, hart: 0, offset: EU.WAIT_CLEAR },
    ]);
    expect(outcomes.map((o) => [o.next, o.value])).toEqual([
      [65, 0x100],
      [85, 0x200],
    ]);
  });
});

describe('events of one cycle are judged together', () => {
  it('wakes harts below and above the triggering one in the same cycle, even when they ask in that cycle', () => {
    // The buffer is a register: the waits of cycle 10 do not see the store of cycle 10 whatever its hart.
    const cluster = new Cluster(3);
    cluster.run([0, 2].map((hart) => ({ at: 0, hart, offset: EU.MASK, value: 1 })));
    const [low, , high] = cluster.run([
      { at: 10, hart: 0, offset: EU.WAIT_CLEAR },
      { at: 10, hart: 1, offset: EU.signal(0), value: 0 },
      { at: 10, hart: 2, offset: EU.WAIT_CLEAR },
    ]);
    expect([low.next, high.next]).toEqual([15, 15]);
  });

  it('gives a mutex that is unlocked in this cycle to the lowest requester, a new one included', () => {
    const cluster = new Cluster(4);
    prepare(cluster, 0xf);
    const [, old] = cluster.run([
      { at: 20, hart: 0, offset: EU.mutex(0) },
      { at: 30, hart: 3, offset: EU.mutex(0) },
    ]);
    const [, fresh] = cluster.run([
      { at: 40, hart: 0, offset: EU.mutex(0), value: 0 },
      { at: 40, hart: 1, offset: EU.mutex(0) },
    ]);
    expect(fresh.next).toBe(45);
    expect(old.next).toBeUndefined();
  });

  it('returns an event that comes in the cycle of the grant, too, and clears it', () => {
    const cluster = new Cluster(2);
    cluster.run([{ at: 0, hart: 1, offset: EU.MASK, value: 3 }]);
    // The first event is in the buffer in 11, where the wait is granted; its value is read in 12.
    const [wait] = cluster.run([
      { at: 5, hart: 1, offset: EU.WAIT_CLEAR },
      { at: 10, hart: 0, offset: EU.signal(0), value: 2 },
      { at: 11, hart: 0, offset: EU.signal(1), value: 2 },
    ]);
    expect([wait.next, wait.value]).toEqual([15, 3]);
    expect(read(cluster, 1, EU.BUFFER, 20)).toBe(0);
  });

  it('loses an event of the mask that comes in the cycle behind the grant: it is cleared unread', () => {
    const cluster = new Cluster(2);
    cluster.run([{ at: 0, hart: 1, offset: EU.MASK, value: 3 }]);
    const [wait] = cluster.run([
      { at: 5, hart: 1, offset: EU.WAIT_CLEAR },
      { at: 10, hart: 0, offset: EU.signal(0), value: 2 },
      { at: 12, hart: 0, offset: EU.signal(1), value: 2 },
    ]);
    expect([wait.next, wait.value]).toEqual([15, 1]);
    expect(read(cluster, 1, EU.BUFFER, 20)).toBe(0);
  });

  it('keeps an event that is not in the mask, and one that comes two cycles behind the grant', () => {
    const cluster = new Cluster(2);
    cluster.run([{ at: 0, hart: 1, offset: EU.MASK, value: 3 }]);
    const [first, , , , second] = cluster.run([
      { at: 5, hart: 1, offset: EU.WAIT_CLEAR },
      { at: 10, hart: 0, offset: EU.signal(0), value: 2 },
      { at: 12, hart: 0, offset: EU.signal(5), value: 2 },
      { at: 13, hart: 0, offset: EU.signal(1), value: 2 },
      { at: 15, hart: 1, offset: EU.WAIT_CLEAR },
    ]);
    expect([first.next, first.value]).toEqual([15, 1]);
    expect([second.next, second.value]).toEqual([19, 2]);
    expect(read(cluster, 1, EU.BUFFER, 30)).toBe(1 << 5);
  });

  it('waits for the clearing of an earlier wait before it looks again', () => {
    const cluster = new Cluster(2);
    cluster.run([{ at: 0, hart: 1, offset: EU.MASK, value: 1 }]);
    cluster.run([{ at: 10, hart: 0, offset: EU.signal(0), value: 2 }]);
    // As plain loads do, which are answered in one cycle.
    const [first, second] = cluster.run([
      { at: 20, hart: 1, offset: EU.WAIT_CLEAR },
      { at: 21, hart: 1, offset: EU.WAIT_CLEAR },
      { at: 40, hart: 0, offset: EU.signal(0), value: 2 },
    ]);
    expect([first.value, second.next]).toEqual([1, 45]);
  });

  it('returns both of two events when the second is in the buffer a cycle later', () => {
    // The barrier completes in 20 and is in the buffer in 22; the software event of 20 is there in 21.
    const cluster = new Cluster(2);
    prepare(cluster, 0b11);
    cluster.run([{ at: 4, hart: 0, offset: EU.MASK_OR, value: 1 }]);
    const [early] = cluster.run([{ at: 10, hart: 0, offset: EU.barrier(0, BAR.WAIT_CLEAR) }]);
    cluster.run([
      { at: 20, hart: 1, offset: EU.barrier(0, BAR.TRIGGER), value: 0b10 },
      { at: 20, hart: 0, offset: 0x600, value: 1, slow: true },
    ]);
    expect([early.next, early.value]).toEqual([25, 0x10001]);
    expect(cluster.run([{ at: 30, hart: 0, offset: EU.BUFFER }])[0].value).toBe(0);
  });
});
