import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mappings, runBottleneck } from '../../src/bottleneck/index.js';
import { defaultPreset, openSession, presetNames } from '../../src/session/index.js';

/** Firmware as users run it, on every preset, by each engine: the whole of the statistics is the same. */
const file = (path: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)));

const programs = [
  'hello',
  'barrier',
  'dma',
  'ima-job',
  'own-engine',
  'runtime-test',
  'kernel-bench',
  'kernel-bench-xcv',
  'stream',
];

function run(preset: string, name: string, engine: string): unknown {
  const session = openSession({ preset, set: { engine, translate_after: 0 } });
  let output = '';
  session.onOutput((text) => (output += text));
  try {
    session.load({ name: `${name}.elf`, bytes: file(`firmware/prebuilt/${name}.elf`) });
    const result = session.run({ maxCycles: 1_000_000 });
    return { result, output, ...guestOnly(session.stats()) };
  } catch (error) {
    // A preset without the engine that a program wants: the same complaint from everybody
    return { error: String(error), output, ...guestOnly(session.stats()) };
  } finally {
    session.close();
  }
}

/** Statistics without those of the emulator itself. */
function guestOnly(stats: ReturnType<ReturnType<typeof openSession>['stats']>): object {
  const { tier: _, config, ...guest } = stats;
  return { guest, config: { ...config, engine: '' } };
}

describe.each(presetNames())('preset %s', (preset) => {
  const engine = preset === defaultPreset ? 'eager' : 'auto';
  it.each(programs)(`%s by ${engine}`, { timeout: 120_000 }, (name) => {
    expect(run(preset, name, engine)).toEqual(run(preset, name, 'interpreter'));
  });
});

describe('bottleneck', () => {
  it.each([...mappings])(
    'mapping %s',
    async (mapping) => {
      const [reference, translated] = await Promise.all(
        ['interpreter', 'auto'].map(async (engine) => {
          const { stats, ...result } = await runBottleneck({
            mapping,
            set: { engine, translate_after: 0 },
          });
          return { ...result, ...guestOnly(stats) };
        }),
      );
      expect(translated).toEqual(reference);
    },
    120_000,
  );
});
