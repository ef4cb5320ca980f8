/** Names of sources come out of untrusted files: nothing outside the folders is read. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SourceFiles } from '../../src/profile/source-files.js';

const folder = mkdtempSync(join(tmpdir(), 'octobar-sources-'));
const inside = join(folder, 'project');

beforeAll(() => {
  mkdirSync(join(inside, 'src'), { recursive: true });
  writeFileSync(join(inside, 'src', 'kernel.c'), 'one\ntwo\n');
  writeFileSync(join(folder, 'secret.c'), 'secret\n');
  mkdirSync(join(folder, 'project-2'));
  writeFileSync(join(folder, 'project-2', 'near.c'), 'near\n');
  writeFileSync(join(inside, 'notes.txt'), 'notes\n');
  symlinkSync(join(inside, 'notes.txt'), join(inside, 'notes.c'));
  symlinkSync(join(folder, 'secret.c'), join(inside, 'link.c'));
  symlinkSync(folder, join(inside, 'up'));
  symlinkSync(join(inside, 'src'), join(inside, 'same'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('finds a file below a folder, also when its name begins elsewhere', () => {
  const files = new SourceFiles([inside]);
  const expected = ['one', 'two', ''];
  for (const name of [
    'src/kernel.c',
    'app/src/kernel.c',
    '/build/x/src/kernel.c',
    'src/../src/kernel.c',
    'same/kernel.c',
  ]) {
    expect(files.lines(name), name).toEqual(expected);
  }
});

it('opens nothing else, whatever the name', () => {
  const files = new SourceFiles([inside]);
  const names = [
    '../secret.c',
    'src/../../secret.c',
    join(folder, 'secret.c'),
    'link.c',
    'notes.txt',
    'notes.c',
    'up/secret.c',
    '../project-2/near.c',
    '/etc/passwd',
    '..\\secret.c',
    'src',
    '',
    '/',
    'src/kernel.c\0',
  ];
  for (const name of names) expect(files.lines(name), name).toBeUndefined();
});

it('knows the firmware of the package, by the names that its images have', () => {
  const files = new SourceFiles();
  expect(files.lines('firmware/runtime/../hal/mmio.h')?.join()).toContain('mmio_write');
  expect(files.lines('hello/hello.c')?.join()).toContain('main');
  expect(files.lines('bottleneck/main.c')?.join()).toContain('main');
  expect(files.lines('firmware/../package.json')).toBeUndefined();
});

it('refuses a folder that does not exist, and leaves out files that are too large', () => {
  writeFileSync(join(inside, 'large.c'), 'x'.repeat(2_000_001));
  expect(() => new SourceFiles([join(folder, 'nowhere')])).toThrow(/nowhere does not exist/);
  const files = new SourceFiles([inside]);
  expect(files.lines('large.c')).toBeUndefined();
  expect(files.lines('src/kernel.c')).toBeDefined();
});
