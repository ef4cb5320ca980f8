/** Trained classifiers: small convolutional networks in whole numbers, as the training writes them. */
import { readFileSync } from 'node:fs';
import { OctobarError } from '../../emulator/sim/error.js';
import { messageOf } from '../datasets/cache.js';

export const modelSchema = 'octobar-classifier/1';

/** A convolution, square in every sense; on a 1 x 1 output it is a dense layer. */
export interface Weights {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly inputs: number;
  readonly outputs: number;
  /** [row][output], rows = kernel x kernel x inputs. */
  readonly weights: Int8Array;
}

/** code = clip(round(factor[o] * sum + offset[o]), lowest, highest) */
export interface Scaled extends Weights {
  readonly factor: readonly number[];
  readonly offset: readonly number[];
}

/** Compress and decompress are pointwise and fixed, like the layer that they stand beside. */
export interface Branch {
  readonly compress: Scaled;
  readonly res: Scaled;
  readonly decompress: Weights;
}

export interface Layer extends Scaled {
  /** Highest activation; 0 in the last layer, whose sums are scores. */
  readonly high: number;
  readonly branch?: Branch;
}

export interface Model {
  readonly name: string;
  /** Data that it was trained on. */
  readonly data: string;
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  /** A byte b of a picture enters as round(b * inputLevels / 255). */
  readonly inputLevels: number;
  readonly weightBits: number;
  readonly layers: readonly Layer[];
  /** What made it: command, options, seconds, accuracy on the validation pictures. */
  readonly training: Readonly<Record<string, string | number>>;
}

/** @throws OctobarError `file`, `image` */
export function readModel(path: string): Model {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new OctobarError('file', `cannot read the classifier ${path}: ${messageOf(cause)}`);
  }
  return parseModel(document, path);
}

const most = { layers: 16, side: 64, channels: 4096, weights: 1 << 22, classes: 1000 } as const;

/** @throws OctobarError `image` naming the first thing that is wrong */
export function parseModel(document: unknown, path: string): Model {
  const at = (what: string): OctobarError =>
    new OctobarError('image', `${path}: ${what}`, {
      hint: `a classifier is a JSON file of schema ${modelSchema}, written by npm run train:classifiers`,
    });
  const reader = new Reader(at);
  const root = reader.object(document, 'the document');
  if (root['schema'] !== modelSchema) throw at(`the schema is not ${modelSchema}`);
  const count = (key: string, high: number): number => reader.whole(root[key], key, 1, high);
  const side = count('side', most.side);
  const channels = count('channels', 16);
  const list = reader.list(root['layers'], 'layers', most.layers);
  const layers = list.map((entry, i) => reader.layer(entry, `layer ${i + 1}`));
  const classes = count('classes', most.classes);
  checkChain(layers, { side, channels, classes }, at);
  return {
    name: reader.text(root['name'], 'name'),
    data: reader.text(root['data'], 'data'),
    side,
    channels,
    classes,
    inputLevels: count('inputLevels', 255),
    weightBits: count('weightBits', 8),
    layers,
    training: reader.object(root['training'] ?? {}, 'training') as Model['training'],
  };
}

type Complain = (what: string) => OctobarError;

export const outSide = (inSide: number, { kernel, stride, pad }: Weights): number =>
  Math.floor((inSide + 2 * pad - kernel) / stride) + 1;

function checkChain(
  layers: readonly Layer[],
  { side, channels, classes }: Pick<Model, 'side' | 'channels' | 'classes'>,
  at: Complain,
): void {
  let [width, inputs] = [side, channels];
  for (const [i, layer] of layers.entries()) {
    const name = `layer ${i + 1}`;
    if (layer.inputs !== inputs)
      throw at(`${name} has ${layer.inputs} inputs, ${inputs} come to it`);
    width = outSide(width, layer);
    if (width < 1) throw at(`${name} has a window larger than its input`);
    inputs = layer.outputs;
    if ((layer.high === 0) !== (i === layers.length - 1))
      throw at(`${name}: all layers but the last one have a highest activation`);
  }
  if (layers.length === 0 || width !== 1 || inputs !== classes)
    throw at('the last layer does not give one score for each class');
}

class Reader {
  constructor(private readonly at: Complain) {}

  object(value: unknown, what: string): Record<string, unknown> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
    throw this.at(`${what} is no object`);
  }

  list(value: unknown, what: string, high: number): unknown[] {
    if (Array.isArray(value) && value.length <= high) return value;
    throw this.at(`${what} is no list of at most ${high}`);
  }

  text(value: unknown, what: string): string {
    if (typeof value === 'string' && value.length <= 200) return value;
    throw this.at(`${what} is no text`);
  }

  whole(value: unknown, what: string, low: number, high: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high)
      return value;
    throw this.at(`${what} is no whole number from ${low} to ${high}`);
  }

  layer(entry: unknown, what: string): Layer {
    const fields = this.object(entry, what);
    const branch = fields['branch'];
    const layer = {
      ...this.scaled(entry, what),
      high: this.whole(fields['high'], `${what}, high`, 0, 255),
    };
    return branch === undefined ? layer : { ...layer, branch: this.branch(branch, layer, what) };
  }

  private branch(entry: unknown, layer: Weights, what: string): Branch {
    const fields = this.object(entry, `${what}, branch`);
    const compress = this.scaled(fields['compress'], `${what}, compress`);
    const res = this.scaled(fields['res'], `${what}, res`);
    const decompress = this.weights(fields['decompress'], `${what}, decompress`);
    const sound =
      compress.kernel === 1 &&
      decompress.kernel === 1 &&
      compress.inputs === layer.inputs &&
      compress.outputs === res.inputs &&
      res.outputs === decompress.inputs &&
      decompress.outputs === layer.outputs &&
      res.kernel === layer.kernel &&
      res.stride === layer.stride &&
      res.pad === layer.pad &&
      // The branch's result lies in the spaces between the windows of the layer
      res.outputs <= layer.stride * layer.inputs &&
      res.outputs <= layer.kernel * layer.inputs;
    if (!sound) throw this.at(`${what}: the branch does not fit the layer`);
    return { compress, res, decompress };
  }

  private scaled(entry: unknown, what: string): Scaled {
    const weights = this.weights(entry, what);
    const fields = this.object(entry, what);
    const table = (key: string): number[] => {
      const list = this.list(fields[key], `${what}, ${key}`, weights.outputs);
      if (list.length !== weights.outputs)
        throw this.at(`${what}: ${key} has not one entry an output`);
      return list.map((value) => {
        if (typeof value === 'number' && Math.abs(value) < 1e6) return value;
        throw this.at(`${what}: ${key} holds ${String(value)}`);
      });
    };
    return { ...weights, factor: table('factor'), offset: table('offset') };
  }

  private weights(entry: unknown, what: string): Weights {
    const fields = this.object(entry, what);
    const size = (key: string, low: number, high: number): number =>
      this.whole(fields[key], `${what}, ${key}`, low, high);
    const [kernel, stride, pad] = [size('kernel', 1, 64), size('stride', 1, 8), size('pad', 0, 8)];
    const [inputs, outputs] = [size('inputs', 1, most.channels), size('outputs', 1, most.channels)];
    const count = kernel * kernel * inputs * outputs;
    const coded = fields['weights'];
    if (count > most.weights || typeof coded !== 'string') throw this.at(`${what}: no weights`);
    const bytes = Buffer.from(coded, 'base64');
    if (bytes.length !== count)
      throw this.at(`${what}: ${bytes.length} weights, ${count} expected`);
    return { kernel, stride, pad, inputs, outputs, weights: new Int8Array(bytes) };
  }
}
