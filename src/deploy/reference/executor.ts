import type { ResidualScaling } from '../quantise/requantise.js';
import { depthwise, pointwise, type Codes } from './layers.js';
import type { BlockPlan } from './plan.js';

/** Every tensor of a block, HWC codes. */
export interface BlockCodes {
  /** int8 [inHeight][inWidth][inChannels]. */
  readonly input: Int8Array;
  /** uint8 [inHeight][inWidth][hidden]; undefined without expansion. */
  readonly expand: Codes | undefined;
  /** uint8 [outHeight][outWidth][hidden]. */
  readonly depthwise: Codes;
  /** int8 [outHeight][outWidth][outChannels], before the residual. */
  readonly project: Int8Array;
  /** int8, the block's output; the projection itself when there is no residual. */
  readonly output: Int8Array;
}

/** Computes a block in integers: the reference that firmware and engines are compared with. */
export function executeBlock(plan: BlockPlan, input: Int8Array): BlockCodes {
  const expand = plan.expand === undefined ? undefined : pointwise(plan.expand, input);
  const hidden = depthwise(plan.depthwise, plan.shape, expand ?? input);
  const project = Int8Array.from(pointwise(plan.project, hidden));
  const output = plan.residual === undefined ? project : residual(plan.residual, input, project);
  return { input, expand, depthwise: hidden, project, output };
}

/** Adds the block's input to its projection; both multipliers have at most 20 bits, so 2^28 bounds it. */
export function residual(s: ResidualScaling, skip: Int8Array, branch: Int8Array): Int8Array {
  const half = 2 ** (s.shift - 1);
  return branch.map((value, i) => {
    const sum = skip[i]! * s.mulSkip + value * s.mulBranch + half;
    return Math.min(s.hi, Math.max(s.lo, Math.floor(sum / 2 ** s.shift)));
  });
}
