import type { Activation, FloatGraph } from '../graph/float-graph.js';
import type { Value } from './builder.js';
import { modelError, nodeError } from './errors.js';
import { FlatBuffer, type FlatTable } from './flatbuffer.js';
import {
  allValues,
  importOperators,
  type Handler,
  type ImportOptions,
  type Importing,
  type SourceOperator,
} from './operators.js';
import type { PaddingRule } from './shapes.js';
import {
  fullyConnectedWeights,
  hwioWeights,
  readTensors,
  type LiteTensor,
} from './tflite-tensors.js';

/** Fields of an operator: the table of its options, and its tensors. */
interface Lite {
  readonly options: FlatTable | undefined;
  /** The constant at an input; undefined when it is computed or absent. */
  constant(input: number): LiteTensor | undefined;
}

type Operator = SourceOperator<Lite>;

/** Numbers of the built-in operators that we name, from the schema of TensorFlow Lite. */
const builtin: { readonly [code: number]: string } = {
  0: 'ADD',
  1: 'AVERAGE_POOL_2D',
  2: 'CONCATENATION',
  3: 'CONV_2D',
  4: 'DEPTHWISE_CONV_2D',
  6: 'DEQUANTIZE',
  9: 'FULLY_CONNECTED',
  14: 'LOGISTIC',
  17: 'MAX_POOL_2D',
  18: 'MUL',
  19: 'RELU',
  21: 'RELU6',
  22: 'RESHAPE',
  23: 'RESIZE_BILINEAR',
  25: 'SOFTMAX',
  32: 'CUSTOM',
  34: 'PAD',
  40: 'MEAN',
  41: 'SUB',
  43: 'SQUEEZE',
  97: 'RESIZE_NEAREST_NEIGHBOR',
  114: 'QUANTIZE',
  117: 'HARD_SWISH',
};

/**
 * Imports a TensorFlow Lite model with float32 or float16 weights.
 *
 * @throws OctobarError `image` naming the operator at fault, or listing all unsupported ones.
 */
export function importTflite(
  bytes: Uint8Array,
  name: string,
  options: ImportOptions = {},
): FloatGraph {
  if (bytes.length < 16 || Buffer.from(bytes.subarray(4, 8)).toString('latin1') !== 'TFL3') {
    throw modelError('it is not a TensorFlow Lite file');
  }
  const model = new FlatBuffer(bytes).root();
  const codes = model.tables(1).map(operatorCode);
  const [graph, ...others] = model.tables(2);
  if (graph === undefined || others.length > 0) throw modelError('it does not have one graph');
  const buffers = model.tables(4);
  const tensors = readTensors(graph.tables(0), buffers);
  const nameOf = (index: number, what: string): string => {
    if (index === -1) return '';
    const tensor = tensors[index];
    if (tensor === undefined)
      throw modelError(`${what} names tensor ${index} of ${tensors.length}`);
    return tensor.name;
  };
  const operators: Operator[] = [];
  // DEQUANTIZE of a constant is the constant: files with float16 weights have one per weight.
  const constants = new Map<string, LiteTensor>();
  for (const tensor of tensors) if (tensor.data !== undefined) constants.set(tensor.name, tensor);
  graph.tables(3).forEach((table, i) => {
    const op = codes[table.uint32(0, 0)];
    if (op === undefined) throw modelError(`operator ${i} has an unknown code`);
    const inputs = table.int32s(1).map((t) => nameOf(t, `operator ${i}`));
    const outputs = table.int32s(2).map((t) => nameOf(t, `operator ${i}`));
    if (outputs.length === 0) throw modelError(`operator ${i} (${op}) has no output`);
    const stored = constants.get(inputs[0] ?? '');
    if (op === 'DEQUANTIZE' && stored !== undefined) {
      constants.set(outputs[0]!, { ...stored, name: outputs[0]! });
      return;
    }
    operators.push({
      name: outputs[0]!,
      op,
      inputs,
      outputs,
      attributes: {
        options: table.table(4),
        constant: (input) => constants.get(inputs[input] ?? ''),
      },
    });
  });
  const inputs = graph.int32s(1);
  const input = tensors[inputs[0] ?? -1];
  if (inputs.length !== 1 || input === undefined || input.shape.length !== 4) {
    throw modelError('its input is not one picture');
  }
  const [, height, width, channels] = input.shape as [number, number, number, number];
  return importOperators<Lite>(
    {
      name,
      format: 'TensorFlow Lite',
      operators,
      input: input.name,
      inputSize: { height, width, channels },
      outputs: graph.int32s(2).map((t) => nameOf(t, 'the list of outputs')),
      isConstant: (tensor) => constants.has(tensor),
      handlers,
    },
    options,
  );
}

function operatorCode(table: FlatTable): string {
  // Codes above 127 only stand in the newer, wider field.
  const code = Math.max(table.int8(0, 0), table.int32(3, 0));
  if (code === 32) return `CUSTOM ${table.string(1)}`;
  return builtin[code] ?? `operator ${code}`;
}

const handlers: { readonly [op: string]: Handler<Lite> } = {
  CONV_2D: (operator, at) => {
    const kernel = weights(operator);
    const [outChannels, height, width, inChannels] = kernel.shape as Four;
    const input = at.value(0);
    if (input.size.channels !== inChannels) {
      const reason = `${inChannels} channels, its input has ${input.size.channels}`;
      throw nodeError(operator.name, operator.op, reason);
    }
    return at.builder.convolution(at.origin, input, {
      ...windowed(operator, [height, width], { activation: 3, dilation: 4 }),
      weights: hwioWeights(kernel),
      outChannels,
    });
  },
  DEPTHWISE_CONV_2D: (operator, at) => {
    const kernel = weights(operator);
    const [one, height, width, channels] = kernel.shape as Four;
    const input = at.value(0);
    const multiplier = optionsOf(operator).int32(3, 1);
    if (one !== 1 || multiplier > 1 || input.size.channels !== channels) {
      const reason = `a kernel of shape [${kernel.shape}] on ${input.size.channels} channels`;
      throw nodeError(operator.name, operator.op, reason);
    }
    return at.builder.depthwise(at.origin, input, {
      ...windowed(operator, [height, width], { activation: 4, dilation: 5 }),
      weights: kernel.values(),
    });
  },
  FULLY_CONNECTED: (operator, at) => {
    const kernel = weights(operator, 2);
    const activation = activationOf(operator, operator.attributes.options?.int8(0, 0) ?? 0);
    return at.builder.dense(
      at.origin,
      at.value(0),
      kernel.shape[0]!,
      fullyConnectedWeights(kernel),
      operator.attributes.constant(2)?.values(),
      activation,
    );
  },
  ADD: (operator, at) => {
    const activation = activationOf(operator, operator.attributes.options?.int8(0, 0) ?? 0);
    return at.builder.add(at.origin, at.value(0), at.value(1), activation);
  },
  AVERAGE_POOL_2D: (operator, at) => {
    const options = optionsOf(operator);
    if (options.int8(5, 0) !== 0) {
      throw nodeError(operator.name, operator.op, 'an activation behind a mean');
    }
    return at.builder.averagePool(at.origin, at.value(0), {
      kernel: [options.int32(4, 0), options.int32(3, 0)],
      stride: [options.int32(2, 0), options.int32(1, 0)],
      padding: paddingOf(operator),
    });
  },
  MEAN: (operator, at) => {
    const axes = [...(operator.attributes.constant(1)?.values() ?? [])].toSorted().join();
    if (axes !== '1,2') throw nodeError(operator.name, operator.op, `a mean over axes ${axes}`);
    return at.builder.globalMean(at.origin, at.value(0));
  },
  PAD: (operator, at) => {
    const values = operator.attributes.constant(1)?.values();
    const [b0, b1, top, bottom, left, right, c0, c1] = values ?? [];
    if (values?.length !== 8 || b0 !== 0 || b1 !== 0 || c0 !== 0 || c1 !== 0) {
      throw nodeError(operator.name, operator.op, 'it pads more than rows and columns');
    }
    const padding = { top: top!, bottom: bottom!, left: left!, right: right! };
    return at.builder.pad(at.origin, at.value(0), padding);
  },
  RELU: (_, at) => at.builder.activation(at.origin, at.value(0), 'relu'),
  RELU6: (_, at) => at.builder.activation(at.origin, at.value(0), 'relu6'),
  // A reshape at the end of a detector or in front of a dense layer keeps the order of elements.
  RESHAPE: (operator, at) => allValues(operator0(operator), at),
  SQUEEZE: (operator, at) => allValues(operator0(operator), at),
  CONCATENATION: (operator, at) => concatenation(operator, at),
  SOFTMAX: (_, at) => ({ ...at.value(0), softmax: true }),
};

/** The operator with its first input alone; the second of a reshape is a shape. */
const operator0 = (operator: Operator): Operator => ({
  ...operator,
  inputs: operator.inputs.slice(0, 1),
});

/** A list of maps one after the other; only the end of a network may have one. */
function concatenation(operator: Operator, at: Importing): Value[] {
  const options = optionsOf(operator);
  if (options.int32(0, 0) !== 1 || options.int8(1, 0) !== 0) {
    throw nodeError(operator.name, operator.op, 'only boxes can be put one after the other');
  }
  return allValues(operator, at);
}

type Four = [number, number, number, number];

function weights(operator: Operator, rank = 4): LiteTensor {
  const kernel = operator.attributes.constant(1);
  if (kernel === undefined || kernel.shape.length !== rank) {
    throw nodeError(operator.name, operator.op, 'its weights are not constants of a sound shape');
  }
  return kernel;
}

function optionsOf(operator: Operator): FlatTable {
  const { options } = operator.attributes;
  if (options === undefined) throw nodeError(operator.name, operator.op, 'it has no options');
  return options;
}

function windowed(
  operator: Operator,
  kernel: readonly [number, number],
  field: { readonly activation: number; readonly dilation: number },
) {
  const options = optionsOf(operator);
  if (options.int32(field.dilation, 1) !== 1 || options.int32(field.dilation + 1, 1) !== 1) {
    throw nodeError(operator.name, operator.op, 'dilated kernels are not supported');
  }
  const bias = operator.attributes.constant(2)?.values();
  if (bias === undefined && (operator.inputs[2] ?? '') !== '') {
    throw nodeError(operator.name, operator.op, 'its bias is not a constant');
  }
  return {
    kernel,
    stride: [options.int32(2, 0), options.int32(1, 0)] as const,
    padding: paddingOf(operator),
    activation: activationOf(operator, options.int8(field.activation, 0)),
    ...(bias === undefined ? {} : { bias }),
  };
}

function paddingOf(operator: Operator): PaddingRule {
  const padding = optionsOf(operator).int8(0, 0);
  if (padding !== 0 && padding !== 1) {
    throw nodeError(operator.name, operator.op, `padding ${padding}`);
  }
  return padding === 0 ? 'same' : 'valid';
}

function activationOf(operator: Operator, code: number): Activation {
  if (code === 0) return 'linear';
  if (code !== 1 && code !== 3) {
    throw nodeError(
      operator.name,
      operator.op,
      `fused activation ${code}; ReLU and ReLU6 are known`,
    );
  }
  return code === 1 ? 'relu' : 'relu6';
}
