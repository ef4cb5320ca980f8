/**
 * A bottleneck in integers, independent of where its layers run.
 *
 * Real value of an activation = code * scale, zero point 0. Tensors between blocks are int8, hidden
 * tensors (after ReLU6) uint8, each with one scale. A scale per hidden channel would be possible;
 * measured on block 7, 8 bits of activation are not what limits the result, so it is not done.
 */
export interface QuantisedLayer {
  /** Codes: pointwise [cols][rows], depth-wise [9][channels]. */
  readonly weights: Int8Array;
  /** Real value of one unit of the accumulator, per output. */
  readonly unit: Float64Array;
  /** Real bias, per output, with the correction of the mean quantisation error. */
  readonly bias: Float64Array;
  /** Real value of one output code. */
  readonly outScale: number;
}

export type WeightBits = 4 | 8;

export interface BlockShape {
  /** 0 to 16. */
  readonly number: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly hiddenChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly stride: 1 | 2;
  readonly padTop: number;
  readonly padLeft: number;
  readonly hasExpansion: boolean;
  readonly hasResidual: boolean;
}

export interface QuantisedBlock {
  readonly shape: BlockShape;
  /** Width of the pointwise weights; depth-wise weights always have 8 bits. */
  readonly weightBits: WeightBits;
  /** Real value of one code of the block input. */
  readonly inputScale: number;
  /** Real value of one code of the block output; of the projection when there is no residual. */
  readonly outputScale: number;
  readonly expand?: QuantisedLayer;
  readonly depthwise: QuantisedLayer;
  readonly project: QuantisedLayer;
}

/**
 * Weight codes of one width. A 4-bit cell holds -8..7; an 8-bit weight is 16 hi + lo of two cells,
 * and +-119 = 16 * 7 + 7 is the largest symmetric range of those.
 */
export const weightRange = (bits: WeightBits): { lo: number; hi: number } =>
  bits === 4 ? { lo: -8, hi: 7 } : { lo: -119, hi: 119 };

/** The two cells of an 8-bit weight: w = 16 hi + lo, both in -8..7. */
export function splitWeight(weight: number): { hi: number; lo: number } {
  const hi = (weight + 8) >> 4;
  return { hi, lo: weight - 16 * hi };
}

/** Multiply-accumulate operations of a block, taps on padding not counted out. */
export function blockMacs(shape: BlockShape): {
  expand: number;
  depthwise: number;
  project: number;
  total: number;
} {
  const inPixels = shape.inHeight * shape.inWidth;
  const outPixels = shape.outHeight * shape.outWidth;
  const expand = shape.hasExpansion ? inPixels * shape.inChannels * shape.hiddenChannels : 0;
  const depthwise = outPixels * 9 * shape.hiddenChannels;
  const project = outPixels * shape.hiddenChannels * shape.outChannels;
  return { expand, depthwise, project, total: expand + depthwise + project };
}
