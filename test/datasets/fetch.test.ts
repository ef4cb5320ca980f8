import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cacheFolder, readCached, sha256, writeCached } from '../../src/datasets/cache.js';
import { fetchNpmTarball } from '../../src/datasets/npm-tarball.js';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octobar-test-'));
  vi.stubEnv('OCTOBAR_CACHE', join(folder, 'cache'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const content = Buffer.from('tarball');
const tarball = { name: 'example', version: '1.2.3', sha256: sha256(content), bytes: 7 };

/** An `npm` of our own on the PATH that answers as the shell script says. */
function fakeNpm(script: string): void {
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:/bin:/usr/bin`);
}

/** A script that writes text as the packed file into the --pack-destination. */
const packs = (text: string): string =>
  `for a in "$@"; do case $a in --pack-destination=*) d=\${a#*=};; esac; done; printf '${text}' > "$d/example-1.2.3.tgz"`;

describe('cache', () => {
  test('follows OCTOBAR_CACHE, then XDG_CACHE_HOME', () => {
    expect(cacheFolder()).toBe(join(folder, 'cache'));
    vi.stubEnv('OCTOBAR_CACHE', '');
    vi.stubEnv('XDG_CACHE_HOME', '/somewhere');
    expect(cacheFolder()).toBe('/somewhere/octobar');
  });

  test('a file counts only with its digest, and no half file stays behind', () => {
    writeCached('a/file', content);
    expect(Buffer.from(readCached('a/file', sha256(content))!)).toEqual(content);
    expect(readCached('a/file', sha256(Buffer.from('other')))).toBeUndefined();
    expect(readCached('absent', sha256(content))).toBeUndefined();
    expect(readdirSync(join(folder, 'cache', 'a'))).toEqual(['file']);
  });

  test('a folder that cannot be written is an error with a next step', () => {
    vi.stubEnv('OCTOBAR_CACHE', '/dev/null/cache');
    expect(() => writeCached('file', content)).toThrow(/OCTOBAR_CACHE/);
  });
});

describe('npm tarball', () => {
  test('is downloaded once and verified, and progress is told', async () => {
    fakeNpm(packs('tarball'));
    const told: string[] = [];
    const first = await fetchNpmTarball(tarball, (message) => told.push(message));
    expect(Buffer.from(first)).toEqual(content);
    expect(told.join('\n')).toContain('example 1.2.3');
    fakeNpm('exit 1');
    const second = await fetchNpmTarball(tarball, (message) => told.push(message));
    expect(Buffer.from(second)).toEqual(content);
    expect(told.length).toBe(2);
  });

  test('other bytes than expected are refused and not kept', async () => {
    fakeNpm(packs('altered'));
    await expect(fetchNpmTarball(tarball)).rejects.toMatchObject({ code: 'image' });
    expect(readCached('example-1.2.3.tgz', sha256(Buffer.from('altered')))).toBeUndefined();
  });

  test('a cached file that was damaged is fetched again', async () => {
    writeCached('example-1.2.3.tgz', Buffer.from('damaged'));
    fakeNpm(packs('tarball'));
    expect(Buffer.from(await fetchNpmTarball(tarball))).toEqual(content);
  });

  test.each([
    ['offline', 'echo "npm error code ENOTFOUND registry" >&2; exit 1', /ENOTFOUND/],
    ['no file packed', 'exit 0', /left no file/],
  ])('%s', async (_, script, message) => {
    fakeNpm(script);
    await expect(fetchNpmTarball(tarball)).rejects.toMatchObject({
      code: 'file',
      message: expect.stringMatching(message),
      context: { hint: expect.stringContaining('block 7 needs no download') },
    });
  });

  test('npm itself is missing', async () => {
    vi.stubEnv('PATH', folder);
    await expect(fetchNpmTarball(tarball)).rejects.toMatchObject({ code: 'file' });
  });
});
