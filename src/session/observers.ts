import type { TraceSink } from '../../emulator/api.js';
import type { UnitObserver } from '../../emulator/sim/intervals.js';

/** Two that may follow the instructions of one run. */
export interface Tracers {
  trace?: TraceSink | undefined;
  follow?: TraceSink | undefined;
}

/** One sink for the machine; undefined when nobody follows. */
export function inTurn({ trace, follow }: Tracers): TraceSink | undefined {
  if (trace === undefined || follow === undefined) return trace ?? follow;
  return (hart, pc, cycle) => {
    trace(hart, pc, cycle);
    follow(hart, pc, cycle);
  };
}

/** One observer for the machine out of several; what nobody asks for is not asked for. */
export function together(all: readonly UnitObserver[]): UnitObserver {
  const wants = (what: keyof UnitObserver): boolean => all.some((one) => one[what] !== undefined);
  return {
    ...(wants('begin') && {
      begin: (unit, track, what, hart, cycle) => {
        for (const one of all) one.begin?.(unit, track, what, hart, cycle);
      },
    }),
    ...(wants('end') && {
      end: (interval) => {
        for (const one of all) one.end?.(interval);
      },
    }),
    ...(wants('conflict') && {
      conflict: (bank, losers, cycle) => {
        for (const one of all) one.conflict?.(bank, losers, cycle);
      },
    }),
    ...(wants('asleep') && {
      asleep: (hart, cycle) => {
        for (const one of all) one.asleep?.(hart, cycle);
      },
    }),
  };
}
