/** A training run in a file: one line with a digest, then compressed JSON with arrays as base64. */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { OctobarError } from '../../emulator/sim/error.js';
import { messageOf, sha256 } from '../datasets/cache.js';

const schema = 'octobar-checkpoint/1';
const largestFile = 2 ** 28;
const largestContent = 2 ** 29;

const kinds = {
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
} as const;

/** @throws OctobarError `file` */
export function writeCheckpoint(path: string, content: unknown): void {
  const packed = gzipSync(JSON.stringify(content, pack), { level: 1 });
  try {
    // Complete under another name first: an interrupted run leaves the last checkpoint as it was.
    const partial = `${path}.${process.pid}.partial`;
    writeFileSync(partial, Buffer.concat([Buffer.from(`${schema} ${sha256(packed)}\n`), packed]));
    renameSync(partial, path);
  } catch (cause) {
    throw new OctobarError('file', `cannot write the checkpoint ${path}: ${messageOf(cause)}`);
  }
}

/** @throws OctobarError `file`, or `image` when it is not what `writeCheckpoint` wrote */
export function readCheckpoint(path: string): unknown {
  const bytes = readWhole(path);
  const end = bytes.indexOf(10);
  const [name, digest] = bytes.toString('latin1', 0, Math.max(0, Math.min(end, 200))).split(' ');
  const packed = bytes.subarray(end + 1);
  if (name !== schema || sha256(packed) !== digest)
    throw new OctobarError('image', `${path} is no checkpoint, or was damaged`, {
      hint: 'give a file that octobar train --checkpoint has written',
    });
  try {
    const text = gunzipSync(packed, { maxOutputLength: largestContent }).toString('utf8');
    return JSON.parse(text, unpack);
  } catch (cause) {
    throw new OctobarError('image', `${path} cannot be read: ${messageOf(cause)}`);
  }
}

function readWhole(path: string): Buffer {
  try {
    if (statSync(path).size > largestFile) throw new Error('it is larger than any checkpoint');
    return readFileSync(path);
  } catch (cause) {
    throw new OctobarError('file', `cannot read the checkpoint ${path}: ${messageOf(cause)}`);
  }
}

interface Packed {
  $array: keyof typeof kinds;
  base64: string;
}

function pack(_key: string, value: unknown): unknown {
  if (!ArrayBuffer.isView(value)) return value;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const $array = value.constructor.name as keyof typeof kinds;
  if (!(($array as string) in kinds))
    throw new OctobarError('internal', `a snapshot has an array of kind ${$array}`);
  return { $array, base64: bytes.toString('base64') } satisfies Packed;
}

function unpack(_key: string, value: unknown): unknown {
  const packed = value as Packed | null;
  if (typeof packed !== 'object' || packed === null || typeof packed.$array !== 'string')
    return value;
  const kind = Object.hasOwn(kinds, packed.$array) ? kinds[packed.$array] : undefined;
  if (kind === undefined || typeof packed.base64 !== 'string') throw new Error('an unknown array');
  const bytes = Uint8Array.from(Buffer.from(packed.base64, 'base64'));
  return new kind(bytes.buffer);
}
