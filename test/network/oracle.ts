/**
 * The integers of a planned network, written down from the formulas with plain loops and BigInt, for
 * comparison with what the cluster computes. Shares nothing with src/deploy but types.
 */
import type { NetworkPlan, PlannedLayer } from '../../src/deploy/graph/network-plan.js';
import type { CodeTensor, Window } from '../../src/deploy/graph/tensor.js';

/** Codes of a tensor, HWC. */
export type Values = readonly number[];

const clip = (value: bigint, lo: number, hi: number): number =>
  value < BigInt(lo) ? lo : value > BigInt(hi) ? hi : Number(value);

/** Rounds half up at bit `shift`. */
const scaled = (sum: bigint, shift: number): bigint =>
  (sum + (1n << BigInt(shift - 1))) >> BigInt(shift);

/** The inputs under a window, tap after tap, channels inside; zeros outside of the map. */
function taps(input: Values, size: CodeTensor, w: Window, y: number, x: number): number[] {
  const found: number[] = [];
  for (let ky = 0; ky < w.kernelHeight; ky++) {
    for (let kx = 0; kx < w.kernelWidth; kx++) {
      const row = y * w.strideY - w.padTop + ky;
      const col = x * w.strideX - w.padLeft + kx;
      const inside = row >= 0 && row < size.height && col >= 0 && col < size.width;
      for (let c = 0; c < size.channels; c++) {
        found.push(inside ? input[(row * size.width + col) * size.channels + c]! : 0);
      }
    }
  }
  return found;
}

function splitCells(weight: number, cells: 1 | 2): readonly (readonly [number, number])[] {
  if (cells === 1) return [[weight, 1]];
  const hi = Math.floor((weight + 8) / 16);
  return [
    [hi, 16],
    [weight - 16 * hi, 1],
  ];
}

/** Accumulator of output c before requantisation. */
export function accumulate(layer: PlannedLayer, window: readonly number[], c: number): number {
  if (layer.kind === 'convolution') {
    const weights = layer.weights.subarray(c * layer.rows, (c + 1) * layer.rows);
    if (layer.array === undefined) return weights.reduce((sum, w, i) => sum + w * window[i]!, 0);
    let total = 0;
    for (const span of layer.array.spans) {
      for (let part = 0; part < layer.array.cellsPerWeight; part++) {
        let sum = 0;
        let factor = 1;
        for (let i = span.first; i < span.first + span.rows; i++) {
          const [cell, f] = splitCells(weights[i]!, layer.array.cellsPerWeight)[part]!;
          factor = f;
          sum += cell * window[i]!;
        }
        const { converter } = layer.array;
        total += factor * (converter === undefined ? sum : convert(sum, converter));
      }
    }
    return total;
  }
  const channels = layer.output.channels;
  let sum = 0;
  for (let tap = 0; tap * channels < window.length; tap++) {
    const weight = layer.kind === 'depthwise' ? layer.weights[tap * channels + c]! : 1;
    sum += weight * window[tap * channels + c]!;
  }
  return sum;
}

function convert(sum: number, { m, r, lo, hi }: { m: number; r: number; lo: number; hi: number }) {
  const code = (BigInt(Math.abs(sum)) * BigInt(m) + (1n << BigInt(r - 1))) >> BigInt(r);
  return clip(sum < 0 ? -code : code, lo, hi);
}

function layerCodes(
  layer: PlannedLayer,
  tensors: ReadonlyMap<string, Values>,
  sizes: ReadonlyMap<string, CodeTensor>,
): number[] {
  if (layer.kind === 'add') {
    const [a, b] = layer.inputs.map((name) => tensors.get(name)!);
    return a!.map((value, i) =>
      clip(
        scaled(BigInt(value * layer.mul[0] + b![i]! * layer.mul[1]), layer.shift),
        layer.lo,
        layer.hi,
      ),
    );
  }
  const input = tensors.get(layer.inputs[0]!)!;
  const size = sizes.get(layer.inputs[0]!)!;
  const { height, width, channels } = layer.output;
  const codes: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const window = taps(input, size, layer.window, y, x);
      for (let c = 0; c < channels; c++) {
        const acc = BigInt(accumulate(layer, window, c));
        if (layer.kind === 'average-pool') {
          codes.push(clip(scaled(acc * BigInt(layer.mul), layer.shift), layer.lo, layer.hi));
        } else {
          const { mul, bias, shift, lo, hi } = layer.requantisation;
          codes.push(clip(scaled(acc * BigInt(mul[c]!) + bias[c]!, shift), lo, hi));
        }
      }
    }
  }
  return codes;
}

/** Codes of every tensor by name. */
export function oracle(plan: NetworkPlan, input: Values): Map<string, Values> {
  const tensors = new Map<string, Values>([['input', input]]);
  const sizes = new Map<string, CodeTensor>([['input', plan.input]]);
  for (const layer of plan.layers) {
    tensors.set(layer.name, layerCodes(layer, tensors, sizes));
    sizes.set(layer.name, layer.output);
  }
  return tensors;
}

/** The bytes that a tensor has in memory. */
export function bytesOf(values: Values, tensor: CodeTensor): Uint8Array {
  if (tensor.kind !== 'int32') return Uint8Array.from(values, (v) => v & 255);
  return new Uint8Array(Int32Array.from(values).buffer);
}
