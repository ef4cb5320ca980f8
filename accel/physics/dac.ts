/**
 * Row converter: 8-bit pulse-width or voltage inputs.
 *
 * Source: HERMES integrates 8-bit pulse-width inputs over 128 ns at 1 GHz, sign included.
 * Limits: exact; no jitter, no non-linearity. Unsigned inputs use the same 8 bits as 0..255.
 */
export function dacInput(byte: number, signed: boolean): number {
  return signed ? (byte << 24) >> 24 : byte;
}
