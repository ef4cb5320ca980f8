import { kind } from './booked-layout.js';
import { UNKNOWN } from './path.js';
import type { Account } from './region-account.js';
import { edgesOf, type Block, type BlockEnd } from './region-graph.js';
import type { Step } from './tree.js';

/**
 * What a refusal of an access changes beside the time of all that follows: a jump behind it hides, or whether a jalr waits depends
 * on more than is known here. `account`: before the access.
 */
export function bookedKind(block: Block, step: Step, account: Account): number {
  const { end, steps } = block;
  const last = end.kind === 'loop-end' && end.step === step;
  if (last) return step.nextIsJump || isOwed(account) ? kind.final : kind.plain;
  const rest = steps.slice(steps.lastIndexOf(step) + 1);
  const after = account.copy();
  after.straight(step);
  // A register that was on its way before the access does not wait for it.
  const older = isOwed(account) && !step.feedsJalr;
  if (step.nextIsJump && rest.length === 0) return beforeJump(follower(block), after, older);
  if (!older) return kind.plain;
  for (const next of rest) after.straight(next);
  const on = follower(block);
  if (on.kind === 'jalr') {
    const same = after.owed > 0 || (after.waited !== 0 && after.ready >= after.time);
    return same ? kind.final : kind.plain;
  }
  if (on.kind === 'stop' && after.owed > 0) return kind.final;
  const leads = edgesOf(block).some(({ to }) => to.ready >= 0);
  return leads || after.owed > 0 ? kind.final : kind.plain;
}

/** A register that a jalr needs is on its way. */
export const isOwed = ({ ready, time }: Account): boolean => ready !== UNKNOWN && ready > time;

/** The end of the block, or of an empty one that always follows. */
function follower({ end }: Block): BlockEnd {
  if (end.kind !== 'go' || end.step !== undefined || end.to === undefined) return end;
  const { to } = end.to;
  return to.steps.length === 0 ? to.end : end;
}

/** An access with a jump right behind it. */
function beforeJump(end: BlockEnd, after: Account, older: boolean): number {
  switch (end.kind) {
    case 'loop-end':
      return kind.plain;
    case 'go':
      if (end.step === undefined || end.to === undefined || older) return kind.final;
      return after.waited === 0 ? kind.hides : kind.plain;
    case 'jalr': {
      if (after.owed > 0) return older ? kind.final : kind.plain;
      if (end.step.rd === end.step.rs1 || !after.jumpsPlainly(end.step)) return kind.final;
      if (after.waited === 0) return kind.hides;
      return after.ready < after.time ? kind.plain : kind.final;
    }
    default:
      return kind.final;
  }
}
