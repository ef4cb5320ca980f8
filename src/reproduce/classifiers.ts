/** Trained classifiers of fixtures/classifiers on their data, as firmware. */
import { OctobarError } from '../../emulator/sim/error.js';
import { classifyAll } from '../classifier/fleet.js';
import type { Run } from '../classifier/fleet.js';
import { picturesFrom, readModel } from '../classifier/index.js';
import type { Classification, Labelled, Model, Tuning } from '../classifier/index.js';
import { fixturePath } from '../datasets/index.js';
import type { SessionOptions, Settings } from '../session/index.js';
import { loadData, trainingEnd } from '../train/classifier.js';
import type { DataName, DataSet } from '../train/classifier.js';
import type { StudyOptions } from './entry.js';

export const committedModel = (name: string): Model =>
  readModel(fixturePath(`classifiers/${name}.json`));

/** The pictures that accuracies are published for; nothing is chosen by them. */
export async function testPictures(
  name: DataName,
  { pictures, folders, progress }: StudyOptions,
): Promise<Labelled> {
  const { test } = await loadData(name, folders, progress);
  return picturesFrom(test, 0, Math.min(test.count, pictures));
}

/** Training pictures that no weight has seen: models, thresholds and ranges are chosen by them. */
export async function validationPictures(
  name: DataName,
  count: number,
  { pictures, folders, progress }: StudyOptions,
): Promise<Labelled> {
  const data: DataSet = await loadData(name, folders, progress);
  const first = trainingEnd(data);
  return picturesFrom(data.train, first, Math.min(data.train.count - first, count, pictures));
}

/** Whether the data is there; why not is told once. */
export async function available(name: DataName, options: StudyOptions): Promise<boolean> {
  try {
    await loadData(name, options.folders, options.progress);
    return true;
  } catch (cause) {
    if (!(cause instanceof OctobarError) || cause.code !== 'file') throw cause;
    options.progress(`without ${name}: ${cause.message}`);
    return false;
  }
}

export interface Trial {
  /** For the progress line. */
  readonly what: string;
  readonly model: Model;
  readonly pictures: Labelled;
  readonly preset: string;
  readonly set?: Settings;
  readonly seed?: number;
  readonly tuning?: Tuning;
}

/** All runs, as many at a time as there are processors. */
export function runTrials(
  trials: readonly Trial[],
  { progress }: Pick<StudyOptions, 'progress'>,
): Promise<Classification[]> {
  const runs = trials.map(({ model, pictures, preset, set, seed, tuning = {} }): Run => {
    const options: SessionOptions = {
      preset,
      ...(set === undefined ? {} : { set }),
      ...(seed === undefined ? {} : { seed }),
    };
    return { model, pictures, tuning, options };
  });
  return classifyAll(runs, (index, { correct }) => {
    const { what, pictures } = trials[index]!;
    progress(`${what}: ${correct} of ${pictures.count} pictures`);
  });
}

export const percent = ({ correct }: Classification, { count }: Labelled): number =>
  (100 * correct) / count;

/** Energy of a picture in nJ: of the macro alone, and of everything. */
export function pictureEnergy({ stats, metrics }: Classification, engine: string) {
  const rows = stats.energy.rows.filter(({ price }) => price.startsWith(`energy.${engine}.`));
  const sum = rows.reduce((total, { picojoules }) => total + picojoules, 0);
  const pictures = metrics['pictures']! * 1000;
  return { macro: sum / pictures, all: stats.energy.total_pj / pictures };
}

export function meanAndSpread(values: readonly number[]): { mean: number; spread: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
