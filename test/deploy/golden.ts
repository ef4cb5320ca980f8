import { readFileSync } from 'node:fs';
import { fixturePath } from '../../src/datasets/index.js';

/** Pictures that the golden file describes. */
export const goldenPictures = ['cat', 'astronaut'] as const;

/** Digest of one block output. */
export interface GoldenBlock {
  readonly mean: number;
  readonly rms: number;
  /** Values at `samples` evenly spaced places. */
  readonly values: readonly number[];
}

export interface GoldenRun {
  readonly probabilities: readonly number[];
  readonly blocks: readonly GoldenBlock[];
}

export const goldenPath = fixturePath('golden', 'mobilenet-tfjs.json');

export const readGolden = (): Record<string, GoldenRun> =>
  JSON.parse(readFileSync(goldenPath, 'utf8')) as Record<string, GoldenRun>;

const samples = 16;

/** Mean, root mean square and some values of a tensor. */
export function digest(data: Float32Array): GoldenBlock {
  let sum = 0;
  let squares = 0;
  for (const value of data) {
    sum += value;
    squares += value * value;
  }
  const at = (k: number): number => data[Math.floor(((k + 0.5) * data.length) / samples)]!;
  return {
    mean: sum / data.length,
    rms: Math.sqrt(squares / data.length),
    values: Array.from({ length: samples }, (_, k) => at(k)),
  };
}
