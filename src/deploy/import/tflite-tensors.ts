import { modelError } from './errors.js';
import { float16 } from './float16.js';
import type { FlatTable } from './flatbuffer.js';

/** A tensor of a TensorFlow Lite file. */
export interface LiteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Bytes of a constant. */
  readonly data: Uint8Array | undefined;
  /** The values of a constant, decoded. */
  values(): Float32Array;
}

interface Coding {
  readonly bytes: number;
  get(view: DataView, at: number): number;
}

const codings: { readonly [type: number]: Coding } = {
  0: { bytes: 4, get: (view, at) => view.getFloat32(at, true) },
  1: { bytes: 2, get: (view, at) => float16(view.getUint16(at, true)) },
  2: { bytes: 4, get: (view, at) => view.getInt32(at, true) },
};

const mostElements = 1 << 26;

/** All tensors of a graph, with unique names. */
export function readTensors(
  tables: readonly FlatTable[],
  buffers: readonly FlatTable[],
): LiteTensor[] {
  const seen = new Set<string>();
  return tables.map((table, i) => {
    const given = table.string(3);
    const name = given === '' || seen.has(given) ? `${given}#${i}` : given;
    seen.add(name);
    const shape = table.int32s(0);
    const type = table.uint8(1, 0);
    const buffer = buffers[table.uint32(2, 0)];
    if (buffer === undefined) throw modelError(`tensor "${name}" has no buffer`);
    const bytes = buffer.bytes(0);
    const data = bytes.length === 0 ? undefined : bytes;
    return { name, shape, data, values: () => decode(name, shape, type, data) };
  });
}

function decode(
  name: string,
  shape: readonly number[],
  type: number,
  data: Uint8Array | undefined,
): Float32Array {
  const coding = codings[type];
  if (coding === undefined) {
    throw modelError(`weight "${name}" has type ${type}; float32, float16 and int32 are supported`);
  }
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (size < 1 || count > mostElements) throw modelError(`weight "${name}" has shape [${shape}]`);
  }
  if (data === undefined || data.length !== count * coding.bytes) {
    throw modelError(`weight "${name}" of shape [${shape}] has ${data?.length ?? 0} bytes`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 1) out[i] = coding.get(view, i * coding.bytes);
  return out;
}

/** [out][kernel rows][kernel columns][in] as [kernel rows][kernel columns][in][out]. */
export function hwioWeights(kernel: LiteTensor): Float32Array {
  const values = kernel.values();
  const outputs = kernel.shape[0]!;
  return transposed(values, outputs, values.length / outputs);
}

/** [out][in] as [in][out]. */
export const fullyConnectedWeights = hwioWeights;

/** [a][b] as [b][a]. */
export function transposed(values: Float32Array, a: number, b: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < a; i += 1) {
    for (let j = 0; j < b; j += 1) out[j * a + i] = values[i * b + j]!;
  }
  return out;
}
