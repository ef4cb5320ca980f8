import type { QuantisedLayer } from './quantise/block.js';
import { requantisation } from './quantise/requantise.js';
import type { ArrayExecution, LayerPlan } from './reference/plan.js';

export interface LayerRole {
  /** Inputs of a pointwise layer, 9 for a depth-wise one. */
  readonly rows: number;
  readonly inSigned: boolean;
  readonly outSigned: boolean;
}

/** What the converters of a layer do to its accumulators, as calibration measured it. */
export interface ConverterEffect {
  /** Ideal accumulator units per unit of the converted accumulator. */
  readonly step: number;
  /** Ideal accumulator units to add, per output. */
  readonly offset: Float64Array;
}

/** The layer computed exactly: by harts, by the depth-wise engine, or with ideal converters. */
export const digitalLayer = (layer: QuantisedLayer, role: LayerRole): LayerPlan =>
  layerPlan(layer, role, undefined, undefined);

/** Integer arithmetic of a layer, with its requantisation tables. */
export function layerPlan(
  layer: QuantisedLayer,
  role: LayerRole,
  array: ArrayExecution | undefined,
  effect: ConverterEffect | undefined,
): LayerPlan {
  const cols = layer.unit.length;
  const gain = new Float64Array(cols);
  const offset = new Float64Array(cols);
  for (let c = 0; c < cols; c += 1) {
    const codesPerUnit = layer.unit[c]! / layer.outScale;
    gain[c] = codesPerUnit * (effect?.step ?? 1);
    offset[c] = layer.bias[c]! / layer.outScale + codesPerUnit * (effect?.offset[c] ?? 0);
  }
  const [lo, hi] = role.outSigned ? [-128, 127] : [0, 255];
  return {
    rows: role.rows,
    cols,
    inSigned: role.inSigned,
    outSigned: role.outSigned,
    weights: layer.weights,
    requantisation: requantisation(gain, offset, lo, hi),
    array,
  };
}
