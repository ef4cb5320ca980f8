import type { Activation, FloatGraph } from '../graph/float-graph.js';
import type { Literal } from '../../datasets/script-literal.js';
import { flattened, type Value } from './builder.js';
import { modelError, nodeError } from './errors.js';
import { finite, list, pair, record, text, whole, type LiteralRecord } from './literal.js';
import {
  activationNamed,
  importOperators,
  type Handler,
  type ImportOptions,
  type Importing,
  type SourceOperator,
} from './operators.js';
import type { Padding, PaddingRule } from './shapes.js';
import { readTfjsWeights, type WeightTensor } from './tfjs-weights.js';

/** A tfjs LayersModel: its description and all its weights in the order of the manifest. */
export interface TfjsFiles {
  readonly description: Literal;
  readonly weights: Uint8Array;
}

interface Layer {
  readonly config: LiteralRecord;
  weight(part: string, rank: number): WeightTensor;
  has(part: string): boolean;
}

type Operator = SourceOperator<Layer>;

const activations: { readonly [name: string]: Activation } = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
};

/**
 * Imports a Keras functional or sequential model as tfjs stores it.
 *
 * @throws OctobarError `image` naming the layer at fault, or listing all unsupported ones.
 */
export function importLayersModel(
  files: TfjsFiles,
  name: string,
  options: ImportOptions = {},
): FloatGraph {
  const root = record(files.description, 'the description');
  const topology = record(root['modelTopology'], 'modelTopology');
  const model = record(topology['model_config'], 'model_config');
  const sequential = model['class_name'] === 'Sequential';
  const config = model['config'];
  const layers = list(
    Array.isArray(config) ? config : record(config, 'config')['layers'],
    'layers',
  ).map((item) => record(item, 'a layer'));
  const tensors = readTfjsWeights(root['weightsManifest'], files.weights);
  const operators = layers.map((layer, i) =>
    operatorOf(layer, sequential ? (layers[i - 1] ?? {}) : undefined, tensors),
  );
  const inputs = operators.filter(({ op }) => op === 'InputLayer');
  const first = inputs[0] ?? operators[0];
  if (first === undefined || inputs.length > 1) {
    throw modelError(`it has ${inputs.length} inputs, expected one picture`);
  }
  const shape = list(first.attributes.config['batch_input_shape'], 'batch_input_shape');
  if (shape.length !== 4) throw modelError('its input is not a picture');
  const [height, width, channels] = [1, 2, 3].map((i) => whole(shape[i], 'the input shape'));
  const hasInputLayer = inputs.length === 1;
  const read = new Set(operators.flatMap((operator) => operator.inputs));
  return importOperators<Layer>(
    {
      name,
      format: 'tfjs layers',
      operators: hasInputLayer ? operators.filter((operator) => operator !== first) : operators,
      input: hasInputLayer ? first.name : '(picture)',
      inputSize: { height: height!, width: width!, channels: channels! },
      outputs: operators.filter((o) => !read.has(o.name)).map((o) => o.name),
      isConstant: () => false,
      handlers,
    },
    options,
  );
}

function operatorOf(
  layer: LiteralRecord,
  before: LiteralRecord | undefined,
  tensors: ReadonlyMap<string, WeightTensor>,
): Operator {
  const config = record(layer['config'], 'config of a layer');
  const name = text(layer['name'] ?? config['name'], 'the name of a layer');
  const op = text(layer['class_name'], `class_name of ${name}`);
  const inputs =
    before === undefined
      ? list(layer['inbound_nodes'], `inbound_nodes of ${name}`)
          .flatMap((node) => list(node, `a node of ${name}`))
          .map((edge) => text(list(edge, `an input of ${name}`)[0], `an input of ${name}`))
      : [sequentialInput(before)];
  return {
    name,
    op,
    inputs: op === 'InputLayer' ? [] : inputs,
    outputs: [name],
    attributes: {
      config,
      has: (part) => tensors.has(`${name}/${part}`),
      weight(part, rank) {
        const found = tensors.get(`${name}/${part}`);
        if (found === undefined) throw nodeError(name, op, `there is no weight ${name}/${part}`);
        if (found.shape.length !== rank) {
          throw nodeError(name, op, `${part} has shape [${found.shape}], expected ${rank} sizes`);
        }
        return found;
      },
    },
  };
}

function sequentialInput(before: LiteralRecord): string {
  const config = before['config'];
  if (config === undefined) return '(picture)';
  return text(before['name'] ?? record(config, 'config')['name'], 'the name of a layer');
}

const alias: Handler<Layer> = (_, at) => at.value(0);

const handlers: { readonly [op: string]: Handler<Layer> } = {
  Conv2D: (operator, at) => {
    const { weight } = operator.attributes;
    const kernel = weight('kernel', 4);
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
  },
  DepthwiseConv2D: (operator, at) => {
    const kernel = operator.attributes.weight('depthwise_kernel', 4);
    const [height, width, channels, multiplier] = kernel.shape as Four;
    const input = at.value(0);
    if (multiplier !== 1 || input.size.channels !== channels) {
      throw nodeError(
        operator.name,
        operator.op,
        `a kernel of shape [${kernel.shape}] on ${input.size.channels} channels`,
      );
    }
    return at.builder.depthwise(at.origin, input, {
      ...windowed(operator, [height, width]),
      weights: kernel.values,
    });
  },
  BatchNormalization: (operator, at) => {
    const { config, weight, has } = operator.attributes;
    const epsilon = finite(config['epsilon'], `epsilon of ${operator.name}`);
    const part = (name: string): Float32Array => weight(name, 1).values;
    const mean = part('moving_mean');
    const variance = part('moving_variance');
    const gamma = has('gamma') ? part('gamma') : undefined;
    const beta = has('beta') ? part('beta') : undefined;
    const scale = Float64Array.from(variance, (v, c) => (gamma?.[c] ?? 1) / Math.sqrt(v + epsilon));
    const offset = Float64Array.from(scale, (s, c) => (beta?.[c] ?? 0) - s * (mean[c] ?? NaN));
    return at.builder.affine(at.origin, at.value(0), scale, offset);
  },
  ReLU: (operator, at) => {
    const { max_value: top, negative_slope: slope = 0, threshold = 0 } = operator.attributes.config;
    const known =
      (top === 6 || top === null || top === undefined) && slope === 0 && threshold === 0;
    if (!known) throw nodeError(operator.name, operator.op, 'only ReLU and ReLU6 are supported');
    return at.builder.activation(at.origin, at.value(0), top === 6 ? 'relu6' : 'relu');
  },
  Activation: (operator, at) => {
    const name = text(operator.attributes.config['activation'], 'activation');
    return applied(name, operator, at, at.value(0));
  },
  ZeroPadding2D: (operator, at) => {
    const sides = list(operator.attributes.config['padding'], 'padding').map((side) =>
      list(side, 'padding').map((n) => finite(n, 'padding')),
    );
    const [rows, columns] = sides;
    if (sides.length !== 2 || rows?.length !== 2 || columns?.length !== 2) {
      throw nodeError(operator.name, operator.op, 'padding is not two pairs of numbers');
    }
    const padding: Padding = {
      top: rows[0]!,
      bottom: rows[1]!,
      left: columns[0]!,
      right: columns[1]!,
    };
    return at.builder.pad(at.origin, at.value(0), padding);
  },
  Add: (operator, at) => {
    if (operator.inputs.length !== 2) {
      throw nodeError(operator.name, operator.op, `${operator.inputs.length} inputs, expected 2`);
    }
    return at.builder.add(at.origin, at.value(0), at.value(1), 'linear');
  },
  AveragePooling2D: (operator, at) => {
    const { config } = operator.attributes;
    return at.builder.averagePool(at.origin, at.value(0), {
      kernel: pair(config['pool_size'], `pool_size of ${operator.name}`),
      stride: pair(config['strides'], `strides of ${operator.name}`),
      padding: paddingOf(operator),
    });
  },
  GlobalAveragePooling2D: (_, at) => at.builder.globalMean(at.origin, at.value(0)),
  Dense: (operator, at) => {
    const { config, weight, has } = operator.attributes;
    const kernel = weight('kernel', 2);
    const [inputs, outputs] = kernel.shape as [number, number];
    const input = at.value(0);
    const activation = text(config['activation'], `activation of ${operator.name}`);
    const name = activation === 'softmax' ? 'linear' : activation;
    const bias = has('bias') ? weight('bias', 1).values : undefined;
    if (inputs * outputs !== kernel.values.length)
      throw modelError(`${operator.name} is malformed`);
    const made = at.builder.dense(
      at.origin,
      input,
      outputs,
      kernel.values,
      bias,
      activationNamed(name, activations, operator.name, operator.op),
    );
    return activation === 'softmax' ? { ...made, softmax: true } : made;
  },
  Softmax: (_, at) => ({ ...at.value(0), softmax: true }),
  Dropout: alias,
  Reshape: (_, at) => flattened(at.value(0)),
  Flatten: (_, at) => flattened(at.value(0)),
};

type Four = [number, number, number, number];

function windowed(operator: Operator, kernel: readonly [number, number]) {
  const { config, has, weight } = operator.attributes;
  const { name, op } = operator;
  const dilation = config['dilation_rate'];
  if (dilation !== undefined && pair(dilation, `dilation_rate of ${name}`).some((n) => n !== 1)) {
    throw nodeError(name, op, 'dilated kernels are not supported');
  }
  const layout = config['data_format'];
  if (layout !== undefined && layout !== 'channels_last') {
    throw nodeError(name, op, 'its data format is not channels_last');
  }
  const activation = config['activation'] ?? 'linear';
  return {
    kernel,
    stride: pair(config['strides'], `strides of ${name}`),
    padding: paddingOf(operator),
    activation: activationNamed(text(activation, 'activation'), activations, name, op),
    ...(has('bias') ? { bias: weight('bias', 1).values } : {}),
  };
}

function paddingOf(operator: Operator): PaddingRule {
  const { padding } = operator.attributes.config;
  if (padding !== 'same' && padding !== 'valid') {
    throw nodeError(operator.name, operator.op, 'its padding is neither "same" nor "valid"');
  }
  return padding;
}

function applied(name: string, operator: Operator, at: Importing, input: Value): Value {
  if (name === 'softmax') return { ...input, softmax: true };
  const activation = activationNamed(name, activations, operator.name, operator.op);
  return at.builder.activation(at.origin, input, activation);
}
