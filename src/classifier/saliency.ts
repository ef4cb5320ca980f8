/** Thresholds of OSA-HCIM for a trained network: the cheapest that lose little on validation pictures. */
import { layoutOf } from './products.js';
import type { Model } from './model.js';
import type { Tuning } from './tuning.js';

/** Scale of the thresholds of each product, in eighths: they double from boundary to boundary. */
export type Scales = Readonly<Record<string, number>>;

const doubling = [1, 2, 4, 8, 16] as const;
/** 256 is above every saliency: boundary 10 for all. */
const never = 256;
/** Scales that are tried, in eighths. */
const ladder = [16, 32, 64, 2048] as const;

export const productNames = (model: Model): string[] =>
  layoutOf(model, 0).products.map(({ name }) => name);

/** @param steps of the converter by product, sixteenths */
export const tuningOf = (scales: Scales, steps: Readonly<Record<string, number>>): Tuning => ({
  step: steps,
  boundary: Object.fromEntries(
    Object.entries(scales).map(([name, eighths]) => [
      name,
      [0, ...doubling.map((factor) => Math.min(never, Math.ceil((eighths * factor) / 8)))],
    ]),
  ),
});

export interface Tried {
  readonly scales: Scales;
  readonly correct: number;
  /** Energy in any unit. */
  readonly energy: number;
}

/**
 * First one scale for all products, as large as the loss allows; then each product climbs on its own for as long as it
 * saves energy.
 *
 * @param least pictures that must stay correct
 * @param run correct answers and energy with thresholds on these scales
 */
export function calibrate(
  names: readonly string[],
  least: number,
  run: (scales: Scales) => Pick<Tried, 'correct' | 'energy'>,
): Tried {
  const attempt = (scales: Scales): Tried => ({ scales, ...run(scales) });
  const all = (scale: number): Scales => Object.fromEntries(names.map((name) => [name, scale]));
  let best = attempt(all(ladder[0]));
  let rung = 0;
  for (let i = 1; i < ladder.length; i++) {
    const next = attempt(all(ladder[i]!));
    if (next.correct < least) break;
    [best, rung] = [next, i];
  }
  for (const name of names)
    for (let i = rung + 1; i < ladder.length; i++) {
      const next = attempt({ ...best.scales, [name]: ladder[i]! });
      if (next.correct < least || next.energy >= best.energy) break;
      best = next;
    }
  return best;
}
