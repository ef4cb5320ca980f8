/** Training from beginning to end, in one go or in parts, then inference in the formats of the engine. */
import { OctobarError } from '../../emulator/sim/error.js';
import { sha256 } from '../datasets/cache.js';
import type { Preset, Settings } from '../session/index.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { quantise } from './quantise.js';
import { trainOrdered } from './ordered.js';
import { trainReference } from './reference.js';
import { openLenet } from './run.js';
import type { LossPoint, TrainingData } from './run.js';
import { batch, initialParameters, pixels, ratesOf } from './shape.js';

/** What decides the result. */
export interface TrainingPlan {
  readonly samples: number;
  readonly test: number;
  /** First learning rate; it falls to zero in a straight line. */
  readonly rate: number;
  readonly seed: number;
  readonly reportEvery: number;
}

export interface TrainingOptions {
  readonly preset?: string | Preset;
  readonly set?: Settings;
  readonly checkpoint?: string;
  /** Steps after which the run is left, its state in the checkpoint. */
  readonly stopAfter?: number;
  /** Steps between two checkpoints of a run that goes on. */
  readonly saveEvery?: number;
  /** Output of the program as it comes. */
  readonly output?: (text: string) => void;
  readonly progress?: (text: string) => void;
}

export interface Trained {
  readonly finished: boolean;
  readonly losses: readonly LossPoint[];
  /** Right answers of `plan.test`. */
  readonly correct: number;
  readonly cycles: number;
  readonly parameters: Float32Array;
  readonly engine: Readonly<Record<string, number>>;
}

interface Checkpoint {
  readonly plan: TrainingPlan;
  readonly losses: LossPoint[];
  readonly snapshot: unknown;
}

const isPlan = (plan: unknown): plan is TrainingPlan =>
  typeof plan === 'object' &&
  plan !== null &&
  ['samples', 'test', 'rate', 'seed', 'reportEvery'].every(
    (key) => typeof (plan as Record<string, unknown>)[key] === 'number',
  );

/** @throws OctobarError `file`, `image` */
export function openCheckpoint(path: string): Checkpoint {
  const content = readCheckpoint(path) as Partial<Checkpoint>;
  if (isPlan(content.plan) && Array.isArray(content.losses)) return content as Checkpoint;
  throw new OctobarError('image', `${path} is a checkpoint of something else`);
}

/** @throws OctobarError `usage`, `config`, and what the run throws */
export function train(
  plan: TrainingPlan,
  data: TrainingData,
  options: TrainingOptions = {},
  resumed?: Checkpoint,
): Trained {
  const { output, progress, checkpoint, stopAfter = Infinity, saveEvery = Infinity } = options;
  if (stopAfter !== Infinity && checkpoint === undefined)
    throw new OctobarError('usage', 'a run that is left needs a file for its state', {
      hint: 'add --checkpoint FILE',
    });
  const steps = plan.samples / batch;
  const { preset, set } = options;
  const run = openLenet({
    ...(preset === undefined ? {} : { preset }),
    ...(set === undefined ? {} : { set }),
    mode: 'train',
    format: 'fp32',
    parameters: initialParameters(plan.seed),
    data,
    samples: plan.samples,
    test: plan.test,
    rates: ratesOf(plan.rate, steps),
    reportEvery: plan.reportEvery,
  });
  const { session } = run;
  if (resumed !== undefined) {
    restore(() => session.restore(resumed.snapshot));
    run.losses.push(...resumed.losses);
  }
  if (output) session.onOutput((text) => output(text));
  const save = (): void => {
    if (checkpoint === undefined) return;
    const content: Checkpoint = { plan, losses: run.losses, snapshot: session.save() };
    writeCheckpoint(checkpoint, content);
    progress?.(`wrote ${checkpoint} behind step ${run.losses.at(-1)?.step ?? 0}`);
  };
  let saved = run.losses.at(-1)?.step ?? 0;
  const finished = run.run(() => {
    const step = run.losses.at(-1)?.step ?? 0;
    if (step >= stopAfter && step < steps) return true;
    if (step - saved >= saveEvery) {
      saved = step;
      save();
    }
    return false;
  });
  if (!finished) save();
  const result = {
    finished,
    losses: [...run.losses],
    correct: run.correct ?? 0,
    cycles: session.now,
    parameters: run.parameters,
    engine: session.stats().engines['fpirm'] ?? {},
  };
  session.close();
  return result;
}

/** A damaged snapshot must not look like a defect of the tool. */
function restore(action: () => void): void {
  try {
    action();
  } catch (cause) {
    if (cause instanceof OctobarError) throw cause;
    throw new OctobarError('image', 'the checkpoint does not hold a state of this machine');
  }
}

export const digestOf = (parameters: Float32Array): string =>
  sha256(new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength));

export type InferenceFormat = 'fp32' | 'bf16' | 'int8';

export interface Inference {
  readonly correct: number;
  readonly cycles: number;
  readonly engine: Readonly<Record<string, number>>;
}

/** Pictures whose activations set the ranges of the integers. */
const calibrationPictures = 200;

/** The first `test` test pictures through the trained network. */
export function infer(
  format: InferenceFormat,
  parameters: Float32Array,
  data: TrainingData,
  test: number,
  { preset, set }: Pick<TrainingOptions, 'preset' | 'set'> = {},
): Inference {
  const integers = format === 'int8';
  const run = openLenet({
    ...(preset === undefined ? {} : { preset }),
    // All weights of the integer network lie in two arrays; integer sums are taken as they are.
    set: { ...set, ...(integers ? { 'fpirm.ideal': true, 'fpirm.arrays': 2 } : {}) },
    mode: integers ? 'integers' : 'test',
    format: integers ? 'fp32' : format,
    parameters,
    data,
    samples: 0,
    test,
    rates: [],
    reportEvery: 1,
    ...(integers
      ? {
          integers: quantise(
            parameters,
            data.train.pixels.subarray(0, calibrationPictures * pixels),
          ),
        }
      : {}),
  });
  run.run();
  const result = {
    correct: run.correct ?? 0,
    cycles: run.session.now,
    engine: run.session.stats().engines['fpirm'] ?? {},
  };
  run.session.close();
  return result;
}

export interface Comparison {
  /** Steps of the curve. */
  readonly steps: number;
  /** Largest relative difference to float32 on the host that sums in the order of the program. */
  readonly ordered: number;
  /** The same to float32 that sums in another order: rounding alone moves it, and sooner or later much. */
  readonly ordinary: number;
  /** Digest of the parameters that the ordered reference ends with. */
  readonly digest: string;
}

/** The loss curve beside references: same parameters to begin with, same pictures, same rates. */
export function compareCurve(
  plan: TrainingPlan,
  data: TrainingData,
  losses: readonly LossPoint[],
): Comparison {
  const steps = losses.at(-1)?.step ?? 0;
  const rates = ratesOf(plan.rate, plan.samples / batch).slice(0, steps);
  const { train: pictures } = data;
  const parameters = initialParameters(plan.seed);
  const ordered = trainOrdered(parameters, pictures, rates, plan.reportEvery);
  const each = trainReference(initialParameters(plan.seed), pictures, rates);
  const ordinary = ordered.map((_, i) => {
    const part = each.slice(i * plan.reportEvery, (i + 1) * plan.reportEvery);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const largest = (reference: readonly number[]): number =>
    losses.reduce((most, { loss }, i) => Math.max(most, Math.abs(loss / reference[i] - 1)), 0);
  return {
    steps,
    ordered: largest(ordered),
    ordinary: largest(ordinary),
    digest: digestOf(parameters),
  };
}
