import { Configuration } from '../config/index.js';
import type { MacroDocument, Preset, Settings } from '../config/index.js';
import type { FunctionalEngine } from '../../accel/mvm/functional.js';
import { composeArrays, composeMachine } from './compose.js';
import { packageVersion } from './package-files.js';
import { defaultPreset, findPreset } from './presets.js';
import { Session } from './session.js';

export interface SessionOptions {
  /** Name of a preset of the package, or a preset of your own. Default `garofalo2022`. */
  preset?: string | Preset;
  /** Parameters by key, e.g. `{ 'tcdm.banks': 16 }`. */
  set?: Settings;
  /** Macros of your own (`parseMacro`); `set` wins over them. */
  macros?: readonly MacroDocument[];
  /** Short for `set: { harts }`. */
  harts?: number;
  /** Short for `set: { isa }`. */
  isa?: string;
  /** Seed of whatever is random in an engine; recorded with the run. Default 1. */
  seed?: number;
}

/** @throws OctobarError `config` */
export function openSession(options: SessionOptions = {}): Session {
  const configuration = configure(options);
  const { seed = 1 } = options;
  return new Session({
    machine: composeMachine(configuration, seed),
    configuration,
    version: packageVersion(),
    seed,
  });
}

/**
 * The arrays of the IMA of such a session, without machine and cycles: the same cells, the same
 * arithmetic, the same noise.
 *
 * @throws OctobarError `config`
 */
export function openArrays(options: SessionOptions = {}): FunctionalEngine {
  return composeArrays(configure(options), options.seed);
}

/** The configuration that a session with these options has. @throws OctobarError `config` */
export function configure(options: SessionOptions = {}): Configuration {
  const { preset = defaultPreset, set = {}, macros, harts, isa } = options;
  const chosen = typeof preset === 'string' ? findPreset(preset) : preset;
  const settings = {
    ...set,
    ...(harts === undefined ? {} : { harts }),
    ...(isa === undefined ? {} : { isa }),
  };
  return new Configuration(chosen, settings, macros);
}
