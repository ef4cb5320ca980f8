import { accessesOf, cyclesBetween, type Executed } from './cycle-model.js';

/**
 * The cycle rules of several harts on one TCDM, formulated a second time: given what each hart
 * executed and when it began, says in which cycle each instruction leaves decode. Cycle by cycle and
 * bank by bank, with an arbiter written from the description of its tree.
 */
export interface Bus {
  readonly banks: number;
  readonly masters: number;
  readonly arbitration: 'fair' | 'round-robin';
}

export interface Step {
  readonly executed: Executed;
  /** The cycle in which the machine had it leave decode. */
  readonly cycle: number;
}

export interface Deviation {
  readonly hart: number;
  readonly step: number;
  readonly expected: number;
}

interface Runner {
  readonly hart: number;
  readonly steps: readonly Step[];
  at: number;
  /** Cycle in which the current instruction leaves decode. */
  leaves: number;
  /** Accesses of the current instruction that are still to be granted. */
  accesses: number[];
}

/** The first deviation of each hart; harts after one are no longer comparable. */
export function simulate(traces: readonly (readonly Step[])[], bus: Bus, tcdm: number) {
  const pointers = Array.from({ length: bus.banks }, () => 0);
  const runners: Runner[] = traces.map((steps, hart) => ({
    hart,
    steps,
    at: -1,
    leaves: steps[0].cycle,
    accesses: [],
  }));
  const deviations: Deviation[] = [];
  let compared = 0;
  let contested = 0;
  const last = Math.max(...traces.map((steps) => steps[steps.length - 1].cycle));
  for (let cycle = 0; cycle <= last; cycle++) {
    const byBank = new Map<number, Runner[]>();
    for (const runner of runners) {
      if (runner.accesses.length === 0 && runner.leaves === cycle) {
        if (!begin(runner, cycle, deviations)) continue;
        compared++;
      }
      if (runner.accesses.length === 0) continue;
      const bank = ((runner.accesses[0] - tcdm) >>> 2) % bus.banks;
      byBank.set(bank, [...(byBank.get(bank) ?? []), runner]);
    }
    for (const [bank, asking] of byBank) {
      if (asking.length > 1) contested++;
      const numbers = asking.map(({ hart }) => hart);
      const winner = pick(numbers, pointers[bank], 0, bus.masters);
      pointers[bank] = moved(bus, numbers, pointers[bank]);
      for (const runner of asking) {
        if (runner.hart === winner) granted(runner, cycle);
        else withhold(runner);
      }
    }
    if (deviations.length > 0) break;
  }
  return { compared, contested, deviations };
}

/** The next instruction of a hart leaves decode; false when there is none or it is off. */
function begin(runner: Runner, cycle: number, deviations: Deviation[]): boolean {
  runner.at++;
  const step = runner.steps[runner.at];
  if (step === undefined) {
    runner.leaves = -1;
    return false;
  }
  if (step.cycle !== cycle) {
    deviations.push({ hart: runner.hart, step: runner.at, expected: cycle });
    runner.leaves = -1;
    return false;
  }
  runner.accesses = accessesOf(step.executed);
  if (runner.accesses.length === 0) schedule(runner);
  return true;
}

function granted(runner: Runner, cycle: number): void {
  runner.accesses.shift();
  // The second half of a misaligned access asks in the cycle after the first was granted
  if (runner.accesses.length === 0 && runner.leaves <= cycle) schedule(runner);
}

function withhold(runner: Runner): void {
  const { executed } = runner.steps[runner.at];
  executed.withheld = (executed.withheld ?? 0) + 1;
}

/** All of the current instruction is known: when does the next one leave? */
function schedule(runner: Runner): void {
  const { steps, at } = runner;
  const next = steps[at + 1];
  if (next === undefined) {
    runner.leaves = -1;
    return;
  }
  const executed = (i: number): Executed | undefined => steps[i]?.executed;
  const cost = cyclesBetween(executed(at - 2), executed(at - 1), steps[at].executed, next.executed);
  // Where the rules are silent the machine is believed
  runner.leaves = cost === undefined ? next.cycle : steps[at].cycle + cost;
}

/** Walks the tree over masters low .. low + size - 1 from the top: the pointer's bit decides between two halves. */
function pick(asking: readonly number[], pointer: number, low: number, size: number): number {
  if (size === 1) return low;
  const half = size / 2;
  const lower = asking.some((n) => n >= low && n < low + half);
  const upper = asking.some((n) => n >= low + half && n < low + size);
  const goUp = lower && upper ? (pointer & half) !== 0 : upper;
  return pick(asking, pointer, goUp ? low + half : low, half);
}

function moved(bus: Bus, asking: readonly number[], pointer: number): number {
  if (bus.arbitration === 'round-robin') return (pointer + 1) % bus.masters;
  const sorted = asking.toSorted((a, b) => a - b);
  return sorted.find((n) => n > pointer) ?? sorted[0];
}
