import { describe, expect, it } from 'vitest';
import type { AcceleratorFactory } from '../../emulator/hwpe/environment.js';
import type { HwpeRegisterMap } from '../../emulator/hwpe/registers.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import type { TestbenchOptions } from '../../emulator/hwpe/testbench.js';
import { fillRandom, random } from './random.js';
import { get, offsetOf, setter } from './registers.js';
import type { Setter } from './registers.js';

/** What a test must know about an engine to check it against the HWPE contract. */
export interface Subject {
  readonly name: string;
  readonly factory: AcceleratorFactory;
  readonly map: HwpeRegisterMap;
  /** A job register without side effects, for tests of the register file. */
  readonly plainRegister: string;
  /** Writes tables and weights; runs before the jobs. */
  prepare?(bench: Testbench): void;
  /** Programs job 0 or 1. They read and write different places and take at least 20 cycles. */
  program(set: Setter, job: number): void;
  /** Result of a job over this memory, by a formula of its own. */
  expected(memory: Uint8Array, job: number): { address: number; bytes: Uint8Array };
}

/** All jobs of a subject stay in the first 32 kB. */
const memoryBytes = 32 * 1024;

const misuse = { code: 'device-misuse' };
const offset = {
  trigger: 0x00,
  acquire: 0x04,
  finished: 0x08,
  status: 0x0c,
  running: 0x10,
  clear: 0x14,
} as const;

/** Withholds every fifth cycle. */
const grant = (cycle: number): boolean => cycle % 5 !== 2;

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The checks that every engine passes. */
export function conformance(subject: Subject): void {
  const { map } = subject;

  const open = (options: TestbenchOptions = {}): Testbench => {
    const bench = new Testbench(subject.factory, { slot: 1, memoryBytes, ...options });
    fillRandom(bench.memory, 20221);
    subject.prepare?.(bench);
    return bench;
  };

  const submit = (bench: Testbench, job: number, hart: number): number => {
    const id = bench.read(offset.acquire, hart);
    subject.program(setter(bench, map, hart), job);
    bench.write(offset.trigger, 0, hart);
    return id;
  };

  const check = (bench: Testbench, before: Uint8Array, job: number): void => {
    const { address, bytes } = subject.expected(before, job);
    const at = address - Testbench.base;
    expect(Array.from(bench.memory.subarray(at, at + bytes.length))).toEqual(Array.from(bytes));
  };

  describe(`${subject.name} obeys the HWPE contract`, () => {
    it('describes itself in the capability block', () => {
      const bench = open();
      expect(get(bench, map, 'CAP_ENGINE_ID')).toBeGreaterThan(0);
      expect(get(bench, map, 'CAP_CONTEXTS')).toBe(2);
      expect(get(bench, map, 'CAP_PORT_BITS')).toBe(subject.factory.portBits);
      expect(offsetOf(map, 'CAP_ENGINE_ID')).toBe(0x3c0);
      expect(() => bench.write(0x3c0, 1)).toThrow(expect.objectContaining(misuse));
    });

    it('names what is wrong with an access', () => {
      const bench = open();
      const unknown = 0x3bc;
      expect(() => bench.read(unknown)).toThrow(/no register at .* \+ 0x3bc/);
      expect(() => bench.accelerator.read(offset.status, 1, 0, 0)).toThrow(/1-byte access/);
      expect(() => bench.read(offset.trigger)).toThrow(/TRIGGER is write-only/);
      expect(() => bench.write(offset.status, 0)).toThrow(/STATUS is read-only/);
    });

    it('gives each context registers of its own', () => {
      const bench = open();
      const set = setter(bench, map);
      bench.read(offset.acquire);
      const initial = get(bench, map, subject.plainRegister);
      subject.program(set, 0);
      set(subject.plainRegister, 0x1234);
      expect(get(bench, map, subject.plainRegister)).toBe(0x1234);
      subject.program(set, 0);
      bench.write(offset.trigger, 1);
      bench.read(offset.acquire);
      expect(get(bench, map, subject.plainRegister)).toBe(initial);
    });

    it('answers ACQUIRE with ids, -2 while somebody programs, -1 when both contexts are taken', () => {
      const bench = open();
      const acquire = (hart: number): number => bench.read(offset.acquire, hart) | 0;
      expect(acquire(3)).toBe(0);
      expect(acquire(4)).toBe(-2);
      expect(acquire(3)).toBe(-2);
      subject.program(setter(bench, map, 3), 0);
      bench.write(offset.trigger, 1, 3);
      expect(acquire(4)).toBe(1);
      subject.program(setter(bench, map, 4), 1);
      bench.write(offset.trigger, 1, 4);
      expect(acquire(5)).toBe(-1);
      expect(bench.read(offset.status)).toBe(0x0101);
      bench.write(offset.trigger, 0, 3);
      bench.runToEvent(2);
      expect(acquire(5)).toBe(2);
    });

    it('refuses writes and triggers by harts that do not hold the lock', () => {
      const bench = open();
      const write = (hart: number) => () => setter(bench, map, hart)(subject.plainRegister, 1);
      expect(write(0)).toThrow(/nobody acquired/);
      expect(() => bench.write(offset.trigger, 0, 0)).toThrow(/nobody acquired/);
      bench.read(offset.acquire, 2);
      expect(write(0)).toThrow(/hart 2 is programming/);
      expect(() => bench.write(offset.trigger, 0, 0)).toThrow(/hart 2 is programming/);
      expect(write(2)).not.toThrow();
    });

    it('refuses to start while its slot is not selected', () => {
      const bench = open();
      bench.selected = false;
      bench.read(offset.acquire);
      subject.program(setter(bench, map), 0);
      expect(() => bench.write(offset.trigger, 0)).toThrow(/slot 1 is not selected/);
      bench.selected = true;
      bench.write(offset.trigger, 0);
      bench.runToEvent(1);
    });

    it('computes, and raises its event at the hart that committed', () => {
      const bench = open();
      const before = bench.memory.slice();
      expect(submit(bench, 0, 6)).toBe(0);
      expect(bench.read(offset.status)).toBe(1);
      const end = bench.runToEvent(1);
      check(bench, before, 0);
      expect(bench.events).toEqual([{ line: 14, hartMask: 1 << 6, at: end }]);
      expect(bench.read(offset.status)).toBe(0);
      expect(bench.read(offset.running)).toBe(1);
    });

    it('starts a committed job only at a TRIGGER of 0', () => {
      const bench = open();
      bench.read(offset.acquire);
      subject.program(setter(bench, map), 0);
      bench.write(offset.trigger, 1);
      expect(bench.accelerator.nextCycle).toBe(Infinity);
      bench.write(offset.trigger, 0);
      bench.runToEvent(1);
      expect(bench.events).toHaveLength(1);
    });

    it('queues a second job while the first runs, and finishes them in order', () => {
      const bench = open();
      const before = bench.memory.slice();
      expect(submit(bench, 0, 1)).toBe(0);
      expect(submit(bench, 1, 5)).toBe(1);
      bench.runToEvent(2);
      check(bench, before, 0);
      check(bench, before, 1);
      expect(bench.events.map((event) => event.hartMask)).toEqual([1 << 1, 1 << 5]);
      expect(bench.events[1].at).toBeGreaterThan(bench.events[0].at);
      expect(bench.read(offset.running)).toBe(2);
    });

    it('saturates FINISHED at 2 and clears it on any access', () => {
      const bench = open();
      for (let i = 0; i < 3; i++) {
        submit(bench, 0, 0);
        bench.runToEvent(i + 1);
      }
      expect(bench.read(offset.finished, -1)).toBe(2);
      expect(bench.read(offset.finished)).toBe(2);
      expect(bench.read(offset.finished)).toBe(0);
      submit(bench, 0, 0);
      bench.runToEvent(4);
      bench.write(offset.finished, 7);
      expect(bench.read(offset.finished)).toBe(0);
    });

    it('lets a debugger look without changing anything', () => {
      const bench = open();
      expect(bench.accelerator.read(offset.acquire, 4, -1, 0)).toBe(0);
      expect(bench.read(offset.acquire, 2)).toBe(0);
      for (const { offset: at, access } of map.registers)
        if (access !== 'wo') bench.accelerator.read(at, 4, -1, bench.now);
      expect(bench.read(offset.acquire, 3) | 0).toBe(-2);
    });

    it('computes the same under contention, only later', () => {
      const alone = open();
      const before = alone.memory.slice();
      submit(alone, 0, 0);
      submit(alone, 1, 0);
      alone.runToEvent(2);
      const ends: number[] = [];
      for (const seed of [1, 2, 3]) {
        const next = random(seed);
        const held = Array.from({ length: 4096 }, () => next(4) === 0);
        const bench = open({ grant: (cycle) => !held[cycle % held.length] });
        submit(bench, 0, 0);
        submit(bench, 1, 0);
        bench.runToEvent(2);
        expect(equal(bench.memory, alone.memory)).toBe(true);
        const { stall_cycles: stalls, granted_cycles: granted } = bench.accelerator.counters();
        expect(stalls).toBeGreaterThan(0);
        expect(granted).toBe(alone.accelerator.counters()['granted_cycles']);
        expect(bench.grants).toBe(granted);
        ends.push(bench.events[1].at);
      }
      // An engine that computes longer than it streams may hide some patterns, but not all.
      expect(Math.min(...ends)).toBeGreaterThanOrEqual(alone.events[1].at);
      expect(Math.max(...ends)).toBeGreaterThan(alone.events[1].at);
      check(alone, before, 0);
      check(alone, before, 1);
    });

    it('goes on cycle by cycle from a snapshot taken in the middle of a job', () => {
      const whole = open({ grant });
      submit(whole, 0, 0);
      submit(whole, 1, 3);
      const start = whole.now;
      const end = whole.runToEvent(2);
      const next = random(99);
      for (let i = 0; i < 12; i++) {
        const at = start + next(end - start);
        const first = open({ grant });
        submit(first, 0, 0);
        submit(first, 1, 3);
        first.runUntil(at);
        const snapshot = structuredClone(first.save());
        const events = first.events.length;
        const second = open({ grant });
        second.events.length = 0;
        second.restore(snapshot);
        second.runToEvent(2 - events);
        expect([...first.events, ...second.events]).toEqual(whole.events);
        expect(equal(second.memory, whole.memory)).toBe(true);
        expect(second.accelerator.counters()).toEqual(whole.accelerator.counters());
      }
    });

    it('drops everything at SOFT_CLEAR and works again afterwards', () => {
      const bench = open();
      submit(bench, 0, 0);
      submit(bench, 1, 0);
      bench.runUntil(bench.now + 7);
      bench.write(offset.clear, 1);
      bench.runUntil(bench.now + 10_000);
      expect(bench.events).toEqual([]);
      expect(bench.read(offset.status)).toBe(0);
      const before = bench.memory.slice();
      expect(submit(bench, 1, 2)).toBe(0);
      bench.runToEvent(1);
      check(bench, before, 1);
    });

    it('resets its registers when 0 is written to SOFT_CLEAR', () => {
      const bench = open();
      bench.read(offset.acquire);
      const initial = get(bench, map, subject.plainRegister);
      setter(bench, map)(subject.plainRegister, 77);
      bench.write(offset.clear, 1);
      expect(get(bench, map, subject.plainRegister)).toBe(77);
      bench.write(offset.clear, 0);
      expect(get(bench, map, subject.plainRegister)).toBe(initial);
      expect(bench.read(offset.acquire)).toBe(0);
    });

    it('counts upwards only', () => {
      const bench = open({ grant: (cycle) => cycle % 3 !== 0 });
      submit(bench, 0, 0);
      submit(bench, 1, 0);
      let last = bench.accelerator.counters();
      while (bench.events.length < 2) {
        bench.runUntil(bench.now + 3);
        const counters = bench.accelerator.counters();
        for (const [name, value] of Object.entries(counters))
          expect(value, name).toBeGreaterThanOrEqual(last[name]);
        last = counters;
      }
      expect(last['jobs']).toBe(2);
      expect(last['busy_cycles']).toBeLessThanOrEqual(bench.now);
      // A granted beat of n bytes touches at least n / 4 bank words.
      expect(4 * last['words']).toBeGreaterThanOrEqual(last['bytes_in'] + last['bytes_out']);
    });

    it('comes back to the state before the first job by reset; weights may stay', () => {
      const untouched = open();
      untouched.accelerator.reset();
      const bench = open();
      submit(bench, 0, 0);
      bench.runUntil(bench.now + 9);
      bench.accelerator.reset();
      expect(bench.accelerator.nextCycle).toBe(Infinity);
      expect(bench.accelerator.save()).toEqual(untouched.accelerator.save());
    });

    it('ignores a settle in a cycle in which it asked for nothing', () => {
      const bench = open();
      submit(bench, 0, 0);
      bench.runToEvent(1);
      const before = bench.accelerator.save();
      bench.accelerator.settle(bench.now);
      expect(bench.accelerator.save()).toEqual(before);
    });
  });
}
