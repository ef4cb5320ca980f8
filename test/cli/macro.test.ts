import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { cli, temporaryFolder } from './cli.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const path = folder.path('mine.json');
writeFileSync(
  path,
  JSON.stringify({
    schema: 'octobar-macro/1',
    name: 'mine',
    meaning: 'a small array',
    source: 'our test chip',
    set: { rows: 32, cols: 16, dac_bits: 4, adc_transfer: [-120, 0, 120] },
    prices: { adc_conversion: 2 },
  }),
);
const few = ['--products', '5', '--set', `ima.macro=@${path}`];

describe('octobar macro', () => {
  it('characterises a macro of a file, and says where its figures are from', async () => {
    const { status, out } = await cli('macro', ...few);
    expect(status).toBe(0);
    expect(out).toMatch(/garofalo2022 with mine: 32 x 16, inputs of 4 bits/);
    expect(out).toMatch(/row converters +\d/);
    expect(out).toMatch(/transfer and steps of column converters +\d/);
    expect(out).toMatch(/energy\.ima\.adc_conversion +32\.0/);
    expect(out).toMatch(/ima\.rows +32 row +published +our test chip/);
  });

  it('depends on the seed where something is drawn, and draws the codes', async () => {
    const noisy = ['macro', ...few, '--set', 'ima.program_noise=5', '--json'];
    const first = await cli(...noisy, '--seed', '1');
    expect((await cli(...noisy, '--seed', '1')).out).toBe(first.out);
    expect((await cli(...noisy, '--seed', '2')).out).not.toBe(first.out);
    expect((await cli('macro', ...few, '--out', folder.path('codes.svg'))).status).toBe(0);
  });

  it('prints a template that it reads', async () => {
    const { out } = await cli('macro', '--template');
    writeFileSync(folder.path('template.json'), out);
    const set = `ima.macro=@${folder.path('template.json')}`;
    expect((await cli('macro', '--products', '2', '--set', set)).status).toBe(0);
  });

  it.each([
    [['--set', 'ima.macro=mine.json'], /names no file/],
    [['--set', 'ima.macro=@/nowhere.json'], /cannot be read/],
    [['--products', '0'], /out of range/],
    [['--inputs', 'other'], /there are uniform and activations/],
    [['--preset', 'capram'], /no IMA/],
  ])('refuses %j', async (options, reason) => {
    const { status, err } = await cli('macro', ...options);
    expect(status).toBeGreaterThan(0);
    expect(err).toMatch(reason);
  });

  it('another verb takes the macro as well', async () => {
    const { out } = await cli('presets', 'garofalo2022', '--set', `ima.macro=@${path}`);
    expect(out).toMatch(/ima\.cols +16/);
  });
});
