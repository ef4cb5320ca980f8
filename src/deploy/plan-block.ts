import type { ArrayGeometry } from './array-geometry.js';
import { digitalLayer, layerPlan, type LayerRole } from './plan-layer.js';
import type { QuantisedBlock, QuantisedLayer } from './quantise/block.js';
import { depthwiseSums, pointwiseSums } from './quantise/column-sums.js';
import { calibrateConverter, type ColumnSums } from './quantise/converter-range.js';
import { residualScaling } from './quantise/requantise.js';
import {
  depthwise as runDepthwise,
  pointwise as runPointwise,
  type Codes,
} from './reference/layers.js';
import type { ArrayExecution, BlockPlan, LayerPlan } from './reference/plan.js';
import { depthwiseTapSpans, pointwiseSpans } from './tiling.js';

/** Where the layers of a block run. */
export type Mapping = 'cores' | 'pulp-nn' | 'best' | 'ima-cores' | 'ima-only' | 'ima-dw';

/** The harts compute the pointwise layers: scalar, as PULP-NN does, or with our best kernels. */
export const pointwiseOnHarts = (mapping: Mapping): boolean =>
  mapping === 'cores' || mapping === 'pulp-nn' || mapping === 'best';

export interface PlanOptions {
  readonly mapping: Mapping;
  /** Converters that change nothing: every mapping then gives the same bytes. */
  readonly ideal: boolean;
  readonly geometry: ArrayGeometry;
}

/**
 * Fixes every integer of a block in one mapping: requantisation tables and, where a layer runs on
 * crossbars, the range of its converters, found layer after layer on the calibration inputs.
 *
 * @param calibration int8 block inputs of pictures other than those measured on
 */
export function planBlock(
  block: QuantisedBlock,
  calibration: readonly Int8Array[],
  options: PlanOptions,
): BlockPlan {
  const { shape } = block;
  const { geometry, mapping } = options;
  const pointwiseOnArray = !pointwiseOnHarts(mapping);
  const cells = block.weightBits === 4 ? 1 : 2;
  const planner = new LayerPlanner(options);
  let maps: readonly Codes[] = calibration;

  const planPointwise = (layer: QuantisedLayer, role: LayerRole): LayerPlan => {
    if (!pointwiseOnArray) return digitalLayer(layer, role);
    const spans = pointwiseSpans(role.rows, geometry);
    return planner.plan(layer, role, { cellsPerWeight: cells, spans, converter: undefined }, () =>
      pointwiseSums(layer.weights, layer.unit.length, cells, spans, maps),
    );
  };

  let expand: LayerPlan | undefined;
  if (block.expand !== undefined) {
    const role = { rows: shape.inChannels, inSigned: true, outSigned: false };
    const plan = planPointwise(block.expand, role);
    if (planner.calibrates) maps = maps.map((map) => runPointwise(plan, map));
    expand = plan;
  }

  const role = { rows: 9, inSigned: expand === undefined, outSigned: false };
  let depthwise = digitalLayer(block.depthwise, role);
  if (mapping === 'ima-only') {
    // Depth-wise weights keep 8 bits in two cells at any weight width, so that the bytes under
    // ideal converters do not depend on the mapping.
    const spans = depthwiseTapSpans(2, geometry);
    const array: ArrayExecution = { cellsPerWeight: 2, spans, converter: undefined };
    depthwise = planner.plan(block.depthwise, role, array, () =>
      depthwiseSums(block.depthwise.weights, 2, spans, shape, maps),
    );
  }
  if (planner.calibrates) maps = maps.map((map) => runDepthwise(depthwise, shape, map));

  return {
    shape,
    expand,
    depthwise,
    project: planPointwise(block.project, {
      rows: shape.hiddenChannels,
      inSigned: false,
      outSigned: true,
    }),
    residual: shape.hasResidual
      ? residualScaling(block.inputScale, block.project.outScale, block.outputScale)
      : undefined,
  };
}

class LayerPlanner {
  /** Whether any layer needs the calibration maps. */
  readonly calibrates: boolean;
  private readonly adcBits: number;

  constructor(options: PlanOptions) {
    this.calibrates = !options.ideal && !pointwiseOnHarts(options.mapping);
    this.adcBits = options.geometry.adcBits;
  }

  plan(
    layer: QuantisedLayer,
    role: LayerRole,
    array: ArrayExecution,
    sums: () => ColumnSums,
  ): LayerPlan {
    if (!this.calibrates) return layerPlan(layer, role, array, undefined);
    const found = calibrateConverter(
      sums(),
      {
        gain: layer.unit.map((unit) => unit / layer.outScale),
        offset: layer.bias.map((bias) => bias / layer.outScale),
        lo: role.outSigned ? -128 : 0,
        hi: role.outSigned ? 127 : 255,
      },
      this.adcBits,
    );
    return layerPlan(layer, role, { ...array, converter: found.converter }, found);
  }
}
