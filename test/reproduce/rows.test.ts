import { describe, expect, it } from 'vitest';
import { compared, incomparable, measured } from '../../src/reproduce/row.js';
import { cli } from '../cli/cli.js';

const figure = { figure: 'f', unit: 'GOPS', basis: 'predicted' } as const;

describe('a row', () => {
  it('is met within its relative tolerance, 10 % by default, the bound included', () => {
    expect(compared({ ...figure, published: 100, ours: 110 })).toMatchObject({
      met: true,
      tolerance: 0.1,
    });
    expect(compared({ ...figure, published: 100, ours: 89.9 }).met).toBe(false);
    expect(compared({ ...figure, published: 958, ours: 968, tolerance: 0.01 }).met).toBe(false);
    expect(compared({ ...figure, published: 128, ours: 128, tolerance: 0 }).met).toBe(true);
  });

  it('judges nothing that was not published, or not for the same thing', () => {
    const nothing = { met: null, tolerance: null };
    expect(measured({ ...figure, ours: 5 })).toMatchObject({
      ...nothing,
      published: null,
      note: '',
    });
    const other = incomparable({ ...figure, published: 11.5, ours: 36, note: 'scalar' });
    expect(other).toMatchObject({ ...nothing, published: 11.5, note: 'scalar' });
  });
});

describe('octobar reproduce', () => {
  it('lists what there is', async () => {
    const { status, out } = await cli('reproduce');
    expect(status).toBe(0);
    const names = out.split('\n').map((line) => line.split(' ')[0]);
    const known = ['garofalo-ima', 'garofalo-depthwise', 'garofalo-bottleneck'];
    known.push(
      'garofalo-mobilenetv2',
      'garofalo-pcm',
      'garofalo-energy',
      'capram',
      'osahcim',
      'yoloc',
      'fpirm',
    );
    expect(names.slice(1, 1 + known.length)).toEqual(known);
    const listed = await cli('reproduce', '--json');
    const list = JSON.parse(listed.out) as { name: string }[];
    expect(list.map(({ name }) => name)).toEqual(known);
  });

  it('names the nearest figure', async () => {
    const { status, err } = await cli('reproduce', 'garofalo-imc');
    expect(status).toBe(64);
    expect(err).toContain('did you mean garofalo-ima?');
  });
});
