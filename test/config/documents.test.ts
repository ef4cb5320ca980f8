import { describe, expect, it } from 'vitest';
import { Configuration, presetJsonSchema } from '../../src/config/index.js';
import { parametersPage } from '../../src/config/documents.js';
import { presetText } from '../../src/session/package-files.js';
import { findPreset, presetNames } from '../../src/session/presets.js';
import { schemaErrors } from '../json-schema.js';

describe('the JSON Schema of presets', () => {
  const schema = presetJsonSchema();

  it('accepts every preset of the package', () => {
    for (const name of presetNames()) {
      expect(schemaErrors(schema, JSON.parse(presetText(name)))).toEqual([]);
    }
  });

  it('refuses what the reader refuses', () => {
    const good = findPreset('garofalo2022');
    for (const bad of [
      { ...good, extra: 1 },
      { ...good, set: { 'tcdm.bank': 16 } },
      { ...good, set: { 'tcdm.banks': 17 } },
      { ...good, set: { 'tcdm.arbitration': 'random' } },
      { ...good, set: { harts: 0 } },
      { ...good, engines: ['tpu'] },
    ]) {
      expect(schemaErrors(schema, bad)).not.toEqual([]);
    }
  });
});

it('the page of parameters has a row for every key', () => {
  const page = parametersPage();
  for (const key of new Configuration(findPreset('garofalo2022')).schema.keys()) {
    expect(page).toContain(`\n| \`${key}\` | `);
  }
});
