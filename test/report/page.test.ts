/** The page of a run: it says what the run was, needs nobody, and takes no markup from the guest. */
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportPage } from '../../src/report/index.js';
import { openSession } from '../../src/session/index.js';
import { Observation } from '../../src/profile/index.js';
import { cli, temporaryFolder } from '../cli/cli.js';
import { launch, listen } from '../profile/browser.js';
import { syntheticProfile } from '../profile/synthetic.js';
import { needs } from '../profile/tools.js';
import { exitWith, guest, nop } from '../session/guest.js';

const folder = temporaryFolder();
afterAll(folder.remove);

const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'&\u202e';

/** A page whose every name comes from somebody who means harm. */
function evilPage(): string {
  const session = openSession({ harts: 1 });
  session.load({ name: `${evil}.elf`, bytes: guest({ code: [nop, nop, ...exitWith(0)] }) });
  const observation = new Observation(session, { title: evil });
  session.run();
  const seen = observation.finish();
  return reportPage({
    ...seen,
    title: evil,
    command: evil,
    profile: {
      ...syntheticProfile,
      functions: syntheticProfile.functions.map((entry) => ({ ...entry, name: evil, file: evil })),
      harts: syntheticProfile.harts.map((hart) => ({
        ...hart,
        lines: hart.lines.map((line) => ({ ...line, file: `${evil}.c` })),
        instructions: hart.instructions.map((row) => ({ ...row, text: evil })),
      })),
      notes: [evil],
    },
    stats: { ...seen.stats, metrics: [{ name: evil, value: 1, unit: evil }] },
    spans: [{ name: evil, from: 0, to: 5 }],
    source: () => Array.from({ length: 20 }, () => evil),
  });
}

describe('the text of a page', () => {
  const page = evilPage();

  it('has no markup that the guest wrote', () => {
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img');
    expect(page).not.toContain('\u202e');
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).toContain('&lt;/script&gt;');
  });

  it('asks for nothing', () => {
    const outside = page.replaceAll('http://www.w3.org/2000/svg', '');
    expect(outside).not.toMatch(/https?:\/\/|@import|url\(/);
    expect(outside).not.toMatch(/\shref="(?!#)/);
    const tags = outside
      .replaceAll(/<(script|style)[^]*?<\/\1>/g, '')
      .replaceAll(/"[^"]*"/g, '""')
      .match(/<[a-z][^>]*>/g)!;
    expect(tags.filter((tag) => /\s(src|srcset|style|on\w+)=/.test(tag))).toEqual([]);
    expect(page).toContain('default-src &#39;none&#39;');
    expect(page).not.toContain('unsafe');
  });
});

describe('in a browser', () => {
  if (!needs('chromium')) return;
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** Opens a page, uses it, and gives its text. */
  async function visit(path: string): Promise<{ text: string; sections: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const { errors, requests } = listen(page);
    await page.goto(`file://${path}`);
    const plot = page.locator('#timeline svg').first();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 40);
    expect(await page.locator('#timeline-tip').innerText()).toMatch(/^cycle [\d,]+ to [\d,]+/);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 300, box.y + 40);
    await page.mouse.up();
    expect(await page.locator('#timeline-plot').getAttribute('viewBox')).not.toMatch(/^0 0 /);
    const frames = page.locator('#flame .frame');
    await frames.nth((await frames.count()) - 1).click();
    expect(await frames.first().locator('rect').getAttribute('width')).toMatch(/^1119|^1120/);
    await page.click('#theme');
    const text = (await page.textContent('main'))!;
    const sections = await page.locator('h2').allInnerTexts();
    expect(errors).toEqual([]);
    expect(requests).toEqual([]);
    await page.close();
    return { text, sections };
  }

  it('shows a run of a program with its cycles, functions and source', async () => {
    const path = folder.path('hello.html');
    const json = folder.path('hello.json');
    await cli('run', 'firmware/prebuilt/hello.elf', '-q', '--report', path, '--json', json);
    const { cycles } = JSON.parse(readFileSync(json, 'utf8')) as { cycles: number };
    const { text, sections } = await visit(path);
    expect(text).toContain(String(cycles).replace(/\B(?=(\d{3})+$)/g, ','));
    expect(text).toContain('print_number');
    expect(text).toContain('pi_cl_team_critical_enter();');
    expect(sections).toEqual([
      'Timeline',
      'Where the cycles of each hart went',
      'Which functions took the cycles',
      'Annotated source',
      'Where the energy went',
      'Roofline',
      'Bank conflicts',
      'The run',
    ]);
  });

  it('shows a block with its layers, engines and ceilings', async () => {
    const path = folder.path('block.html');
    await cli(
      'bottleneck',
      '--mapping',
      'ima-dw',
      '--block',
      '8x8x16x64',
      '--quiet',
      '--report',
      path,
    );
    const { text, sections } = await visit(path);
    expect(sections).toContain('Roofline');
    expect(sections).toContain('Engines and arrays');
    for (const layer of ['expand', 'depthwise', 'project', 'residual'])
      expect(text).toContain(layer);
    expect(text).toContain('256 x 256 cells every 65 cycles');
  });

  it('runs nothing of a guest that means harm', async () => {
    const { writeFileSync } = await import('node:fs');
    const path = folder.path('evil.html');
    writeFileSync(path, evilPage());
    const { text } = await visit(path);
    expect(text).toContain('<img src=x onerror=alert(2)>');
  });
}, 60_000);
