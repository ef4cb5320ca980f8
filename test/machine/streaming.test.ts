import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Streaming } from '../../emulator/streaming.js';
import { openSession, type Session } from '../../src/session/index.js';

/** Cycles of engines and DMA alone are run apart from the main loop: nothing may tell. */

const cases = [
  ['ima-job.elf', 'garofalo2022'],
  ['mvm-layer.elf', 'garofalo2022'],
  ['mvm-layer.elf', 'yoloc'],
  ['stream.elf', 'garofalo2022'],
  ['dma.elf', 'garofalo2022'],
  ['fpirm-job.elf', 'fpirm'],
] as const;

afterEach(() => vi.restoreAllMocks());

function open(name: string, preset: string, engine: string): Session {
  const path = new URL(`../../firmware/prebuilt/${name}`, import.meta.url);
  const session = openSession({ preset, set: { engine, translate_after: 0 } });
  session.load({ name, bytes: readFileSync(path) });
  return session;
}

function endOf(session: Session): unknown {
  const { tier, ...stats } = session.stats();
  return {
    stats: { ...stats, config: null },
    tcdm: session.read(0x10000000, 0x10000),
    off: tier.off,
  };
}

describe.each(cases)('%s on %s', (name, preset) => {
  it.each(['interpreter', 'auto'])('ends as when somebody looks at each cycle: %s', (engine) => {
    const run = vi.spyOn(Streaming.prototype, 'run');
    const observed = open(name, preset, engine);
    observed.observeUnits({});
    observed.run();
    expect(run).not.toHaveBeenCalled();

    const alone = open(name, preset, engine);
    alone.run();
    expect(run.mock.results.some(({ value }) => value === true)).toBe(true);
    expect(endOf(alone)).toEqual(endOf(observed));
  });

  it('stands at each cycle as when somebody looks', () => {
    const observed = open(name, preset, 'interpreter');
    observed.observeUnits({});
    const alone = open(name, preset, 'interpreter');
    let stop;
    for (let cycle = 997; stop?.reason !== 'exit' && cycle < 60_000; cycle += 997) {
      stop = observed.runUntil(cycle);
      expect(alone.runUntil(cycle)).toEqual(stop);
      expect(alone.now).toBe(observed.now);
      expect(endOf(alone)).toEqual(endOf(observed));
    }
  });
});
