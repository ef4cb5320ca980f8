import { OctobarError } from '../../../emulator/sim/error.js';
import type { QuantisedInput } from './quantised-network.js';
import { elements } from './tensor.js';

/** Codes of an 8-bit RGB picture of the network's size: one table look-up a byte. */
export function quantisePicture(input: QuantisedInput, rgb: Uint8Array): Int8Array | Uint8Array {
  if (rgb.length !== elements(input)) {
    throw new OctobarError(
      'internal',
      `a picture of ${rgb.length} bytes for an input of ${elements(input)}`,
    );
  }
  const [lo, hi] = input.kind === 'uint8' ? [0, 255] : [-128, 127];
  const codes = Array.from({ length: 256 }, (_, pixel) => {
    const code = Math.round((pixel * input.factor + input.offset) / input.scale);
    return Math.min(hi, Math.max(lo, code));
  });
  const out = input.kind === 'uint8' ? new Uint8Array(rgb.length) : new Int8Array(rgb.length);
  for (let i = 0; i < rgb.length; i += 1) out[i] = codes[rgb[i]!]!;
  return out;
}
