/** A model as matrix-vector products in the order in which they run, and where tensors lie between them. */
import { outSide } from './model.js';
import type { Model, Scaled, Weights } from './model.js';

/** A tensor of bytes in the workspace: [side][side][channels] with a border of zeros. */
export interface Tensor {
  readonly at: number;
  readonly side: number;
  readonly channels: number;
  readonly pad: number;
}

export const pitchOf = ({ side, pad, channels }: Tensor): number => (side + 2 * pad) * channels;
export const bytesOf = (tensor: Tensor): number => (tensor.side + 2 * tensor.pad) * pitchOf(tensor);
/** Of the first value that is no border. */
export const interiorOf = (tensor: Tensor): number =>
  tensor.at + tensor.pad * (pitchOf(tensor) + tensor.channels);

/** Bytes from an output pixel to the next one, and from a row of them to the next. */
export interface Destination {
  readonly at: number;
  readonly pixel: number;
  readonly row: number;
}

export interface Product {
  readonly name: string;
  readonly weights: Weights;
  /** Absent: the sums themselves are the result, four bytes each. */
  readonly scaled?: Scaled;
  /** Weights that come with the chip. */
  readonly fixed: boolean;
  readonly source: Tensor;
  /** Where the windows start: the border included, or the interior where there is no window. */
  readonly from: number;
  /** Outputs a side. */
  readonly side: number;
  readonly destination: Destination;
  readonly low: number;
  readonly high: number;
  /** Rows behind those of the window, and the distance from the window's start to where their inputs lie. */
  readonly added?: { readonly weights: Weights; readonly distance: number };
}

export interface Layout {
  readonly products: readonly Product[];
  /** Pictures go to the two in turn. */
  readonly pictures: readonly [Tensor, Tensor];
  readonly scores: number;
  /** One behind the last byte. */
  readonly end: number;
}

const align = (value: number): number => Math.ceil(value / 16) * 16;

/** @param start of the tensors in the workspace */
export function layoutOf(model: Model, start: number): Layout {
  let at = align(start);
  const take = (bytes: number): number => {
    const from = at;
    at = align(at + bytes);
    return from;
  };
  const tensor = (side: number, channels: number, pad: number): Tensor => {
    const shape = { at: 0, side, channels, pad };
    return { ...shape, at: take(bytesOf(shape)) };
  };
  const products: Product[] = [];
  const first = model.layers[0]!;
  const picture = tensor(model.side, model.channels, first.pad);
  const second = tensor(model.side, model.channels, first.pad);
  const scores = take(4 * model.classes);
  let source = picture;
  model.layers.forEach((layer, i) => {
    const name = `layer${i + 1}`;
    const side = outSide(source.side, layer);
    const last = i === model.layers.length - 1;
    const next = last ? undefined : tensor(side, layer.outputs, model.layers[i + 1]!.pad);
    const { branch } = layer;
    const common = { weights: layer, source, from: source.at, side, low: 0, high: layer.high };
    const main: Product = {
      ...common,
      name,
      // With branches the trunk is fixed; the last layer belongs to the task.
      fixed: !last && model.layers.some((other) => other.branch !== undefined),
      ...(next === undefined ? {} : { scaled: layer }),
      destination: next === undefined ? { at: scores, pixel: 0, row: 0 } : tightly(next),
    };
    if (branch === undefined) products.push(main);
    else {
      const small = tensor(source.side, branch.compress.outputs, source.pad);
      const distance = take(bytesOf(source)) - source.at;
      const signed = { low: -127, high: 127 };
      products.push(
        {
          ...signed,
          name: `${name}.compress`,
          weights: branch.compress,
          scaled: branch.compress,
          fixed: true,
          source,
          from: interiorOf(source),
          side: source.side,
          destination: tightly(small),
        },
        {
          ...signed,
          name: `${name}.res`,
          weights: branch.res,
          scaled: branch.res,
          fixed: false,
          source: small,
          from: small.at,
          side,
          // Spread out as the windows of the layer are, so that one job reads both.
          destination: {
            at: source.at + distance,
            pixel: layer.stride * source.channels,
            row: layer.stride * pitchOf(source),
          },
        },
        { ...main, added: { weights: branch.decompress, distance } },
      );
    }
    if (next !== undefined) source = next;
  });
  return { products, pictures: [picture, second], scores, end: at };
}

const tightly = (tensor: Tensor): Destination => ({
  at: interiorOf(tensor),
  pixel: tensor.channels,
  row: pitchOf(tensor),
});

export const rowsOf = ({ kernel, inputs }: Weights): number => kernel * kernel * inputs;
