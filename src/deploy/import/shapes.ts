import type { MapSize, Window } from '../graph/tensor.js';
import type { Origin, Value, WindowedSpec } from './builder.js';
import { nodeError } from './errors.js';

/** Rows and columns of zeros: top, bottom, left, right. */
export interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** TensorFlow's rules, or rows and columns of zeros. */
export type PaddingRule = 'same' | 'valid' | Padding;

const largestSide = 4096;
const mostChannels = 1 << 16;
const mostElements = 1 << 26;
const largestKernel = 1024;

/** @throws OctobarError `image` when a map is empty or too large to be meant. */
export function checkMap(node: string, op: string, size: MapSize): void {
  const { height, width, channels } = size;
  const whole = [height, width, channels].every((n) => Number.isSafeInteger(n) && n >= 1);
  const small =
    height <= largestSide &&
    width <= largestSide &&
    channels <= mostChannels &&
    height * width * channels <= mostElements;
  if (!whole || !small) {
    throw nodeError(node, op, `its output would be ${height} x ${width} x ${channels}`);
  }
}

/** Padding before and after along one axis. */
function along(
  rule: 'same' | 'valid' | readonly [number, number],
  size: number,
  kernel: number,
  stride: number,
): readonly [number, number] {
  if (rule === 'valid') return [0, 0];
  if (rule !== 'same') return rule;
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  // The odd row or column goes behind.
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** Window and output size of an operator, the padding of its input taken in. */
export function windowFor(
  origin: Origin,
  input: Value,
  spec: Pick<WindowedSpec, 'kernel' | 'stride' | 'padding'>,
  channels: number,
): { window: Window; size: MapSize } {
  const bad = (reason: string): Error => nodeError(origin.node, origin.op, reason);
  const [kernelHeight, kernelWidth] = spec.kernel;
  const [strideY, strideX] = spec.stride;
  const sane = (n: number, most: number): boolean => Number.isSafeInteger(n) && n >= 1 && n <= most;
  if (!sane(kernelHeight, largestKernel) || !sane(kernelWidth, largestKernel)) {
    throw bad(`a kernel of ${kernelHeight}x${kernelWidth}`);
  }
  if (!sane(strideY, largestKernel) || !sane(strideX, largestKernel)) {
    throw bad(`a stride of ${strideY}x${strideX}`);
  }
  const { padding } = spec;
  const before = input.padding;
  if (before !== undefined && padding === 'same') throw bad('SAME padding of a padded map');
  const explicit = (rule: PaddingRule, from: 'top' | 'left', to: 'bottom' | 'right') =>
    typeof rule === 'string' ? rule : ([rule[from], rule[to]] as const);
  const { height, width } = input.size;
  const rows = along(explicit(padding, 'top', 'bottom'), height, kernelHeight, strideY);
  const columns = along(explicit(padding, 'left', 'right'), width, kernelWidth, strideX);
  const top = rows[0] + (before?.top ?? 0);
  const left = columns[0] + (before?.left ?? 0);
  const tall = height + top + rows[1] + (before?.bottom ?? 0);
  const wide = width + left + columns[1] + (before?.right ?? 0);
  const bounded = [top, left, tall - height - top, wide - width - left].every(
    (n) => Number.isSafeInteger(n) && n >= 0 && n <= largestKernel,
  );
  if (!bounded) throw bad('padding that is negative or too wide');
  if (tall < kernelHeight || wide < kernelWidth) {
    throw bad(`a kernel of ${kernelHeight}x${kernelWidth} on a map of ${tall}x${wide}`);
  }
  const size = {
    height: Math.floor((tall - kernelHeight) / strideY) + 1,
    width: Math.floor((wide - kernelWidth) / strideX) + 1,
    channels,
  };
  return {
    window: { kernelHeight, kernelWidth, strideY, strideX, padTop: top, padLeft: left },
    size,
  };
}
