/** Widths of the pointwise weights, as the user chooses them. */
import type { Progress } from '../datasets/index.js';
import type { ArrayGeometry } from '../deploy/array-geometry.js';
import type { FloatGraph, FloatNode } from '../deploy/graph/float-graph.js';
import type { NetworkMapping, NetworkPlan } from '../deploy/graph/network-plan.js';
import type { WeightBits } from '../deploy/graph/quantised-network.js';
import { chooseWidths, widthsOf } from '../deploy/quantise/network/choose-bits.js';
import { quantiseNetwork } from '../deploy/quantise/network/quantise-network.js';

/** Arrays that `auto` may take beyond those of 4 bit everywhere, as a fraction. */
const autoBudget = 0.25;

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
  const shared = {
    mapping,
    ideal,
    geometry,
    progress: (layer: number, layers: number, name: string): void => {
      if (layer % 8 === 0) progress(`${graph.name}: layer ${layer + 1} of ${layers}, ${name}`);
    },
  };
  const bits = weights === 'auto' ? automatic() : () => (weights === '8' ? 8 : 4) as WeightBits;
  return quantiseNetwork(graph, pictures, { ...shared, bits, method: 'best' }).plan;

  function automatic(): (node: FloatNode) => WeightBits {
    const budget = { extra: autoBudget, arrays: options.arrays };
    const chosen = chooseWidths(graph, pictures, shared, budget);
    const wide = chosen.layers.filter((layer) => layer.bits === 8).map(({ name }) => name);
    progress(
      `${graph.name}: ${chosen.arrays} arrays (${chosen.arrays4} at 4 bit), 8 bit in ` +
        `${wide.length} of ${chosen.layers.length} layers: ${wide.join(', ') || 'none'}`,
    );
    return widthsOf(chosen);
  }
}
