import type { Requantisation, ResidualScaling } from '../quantise/requantise.js';
import type { BlockShape } from '../quantise/block.js';

/** Column converter: code = clip(sign(s) * ((|s| M + 2^(R-1)) >> R), lo, hi). */
export interface Converter {
  readonly m: number;
  /** 1 to 62. */
  readonly r: number;
  readonly lo: number;
  readonly hi: number;
}

/** Consecutive inputs of a layer that lie on one array. */
export interface RowSpan {
  readonly first: number;
  readonly rows: number;
}

/** How a layer is computed on crossbars; absent when the harts or the depth-wise engine do it. */
export interface ArrayExecution {
  /** Columns of cells a weight takes: 1 with 4 bits, 2 with 8. */
  readonly cellsPerWeight: 1 | 2;
  /** Undefined: ideal, the code is the column sum. */
  readonly converter: Converter | undefined;
  /** Each span's column sums pass the converter before they are added. */
  readonly spans: readonly RowSpan[];
}

/** Integer arithmetic of one layer in one mapping, complete. */
export interface LayerPlan {
  /** Pointwise: inputs. Depth-wise: 9. */
  readonly rows: number;
  /** Outputs. */
  readonly cols: number;
  readonly inSigned: boolean;
  readonly outSigned: boolean;
  /** Pointwise [cols][rows], depth-wise [9][cols]. */
  readonly weights: Int8Array;
  readonly requantisation: Requantisation;
  readonly array: ArrayExecution | undefined;
}

/** A block in one mapping: what the firmware must compute, to the bit. */
export interface BlockPlan {
  readonly shape: BlockShape;
  readonly expand: LayerPlan | undefined;
  readonly depthwise: LayerPlan;
  readonly project: LayerPlan;
  readonly residual: ResidualScaling | undefined;
}
