/**
 * Weights and constants of a first convolution in the form of firmware/kernels/conv3x3_rgb.h, 36 bytes a
 * channel; `conv3x3_rgb_prepare` there is the same in C.
 */
import type { PlannedConvolution } from '../graph/network-plan.js';
import { accumulatorEnds, fits32, staysNarrow } from '../quantise/narrow.js';
import type { Requantisation } from '../quantise/requantise.js';

/** conv3x3_rgb_channel_t. */
export const rgbChannelBytes = 36;

const taps = 27;

const narrowTables = ({ mul, bias, shift, lo, hi }: Requantisation): boolean =>
  lo === 0 &&
  hi === 255 &&
  shift <= 31 &&
  bias.every((value) => fits32(Number(value))) &&
  mul.every(fits32);

/** undefined when a channel or the shape does not fit: then conv3x3_xcv computes the layer. */
export function rgbChannels(layer: PlannedConvolution, signed: boolean): Uint8Array | undefined {
  const { window, output, weights, rows, requantisation } = layer;
  const shape = layer.inChannels === 3 && rows === taps && output.width >= 3 && window.strideY <= 2;
  if (!shape || !narrowTables(requantisation)) return undefined;
  const table = new Uint8Array(rgbChannelBytes * output.channels);
  const view = new DataView(table.buffer);
  for (let c = 0; c < output.channels; c += 1) {
    const own = weights.subarray(c * rows, (c + 1) * rows);
    const mul = requantisation.mul[c]!;
    const bias = Number(requantisation.bias[c]!);
    if (!staysNarrow(accumulatorEnds(own, signed), mul, bias, requantisation.shift))
      return undefined;
    const at = c * rgbChannelBytes;
    own.forEach((weight, tap) => view.setInt8(at + tap, weight));
    view.setInt32(at + taps + 1, mul, true);
    view.setInt32(at + taps + 5, bias, true);
  }
  return table;
}
