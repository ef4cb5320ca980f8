/** How often a deployed network is right: the plan's integers without cycles, many pictures, many chips. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { OctobarError } from '../../emulator/sim/error.js';
import { packageRoot } from '../datasets/package-root.js';
import { encodePlan } from '../deploy/graph/plan-file.js';
import { loadModel } from '../deploy/models.js';
import { configure, openArrays, type SessionOptions } from '../session/index.js';
import {
  accuracyShare,
  type ShareAnswer,
  type ShareOptions,
  type ShareResult,
} from './accuracy-share.js';
import { summarise, type Summary } from './accuracy-summary.js';
import { checkArrays, type Deployment } from './deployment.js';
import { labelledPictures } from './labelled-pictures.js';

export interface AccuracyOptions {
  readonly deployment: Deployment;
  /** The machine; of its arrays all physics counts. */
  readonly session: SessionOptions;
  /** Chips, seeded from that of the session on; 1 by default. */
  readonly chips?: number;
  /** See labelledPictures. */
  readonly images: string;
  /** Also run the trained network in floating point, which takes ten times as long. */
  readonly float: boolean;
  /** At most so many pictures, evenly drawn; all by default. */
  readonly most?: number;
  /** Threads beside this one; 0 computes in this one. By default one for each processor. */
  readonly workers?: number;
  readonly progress?: (text: string) => void;
}

export interface Accuracy extends Summary {
  /** Answers to each picture, in order, one for each chip. */
  readonly answers: readonly { readonly name: string; readonly answers: readonly number[] }[];
}

/**
 * Seeds of the chips of a study; undefined where all chips are alike, because nothing in their
 * arrays is noisy or imperfect.
 */
export function chipSeeds(session: SessionOptions, chips = 1): readonly number[] | undefined {
  if (!openArrays(session).imperfect) return undefined;
  return Array.from({ length: chips }, (_, i) => (session.seed ?? 1) + i);
}

/**
 * Classifies labelled pictures with the integers that the firmware computes.
 *
 * @throws OctobarError `usage` when the network is not a classifier
 */
export async function measureAccuracy(options: AccuracyOptions): Promise<Accuracy> {
  const { session, deployment, progress } = options;
  const { plan, info } = deployment;
  if (plan.tail.kind !== 'classifier') {
    throw new OctobarError('usage', `${plan.name} is not a classifier`, {
      hint: 'octobar infer shows what a detector finds',
    });
  }
  checkArrays(deployment, configure(session));
  const pictures = labelledPictures(options.images, plan);
  const every = Math.max(1, Math.ceil(pictures.count / (options.most ?? pictures.count)));
  const count = Math.ceil(pictures.count / every);
  const graph = options.float ? await loadModel(info.model, info.import) : undefined;
  const workers = options.workers ?? Math.max(1, Math.min(cpus().length, count));
  const seeds = chipSeeds(session, options.chips);
  const chips = seeds === undefined ? 'arrays without noise' : `${seeds.length} chips`;
  progress?.(`${plan.name}: ${count} pictures, ${chips}, on ${workers || 1} threads`);
  const share = {
    plan: encodePlan(plan),
    session,
    seeds,
    images: options.images,
    every,
    ...(graph === undefined ? {} : { graph }),
  };
  let seen = 0;
  const onPicture = (): void => {
    seen += 1;
    const tenth = Math.floor((10 * seen) / count);
    if (tenth > Math.floor((10 * (seen - 1)) / count)) {
      progress?.(`${seen} of ${count} pictures`);
    }
  };
  const results =
    workers === 0
      ? [accuracyShare({ ...share, first: 0, step: 1 }, onPicture)]
      : await allOf(
          Array.from({ length: workers }, (_, first) =>
            inWorker({ ...share, first, step: workers }, onPicture),
          ),
        );
  const byIndex = results.flat().toSorted((a, b) => a.index - b.index);
  const labels = Array.from(
    { length: plan.layers.at(-1)!.output.channels },
    (_, k) => (plan.tail.kind === 'classifier' ? plan.tail.labels[k] : undefined) ?? `class ${k}`,
  );
  return {
    ...summarise(byIndex, labels, (index) => pictures.label(index), seeds),
    answers: byIndex.map((result) => ({
      name: pictures.name(result.index),
      answers: result.chips.map(({ answer }) => answer),
    })),
  };
}

/** The built file: a bundle that holds this module lies elsewhere than the worker. */
const workerFile = (): string => join(packageRoot(), 'dist/src/network/accuracy-worker.js');

/** All results, or the failure of the first thread that failed, whichever came first in time. */
async function allOf<T>(threads: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(threads);
  return settled.map((thread) => {
    if (thread.status === 'rejected') throw thread.reason;
    return thread.value;
  });
}

function inWorker(share: ShareOptions, onPicture: () => void): Promise<readonly ShareResult[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile(), { workerData: share });
    worker.on('message', (answer: ShareAnswer | 'picture') => {
      if (answer === 'picture') onPicture();
      else if ('results' in answer) resolve(answer.results);
      else reject(new OctobarError(answer.code, answer.reason, answer.context));
    });
    worker.once('error', reject);
  });
}
