/**
 * Rounding of one output's weights against the outputs they produce.
 *
 * With inputs x of covariance G the mean square error of an output is (s q - w)' G (s q - w), where
 * w are the real weights, q their codes and s the scale; the mean error is taken out by the bias.
 * Rounding each weight to the nearest code minimises this only when G is diagonal.
 */

export interface CodeRange {
  readonly lo: number;
  readonly hi: number;
}

export interface RoundedWeights {
  readonly codes: Int8Array;
  readonly scale: number;
  /** (s q - w)' G (s q - w). */
  readonly error: number;
}

/** Scales of the coarse scan. */
const coarseScales = 8;

/** Nearest codes with the scale that maps the largest weight to the end of the range. */
export function roundNaively(w: Float64Array, range: CodeRange): RoundedWeights {
  const scale = largest(w) / Math.min(-range.lo, range.hi) || 1;
  const codes = Int8Array.from(w, (v) => clip(Math.round(v / scale), range));
  return { codes, scale, error: Number.NaN };
}

/** Largest magnitude. */
export const largest = (values: Float64Array): number =>
  values.reduce((top, v) => Math.max(top, Math.abs(v)), 0);

const clip = (v: number, range: CodeRange): number => Math.min(range.hi, Math.max(range.lo, v));

/**
 * Searches scales and codes of outputs that share their inputs.
 *
 * For each candidate scale the codes are fixed one after the other, the error of each spread over
 * the weights still free (the idea of GPTQ, arXiv 2210.17323); single codes are then changed as
 * long as that lowers the error, and the scale is set to its closed-form optimum.
 */
export class OutputRounder {
  private readonly n: number;
  private readonly g: Float64Array;
  private readonly order: Int32Array;
  /** Upper Cholesky factor of the inverse of G in the chosen order. */
  private readonly factor: Float64Array;

  /** @param g covariance [n][n] of the inputs, positive definite */
  constructor(g: Float64Array, n: number) {
    this.g = g;
    this.n = n;
    // Weights on strong inputs first, while many free weights are left to make up for their error.
    const strength = (i: number): number => g[i * n + i]!;
    this.order = Int32Array.from({ length: n }, (_, i) => i).toSorted(
      (a, b) => strength(b) - strength(a) || a - b,
    );
    this.factor = inverseFactor(permuted(g, this.order, n), n);
  }

  /**
   * Best codes of one output over scales from `smallest` times the largest-weight scale up to it:
   * a coarse scan, then halfway to both neighbours of the best.
   */
  search(w: Float64Array, range: CodeRange, smallest: number): RoundedWeights {
    const full = largest(w) / Math.min(-range.lo, range.hi);
    if (!(full > 0)) return { codes: new Int8Array(this.n), scale: 1, error: 0 };
    const gw = this.multiply(w);
    const attempt = (fraction: number): RoundedWeights =>
      this.refine(w, gw, full * fraction, range);
    let best = attempt(1);
    let bestAt = 1;
    const consider = (fraction: number): void => {
      const found = attempt(fraction);
      if (found.error >= best.error) return;
      best = found;
      bestAt = fraction;
    };
    if (smallest === 1) return best;
    const step = (1 - smallest) / (coarseScales - 1);
    for (let i = 1; i < coarseScales; i += 1) consider(1 - i * step);
    const centre = bestAt;
    consider(centre - step / 2);
    consider(centre + step / 2);
    return best;
  }

  private refine(
    w: Float64Array,
    gw: Float64Array,
    start: number,
    range: CodeRange,
  ): RoundedWeights {
    let scale = start;
    const codes = this.spread(w, scale, range);
    const gq = this.multiply(codes);
    let error = this.descend(w, gw, codes, gq, scale, range);
    for (let round = 0; round < 4; round += 1) {
      // The optimum of a parabola in s: q' G w / q' G q.
      const next = dot(codes, gw) / dot(codes, gq);
      if (!(next > 0)) break;
      const before = error;
      scale = next;
      error = this.descend(w, gw, codes, gq, scale, range);
      if (error > before * (1 - 1e-6)) break;
    }
    return { codes, scale, error };
  }

  /** Fixes code after code and spreads the error of each over the weights that follow. */
  private spread(w: Float64Array, scale: number, range: CodeRange): Int8Array {
    const { n, order, factor } = this;
    const codes = new Int8Array(n);
    const left = Float64Array.from(order, (i) => w[i]!);
    for (let k = 0; k < n; k += 1) {
      const code = clip(Math.round(left[k]! / scale), range);
      codes[order[k]!] = code;
      const row = k * n;
      const miss = (left[k]! - code * scale) / factor[row + k]!;
      for (let j = k + 1; j < n; j += 1) left[j]! -= miss * factor[row + j]!;
    }
    return codes;
  }

  /**
   * Changes single codes while that lowers the error; returns the error reached. `gq` = G q is kept
   * up to date.
   */
  private descend(
    w: Float64Array,
    gw: Float64Array,
    codes: Int8Array,
    gq: Float64Array,
    scale: number,
    range: CodeRange,
  ): number {
    const { n, g } = this;
    for (let sweep = 0; sweep < 50; sweep += 1) {
      let changed = false;
      for (let i = 0; i < n; i += 1) {
        const ideal = codes[i]! + (gw[i]! / scale - gq[i]!) / g[i * n + i]!;
        const code = clip(Math.round(ideal), range);
        const step = code - codes[i]!;
        // A tie of two codes must not be swapped for ever.
        if (step === 0 || Math.abs(ideal - code) > Math.abs(ideal - codes[i]!) - 1e-9) continue;
        codes[i] = code;
        changed = true;
        for (let j = 0, row = i * n; j < n; j += 1) gq[j]! += step * g[row + j]!;
      }
      if (!changed) break;
    }
    let error = 0;
    for (let i = 0; i < n; i += 1) error += (codes[i]! * scale - w[i]!) * (gq[i]! * scale - gw[i]!);
    return error;
  }

  /** G v. */
  private multiply(v: ArrayLike<number>): Float64Array {
    const { n, g } = this;
    const out = new Float64Array(n);
    for (let i = 0; i < n; i += 1) {
      const factor = v[i]!;
      if (factor === 0) continue;
      for (let j = 0, row = i * n; j < n; j += 1) out[j]! += factor * g[row + j]!;
    }
    return out;
  }
}

function dot(a: ArrayLike<number>, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}

function permuted(g: Float64Array, order: Int32Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) out[i * n + j] = g[order[i]! * n + order[j]!]!;
  }
  return out;
}

/** Upper triangular U with inverse(g) = U' U. */
function inverseFactor(g: Float64Array, n: number): Float64Array {
  return transposed(cholesky(inverse(g, n), n), n);
}

/** Lower triangular L with a = L L'; `a` must be positive definite. */
export function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k += 1) sum -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j]!;
    }
  }
  return l;
}

/** Inverse of a positive definite matrix. */
function inverse(a: Float64Array, n: number): Float64Array {
  const l = cholesky(a, n);
  // Rows of `li` are the columns of inverse(L) so that the products below run along memory.
  const li = new Float64Array(n * n);
  for (let c = 0; c < n; c += 1) {
    li[c * n + c] = 1 / l[c * n + c]!;
    for (let i = c + 1; i < n; i += 1) {
      let sum = 0;
      for (let k = c; k < i; k += 1) sum -= l[i * n + k]! * li[c * n + k]!;
      li[c * n + i] = sum / l[i * n + i]!;
    }
  }
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = 0;
      for (let k = i; k < n; k += 1) sum += li[i * n + k]! * li[j * n + k]!;
      out[i * n + j] = sum;
      out[j * n + i] = sum;
    }
  }
  return out;
}

/** Solves a x = b for a positive definite `a`, given its Cholesky factor. */
export function solveCholesky(l: Float64Array, b: Float64Array, n: number): Float64Array {
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i += 1) {
    let sum = x[i]!;
    for (let k = 0; k < i; k += 1) sum -= l[i * n + k]! * x[k]!;
    x[i] = sum / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    let sum = x[i]!;
    for (let k = i + 1; k < n; k += 1) sum -= l[k * n + i]! * x[k]!;
    x[i] = sum / l[i * n + i]!;
  }
  return x;
}

function transposed(a: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) for (let j = 0; j < n; j += 1) out[j * n + i] = a[i * n + j]!;
  return out;
}
