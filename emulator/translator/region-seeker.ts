import type { Interpreter } from '../hart/generated/execute.js';
import type { Harts } from '../hart/harts.js';
import { HART_SHIFT } from '../hart/slot.js';
import { HORIZON, mode, NOW, phase, UNTIL, type HartState } from '../hart/state.js';
import { WORTH } from './region-links.js';
import type { Leaves } from './tiers.js';
import type { Step, StepReader } from './tree.js';

export interface RegionSeekerOptions {
  readonly harts: Harts;
  readonly interpreter: Interpreter;
  readonly reader: StepReader;
  /** Counts by reason. */
  readonly leaves: Leaves;
  /** Whether a hart would make a plain access to the TCDM. */
  readonly reaches: (hart: number, step: Step) => boolean;
}

/** Instructions that the interpreter steps on to find a region. */
const SEEK = 100;

/** What may begin at a place. */
export type Head = 'function' | 'loop' | 'none';

/** Leads a hart that is alone to a place where a region begins. */
export class RegionSeeker<Found> {
  constructor(
    private readonly options: RegionSeekerOptions,
    private readonly isFetched: (hart: number, step: Step) => boolean,
    /** The region at a place. */
    private readonly at: (hart: number, pc: number, head: Head) => Found | undefined,
  ) {}

  /**
   * The region at the place of a hart, or soon behind it: the interpreter then goes there. `stuck` when an
   * instruction comes before that only the interpreter executes.
   * @param head what may begin where the hart is
   * @param stay whether to look only there
   */
  seek(hart: number, end: number, head: Head, stay: boolean): Found | 'stuck' | undefined {
    const { state } = this.options.harts;
    const base = hart << HART_SHIFT;
    let here = head;
    for (let steps = 0; steps < SEEK; steps++) {
      if (end - state.next[base] < WORTH) return undefined;
      const pc = state.pc[base];
      if (isClean(this.options.harts.state, hart)) {
        const region = this.at(hart, pc, here);
        if (region !== undefined) return region;
        if (stay) return undefined;
      }
      if (!this.step(hart)) {
        this.leave(hart);
        return 'stuck';
      }
      here = this.headAt(pc, state.pc[base]);
    }
    return undefined;
  }

  /** Functions, what they return to, and loops. */
  private headAt(from: number, to: number): Head {
    if (to - from === 4 || to - from === 2) return 'none';
    const timing = this.options.reader.at(from)?.row.timing;
    if (timing === 'jump' || timing === 'jalr') return 'function';
    return to < from ? 'loop' : 'none';
  }

  /** Counts why the interpreter has to go on. */
  leave(hart: number): void {
    const { harts, reader, leaves } = this.options;
    const step = reader.at(harts.state.pc[hart << HART_SHIFT]);
    if (step?.probed === true) leaves.probe++;
    else if (step && !this.isFetched(hart, step)) leaves.fetch++;
    else if (step?.row.memory !== undefined && step.row.timing !== 'event-load') leaves.outer++;
    else leaves.system++;
  }

  /** The interpreter executes one instruction that only touches the hart and the TCDM; false when it is another one. */
  private step(hart: number): boolean {
    const { harts, interpreter, reader, reaches } = this.options;
    const { state } = harts;
    const base = hart << HART_SHIFT;
    if (state.mode[base] !== mode.running || state.attention[base] !== 0) return false;
    const step = reader.at(state.pc[base]);
    if (step === undefined || step.probed || !this.isFetched(hart, step)) return false;
    const { memory, timing } = step.row;
    if (
      memory !== undefined ? timing === 'event-load' || !reaches(hart, step) : !plain.has(timing)
    ) {
      return false;
    }
    const { clock } = state;
    clock[NOW] = state.next[base];
    clock[UNTIL] = clock[HORIZON] = state.next[base] + 1;
    interpreter.rounds(false);
    return true;
  }
}

const plain = new Set(['alu', 'mul', 'mulh', 'div', 'branch', 'jump', 'jalr']);

/** Whether a hart is at the beginning of an instruction, and nothing hangs over from before. */
export function isClean(state: HartState, hart: number): boolean {
  const base = hart << HART_SHIFT;
  return (
    state.mode[base] === mode.running &&
    state.phase[base] === phase.simple &&
    state.attention[base] === 0 &&
    state.waited[base] === 0 &&
    state.jalrReady[base] <= state.next[base]
  );
}
