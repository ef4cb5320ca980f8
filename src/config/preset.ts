/** Presets: named machines as JSON files. A preset names its engines and what differs from the defaults. */
import { OctobarError } from '../../emulator/sim/error.js';
import { suggestion } from './nearest.js';

export const presetSchema = 'octobar-preset/1';

export interface Preset {
  readonly schema: typeof presetSchema;
  readonly name: string;
  readonly meaning: string;
  /** Paper or chip that the numbers come from. */
  readonly source: string;
  /** Engine in each accelerator slot; null leaves the slot empty. */
  readonly engines: readonly (string | null)[];
  /** Parameters that differ from the defaults, by key. */
  readonly set: Readonly<Record<string, unknown>>;
}

export const slots = 2;

const fields = ['schema', 'name', 'meaning', 'source', 'engines', 'set', '$schema'];

/** @throws OctobarError `config` naming the field that is wrong */
export function parsePreset(text: string, name: string): Preset {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new OctobarError('config', `preset ${name} is not JSON: ${String(error)}`, {
      hint: 'octobar presets NAME --json prints one to start from',
    });
  }
  return checkPreset(json, name);
}

export function checkPreset(json: unknown, name: string): Preset {
  const fail = (reason: string, hint: string): never => {
    throw new OctobarError('config', `preset ${name}: ${reason}`, { hint });
  };
  if (!isObject(json)) return fail('it is not an object', 'octobar presets --schema describes it');
  for (const field of Object.keys(json)) {
    if (!fields.includes(field)) {
      const hint = suggestion(field, fields, `the fields are ${fields.join(', ')}`);
      fail(`there is no field ${JSON.stringify(field.slice(0, 80))}`, hint);
    }
  }
  if (json['schema'] !== presetSchema) {
    fail(`its schema is not ${presetSchema}`, `write "schema": "${presetSchema}"`);
  }
  for (const field of ['name', 'meaning', 'source']) {
    const value = json[field];
    if (typeof value !== 'string' || value === '') {
      fail(`${field} is not a text`, 'octobar presets --schema describes it');
    }
  }
  checkEngines(json['engines'], fail);
  if (!isObject(json['set'])) fail('set is not an object', 'for example "set": {"tcdm.banks": 16}');
  return json as unknown as Preset;
}

function checkEngines(engines: unknown, fail: (reason: string, hint: string) => never): void {
  if (!Array.isArray(engines) || engines.length > slots || !engines.every(isEngine)) {
    return fail(
      `engines is not a list of at most ${slots} names or null`,
      'for example "engines": ["depthwise", "ima"]',
    );
  }
  const names = engines.filter((name) => name !== null);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    fail(`${twice} is in two slots`, 'its parameters have one set of keys: use one slot');
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEngine(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
