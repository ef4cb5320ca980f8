/** Rows of the tensors of a group, stripe by stripe. */
import { windowOf, type NetworkShape } from '../map/network-shape.js';
import type { Group } from './groups.js';

/** Rows [from, to). */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

export const count = (rows: Rows): number => rows.to - rows.from;

/** What one stripe needs of one tensor. */
export interface StripeTensor {
  /** Rows that its buffer holds. */
  readonly rows: Rows;
  /** Those of them that are computed or fetched in this stripe. */
  readonly fresh: Rows;
}

export interface Stripe {
  /** Of the input and of the output of each layer, in order: one more than layers. */
  readonly tensors: readonly StripeTensor[];
}

/** Input rows under a range of output rows. */
export function rowsUnder(shape: NetworkShape, layer: number, out: Rows): Rows {
  const node = shape.layers[layer]!;
  const { kernelHeight, strideY, padTop } = windowOf(node);
  const { height } = shape.tensor(node.inputs[0]!);
  // Below the last window nothing is needed any more.
  if (count(out) === 0) return { from: height, to: height };
  return {
    from: Math.min(height, Math.max(0, out.from * strideY - padTop)),
    to: Math.min(height, Math.max(0, (out.to - 1) * strideY - padTop + kernelHeight)),
  };
}

/** Rows of padding above the first input row of a piece of a layer. */
export function paddingAbove(shape: NetworkShape, layer: number, out: Rows): number {
  const { strideY, padTop } = windowOf(shape.layers[layer]!);
  return Math.max(0, padTop - out.from * strideY);
}

/** Stripes of a group for `rows` output rows each. */
export function stripesOf(shape: NetworkShape, group: Group, rows: number): Stripe[] {
  const { height } = shape.tensor(group.output);
  const depth = group.layers.length;
  /** One behind the last row of each tensor that exists so far. */
  const done: number[] = Array.from({ length: depth }, () => 0);
  const stripes: Stripe[] = [];
  for (let from = 0; from < height; from += rows) {
    const tensors: StripeTensor[] = [];
    const out = { from, to: Math.min(height, from + rows) };
    tensors[depth] = { rows: out, fresh: out };
    for (let t = depth - 1; t >= 0; t -= 1) {
      const held = rowsUnder(shape, group.layers[t]!, tensors[t + 1]!.fresh);
      // The input comes from elsewhere and is fetched whole; inner tensors keep what they have.
      const start = t === 0 ? held.from : Math.max(held.from, Math.min(done[t]!, held.to));
      tensors[t] = { rows: held, fresh: { from: start, to: held.to } };
      done[t] = Math.max(done[t]!, held.to);
    }
    stripes.push({ tensors });
  }
  return stripes;
}
