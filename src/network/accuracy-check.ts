import { quantisePicture } from '../deploy/graph/picture-input.js';
import { configure, type SessionOptions } from '../session/index.js';
import { executorOf } from './accuracy-share.js';
import { chipSeeds } from './accuracy.js';
import { checkArrays, type Deployment } from './deployment.js';
import { labelledPictures } from './labelled-pictures.js';
import { bytesOf } from './reference.js';
import { runNetwork } from './run.js';

/** A picture that ran on the cluster too. */
export interface CheckedPicture {
  readonly name: string;
  /** Seed of the chip; undefined where all are alike. */
  readonly seed: number | undefined;
  /** Whether every byte of every tensor is the one that measureAccuracy computes. */
  readonly equal: boolean;
}

export interface CheckOptions {
  readonly deployment: Deployment;
  readonly session: SessionOptions;
  readonly chips?: number;
  readonly images: string;
  /** How many pictures, evenly drawn. */
  readonly sample: number;
  readonly progress?: (text: string) => void;
}

/**
 * Runs a sample of pictures on the cluster, on one chip after the other, and compares every tensor
 * with the executor that measureAccuracy uses. Chip and run are set as in measureAccuracy, so
 * with noise the same noise is compared.
 */
export function checkAccuracySample(options: CheckOptions): CheckedPicture[] {
  const { session, deployment, images, sample, progress = () => undefined } = options;
  const { plan } = deployment;
  checkArrays(deployment, configure(session));
  const seeds = chipSeeds(session, options.chips);
  const executor = executorOf(plan, session, seeds);
  const pictures = labelledPictures(images, plan);
  const count = Math.min(sample, pictures.count);
  return Array.from({ length: count }, (_, i) => {
    const index = Math.floor((i * pictures.count) / count);
    const chip = i % executor.chips;
    const seed = seeds?.[chip];
    const name = pictures.name(index);
    const on = seed === undefined ? '' : `, chip of seed ${seed}`;
    progress(`checking ${name} on the cluster${on} (${i + 1} of ${count})`);
    const input = quantisePicture(plan.input, pictures.pixels(index));
    executor.run(chip, input, index);
    const run = runNetwork(plan, {
      ...session,
      ...(seed === undefined ? {} : { seed, set: { ...session.set, 'ima.run': index } }),
      input,
      reference: (layer) => bytesOf(executor.tensor(layer)),
    });
    return { name, seed, equal: run.bit_exact === true };
  });
}
