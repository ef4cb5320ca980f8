import type { timingParameters } from '../hart/timing.js';
import type { ConfigOf } from '../sim/parameters.js';
import { FETCH_ASKS, fetchShift, hiding, kind, KIND_SHIFT, MOST_OWED } from './booked-layout.js';
import { UNKNOWN } from './path.js';
import { Account } from './region-account.js';
import { edgesOf, type Block } from './region-graph.js';
import type { Step } from './tree.js';

type Timing = ConfigOf<typeof timingParameters>;

export interface FetchPlanOptions {
  readonly timing: Timing;
  /** The line of code that an address lies in. */
  readonly lineOf: (pc: number) => number;
  /** Whether it is only known when it runs what a step takes. */
  readonly varies: (step: Step) => boolean;
}

/** What a wait of a fetch takes the place of, and hides, of a jalr behind it. */
interface Slack {
  readonly owed: number;
  readonly hides: number;
}

const none: Slack = { owed: 0, hides: hiding.never };
const unknown: Slack = { owed: 0, hides: hiding.final };

/**
 * Before which steps of a block its hart books that it begins instructions in a line (`kind.fetch`), and the first word of that
 * entry. One entry serves all steps of a line that are at most FETCH_ASKS cycles behind its first one.
 */
export function fetchesOf(block: Block, options: FetchPlanOptions): BookedFetches {
  return new FetchPlan(block, options);
}

export interface BookedFetches {
  readonly entries: ReadonlyMap<Step, number>;
  /**
   * Those that depend on whether the access before them was refused, where that may be a load of L2, which books nothing: then
   * nothing hides, whatever became of the last access that was booked.
   */
  readonly unlessOuter: ReadonlySet<Step>;
}

class FetchPlan implements BookedFetches {
  readonly entries = new Map<Step, number>();
  readonly unlessOuter = new Set<Step>();
  private readonly steps: readonly Step[];
  /** By step, the cycle in which it asks; and, behind the last one, that of the end. */
  private readonly times: number[] = [];
  /** By step, before it. */
  private readonly accounts: Account[] = [];

  constructor(
    private readonly block: Block,
    private readonly options: FetchPlanOptions,
  ) {
    const { end } = block;
    const last = 'step' in end && end.step !== undefined ? [end.step] : [];
    this.steps = [...block.steps, ...last];
    const account = Account.begin(options.timing, block);
    for (const step of this.steps) {
      this.times.push(account.time);
      this.accounts.push(account.copy());
      if (step !== last[0]) account.straight(step);
    }
    for (let i = 0; i < this.steps.length; i = this.entry(i)) {
      /* each entry says where the next one is */
    }
  }

  /** The entry before a step; returns the step before which the next one is. */
  private entry(first: number): number {
    const { steps, times, options } = this;
    const { pc, after } = steps[first];
    const begun = options.lineOf(pc);
    const line = options.lineOf(after - 2);
    let asks = 0;
    let next = first;
    for (; next < steps.length; next++) {
      const behind = times[next] - times[first];
      const waits = this.waitsAt(next);
      if (next > first) {
        const step = steps[next];
        if (options.varies(steps[next - 1])) break;
        if (options.lineOf(step.pc) !== line || options.lineOf(step.after - 2) !== line) break;
        if (behind + waits > FETCH_ASKS) break;
        asks |= 1 << (behind - 1);
      }
      // A jalr that has waited for its register asks once more.
      if (waits > 0) asks |= 1 << (behind + waits - 1);
    }
    const { owed, hides } = this.slack(first, next);
    if (hides === hiding.refused && options.varies(steps[first - 1]))
      this.unlessOuter.add(steps[first]);
    this.entries.set(
      steps[first],
      (kind.fetch << KIND_SHIFT) |
        (begun << fetchShift.line) |
        (Number(line !== begun) << fetchShift.straddles) |
        (asks << fetchShift.asks) |
        (owed << fetchShift.owed) |
        (hides << fetchShift.hiding),
    );
    return next;
  }

  private isJalr(i: number): boolean {
    return this.block.end.kind === 'jalr' && i === this.steps.length - 1;
  }

  /** Cycles that a step waits in decode for its register. */
  private waitsAt(i: number): number {
    return this.isJalr(i) ? this.accounts[i].owed : 0;
  }

  /** What a wait before a step changes of the jump at the end. `next`: the step with the next entry. */
  private slack(first: number, next: number): Slack {
    const { steps, accounts, block } = this;
    const { ready: known, time } = accounts[first];
    // What makes the register ready comes behind the wait, too.
    if (known === UNKNOWN) return none;
    const last = accounts[steps.length - 1];
    if (last.ready !== known) return none;
    if (block.end.kind !== 'jalr') {
      const leads = known > time && edgesOf(block).some(({ to }) => to.ready >= 0);
      return leads ? unknown : none;
    }
    const slack = this.beforeJalr();
    if (slack.owed === 0 && slack.hides === hiding.never) return none;
    // What comes before the jump is as late as the fetch.
    const isPlain = steps.slice(first).every(({ row }) => row.memory === undefined);
    return isPlain && next === steps.length ? slack : unknown;
  }

  private beforeJalr(): Slack {
    const { steps, accounts, options } = this;
    const { ready, time, waited, owed } = accounts[steps.length - 1];
    // It was there before the jump in any case.
    if (ready < time) return none;
    const jump = steps[steps.length - 1];
    const before = steps[steps.length - 2];
    const isAccess = before?.row.memory !== undefined && before.nextIsJump;
    const mayHide = waited !== 0 || (isAccess && owed > 0);
    if (owed > MOST_OWED) return unknown;
    if (!mayHide) return { owed, hides: hiding.never };
    if (jump.rd === jump.rs1 && options.timing.jalr_same_register > 0) return unknown;
    return { owed, hides: waited !== 0 ? hiding.always : hiding.refused };
  }
}
