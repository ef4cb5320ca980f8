import type { Literal } from '../../datasets/script-literal.js';
import { float16 } from './float16.js';
import { finite, list, record, text, whole } from './literal.js';
import { modelError } from './errors.js';

/** A weight tensor with its values restored. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface Coding {
  readonly bytes: number;
  decode(codes: DataView, at: number): number;
}

const plain: { readonly [dtype: string]: Coding } = {
  float32: { bytes: 4, decode: (view, at) => view.getFloat32(at, true) },
  int32: { bytes: 4, decode: (view, at) => view.getInt32(at, true) },
  uint8: { bytes: 1, decode: (view, at) => view.getUint8(at) },
  bool: { bytes: 1, decode: (view, at) => view.getUint8(at) },
};

/**
 * The weights of a tfjs model: all shards one after the other, each entry of the manifest as
 * float32, int32, float16 or 8- and 16-bit affine codes (value = code * scale + min).
 *
 * @throws OctobarError `image` naming the weight that is malformed or passes the end.
 */
export function readTfjsWeights(
  manifest: Literal | undefined,
  bytes: Uint8Array,
): Map<string, WeightTensor> {
  const tensors = new Map<string, WeightTensor>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (const group of list(manifest, 'weightsManifest')) {
    for (const item of list(record(group, 'a weight group')['weights'], 'weights')) {
      const entry = record(item, 'a weight');
      const name = text(entry['name'], 'the name of a weight');
      if (tensors.has(name)) throw modelError(`there are two weights ${name}`);
      const shape = list(entry['shape'], `shape of ${name}`).map((size) =>
        whole(size, `shape of ${name}`),
      );
      const count = shape.reduce((product, size) => product * size, 1);
      const coding = codingOf(entry, name);
      const end = at + count * coding.bytes;
      if (!(end <= bytes.length)) throw modelError(`weight ${name} passes the end of the file`);
      const values = new Float32Array(count);
      for (let i = 0; i < count; i += 1) values[i] = coding.decode(view, at + i * coding.bytes);
      tensors.set(name, { shape, values });
      at = end;
    }
  }
  if (at !== bytes.length) throw modelError(`${bytes.length - at} bytes of weights are left over`);
  return tensors;
}

function codingOf(entry: { readonly [key: string]: Literal }, name: string): Coding {
  const coded = entry['quantization'];
  if (coded === undefined) {
    const dtype = text(entry['dtype'], `dtype of ${name}`);
    if (!Object.hasOwn(plain, dtype)) throw modelError(`weight ${name} has the type ${dtype}`);
    return plain[dtype]!;
  }
  const quantisation = record(coded, `quantization of ${name}`);
  const dtype = text(quantisation['dtype'], `quantization of ${name}`);
  if (dtype === 'float16') {
    return { bytes: 2, decode: (view, at) => float16(view.getUint16(at, true)) };
  }
  const scale = finite(quantisation['scale'], `scale of ${name}`);
  const min = finite(quantisation['min'], `min of ${name}`);
  if (dtype === 'uint8') return { bytes: 1, decode: (view, at) => view.getUint8(at) * scale + min };
  if (dtype !== 'uint16') throw modelError(`weight ${name} is stored as ${dtype}`);
  return { bytes: 2, decode: (view, at) => view.getUint16(at, true) * scale + min };
}
