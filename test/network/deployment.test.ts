/** A deployment as a folder: what it holds, its C against the runner, and the verbs that read it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixturePath } from '../../src/datasets/index.js';
import {
  deploymentDocument,
  deploymentSchema,
  writeModel,
  type Deployment,
  type DeploymentFiles,
} from '../../src/network/index.js';
import { cli } from '../cli/cli.js';
import { toyNetwork } from './toy-network.js';

const folder = mkdtempSync(join(tmpdir(), 'octobar-deployment-'));
const image = fixturePath('pictures', 'coffee.png');

/** For arrays of `rows` rows and columns. */
function toyDeployment(rows: number, side: number): Deployment {
  const toy = toyNetwork({ seed: 11, side, cellsPerWeight: 1, rows, narrow: true });
  return {
    info: {
      schema: deploymentSchema,
      versions: { octobar: 'test' },
      model: 'toy',
      weights: '4',
      mapping: 'ima-dw',
      ideal: false,
      calibration: [],
      rows,
      cols: rows,
      adc_bits: 8,
    },
    plan: { ...toy.plan(), tail: { kind: 'classifier', labels: ['a', 'b', 'c'], softmax: true } },
  };
}

const deployment = toyDeployment(256, 24);

let written: DeploymentFiles;
let files: readonly string[] = [];

beforeAll(() => {
  const session = { preset: 'garofalo2022-net' };
  written = writeModel(deployment, folder, session, '--preset garofalo2022-net');
  ({ files } = written);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('a deployment', () => {
  it('holds plan, data, runner, C and a picture of the arrays', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'deployment.json',
        'network.plan',
        'data.elf',
        'runner.elf',
        'main.c',
      ]),
    );
    const groups = files.filter((name) => /^group_\d\d_.*\.c$/.test(name));
    expect(groups.length).toBeGreaterThan(3);
    const picture = readFileSync(join(folder, 'packing.svg'), 'utf8');
    expect(picture).toMatch(/^<svg .*<\/svg>\n$/s);
    expect(picture).toContain('layer5: 48 rows x 16 columns');
  });

  it('says what packings reach, the published one and the best', () => {
    const { packing, arrays } = deploymentDocument(deployment, written);
    const { tiles, published, best, bound, rule } = packing!;
    expect(tiles).toBe(arrays.tiles);
    expect([bound, best, published]).toEqual([bound, best, published].toSorted((a, b) => a - b));
    expect(published).toBe(arrays.used);
    expect(rule).toMatch(/ fit, sorted by /);
  });

  it('runs on a picture, byte by byte as the reference', async () => {
    const json = join(folder, 'infer.json');
    const options = ['--image', image, '--no-float', '--quiet', '--json', json];
    const { status, out } = await cli('infer', folder, ...options);
    expect(out).toMatch(/every one of [\d,]+ bytes of 13 layers equals the integer reference/);
    expect(status).toBe(0);
    const document = JSON.parse(readFileSync(json, 'utf8')) as Record<string, unknown>;
    expect(document).toMatchObject({ schema: 'octobar-infer/1', bit_exact: true });
    expect((document['layers'] as unknown[]).length).toBe(13);
  });

  it('does the same as compiled C, which refuses other data', { timeout: 120_000 }, async () => {
    const made = spawnSync('make', ['-C', folder], { encoding: 'utf8' });
    expect(made.status, made.stderr).toBe(0);
    const options = ['--image', image, '--no-float', '--quiet'];
    const program = ['--program', join(folder, 'build', 'toy.elf')];
    const runner = await cli('infer', folder, ...options);
    const compiled = await cli('infer', folder, ...options, ...program);
    expect(compiled.status).toBe(0);
    expect(compiled.out).toContain('equals the integer reference');
    const answer = (text: string): string => text.slice(text.indexOf('\nclass'));
    expect(answer(compiled.out)).toBe(answer(runner.out));
    const other = await cli('infer', folder, ...options, ...program, '--set', 'tcdm.size=256k');
    expect(other.err).toContain('it belongs to another plan than this program');
    expect(other.status).not.toBe(0);
  });

  it('runs on a series of machines', async () => {
    const out = join(folder, 'sweep.svg');
    const machines = ['--set', 'tcdm.size=64k,512k', '--set', 'dma.instant=false,true'];
    const options = ['--image', image, '--quiet', '--out', out];
    const result = await cli('sweep', folder, ...machines, ...options);
    expect(result.status).toBe(0);
    expect(result.out.match(/tcdm\.size=\d+k dma\.instant=(true|false) .* yes/g)).toHaveLength(4);
    expect(readFileSync(out, 'utf8').match(/ ms<\/text>/g)).toHaveLength(4);
  });

  it('runs unchanged on presets with half the TCDM and with a quarter of the arrays', async () => {
    const small = join(folder, 'small');
    const preset = (name: string, set: Record<string, number>): string => {
      const path = join(folder, `${name}.json`);
      const sizes = { 'ima.rows': 32, 'ima.cols': 32, 'l2.size': 8_388_608, ...set };
      const text = { schema: 'octobar-preset/1', name, meaning: name, source: 'test' };
      writeFileSync(path, JSON.stringify({ ...text, engines: ['depthwise', 'ima'], set: sizes }));
      return path;
    };
    const machines = [
      preset('whole', { 'tcdm.size': 131_072, 'ima.arrays': 16 }),
      preset('half', { 'tcdm.size': 65_536, 'ima.arrays': 16 }),
      preset('quarter', { 'tcdm.size': 131_072, 'ima.arrays': 4 }),
    ];
    const session = { preset: 'garofalo2022-net', set: { 'ima.rows': 32, 'ima.cols': 32 } };
    writeModel(toyDeployment(32, 64), small, session, '--preset garofalo2022-net');
    const results: { out: string; units: Record<string, number>; stripes: number }[] = [];
    for (const machine of machines) {
      const json = join(folder, 'machine.json');
      const options = ['--image', image, '--no-float', '--quiet', '--json', json];
      const { status, out } = await cli('infer', small, ...options, '--preset', machine);
      expect(status, machine).toBe(0);
      const { units, layers } = JSON.parse(readFileSync(json, 'utf8')) as {
        units: { name: string; cycles: number }[];
        layers: { stripes: number }[];
      };
      results.push({
        out,
        units: Object.fromEntries(units.map(({ name, cycles }) => [name, cycles])),
        stripes: Math.max(...layers.map((layer) => layer.stripes)),
      });
    }
    const [whole, half, quarter] = results;
    const answer = ({ out }: { out: string }): string => out.slice(out.indexOf('\nclass'));
    expect(answer(half!)).toBe(answer(whole!));
    expect(answer(quarter!)).toBe(answer(whole!));
    expect(half!.stripes).toBeGreaterThan(whole!.stripes);
    expect(whole!.units['programming cells']).toBe(0);
    expect(quarter!.units['programming cells']).toBeGreaterThan(0);
    expect(quarter!.out).toMatch(/of them shared: [\d,]+ rows programmed for every picture/);
  });

  it('is refused on arrays of another size, and with other converters', async () => {
    const options = ['--image', image, '--no-float', '--quiet'];
    const rows = await cli('infer', folder, ...options, '--set', 'ima.rows=128');
    expect(rows.err).toContain('the deployment is made for ima.rows = 256, not 128');
    const ideal = await cli('infer', folder, ...options, '--ideal');
    expect(ideal.err).toContain('the deployment is made for ima.ideal = false');
  });

  it('names a damaged model without the bytes that would steer a terminal', async () => {
    const file = join(folder, 'hostile.json');
    writeFileSync(file, Buffer.from('\u001b[2J\u0007\u009b5m{"format":', 'latin1'));
    const { err, status } = await cli('deploy', file, '--out', join(folder, 'never'));
    expect(err).toMatch(/^octobar: .*hostile\.json is not JSON/);
    expect([...err].filter((c) => c < ' ' || (c >= '\u007f' && c < '\u00a0'))).toEqual(['\n']);
    expect(status).toBe(65);
  });

  it('is refused when it is damaged', async () => {
    const nowhere = await cli('infer', join(folder, 'build-missing'), '--image', image);
    expect(nowhere.err).toContain('there is no model');
    const empty = mkdtempSync(join(tmpdir(), 'octobar-empty-'));
    const { err, status } = await cli('infer', empty, '--image', image);
    rmSync(empty, { recursive: true });
    expect(err).toContain('octobar deploy MODEL --out FOLDER writes a deployment');
    expect(status).toBe(66);
  });
});
