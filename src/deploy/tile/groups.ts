/** Layers that run together, stripe after stripe, so that what lies between them never leaves the TCDM. */
import type { PlannedLayer } from '../graph/network-plan.js';
import { isPoint } from '../graph/tensor.js';
import { windowOf, type NetworkShape } from '../map/network-shape.js';

export interface Group {
  /** Position among the groups. */
  readonly number: number;
  readonly name: string;
  /** Numbers of the layers; each reads what the one before wrote. */
  readonly layers: readonly number[];
  /** Tensor that the first layer reads. */
  readonly input: string;
  /** Second operand of an addition at the end. */
  readonly skip: string | undefined;
  /** Tensor of the last layer. */
  readonly output: string;
}

/** Where in an inverted bottleneck a layer stands: expansion, depth-wise, projection, addition. */
const stages = { first: 0, depthwise: 1, project: 2, add: 3, alone: 4 } as const;

function stageAfter(stage: number, next: PlannedLayer): number | undefined {
  if (next.kind === 'add' && stage < stages.add) return stages.add;
  if (next.kind === 'depthwise' && stage === stages.first) return stages.depthwise;
  const point = next.kind === 'convolution' && isPoint(windowOf(next));
  return point && stage === stages.depthwise ? stages.project : undefined;
}

const startingStage = (layer: PlannedLayer): number =>
  ({
    convolution: stages.first,
    depthwise: stages.depthwise,
    add: stages.add,
    'average-pool': stages.alone,
  })[layer.kind];

/** Cuts a network into inverted bottlenecks and single layers. */
export function groupLayers(shape: NetworkShape): Group[] {
  const chains: number[][] = [];
  let stage: number = stages.alone;
  shape.layers.forEach((layer, i) => {
    const before = shape.layers[i - 1];
    const follows =
      before !== undefined &&
      layer.inputs.includes(before.name) &&
      shape.consumers(before.name).length === 1 &&
      !shape.isOutput(before.name);
    const next = follows ? stageAfter(stage, layer) : undefined;
    stage = next ?? startingStage(layer);
    if (next === undefined) chains.push([i]);
    else chains.at(-1)!.push(i);
  });
  return chains.map((layers, number) => makeGroup(shape, layers, number));
}

export function makeGroup(shape: NetworkShape, layers: readonly number[], number: number): Group {
  const first = shape.layers[layers[0]!]!;
  const last = shape.layers[layers.at(-1)!]!;
  const branch = layers.length > 1 ? shape.layers[layers.at(-2)!]!.name : first.inputs[0]!;
  const skip =
    last.kind === 'add' ? (last.inputs.find((name) => name !== branch) ?? branch) : undefined;
  return {
    number,
    name: last.name,
    layers,
    input: first.kind === 'add' ? branch : first.inputs[0]!,
    skip,
    output: last.name,
  };
}

/** The layers of a group as groups of their own. */
export const splitGroup = (shape: NetworkShape, group: Group): Group[] =>
  group.layers.map((layer) => makeGroup(shape, [layer], group.number));

/** Groups with their positions. */
export const numbered = (groups: readonly Group[]): Group[] =>
  groups.map((group, number) => ({ ...group, number }));
