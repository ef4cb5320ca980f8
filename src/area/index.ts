/** Area of a machine as a sum of rows; like prices, each row is a parameter with its source. */
import type { Status } from '../../emulator/sim/parameters.js';
import type { Area, AreaTable } from './tables.js';

export { clusterAreas, engineAreas } from './tables.js';
export type { Area, AreaTable } from './tables.js';

export interface AreaRow {
  readonly component: string;
  /** Key of the parameter, `area.ima.array`. */
  readonly key: string;
  readonly status: Status;
  readonly count: number;
  readonly mm2: number;
}

export interface AreaReport {
  readonly total_mm2: number;
  /** Sums of the rows by component; they add up to the total. Nodes of macros and cluster may differ. */
  readonly components: Readonly<Record<string, number>>;
  readonly rows: readonly AreaRow[];
}

/** A table with the prefix of its keys, and where its values come from now. */
export interface AreaPart {
  readonly prefix: string;
  readonly table: AreaTable;
}

export function areaOf(
  parts: readonly AreaPart[],
  get: (key: string) => number,
  statusOf: (key: string, area: Area) => Status,
): AreaReport {
  const rows = parts.flatMap(({ prefix, table }) =>
    Object.entries(table).map(([name, area]): AreaRow => {
      const key = `${prefix}.${name}`;
      const count = area.count(get);
      const { component } = area;
      return { component, key, status: statusOf(key, area), count, mm2: count * get(key) };
    }),
  );
  const components: Record<string, number> = {};
  for (const { component, mm2 } of rows) components[component] = (components[component] ?? 0) + mm2;
  const total_mm2 = Object.values(components).reduce((sum, part) => sum + part, 0);
  return { total_mm2, components, rows };
}
