import { FastNetwork } from '../deploy/fast/network.js';
import { quantisePicture } from '../deploy/graph/picture-input.js';
import { configure, type SessionOptions } from '../session/index.js';
import { checkArrays, type Deployment } from './deployment.js';
import { labelledPictures } from './labelled-pictures.js';
import { runNetwork } from './run.js';

/** A picture that ran on the cluster too. */
export interface CheckedPicture {
  readonly name: string;
  /** Whether every byte of every tensor is the one that the fast executor computes. */
  readonly equal: boolean;
}

/**
 * Runs a sample of pictures on the cluster and compares every tensor with the executor that
 * measureAccuracy uses.
 */
export function checkAccuracySample(
  session: SessionOptions,
  deployment: Deployment,
  images: string,
  sample: number,
  progress: (text: string) => void = () => undefined,
): CheckedPicture[] {
  const { plan } = deployment;
  checkArrays(deployment, configure(session));
  const fast = new FastNetwork(plan);
  const pictures = labelledPictures(images, plan);
  const count = Math.min(sample, pictures.count);
  return Array.from({ length: count }, (_, i) => {
    const index = Math.floor((i * pictures.count) / count);
    const name = pictures.name(index);
    progress(`checking ${name} on the cluster (${i + 1} of ${count})`);
    const input = quantisePicture(plan.input, pictures.pixels(index));
    fast.run(input);
    const run = runNetwork(plan, {
      ...session,
      input,
      reference: (layer) => {
        const codes = fast.tensor(layer);
        return new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength);
      },
    });
    return { name, equal: run.bit_exact === true };
  });
}
