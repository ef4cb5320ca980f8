import { modelError } from './errors.js';
import { float16 } from './float16.js';
import { floatsOf, Message } from './protobuf.js';

/** A constant of an ONNX file. */
export interface OnnxTensor {
  readonly shape: readonly number[];
  values(): Float32Array;
}

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  int(name: string, absent: number): number;
  float(name: string, absent: number): number;
  text(name: string, absent: string): string;
  ints(name: string): number[];
  tensor(name: string): OnnxTensor | undefined;
}

export interface OnnxFile {
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Sizes; 0 where the file leaves one open. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly outputs: readonly string[];
}

/** Field numbers of onnx.proto. */
const modelGraph = 7;
const graph = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const node = { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 } as const;
const attribute = { name: 1, f: 2, i: 3, s: 4, t: 5, ints: 8 } as const;
const tensor = { dims: 1, type: 2, floats: 4, int32s: 5, int64s: 7, name: 8, raw: 9, location: 14 };

const mostElements = 1 << 26;

/** @throws OctobarError `image` when the file is not a sound ONNX model. */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  const top = new Message(bytes).message(modelGraph);
  if (top === undefined) throw modelError('it is not an ONNX file: it holds no graph');
  const constants = new Map<string, OnnxTensor>();
  for (const item of top.messages(graph.initializer)) {
    constants.set(item.string(tensor.name), readTensor(item, item.string(tensor.name)));
  }
  return {
    nodes: top.messages(graph.node).map(readNode),
    constants,
    inputs: top.messages(graph.input).map(readInput),
    outputs: top.messages(graph.output).map((item) => item.string(1)),
  };
}

function readInput(item: Message): { name: string; shape: number[] } {
  const shape = item.message(2)?.message(1)?.message(2);
  return {
    name: item.string(1),
    shape: (shape?.messages(1) ?? []).map((dim) => dim.int(1, 0)),
  };
}

function readNode(item: Message, index: number): OnnxNode {
  const outputs = item.strings(node.output);
  const domain = item.string(node.domain);
  const op = item.string(node.op);
  const attributes = new Map<string, Message>();
  for (const entry of item.messages(node.attribute)) {
    attributes.set(entry.string(attribute.name), entry);
  }
  const given = item.string(node.name);
  return {
    name: given === '' ? (outputs[0] ?? `node ${index}`) : given,
    op: domain === '' || domain === 'ai.onnx' ? op : `${domain}.${op}`,
    inputs: item.strings(node.input),
    outputs,
    int: (name, absent) => attributes.get(name)?.int(attribute.i, absent) ?? absent,
    float: (name, absent) => attributes.get(name)?.float(attribute.f, absent) ?? absent,
    text: (name, absent) => attributes.get(name)?.string(attribute.s) ?? absent,
    ints: (name) => attributes.get(name)?.ints(attribute.ints) ?? [],
    tensor(name) {
      const value = attributes.get(name)?.message(attribute.t);
      return value === undefined ? undefined : readTensor(value, given);
    },
  };
}

function readTensor(item: Message, name: string): OnnxTensor {
  const shape = item.ints(tensor.dims);
  return { shape, values: () => decode(item, shape, name) };
}

function decode(item: Message, shape: readonly number[], name: string): Float32Array {
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!(size >= 0) || count > mostElements) {
      throw modelError(`constant "${name}" has shape [${shape.join()}]`);
    }
  }
  if (item.int(tensor.location, 0) !== 0) {
    throw modelError(`constant "${name}" lies in another file, which is not read`);
  }
  const values = typedValues(item, item.int(tensor.type, 0), name);
  if (values.length !== count) {
    throw modelError(`constant "${name}" of shape [${shape.join()}] has ${values.length} values`);
  }
  return values;
}

function typedValues(item: Message, type: number, name: string): Float32Array {
  const raw = item.run(tensor.raw);
  const view = raw === undefined ? undefined : new DataView(raw.buffer, raw.byteOffset, raw.length);
  const every = (bytes: number, get: (at: number) => number): Float32Array => {
    if (raw!.length % bytes !== 0) throw modelError(`constant "${name}" has ${raw!.length} bytes`);
    return Float32Array.from({ length: raw!.length / bytes }, (_, i) => get(i * bytes));
  };
  switch (type) {
    case 1:
      return raw === undefined ? item.floats(tensor.floats) : floatsOf(raw);
    case 6:
      return view === undefined
        ? Float32Array.from(item.ints(tensor.int32s))
        : every(4, (at) => view.getInt32(at, true));
    case 7:
      return view === undefined
        ? Float32Array.from(item.ints(tensor.int64s))
        : every(8, (at) => Number(view.getBigInt64(at, true)));
    case 10:
      return view === undefined
        ? Float32Array.from(item.ints(tensor.int32s), float16)
        : every(2, (at) => float16(view.getUint16(at, true)));
    default:
      throw modelError(
        `constant "${name}" has type ${type}; float32, float16 and int are supported`,
      );
  }
}
