/**
 * Row converter: pulse-width or voltage inputs of at most 8 bits.
 *
 * Source: HERMES integrates 8-bit pulse-width inputs over 128 ns at 1 GHz, sign included.
 * Limits: exact levels; no jitter, no non-linearity. Unsigned inputs use the same 8 bits as 0..255.
 */
export function dacInput(byte: number, signed: boolean): number {
  return signed ? (byte << 24) >> 24 : byte;
}

/**
 * The byte that a converter of `bits` < 8 bits drives for each byte, at index byte + 256 for signed
 * ones: rounded half up to the nearest level, and no higher than the highest.
 */
export function dacLevels(bits: number): Uint8Array {
  const step = 2 ** (8 - bits);
  return Uint8Array.from({ length: 512 }, (_, i) => {
    const signed = i >= 256;
    const value = dacInput(i & 255, signed);
    const highest = (signed ? 128 : 256) - step;
    return Math.min(Math.floor(value / step + 0.5) * step, highest) & 255;
  });
}
