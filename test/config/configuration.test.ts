import { describe, expect, it } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import {
  Configuration,
  checkPreset,
  clusterParts,
  engineParts,
  parsePreset,
  parseSettings,
} from '../../src/config/index.js';
import type { Preset, Settings } from '../../src/config/index.js';
import { findPreset, presetNames } from '../../src/session/presets.js';

const garofalo = findPreset('garofalo2022');
const configured = (set: Settings = {}, preset: Partial<Preset> = {}): Configuration =>
  new Configuration({ ...garofalo, ...preset }, set);

function failure(action: () => unknown): OctobarError {
  try {
    action();
  } catch (error) {
    if (error instanceof OctobarError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the default machine', () => {
  const config = configured();

  it('has the published numbers', () => {
    // Garofalo 2022: 8 cores, 512 kB TCDM in 32 banks, 256x256 array, 130 ns, 128-bit port, 500 MHz.
    const published = {
      harts: 8,
      clock_hz: 500_000_000,
      'tcdm.size': 524_288,
      'tcdm.banks': 32,
      'tcdm.arbitration': 'fair',
      'ima.rows': 256,
      'ima.cols': 256,
      'ima.arrays': 1,
      'ima.port_bits': 128,
      'ima.adc_bits': 8,
      'ima.mvm_ns': 130,
      'l2.latency': 10,
      'icache.ideal': false,
      'icache.private_size': 512,
      'icache.shared_size': 4096,
      'icache.shared_ways': 4,
    };
    for (const [key, value] of Object.entries(published)) expect(config.get(key), key).toBe(value);
  });

  it('has its engines in the slots of the platform', () => {
    expect(config.engines).toEqual(['depthwise', 'ima']);
  });

  it('gives each part its table', () => {
    expect(config.of(clusterParts.tcdm).banks).toBe(32);
    expect(config.of(engineParts.ima).mvm_ns).toBe(130);
  });

  it('exports nested values', () => {
    const json = config.toJSON();
    expect(json['harts']).toBe(8);
    expect(json['tcdm']).toMatchObject({ size: 524_288, banks: 32 });
  });

  it('every number carries unit, meaning, source and status', () => {
    for (const row of config.provenance()) {
      expect(row.meaning, row.key).not.toBe('');
      expect(row.source, row.key).not.toBe('');
      expect(['published', 'derived', 'fitted', 'assumed']).toContain(row.status);
      expect(row.origin).toBe('default');
    }
  });
});

describe('settings', () => {
  it('win over the preset, which wins over the defaults', () => {
    const config = configured(
      { 'tcdm.banks': '16' },
      { set: { 'tcdm.banks': 8, 'l2.latency': 5 } },
    );
    expect(config.get('tcdm.banks')).toBe(16);
    expect(config.get('l2.latency')).toBe(5);
    const rows = new Map(config.provenance().map((row) => [row.key, row]));
    expect(rows.get('tcdm.banks')).toMatchObject({ origin: 'set', source: 'set by the user' });
    expect(rows.get('l2.latency')?.origin).toBe('preset');
    expect(rows.get('tcdm.size')?.origin).toBe('default');
  });

  it('come from key=value texts; a later one wins', () => {
    expect(parseSettings(['a=1', 'b.c = x=y', 'a=2'])).toEqual({ a: '2', 'b.c': 'x=y' });
    expect(failure(() => parseSettings(['harts'])).message).toMatch(/not key=value/);
    expect(failure(() => parseSettings(['=8'])).code).toBe('config');
  });

  it('of a key that does not exist name the nearest', () => {
    expect(failure(() => configured({ 'tcdm.bank': 16 })).context.hint).toMatch(/tcdm\.banks/);
  });

  it('of an engine that the preset lacks are unknown', () => {
    expect(failure(() => configured({ 'ima.rows': 64 }, { engines: [] })).code).toBe('config');
  });
});

describe('rules between parts', () => {
  it.each<[string, Settings, RegExp]>([
    ['more harts than ports', { harts: 16 }, /16 harts do not fit the 8 ports/],
    ['a bank without a word', { 'tcdm.size': 4096, 'tcdm.banks': 2048 }, /out of range|a word/],
    ['a port wider than all banks', { 'tcdm.banks': 4 }, /port of 128 bits touches up to 5 banks/],
  ])('%s', (_, set, message) => {
    const error = failure(() => configured(set));
    expect(error.code).toBe('config');
    expect(error.message).toMatch(message);
    expect(error.context.hint).toBeTruthy();
  });

  it('the hint of a broken rule leads out of it', () => {
    expect(failure(() => configured({ harts: 16 })).context.hint).toBe('--set tcdm.masters=16');
    expect(configured({ harts: 16, 'tcdm.masters': 16 }).get('harts')).toBe(16);
  });
});

describe('presets', () => {
  it('of the package are all legal, and named as their files', () => {
    for (const name of presetNames()) {
      expect(new Configuration(findPreset(name)).preset.name).toBe(name);
    }
  });

  it('that do not exist name the nearest', () => {
    expect(failure(() => findPreset('garofalo2021')).context.hint).toMatch(/garofalo2022/);
    expect(failure(() => findPreset('../package')).code).toBe('config');
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', [], /not an object/],
    ['an unknown field', { ...garofalo, sets: {} }, /no field "sets"[^]*did you mean set\?/],
    ['another schema', { ...garofalo, schema: 'x' }, /schema/],
    ['no name', { ...garofalo, name: '' }, /name is not a text/],
    ['engines that are no list', { ...garofalo, engines: 'ima' }, /engines/],
    ['three engines', { ...garofalo, engines: [null, null, null] }, /at most 2/],
    ['the same engine twice', { ...garofalo, engines: ['ima', 'ima'] }, /ima is in two slots/],
    ['set that is no object', { ...garofalo, set: [] }, /set is not an object/],
  ])('with %s are refused', (_, json, message) => {
    const error = failure(() => checkPreset(json, 'p'));
    expect(error.code).toBe('config');
    expect(error.message).toMatch(message);
  });

  it('that are not JSON say where', () => {
    expect(failure(() => parsePreset('{', 'mine.json')).message).toMatch(/mine\.json is not JSON/);
  });

  it('with an unknown engine name the nearest', () => {
    expect(failure(() => configured({}, { engines: ['imaa'] })).context.hint).toMatch(/ima/);
  });
});
