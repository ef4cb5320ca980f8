import { OctobarError } from '../../emulator/sim/error.js';
import { sha256 } from '../datasets/cache.js';

/**
 * A file of named tensors: one line of JSON (`meta`, the table of tensors, the digest of what
 * follows), a line feed, then the tensors' little-endian bytes one after the other.
 */
const format = 'octobar-tensors/1';

const kinds = {
  i8: Int8Array,
  i32: Int32Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;
type Kind = keyof typeof kinds;
export type Tensor = Int8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

export interface TensorFile<Meta> {
  readonly meta: Meta;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

interface Header<Meta> {
  readonly format: string;
  readonly meta: Meta;
  readonly tensors: readonly {
    readonly name: string;
    readonly kind: Kind;
    readonly length: number;
  }[];
  readonly sha256: string;
}

export function encodeTensors<Meta>(file: TensorFile<Meta>): Uint8Array {
  const names = [...file.tensors.keys()];
  const parts = [...file.tensors.values()].map(
    (tensor) => new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength),
  );
  const payload = Buffer.concat(parts);
  const header: Header<Meta> = {
    format,
    meta: file.meta,
    tensors: names.map((name) => {
      const tensor = file.tensors.get(name)!;
      return { name, kind: kindOf(tensor), length: tensor.length };
    }),
    sha256: sha256(payload),
  };
  return new Uint8Array(Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), payload]));
}

/**
 * Reads a file of tensors. `Meta` is what the caller wrote; the digest guards the payload, so only
 * files of our own making come as far as being interpreted.
 *
 * @throws OctobarError `image` when the file is not one or is damaged.
 */
export function decodeTensors<Meta>(bytes: Uint8Array, name: string): TensorFile<Meta> {
  const bad = (reason: string): OctobarError =>
    new OctobarError('image', `${name} is malformed: ${reason}`, {
      hint: 'restore the file, or delete it when it lies in the cache folder',
    });
  const end = bytes.indexOf(0x0a);
  if (end < 0) throw bad('it has no header line');
  let header: Header<Meta>;
  try {
    header = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString('utf8')) as Header<Meta>;
  } catch {
    throw bad('its header is not JSON');
  }
  if (header.format !== format) throw bad(`its format is not ${format}`);
  const payload = bytes.subarray(end + 1);
  if (sha256(payload) !== header.sha256) throw bad('its content does not have the digest');
  const tensors = new Map<string, Tensor>();
  let at = 0;
  for (const entry of header.tensors) {
    const type = kinds[entry.kind];
    if (type === undefined) throw bad(`tensor ${entry.name} is of unknown kind`);
    const size = entry.length * type.BYTES_PER_ELEMENT;
    if (!(size >= 0) || at + size > payload.length) throw bad(`tensor ${entry.name} is cut off`);
    // slice() copies, so that the view starts at an aligned offset of its own buffer.
    tensors.set(entry.name, new type(payload.slice(at, at + size).buffer));
    at += size;
  }
  return { meta: header.meta, tensors };
}

const kindOf = (tensor: Tensor): Kind =>
  (Object.keys(kinds) as Kind[]).find((kind) => tensor instanceof kinds[kind])!;
