/** Whole files of a real run, read by speedscope's own importer in a browser. */
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSpeedscope } from '../../src/profile/export/speedscope.js';
import { cli, temporaryFolder } from '../cli/cli.js';
import { launch, listen } from './browser.js';
import { syntheticProfile } from './synthetic.js';
import { needs } from './tools.js';

const folder = temporaryFolder();
afterAll(folder.remove);

describe('speedscope', () => {
  if (!needs('chromium')) return;
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  const viewer = join(
    dirname(createRequire(import.meta.url).resolve('speedscope/package.json')),
    'dist/release/index.html',
  );

  /** What speedscope shows of a file, and what it complains of. */
  async function open(path: string): Promise<{ text: string; title: string; errors: string[] }> {
    const page = await browser.newPage();
    const { errors } = listen(page);
    await page.goto(`file://${viewer}`);
    await page.setInputFiles('#file', path);
    await page
      .waitForFunction("document.title !== 'speedscope'", undefined, { timeout: 20_000 })
      .catch(() => errors.push('no profile appeared'));
    const seen = { text: await page.innerText('body'), title: await page.title(), errors };
    await page.close();
    return seen;
  }

  it('imports the profiles, awkward names and all', async () => {
    let text = '';
    writeSpeedscope(syntheticProfile, 'app on a machine', { put: (part) => void (text += part) });
    writeFileSync(folder.path('synthetic.json'), text);
    const seen = await open(folder.path('synthetic.json'));
    expect(seen.errors).toEqual([]);
    expect(seen.title).toMatch(/^app on a machine/);
    expect(seen.text).toContain('hart 0: cycles');
  });

  it('imports what a run wrote: stacks with weights, and slices that nest', async () => {
    const [profile, trace] = ['run.speedscope.json', 'run.trace.json'].map(folder.path);
    const { status } = await cli(
      'run',
      'firmware/prebuilt/hello.elf',
      '-q',
      '--export',
      `speedscope=${profile}`,
      '--export',
      `perfetto=${trace}`,
    );
    expect(status).toBe(0);
    const stacks = await open(profile!);
    expect(stacks.errors).toEqual([]);
    expect(stacks.title).toMatch(/^hello\.elf on garofalo2022/);
    // Speedscope warns of each end that does not match the begin on top of its track.
    const slices = await open(trace!);
    expect(slices.errors).toEqual([]);
    expect(slices.text).toContain('hart 0');
  });

  it('refuses slices that do not nest: the judge can judge', async () => {
    const begin = (name: string, ph: string, ts: number): unknown => ({
      name,
      ph,
      ts,
      pid: 1,
      tid: 1,
    });
    const events = [begin('a', 'B', 0), begin('b', 'B', 1), begin('a', 'E', 2), begin('b', 'E', 3)];
    writeFileSync(folder.path('bad.json'), JSON.stringify({ traceEvents: events }));
    expect((await open(folder.path('bad.json'))).errors).not.toEqual([]);
    expect(readFileSync(folder.path('bad.json'), 'utf8')).toContain('traceEvents');
  });
}, 60_000);
