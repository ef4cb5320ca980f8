import type { MachineApi } from '../../emulator/api.js';
import { Random } from '../lockstep/random.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { makeClusterProgram, type ClusterProgram } from './program.js';

/**
 * How a program is run beside its reference: in one go, in slices of random length with all
 * registers and statistics compared at each end, or cycle by cycle.
 */
export type Pace = 'whole' | 'slices' | 'cycles';

export interface Verdict {
  /** Undefined when the two agree. */
  readonly difference: string | undefined;
  /** Cycle of the slice that ended differently. */
  readonly cycle: number;
  readonly machine: MachineApi;
}

export function open(program: ClusterProgram, engine: Engine): MachineApi {
  const machine = openMachine(engine, program.settings);
  program.prepare(machine);
  machine.start(program.entry);
  return machine;
}

/** Every fourth program stops now and then, every hundredth after each cycle. */
export const paceOf = (number: number): Pace =>
  number % 100 === 17 ? 'cycles' : number % 4 === 1 ? 'slices' : 'whole';

export function compareProgram(
  program: ClusterProgram,
  pace: Pace,
  seed: number,
  engine: Engine,
): Verdict {
  const reference = open(program, 'interpreter');
  const machine = open(program, engine);
  const random = new Random(seed);
  const limit = pace === 'cycles' ? Math.min(program.cycles, 6_000) : program.cycles;
  for (let cycle = 0; ;) {
    cycle =
      pace === 'whole'
        ? limit
        : Math.min(limit, cycle + (pace === 'cycles' ? 1 : random.between(1, 700)));
    const expected = reference.runUntil(cycle);
    const stop = machine.runUntil(cycle);
    const last = expected.reason !== 'cycle' || cycle >= limit;
    const difference = firstDifference(
      stateOf(reference, expected, last),
      stateOf(machine, stop, last),
    );
    if (difference !== undefined || last) return { difference, cycle, machine };
  }
}

/** Most programs are translated at first sight, some when they are hot. */
export const engineOf = (number: number): Engine => (number % 8 === 3 ? 'auto' : 'eager');

export interface Failure {
  readonly number: number;
  readonly text: string;
}

/** Compares program `number`; on a difference also the shortest beginning of it that differs. */
export function check(seed: number, number: number): Failure | undefined {
  const verdict = compareProgram(
    makeClusterProgram(seed, number),
    paceOf(number),
    number,
    engineOf(number),
  );
  if (verdict.difference === undefined) return undefined;
  return { number, text: explain(seed, number, verdict) };
}

export function explain(seed: number, number: number, { difference, cycle }: Verdict): string {
  const lines = [
    `program ${number} of seed ${seed} differs after ${cycle} cycles: ${difference}`,
    `  reproduce: npx tsx test/translator/replay.ts --seed ${seed} --program ${number}`,
  ];
  for (let limit = 0; limit < 12; limit++) {
    const shorter = compareProgram(
      makeClusterProgram(seed, number, limit),
      paceOf(number),
      number,
      engineOf(number),
    );
    if (shorter.difference === undefined) continue;
    lines.push(`  with --limit ${limit} pieces a phase: ${shorter.difference}`);
    break;
  }
  return lines.join('\n');
}
