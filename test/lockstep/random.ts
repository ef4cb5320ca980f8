/**
 * Seeded random numbers for the program generator. A program's numbers depend on the seed
 * and its own index only, so any program of any run can be made again alone.
 */
export class Random {
  private state: number;

  constructor(seed: number, stream = 0) {
    this.state = mix(mix(seed | 0) ^ mix((stream | 0) + 0x9e3779b9));
  }

  /** 32 random bits, unsigned. */
  word(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    return mix(this.state) >>> 0;
  }

  /** 0 .. count - 1. */
  below(count: number): number {
    return Math.floor((this.word() / 4294967296) * count);
  }

  /** low .. high, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** Index of a weighted choice; the weights need not sum to anything. */
  weighted(weights: readonly number[]): number {
    let left = this.below(weights.reduce((sum, w) => sum + w, 0));
    for (let i = 0; i < weights.length; i++) {
      left -= weights[i];
      if (left < 0) return i;
    }
    return weights.length - 1;
  }
}

/** Avalanche of 32 bits: two rounds of multiply and xor-shift, odd constants. */
function mix(x: number): number {
  let v = x | 0;
  v = Math.imul(v ^ (v >>> 16), 0x21f0aaad);
  v = Math.imul(v ^ (v >>> 15), 0x735a2d97);
  return (v ^ (v >>> 15)) | 0;
}

const corners = [
  0, 1, 2, 3, 7, 8, 0x1f, 0x20, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000,
  0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0xffff8000, 0xffffff80,
  0xaaaaaaaa, 0x55555555, 0x80008000, 0x00ff00ff,
];

/** A register value: two in three are corners of the arithmetic or one step beside a power of two. */
export function cornerValue(random: Random): number {
  switch (random.below(6)) {
    case 0:
    case 1:
      return random.pick(corners);
    case 2:
      return ((1 << random.below(32)) + random.between(-1, 1)) >>> 0;
    case 3:
      return -(1 << random.below(32)) >>> 0;
    default:
      return random.word() >>> random.pick([0, 0, 0, 8, 16, 24]);
  }
}

/** A signed immediate of `bits` bits with the edges over-represented. */
export function signedImmediate(random: Random, bits: number): number {
  const low = -(2 ** (bits - 1));
  const high = 2 ** (bits - 1) - 1;
  return random.chance(30)
    ? random.pick([low, low + 1, -1, 0, 1, high - 1, high])
    : random.between(low, high);
}

/** An unsigned immediate of `bits` bits with the edges over-represented. */
export function unsignedImmediate(random: Random, bits: number): number {
  const high = 2 ** bits - 1;
  return random.chance(30) ? random.pick([0, 1, high - 1, high]) : random.between(0, high);
}
