import type { Activation, FloatGraph } from '../graph/float-graph.js';
import type { HostTail } from '../graph/host-tail.js';
import type { MapSize } from '../graph/tensor.js';
import { GraphBuilder, type Origin, type Value } from './builder.js';
import { modelError, nodeError } from './errors.js';

/** An operator as a file holds it; `A` is how the format keeps its attributes. */
export interface SourceOperator<A> {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: A;
}

/** What handlers get beside the operator. */
export interface Importing {
  readonly builder: GraphBuilder;
  readonly origin: Origin;
  /** The imported tensor at an input. */
  value(input: number): Value;
}

export type Handler<A> = (operator: SourceOperator<A>, at: Importing) => Value | Value[];

export interface SourceModel<A> {
  /** Of the model, for reports. */
  readonly name: string;
  readonly format: string;
  readonly operators: readonly SourceOperator<A>[];
  /** The picture's tensor. */
  readonly input: string;
  readonly inputSize: MapSize;
  readonly outputs: readonly string[];
  /** Whether a tensor holds constants of the file. */
  isConstant(tensor: string): boolean;
  readonly handlers: { readonly [op: string]: Handler<A> };
}

export interface ImportOptions {
  /** What the model expects of black and white; by default 0 and 1. */
  readonly range?: readonly [number, number];
  /** Names of tensors or nodes to end at instead of the model's outputs. */
  readonly outputs?: readonly string[];
  readonly labels?: readonly string[];
  /** Makes the tail of a model that is not a classifier. */
  readonly tail?: (outputs: readonly (readonly Value[])[]) => { ends: Value[]; tail: HostTail };
}

const mostOperators = 8192;

/**
 * Imports what the outputs depend on. Before anything is computed every operator among that is
 * looked up, so that one error lists all that are not supported.
 */
export function importOperators<A>(model: SourceModel<A>, options: ImportOptions): FloatGraph {
  const { operators, handlers } = model;
  if (operators.length > mostOperators) throw modelError(`it has ${operators.length} operators`);
  const producer = producers(model);
  const outputs = options.outputs ?? model.outputs;
  if (outputs.length === 0) throw modelError('it has no outputs');
  const wanted = outputs.map((name) => resolveOutput(name, model, producer));
  const order = dependencies(wanted, model, producer);
  const unsupported = order.filter(({ op }) => !Object.hasOwn(handlers, op));
  if (unsupported.length > 0) throw unsupportedError(model, unsupported);

  const uses = new Map<string, number>();
  for (const { inputs } of order) {
    for (const input of new Set(inputs)) uses.set(input, (uses.get(input) ?? 0) + 1);
  }
  for (const output of wanted) uses.set(output, (uses.get(output) ?? 0) + 1);
  const builder = new GraphBuilder(model.name);
  const values = new Map<string, Value[]>();
  values.set(model.input, [builder.picture(model.inputSize, options.range ?? [0, 1])]);
  for (const operator of order) {
    const tensor = operator.outputs[0]!;
    const origin = { node: operator.name, op: operator.op, tensor, uses: uses.get(tensor) ?? 0 };
    const value = (input: number): Value => {
      const name = operator.inputs[input];
      const found = name === undefined ? undefined : values.get(name);
      if (found === undefined) {
        throw nodeError(operator.name, operator.op, `input ${input} is not computed by a layer`);
      }
      if (found.length !== 1) {
        throw nodeError(operator.name, operator.op, `input ${input} is a list of tensors`);
      }
      return found[0]!;
    };
    const at: ConcatImporting = { builder, origin, value, lists: values };
    const result = handlers[operator.op]!(operator, at);
    values.set(tensor, Array.isArray(result) ? result : [result]);
  }
  const ends = wanted.map((name) => values.get(name)!);
  const { ends: last, tail } = (options.tail ?? defaultTail(options.labels ?? []))(ends);
  return builder.finish(last, tail);
}

/** What the concatenation of detector outputs needs too. */
export interface ConcatImporting extends Importing {
  /** Values of all tensors so far; a concatenation is a list. */
  readonly lists: ReadonlyMap<string, readonly Value[]>;
}

/** All values at the inputs of an operator, lists laid flat. */
export function allValues(operator: SourceOperator<unknown>, at: Importing): Value[] {
  const { lists } = at as ConcatImporting;
  return operator.inputs.flatMap((name) => {
    const found = lists.get(name);
    if (found === undefined) {
      throw nodeError(operator.name, operator.op, `input "${name}" is not computed by a layer`);
    }
    return [...found];
  });
}

function producers<A>(model: SourceModel<A>): Map<string, SourceOperator<A>> {
  const found = new Map<string, SourceOperator<A>>();
  const names = new Set<string>();
  for (const operator of model.operators) {
    if (names.has(operator.name)) throw modelError(`two nodes are named "${operator.name}"`);
    names.add(operator.name);
    for (const output of operator.outputs) {
      if (found.has(output) || output === model.input) {
        throw nodeError(operator.name, operator.op, `tensor "${output}" has two producers`);
      }
      found.set(output, operator);
    }
  }
  return found;
}

function resolveOutput<A>(
  name: string,
  model: SourceModel<A>,
  producer: ReadonlyMap<string, SourceOperator<A>>,
): string {
  if (producer.has(name)) return name;
  const node = model.operators.find((operator) => operator.name === name);
  if (node?.outputs[0] !== undefined) return node.outputs[0];
  throw modelError(`there is no output "${name}"`);
}

/** The operators that outputs depend on, each after its inputs. */
function dependencies<A>(
  outputs: readonly string[],
  model: SourceModel<A>,
  producer: ReadonlyMap<string, SourceOperator<A>>,
): SourceOperator<A>[] {
  const order: SourceOperator<A>[] = [];
  const state = new Map<SourceOperator<A>, 'open' | 'done'>();
  // Depth first without recursion: a chain of nodes must not exhaust the stack.
  const stack: { operator: SourceOperator<A>; next: number }[] = [];
  const visit = (tensor: string, reader: SourceOperator<A> | undefined): void => {
    if (tensor === '' || tensor === model.input || model.isConstant(tensor)) return;
    const operator = producer.get(tensor);
    if (operator === undefined) {
      const reason = `tensor "${tensor}" is produced by no node`;
      throw reader === undefined ? modelError(reason) : nodeError(reader.name, reader.op, reason);
    }
    const known = state.get(operator);
    if (known === 'open') throw nodeError(operator.name, operator.op, 'it depends on itself');
    if (known === undefined) {
      state.set(operator, 'open');
      stack.push({ operator, next: 0 });
    }
  };
  for (const output of outputs) {
    visit(output, undefined);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const input = top.operator.inputs[top.next];
      if (input === undefined) {
        state.set(top.operator, 'done');
        order.push(top.operator);
        stack.pop();
      } else {
        top.next += 1;
        visit(input, top.operator);
      }
    }
  }
  return order;
}

const mostListed = 20;

function unsupportedError<A>(model: SourceModel<A>, nodes: readonly SourceOperator<A>[]): Error {
  const listed = nodes.slice(0, mostListed).map(({ name, op }) => `  ${name} (${op})`);
  if (nodes.length > mostListed) listed.push(`  and ${nodes.length - mostListed} more`);
  const supported = Object.keys(model.handlers).toSorted().join(', ');
  return modelError(
    `${nodes.length} of its operators are not supported:\n${listed.join('\n')}`,
    `of ${model.format} models octobar supports ${supported}; end before the others with --output NODE`,
  );
}

/** A vector of logits is a classifier; anything else is features. */
const defaultTail =
  (labels: readonly string[]) =>
  (outputs: readonly (readonly Value[])[]): { ends: Value[]; tail: HostTail } => {
    const ends = outputs.flat();
    const [first] = ends;
    if (first === undefined) throw modelError('its outputs hold nothing');
    const { size, softmax = false } = first;
    const vector = ends.length === 1 && size.height === 1 && size.width === 1;
    if (labels.length > 0 && (!vector || labels.length !== size.channels)) {
      throw modelError(`${labels.length} labels for outputs of another number`);
    }
    return {
      ends,
      tail: vector ? { kind: 'classifier', labels, softmax } : { kind: 'features' },
    };
  };

/** What each format calls its activations. */
export function activationNamed(
  name: string,
  names: { readonly [name: string]: Activation },
  node: string,
  op: string,
): Activation {
  if (!Object.hasOwn(names, name)) {
    throw nodeError(
      node,
      op,
      `activation "${name}"; supported are ${Object.keys(names).join(', ')}`,
    );
  }
  return names[name]!;
}
