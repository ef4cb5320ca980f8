/** Widths of the pointwise weights, as the user chooses them. */
import type { Progress } from '../datasets/index.js';
import type { ArrayGeometry } from '../deploy/array-geometry.js';
import type { FloatGraph } from '../deploy/graph/float-graph.js';
import type { NetworkMapping, NetworkPlan } from '../deploy/graph/network-plan.js';
import { quantiseNetwork } from '../deploy/quantise/network/quantise-network.js';

export type Weights = '4' | '8' | 'auto';

export interface WeightOptions {
  readonly mapping: NetworkMapping;
  readonly ideal: boolean;
  readonly geometry: ArrayGeometry;
  /** Arrays that `auto` may use. */
  readonly arrays: number;
  readonly progress: Progress;
}

export function planWithWeights(
  graph: FloatGraph,
  pictures: readonly Uint8Array[],
  weights: Weights,
  options: WeightOptions,
): NetworkPlan {
  const { mapping, ideal, geometry, progress } = options;
  const bits = weights === '8' ? 8 : 4;
  return quantiseNetwork(graph, pictures, {
    bits: () => bits,
    method: 'best',
    mapping,
    ideal,
    geometry,
    progress: (layer, layers, name) => {
      if (layer % 8 === 0) progress(`${graph.name}: layer ${layer + 1} of ${layers}, ${name}`);
    },
  }).plan;
}
