/** The network of firmware/apps/lenet: what lies where among its parameters. */

export const side = 28;
export const pixels = side * side;
export const classes = 10;
/** Pictures of a step; the firmware's tensors are sized for it. */
export const batch = 8;
export const window = 5;

/** 5x5 convolutions, each with ReLU and average pooling behind it. */
export interface Convolution {
  readonly side: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Elements before the weights [row][column][input][output] and the biases. */
  readonly weights: number;
  readonly bias: number;
}

/** Fully connected layers, [input][output]. */
export interface Dense {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: number;
  readonly bias: number;
}

export const convolutions: readonly Convolution[] = [
  { side: 28, inputs: 1, outputs: 6, weights: 0, bias: 150 },
  { side: 12, inputs: 6, outputs: 16, weights: 156, bias: 2556 },
];

export const denses: readonly Dense[] = [
  { inputs: 256, outputs: 120, weights: 2572, bias: 33292 },
  { inputs: 120, outputs: 84, weights: 33412, bias: 43492 },
  { inputs: 84, outputs: 10, weights: 43576, bias: 44416 },
];

export const parameters = 44426;

/** What a byte of a picture is to the network: mean 0 and variance 1 over MNIST's training pictures. */
export const inputOf = (byte: number): number => Math.fround((byte / 255 - 0.1307) / 0.3081);

/** Uniform in +- sqrt(6 / inputs) (K. He et al., ICCV 2015), biases zero; the same numbers on every host. */
export function initialParameters(seed: number): Float32Array {
  const values = new Float32Array(parameters);
  let state = seed >>> 0;
  const uniform = (): number => {
    // Splitmix with 32 bits.
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 8) / 2 ** 24;
  };
  const fill = (from: number, count: number, inputs: number): void => {
    const bound = Math.sqrt(6 / inputs);
    for (let i = 0; i < count; i++) values[from + i] = (2 * uniform() - 1) * bound;
  };
  for (const { inputs, outputs, weights } of convolutions)
    fill(weights, window * window * inputs * outputs, window * window * inputs);
  for (const { inputs, outputs, weights } of denses) fill(weights, inputs * outputs, inputs);
  return values;
}

/** Learning rates that fall in a straight line from `first` to zero. */
export const ratesOf = (first: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, step) => first * (1 - step / steps));
