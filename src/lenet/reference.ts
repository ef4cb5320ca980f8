/**
 * The same training in plain loops of the host's single precision, with its own exponential and logarithm:
 * gradients of the batch are summed, then taken as a step. Shares nothing with firmware, engine or machine.
 */
import {
  batch,
  classes,
  convolutions,
  denses,
  inputOf,
  parameters,
  pixels,
  window,
} from './shape.js';
import type { Convolution, Dense } from './shape.js';

interface Tape {
  readonly inputs: Float32Array[];
  readonly outputs: Float32Array[];
}

const out = ({ side }: Convolution): number => side - window + 1;

function convolve(p: Float32Array, c: Convolution, x: Float32Array): Float32Array {
  const side = out(c);
  const y = new Float32Array(side * side * c.outputs);
  for (let r = 0; r < side; r++)
    for (let q = 0; q < side; q++)
      for (let o = 0; o < c.outputs; o++) {
        let sum = p[c.bias + o];
        for (let i = 0; i < window; i++)
          for (let j = 0; j < window; j++)
            for (let k = 0; k < c.inputs; k++)
              sum = Math.fround(
                sum +
                  x[((r + i) * c.side + q + j) * c.inputs + k] *
                    p[c.weights + ((i * window + j) * c.inputs + k) * c.outputs + o],
              );
        y[(r * side + q) * c.outputs + o] = Math.max(0, sum);
      }
  return y;
}

/** Index of the mean that a pixel belongs to. */
const pooled = (at: number, side: number, channels: number): number => {
  const pixel = Math.floor(at / channels);
  const [row, column] = [Math.floor(pixel / side), pixel % side];
  return ((row >> 1) * (side >> 1) + (column >> 1)) * channels + (at % channels);
};

function pool(x: Float32Array, side: number, channels: number): Float32Array {
  const y = new Float32Array(x.length / 4);
  for (let i = 0; i < x.length; i++) y[pooled(i, side, channels)] += x[i] / 4;
  return y;
}

function dense(p: Float32Array, d: Dense, x: Float32Array, relu: boolean): Float32Array {
  const y = new Float32Array(d.outputs);
  for (let o = 0; o < d.outputs; o++) {
    let sum = p[d.bias + o];
    for (let i = 0; i < d.inputs; i++)
      sum = Math.fround(sum + x[i] * p[d.weights + i * d.outputs + o]);
    y[o] = relu ? Math.max(0, sum) : sum;
  }
  return y;
}

function forward(p: Float32Array, picture: Float32Array): { scores: Float32Array; tape: Tape } {
  const tape: Tape = { inputs: [], outputs: [] };
  let x = picture;
  const record = (y: Float32Array): Float32Array => {
    tape.inputs.push(x);
    tape.outputs.push(y);
    return y;
  };
  for (const c of convolutions) x = pool(record(convolve(p, c, x)), out(c), c.outputs);
  denses.forEach((d, i) => (x = record(dense(p, d, x, i < denses.length - 1))));
  return { scores: x, tape };
}

/** Adds to `g`, gives the gradient of the input. */
function denseBack(p: Float32Array, g: Float32Array, d: Dense, x: Float32Array, dy: Float32Array) {
  const dx = new Float32Array(d.inputs);
  for (let o = 0; o < d.outputs; o++) g[d.bias + o] += dy[o];
  for (let i = 0; i < d.inputs; i++) {
    let sum = 0;
    for (let o = 0; o < d.outputs; o++) {
      const at = d.weights + i * d.outputs + o;
      g[at] += x[i] * dy[o];
      sum = Math.fround(sum + p[at] * dy[o]);
    }
    dx[i] = sum;
  }
  return dx;
}

function convolveBack(
  p: Float32Array,
  g: Float32Array,
  c: Convolution,
  x: Float32Array,
  dy: Float32Array,
): Float32Array {
  const side = out(c);
  const dx = new Float32Array(x.length);
  for (let r = 0; r < side; r++)
    for (let q = 0; q < side; q++)
      for (let o = 0; o < c.outputs; o++) {
        const slope = dy[(r * side + q) * c.outputs + o];
        if (slope === 0) continue;
        g[c.bias + o] += slope;
        for (let i = 0; i < window; i++)
          for (let j = 0; j < window; j++)
            for (let k = 0; k < c.inputs; k++) {
              const from = ((r + i) * c.side + q + j) * c.inputs + k;
              const at = c.weights + ((i * window + j) * c.inputs + k) * c.outputs + o;
              g[at] += x[from] * slope;
              dx[from] += p[at] * slope;
            }
      }
  return dx;
}

function backward(p: Float32Array, g: Float32Array, tape: Tape, scores: Float32Array): void {
  let dy = scores;
  for (let i = denses.length - 1; i >= 0; i--) {
    const layer = convolutions.length + i;
    if (i < denses.length - 1) dy = dy.map((slope, o) => (tape.outputs[layer][o] > 0 ? slope : 0));
    dy = denseBack(p, g, denses[i], tape.inputs[layer], dy);
  }
  for (let i = convolutions.length - 1; i >= 0; i--) {
    const c = convolutions[i];
    const means = dy;
    const before = tape.outputs[i].map((value, at) =>
      value > 0 ? means[pooled(at, out(c), c.outputs)] / 4 : 0,
    );
    dy = convolveBack(p, g, c, tape.inputs[i], before);
  }
}

const toFloats = (bytes: Uint8Array, at: number): Float32Array =>
  Float32Array.from(bytes.subarray(at * pixels, (at + 1) * pixels), inputOf);

/** Scores of the classes, of one picture out of many. */
export const referenceScores = (p: Float32Array, bytes: Uint8Array, at: number): Float32Array =>
  forward(p, toFloats(bytes, at)).scores;

/** Outputs of every layer behind its ReLU, of one picture. */
export const referenceActivations = (
  p: Float32Array,
  bytes: Uint8Array,
  at: number,
): readonly Float32Array[] => forward(p, toFloats(bytes, at)).tape.outputs;

/**
 * Trains in place.
 * @param rates learning rate of each step
 * @returns the mean loss of each step
 */
export function trainReference(
  p: Float32Array,
  data: { readonly pixels: Uint8Array; readonly labels: Uint8Array },
  rates: readonly number[],
): number[] {
  const losses: number[] = [];
  for (const [step, rate] of rates.entries()) {
    const g = new Float32Array(parameters);
    let loss = 0;
    for (let b = 0; b < batch; b++) {
      const at = step * batch + b;
      const { scores, tape } = forward(p, toFloats(data.pixels, at));
      const most = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - most));
      const sum = powers.reduce((total, value) => total + value, 0);
      const label = data.labels[at];
      loss += Math.log(sum) - (scores[label] - most);
      const slopes = Float32Array.from(powers, (value, c) => value / sum - (c === label ? 1 : 0));
      backward(p, g, tape, slopes);
    }
    for (let i = 0; i < parameters; i++) p[i] -= (rate / batch) * g[i];
    losses.push(loss / batch);
  }
  return losses;
}

/** The class with the highest score. */
export const best = (scores: ArrayLike<number>): number => {
  let at = 0;
  for (let c = 1; c < classes; c++) if (scores[c] > scores[at]) at = c;
  return at;
};
