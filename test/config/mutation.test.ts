import { expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { Configuration, parsePreset, parseSettings } from '../../src/config/index.js';
import type { Preset, Settings } from '../../src/config/index.js';
import { presetText } from '../../src/session/package-files.js';
import { openSession } from '../../src/session/index.js';
import { findPreset } from '../../src/session/presets.js';
import { iType } from '../lockstep/encode.js';
import { randomFrom } from '../loader/mutate.js';
import type { Random } from '../loader/mutate.js';
import { bne, exitWith, guest, readHartId, t2, zero } from '../session/guest.js';

const values =
  '0 1 -1 3 16 0x40 1e9 1e400 1.5 NaN Infinity true false fair round-robin rv32imc 4k 2M null {} [8]'
    .split(' ')
    .concat('', ' ', '9'.repeat(20));

function damagedKey(key: string, random: Random): string {
  const at = random(key.length);
  switch (random(6)) {
    case 0:
      return key.slice(0, at) + key.slice(at + 1);
    case 1:
      return `${key.slice(0, at)}${String.fromCharCode(33 + random(94))}${key.slice(at)}`;
    case 2:
      return ['__proto__', 'constructor', 'tcdm', 'tcdm.', '.', 'toString', '\u{1f600}'][random(7)];
    default:
      return key;
  }
}

/** A preset text with a piece cut, doubled, or overwritten. */
function damagedText(text: string, random: Random): string {
  const at = random(text.length);
  const piece = text.slice(at, at + random(20));
  const replacement = [
    '',
    '"',
    '{',
    '}',
    ',',
    'null',
    '1e999',
    '"harts": -1,',
    '\u0000',
    piece + piece,
  ];
  return (
    text.slice(0, at) + replacement[random(replacement.length)] + text.slice(at + piece.length)
  );
}

const configurations = 1000;

/** Hart 0 ends the run, the others spin. The lower five bits of mhartid are the hart, the rest the cluster. */
const hart = [readHartId(t2), iType(0x13, 7, t2, t2, 31)];
const program = guest({ code: [...hart, bne(t2, zero, 0), ...exitWith(0)] });

function runs(preset: Preset, set: Settings): void {
  const session = openSession({ preset, set });
  session.load(program);
  expect(session.run({ maxCycles: 100_000 })).toMatchObject({ reason: 'exit', code: 0 });
  session.close();
}

it(`${configurations} mutated configurations either run or are refused with a reason`, () => {
  const random = randomFrom(0xc0f16);
  const good = findPreset('garofalo2022');
  const keys = new Configuration(good).schema.keys();
  let legal = 0;
  let refused = 0;
  for (let i = 0; i < configurations; i++) {
    try {
      const texts = Array.from({ length: 1 + random(3) }, () => {
        const key = damagedKey(keys[random(keys.length)], random);
        return `${key}${random(20) === 0 ? '' : '='}${values[random(values.length)]}`;
      });
      const preset =
        i % 2 === 0
          ? good
          : parsePreset(damagedText(presetText('garofalo2022'), random), 'mutated');
      const set = i % 2 === 0 ? parseSettings(texts) : {};
      const configuration = new Configuration(preset, set);
      // What is accepted obeys every row: checking its own values again finds nothing.
      for (const key of keys) configuration.schema.check(key, configuration.get(key));
      runs(preset, set);
      legal++;
    } catch (error) {
      if (!(error instanceof OctobarError)) throw error;
      expect(error.code).toBe('config');
      expect(error.context.hint).toBeTruthy();
      refused++;
    }
  }
  expect(legal + refused).toBe(configurations);
  // Both ways are really taken, or the test would test nothing.
  expect(legal).toBeGreaterThan(configurations / 20);
  expect(refused).toBeGreaterThan(configurations / 4);
});
