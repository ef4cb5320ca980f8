import { clampActivation, linearPart, pictureValues, runFloatNode } from '../../float/executor.js';
import {
  inputName,
  type ConvolutionNode,
  type FloatGraph,
  type FloatNode,
} from '../../graph/float-graph.js';
import type { NetworkPlan, PlannedLayer } from '../../graph/network-plan.js';
import { quantisePicture } from '../../graph/picture-input.js';
import type { QuantisedNetwork, QuantisedNode, WeightBits } from '../../graph/quantised-network.js';
import { elements, isPoint, type CodeTensor } from '../../graph/tensor.js';
import type { Codes } from '../../reference/layers.js';
import { runLayerFast } from '../../fast/network.js';
import type { FittedWeights } from '../fit.js';
import { fitConvolution, fitDepthwise, type FitMethod, type FitTarget } from './fit-layer.js';
import { planLayer, type NetworkPlanOptions } from './plan-layer.js';
import { outputTensor, pictureTensor } from './scales.js';

export interface QuantiseNetworkOptions extends NetworkPlanOptions {
  /** Width of the weights of a pointwise layer; all other weights have 8 bits. */
  readonly bits: (node: FloatNode) => WeightBits;
  /** `naive` rounds to nearest under max scaling; it is there to be compared with. */
  readonly method: FitMethod;
  /** Called for each layer whose width `bits` decides, with what it was fitted to. */
  readonly observe?: (node: ConvolutionNode, target: FitTarget, fitted: FittedWeights) => void;
  readonly progress?: (layer: number, layers: number, name: string) => void;
}

export interface QuantisedWithPlan {
  readonly network: QuantisedNetwork;
  /** In the mapping of the options. */
  readonly plan: NetworkPlan;
}

/**
 * Quantises a network after training, layer after layer. Each layer is fitted to the real outputs of
 * the trained network, but with the integer inputs that the layers before it really produce in the
 * mapping, converters included, so later layers make up for errors of earlier ones.
 *
 * @param pictures calibration pictures, RGB bytes of the network's size
 */
export function quantiseNetwork(
  graph: FloatGraph,
  pictures: readonly Uint8Array[],
  options: QuantiseNetworkOptions,
): QuantisedWithPlan {
  const input = pictureTensor(graph.input);
  const state = new Calibration(graph);
  state.start(
    input,
    pictures.map((rgb) => pictureValues(graph.input, rgb)),
    pictures.map((rgb) => quantisePicture(input, rgb)),
  );
  const layers: QuantisedNode[] = [];
  const planned: PlannedLayer[] = [];
  graph.nodes.forEach((node, i) => {
    options.progress?.(i, graph.nodes.length, node.name);
    const wanted = state.realSums(node);
    const real = finishReal(node, wanted);
    const unsigned = state.tensor(node.inputs[0]!).kind === 'uint8';
    const output = outputTensor(graph, node, real, unsigned);
    const layer = fitted(node, output, wanted, state, options);
    const inputs = node.inputs.map((name) => state.tensor(name));
    const plan = planLayer(layer, inputs, state.codes(node.inputs[0]!), options);
    layers.push(layer);
    planned.push(plan);
    state.advance(node, output, real, plan);
  });
  const shared = { name: graph.name, input, outputs: graph.outputs, tail: graph.tail };
  return {
    network: { ...shared, layers },
    plan: { ...shared, layers: planned, mapping: options.mapping, ideal: options.ideal },
  };
}

/** The integers of a quantised network in another mapping, or for arrays of another size. */
export function planNetwork(
  network: QuantisedNetwork,
  pictures: readonly Uint8Array[],
  options: NetworkPlanOptions,
): NetworkPlan {
  const live = new Map<string, { tensor: CodeTensor; codes: readonly Codes[] }>();
  live.set(inputName, {
    tensor: network.input,
    codes: pictures.map((rgb) => quantisePicture(network.input, rgb)),
  });
  const last = lastReaders(network.layers);
  const layers = network.layers.map((layer) => {
    const inputs = layer.inputs.map((name) => live.get(name)!);
    const tensors = inputs.map(({ tensor }) => tensor);
    const plan = planLayer(layer, tensors, inputs[0]!.codes, options);
    const codes = runLayerFast(plan, tensors, perPicture(inputs));
    live.set(layer.name, { tensor: layer.output, codes: codes as Codes[] });
    for (const name of layer.inputs) if (last.get(name) === layer.name) live.delete(name);
    return plan;
  });
  const { name, input, outputs, tail } = network;
  return { name, input, outputs, tail, layers, mapping: options.mapping, ideal: options.ideal };
}

/** Codes of all inputs of a layer, picture by picture. */
const perPicture = (inputs: readonly { readonly codes: readonly Codes[] }[]): Codes[][] =>
  inputs[0]!.codes.map((_, i) => inputs.map((entry) => entry.codes[i]!));

/** Name of the last layer that reads each tensor. */
function lastReaders(
  layers: readonly { readonly name: string; readonly inputs: readonly string[] }[],
): Map<string, string> {
  const last = new Map<string, string>();
  for (const { name, inputs } of layers) for (const input of inputs) last.set(input, name);
  return last;
}

/** Real tensors and codes of the calibration pictures, kept while a later layer reads them. */
class Calibration {
  private readonly last: Map<string, string>;
  private readonly live = new Map<
    string,
    { tensor: CodeTensor; real: readonly Float32Array[]; codes: readonly Codes[] }
  >();

  constructor(graph: FloatGraph) {
    this.last = lastReaders(graph.nodes);
  }

  start(tensor: CodeTensor, real: readonly Float32Array[], codes: readonly Codes[]): void {
    this.live.set(inputName, { tensor, real, codes });
  }

  tensor = (name: string): CodeTensor => this.live.get(name)!.tensor;
  codes = (name: string): readonly Codes[] => this.live.get(name)!.codes;

  /** Real outputs of a node before its activation. */
  realSums(node: FloatNode): Float32Array[] {
    const inputs = node.inputs.map((name) => this.live.get(name)!);
    return inputs[0]!.real.map((_, i) => {
      const x = inputs.map((entry) => entry.real[i]!);
      const size = inputs[0]!.tensor;
      return node.kind === 'average-pool' ? runFloatNode(node, x, size) : linearPart(node, x, size);
    });
  }

  advance(
    node: FloatNode,
    tensor: CodeTensor,
    real: readonly Float32Array[],
    plan: PlannedLayer,
  ): void {
    const inputs = node.inputs.map((name) => this.live.get(name)!);
    const tensors = inputs.map((entry) => entry.tensor);
    const codes = runLayerFast(plan, tensors, perPicture(inputs)) as Codes[];
    this.live.set(node.name, { tensor, real, codes });
    for (const name of node.inputs) if (this.last.get(name) === node.name) this.live.delete(name);
  }
}

function finishReal(node: FloatNode, sums: readonly Float32Array[]): Float32Array[] {
  if (node.kind === 'average-pool') return [...sums];
  return sums.map((values) => {
    const out = values.slice();
    clampActivation(out, node.activation);
    return out;
  });
}

function fitted(
  node: FloatNode,
  output: CodeTensor,
  wanted: readonly Float32Array[],
  state: Calibration,
  options: QuantiseNetworkOptions,
): QuantisedNode {
  const { name, inputs } = node;
  const base = { name, inputs, output };
  if (node.kind === 'add') return { ...base, kind: 'add' };
  if (node.kind === 'average-pool') return { ...base, kind: 'average-pool', window: node.window };
  const size = state.tensor(inputs[0]!);
  const target = { size, inScale: size.scale, codes: state.codes(inputs[0]!), wanted };
  const { window } = node;
  if (node.kind === 'depthwise') {
    const { codes, unit, bias } = fitDepthwise(node, target, options.method);
    return { ...base, kind: 'depthwise', window, weights: codes, unit, bias };
  }
  const pointwise = isPoint(window) && elements({ ...output, channels: 1 }) > 1;
  const weightBits = pointwise ? options.bits(node) : 8;
  const weights = fitConvolution(node, target, weightBits, options.method);
  if (pointwise) options.observe?.(node, target, weights);
  const { codes, unit, bias } = weights;
  const rows = codes.length / output.channels;
  return { ...base, kind: 'convolution', window, weights: codes, rows, unit, bias, weightBits };
}
