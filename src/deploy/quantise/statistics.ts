/** Small statistics of the quantiser; sums in double precision, in a fixed order. */

/** Codes and the real outputs they should lead to, one row per sample. */
export interface Samples {
  readonly count: number;
  readonly inputs: number;
  readonly outputs: number;
  /** [count][inputs]. */
  readonly x: Float64Array;
  /** [count][outputs]. */
  readonly y: Float64Array;
}

export interface Moments {
  readonly meanX: Float64Array;
  readonly meanY: Float64Array;
  /** Covariance of the inputs [inputs][inputs]. */
  readonly xx: Float64Array;
  /** Covariance of outputs with inputs [outputs][inputs]. */
  readonly yx: Float64Array;
}

/** Mean of each column of a [count][width] table. */
function columnMeans(table: Float64Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < table.length; i += 1) mean[i % width]! += table[i]!;
  const count = table.length / width;
  return mean.map((sum) => sum / count);
}

/** Means and covariances of samples. */
export function momentsOf(samples: Samples): Moments {
  const { count, inputs, outputs } = samples;
  const meanX = columnMeans(samples.x, inputs);
  const meanY = columnMeans(samples.y, outputs);
  const xx = new Float64Array(inputs * inputs);
  const yx = new Float64Array(outputs * inputs);
  const x = new Float64Array(inputs);
  for (let s = 0; s < count; s += 1) {
    for (let i = 0; i < inputs; i += 1) x[i] = samples.x[s * inputs + i]! - meanX[i]!;
    for (let i = 0; i < inputs; i += 1) {
      const v = x[i]! / count;
      if (v === 0) continue;
      const row = i * inputs;
      for (let j = 0; j <= i; j += 1) xx[row + j]! += v * x[j]!;
    }
    for (let o = 0; o < outputs; o += 1) {
      const v = (samples.y[s * outputs + o]! - meanY[o]!) / count;
      const row = o * inputs;
      for (let i = 0; i < inputs; i += 1) yx[row + i]! += v * x[i]!;
    }
  }
  for (let i = 0; i < inputs; i += 1) {
    for (let j = 0; j < i; j += 1) xx[j * inputs + i] = xx[i * inputs + j]!;
  }
  return { meanX, meanY, xx, yx };
}

/** Codes of real values under one scale. */
export const quantiseSigned = (values: Float32Array, scale: number): Int8Array =>
  Int8Array.from(values, (v) => Math.min(127, Math.max(-128, Math.round(v / scale))));

/** Cosine of the angle between two vectors. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i += 1) {
    ab += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return ab / Math.sqrt(aa * bb);
}
