/** The session on the real machine: loading, observing, saving. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { fixturePath, packageRoot } from '../../src/datasets/package-root.js';
import { openSession } from '../../src/session/index.js';
import type { Session, SessionOptions, Stats } from '../../src/session/index.js';
import { checkStats } from '../stats-schema.js';
import { addi, bne, exitWith, guest, li, load, readHartId, t0, t1, t2, zero } from './guest.js';

function validation(name: string, options: SessionOptions = {}): Session {
  const session = openSession({ set: { 'tcdm.banks': 16 }, isa: 'rv32imc', ...options });
  session.load({ name, bytes: new Uint8Array(readFileSync(fixturePath('validation', name))) });
  return session;
}

/** Every hart adds up 64 words of the TCDM; hart 0 ends the run when it is through. */
const adding = (): Uint8Array =>
  guest({
    code: [
      ...li(t0, 0x10000000),
      addi(t1, t0, 256),
      load(t2, t0), // loop, word 3
      addi(t0, t0, 4),
      bne(t0, t1, -8),
      readHartId(t2), // after, word 6
      bne(t2, zero, 0),
      ...exitWith(0),
    ],
    symbols: { loop: 3, after: 6 },
  });

describe('a region', () => {
  it('gives the cycles of the RTL', () => {
    // validation.json: 8798 cycles for fibcalls on one hart.
    const session = validation('fibcalls.elf', { harts: 1, set: { 'icache.ideal': true } });
    session.region('run', 'mark_start', 'mark_end');
    session.run();
    expect(session.stats().regions).toMatchObject([{ hart: 0, cycles: 8798, passes: 1 }]);
  });
});

/** Statistics of the guest: who executed it is another matter. */
const guestOnly = (stats: Stats) => ({ ...stats, tier: undefined });

function runAdding(observe: (session: Session) => void, harts = 8): ReturnType<typeof guestOnly> {
  return guestOnly(runWhole(observe, harts));
}

function runWhole(observe: (session: Session) => void, harts: number): Stats {
  const session = openSession({ harts });
  session.load({ name: 'adding.elf', bytes: adding() });
  session.region('sum', 'loop', 'after');
  observe(session);
  session.run();
  return session.stats();
}

describe('observers change nothing', () => {
  const plain = runAdding(() => undefined);

  it('the same run twice is the same', () => {
    expect(runAdding(() => undefined)).toEqual(plain);
  });

  it('tracing, probing and stopping on the way', () => {
    let traced = 0;
    expect(runAdding((session) => session.trace(() => void traced++))).toEqual(plain);
    expect(traced).toBe(plain.harts.reduce((sum, hart) => sum + hart.instret, 0));
    expect(runAdding((session) => session.probe('after', () => undefined))).toEqual(plain);
    expect(
      runAdding((session) => {
        for (let cycle = 0; cycle < 100; cycle += 7) session.runUntil(cycle);
      }),
    ).toEqual(plain);
  });

  it('a hart alone, whose run the machine may shorten, ends in the same cycle when watched', () => {
    const alone = runAdding(() => undefined, 1);
    expect(runAdding((session) => session.trace(() => undefined), 1)).toEqual(alone);
  });

  it('and the stalls and instructions of each hart make up its time', () => {
    for (const hart of plain.harts) {
      const stalls = Object.values(hart.stalls).reduce((sum, cycles) => sum + cycles, 0);
      expect(hart.instret + stalls, `hart ${hart.hart}`).toBe(hart.cycles_active);
      expect(hart.cycles_active + hart.cycles_sleep, `hart ${hart.hart}`).toBe(plain.cycles);
    }
  });

  it('the statistics obey the published schema', () =>
    expect(checkStats(runWhole(() => undefined, 8))).toEqual([]));
});

describe('save and restore', () => {
  it('continue to the same cycle and the same counters', () => {
    const session = validation('cl_rand_half_ld.x1.elf', { harts: 8 });
    session.region('run', 'mark_start', 'mark_end');
    session.runUntil(150);
    const snapshot = session.save();
    session.run();
    const first = guestOnly(session.stats());
    session.restore(snapshot);
    expect(session.now).toBe(150);
    session.run();
    expect(guestOnly(session.stats())).toEqual(first);
    const other = validation('cl_rand_half_ld.x1.elf', { harts: 8 });
    other.region('run', 'mark_start', 'mark_end');
    other.restore(snapshot);
    other.run();
    expect(guestOnly(other.stats())).toEqual(first);
  });
});

describe('preloaded arrays', () => {
  const sections = { '.ima.0': new Uint8Array((256 * 256) / 2).fill(0x21) };
  const bytes = guest({ code: exitWith(0), sections });

  it('go to the engine', () => {
    const session = openSession({ harts: 1 });
    session.load(bytes);
    expect(session.run().reason).toBe('exit');
  });

  it('that no engine takes are an error of the image', () => {
    const far = guest({ code: exitWith(0), sections: { '.ima.7': new Uint8Array(32_768) } });
    for (const [image, options] of [
      [far, {}],
      [
        bytes,
        {
          preset: {
            schema: 'octobar-preset/1',
            name: 'p',
            meaning: 'm',
            source: 's',
            engines: [],
            set: {},
          },
        },
      ],
    ] as const) {
      const session = openSession({ harts: 1, ...options });
      expect(() => session.load(image)).toThrow(OctobarError);
      expect(() => session.load(image)).toThrow(/\.ima\.\d/);
    }
  });
});

it('an engine that the machine has not is no part of its statistics', () => {
  const session = openSession({ preset: 'tutorial', harts: 1 });
  session.load(guest({ code: exitWith(0) }));
  session.run();
  expect(Object.keys(session.stats().engines)).toEqual(['example', 'ima']);
});

describe('the call stack of compiled firmware', () => {
  it('shows direct calls, calls through pointers, and who waits for whom', () => {
    // hello.c: main forks, and each core prints under a mutex; hart 1 is stopped where it enters printf.
    const session = openSession({ harts: 2 });
    const bytes = readFileSync(join(packageRoot(), 'firmware', 'prebuilt', 'hello.elf'));
    session.load({ name: 'hello.elf', bytes: new Uint8Array(bytes) });
    session.probe('printf', (hart) => hart === 1);
    expect(session.run()).toMatchObject({ reason: 'probe', hart: 1 });
    const report = session.report();
    const stack = (hart: number): string[] => {
      const block = report.split(`hart ${hart}: `)[1].split('call stack:\n')[1];
      return [...block.split('  last')[0].matchAll(/<(\w+)[+>]/g)].map((match) => match[1]);
    };
    expect(stack(0)).toEqual(['pi_cl_team_fork', 'main', 'pi_start', '_start']);
    expect(stack(1)).toEqual(['printf', 'hello', 'pi_worker', '_start']);
    expect(report).toMatch(
      /hart 0: sleeping at [^]*waits for: barrier 0, where hart 1 did not arrive/,
    );
  });
});
