/**
 * The same training once more in single precision, in the order in which the program sums: without another
 * rounding the curve must be the same to the last bit, however long and however sensitive. Written from the
 * formulas; shares nothing with firmware, engine or machine. Every operation is rounded, nothing is fused.
 */
import { batch, classes, convolutions, denses, inputOf, pixels, window } from './shape.js';
import type { Convolution, Dense } from './shape.js';

type Tensor = Float32Array;
const f = Math.fround;
const out = ({ side }: Convolution): number => side - window + 1;

/** sum over k of a(k) b(k), onto `start`. */
function dot(start: number, depth: number, a: (k: number) => number, b: (k: number) => number) {
  let sum = start;
  for (let k = 0; k < depth; k++) sum = f(sum + f(a(k) * b(k)));
  return sum;
}

function convolve(p: Tensor, c: Convolution, x: Tensor): Tensor {
  const side = out(c);
  const y = new Float32Array(side * side * c.outputs);
  const run = window * c.inputs;
  for (let r = 0; r < side; r++)
    for (let q = 0; q < side; q++)
      for (let o = 0; o < c.outputs; o++) {
        let sum = 0;
        for (let i = 0; i < window; i++) {
          const from = ((r + i) * c.side + q) * c.inputs;
          const w = c.weights + i * run * c.outputs + o;
          for (let k = 0; k < run; k++) sum = f(sum + f(x[from + k] * p[w + k * c.outputs]));
        }
        y[(r * side + q) * c.outputs + o] = Math.max(0, f(sum + p[c.bias + o]));
      }
  return y;
}

/** Sums of rows, then of columns, then a quarter. */
function pool(x: Tensor, side: number, channels: number): Tensor {
  const half = side / 2;
  const line = side * channels;
  return Float32Array.from({ length: half * half * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    const at = 2 * Math.floor(pixel / half) * line + 2 * (pixel % half) * channels + (i % channels);
    return f(f(x[at] + x[at + line]) + f(x[at + channels] + x[at + channels + line])) / 4;
  });
}

function dense(p: Tensor, d: Dense, x: Tensor, relu: boolean): Tensor {
  return Float32Array.from({ length: d.outputs }, (_, o) => {
    const sum = dot(
      0,
      d.inputs,
      (k) => x[k],
      (k) => p[d.weights + k * d.outputs + o],
    );
    const y = f(sum + p[d.bias + o]);
    return relu ? Math.max(0, y) : y;
  });
}

/** e^x by the series of e^(x/64) to its fifth power, squared six times. */
function exponential(x: number): number {
  const t = f(Math.max(x, -80) / 64);
  let y = f(f(f(1 / 120) * t) + f(1 / 24));
  for (const c of [f(1 / 6), 0.5, 1, 1]) y = f(f(y * t) + c);
  for (let i = 0; i < 6; i++) y = f(y * y);
  return y;
}

const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);
const fromBits = (word: number): number => {
  bits[0] = word;
  return value[0];
};
const toBits = (x: number): number => {
  value[0] = x;
  return bits[0];
};

function reciprocal(s: number): number {
  let r = fromBits(0x7ef311c3 - toBits(s));
  for (let i = 0; i < 4; i++) r = f(r * f(2 - f(s * r)));
  return r;
}

function logarithm(s: number): number {
  const log2 = toBits(s) - 0x3f800000;
  let y = f(fromBits(0x40800000 + Math.floor((Math.floor(log2 / 256) * 22713) / 512)) - 4);
  for (let i = 0; i < 3; i++) y = f(f(y + f(s * exponential(-y))) - 1);
  return y;
}

interface Pass {
  readonly x: Tensor;
  readonly a: Tensor[];
  readonly q: Tensor[];
  readonly h: Tensor[];
}

function forward(p: Tensor, x: Tensor): Pass {
  const [c1, c2] = convolutions;
  const a1 = convolve(p, c1, x);
  const q1 = pool(a1, out(c1), c1.outputs);
  const a2 = convolve(p, c2, q1);
  const q2 = pool(a2, out(c2), c2.outputs);
  const h: Tensor[] = [];
  denses.forEach((d, i) => h.push(dense(p, d, i === 0 ? q2 : h[i - 1], i < 2)));
  return { x, a: [a1, a2], q: [q1, q2], h };
}

/** Losses in order, and the steps of the scores. */
function softmax(scores: Tensor, label: number, scale: number): { loss: number; slopes: Tensor } {
  const most = Math.max(...scores);
  const below = scores.map((score) => f(score - most));
  const powers = below.map(exponential);
  const sum = dot(
    0,
    classes,
    (k) => powers[k],
    () => 1,
  );
  const inverse = reciprocal(sum);
  const slopes = powers.map((power, c) => f(scale * f(f(power * inverse) - (c === label ? 1 : 0))));
  return { loss: f(logarithm(sum) - below[label]), slopes };
}

/** Steps of the layer from the whole batch; returns the gradients of its inputs. */
function denseBack(p: Tensor, d: Dense, x: Tensor[], dy: Tensor[], relu: boolean): Tensor[] {
  const dx = dy.map((slopes, b) =>
    Float32Array.from({ length: d.inputs }, (_, i) => {
      const sum = dot(
        0,
        d.outputs,
        (k) => p[d.weights + i * d.outputs + k],
        (k) => slopes[k],
      );
      return relu && !(x[b][i] > 0) ? 0 : sum;
    }),
  );
  for (let i = 0; i < d.inputs; i++)
    for (let o = 0; o < d.outputs; o++) {
      const at = d.weights + i * d.outputs + o;
      p[at] = dot(
        p[at],
        batch,
        (b) => x[b][i],
        (b) => dy[b][o],
      );
    }
  for (let o = 0; o < d.outputs; o++)
    p[d.bias + o] = dot(
      p[d.bias + o],
      batch,
      () => 1,
      (b) => dy[b][o],
    );
  return dx;
}

/** Back through pooling and ReLU: a quarter was taken before. */
function unpool(quarters: Tensor, a: Tensor, side: number, channels: number): Tensor {
  return a.map((activation, i) => {
    const pixel = Math.floor(i / channels);
    const [row, column] = [Math.floor(pixel / side) >> 1, (pixel % side) >> 1];
    return activation > 0 ? quarters[(row * (side / 2) + column) * channels + (i % channels)] : 0;
  });
}

/** Gradient of the input, under the weights that `w` holds. */
function convolveBack(w: Tensor, c: Convolution, dy: Tensor): Tensor {
  const side = out(c);
  return Float32Array.from({ length: c.side * c.side * c.inputs }, (_, at) => {
    const input = at % c.inputs;
    const [y, x] = [Math.floor(at / c.inputs / c.side), Math.floor(at / c.inputs) % c.side];
    let sum = 0;
    for (let i = window - 1; i >= 0; i--)
      for (let j = window - 1; j >= 0; j--) {
        const [r, q] = [y - i, x - j];
        if (r < 0 || q < 0 || r >= side || q >= side) continue;
        for (let o = 0; o < c.outputs; o++)
          sum = f(
            sum +
              f(
                dy[(r * side + q) * c.outputs + o] *
                  w[((i * window + j) * c.inputs + input) * c.outputs + o],
              ),
          );
      }
    return sum;
  });
}

function convolveSteps(p: Tensor, c: Convolution, x: Tensor, dy: Tensor): void {
  const side = out(c);
  for (let i = 0; i < window; i++)
    for (let k = 0; k < window * c.inputs; k++)
      for (let o = 0; o < c.outputs; o++) {
        const at = c.weights + (i * window * c.inputs + k) * c.outputs + o;
        let sum = p[at];
        for (let r = 0; r < side; r++)
          for (let q = 0; q < side; q++)
            sum = f(
              sum +
                f(x[((r + i) * c.side + q) * c.inputs + k] * dy[(r * side + q) * c.outputs + o]),
            );
        p[at] = sum;
      }
  for (let o = 0; o < c.outputs; o++)
    p[c.bias + o] = dot(
      p[c.bias + o],
      side * side,
      () => 1,
      (k) => dy[k * c.outputs + o],
    );
}

function step(p: Tensor, passes: Pass[], slopes: Tensor[]): void {
  const [c1, c2] = convolutions;
  const weights = p.slice(c2.weights, c2.bias);
  let dy = slopes;
  for (let i = denses.length - 1; i >= 0; i--)
    dy = denseBack(
      p,
      denses[i],
      passes.map(({ q, h }) => (i === 0 ? q[1] : h[i - 1])),
      dy,
      i > 0,
    );
  passes.forEach(({ x, a, q }, b) => {
    const d2 = unpool(
      dy[b].map((slope) => slope / 4),
      a[1],
      out(c2),
      c2.outputs,
    );
    const dq = convolveBack(weights, c2, d2).map((slope) => slope / 4);
    convolveSteps(p, c2, q[0], d2);
    convolveSteps(p, c1, x, unpool(dq, a[0], out(c1), c1.outputs));
  });
}

/**
 * Trains in place.
 * @returns the mean loss of each report of `every` steps
 */
export function trainOrdered(
  p: Tensor,
  data: { readonly pixels: Uint8Array; readonly labels: Uint8Array },
  rates: readonly number[],
  every: number,
): number[] {
  const losses: number[] = [];
  let total = 0;
  rates.forEach((rate, at) => {
    const passes = Array.from({ length: batch }, (_, b) => {
      const from = (at * batch + b) * pixels;
      return forward(p, Float32Array.from(data.pixels.subarray(from, from + pixels), inputOf));
    });
    const ends = passes.map(({ h }, b) =>
      softmax(h[2], data.labels[at * batch + b], f(-rate / batch)),
    );
    for (const { loss } of ends) total = f(total + loss);
    step(
      p,
      passes,
      ends.map(({ slopes }) => slopes),
    );
    if ((at + 1) % every !== 0) return;
    losses.push(f(f(1 / (batch * every)) * total));
    total = 0;
  });
  return losses;
}
