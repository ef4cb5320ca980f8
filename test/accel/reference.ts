/** The integer formulas of the project, written once more with BigInt: slow, and obviously right. */

const floorShift = (value: bigint, shift: bigint): bigint => value >> shift;

/** Column converter: round half away from zero at slope m / 2^r, then clip to n bits. */
export function adc(sum: bigint, m: number, r: number, bits: number): bigint {
  const magnitude = sum < 0n ? -sum : sum;
  const rounded = floorShift(magnitude * BigInt(m) + (1n << BigInt(r - 1)), BigInt(r));
  const code = sum < 0n ? -rounded : rounded;
  const top = 1n << BigInt(bits - 1);
  return code > top - 1n ? top - 1n : code < -top ? -top : code;
}

export interface Requant {
  readonly mul: readonly number[];
  readonly bias: readonly bigint[];
  readonly shift: number;
  readonly lo: number;
  readonly hi: number;
}

export function requantise(acc: bigint, channel: number, q: Requant): number {
  const sum = acc * BigInt(q.mul[channel]) + q.bias[channel] + (1n << BigInt(q.shift - 1));
  const value = floorShift(BigInt.asIntN(64, sum), BigInt(q.shift));
  if (value < BigInt(q.lo)) return q.lo;
  return value > BigInt(q.hi) ? q.hi : Number(value);
}

export const signedByte = (byte: number): number => (byte > 127 ? byte - 256 : byte);

/** Lays multipliers (int32) and biases (int64) out in memory, little endian. */
export function writeTables(memory: Uint8Array, mulAt: number, biasAt: number, q: Requant): void {
  const view = new DataView(memory.buffer);
  for (const [c, m] of q.mul.entries()) view.setInt32(mulAt + 4 * c, m, true);
  for (const [c, b] of q.bias.entries()) view.setBigInt64(biasAt + 8 * c, b, true);
}
