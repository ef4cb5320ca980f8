/** Thresholds of OSA-HCIM for a trained network: the cheapest that lose little on validation pictures. */
import type { Tuning } from './tuning.js';

/** Between six boundaries, 10 to 5; a saliency that reaches one chooses the next lower boundary. */
export type Thresholds = readonly [number, number, number, number, number];

/** From cautious to bold: most saliency for boundary 10, then 8 and 7 as the highest boundary that is chosen. */
export const candidates: readonly Thresholds[] = [
  [1, 1, 2, 4, 8],
  [1, 2, 4, 8, 16],
  [2, 4, 8, 16, 32],
  [0, 2, 4, 8, 16],
  [0, 0, 4, 8, 16],
  [0, 0, 8, 16, 32],
  [0, 0, 0, 16, 32],
  [0, 0, 0, 64, 128],
];

/** For all products. @param step of the converter, sixteenths */
export const tuningOf = (thresholds: Thresholds, step: number): Tuning => ({
  step: { all: step },
  boundary: { all: [0, ...thresholds] },
});

export interface Tried {
  readonly thresholds: Thresholds;
  readonly correct: number;
  /** In any unit. */
  readonly energy: number;
}

/**
 * @param least pictures that must stay correct
 * @returns the one that takes least energy; undefined when all lose too much
 */
export function cheapest(tried: readonly Tried[], least: number): Tried | undefined {
  return tried
    .filter(({ correct }) => correct >= least)
    .toSorted((a, b) => a.energy - b.energy)
    .at(0);
}
