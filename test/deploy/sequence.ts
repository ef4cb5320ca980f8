/** A seeded sequence of numbers (xorshift32), the same in every run. */
export class Sequence {
  private state: number;

  constructor(seed: number) {
    this.state = (seed * 2654435761) >>> 0 || 1;
  }

  /** A whole number from 0 to limit - 1, limit at most 2^32. */
  below(limit: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return Math.floor((this.state / 2 ** 32) * limit);
  }

  /** A whole number in lo..hi; two draws give enough bits for wide ranges. */
  between(lo: number, hi: number): number {
    const wide = this.below(2 ** 32) + this.below(2 ** 32) / 2 ** 32;
    return lo + Math.floor((wide / 2 ** 32) * (hi - lo + 1));
  }

  of<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)]!;
  }
}
