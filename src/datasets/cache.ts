import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';

/** Receives one line of text for people; library code itself never prints. */
export type Progress = (message: string) => void;

/** `$OCTOBAR_CACHE`, or `octobar` in the user's cache folder. */
export function cacheFolder(): string {
  const chosen = process.env['OCTOBAR_CACHE'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const base = process.env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'octobar');
}

/** SHA-256 in lower-case hexadecimal. */
export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** Bytes of a cached file, or undefined when it is absent or does not have the digest. */
export function readCached(name: string, digest: string): Uint8Array | undefined {
  const path = join(cacheFolder(), name);
  if (!existsSync(path)) return undefined;
  const bytes = new Uint8Array(readFileSync(path));
  return sha256(bytes) === digest ? bytes : undefined;
}

/**
 * Puts a file into the cache under its final name only when it is complete, so that an interrupted
 * run or a second process never sees half of it.
 */
export function writeCached(name: string, bytes: Uint8Array): void {
  const path = join(cacheFolder(), name);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const partial = `${path}.${process.pid}.partial`;
    writeFileSync(partial, bytes);
    renameSync(partial, path);
  } catch (cause) {
    throw new OctobarError('file', `cannot write the cache file ${path}: ${messageOf(cause)}`, {
      hint: 'set OCTOBAR_CACHE to a folder that can be written',
    });
  }
}

/** Text of whatever was thrown. */
export const messageOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause);

/** Bytes of a cached file that carries its own digest, or undefined when it is absent. */
export function readCachedUnchecked(name: string): Uint8Array | undefined {
  const path = join(cacheFolder(), name);
  return existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
}
