import { OctobarError } from '../../../emulator/sim/error.js';
import type { Requantisation } from '../quantise/requantise.js';
import { decodeTensors, encodeTensors, type Tensor } from '../tensor-file.js';
import type { NetworkPlan, PlannedLayer } from './network-plan.js';

/** What stands in the file's header of a layer: everything but weights and tables. */
type LayerMeta = Omit<PlannedLayer, 'weights' | 'requantisation'> & {
  readonly requantisation?: Pick<Requantisation, 'shift' | 'lo' | 'hi'>;
};

type PlanMeta = Omit<NetworkPlan, 'layers'> & { readonly layers: readonly LayerMeta[] };

const version = 1;

/** Bytes of a plan, complete: `decodePlan` gives back an equal one. */
export function encodePlan(plan: NetworkPlan): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const layers = plan.layers.map((layer, i): LayerMeta => {
    if (!('weights' in layer)) return layer;
    const { weights, requantisation, ...rest } = layer;
    tensors.set(`${i}.weights`, weights);
    tensors.set(`${i}.mul`, requantisation.mul);
    tensors.set(`${i}.bias`, requantisation.bias);
    const { shift, lo, hi } = requantisation;
    return { ...rest, requantisation: { shift, lo, hi } };
  });
  return encodeTensors({ meta: { version, plan: { ...plan, layers } }, tensors });
}

/** @throws OctobarError `image` when the file is malformed, damaged or of another version. */
export function decodePlan(bytes: Uint8Array, name: string): NetworkPlan {
  const file = decodeTensors<{ version: number; plan: PlanMeta }>(bytes, name);
  const { meta } = file;
  if (meta.version !== version || !Array.isArray(meta.plan?.layers)) {
    throw new OctobarError('image', `${name} is not a network plan of version ${version}`, {
      hint: 'deploy the model again',
    });
  }
  const layers = meta.plan.layers.map((layer, i): PlannedLayer => {
    const { requantisation } = layer;
    if (requantisation === undefined) return layer as PlannedLayer;
    const take = <T extends Tensor>(part: string, type: new (n: number) => T): T => {
      const found = file.tensors.get(`${i}.${part}`);
      if (!(found instanceof type)) {
        throw new OctobarError('image', `${name} lacks ${part} of layer ${layer.name}`);
      }
      return found;
    };
    return {
      ...layer,
      // A layer without an array loses the undefined member in JSON.
      ...(layer.kind === 'convolution' ? { array: arrayOf(layer) } : {}),
      weights: take('weights', Int8Array),
      requantisation: {
        ...requantisation,
        mul: take('mul', Int32Array),
        bias: take('bias', BigInt64Array),
      },
    } as PlannedLayer;
  });
  return { ...meta.plan, layers };
}

/** The crossbar part of a layer, with the members that JSON drops. */
function arrayOf(layer: LayerMeta): unknown {
  const { array } = layer as { array?: { converter?: unknown } };
  return array === undefined ? undefined : { converter: undefined, ...array };
}
