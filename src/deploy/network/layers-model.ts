import { OctobarError } from '../../../emulator/sim/error.js';
import type { LayersModelFiles } from '../../datasets/nsfwjs.js';
import type { Literal } from '../../datasets/script-literal.js';

/** One layer of a Keras functional model. */
export interface KerasLayer {
  readonly name: string;
  readonly kind: string;
  readonly config: Record;
  /** Names of the layers that feed it. */
  readonly inputs: readonly string[];
}

/** A weight tensor with its values restored from 8-bit codes. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export interface LayersModel {
  readonly layers: ReadonlyMap<string, KerasLayer>;
  tensor(name: string, shape: readonly number[]): Tensor;
}

type Record = { readonly [key: string]: Literal };

/** The error of every malformed model. */
export const badModel = (reason: string): OctobarError =>
  new OctobarError('image', `the model cannot be imported: ${reason}`, {
    hint: 'octobar imports the tfjs LayersModel of MobileNetV2 that nsfwjs 4.4.0 ships',
  });

/**
 * Reads a tfjs LayersModel: its layers by name and its weights, which are 8-bit affine codes
 * (value = code * scale + min).
 *
 * @throws OctobarError `image` when anything is missing, of the wrong shape, or out of bounds.
 */
export function readLayersModel(files: LayersModelFiles): LayersModel {
  const root = record(files.description, 'the description');
  const topology = record(root['modelTopology'], 'modelTopology');
  const config = record(record(topology['model_config'], 'model_config')['config'], 'config');
  const layers = new Map<string, KerasLayer>();
  for (const item of list(config['layers'], 'layers')) {
    const layer = readLayer(record(item, 'a layer'));
    layers.set(layer.name, layer);
  }
  const tensors = readTensors(list(root['weightsManifest'], 'weightsManifest'), files.weights);
  return {
    layers,
    tensor(name, shape) {
      const found = tensors.get(name);
      if (found === undefined) throw badModel(`there is no weight ${name}`);
      if (found.shape.join() !== shape.join()) {
        throw badModel(`weight ${name} has shape [${found.shape}], expected [${shape}]`);
      }
      return found;
    },
  };
}

function readLayer(layer: Record): KerasLayer {
  const name = string(layer['name'], 'the name of a layer');
  const nodes = list(layer['inbound_nodes'], `inbound_nodes of ${name}`);
  const inputs = nodes
    .flatMap((node) => list(node, `a node of ${name}`))
    .map((edge) => string(list(edge, `an input of ${name}`)[0], `an input of ${name}`));
  return {
    name,
    kind: string(layer['class_name'], `class_name of ${name}`),
    config: record(layer['config'], `config of ${name}`),
    inputs,
  };
}

function readTensors(groups: readonly Literal[], bytes: Uint8Array): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  let at = 0;
  for (const group of groups) {
    for (const item of list(record(group, 'a weight group')['weights'], 'weights')) {
      const entry = record(item, 'a weight');
      const name = string(entry['name'], 'the name of a weight');
      const shape = list(entry['shape'], `shape of ${name}`).map((size) =>
        whole(size, `shape of ${name}`),
      );
      const count = shape.reduce((product, size) => product * size, 1);
      if (at + count > bytes.length) throw badModel(`weight ${name} passes the end of the file`);
      tensors.set(name, { shape, values: restore(entry, name, bytes.subarray(at, at + count)) });
      at += count;
    }
  }
  if (at !== bytes.length) throw badModel(`${bytes.length - at} bytes of weights are left over`);
  return tensors;
}

function restore(entry: Record, name: string, codes: Uint8Array): Float64Array {
  const quantisation = record(entry['quantization'], `quantization of ${name}`);
  if (quantisation['dtype'] !== 'uint8') throw badModel(`weight ${name} is not stored as uint8`);
  const scale = finite(quantisation['scale'], `scale of ${name}`);
  const min = finite(quantisation['min'], `min of ${name}`);
  return Float64Array.from(codes, (code) => code * scale + min);
}

function record(value: Literal | undefined, what: string): Record {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw badModel(`${what} is not an object`);
  }
  return value;
}

/** The value as a list, or an error that names it. */
export function list(value: Literal | undefined, what: string): readonly Literal[] {
  if (!Array.isArray(value)) throw badModel(`${what} is not a list`);
  return value;
}

function string(value: Literal | undefined, what: string): string {
  if (typeof value !== 'string') throw badModel(`${what} is not a string`);
  return value;
}

function finite(value: Literal | undefined, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw badModel(`${what} is not a number`);
  }
  return value;
}

/** The value as a positive whole number, or an error that names it. */
export function whole(value: Literal | undefined, what: string): number {
  const number = finite(value, what);
  if (!Number.isSafeInteger(number) || number < 1 || number > 1 << 24) {
    throw badModel(`${what} is ${number}, expected a positive whole number`);
  }
  return number;
}
