/** The presets that come with the package. */
import { OctobarError } from '../../emulator/sim/error.js';
import { parsePreset, suggestion } from '../config/index.js';
import type { Preset } from '../config/index.js';
import { presetNames, presetText } from './package-files.js';

export const defaultPreset = 'garofalo2022';

export { presetNames };

/** @throws OctobarError `config` with the nearest name */
export function findPreset(name: string): Preset {
  const names = presetNames();
  if (!names.includes(name)) {
    const hint = suggestion(name, names, `the presets are ${names.join(', ')}`);
    throw new OctobarError('config', `there is no preset ${JSON.stringify(name.slice(0, 80))}`, {
      hint,
    });
  }
  return parsePreset(presetText(name), name);
}
