import { gunzipSync } from 'node:zlib';
import { OctobarError } from '../../emulator/sim/error.js';
import { messageOf } from './cache.js';

const block = 512;

/** No tarball we read unpacks to more; guards against a decompression bomb. */
const largestArchive = 256 * 1024 * 1024;

const bad = (reason: string): OctobarError =>
  new OctobarError('image', `malformed package tarball: ${reason}`, {
    hint: 'delete the file from the cache folder and try again',
  });

/**
 * Contents of the named files of a gzipped ustar archive.
 *
 * @throws OctobarError `image` when the archive is damaged or a name is missing.
 */
export function extractFiles(archive: Uint8Array, names: readonly string[]): Uint8Array[] {
  const tar = unzip(archive);
  const found = new Map<string, Uint8Array>();
  for (let at = 0; at + block <= tar.length && tar[at] !== 0;) {
    const size = octal(tar, at + 124, 12);
    const name = text(tar, at, 100);
    const prefix = text(tar, at + 345, 155);
    const data = at + block;
    if (data + size > tar.length) throw bad(`entry ${name} passes the end of the archive`);
    found.set(prefix === '' ? name : `${prefix}/${name}`, tar.subarray(data, data + size));
    at = data + Math.ceil(size / block) * block;
  }
  return names.map((name) => {
    const data = found.get(name);
    if (data === undefined) throw bad(`no file ${name} in it`);
    return data;
  });
}

function unzip(archive: Uint8Array): Uint8Array {
  try {
    return gunzipSync(archive, { maxOutputLength: largestArchive });
  } catch (cause) {
    throw bad(messageOf(cause));
  }
}

function text(bytes: Uint8Array, from: number, length: number): string {
  let end = from;
  while (end < from + length && bytes[end] !== 0) end += 1;
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString('latin1');
}

function octal(bytes: Uint8Array, from: number, length: number): number {
  const digits = text(bytes, from, length).trim();
  if (!/^[0-7]{1,11}$/.test(digits)) throw bad(`size field "${digits}" is not an octal number`);
  return Number.parseInt(digits, 8);
}
