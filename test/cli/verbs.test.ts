import { readFileSync, existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { errorCodes } from '../../emulator/sim/error.js';
import { fixturePath } from '../../src/datasets/package-root.js';
import { exitWith, guest, nop } from '../session/guest.js';
import { fileText } from '../loader/files.js';
import { cli, save, temporaryFolder } from './cli.js';

const folder = temporaryFolder();
afterAll(folder.remove);

const image = save(
  folder.path('app.elf'),
  guest({ code: [nop, nop, ...exitWith(0)], symbols: { work: 1 } }),
);
const sample = new URL('../loader/data/lines-dwarf5.elf', import.meta.url).pathname;

describe('octobar', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await cli('--version')).toEqual({ status: 0, out: `${version}\n`, err: '' });
  });

  it('lists its verbs, and the options of a verb', async () => {
    const { status, out } = await cli('--help');
    expect(status).toBe(0);
    for (const verb of ['run', 'disasm', 'map', 'presets', 'new', 'validate']) {
      expect(out).toMatch(new RegExp(`^  ${verb} `, 'm'));
    }
    expect((await cli('run', '--help')).out).toMatch(/--max-cycles <n> .*1G/);
  });

  it('says what it would have understood', async () => {
    const { status, err } = await cli('rnu');
    expect(status).toBe(64);
    expect(err).toMatch(/Did you mean run\?/);
  });
});

describe('octobar disasm', () => {
  it('prints labels, encodings and instructions', async () => {
    const { status, out } = await cli('disasm', image);
    expect(status).toBe(0);
    expect(out).toMatch(/\n1c000000 <_start>:\n1c000000: {2}00000013 {2}addi\s+zero,zero,0\n/);
    expect(out).toMatch(/\n1c000004 <work>:\n/);
  });

  it('prints the instructions that objdump finds, at the same addresses', async () => {
    const { out } = await cli('disasm', sample, '--json');
    const rows = JSON.parse(out) as { address: number; bytes: number; line?: string }[];
    // Addresses where the line table has rows are starts of instructions.
    const starts = [...fileText('lines-dwarf5.txt').matchAll(/ \d+ +0x([0-9a-f]+) /g)];
    const ours = new Set(rows.map((row) => row.address));
    for (const [, address] of starts) expect(ours.has(parseInt(address, 16))).toBe(true);
    expect(rows.find((row) => row.address === 0x1c000016)?.line).toBe('lines.c:10');
    // Contiguous: each instruction starts where the one before it ends.
    for (let i = 1; i < rows.length; i++) {
      expect(rows[i].address).toBe(rows[i - 1].address + rows[i - 1].bytes);
    }
  });

  it('can be restricted to functions', async () => {
    const { out } = await cli('disasm', image, '--symbol', 'work');
    expect(out).not.toMatch(/_start/);
    expect((await cli('disasm', image, '--symbol', 'wrok')).err).toMatch(/did you mean work/);
  });
});

describe('octobar map', () => {
  it('shows the address map of the platform', async () => {
    const { out } = await cli('map');
    // design of the platform: TCDM 512 kB, its test-and-set alias, slots, SoC, L2.
    expect(out).toMatch(/^0x10000000 {2}0x1007ffff +524,288 +1 /m);
    expect(out).toMatch(/^0x10201000 {2}0x102013ff /m);
    expect(out).toMatch(/^0x1c000000 {2}0x1c1fffff +2,097,152 +10 /m);
  });

  it('follows the configuration, and shows symbols', async () => {
    const { out } = await cli('map', image, '--set', 'l2.size=4M', '--json');
    const { regions, symbols } = JSON.parse(out) as {
      regions: { base: number; size: number }[];
      symbols: { name: string; address: number }[];
    };
    expect(regions.find(({ base }) => base === 0x1c000000)?.size).toBe(4 << 20);
    expect(symbols).toContainEqual(expect.objectContaining({ name: 'work', address: 0x1c000004 }));
  });
});

describe('octobar presets', () => {
  it('lists them', async () => {
    expect((await cli('presets')).out).toMatch(/^garofalo2022 {2,}8 RV32IMC harts/m);
  });

  it('shows every parameter of one', async () => {
    const { out } = await cli('presets', 'garofalo2022', '--set', 'tcdm.banks=16');
    expect(out).toMatch(/^tcdm\.banks +16 +a power of two from 1 to 256 bank +assumed +set /m);
    expect(out).toMatch(/^ima\.mvm_ns +130 /m);
  });

  it('takes settings without a name as those of the default machine', async () => {
    expect((await cli('presets', '--harts', '4')).out).toMatch(/^harts +4 /m);
    expect((await cli('presets', '--set', 'hart=4')).status).toBe(78);
  });

  it('gives JSON with the source of each number, and the schema', async () => {
    const shown = JSON.parse((await cli('presets', 'garofalo2022', '--json')).out) as {
      parameters: { key: string; source: string }[];
    };
    expect(shown.parameters.find(({ key }) => key === 'ima.rows')?.source).toMatch(/Garofalo/);
    const schema = JSON.parse((await cli('presets', '--schema')).out) as object;
    expect(schema).toHaveProperty('properties.set.properties.harts.maximum', 16);
  });

  it('takes a file of your own', async () => {
    const preset = { ...(JSON.parse(readFileSync('presets/garofalo2022.json', 'utf8')) as object) };
    const own = { ...preset, name: 'mine', set: { 'tcdm.banks': 64 } };
    const path = save(folder.path('mine.json'), new TextEncoder().encode(JSON.stringify(own)));
    expect((await cli('presets', path)).out).toMatch(/^tcdm\.banks +64 .* preset /m);
    expect((await cli('run', image, '--preset', path)).err).toMatch(/app\.elf on mine,/);
  });
});

describe('octobar new app', () => {
  it('makes a folder whose Makefile knows where octobar lies', async () => {
    const path = folder.path('my-app');
    const { status, out } = await cli('new', 'app', path);
    expect(status).toBe(0);
    expect(out.trim().split('\n').toSorted()).toEqual([`${path}/Makefile`, `${path}/main.c`]);
    const makefile = readFileSync(`${path}/Makefile`, 'utf8');
    expect(makefile).toMatch(/^APP := my-app$/m);
    expect(makefile).toMatch(/^APP_SRCS := main\.c$/m);
    const home = /^OCTOBAR_HOME \?= (.*)$/m.exec(makefile)![1];
    expect(existsSync(`${home}/firmware/rules.mk`)).toBe(true);
    expect(makefile + readFileSync(`${path}/main.c`, 'utf8')).not.toMatch(/@[A-Z]+@/);
  });

  it('refuses names that cannot be, and folders that are', async () => {
    expect((await cli('new', 'app', folder.path('1st app'))).status).toBe(64);
    expect((await cli('new', 'app', folder.path('a.b'))).status).toBe(64);
    expect((await cli('new', 'app', folder.path('my-app'))).status).toBe(errorCodes.file.exit);
  });
});

describe('octobar validate', () => {
  it('answers on stdout and reports progress on stderr', async () => {
    const { status, out, err } = await cli('validate', '--only', 'fibcalls', '--json');
    expect(status).toBe(0);
    expect(err).toMatch(/fibcalls/);
    const { rows } = JSON.parse(out) as {
      rows: { program: string; rtl: number[]; ours: number[] }[];
    };
    expect(rows).toMatchObject([{ program: 'fibcalls', rtl: [8798], ours: [8798] }]);
    expect(existsSync(fixturePath('validation', 'fibcalls.elf'))).toBe(true);
  });
});
