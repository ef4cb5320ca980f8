import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { OctobarError } from '../../emulator/sim/error.js';
import { extractFiles } from '../../src/datasets/tar.js';

/** One ustar entry: name at 0, octal size at 124, prefix at 345, content padded to 512. */
function entry(name: string, content: string, change?: { size?: string; prefix?: string }): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 'latin1');
  const size = change?.size ?? content.length.toString(8).padStart(11, '0');
  header.write(`${size}\0`, 124, 'latin1');
  header.write('ustar', 257, 'latin1');
  if (change?.prefix !== undefined) header.write(change.prefix, 345, 'latin1');
  const padded = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  padded.write(content, 'latin1');
  return Buffer.concat([header, padded]);
}

const archive = (...entries: Buffer[]): Uint8Array =>
  new Uint8Array(gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)])));

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('tarball', () => {
  test('files by name, in the order asked for', () => {
    const tgz = archive(entry('a', 'first'), entry('b', 'x'.repeat(600)), entry('c', ''));
    const [b, a, c] = extractFiles(tgz, ['b', 'a', 'c']);
    expect([text(a!), text(b!).length, text(c!)]).toEqual(['first', 600, '']);
  });

  test('a long name split into prefix and name', () => {
    const tgz = archive(entry('file', 'here', { prefix: 'package/dist' }));
    expect(text(extractFiles(tgz, ['package/dist/file'])[0]!)).toBe('here');
  });

  test.each([
    ['no gzip', new Uint8Array([1, 2, 3])],
    ['cut gzip', archive(entry('a', 'x'.repeat(5000))).subarray(0, 30)],
    ['no such file', archive(entry('b', ''))],
    ['size that is no number', archive(entry('a', '', { size: '99999999999' }))],
    ['size past the end', archive(entry('a', '', { size: '77777777777' }))],
    ['negative size', archive(entry('a', '', { size: '-1' }))],
  ])('%s is an error', (_, bytes) => {
    expect(() => extractFiles(bytes, ['a'])).toThrow(OctobarError);
  });
});
