/** xorshift32: the same numbers in every run. */
export class Random {
  constructor(private state: number) {}

  word(): number {
    let x = this.state | 0;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  /** Whole number, lo <= n <= hi. */
  between(lo: number, hi: number): number {
    return lo + (this.word() % (hi - lo + 1));
  }

  bytes(count: number, lo: number, hi: number): Int16Array {
    return Int16Array.from({ length: count }, () => this.between(lo, hi));
  }
}
