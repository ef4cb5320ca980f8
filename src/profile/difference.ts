/** What happened between two looks at the counters of one run. */
import type { Stats } from '../session/stats.js';

type Counters = Readonly<Record<string, unknown>>;

/** `after` with every counter less that of `before`; what is no counter stays as it is in `after`. */
export function statsBetween(after: Stats, before: Stats): Stats {
  const less = <T>(key: keyof Stats): T => subtract(after[key], before[key]) as T;
  const total_pj = after.energy.total_pj - before.energy.total_pj;
  const cycles = after.cycles - before.cycles;
  return {
    ...after,
    cycles,
    harts: after.harts.map((hart, i) => ({
      ...(subtract(hart, before.harts[i]) as typeof hart),
      hart: hart.hart,
    })),
    total: less('total'),
    icache: less('icache'),
    tcdm: less('tcdm'),
    dma: less('dma'),
    engines: less('engines'),
    events: less('events'),
    energy: {
      ...after.energy,
      total_pj,
      mean_mw: cycles === 0 ? 0 : (total_pj * after.clock_hz) / (cycles * 1e9),
      components: subtract(
        after.energy.components,
        before.energy.components,
      ) as typeof after.energy.components,
      rows: after.energy.rows.map((row, i) => ({
        ...row,
        events: row.events - before.energy.rows[i].events,
        picojoules: row.picojoules - before.energy.rows[i].picojoules,
      })),
    },
  };
}

function subtract(after: unknown, before: unknown): unknown {
  if (typeof after === 'number') return after - (typeof before === 'number' ? before : 0);
  if (Array.isArray(after))
    return after.map((value: unknown, i) => subtract(value, (before as unknown[])[i]));
  if (typeof after !== 'object' || after === null) return after;
  return Object.fromEntries(
    Object.entries(after).map(([key, value]) => [key, subtract(value, (before as Counters)[key])]),
  );
}
