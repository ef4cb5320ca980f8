/**
 * Computes a planned network at the speed that studies of accuracy need: the same graph, tables and
 * converters as the firmware's, without cycles. Byte for byte equal to src/deploy/reference.
 */
import { inputName } from '../graph/float-graph.js';
import type { NetworkPlan, PlannedLayer } from '../graph/network-plan.js';
import { elements, type CodeTensor } from '../graph/tensor.js';
import { codesOf, type NetworkCodes } from '../reference/network.js';
import type { Codes } from '../reference/layers.js';
import { Arena } from './arena.js';
import { bytesOf, placeLayer, type FastLayer } from './layers.js';

interface Place {
  readonly tensor: CodeTensor;
  readonly at: number;
}

interface Step {
  readonly run: FastLayer;
  readonly inputs: readonly number[];
  readonly out: number;
}

/** A planned network ready to run; one picture at a time. */
export class FastNetwork {
  private readonly arena = new Arena();
  private readonly places = new Map<string, Place>();
  private readonly steps: Step[];
  private readonly plan: NetworkPlan;

  constructor(plan: NetworkPlan) {
    this.plan = plan;
    this.reserve(inputName, plan.input);
    this.steps = plan.layers.map((layer) => {
      const inputs = layer.inputs.map((name) => this.places.get(name)!);
      const run = placeLayer(
        this.arena,
        layer,
        inputs.map(({ tensor }) => tensor),
      );
      const out = this.reserve(layer.name, layer.output);
      return { run, inputs: inputs.map(({ at }) => at), out };
    });
  }

  /**
   * @param input codes of the picture, see quantisePicture
   * @returns codes of the outputs, in the order of the plan
   */
  run(input: Codes): NetworkCodes[] {
    this.arena.write(this.places.get(inputName)!.at, input);
    for (const { run, inputs, out } of this.steps) run(inputs, out);
    return this.plan.outputs.map((name) => this.tensor(name));
  }

  /** Codes of any tensor of the last run. */
  tensor(name: string): NetworkCodes {
    const { tensor, at } = this.places.get(name)!;
    return readCodes(this.arena, tensor, at);
  }

  private reserve(name: string, tensor: CodeTensor): number {
    const at = this.arena.reserve(elements(tensor) * bytesOf(tensor.kind));
    this.places.set(name, { tensor, at });
    return at;
  }
}

/** One layer on many pictures. */
export function runLayerFast(
  layer: PlannedLayer,
  inputs: readonly CodeTensor[],
  pictures: readonly (readonly Codes[])[],
): NetworkCodes[] {
  const arena = new Arena();
  const run = placeLayer(arena, layer, inputs);
  const places = inputs.map((tensor) => arena.reserve(elements(tensor)));
  const out = arena.reserve(elements(layer.output) * bytesOf(layer.output.kind));
  return pictures.map((codes) => {
    codes.forEach((map, i) => arena.write(places[i]!, map));
    run(places, out);
    return readCodes(arena, layer.output, out);
  });
}

function readCodes(arena: Arena, tensor: CodeTensor, at: number): NetworkCodes {
  const count = elements(tensor);
  const bytes = arena.read(at, count * bytesOf(tensor.kind));
  const codes = codesOf(tensor.kind, 0);
  return new (codes.constructor as new (buffer: ArrayBuffer) => NetworkCodes)(bytes);
}
