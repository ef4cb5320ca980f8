import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openSession, type Session, type SessionOptions } from '../../src/session/index.js';

/** What a run says of who executed its instructions, and why nobody else did. */

const hello = readFileSync(
  fileURLToPath(new URL('../../firmware/prebuilt/hello.elf', import.meta.url)),
);

function run(
  options: SessionOptions,
  before: (session: Session) => void = () => undefined,
  until = 1e6,
) {
  const session = openSession(options);
  session.load({ name: 'hello.elf', bytes: hello });
  before(session);
  session.runUntil(until);
  return session.stats().tier;
}

describe('why translated code is off', () => {
  it.each([
    [['engine'], { engine: 'interpreter' }],
    [['functional'], { engine: 'auto', 'timing.mode': 'functional' }],
    [[], { engine: 'auto', translate_after: 0 }],
    [['short'], { engine: 'auto' }],
    [[], { engine: 'eager' }],
  ])('%j with %j', (off, set) => {
    const tier = run({ harts: 1, set });
    expect(tier.off).toEqual(off);
    expect(tier.engine).toBe(set.engine);
    expect(tier.visits > 0).toBe(off.length === 0);
  });

  it('names a core with loops of its own', () => {
    // Before the first instruction that RI5CY does not have
    const set = { engine: 'auto', isa: 'rv32imc_xpulpv2' };
    expect(run({ set }, undefined, 100).off).toEqual(['xpulpv2']);
  });

  it('names who looks at the run', () => {
    expect(
      run({ set: { engine: 'auto' } }, (session) => session.trace(() => undefined)).off,
    ).toEqual(['trace']);
  });

  it('names a host without WebAssembly', () => {
    const host = globalThis as { WebAssembly?: unknown };
    const { WebAssembly: known } = host;
    delete host.WebAssembly;
    try {
      const tier = run({ set: { engine: 'auto', 'hwpe.arithmetic': 'reference' } });
      expect(tier.off).toEqual(['host']);
      expect(tier.instructions.interpreted).toBeGreaterThan(1000);
    } finally {
      host.WebAssembly = known;
    }
  });

  it.each([
    ['round-robin', { 'tcdm.arbitration': 'round-robin' }],
    ['banks', { 'tcdm.banks': 64 }],
    ['div_base', { 'timing.div_base': 2 }],
    [null, { 'timing.div_base': 3 }],
    [null, {}],
  ])('regions: %s', (off, set) => {
    expect(run({ harts: 1, set: { engine: 'eager', ...set } }).regions_off).toBe(off);
  });
});

it('shares are those of the instructions', () => {
  const { instructions, shares } = run({ set: { engine: 'eager' } });
  const sum = instructions.region + instructions.translated + instructions.interpreted;
  expect(shares.translated).toBe(instructions.translated / sum);
  expect(shares.region + shares.translated + shares.interpreted).toBeCloseTo(1, 12);
  expect(shares.translated).toBeGreaterThan(0);
});
