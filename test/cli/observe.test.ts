/** Options of a run that is looked at: what is wrong is said before the run. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { exitWith, guest, jump, nop } from '../session/guest.js';
import { cli, save, temporaryFolder } from './cli.js';

const folder = temporaryFolder();
afterAll(folder.remove);

const elf = save(folder.path('app.elf'), guest({ code: [nop, nop, ...exitWith(0)] }));

describe('options', () => {
  it.each([
    [['--export', 'perfetto'], 64, /is not format=file/],
    [['--export', 'foo=x'], 64, /the formats are perfetto, speedscope/],
    [['--export', 'vcd=a', '--export', 'vcd=b'], 64, /vcd stands twice/],
    [['--window', 'main'], 64, /without --report or --export/],
    [['--window', 'nosuch', '--report', folder.path('r.html')], 64, /no symbol "nosuch"/],
    [['--report', folder.path('no/where.html')], 66, /cannot be written/],
    [['--report', folder.path('r.html'), '--source-dir', '/no/where'], 64, /does not exist/],
    [['--report', folder.path('r.html'), '--trace-limit', 'x'], 64, /not a whole number/],
  ])('%j', async (options, status, text) => {
    const outcome = await cli('run', elf, '-q', ...options);
    expect(outcome.err).toMatch(text);
    expect(outcome.status).toBe(status);
  });

  it('a report of all mappings is refused', async () => {
    const outcome = await cli('bottleneck', '--report', folder.path('r.html'));
    expect(outcome.status).toBe(64);
  });

  it('a run that fails is reported too, with its own status', async () => {
    const spin = save(folder.path('spin.elf'), guest({ code: [jump(0)] }));
    const path = folder.path('failed.html');
    const { status, err } = await cli('run', spin, '-q', '--max-cycles', '1000', '--report', path);
    expect(status).toBe(124);
    expect(err).toMatch(/did not end within 1000 cycles/);
    expect(readFileSync(path, 'utf8')).toContain('_start');
  });

  it('pictures are files that stand alone', async () => {
    const pictures = folder.path('pictures');
    await cli('run', 'firmware/prebuilt/hello.elf', '-q', '--pictures', pictures);
    for (const name of ['timeline', 'stalls', 'flame', 'energy', 'banks']) {
      const text = readFileSync(`${pictures}/${name}.svg`, 'utf8');
      expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>\n$/);
      expect(text).not.toContain('<script');
    }
  });

  it('a trace ends at its limit, with a warning', async () => {
    const path = folder.path('trace.txt');
    const { err } = await cli(
      ...'run firmware/prebuilt/hello.elf -q --trace-limit 5000 --trace'.split(' '),
      path,
    );
    expect(err).toMatch(/the trace reached --trace-limit 5000: \d+ records are missing/);
    expect(readFileSync(path, 'utf8').length).toBeLessThan(5200);
    expect(readFileSync(path, 'utf8').endsWith('\n')).toBe(true);
  });
});
