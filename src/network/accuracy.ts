/** How often a deployed network is right: the plan's integers without cycles, many pictures. */
import { cpus } from 'node:os';
import { Worker } from 'node:worker_threads';
import { OctobarError } from '../../emulator/sim/error.js';
import { encodePlan } from '../deploy/graph/plan-file.js';
import { loadModel } from '../deploy/models.js';
import { accuracyShare, type ShareOptions, type ShareResult } from './accuracy-share.js';
import type { Deployment } from './deployment.js';
import { labelledPictures } from './labelled-pictures.js';

export interface AccuracyOptions {
  readonly deployment: Deployment;
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

export interface ClassAccuracy {
  readonly label: string;
  readonly pictures: number;
  readonly right: number;
  readonly floatRight: number | undefined;
}

export interface Accuracy {
  readonly pictures: number;
  readonly labelled: number;
  readonly classes: readonly ClassAccuracy[];
  /** [true class][answer], of the labelled pictures. */
  readonly confusion: readonly (readonly number[])[];
  readonly right: number;
  readonly floatRight: number | undefined;
  /** What always answering the most frequent class gets right. */
  readonly constantRight: number;
  /** Against the trained network: same answer, and cosines of the centred logits. */
  readonly agreement:
    | { readonly same: number; readonly mean: number; readonly least: number }
    | undefined;
  /** Answer of each picture, in order. */
  readonly answers: readonly { readonly name: string; readonly answer: number }[];
}

/**
 * Classifies labelled pictures with the integers that the firmware computes.
 *
 * @throws OctobarError `usage` when the network is not a classifier
 */
export async function measureAccuracy(options: AccuracyOptions): Promise<Accuracy> {
  const { plan, info } = options.deployment;
  if (plan.tail.kind !== 'classifier') {
    throw new OctobarError('usage', `${plan.name} is not a classifier`, {
      hint: 'octobar infer shows what a detector finds',
    });
  }
  const pictures = labelledPictures(options.images, plan);
  const every = Math.max(1, Math.ceil(pictures.count / (options.most ?? pictures.count)));
  const count = Math.ceil(pictures.count / every);
  const graph = options.float ? await loadModel(info.model) : undefined;
  const workers = options.workers ?? Math.max(1, Math.min(cpus().length, count));
  options.progress?.(`${plan.name}: ${count} pictures on ${workers || 1} threads`);
  const share = { images: options.images, every, ...(graph === undefined ? {} : { graph }) };
  const results =
    workers === 0
      ? [accuracyShare({ ...share, plan: encodePlan(plan), first: 0, step: 1 })]
      : await Promise.all(
          Array.from({ length: workers }, (_, first) =>
            inWorker({ ...share, plan: encodePlan(plan), first, step: workers }),
          ),
        );
  const byIndex = results.flat().toSorted((a, b) => a.index - b.index);
  const labels = Array.from(
    { length: plan.layers.at(-1)!.output.channels },
    (_, k) => (plan.tail.kind === 'classifier' ? plan.tail.labels[k] : undefined) ?? `class ${k}`,
  );
  return {
    ...summarise(byIndex, labels, (index) => pictures.label(index)),
    answers: byIndex.map(({ index, answer }) => ({ name: pictures.name(index), answer })),
  };
}

function inWorker(share: ShareOptions): Promise<ShareResult[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./accuracy-worker.js', import.meta.url), {
      workerData: share,
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

type Counts = Omit<Accuracy, 'answers'>;

function summarise(
  results: readonly ShareResult[],
  labels: readonly string[],
  labelOf: (index: number) => number | undefined,
): Counts {
  const float = results[0]?.floatAnswer !== undefined;
  const confusion = labels.map(() => labels.map(() => 0));
  const floatRights = labels.map(() => 0);
  let labelled = 0;
  for (const { index, answer, floatAnswer } of results) {
    const label = labelOf(index);
    if (label === undefined) continue;
    const row = confusion[label];
    if (row === undefined) {
      throw new OctobarError('image', `label ${label} of a network with ${labels.length} classes`);
    }
    labelled += 1;
    row[answer]! += 1;
    if (floatAnswer === label) floatRights[label]! += 1;
  }
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const classes = labels.map((label, k) => ({
    label,
    pictures: sum(confusion[k]!),
    right: confusion[k]![k]!,
    floatRight: float ? floatRights[k] : undefined,
  }));
  const cosines = results.map(({ cosine }) => cosine ?? 1);
  return {
    pictures: results.length,
    labelled,
    classes,
    confusion,
    right: sum(classes.map(({ right }) => right)),
    floatRight: float ? sum(floatRights) : undefined,
    constantRight: Math.max(...classes.map((found) => found.pictures)),
    agreement: float
      ? {
          same: results.filter(({ answer, floatAnswer }) => answer === floatAnswer).length,
          mean: sum(cosines) / cosines.length,
          least: Math.min(...cosines),
        }
      : undefined,
  };
}
