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
  readonly layer: FastLayer;
  readonly inputs: readonly number[];
  readonly out: number;
}

export interface SettledPiece {
  readonly firstPixel: number;
  readonly pixels: number;
  readonly pitch: number;
  readonly firstCol: number;
  readonly cols: number;
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
      const tensors = inputs.map(({ tensor }) => tensor);
      const placed = placeLayer(this.arena, layer, tensors);
      const out = this.reserve(layer.name, layer.output);
      return { layer: placed, inputs: inputs.map(({ at }) => at), out };
    });
  }

  /**
   * @param input codes of the picture, see quantisePicture
   * @returns codes of the outputs, in the order of the plan
   */
  run(input: Codes): NetworkCodes[] {
    this.load(input);
    this.plan.layers.forEach(({ output }, layer) => this.compute(layer, 0, output.height));
    return this.plan.outputs.map((name) => this.tensor(name));
  }

  load(input: Codes): void {
    this.arena.write(this.places.get(inputName)!.at, input);
  }

  /** Rows [first, first + rows) of a layer, from what its inputs hold by now. */
  compute(layer: number, first: number, rows: number): void {
    const step = this.steps[layer]!;
    step.layer.compute(step.inputs, step.out, first, rows);
  }

  /** Room for accumulators of `settle`, valid until the network is gone. */
  accumulators(count: number): { readonly at: number; readonly values: Int32Array } {
    const at = this.arena.reserve(4 * count);
    const { buffer, byteOffset } = this.arena.view(at, 4 * count);
    return { at, values: new Int32Array(buffer, byteOffset, count) };
  }

  /**
   * Requantises accumulators [pixels][pitch] that something else computed, into the columns
   * [firstCol, firstCol + cols) of pixels of a convolution.
   */
  settle(layer: number, accumulators: number, piece: SettledPiece): void {
    const { output } = this.plan.layers[layer]!;
    const { out, layer: placed } = this.steps[layer]!;
    const to = out + piece.firstPixel * output.channels * bytesOf(output.kind);
    const { pixels, pitch, firstCol, cols } = piece;
    this.arena.kernels.settle(placed.product!, accumulators, to, pixels, pitch, firstCol, cols);
  }

  /** The bytes of a tensor where they lie, for layers that something else computes. */
  bytes(name: string): Uint8Array {
    const { tensor, at } = this.places.get(name)!;
    return this.arena.view(at, elements(tensor) * bytesOf(tensor.kind));
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
  const placed = placeLayer(arena, layer, inputs);
  const places = inputs.map((tensor) => arena.reserve(elements(tensor)));
  const out = arena.reserve(elements(layer.output) * bytesOf(layer.output.kind));
  return pictures.map((codes) => {
    codes.forEach((map, i) => arena.write(places[i]!, map));
    placed.compute(places, out, 0, layer.output.height);
    return readCodes(arena, layer.output, out);
  });
}

function readCodes(arena: Arena, tensor: CodeTensor, at: number): NetworkCodes {
  const count = elements(tensor);
  const bytes = arena.read(at, count * bytesOf(tensor.kind));
  const codes = codesOf(tensor.kind, 0);
  return new (codes.constructor as new (buffer: ArrayBuffer) => NetworkCodes)(bytes);
}
