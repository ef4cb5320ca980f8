/** Compiles the kernels for this machine, with sanitizers where the compiler has them, and runs single cases. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../src/datasets/package-root.js';

const firmware = join(packageRoot(), 'firmware');
let folder = '';

export function compile(): void {
  folder = mkdtempSync(join(tmpdir(), 'octobar-native-'));
  const c = (room: string): string[] =>
    readdirSync(join(firmware, room))
      .filter((name) => name.endsWith('.c'))
      .map((name) => join(firmware, room, name));
  const base = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-I', firmware];
  const sources = [
    ...['kernels.c', 'layers.c'].map((name) => join(packageRoot(), 'test/firmware/native', name)),
    ...c('kernels'),
    ...c('host'),
  ];
  const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const build = (flags: string[]) =>
    spawnSync('cc', [...base, ...flags, ...sources, '-o', join(folder, 'kernels')], {
      encoding: 'utf8',
    });
  if (build(sanitizers).status === 0) return;
  const plain = build([]);
  if (plain.status !== 0) throw new Error(plain.stderr);
  process.stderr.write('cc has no sanitizers: kernel accesses are not watched\n');
}

/** One case: a line of numbers, then raw operands. Returns the output bytes. */
export function run(kernel: string, numbers: number[], operands: Uint8Array[]): Uint8Array {
  const input = Buffer.concat([Buffer.from(`${kernel} ${numbers.join(' ')}\n`), ...operands]);
  // The program ends after its cases and leaves its operands to the system.
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' };
  const result = spawnSync(join(folder, 'kernels'), { input, env, maxBuffer: 1 << 26 });
  expect(result.stderr.toString()).toBe('');
  expect(result.status).toBe(0);
  return new Uint8Array(result.stdout);
}

export function remove(): void {
  if (folder) rmSync(folder, { recursive: true });
}

export const bytes = (values: ArrayLike<number>): Uint8Array =>
  Uint8Array.from(values, (v) => v & 0xff);
export const words = (values: ArrayLike<number>): Uint8Array =>
  new Uint8Array(Int32Array.from(Array.from(values)).buffer);
export const doubles = (values: bigint[]): Uint8Array =>
  new Uint8Array(BigInt64Array.from(values).buffer);
