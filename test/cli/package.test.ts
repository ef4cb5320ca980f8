/** The built package, as a user has it: binary, library example of the README, files. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixturePath, packageRoot } from '../../src/datasets/package-root.js';
import { exitWith, guest, print } from '../session/guest.js';
import { save, temporaryFolder } from './cli.js';

const root = packageRoot();
const folder = temporaryFolder();
afterAll(folder.remove);

const binary = join(root, 'dist', 'src', 'cli', 'main.js');
const octobar = (...argv: string[]) =>
  spawnSync(process.execPath, [binary, ...argv], { encoding: 'utf8' });

beforeAll(() => {
  // The tests below are about build output: it must be that of these sources.
  const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the build failed:\n${built.stdout}`);
});

describe('the binary', () => {
  const image = (): string =>
    save(folder.path('hello.elf'), guest({ code: [...print('hello\n'), ...exitWith(7)] }));

  it('keeps the guest on stdout and itself on stderr, and ends with the code of the guest', () => {
    const { status, stdout, stderr } = octobar('run', image(), '--harts', '1');
    expect(stdout).toBe('hello\n');
    expect(stderr).toMatch(/exit code 7/);
    expect(status).toBe(7);
  });

  it('ends quietly when its reader has seen enough', () => {
    // More text than a pipe holds (64 kB), so that the writer really meets the closed end.
    const elf = join(root, 'firmware', 'prebuilt', 'bottleneck.elf');
    const tool = `"${process.execPath}" "${binary}" disasm "${elf}" --json; echo $? >&2`;
    const { stdout, stderr } = spawnSync('sh', ['-c', `{ ${tool}; } | head -c 10`], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('[{"address');
    expect(stderr).toBe('141\n');
  });

  it('starts from code that was compiled when it was built', () => {
    const loader = pathToFileURL(join(root, 'dist', 'src', 'cli', 'bundle.js')).href;
    const text = `import { loadBundle } from '${loader}';
      process.stdout.write(String(loadBundle().script.cachedDataRejected));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', text], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('false');
  });

  it('gives the same JSON twice', () => {
    const elf = fixturePath('validation', 'cl_rand_half_ld.x1.elf');
    const [first, second] = ['1.json', '2.json'].map((name) => {
      octobar('run', elf, '-q', '--region', 'r=mark_start..mark_end', '--json', folder.path(name));
      return readFileSync(folder.path(name), 'utf8');
    });
    expect(second).toBe(first);
    expect(JSON.parse(first)).toHaveProperty('regions.length', 8);
  });
});

describe('threads of the binary', () => {
  const model = fixturePath('fashion-mnist', 'model.json');
  const pictures = fixturePath('fashion-mnist', 'calibration');
  const study = [
    'accuracy',
    model,
    '--calibrate',
    pictures,
    '--weights',
    '4',
    '--check',
    '0',
    '-q',
  ];

  it('compute pictures on chips', () => {
    const noise = ['--set', 'ima.read_noise=1', '--chips', '2', '--seed', '9', '--float'];
    const { status, stdout, stderr } = octobar(...study, ...noise, '--images', pictures);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^48 pictures without labels\n/);
    expect(stdout).toMatch(/\n {10}9 .*\n {9}10 .*\nanswers as in float, over 2 chips: mean /);
    expect(status).toBe(0);
  });

  it('tell what is wrong with a picture as the first thread would', () => {
    const broken = folder.path('pictures');
    mkdirSync(broken);
    for (const name of ['a.png', 'b.png']) save(join(broken, name), Buffer.from('no picture'));
    const { status, stderr } = octobar(...study, '--images', broken);
    expect(stderr).toMatch(/^octobar: .*a\.png/);
    expect(status).toBe(65);
  });
});

describe('the library', () => {
  // Inside the package, so that `octobar` resolves by its exports as it does for a user.
  const scratch = join(root, '.cache', 'readme');
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('does what the README shows', () => {
    const code = /```js\n([^]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))![1];
    mkdirSync(scratch, { recursive: true });
    writeFileSync(join(scratch, 'example.mjs'), code);
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(scratch, 'example.mjs')], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    // validation.json: with 16 banks and fair arbitration these are the cycles of the RTL.
    const { entries } = JSON.parse(
      readFileSync(fixturePath('validation', 'validation.json'), 'utf8'),
    ) as {
      entries: {
        elf: string;
        runs: { harts: number; arbitration: string; cycles: number[]; instret: number[] }[];
      }[];
    };
    const run = entries
      .find(({ elf }) => elf === 'cl_mc_matmul_i32.x1.elf')!
      .runs.find(({ harts, arbitration }) => harts === 8 && arbitration === 'fair')!;
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, 8)).toEqual(
      run.cycles.map(
        (cycles, hart) => `hart ${hart}: ${run.instret[hart]} instructions in ${cycles} cycles`,
      ),
    );
    expect(lines[8]).toMatch(/^\d+ of \d+ accesses lost a bank; exit code 0$/);
  });
});

describe('a new application', () => {
  it('builds and runs outside the repository, as PULP programmers type it', (context) => {
    const tools = ['riscv64-unknown-elf-gcc', 'make'];
    const missing = tools.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
    if (missing.length > 0) {
      const reason = `${missing.join(', ')} missing: apt-get install gcc-riscv64-unknown-elf make`;
      if (process.env['OCTOBAR_ALLOW_MISSING'] !== '1') expect.fail(reason);
      context.skip(`NOT RUN: ${reason}`);
    }
    expect(octobar('new', 'app', folder.path('blink')).status).toBe(0);
    const { status, stdout, stderr } = spawnSync(
      'make',
      ['-C', folder.path('blink'), 'clean', 'all', 'run', 'runner_args=-q --harts 4'],
      // Of an outer make only its flags would come along.
      { encoding: 'utf8', env: { ...process.env, MAKEFLAGS: '' } },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const lines = stdout.split('\n').filter((line) => line.startsWith('blink: '));
    expect(lines.toSorted()).toEqual([0, 1, 2, 3].map((core) => `blink: core ${core} of 4`));
  });
});

// npm walks folders in which other tests may just be building firmware: a file that vanishes is no failure.
it('the package holds what a user needs, and nothing of the tests', { retry: 3 }, () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: root,
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(stdout) as { files: { path: string }[] }[];
  const paths = files.map(({ path }) => path);
  const needed = `LICENSE NOTICE README.md package.json presets/garofalo2022.json
    dist/src/cli/main.js dist/src/session/index.d.ts firmware/rules.mk firmware/template/Makefile
    fixtures/validation/validation.json docs/stats-schema.json docs/generated/parameters.md`;
  for (const path of needed.split(/\s+/)) {
    expect(paths, path).toContain(path);
  }
  expect(paths.filter((path) => /^test\/|\/build\//.test(path))).toEqual([]);
});

it('the lock file names every optional package, also those of other systems', () => {
  // npm drops what the registry at hand lacks, and then `npm ci` refuses the whole file.
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  for (const { optionalDependencies = {} } of Object.values(lock.packages)) {
    for (const name of Object.keys(optionalDependencies)) {
      expect(Object.keys(lock.packages)).toContain(`node_modules/${name}`);
    }
  }
});
