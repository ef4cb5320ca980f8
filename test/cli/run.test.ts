import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { fixturePath } from '../../src/datasets/package-root.js';
import {
  addi,
  bne,
  exitWith,
  guest,
  jump,
  li,
  load,
  nop,
  print,
  readHartId,
  store,
  t0,
  t1,
  t2,
  zero,
} from '../session/guest.js';
import { checkStats } from '../stats-schema.js';
import { cli, save, temporaryFolder } from './cli.js';

const folder = temporaryFolder();
afterAll(folder.remove);

const hello = save(
  folder.path('hello.elf'),
  guest({ code: [...print('hello\n'), ...exitWith(3)] }),
);
const spin = save(folder.path('spin.elf'), guest({ code: [jump(0)] }));
const looping = save(
  folder.path('looping.elf'),
  guest({
    // Three turns of a loop of two instructions on each hart; hart 0 ends the run.
    code: [
      addi(t0, zero, 3),
      addi(t0, t0, -1), // loop, word 1
      bne(t0, zero, -4),
      readHartId(t1), // after, word 3
      bne(t1, zero, 0),
      ...exitWith(0),
    ],
    symbols: { loop: 1, after: 3 },
  }),
);

const json = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

describe('octobar run', () => {
  it('gives stdout to the guest, its code to the shell, and a summary to stderr', async () => {
    const { status, out, err } = await cli('run', hello, '--harts', '1');
    expect(out).toBe('hello\n');
    expect(status).toBe(3);
    expect(err).toMatch(/hello\.elf on garofalo2022, rv32imc_xcv, 1 hart at 500 MHz/);
    expect(err).toMatch(/\d+ {2}cycles/);
    expect(err).toMatch(/exit code 3 \(hart 0\)/);
  });

  it('is silent with --quiet', async () => {
    expect(await cli('run', hello, '--harts', '1', '-q')).toEqual({
      status: 3,
      out: 'hello\n',
      err: '',
    });
  });

  it('prints the lines of eight harts whole', async () => {
    const code = [...print('0123456789\n'), readHartId(t2), bne(t2, zero, 0), ...exitWith(0)];
    const image = save(folder.path('eight.elf'), guest({ code }));
    const { out } = await cli('run', image);
    // All harts print in the same cycles; hart 0 may end the run before the last newline of others.
    expect(out.split('\n').filter((line) => line === '0123456789').length).toBeGreaterThanOrEqual(
      7,
    );
    for (const line of out.trimEnd().split('\n')) expect('0123456789').toContain(line);
  });

  it('writes statistics that obey the published schema', async () => {
    const path = folder.path('stats.json');
    await cli(
      'run',
      looping,
      '--region',
      'turns=loop..after',
      '--json',
      path,
      '--set',
      'l2.latency=5',
    );
    const stats = json(path);
    expect(checkStats(stats)).toEqual([]);
    expect(stats).toMatchObject({
      schema: 'octobar-stats/1',
      exit_code: 0,
      preset: 'garofalo2022',
      config: { l2: { latency: 5 } },
    });
    // From the first of `loop` to `after`: the 6 instructions of three turns less the first, plus `after`.
    expect(stats['regions']).toHaveLength(8);
    expect((stats['regions'] as { instret: number }[])[0].instret).toBe(6);
  });

  it('writes the same statistics twice, and with a trace', async () => {
    const [a, b, c] = ['a.json', 'b.json', 'c.json'].map(folder.path);
    for (const harts of ['1', '8']) {
      await cli('run', looping, '--harts', harts, '--json', a, '-q');
      await cli('run', looping, '--harts', harts, '--json', b, '-q');
      await cli('run', looping, '--harts', harts, '--json', c, '-q', '--trace', folder.path('t'));
      expect(readFileSync(b, 'utf8')).toBe(readFileSync(a, 'utf8'));
      // Who executed a run says nothing of the guest.
      expect({ ...json(c), tier: {} }).toEqual({ ...json(a), tier: {} });
    }
  });

  it('ends with the status of the error, and still writes the statistics', async () => {
    const path = folder.path('limit.json');
    const { status, err } = await cli('run', spin, '--max-cycles', '1k', '--json', path);
    expect(status).toBe(124);
    expect(err).toMatch(/octobar: the run did not end within 1000 cycles/);
    expect(err).toMatch(/hart 7: running at 0x1c000000 <_start>/);
    expect(json(path)).toMatchObject({
      exit_code: 124,
      end: { reason: 'error', code: 'cycle-limit' },
    });
    expect(checkStats(json(path))).toEqual([]);
  });

  it('names hart, pc, symbol and address of a fault', async () => {
    const image = save(
      folder.path('fault.elf'),
      guest({ code: [nop, load(t0, zero, 64)], symbols: { oops: 1 } }),
    );
    const { status, err } = await cli('run', image, '--harts', '1');
    expect(status).toBe(139);
    expect(err).toMatch(/hart 0, pc 0x1c000004 <oops>, address 0x00000040/);
  });

  it('never turns a code of the guest into success', async () => {
    const code = [...li(t0, 0x1a1040a0), ...li(t1, 0x80000100), store(t1, t0), jump(0)];
    const image = save(folder.path('code256.elf'), guest({ code }));
    const { status, err } = await cli('run', image, '--harts', '1', '-q');
    expect(status).toBe(255);
    expect(err).toMatch(/exit code 256 does not fit/);
  });

  it('loads data beside the program', async () => {
    const data = fixturePath('validation', 'fibcalls.elf');
    const { status, err } = await cli('run', hello, '--data', data, '--harts', '1');
    // fibcalls has code at 0x1c008000: no overlap with the guest at 0x1c000000.
    expect(status).toBe(3);
    expect(err).toMatch(/hello\.elf \+ fibcalls\.elf on/);
  });

  it('warns of a region that nobody went through', async () => {
    const { err } = await cli('run', looping, '--region', 'back=after..loop', '-q');
    expect(err).toBe('octobar: warning: no hart went through region back\n');
  });
});

describe('octobar run --trace', () => {
  const line = /^ *(\d+) (\d+) ([0-9a-f]{8}) (\S+) +(\S.*)$/m;

  async function traced(...filter: string[]): Promise<RegExpExecArray[]> {
    const { err } = await cli('run', looping, '-q', '--trace', ...filter);
    return err
      .trimEnd()
      .split('\n')
      .map((text) => line.exec(text)!);
  }

  it('goes to stderr, one line per instruction in the documented format', async () => {
    const { err, out } = await cli('run', looping, '--trace', '-q', '--harts', '1');
    expect(out).toBe('');
    const lines = err.trimEnd().split('\n');
    for (const text of lines) expect(text).toMatch(line);
    // 1 + 3 turns of 2 + hart id + branch + 5 to the end of the run (lui, addi, lui, addi, store).
    const turns = Array.from({ length: 3 }, () => ['loop', 'loop+0x4']).flat();
    const end = ['', '+0x4', '+0x8', '+0xc', '+0x10', '+0x14', '+0x18'].map((at) => `after${at}`);
    expect(lines.map((text) => line.exec(text)![4])).toEqual(['_start', ...turns, ...end]);
    // Its line comes out of L2 in 16 cycles.
    expect(lines[0]).toMatch(/^ +16 0 1c000000 _start +\S*addi\s+t0,/);
  });

  it('takes what follows as a file only when an ELF file is named besides', async () => {
    const path = folder.path('trace.txt');
    expect((await cli('run', '--trace', looping, '-q', '--harts', '1')).err).toMatch(line);
    expect((await cli('run', '--trace', path, looping, '-q', '--harts', '1')).err).toBe('');
    const first = readFileSync(path, 'utf8');
    await cli('run', looping, '-q', '--harts', '1', '--trace', path);
    expect(readFileSync(path, 'utf8')).toBe(first);
    expect(first).toMatch(line);
  });

  it('can be restricted to harts, functions and cycles', async () => {
    const harts = await traced('--trace-hart', '2', '--trace-hart', '5');
    expect(new Set(harts.map((match) => match[2]))).toEqual(new Set(['2', '5']));
    const symbol = await traced('--trace-symbol', 'loop', '--trace-hart', '0');
    expect(symbol.map((match) => match[4])).toEqual([
      'loop',
      'loop+0x4',
      'loop',
      'loop+0x4',
      'loop',
      'loop+0x4',
    ]);
    const ideal = ['--set', 'icache.ideal=true'];
    const cycles = await traced('--trace-cycles', '1..2', ...ideal);
    expect(new Set(cycles.map((match) => match[1]))).toEqual(new Set(['1', '2']));
  });
});

describe('octobar run refuses', () => {
  it.each<[string, string[], number, RegExp]>([
    ['no ELF file', ['run'], 64, /run needs an ELF file/],
    [
      'a file that is not there',
      ['run', 'nowhere.elf'],
      66,
      /nowhere\.elf cannot be read: it does not exist/,
    ],
    ['a folder', ['run', folder.path('.')], 66, /it is a folder/],
    ['what is not ELF', ['run', 'package.json'], 65, /not an ELF file/],
    ['an unknown option', ['run', hello, '--jsn', 'x'], 64, /unknown option '--jsn'/],
    ['an unknown preset', ['run', hello, '--preset', 'garofalo'], 78, /no preset "garofalo"/],
    ['an unknown key', ['run', hello, '--set', 'tcdm.bank=16'], 78, /did you mean tcdm\.banks\?/],
    ['a key without value', ['run', hello, '--set', 'tcdm.banks'], 78, /not key=value/],
    ['a value out of range', ['run', hello, '--harts', '17'], 78, /out of range: 1 to 16/],
    ['an unknown instruction set', ['run', hello, '--isa', 'rv64gc'], 78, /isa = rv64gc/],
    ['a limit that is no number', ['run', hello, '--max-cycles', 'x'], 64, /--max-cycles x/],
    ['a region without ends', ['run', hello, '--region', 'r=a'], 64, /not name=from\.\.to/],
    [
      'a region of unknown symbols',
      ['run', hello, '--region', 'r=_strat.._start'],
      64,
      /did you mean _start/,
    ],
    ['a filter without trace', ['run', hello, '--trace-hart', '0'], 64, /without --trace/],
    ['a hart that is not there', ['run', hello, '--trace', '--trace-hart', '9'], 64, /no hart 9/],
    [
      'an unknown trace symbol',
      ['run', hello, '--trace', '--trace-symbol', 'x'],
      64,
      /no symbol "x"/,
    ],
    [
      'cycles that end early',
      ['run', hello, '--trace', '--trace-cycles', '9..2'],
      64,
      /before it begins/,
    ],
    [
      'a JSON file that cannot be',
      ['run', hello, '--json', '/nowhere/x.json'],
      66,
      /cannot be written/,
    ],
  ])('%s', async (_, argv, status, message) => {
    const outcome = await cli(...argv);
    expect(outcome.err).toMatch(message);
    expect(outcome.status).toBe(status);
  });
});
