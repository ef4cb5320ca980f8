/** How far answers move when one assumed price goes to the ends of its range, the rest as it is. */
import { eventsOf } from '../../energy/index.js';
import type { ListedPrice, PriceList, Supply } from '../../energy/index.js';
import { answersOf, constraints } from './answers.js';
import type { Answers } from './answers.js';
import { fit, withValues } from './fit.js';
import type { Workloads } from './workloads.js';

/** Answers at one end of a range. */
export interface End {
  readonly value: number;
  /** The fitted prices stay. */
  readonly held: Answers;
  /** The constraints are met again: what the fitted prices become, and what the checks outside say. */
  readonly refitted: {
    readonly values: Readonly<Record<string, number>>;
    readonly answers: Answers;
  };
}

export interface Swing {
  readonly key: string;
  readonly value: number;
  readonly low: End;
  readonly high: End;
}

/** Prices of a list with a range, that something here depends on. */
export const assumedOf = (runs: Workloads, list: PriceList): ListedPrice[] =>
  list.rows.filter(
    ({ price, value, status }) =>
      status === 'assumed' &&
      price.range !== undefined &&
      value > 0 &&
      Object.values(runs).some((run) => eventsOf(price, run) > 0),
  );

/** Answers of a list at whatever supply is asked for; values beside the grid are paid as they are. */
export const answersAt = (runs: Workloads, list: PriceList): Answers =>
  answersOf(runs, (change: Partial<Supply>) =>
    withValues({ ...list, supply: { ...list.supply, ...change } }, new Map()),
  );

/** The largest movement of the constraints first. */
export function sensitivity(runs: Workloads, list: PriceList, free: readonly string[]): Swing[] {
  const end = (key: string, value: number): End => {
    const moved = withValues(list, new Map([[key, value]]));
    const values = fit(runs, constraints, moved, free);
    return {
      value,
      held: answersAt(runs, moved),
      refitted: {
        values: Object.fromEntries(values),
        answers: answersAt(runs, withValues(moved, values)),
      },
    };
  };
  return assumedOf(runs, list)
    .map(({ key, value, price }): Swing => {
      const [low, high] = price.range!;
      return { key, value, low: end(key, low), high: end(key, high) };
    })
    .toSorted((a, b) => weight(b) - weight(a));
}

const weight = ({ low, high }: Swing): number =>
  constraints.reduce(
    (sum, { ours }) => sum + Math.abs(ours(high.held) - ours(low.held)) / ours(low.held),
    0,
  );
