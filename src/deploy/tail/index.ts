/** What is made of a network's outputs on the host; it holds no weights. */
import type { CodeTensor } from '../graph/tensor.js';

export { ssdAnchors, type AnchorMaps } from './anchors.js';
export { rank, softmax, type Ranked } from './classifier.js';
export {
  defaultLimits,
  detect,
  overlap,
  type Box,
  type Detection,
  type DetectorLimits,
} from './detector.js';

/** Real values of a tensor's codes. */
export const realValues = (tensor: CodeTensor, codes: ArrayLike<number>): Float64Array =>
  Float64Array.from(codes, (code) => code * tensor.scale);
