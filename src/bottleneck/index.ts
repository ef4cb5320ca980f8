/** One bottleneck of MobileNetV2 in six mappings on the prebuilt firmware, compared byte by byte. */
export { isExact, type Difference, type TensorResult } from './compare.js';
export { formatBottlenecks } from './format.js';
export {
  mappings,
  runBottleneck,
  type BottleneckOptions,
  type BottleneckResult,
  type LayerResult,
  type Units,
} from './run.js';
