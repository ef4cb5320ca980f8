import { OctobarError } from '../../../emulator/sim/error.js';
import type { NetworkPlan, PlannedLayer } from '../graph/network-plan.js';
import { inputName } from '../graph/float-graph.js';
import { pointWindow, type CodeTensor, type Window } from '../graph/tensor.js';

/** Bytes of one code. */
export const codeBytes = (tensor: CodeTensor): number => (tensor.kind === 'int32' ? 4 : 1);

/** The window of any layer; an addition looks at one pixel. */
export const windowOf = (layer: PlannedLayer): Window =>
  layer.kind === 'add' ? pointWindow : layer.window;

/** Tensors of a network and who reads them. */
export class NetworkShape {
  readonly layers: readonly PlannedLayer[];
  private readonly tensors = new Map<string, CodeTensor>();
  private readonly readers = new Map<string, number[]>();
  private readonly outputs: ReadonlySet<string>;

  constructor(readonly plan: NetworkPlan) {
    this.layers = plan.layers;
    this.outputs = new Set(plan.outputs);
    this.tensors.set(inputName, plan.input);
    plan.layers.forEach((layer, i) => {
      this.tensors.set(layer.name, layer.output);
      for (const name of layer.inputs) this.readers.set(name, [...this.consumers(name), i]);
    });
  }

  tensor(name: string): CodeTensor {
    const tensor = this.tensors.get(name);
    if (tensor === undefined)
      throw new OctobarError('internal', `the network has no tensor ${name}`);
    return tensor;
  }

  rowBytes(name: string): number {
    const tensor = this.tensor(name);
    return tensor.width * tensor.channels * codeBytes(tensor);
  }

  bytes(name: string): number {
    return this.rowBytes(name) * this.tensor(name).height;
  }

  /** Numbers of the layers that read a tensor. */
  consumers(name: string): readonly number[] {
    return this.readers.get(name) ?? [];
  }

  /** Whether a tensor leaves the network. */
  isOutput(name: string): boolean {
    return this.outputs.has(name);
  }

  signed(name: string): boolean {
    return this.tensor(name).kind !== 'uint8';
  }
}
