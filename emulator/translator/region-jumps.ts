import { Op, Type } from '../wasm/index.js';
import type { timingParameters } from '../hart/timing.js';
import type { ConfigOf } from '../sim/parameters.js';
import type { Account } from './region-account.js';
import { splits, type Block, type Edge } from './region-graph.js';
import { RegionWayWriter } from './region-ways.js';
import { frame } from './region-frame.js';
import type { Step, StepReader } from './tree.js';

/** Jumps whose target is in a register: to blocks of the region, or out of it. */
export abstract class RegionJumpWriter extends RegionWayWriter {
  protected reader!: StepReader;
  protected timing!: ConfigOf<typeof timingParameters>;

  /** Notes an edge and what its block did, and goes where it leads. */
  protected abstract go(edge: Edge, account: Account): void;

  protected link(step: Step): void {
    if (step.rd === 0 || step.rd > 31) return;
    this.body.i32(step.after);
    this.body.set(this.locals[step.rd]);
  }

  protected indirect(
    block: Block,
    { step, targets, far }: Block['end'] & { readonly kind: 'jalr' },
    account: Account,
  ): void {
    const { body } = this;
    const target = body.local(Type.i32);
    const isPlain = account.jumpsPlainly(step);
    if (targets.length === 0 && !isPlain) return this.leave(block, step.pc, account, 'cold');
    this.register(step.rs1);
    body.i32(step.imm);
    body.op(Op.i32Add);
    body.i32(-2);
    body.op(Op.i32And);
    body.set(target);
    const rest = targets.toReversed();
    for (const edge of isPlain ? rest : rest.slice(0, -1)) {
      body.get(target);
      body.i32(edge.to.pc);
      body.op(Op.i32Eq);
      this.open('if');
      this.aside(() => this.jumpTo(step, edge, account.copy()));
      this.close();
    }
    if (isPlain) return this.jumpOut(block, step, target, account, far);
    const last = rest[rest.length - 1];
    this.leaveWhen(
      block,
      step.pc,
      account,
      () => {
        body.get(target);
        body.i32(last.to.pc);
        body.op(Op.i32Ne);
      },
      'cold',
    );
    this.jumpTo(step, last, account);
  }

  private jumpTo(step: Step, edge: Edge, account: Account): void {
    this.link(step);
    account.indirect(step, edge.to.pc, splits(this.reader, edge.to.pc));
    this.go(edge, account);
  }

  /** Returns behind the jump; what depends on its target is left to whoever goes on there. */
  private jumpOut(block: Block, step: Step, target: number, account: Account, far: boolean): void {
    const { body } = this;
    this.link(step);
    body.i32(0);
    body.get(target);
    body.memory(Op.i32Store, this.options.frameAt + frame.target);
    account.indirect(step, 0, false);
    this.leave(block, step.pc, account, 'jump', far);
  }
}
