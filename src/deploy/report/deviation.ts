/** How far a planned network is from the trained one. */
import { FastNetwork } from '../fast/network.js';
import { pictureValues, runFloat } from '../float/executor.js';
import type { FloatGraph } from '../graph/float-graph.js';
import type { NetworkPlan } from '../graph/network-plan.js';
import { quantisePicture } from '../graph/picture-input.js';
import { cosine } from '../quantise/statistics.js';

export interface LayerDeviation {
  readonly name: string;
  /** Cosine to the trained network's tensor, mean and least over the pictures. */
  readonly mean: number;
  readonly least: number;
}

export interface PictureDeviation {
  readonly name: string;
  /** Real outputs of the trained network and of the plan. */
  readonly float: Float64Array;
  readonly quantised: Float64Array;
  /** Cosine of the outputs, their mean taken off: a shift of all logits changes no answer. */
  readonly centred: number;
  /** Cosine of the tensor before the classifier's dense layers. */
  readonly features: number;
}

export interface Deviation {
  readonly layers: readonly LayerDeviation[];
  readonly pictures: readonly PictureDeviation[];
}

/**
 * Runs pictures through both networks and compares every tensor.
 *
 * @param pictures RGB bytes of the network's size
 */
export function measureDeviation(
  graph: FloatGraph,
  plan: NetworkPlan,
  pictures: readonly { readonly name: string; readonly rgb: Uint8Array }[],
): Deviation {
  const fast = new FastNetwork(plan);
  const sums = plan.layers.map(() => ({ sum: 0, least: Infinity }));
  const [output] = plan.outputs as [string];
  const features = featureLayer(plan);
  const found = pictures.map(({ name, rgb }): PictureDeviation => {
    const real = runFloat(graph, pictureValues(graph.input, rgb));
    fast.run(quantisePicture(plan.input, rgb));
    plan.layers.forEach((layer, i) => {
      const value = cosine(fast.tensor(layer.name), real.get(layer.name)!);
      sums[i]!.sum += value;
      sums[i]!.least = Math.min(sums[i]!.least, value);
    });
    const { scale } = plan.layers.find((layer) => layer.name === output)!.output;
    const float = Float64Array.from(real.get(output)!);
    const quantised = Float64Array.from(fast.tensor(output), (code) => code * scale);
    return {
      name,
      float,
      quantised,
      centred: cosine(centred(float), centred(quantised)),
      features: cosine(fast.tensor(features), real.get(features)!),
    };
  });
  const layers = plan.layers.map(({ name }, i) => ({
    name,
    mean: sums[i]!.sum / pictures.length,
    least: sums[i]!.least,
  }));
  return { layers, pictures: found };
}

/** The tensor that describes a picture: the last pooling layer, or the last layer where there is none. */
export function featureLayer(plan: NetworkPlan): string {
  const pool = plan.layers.findLast((layer) => layer.kind === 'average-pool');
  return pool?.name ?? plan.layers.at(-1)!.name;
}

/** Values less their mean. */
export function centred(values: ArrayLike<number>): Float64Array {
  const all = Float64Array.from(values);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  return all.map((v) => v - mean);
}
