import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { fixturePath } from '../../src/datasets/package-root.js';
import { parseElf } from '../../src/loader/index.js';
import { openSession } from '../../src/session/index.js';
import type { Session } from '../../src/session/index.js';
import { mutate, randomFrom } from '../loader/mutate.js';

const files = 10_000;
/** A small machine opens quickly; what is tested is the way from damaged bytes to an end. */
const options = { harts: 2, set: { 'l2.size': 65_536, 'tcdm.size': 65_536 } };

it(`${files} mutated ELF files end in a clear error or a normal run`, () => {
  const originals = ['fibcalls.elf', 'rand_rn013.elf', 'cl_seq_copy.x1.elf'].map(
    (name) => new Uint8Array(readFileSync(fixturePath('validation', name))),
  );
  const random = randomFrom(0x5e55);
  const ends = new Map<string, number>();
  const count = (end: string): void => void ends.set(end, (ends.get(end) ?? 0) + 1);
  for (let i = 0; i < files; i++) {
    const bytes = mutate(originals[i % originals.length], random);
    let session: Session | undefined;
    try {
      // What the loader refuses by itself needs no machine, which takes most of the time here.
      parseElf(bytes);
      session = openSession(options);
      session.load({ name: 'mutated.elf', bytes });
      session.run({ maxCycles: 500 });
      count('exit');
    } catch (error) {
      if (!(error instanceof OctobarError)) throw error;
      expect(error.code).not.toBe('internal');
      if (error.code === 'image') expect(error.context.hint).toBeTruthy();
      else expect(error.context.report).toMatch(/hart 0: /);
      count(error.code);
    }
    session?.close();
  }
  expect([...ends.values()].reduce((sum, n) => sum + n, 0)).toBe(files);
  // All kinds of ends really occur, or the test would test nothing.
  for (const end of ['image', 'cycle-limit', 'illegal-instruction', 'unmapped-access']) {
    expect(ends.get(end) ?? 0, end).toBeGreaterThan(0);
  }
  // One machine is some megabytes; had each of the thousands stayed, this would be gigabytes.
  expect(process.memoryUsage().rss).toBeLessThan(1.5 * 2 ** 30);
});
