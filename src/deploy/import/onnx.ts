import type { FloatGraph } from '../graph/float-graph.js';
import { elements } from '../graph/tensor.js';
import { flattened, type Value } from './builder.js';
import { modelError, nodeError } from './errors.js';
import { readOnnx, type OnnxNode, type OnnxTensor } from './onnx-file.js';
import {
  importOperators,
  type Handler,
  type ImportOptions,
  type Importing,
  type SourceOperator,
} from './operators.js';
import type { PaddingRule } from './shapes.js';

interface Attributes {
  readonly node: OnnxNode;
  /** The constant at an input; undefined when it is computed or absent. */
  constant(input: number): OnnxTensor | undefined;
}

type Operator = SourceOperator<Attributes>;

/**
 * Imports an ONNX model in float32; its NCHW maps and OIHW weights become HWC.
 *
 * @throws OctobarError `image` naming the node at fault, or listing all unsupported ones.
 */
export function importOnnx(
  bytes: Uint8Array,
  name: string,
  options: ImportOptions = {},
): FloatGraph {
  const model = readOnnx(bytes);
  const constants = new Map(model.constants);
  for (const node of model.nodes) {
    const value = constantOf(node, constants);
    if (value !== undefined) constants.set(node.outputs[0] ?? '', value);
  }
  const inputs = model.inputs.filter((input) => !constants.has(input.name));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1 || input.shape.length !== 4) {
    throw modelError(
      `it has ${inputs.length} inputs, expected one picture [1, channels, rows, columns]`,
    );
  }
  const [batch, channels, height, width] = input.shape;
  if (batch !== 1 && batch !== 0) throw modelError(`a batch of ${batch} pictures, expected one`);
  const operators = model.nodes
    .filter((node) => !constants.has(node.outputs[0] ?? ''))
    .map((node): Operator => ({
      name: node.name,
      op: node.op,
      inputs: node.inputs,
      outputs: node.outputs.filter((output) => output !== ''),
      attributes: { node, constant: (i) => constants.get(node.inputs[i] ?? '') },
    }));
  return importOperators<Attributes>(
    {
      name,
      format: 'ONNX',
      operators,
      input: input.name,
      inputSize: { height: height!, width: width!, channels: channels! },
      outputs: model.outputs,
      isConstant: (tensor) => constants.has(tensor),
      handlers,
    },
    options,
  );
}

/** The value of a node that only names a constant; exporters share equal ones by Identity. */
function constantOf(
  node: OnnxNode,
  constants: ReadonlyMap<string, OnnxTensor>,
): OnnxTensor | undefined {
  if (node.op === 'Constant') return node.tensor('value');
  return node.op === 'Identity' ? constants.get(node.inputs[0] ?? '') : undefined;
}

const alias: Handler<Attributes> = (_, at) => at.value(0);
const flatten: Handler<Attributes> = (_, at) => flattened(at.value(0));

const handlers: { readonly [op: string]: Handler<Attributes> } = {
  Conv: convolution,
  BatchNormalization: (operator, at) => {
    const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => constant(operator, i).values());
    const epsilon = operator.attributes.node.float('epsilon', 1e-5);
    const scale = Float64Array.from(
      variance!,
      (v, c) => (gamma![c] ?? NaN) / Math.sqrt(v + epsilon),
    );
    const offset = scale.map((s, c) => (beta![c] ?? NaN) - s * (mean![c] ?? NaN));
    return at.builder.affine(at.origin, at.value(0), scale, offset);
  },
  Relu: (_, at) => at.builder.activation(at.origin, at.value(0), 'relu'),
  Clip: (operator, at) => {
    const { node } = operator.attributes;
    const end = (input: number, name: string, absent: number): number =>
      operator.attributes.constant(input)?.values()[0] ?? node.float(name, absent);
    const low = end(1, 'min', -Infinity);
    const high = end(2, 'max', Infinity);
    if (low !== 0 || (high !== 6 && !(high > 1e30))) {
      throw nodeError(operator.name, operator.op, `it clips to ${low}..${high}; 0..6 is supported`);
    }
    return at.builder.activation(at.origin, at.value(0), high === 6 ? 'relu6' : 'relu');
  },
  Add: (operator, at) => {
    const side = constantSide(operator);
    if (side === undefined) {
      return at.builder.add(at.origin, at.value(0), at.value(1), 'linear');
    }
    return at.builder.affine(
      at.origin,
      at.value(side.input),
      [1],
      perChannel(operator, side.tensor),
    );
  },
  Sub: (operator, at) => {
    const values = perChannel(operator, constant(operator, 1)).map((v) => -v);
    return at.builder.affine(at.origin, at.value(0), [1], values);
  },
  Mul: (operator, at) => {
    const side = constantSide(operator);
    if (side === undefined) throw nodeError(operator.name, operator.op, 'no factor is a constant');
    return at.builder.affine(
      at.origin,
      at.value(side.input),
      perChannel(operator, side.tensor),
      [0],
    );
  },
  Div: (operator, at) => {
    const values = perChannel(operator, constant(operator, 1)).map((v) => 1 / v);
    return at.builder.affine(at.origin, at.value(0), values, [0]);
  },
  GlobalAveragePool: (_, at) => at.builder.globalMean(at.origin, at.value(0)),
  ReduceMean: (operator, at) => {
    const { node } = operator.attributes;
    const given = operator.attributes.constant(1)?.values();
    const axes = (given === undefined ? node.ints('axes') : [...given]).map((a) =>
      a < 0 ? a + 4 : a,
    );
    if (axes.toSorted().join() !== '2,3') {
      throw nodeError(operator.name, operator.op, `a mean over axes ${axes.join()}`);
    }
    return at.builder.globalMean(at.origin, at.value(0));
  },
  AveragePool: (operator, at) => {
    const { node } = operator.attributes;
    if (node.int('ceil_mode', 0) !== 0) {
      throw nodeError(operator.name, operator.op, 'ceil_mode is not supported');
    }
    const kernel = two(operator, node.ints('kernel_shape'), [0, 0]);
    const { stride, padding } = steps(operator);
    return at.builder.averagePool(at.origin, at.value(0), { kernel, stride, padding });
  },
  Pad: (operator, at) => {
    const { node } = operator.attributes;
    const mode = node.text('mode', 'constant');
    const given = operator.attributes.constant(1)?.values();
    const pads = given === undefined ? node.ints('pads') : [...given];
    const [n0, c0, top, left, n1, c1, bottom, right] = pads;
    const value = operator.attributes.constant(2)?.values()[0] ?? node.float('value', 0);
    const maps = pads.length === 8 && n0 === 0 && c0 === 0 && n1 === 0 && c1 === 0;
    if (mode !== 'constant' || value !== 0 || !maps) {
      throw nodeError(operator.name, operator.op, 'only rows and columns of zeros can be padded');
    }
    const padding = { top: top!, bottom: bottom!, left: left!, right: right! };
    return at.builder.pad(at.origin, at.value(0), padding);
  },
  Gemm: (operator, at) => {
    const { node } = operator.attributes;
    if (
      node.float('alpha', 1) !== 1 ||
      node.float('beta', 1) !== 1 ||
      node.int('transA', 0) !== 0
    ) {
      throw nodeError(operator.name, operator.op, 'alpha, beta and transA are not supported');
    }
    const bias = operator.inputs[2] === undefined ? undefined : constant(operator, 2).values();
    return dense(operator, at, node.int('transB', 0) === 1, bias);
  },
  MatMul: (operator, at) => dense(operator, at, false, undefined),
  Softmax: (_, at) => ({ ...at.value(0), softmax: true }),
  Flatten: flatten,
  Reshape: flatten,
  Squeeze: flatten,
  Identity: alias,
  Dropout: alias,
};

function convolution(operator: Operator, at: Importing): Value {
  const { node } = operator.attributes;
  const kernel = constant(operator, 1);
  const [outChannels, groupChannels, height, width] = kernel.shape as [
    number,
    number,
    number,
    number,
  ];
  if (kernel.shape.length !== 4)
    throw nodeError(operator.name, operator.op, 'its kernel is not 2-D');
  if (node.ints('dilations').some((n) => n !== 1)) {
    throw nodeError(operator.name, operator.op, 'dilated kernels are not supported');
  }
  const input = at.value(0);
  const group = node.int('group', 1);
  const bias = operator.inputs[2] === undefined ? undefined : constant(operator, 2).values();
  const values = kernel.values();
  const spec = {
    kernel: [height, width] as const,
    ...steps(operator),
    activation: 'linear' as const,
    ...(bias === undefined ? {} : { bias }),
  };
  const taps = height * width;
  const { channels } = input.size;
  if (group === channels && groupChannels === 1 && outChannels === channels) {
    const weights = new Float32Array(values.length);
    for (let c = 0; c < channels; c += 1) {
      for (let t = 0; t < taps; t += 1) weights[t * channels + c] = values[c * taps + t]!;
    }
    return at.builder.depthwise(at.origin, input, { ...spec, weights });
  }
  if (group !== 1 || groupChannels !== channels) {
    const reason = `${group} groups and a kernel of shape [${kernel.shape}] on ${channels} channels`;
    throw nodeError(operator.name, operator.op, reason);
  }
  const weights = new Float32Array(values.length);
  for (let o = 0, from = 0; o < outChannels; o += 1) {
    for (let i = 0; i < channels; i += 1) {
      for (let t = 0; t < taps; t += 1, from += 1) {
        weights[(t * channels + i) * outChannels + o] = values[from]!;
      }
    }
  }
  return at.builder.convolution(at.origin, input, { ...spec, weights, outChannels });
}

/** A matrix on a vector; a flattened map has its elements as CHW there, as HWC here. */
function dense(
  operator: Operator,
  at: Importing,
  transposed: boolean,
  bias: Float32Array | undefined,
): Value {
  const kernel = constant(operator, 1);
  const input = at.value(0);
  const [a, b] = kernel.shape as [number, number];
  const [inputs, outputs] = transposed ? [b, a] : [a, b];
  const { height, width, channels } = input.size;
  if (kernel.shape.length !== 2 || inputs !== elements(input.size)) {
    const reason = `a matrix of shape [${kernel.shape}] on ${elements(input.size)} values`;
    throw nodeError(operator.name, operator.op, reason);
  }
  const values = kernel.values();
  const weights = new Float32Array(values.length);
  for (let c = 0; c < channels; c += 1) {
    for (let p = 0; p < height * width; p += 1) {
      const there = c * height * width + p;
      const here = p * channels + c;
      for (let o = 0; o < outputs; o += 1) {
        weights[here * outputs + o] =
          values[transposed ? o * inputs + there : there * outputs + o]!;
      }
    }
  }
  return at.builder.dense(at.origin, input, outputs, weights, bias, 'linear');
}

function steps(operator: Operator): { stride: readonly [number, number]; padding: PaddingRule } {
  const { node } = operator.attributes;
  const stride = two(operator, node.ints('strides'), [1, 1]);
  const auto = node.text('auto_pad', 'NOTSET');
  if (auto === 'SAME_UPPER') return { stride, padding: 'same' };
  if (auto === 'VALID') return { stride, padding: 'valid' };
  const pads = node.ints('pads');
  if (auto !== 'NOTSET' || (pads.length !== 4 && pads.length !== 0)) {
    throw nodeError(operator.name, operator.op, `padding ${auto} [${pads.join()}]`);
  }
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  return { stride, padding: { top, left, bottom, right } };
}

function two(
  operator: Operator,
  values: readonly number[],
  absent: readonly [number, number],
): readonly [number, number] {
  if (values.length === 0) return absent;
  if (values.length !== 2) throw nodeError(operator.name, operator.op, `${values.length} axes`);
  return [values[0]!, values[1]!];
}

function constant(operator: Operator, input: number): OnnxTensor {
  const found = operator.attributes.constant(input);
  if (found === undefined) {
    throw nodeError(operator.name, operator.op, `input ${input} is not a constant`);
  }
  return found;
}

function constantSide(operator: Operator): { tensor: OnnxTensor; input: number } | undefined {
  const first = operator.attributes.constant(0);
  if (first !== undefined) return { tensor: first, input: 1 };
  const second = operator.attributes.constant(1);
  return second === undefined ? undefined : { tensor: second, input: 0 };
}

/** Values of a constant that is one number or one per channel of a map or vector. */
function perChannel(operator: Operator, tensor: OnnxTensor): Float32Array {
  const values = tensor.values();
  const { shape } = tensor;
  // [C, 1, 1] and [1, C, 1, 1] of maps, [C] and [1, C] of vectors.
  const many = shape.filter((size) => size !== 1).length;
  const channelAxis = shape.length >= 3 ? shape.length - 3 : shape.length - 1;
  if (values.length !== 1 && (many !== 1 || shape[channelAxis] !== values.length)) {
    throw nodeError(operator.name, operator.op, `a constant of shape [${shape}]`);
  }
  return values;
}
