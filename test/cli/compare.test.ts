import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { syntheticProfile } from '../profile/synthetic.js';
import { cli, temporaryFolder } from './cli.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

interface Run {
  preset?: string;
  cycles?: number;
  metrics?: { name: string; value: number; unit: string }[];
  engines?: Record<string, Record<string, number>>;
}

/** As far as compare looks at the JSON of a run. */
function save(name: string, run: Run): string {
  const path = folder.path(name);
  const document = {
    schema: 'octobar-stats/1',
    preset: 'a',
    cycles: 1000,
    clock_hz: 500e6,
    total: { instret: 300 },
    tcdm: { accesses: 10 },
    dma: { bytes_in: 0 },
    engines: {},
    metrics: [],
    energy: { total_pj: 80, mean_mw: 4, components: { harts: 80 } },
    ...run,
  };
  writeFileSync(path, JSON.stringify(document));
  return path;
}

const a = save('a.json', {
  engines: { one: { jobs: 4 } },
  metrics: [{ name: 'error', value: 0.5, unit: 'codes' }],
});
const b = save('b.json', {
  preset: 'b',
  cycles: 1500,
  engines: { two: { jobs: 7 } },
  metrics: [{ name: 'error', value: 0.25, unit: 'codes' }],
});

describe('octobar compare', () => {
  it('puts quantities side by side with differences in per cent', async () => {
    const { status, out } = await cli('compare', a, b, '--json');
    expect(status).toBe(0);
    const { schema, runs, rows } = JSON.parse(out) as {
      schema: string;
      runs: { label: string }[];
      rows: { name: string; unit: string; values: unknown[]; percent: unknown[] }[];
    };
    expect(schema).toBe('octobar-compare/1');
    expect(runs.map(({ label }) => label)).toEqual(['a', 'b']);
    const row = (name: string) => rows.find((candidate) => candidate.name === name);
    expect(row('cycles')).toMatchObject({ values: [1000, 1500], percent: [null, 50] });
    expect(row('time')).toMatchObject({ values: [0.002, 0.003], unit: 'ms' });
    expect(row('metric: error')).toMatchObject({ unit: 'codes', percent: [null, -50] });
    expect(row('one: jobs')).toMatchObject({ values: [4, null], percent: [null, null] });
    expect(row('two: jobs')).toMatchObject({ values: [null, 7], percent: [null, null] });
    // No per cent of nothing.
    expect(row('DMA: bytes_in')).toMatchObject({ values: [0, 0], percent: [null, null] });
  });

  it('prints a table, columns by preset, or by file where presets are the same', async () => {
    const table = (await cli('compare', a, b)).out;
    expect(table).toMatch(/\n +a +b +\+-% +unit\n/);
    expect(table).toMatch(/cycles +1,000 +1,500 +\+50\.0 +cycles/);
    const same = (await cli('compare', a, a, b)).out;
    expect(same).toContain(`${b}: ${b}`);
    const file = folder.path('out.json');
    expect((await cli('compare', a, b, '--json', file)).out).toBe(table);
    expect((await cli('compare', '--json', a, b)).out.startsWith('{')).toBe(true);
  });

  it('takes what run writes', async () => {
    const files = ['1', '2'].map((harts) => ({ harts, path: folder.path(`hello${harts}.json`) }));
    for (const { harts, path } of files)
      await cli('run', 'firmware/prebuilt/hello.elf', '--harts', harts, '--json', path);
    const { status, out } = await cli('compare', ...files.map(({ path }) => path));
    expect(status).toBe(0);
    expect(out).toContain('energy: harts');
  });

  it('names the settings that differ, and only those, and stalls by cause', async () => {
    const files = ['32', '16'].map((banks) => ({ banks, path: folder.path(`banks${banks}.json`) }));
    for (const { banks, path } of files)
      await cli(
        'run',
        'firmware/prebuilt/hello.elf',
        '-q',
        '--set',
        `tcdm.banks=${banks}`,
        '--json',
        path,
      );
    const { out } = await cli('compare', ...files.map(({ path }) => path));
    expect(out).toMatch(/setting: tcdm\.banks +32 +16 +-50\.0/);
    expect(out.match(/setting: /g)).toHaveLength(1);
    expect(out).toMatch(/stall: icache +[\d,]+ +[\d,]+/);
  });

  it('puts profiles side by side, function by function', async () => {
    const [first, second] = ['one.profile.json', 'two.profile.json'].map(folder.path);
    writeFileSync(first!, JSON.stringify(syntheticProfile));
    const [hart, ...others] = syntheticProfile.harts;
    const [main, ...nodes] = hart!.nodes;
    const slower = { ...main!, self: { ...main!.self, cycles: main!.self.cycles + 30 } };
    writeFileSync(
      second!,
      JSON.stringify({
        ...syntheticProfile,
        harts: [{ ...hart!, nodes: [slower, ...nodes] }, ...others],
      }),
    );
    const { out } = await cli('compare', first!, second!);
    expect(out).toMatch(/function: main +60 +90 +\+50\.0 +cycles/);
    // All ways to it, on all harts.
    expect(out).toMatch(/function: work +150 +150 +\+0\.0 +cycles/);
    expect(out).toMatch(/stall: load_use +30 +30/);
  });

  it('refuses one run, something else and nothing, naming the file', async () => {
    expect(await cli('compare', a)).toMatchObject({ status: 64 });
    const other = folder.path('other.json');
    for (const text of ['{"schema":"x"}', '[]', '{', 'null', '{"schema":"octobar-stats/1"}']) {
      writeFileSync(other, text);
      const { status, err } = await cli('compare', a, other);
      expect(status).toBe(65);
      expect(err).toContain('other.json');
    }
    expect((await cli('compare', a, folder.path('none.json'))).status).toBe(66);
  });
});
