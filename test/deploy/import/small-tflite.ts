import { FlatWriter, type FlatFields } from './flat-writer.js';

const floats = (values: readonly number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(values).buffer);

const halves = (bits: readonly number[]): Uint8Array =>
  new Uint8Array(Uint16Array.from(bits).buffer);

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data?: Uint8Array;
  /** 0 float32, 1 float16. */
  readonly type?: number;
}

/** The constants of the model below; 1 to 4 as float16 are 3c00, 4000, 4200, 4400. */
export const smallTensors: Tensor[] = [
  { name: 'picture', shape: [1, 4, 4, 1] },
  { name: 'w1', shape: [2, 3, 3, 1], data: floats(Array.from({ length: 18 }, (_, i) => i - 9)) },
  { name: 'b1', shape: [2], data: floats([0.5, -0.5]) },
  { name: 'conv', shape: [1, 2, 2, 2] },
  { name: 'w2.half', shape: [1, 1, 1, 2], data: halves([0x3c00, 0x4000]), type: 1 },
  { name: 'w2', shape: [1, 1, 1, 2] },
  { name: 'depthwise', shape: [1, 2, 2, 2] },
  { name: 'sum', shape: [1, 2, 2, 2] },
  { name: 'mean', shape: [1, 1, 1, 2] },
  { name: 'flat', shape: [1, 2] },
  { name: 'w3', shape: [3, 2], data: floats([1, 0, 0, 1, 1, 1]) },
  { name: 'logits', shape: [1, 3] },
];

interface LiteOperator {
  readonly code: number;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly options?: FlatFields;
}

/** Convolution, depth-wise convolution, addition, mean, dense layer; float16 for one weight. */
export const smallOperators: LiteOperator[] = [
  { code: 6, inputs: ['w2.half'], output: 'w2' },
  {
    code: 3,
    inputs: ['picture', 'w1', 'b1'],
    output: 'conv',
    // SAME, stride 2, ReLU6
    options: {
      0: { i8: 0 },
      1: { i32: 2 },
      2: { i32: 2 },
      3: { i8: 3 },
      4: { i32: 1 },
      5: { i32: 1 },
    },
  },
  {
    code: 4,
    inputs: ['conv', 'w2'],
    output: 'depthwise',
    options: { 0: { i8: 1 }, 1: { i32: 1 }, 2: { i32: 1 }, 3: { i32: 1 }, 4: { i8: 0 } },
  },
  { code: 0, inputs: ['conv', 'depthwise'], output: 'sum', options: { 0: { i8: 1 } } },
  {
    code: 1,
    inputs: ['sum'],
    output: 'mean',
    options: { 0: { i8: 1 }, 1: { i32: 2 }, 2: { i32: 2 }, 3: { i32: 2 }, 4: { i32: 2 } },
  },
  { code: 22, inputs: ['mean'], output: 'flat', options: {} },
  { code: 9, inputs: ['flat', 'w3'], output: 'logits', options: { 0: { i8: 0 } } },
];

/** A TensorFlow Lite file of the given parts. */
export function writeTflite(
  tensors: readonly Tensor[] = smallTensors,
  operators: readonly LiteOperator[] = smallOperators,
): Uint8Array {
  const indexOf = (name: string): number => tensors.findIndex((tensor) => tensor.name === name);
  const codes = [...new Set(operators.map(({ code }) => code))];
  return new FlatWriter().write('TFL3', {
    0: { i32: 3 },
    1: { tables: codes.map((code) => ({ 0: { i8: code }, 3: { i32: code } })) },
    2: {
      tables: [
        {
          0: {
            tables: tensors.map(({ name, shape, type = 0 }, i) => ({
              0: { ints: shape },
              1: { i8: type },
              2: { i32: i },
              3: { text: name },
            })),
          },
          1: { ints: [indexOf('picture')] },
          2: { ints: [indexOf(operators.at(-1)!.output)] },
          3: {
            tables: operators.map(({ code, inputs, output, options }) => ({
              0: { i32: codes.indexOf(code) },
              1: { ints: inputs.map(indexOf) },
              2: { ints: [indexOf(output)] },
              ...(options === undefined ? {} : { 4: { table: options } }),
            })),
          },
        },
      ],
    },
    4: { tables: tensors.map(({ data }) => (data === undefined ? {} : { 0: { bytes: data } })) },
  });
}
