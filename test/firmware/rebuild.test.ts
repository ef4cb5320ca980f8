/**
 * Rebuilds the firmware with the cross compiler of this machine. The same compiler must give the
 * same bytes; another one must give programs that behave the same.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/datasets/package-root.js';
import { parseElf } from '../../src/loader/index.js';
import { randomBlock } from './block.js';
import { prebuilt, runBlock } from './run-block.js';
import { runProgram } from './run-program.js';
import { clangCompiler, crossCompiler } from './tools.js';

const compiler = crossCompiler();
const root = packageRoot();
const names = readdirSync(join(root, 'firmware/prebuilt'))
  .filter((name) => name.endsWith('.elf'))
  .map((name) => name.replace('.elf', ''));
/** The compiler that made firmware/prebuilt. */
const prebuiltBy = readFileSync(join(root, 'firmware/prebuilt/COMPILER'), 'utf8').trim();

describe.skipIf(compiler === undefined)('rebuilt firmware', () => {
  let out = '';
  const rebuilt = (name: string): Uint8Array =>
    new Uint8Array(readFileSync(join(out, name, `${name}.elf`)));

  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'octobar-firmware-'));
    const make = spawnSync('make', ['-C', join(root, 'firmware'), 'build', `OUT=${out}`], {
      encoding: 'utf8',
      env: { ...process.env, MAKEFLAGS: '' },
    });
    if (make.status !== 0) throw new Error(make.stderr);
    expect(make.stderr).not.toContain('warning');
  });
  afterAll(() => out && rmSync(out, { recursive: true }));

  it.runIf(compiler === prebuiltBy).each(names)(
    '%s has the loadable bytes of the prebuilt',
    (name) => {
      const segments = (bytes: Uint8Array) => {
        const elf = parseElf(bytes, name);
        return { entry: elf.entry, segments: elf.segments };
      };
      expect(segments(rebuilt(name))).toEqual(segments(prebuilt(name)));
    },
  );

  it.each(names.filter((name) => !/^(bottleneck|kernel-bench.*)$/.test(name)))(
    '%s ends like the prebuilt',
    (name) => {
      const preset = name === 'own-engine' ? 'tutorial' : 'garofalo2022';
      const outcome = (bytes: Uint8Array) => {
        const { code, lines } = runProgram(bytes, { preset });
        // Another compiler takes other cycles; everything else stays.
        return { code, text: lines.map((line) => line.replaceAll(/\d+ cycles|after +\d+/g, '')) };
      };
      expect(outcome(rebuilt(name))).toEqual(outcome(prebuilt(name)));
    },
  );

  it('bottleneck computes the same block', () => {
    const shape = {
      inH: 6,
      inW: 6,
      inC: 16,
      hiddenC: 32,
      outC: 16,
      stride: 1,
      expand: true,
      residual: true,
    } as const;
    const cuts = { pointwise: { cols: 24, rows: 16 }, depthwiseChannels: 16 };
    const run = runBlock(randomBlock(31, shape, 'ima-dw', 4, cuts), { elf: rebuilt('bottleneck') });
    expect(run.differences).toEqual([]);
    expect(run.code).toBe(0);
  });

  it('a new application builds and runs outside of the repository', () => {
    const folder = mkdtempSync(join(tmpdir(), 'octobar-app-'));
    try {
      for (const name of readdirSync(join(root, 'firmware/template'))) {
        const text = readFileSync(join(root, 'firmware/template', name), 'utf8');
        writeFileSync(
          join(folder, name),
          text.replaceAll('@APP@', 'fresh').replaceAll('@OCTOBAR@', root),
        );
      }
      const make = spawnSync('make', ['-C', folder, 'clean', 'all'], {
        encoding: 'utf8',
        env: { ...process.env, MAKEFLAGS: '' },
      });
      expect(make.stderr).toBe('');
      expect(make.status).toBe(0);
      const elf = join(folder, 'build/fresh.elf');
      expect(existsSync(elf)).toBe(true);
      const { code, lines } = runProgram(new Uint8Array(readFileSync(elf)));
      expect(code).toBe(0);
      expect(lines[7]).toBe('fresh: core 7 of 8');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.skipIf(clangCompiler() === undefined)('firmware by clang', () => {
  let out = '';
  const built = (name: string): Uint8Array =>
    new Uint8Array(readFileSync(join(out, name, `${name}.elf`)));

  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'octobar-clang-'));
    const env = { ...process.env, MAKEFLAGS: '' };
    const options = { encoding: 'utf8', env } as const;
    const goals = ['build', 'TOOLCHAIN=clang', `OUT=${out}`];
    const make = spawnSync('make', ['-C', join(root, 'firmware'), ...goals], options);
    if (make.status !== 0) throw new Error(make.stderr);
  }, 300_000);
  afterAll(() => out && rmSync(out, { recursive: true }));

  it('computes with all kernels what the scalar ones compute', () => {
    const { code, lines } = runProgram(built('kernel-bench-xcv'));
    expect(code, lines.join('\n')).toBe(0);
    expect(lines.filter((line) => line.includes('differ'))).toEqual([]);
  });

  it.each(['cores', 'pulp-nn', 'best', 'ima-cores', 'ima-only', 'ima-dw'] as const)(
    'computes a block in mapping %s',
    (mapping) => {
      const shape = {
        inH: 6,
        inW: 7,
        inC: 16,
        hiddenC: 32,
        outC: 16,
        stride: 1,
        expand: true,
        residual: true,
      } as const;
      const cuts = { pointwise: { cols: 24, rows: 16 }, depthwiseChannels: 16 };
      const block = randomBlock(32, shape, mapping, 4, cuts);
      const run = runBlock(block, { elf: built('bottleneck') });
      expect(run.differences).toEqual([]);
      expect(run.code).toBe(0);
    },
  );
});
