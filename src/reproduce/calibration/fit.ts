/** As many free prices as constraints, everything else frozen: a linear system. */
import { factor, eventsOf } from '../../energy/index.js';
import type { ListedPrice, PriceList } from '../../energy/index.js';
import type { Constraint } from './answers.js';
import { solve } from './solve.js';
import type { WorkloadName, Workloads } from './workloads.js';

/** A list with other values for some prices; none is rounded to the grid. */
export function withValues(list: PriceList, values: ReadonlyMap<string, number>): PriceList {
  const rows = list.rows.map((row): ListedPrice => {
    const value = values.get(row.key) ?? row.value;
    return { ...row, value, pj: value * factor(row.price, list.supply) };
  });
  return { ...list, rows };
}

/** Values of the free prices with which every constraint is met; they may lie anywhere. */
export function fit(
  runs: Workloads,
  constraints: readonly Constraint[],
  list: PriceList,
  free: readonly string[],
): Map<string, number> {
  const isFree = new Set(free);
  const frozen = withValues(list, new Map()).rows.filter(({ key }) => !isFree.has(key));
  const row = (key: string): ListedPrice => list.rows.find((other) => other.key === key)!;
  const matrix = constraints.map((constraint) =>
    free.map((key) =>
      paid(runs, constraint, { ...row(key), pj: factor(row(key).price, list.supply) }),
    ),
  );
  const right = constraints.map(
    (constraint) =>
      constraint.target(constraint.published) -
      frozen.reduce((sum, price) => sum + paid(runs, constraint, price), 0),
  );
  const values = solve(matrix, right);
  return new Map(free.map((key, i) => [key, values[i]!]));
}

/** pJ of one price over the workloads of a constraint. */
function paid(
  runs: Workloads,
  { weights, published }: Constraint,
  { price, pj }: ListedPrice,
): number {
  return Object.entries(weights(runs, published)).reduce(
    (sum, [name, weight]) => sum + weight * pj * eventsOf(price, runs[name as WorkloadName]),
    0,
  );
}
