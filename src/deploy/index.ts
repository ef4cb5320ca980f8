/**
 * Network to firmware: imports MobileNetV2, quantises a bottleneck, lays it out on crossbars and
 * writes the image that the prebuilt application runs, with the tensors it must produce.
 */
export { defaultArrays, type ArrayGeometry } from './array-geometry.js';
export { type Provenance } from './block-file.js';
export { fixtureBlock, loadBlock, loadFixtureBlock, type BlockSource } from './block-source.js';
export {
  assembleBlock,
  buildBlock,
  type BuildOptions,
  type BuiltBlock,
  type ReferenceTensor,
} from './build-block.js';
export { blockImage, probedTensors } from './image-layout.js';
export { type BlockImage } from './image/write-image.js';
export { type ElfSymbol } from './image/elf-writer.js';
export { runBottleneck, runNetwork, type BottleneckTensors } from './network/float-executor.js';
export { type Bottleneck, type FeatureMap, type MobileNet } from './network/graph.js';
export { importMobileNet } from './network/import.js';
export { planBlock, type Mapping, type PlanOptions } from './plan-block.js';
export { type BlockShape, type QuantisedBlock, type WeightBits } from './quantise/block.js';
export { quantiseBlock, type QuantiseOptions } from './quantise/quantise-block.js';
export { cosine } from './quantise/statistics.js';
export { executeBlock, type BlockCodes } from './reference/executor.js';
export { type BlockPlan, type LayerPlan } from './reference/plan.js';
