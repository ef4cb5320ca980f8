import type { timingParameters } from '../hart/timing.js';
import type { ConfigOf } from '../sim/parameters.js';
import { PathState, UNKNOWN } from './path.js';
import type { Step } from './tree.js';

type Timing = ConfigOf<typeof timingParameters>;

/**
 * What instructions of a hart that is alone take and count, as far as it is known before they run: all
 * but the data-dependent part of a division, and what a load of L2 takes longer. The rules are those of `hart/execute.template`.
 */
export class Account extends PathState {
  constructor(
    private readonly timing: Timing,
    from?: Account,
  ) {
    super(from);
  }

  /** At the beginning of a block. */
  static begin(
    timing: Timing,
    { ready, waited }: { readonly ready: number; readonly waited: number },
  ): Account {
    const account = new Account(timing);
    if (ready >= 0) account.ready = ready;
    account.waited = waited;
    return account;
  }

  copy(): Account {
    return new Account(this.timing, this);
  }

  /** Cycles from now on until a jalr that needs its register may go; 0 when it may. */
  get owed(): number {
    return this.ready === UNKNOWN ? 0 : Math.max(0, this.ready - this.time);
  }

  /** An instruction that neither branches nor jumps. `cost`: with the neighbour that comes next. */
  straight(step: Step, cost = step.cost, follows = true): void {
    const { timing } = this;
    const nextIsJump = follows && step.nextIsJump;
    const feeds = follows && step.feedsJalr;
    switch (step.row.timing) {
      case 'load':
      case 'store':
        this.count(step.row.timing === 'load' ? 'loads' : 'stores');
        if (feeds) this.ready = this.time + 3;
        if (cost > 1) {
          this.stall('load_use', cost - 1);
          if (nextIsJump) this.waited = cost - 1;
        }
        return this.retire(cost);
      case 'mulh':
        this.stall('mulh', timing.mulh - 1);
        if (nextIsJump) this.waited = timing.mulh - 1;
        this.retire(timing.mulh);
        break;
      case 'div':
        // What was loaded before it is there before it is over (`region-off.ts`), so a jump behind it owes nothing and hides.
        this.ready = UNKNOWN;
        if (nextIsJump) this.waited = 1;
        this.retire(1);
        break;
      case 'fence':
        if (cost > 1) this.stall('fence', cost - 1);
        return this.retire(cost);
      default:
        this.retire(1);
    }
    if (feeds) this.ready = this.time + 1;
  }

  taken(step: Step): void {
    this.count('branches');
    this.count('taken');
    this.walk(step, step.imm);
    this.stall('branch', step.cost - 1);
    this.retire(step.cost);
  }

  notTaken(): void {
    const extra = this.timing.branch_not_taken - 1;
    this.count('branches');
    if (extra > 0) this.stall('branch', extra);
    this.retire(1 + extra);
  }

  jump(step: Step): void {
    const cost = step.cost - (this.waited === 0 ? 0 : this.timing.jump - 1);
    this.endJump(step, step.imm, cost);
  }

  /** Whether a jump costs the same wherever it leads, but for a target that straddles two fetch words. */
  jumpsPlainly(step: Step): boolean {
    const { split_target, jalr_same_register } = this.timing;
    const isSame = step.rd === step.rs1 && jalr_same_register > 0;
    return (
      !isSame || split_target === 0 || this.waited === 0 || this.owed > 0 || this.ready >= this.time
    );
  }

  /** @param split whether the target straddles two fetch words */
  indirect(step: Step, target: number, split: boolean): void {
    const { jump, split_target, jalr_same_register } = this.timing;
    const same = step.rd === step.rs1 ? jalr_same_register : 0;
    const { owed } = this;
    if (owed > 0) {
      this.stall('jump', owed);
      this.count('jalrStalls', owed);
      this.time += owed;
      this.waited = 0;
    }
    let cost = jump + same + (split ? split_target : 0);
    const hides = this.waited !== 0 && this.ready < this.time;
    if (hides) cost -= split && split_target > 0 ? jump - 1 : jump - 1 + same;
    this.endJump(step, target, cost);
  }

  private endJump(step: Step, target: number, cost: number): void {
    this.waited = 0;
    this.count('jumps');
    this.walk(step, target);
    this.stall('jump', cost - 1);
    this.retire(cost);
  }

  /** A taken jump, which the list of last instructions is made from. */
  walk(step: Step, target: number): void {
    this.count('walked', step.after - target);
  }
}
