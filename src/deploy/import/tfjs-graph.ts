import type { Literal } from '../../datasets/script-literal.js';
import type { Activation, FloatGraph } from '../graph/float-graph.js';
import { flattened, type Value } from './builder.js';
import { modelError, nodeError } from './errors.js';
import { list, record, text, whole, type LiteralRecord } from './literal.js';
import {
  activationNamed,
  importOperators,
  type Handler,
  type ImportOptions,
  type Importing,
  type SourceOperator,
} from './operators.js';
import type { PaddingRule } from './shapes.js';
import type { TfjsFiles } from './tfjs-layers.js';
import { readTfjsWeights, type WeightTensor } from './tfjs-weights.js';

interface Node {
  readonly attr: LiteralRecord;
  /** The constant at an input of the node, or undefined when it is computed. */
  constant(input: number): WeightTensor | undefined;
}

type Operator = SourceOperator<Node>;

const activations: { readonly [name: string]: Activation } = { Relu: 'relu', Relu6: 'relu6' };

/**
 * Imports a TensorFlow graph as tfjs-converter writes it.
 *
 * @throws OctobarError `image` naming the node at fault, or listing all unsupported ones.
 */
export function importGraphModel(
  files: TfjsFiles,
  name: string,
  options: ImportOptions = {},
): FloatGraph {
  const root = record(files.description, 'the description');
  const topology = record(root['modelTopology'], 'modelTopology');
  const tensors = readTfjsWeights(root['weightsManifest'], files.weights);
  const nodes = list(topology['node'], 'node').map((item) => record(item, 'a node'));
  const constants = new Map<string, WeightTensor>();
  const operators: Operator[] = [];
  const pictures: Operator[] = [];
  for (const node of nodes) {
    const operator = operatorOf(node, constants);
    if (operator.op === 'Const') {
      const tensor = tensors.get(operator.name);
      if (tensor === undefined)
        throw nodeError(operator.name, 'Const', 'the file holds no values for it');
      constants.set(operator.name, tensor);
    } else if (operator.op === 'Placeholder') pictures.push(operator);
    else operators.push(operator);
  }
  const [picture] = pictures;
  if (picture === undefined || pictures.length > 1) {
    throw modelError(`it has ${pictures.length} inputs, expected one picture`);
  }
  const read = new Set(operators.flatMap(({ inputs }) => inputs));
  return importOperators<Node>(
    {
      name,
      format: 'tfjs graph',
      operators,
      input: picture.name,
      inputSize: pictureSize(picture),
      outputs: operators.filter((o) => !read.has(o.name)).map((o) => o.name),
      isConstant: (tensor) => constants.has(tensor),
      handlers,
    },
    options,
  );
}

function operatorOf(node: LiteralRecord, constants: ReadonlyMap<string, WeightTensor>): Operator {
  const name = text(node['name'], 'the name of a node');
  const op = text(node['op'], `op of ${name}`);
  const inputs = list(node['input'] ?? [], `input of ${name}`)
    .map((item) => text(item, `an input of ${name}`))
    // "^name" only orders nodes; ":0" is the first output.
    .filter((input) => !input.startsWith('^'))
    .map((input) => input.replace(/:0$/, ''));
  return {
    name,
    op,
    inputs,
    outputs: [name],
    attributes: {
      attr: record(node['attr'] ?? {}, `attr of ${name}`),
      constant: (input) => constants.get(inputs[input] ?? ''),
    },
  };
}

function pictureSize(picture: Operator): { height: number; width: number; channels: number } {
  const shape = record(picture.attributes.attr['shape'], 'shape of the input');
  const dim = list(record(shape['shape'], 'shape of the input')['dim'], 'shape of the input');
  const sizes = dim.map((item) => record(item, 'a size of the input')['size']);
  if (sizes.length !== 4) throw modelError('its input is not a picture');
  const [height, width, channels] = [1, 2, 3].map((i) => whole(sizes[i], 'the input shape'));
  return { height: height!, width: width!, channels: channels! };
}

const alias: Handler<Node> = (_, at) => at.value(0);
const flatten: Handler<Node> = (_, at) => flattened(at.value(0));

/** Nodes that leave a batch of one picture as it is. */
const aliases = ['Identity', 'Cast', 'ExpandDims', 'Unpack', 'Squeeze'] as const;

const handlers: { readonly [op: string]: Handler<Node> } = {
  ...Object.fromEntries(aliases.map((op) => [op, alias])),
  Reshape: flatten,
  Conv2D: convolution,
  _FusedConv2D: convolution,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: depthwise,
  MatMul: dense,
  _FusedMatMul: dense,
  FusedBatchNorm: normalisation,
  FusedBatchNormV3: normalisation,
  BiasAdd: (operator, at) =>
    at.builder.affine(at.origin, at.value(0), [1], constant(operator, 1).values),
  Relu: (_, at) => at.builder.activation(at.origin, at.value(0), 'relu'),
  Relu6: (_, at) => at.builder.activation(at.origin, at.value(0), 'relu6'),
  Add: addition,
  AddV2: addition,
  Sub: (operator, at) => {
    const offset = constant(operator, 1).values.map((v) => -v);
    return at.builder.affine(at.origin, at.value(0), [1], offset);
  },
  Mul: (operator, at) => {
    const { factor, input } = constantSide(operator);
    return at.builder.affine(at.origin, at.value(input), factor.values, [0]);
  },
  AvgPool: (operator, at) =>
    at.builder.averagePool(at.origin, at.value(0), {
      kernel: sides(operator, 'ksize'),
      stride: sides(operator, 'strides'),
      padding: paddingOf(operator),
    }),
  Mean: (operator, at) => {
    const axes = [...constant(operator, 1).values].toSorted().join();
    if (axes !== '1,2') throw nodeError(operator.name, operator.op, `a mean over axes ${axes}`);
    return at.builder.globalMean(at.origin, at.value(0));
  },
  Pad: (operator, at) => {
    const { values } = constant(operator, 1);
    const [b0, b1, top, bottom, left, right, c0, c1] = values;
    if (values.length !== 8 || b0 !== 0 || b1 !== 0 || c0 !== 0 || c1 !== 0) {
      throw nodeError(operator.name, operator.op, 'it pads more than rows and columns');
    }
    const padding = { top: top!, bottom: bottom!, left: left!, right: right! };
    return at.builder.pad(at.origin, at.value(0), padding);
  },
  Softmax: (_, at) => ({ ...at.value(0), softmax: true }),
};

function convolution(operator: Operator, at: Importing): Value {
  const kernel = kernelOf(operator);
  const [height, width, inChannels, outChannels] = kernel.shape as Four;
  const input = at.value(0);
  if (input.size.channels !== inChannels) {
    throw nodeError(
      operator.name,
      operator.op,
      `${inChannels} channels, its input has ${input.size.channels}`,
    );
  }
  return at.builder.convolution(at.origin, input, {
    ...windowed(operator, [height, width]),
    weights: kernel.values,
    outChannels,
  });
}

function depthwise(operator: Operator, at: Importing): Value {
  const kernel = kernelOf(operator);
  const [height, width, channels, multiplier] = kernel.shape as Four;
  const input = at.value(0);
  if (multiplier !== 1 || input.size.channels !== channels) {
    const reason = `a kernel of shape [${kernel.shape}] on ${input.size.channels} channels`;
    throw nodeError(operator.name, operator.op, reason);
  }
  return at.builder.depthwise(at.origin, input, {
    ...windowed(operator, [height, width]),
    weights: kernel.values,
  });
}

function dense(operator: Operator, at: Importing): Value {
  const kernel = constant(operator, 1);
  const { attr } = operator.attributes;
  if (flag(attr, 'transpose_a') || flag(attr, 'transpose_b') || kernel.shape.length !== 2) {
    throw nodeError(operator.name, operator.op, 'only vector times matrix is supported');
  }
  const { bias, activation } = fused(operator);
  const outputs = kernel.shape[1]!;
  return at.builder.dense(at.origin, at.value(0), outputs, kernel.values, bias, activation);
}

function normalisation(operator: Operator, at: Importing): Value {
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => constant(operator, i).values);
  const epsilon = number(operator.attributes.attr, 'epsilon', 1e-4);
  const scale = Float64Array.from(variance!, (v, c) => (gamma![c] ?? NaN) / Math.sqrt(v + epsilon));
  const offset = scale.map((s, c) => (beta![c] ?? NaN) - s * (mean![c] ?? NaN));
  return at.builder.affine(at.origin, at.value(0), scale, offset);
}

function addition(operator: Operator, at: Importing): Value {
  const { constant: constantAt } = operator.attributes;
  if (constantAt(0) === undefined && constantAt(1) === undefined) {
    return at.builder.add(at.origin, at.value(0), at.value(1), 'linear');
  }
  const { factor, input } = constantSide(operator);
  return at.builder.affine(at.origin, at.value(input), [1], factor.values);
}

type Four = [number, number, number, number];

function kernelOf(operator: Operator): WeightTensor {
  const kernel = constant(operator, 1);
  if (kernel.shape.length !== 4) {
    throw nodeError(operator.name, operator.op, `a kernel of shape [${kernel.shape}]`);
  }
  return kernel;
}

function constant(operator: Operator, input: number): WeightTensor {
  const found = operator.attributes.constant(input);
  if (found === undefined) {
    throw nodeError(operator.name, operator.op, `input ${input} is not a constant`);
  }
  return found;
}

function constantSide(operator: Operator): { factor: WeightTensor; input: number } {
  const first = operator.attributes.constant(0);
  return first === undefined
    ? { factor: constant(operator, 1), input: 0 }
    : { factor: first, input: 1 };
}

function windowed(operator: Operator, kernel: readonly [number, number]) {
  const { attr } = operator.attributes;
  if (attr['dilations'] !== undefined && sides(operator, 'dilations').some((n) => n !== 1)) {
    throw nodeError(operator.name, operator.op, 'dilated kernels are not supported');
  }
  const { bias, activation } = fused(operator);
  return {
    kernel,
    stride: sides(operator, 'strides'),
    padding: paddingOf(operator),
    activation,
    ...(bias === undefined ? {} : { bias }),
  };
}

/** What the converter fused behind a layer: a bias, an activation. */
function fused(operator: Operator): { bias: Float32Array | undefined; activation: Activation } {
  const { attr } = operator.attributes;
  const ops = attr['fused_ops'];
  let activation: Activation = 'linear';
  let bias: Float32Array | undefined;
  if (ops === undefined) return { bias, activation };
  const lists = record(record(ops, 'fused_ops')['list'], 'fused_ops');
  for (const item of list(lists['s'] ?? [], 'fused_ops')) {
    const name = base64(text(item, 'fused_ops'));
    if (name === 'BiasAdd') bias = constant(operator, 2).values;
    else activation = activationNamed(name, activations, operator.name, operator.op);
  }
  return { bias, activation };
}

/** Rows and columns of an attribute for the four axes of NHWC. */
function sides(operator: Operator, key: string): [number, number] {
  const { attr } = operator.attributes;
  const what = `${key} of ${operator.name}`;
  const layout = attr['data_format'];
  if (layout !== undefined && base64(text(record(layout, what)['s'], what)) !== 'NHWC') {
    throw nodeError(operator.name, operator.op, 'its data format is not NHWC');
  }
  const items = list(record(record(attr[key], what)['list'], what)['i'], what);
  if (items.length !== 4) throw nodeError(operator.name, operator.op, `${key} has not 4 entries`);
  if (whole(items[0], what) !== 1 || whole(items[3], what) !== 1) {
    throw nodeError(operator.name, operator.op, `${key} is not 1 for pictures and channels`);
  }
  return [whole(items[1], what), whole(items[2], what)];
}

function paddingOf(operator: Operator): PaddingRule {
  const padding = record(operator.attributes.attr['padding'], `padding of ${operator.name}`);
  const name = base64(text(padding['s'], `padding of ${operator.name}`));
  if (name !== 'SAME' && name !== 'VALID') {
    throw nodeError(operator.name, operator.op, `its padding is "${name}"`);
  }
  return name === 'SAME' ? 'same' : 'valid';
}

const base64 = (value: string): string => Buffer.from(value, 'base64').toString('latin1');

const flag = (attr: LiteralRecord, key: string): boolean =>
  attr[key] !== undefined && record(attr[key], key)['b'] === true;

function number(attr: LiteralRecord, key: string, absent: number): number {
  const value: Literal | undefined =
    attr[key] === undefined ? undefined : record(attr[key], key)['f'];
  return typeof value === 'number' ? value : absent;
}
