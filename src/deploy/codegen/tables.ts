/** Which requantisation tables a layer needs: for engines and scalar kernels, or for those with CORE-V. */
import type { PlannedLayer } from '../graph/network-plan.js';
import type { Operation } from '../map/operation.js';
import type { Requantisation } from '../quantise/requantise.js';
import { fastRequantisation, type FastRequantisation } from './requant-channels.js';

export interface RequantisationTables {
  readonly table: Requantisation;
  /** For the kernels with CORE-V; undefined for engines, and where a channel does not fit. */
  readonly fast: FastRequantisation | undefined;
  /** Whether the layer needs `table` in the TCDM. */
  readonly scalar: boolean;
}

export function requantisationTables(
  node: Exclude<PlannedLayer, { kind: 'add' }>,
  operation: Operation,
  corev: boolean,
): RequantisationTables {
  const table = node.kind === 'average-pool' ? poolTable(node) : node.requantisation;
  const onHarts = operation !== 'array' && operation !== 'depthwise';
  const fast = onHarts && corev ? fastRequantisation(withoutDeadChannels(node, table)) : undefined;
  // Kernels that may fall back on the scalar one need its table too; pooling tells by its channels.
  const { channels } = node.output;
  const surelyFast =
    operation === 'pool' && fast !== undefined && channels >= 8 && channels % 4 === 0;
  return { table, fast, scalar: !surelyFast };
}

/**
 * A channel whose weights are all zero has accumulator zero, so its multiplier does not matter; set to
 * zero it cannot keep a layer from the fast kernels.
 */
function withoutDeadChannels(node: PlannedLayer, table: Requantisation): Requantisation {
  if (node.kind !== 'convolution') return table;
  const { rows, weights } = node;
  const dead = (c: number): boolean =>
    weights.subarray(c * rows, (c + 1) * rows).every((weight) => weight === 0);
  return { ...table, mul: table.mul.map((mul, c) => (dead(c) ? 0 : mul)) };
}

/** One multiplier for all channels, as tables for the kernels. */
function poolTable(node: Extract<PlannedLayer, { kind: 'average-pool' }>): Requantisation {
  const { channels } = node.output;
  return {
    mul: new Int32Array(channels).fill(node.mul),
    bias: new BigInt64Array(channels),
    shift: node.shift,
    lo: node.lo,
    hi: node.hi,
  };
}
