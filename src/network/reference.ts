/** What the cluster must compute on a machine: the independent integers, or the bytes of its chip. */
import type { NetworkPlan } from '../deploy/graph/network-plan.js';
import type { Codes } from '../deploy/reference/layers.js';
import { executeNetwork, type NetworkCodes } from '../deploy/reference/network.js';
import { configure, openArrays, type SessionOptions } from '../session/index.js';
import { ChipNetwork } from './chip-network.js';
import { scheduleFor } from './write-deployment.js';

export interface ReferenceRun {
  /** Codes of any tensor. */
  readonly tensor: (name: string) => NetworkCodes;
  /**
   * false: shares no code with the engines. true: the arrays are noisy or imperfect, so these are the
   * very arrays of the machine in the order of its jobs, without streams, memories and cycles.
   */
  readonly chip: boolean;
}

/** @param input codes of the picture */
export function referenceRun(
  plan: NetworkPlan,
  input: Codes,
  session: SessionOptions,
): ReferenceRun {
  const arrays = openArrays(session);
  if (!arrays.imperfect) {
    const tensors = executeNetwork(plan, input);
    return { tensor: (name) => tensors.get(name)!, chip: false };
  }
  const network = new ChipNetwork(scheduleFor({ plan }, session));
  network.program(arrays);
  network.run(arrays, input, configure(session).number('ima.run'));
  return { tensor: (name) => network.tensor(name), chip: true };
}

export const bytesOf = (codes: NetworkCodes): Uint8Array =>
  new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength);
