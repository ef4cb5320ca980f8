import type { MachineApi, Stop } from '../../emulator/api.js';
import { Random } from '../lockstep/random.js';
import { firstDifference } from './compare.js';
import { openMachine, stateOf, type Engine } from './machines.js';
import { makeClusterProgram, type ClusterProgram } from './program.js';

/**
 * How a program is run beside its reference.
 * - whole: in one go;
 * - slices: in slices of random length, all registers and statistics compared at the end of each;
 * - cycles: the same, cycle by cycle, for a stretch somewhere in the program;
 * - cuts: the machine under test stops every few cycles, its reference never: the ends are compared;
 * - relay: the same, and goes on in another machine, from a snapshot, now and then: first in a new one, then in turns;
 * - probes: with probes on random instructions, which look at all harts and sometimes stop the run;
 * - handover: saved in the middle and continued by the reference.
 */
export type Pace = 'whole' | 'slices' | 'cycles' | 'cuts' | 'relay' | 'probes' | 'handover';

export interface Verdict {
  /** Undefined when the two agree. */
  readonly difference: string | undefined;
  /** Cycle at the end of the slice that differed. */
  readonly cycle: number;
}

/** The reference also takes each cycle of engines and DMA by itself: somebody looks at it. */
export function open(program: ClusterProgram, engine: Engine): MachineApi {
  const machine = openMachine(engine, program.settings);
  if (engine === 'interpreter') machine.observeUnits({});
  program.prepare(machine);
  machine.start(program.entry);
  return machine;
}

export function paceOf(number: number): Pace {
  if (number % 100 === 17) return 'cycles';
  const paces: Pace[] = ['whole', 'slices', 'cuts', 'probes', 'whole', 'relay', 'cuts', 'handover'];
  return paces[number % paces.length];
}

/** Half of the programs are translated at first sight, half when they are hot. */
export const engineOf = (number: number): Engine =>
  (number + Math.floor(number / 8)) % 2 === 0 ? 'auto' : 'eager';

export function compareProgram(
  program: ClusterProgram,
  pace: Pace,
  seed: number,
  engine: Engine,
): Verdict {
  if (pace === 'handover') return compareHandover(program, seed, engine);
  if (pace === 'cuts' || pace === 'relay') return compareCut(program, pace, seed, engine);
  const reference = open(program, 'interpreter');
  const machine = open(program, engine);
  const random = new Random(seed);
  const logs = pace === 'probes' ? watch(program, [reference, machine], random) : undefined;
  const start = pace === 'cycles' ? random.below(program.cycles - STRETCH) : 0;
  const limit = pace === 'cycles' ? start + STRETCH : program.cycles;
  for (let cycle = start; ;) {
    cycle = pace === 'slices' || pace === 'cycles' ? cycle + step(pace, random) : limit;
    cycle = Math.min(cycle, limit);
    const expected = reference.runUntil(cycle);
    const stop = machine.runUntil(cycle);
    const goesOn = expected.reason === 'probe' || (expected.reason === 'cycle' && cycle < limit);
    const difference =
      firstDifference(stateOf(reference, expected, !goesOn), stateOf(machine, stop, !goesOn)) ??
      logs?.difference();
    if (difference !== undefined || !goesOn) return { difference, cycle: reference.now };
  }
}

/** Cycles that are compared one by one. */
const STRETCH = 1_500;

const step = (pace: Pace, random: Random): number =>
  pace === 'cycles' ? 1 : random.between(1, 700);

/** Probes of the same instructions on both; what they saw is compared. */
function watch(
  { pcs, harts }: ClusterProgram,
  machines: readonly MachineApi[],
  random: Random,
): { difference(): string | undefined } {
  const logs: string[][] = machines.map(() => []);
  for (let n = random.between(1, 6); n > 0; n--) {
    const pc = random.pick(pcs);
    const other = random.below(harts);
    const stopping = random.chance(30);
    for (const [i, machine] of machines.entries())
      machine.probe(pc, (hart, at, cycle, instret) => {
        const seen = machine.hart(other);
        logs[i].push(`${hart} ${at} ${cycle} ${instret} ${seen.pc} ${seen.registers.join()}`);
        return stopping && logs[i].length < 40;
      });
  }
  return {
    difference() {
      const [a, b] = logs;
      if (a.length !== b.length) return `probes: ${a.length} calls, got ${b.length}`;
      const at = a.findIndex((line, i) => line !== b[i]);
      return at < 0 ? undefined : `probe call ${at}: ${a[at]}, got ${b[at]}`;
    },
  };
}

/** Runs half of the way on the machine under test and the rest, from its snapshot, on the reference. */
function compareHandover(program: ClusterProgram, seed: number, engine: Engine): Verdict {
  const reference = open(program, 'interpreter');
  const machine = open(program, engine);
  const middle = new Random(seed).between(1, program.cycles - 1);
  let stop: Stop = machine.runUntil(middle);
  let end: MachineApi = machine;
  if (stop.reason === 'cycle') {
    end = openMachine('interpreter', program.settings);
    end.restore(machine.save());
    stop = end.runUntil(program.cycles);
  }
  const expected = reference.runUntil(program.cycles);
  return {
    difference: firstDifference(stateOf(reference, expected), stateOf(end, stop)),
    cycle: reference.now,
  };
}

/** Stops the machine under test every few cycles, its reference never. */
function compareCut(
  program: ClusterProgram,
  pace: 'cuts' | 'relay',
  seed: number,
  engine: Engine,
): Verdict {
  const random = new Random(seed);
  const reference = open(program, 'interpreter');
  let machine = open(program, engine);
  let other: MachineApi | undefined;
  const most = random.pick(pace === 'relay' ? [400, 1_000] : [3, 40, 40, 300]);
  let stop: Stop = { reason: 'cycle' };
  for (let cycle = 0; stop.reason === 'cycle' && cycle < program.cycles;) {
    if (pace === 'relay' && cycle > 0 && random.chance(40)) {
      const snapshot = machine.save();
      const next = other ?? openMachine(engine, program.settings);
      other = machine;
      machine = next;
      machine.restore(snapshot);
    }
    cycle = Math.min(cycle + random.between(1, most), program.cycles);
    stop = machine.runUntil(cycle);
  }
  const expected = reference.runUntil(program.cycles);
  return {
    difference: firstDifference(stateOf(reference, expected), stateOf(machine, stop)),
    cycle: reference.now,
  };
}

export interface Failure {
  readonly number: number;
  readonly text: string;
}

/** Compares program `number`; on a difference also the shortest beginning of it that differs. */
export function check(seed: number, number: number): Failure | undefined {
  const verdict = verdictOf(seed, number, Infinity);
  return verdict.difference === undefined
    ? undefined
    : { number, text: explain(seed, number, verdict) };
}

const verdictOf = (seed: number, number: number, limit: number): Verdict =>
  compareProgram(makeClusterProgram(seed, number, limit), paceOf(number), number, engineOf(number));

function explain(seed: number, number: number, { difference, cycle }: Verdict): string {
  const lines = [
    `program ${number} of seed ${seed} (${paceOf(number)}, ${engineOf(number)}) differs at cycle ${cycle}: ${difference}`,
    `  settings ${JSON.stringify(makeClusterProgram(seed, number).settings)}`,
    `  reproduce: npx tsx test/translator/replay.ts --seed ${seed} --program ${number}`,
  ];
  for (let limit = 0; limit < 9; limit++) {
    const shorter = verdictOf(seed, number, limit);
    if (shorter.difference === undefined) continue;
    lines.push(
      `  with --limit ${limit} (pieces a phase) at cycle ${shorter.cycle}: ${shorter.difference}`,
    );
    break;
  }
  return lines.join('\n');
}
