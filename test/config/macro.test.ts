import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { Configuration, parseMacro } from '../../src/config/index.js';
import { areaOfMachine } from '../../src/session/area.js';
import { findPreset } from '../../src/session/presets.js';

const document = {
  schema: 'octobar-macro/1',
  name: 'small',
  meaning: 'a macro of 128 x 64',
  source: 'a measurement of ours',
  set: {
    rows: 128,
    cols: { value: 64, source: 'the layout', status: 'derived' },
    adc_transfer: [-128, 0.5, 127],
  },
  prices: { adc_conversion: { value: 2.5, source: 'extracted', status: 'fitted' } },
  area: { array: 0.1 },
};
const parse = (change: object = {}, engine = 'ima') =>
  parseMacro(JSON.stringify({ ...document, ...change }), engine, 'small.json');
const configure = (change: object = {}, set = {}) =>
  new Configuration(findPreset('garofalo2022'), set, [parse(change)]);

function failure(run: () => unknown): OctobarError {
  try {
    run();
  } catch (error) {
    if (error instanceof OctobarError) return error;
  }
  throw new Error('nothing was refused');
}

describe('a macro as a JSON document', () => {
  it('sets parameters, prices and areas, each with its source', () => {
    const configuration = configure();
    expect(configuration.get('ima.rows')).toBe(128);
    expect(configuration.get('ima.adc_transfer')).toBe('-128 0.5 127');
    expect(configuration.get('energy.ima.adc_conversion')).toBe(2.5);
    const row = (key: string) => configuration.provenance().find((r) => r.key === key)!;
    expect(row('ima.rows')).toMatchObject({
      origin: 'macro',
      source: 'a measurement of ours',
      status: 'published',
    });
    expect(row('ima.cols')).toMatchObject({ source: 'the layout', status: 'derived' });
    expect(row('energy.ima.adc_conversion')).toMatchObject({ status: 'fitted' });
    expect(row('ima.mvm_ns')).toMatchObject({ origin: 'default' });
  });

  it('yields to a setting', () => {
    const configuration = configure({}, { 'ima.rows': '64' });
    expect(configuration.get('ima.rows')).toBe(64);
    const row = configuration.provenance().find(({ key }) => key === 'ima.rows');
    expect(row).toMatchObject({ origin: 'set', source: 'set by the user' });
  });

  it('gives the machine its area, which is the sum of the rows', () => {
    const area = areaOfMachine(configure({}, { 'ima.arrays': 3 }));
    expect(area.components['IMA']).toBeCloseTo(0.3, 12);
    expect(area.rows.find(({ key }) => key === 'area.ima.array')).toMatchObject({ count: 3 });
    const sum = area.rows.reduce((total, { mm2 }) => total + mm2, 0);
    expect(area.total_mm2).toBeCloseTo(sum, 12);
    // The published cluster: 2.5 mm2.
    const published = areaOfMachine(new Configuration(findPreset('garofalo2022')));
    expect(published.total_mm2).toBeCloseTo(2.5, 2);
  });

  it.each([
    ['{', /not JSON/],
    ['[]', /not an object/],
    [JSON.stringify({ ...document, schema: 'x' }), /schema is not octobar-macro/],
    [JSON.stringify({ ...document, source: '' }), /source is not a text/],
    [JSON.stringify({ ...document, prizes: {} }), /no field "prizes"/],
    [JSON.stringify({ ...document, set: 3 }), /set is not an object/],
    [JSON.stringify({ ...document, set: { rows: { worth: 1 } } }), /no field of ima.rows/],
    [JSON.stringify({ ...document, set: { rows: {} } }), /ima.rows has no value/],
    [JSON.stringify({ ...document, set: { rows: { value: 1, status: 'sure' } } }), /status/],
    [JSON.stringify({ ...document, set: { rows: { value: 1, source: 4 } } }), /source of ima.rows/],
  ])('refuses %s', (text, reason) => {
    expect(failure(() => parseMacro(text, 'ima', 'm.json')).message).toMatch(reason);
  });

  it('refuses what the engine has no parameter or no range for', () => {
    expect(failure(() => configure({ set: { row: 1 } })).message).toMatch(/no parameter "ima.row"/);
    expect(failure(() => configure({ set: { rows: 1e9 } })).message).toMatch(/out of range/);
    expect(failure(() => configure({ set: { adc_transfer: ['a'] } })).message).toMatch(/list of/);
    expect(failure(() => configure({ prices: { adc: 1 } })).message).toMatch(/energy.ima.adc/);
  });
});
