/** Profiles of all prebuilt programs: parts add up to the counters of the run, and looking changes nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import {
  addCounts,
  noCounts,
  Profiler,
  type Counts,
  type Profile,
} from '../../src/profile/index.js';
import { parseWindow, Window } from '../../src/profile/window.js';
import { openSession, type Session, type Stats } from '../../src/session/index.js';

const folder = new URL('../../firmware/prebuilt/', import.meta.url);
const programs = readdirSync(folder).filter((name) => name.endsWith('.elf'));
/** Machines of programs that need another engine. */
const presets: Readonly<Record<string, string>> = {
  'fpirm-job.elf': 'fpirm',
  'lenet.elf': 'fpirm',
  'own-engine.elf': 'tutorial',
};
/** Enough for every program to leave its start-up and to work with all harts; the long ones are cut. */
const most = 60_000;

function open(name: string, set: Record<string, number | boolean | string> = {}): Session {
  const session = openSession({ preset: presets[name] ?? 'garofalo2022', set });
  session.load({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) });
  return session;
}

/** Programs without the image that they work on end with an error; what came before counts. */
function run(session: Session): Stats {
  try {
    session.runUntil(most);
  } catch (error) {
    if (!(error instanceof OctobarError)) throw error;
  }
  return session.stats();
}

/** How the harts of a run stand, without who executed the instructions. */
const outcome = (session: Session, stats: Stats): unknown => ({
  ...stats,
  tier: undefined,
  tcdm: [stats.tcdm, session.read(0x10000000, 0x4000)],
  views: stats.harts.map(({ hart }) => session.hart(hart)),
});

function sum(parts: readonly { self: Counts }[]): Counts {
  const total = noCounts();
  for (const { self } of parts) addCounts(total, self);
  return total;
}

function expectSame(profile: Profile, stats: Stats): void {
  expect(profile.window.cycles).toBe(stats.cycles);
  for (const [i, hart] of stats.harts.entries()) {
    const { nodes, instructions, lines, total, stopped } = profile.harts[i];
    const ofNodes = sum(nodes);
    expect(ofNodes.instructions).toBe(hart.instret);
    expect(ofNodes.cycles).toBe(hart.cycles_active);
    expect(ofNodes.sleep).toBe(hart.cycles_sleep);
    profile.causes.forEach((cause, k) => expect(ofNodes.stalls[k]).toBe(hart.stalls[cause]));
    profile.events.forEach((name, k) =>
      expect(ofNodes.events[k], name).toBe(hart[name as keyof typeof hart]),
    );
    expect(total.cycles + total.sleep + stopped).toBe(stats.cycles);
    // Banks add up to the conflicts, and nothing is negative.
    const conflicts = (ofNodes.banks ?? []).reduce((a, b) => a + b, 0);
    expect(conflicts).toBe(hart.stalls['tcdm_conflict']);
    for (const { self } of nodes) {
      expect(Math.min(self.instructions, self.sleep, ...self.stalls)).toBeGreaterThanOrEqual(0);
      expect(self.stalls.reduce((a, b) => a + b, self.instructions)).toBe(self.cycles);
    }
    expect(sum(instructions)).toEqual(ofNodes);
    expect(sum(lines).cycles).toBeLessThanOrEqual(ofNodes.cycles);
    expect(ofNodes.picojoules).toBe(total.picojoules);
  }
  const { energy, units } = profile;
  expect(energy.total_pj).toBe(stats.energy.total_pj);
  const background = ['clock tree', 'leakage'].map((name) => stats.energy.components[name] ?? 0);
  expect(energy.background_pj).toBe(background.reduce((a, b) => a + b, 0));
  const ofUnits = units.reduce((total, unit) => total + unit.picojoules, 0);
  expect(energy.harts_pj + ofUnits + energy.background_pj).toBe(energy.total_pj);
  profile.banks.forEach(({ harts, ports }, bank) => {
    expect(ports).toBeGreaterThanOrEqual(0);
    expect(harts + ports).toBe(stats.tcdm.conflicts_per_bank[bank]);
  });
}

describe.each(programs)('%s', (name) => {
  it('costs the same with every observer, and the profile is all of it', () => {
    const plain = open(name);
    const stats = run(plain);

    const profiled = open(name);
    let nested = 0;
    let depth = 0;
    const profiler = new Profiler(profiled, {
      calls: {
        enter: () => (nested = Math.max(nested, ++depth)),
        leave: () => depth--,
        slept: (_hart, from, to) => expect(to).toBeGreaterThan(from),
      },
      regions: [{ name: 'main', from: 'main', to: 'main' }],
    });
    const profiledStats = run(profiled);
    expect(outcome(profiled, profiledStats)).toEqual(outcome(plain, stats));
    const profile = profiler.finish();
    expectSame(profile, stats);
    expect(nested).toBeGreaterThan(0);

    const traced = open(name);
    const third = new Profiler(traced);
    let instructions = 0;
    traced.trace(() => instructions++);
    traced.observeUnits({ conflict: () => undefined });
    expect(outcome(traced, run(traced))).toEqual(outcome(plain, stats));
    expect(instructions).toBeGreaterThanOrEqual(stats.total.instret);
    expect(third.finish().energy).toEqual(profile.energy);
  });
});

describe('a profile', () => {
  it('is the same when the run is cut into pieces, traced or not, with an ideal cache or not', () => {
    const whole = open('barrier.elf');
    const first = new Profiler(whole);
    run(whole);
    const pieces = open('barrier.elf');
    const second = new Profiler(pieces);
    for (let cycle = 101; pieces.runUntil(cycle).reason === 'cycle'; cycle += 101);
    const expected = first.finish();
    expect(second.finish()).toEqual(expected);

    const traced = open('barrier.elf');
    const third = new Profiler(traced);
    traced.trace(() => undefined);
    run(traced);
    const { harts } = third.finish();
    expect(harts.map(({ nodes }) => sum(nodes))).toEqual(
      expected.harts.map(({ nodes }) => sum(nodes)),
    );

    const ideal = open('barrier.elf', { 'icache.ideal': true });
    const fourth = new Profiler(ideal);
    const stats = run(ideal);
    expectSame(fourth.finish(), stats);
  });

  it('of two windows is the profile of both together', () => {
    const counts = (from: number, to: number): Counts[] => {
      const session = open('barrier.elf');
      const profiler = new Profiler(session, { window: true });
      session.runUntil(from);
      profiler.open(session.now);
      session.runUntil(to);
      profiler.close(session.now);
      // What follows the window does not count.
      session.runUntil(to + 500);
      return profiler.finish().harts.map(({ nodes }) => sum(nodes));
    };
    const [early, late, both] = [counts(1000, 7000), counts(7000, 20_000), counts(1000, 20_000)];
    for (const [i, part] of early.entries()) {
      addCounts(part, late[i]);
      // A count by bank is absent where there is none.
      expect({ ...part, banks: 0 }).toEqual({ ...both[i], banks: 0 });
    }
  });

  it.each(['pi_worker', 'pi_worker..pi_cl_team_barrier', 'main'])(
    'adds up in the window %s, also when it opens while other harts have had their turn',
    (part) => {
      const session = open('barrier.elf');
      const profiler = new Profiler(session, { window: true });
      const window = new Window(session, parseWindow(part));
      window.listen(profiler);
      run(session);
      window.finish();
      const { harts, window: seen, energy } = profiler.finish();
      expect(seen.cycles).toBeGreaterThan(100);
      for (const { nodes, total } of harts) expect(sum(nodes)).toEqual(total);
      expect(energy.total_pj).toBeGreaterThan(0);
    },
  );

  it('keeps what finds no room, in a row of its own', () => {
    const session = open('barrier.elf');
    const profiler = new Profiler(session, { room: 300 });
    const stats = run(session);
    const profile = profiler.finish();
    expect(profile.notes.join()).toMatch(/more call paths/);
    const { nodes } = profile.harts[0];
    expect(sum(nodes).cycles).toBe(stats.harts[0].cycles_active);
    const last = nodes.at(-1)!;
    expect(profile.functions[last.function].name).toBe('(elsewhere)');
    expect(last.self.cycles).toBeGreaterThan(0);
  });

  it('says which tier was switched off', () => {
    const session = open('hello.elf', { engine: 'auto' });
    const profiler = new Profiler(session);
    expect(run(session).tier.instructions.translated).toBe(0);
    expect(profiler.finish().notes.join()).toMatch(/interpreter ran all instructions/);
  });
});
