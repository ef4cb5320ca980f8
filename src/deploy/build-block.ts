import type { Progress } from '../datasets/index.js';
import { checkGeometry, defaultArrays, type ArrayGeometry } from './array-geometry.js';
import type { Provenance } from './block-file.js';
import { fixtureBlock, loadBlock, type BlockSource } from './block-source.js';
import { writeBlockImage, type BlockImage } from './image/write-image.js';
import { planBlock, type Mapping } from './plan-block.js';
import { blockMacs, type BlockShape, type WeightBits } from './quantise/block.js';
import { cosine, quantiseSigned } from './quantise/statistics.js';
import { syntheticBlock } from './synthetic-block.js';
import { syntheticShape } from './synthetic-shape.js';
import { executeBlock } from './reference/executor.js';
import type { BlockPlan } from './reference/plan.js';

export interface BuildOptions {
  /** 0 to 16, 7 by default, which needs no download; or a synthetic one by its size, see syntheticShape. */
  readonly block?: number | string;
  readonly mapping: Mapping;
  /** Bits of the pointwise weights; depth-wise weights always have 8. */
  readonly weights: WeightBits;
  /** Ideal converters; false by default. */
  readonly ideal?: boolean;
  /** Crossbars to lay the block out for; 256x256 with 8-bit converters by default. */
  readonly arrays?: Partial<ArrayGeometry>;
  /** Path of a PNG or JPEG picture; a committed one by default. */
  readonly picture?: string;
  /** Called with a line of text where something takes long. */
  readonly progress?: Progress;
}

/** A tensor of the block as the firmware must produce it, HWC. */
export interface ReferenceTensor {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly signed: boolean;
  /** The codes' bytes, height * width * channels. */
  readonly bytes: Uint8Array;
}

export interface BuiltBlock extends BlockImage {
  /** Number in the network, or the name of a synthetic block. */
  readonly block: number | string;
  readonly mapping: Mapping;
  readonly weights: WeightBits;
  readonly ideal: boolean;
  readonly shape: BlockShape;
  readonly plan: BlockPlan;
  /**
   * Reference tensors by the names that bn_probe_tensor uses; without expansion `expand` is absent,
   * without residual `output` equals `project`.
   */
  readonly tensors: {
    readonly expand?: ReferenceTensor;
    readonly depthwise: ReferenceTensor;
    readonly project: ReferenceTensor;
    readonly output: ReferenceTensor;
  };
  readonly macs: ReturnType<typeof blockMacs>;
  /** Real value of one output code. */
  readonly outputScale: number;
  /** Output of the trained network, float, HWC. */
  readonly floatOutput: Float32Array;
  /** Cosine between the reference output and the trained network's. */
  readonly cosine: number;
  readonly provenance: Provenance;
}

/**
 * Makes the image of one bottleneck for the prebuilt firmware application, and the tensors it must
 * compute, bit for bit.
 *
 * @throws OctobarError `usage` (no such block), `config` (arrays), `file` (offline and not cached,
 * unreadable picture), `image` (malformed picture or weights)
 */
export async function buildBlock(options: BuildOptions): Promise<BuiltBlock> {
  checkGeometry({ ...defaultArrays, ...options.arrays });
  const block = options.block ?? fixtureBlock;
  const synthetic = typeof block === 'string' ? syntheticShape(block) : undefined;
  if (synthetic) return assembleBlock(syntheticBlock(synthetic, options.weights), options);
  const source = await loadBlock({
    block: Number(block),
    weights: options.weights,
    picture: options.picture,
    progress: options.progress ?? (() => {}),
  });
  return assembleBlock(source, options);
}

/** The same from a block already at hand. */
export function assembleBlock(source: BlockSource, options: BuildOptions): BuiltBlock {
  const geometry = { ...defaultArrays, ...options.arrays };
  checkGeometry(geometry);
  const { mapping, weights, ideal = false } = options;
  const { quantised } = source;
  const { shape, outputScale } = quantised;
  const plan = planBlock(quantised, source.calibration, { mapping, ideal, geometry });
  const input = quantiseSigned(source.input.real, quantised.inputScale);
  const image = writeBlockImage(plan, input, { mapping, weightBits: weights, ideal, geometry });
  const codes = executeBlock(plan, input);
  const hidden = (inside: boolean): Size => ({
    height: inside ? shape.inHeight : shape.outHeight,
    width: inside ? shape.inWidth : shape.outWidth,
    channels: shape.hiddenChannels,
  });
  const out = { height: shape.outHeight, width: shape.outWidth, channels: shape.outChannels };
  return {
    ...image,
    block: source.name ?? shape.number,
    mapping,
    weights,
    ideal,
    shape,
    plan,
    tensors: {
      ...(codes.expand === undefined ? {} : { expand: tensor(hidden(true), codes.expand) }),
      depthwise: tensor(hidden(false), codes.depthwise),
      project: tensor(out, codes.project),
      output: tensor(out, codes.output),
    },
    macs: blockMacs(shape),
    outputScale,
    floatOutput: source.input.realOutput,
    cosine: cosine(codes.output, source.input.realOutput),
    provenance: source.provenance,
  };
}

interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const tensor = (size: Size, codes: Int8Array | Uint8Array): ReferenceTensor => ({
  ...size,
  signed: codes instanceof Int8Array,
  bytes: new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength),
});
