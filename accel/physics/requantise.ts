import { powerOfTwo } from './power.js';

/**
 * Digital periphery behind converters and adder trees: 32-bit accumulator to 8-bit activation,
 *
 *   q = clip((acc * m[c] + b[c] + 2^(s-1)) >> s, lo, hi),
 *
 * with m int32, b int64, 1 <= s <= 62, an arithmetic shift and 64-bit arithmetic that wraps.
 * The same formula as on the harts, so that mappings agree. Limits: none beyond 64 bits.
 */
export interface Requantisation {
  readonly shift: number;
  readonly lo: number;
  readonly hi: number;
}

/** Below this the whole sum is exact in a double. */
const exact = 2 ** 53;

/** Per-channel tables as they come out of memory. */
export class RequantTables {
  private readonly mul: Int32Array;
  private readonly bias: BigInt64Array;
  /** The same biases as doubles; NaN where a double cannot hold one exactly. */
  private readonly biasDouble: Float64Array;

  constructor(readonly channels: number) {
    this.mul = new Int32Array(channels);
    this.bias = new BigInt64Array(channels);
    this.biasDouble = new Float64Array(channels);
  }

  /** @param bytes int32 [count] at 0, int64 [count] right behind it, little endian */
  load(bytes: Uint8Array, count: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let c = 0; c < count; c++) {
      this.mul[c] = view.getInt32(4 * c, true);
      const bias = view.getBigInt64(4 * count + 8 * c, true);
      this.bias[c] = bias;
      const double = Number(bias);
      this.biasDouble[c] = Math.abs(double) < exact ? double : NaN;
    }
  }

  /** Requantises accumulators 0 to `count` - 1 into bytes. */
  apply(accumulators: Int32Array, count: number, q: Requantisation, output: Uint8Array): void {
    const { shift, lo, hi } = q;
    const { mul, biasDouble } = this;
    const half = powerOfTwo(shift - 1);
    const scale = powerOfTwo(-shift);
    for (let c = 0; c < count; c++) {
      const product = accumulators[c] * mul[c];
      const bias = biasDouble[c];
      // False for NaN too: then, and when a sum could leave 53 bits, the exact way.
      if (Math.abs(product) + Math.abs(bias) + half < exact) {
        const value = Math.floor((product + bias + half) * scale);
        output[c] = value < lo ? lo : value > hi ? hi : value;
      } else output[c] = this.applyExact(accumulators[c], c, shift, lo, hi);
    }
  }

  private applyExact(acc: number, channel: number, shift: number, lo: number, hi: number): number {
    const s = BigInt(shift);
    const sum = BigInt(acc) * BigInt(this.mul[channel]) + this.bias[channel] + (1n << (s - 1n));
    const q = BigInt.asIntN(64, sum) >> s;
    return q < BigInt(lo) ? lo : q > BigInt(hi) ? hi : Number(q);
  }
}
