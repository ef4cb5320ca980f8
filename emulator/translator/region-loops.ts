import { Op } from '../wasm/index.js';
import { countWords, emitNestsBadly, endWords, startWords } from './loop-nesting.js';
import type { SetUp } from './loops.js';
import type { Account } from './region-account.js';
import type { Block, BlockEnd } from './region-graph.js';
import type { LoopField } from './region-function.js';
import { RegionWriter } from './region-writer.js';
import type { Step } from './tree.js';

/** Hardware loops of a region: the decisions of `HardwareLoops`, their registers in locals. */
export class RegionLoopWriter extends RegionWriter {
  protected field(name: LoopField): void {
    this.body.get(this.loopLocals.get(name)!);
  }

  protected setField(name: LoopField): void {
    this.body.set(this.loopLocals.get(name)!);
  }

  /** Whether a loop turns that ends behind an instruction. */
  protected turns(loop: 0 | 1, end: number): void {
    const { body } = this;
    this.field(endWords[loop]);
    body.i32(end);
    body.op(Op.i32Eq);
    this.field(countWords[loop]);
    body.i32(0);
    body.op(Op.i32Ne);
    body.op(Op.i32And);
  }

  /** Leaves before an instruction that ends a loop which is not the one that is known. */
  protected guardEnd(
    block: Block,
    { step, back }: BlockEnd & { kind: 'loop-end' },
    account: Account,
  ): void {
    const { body } = this;
    this.leaveWhen(block, step.pc, account, () => {
      for (const loop of [0, 1] as const) {
        const turn = back[loop];
        this.turns(loop, step.after);
        if (turn?.edge !== undefined) {
          this.field(startWords[loop]);
          body.i32(turn.start);
          body.op(Op.i32Ne);
          body.op(Op.i32And);
        }
        if (loop === 1) body.op(Op.i32Or);
      }
    });
  }

  protected setUp(block: Block, step: Step, setUp: SetUp, account: Account): void {
    const { body } = this;
    const { loop, start, end, count, body: turns } = setUp;
    const relative = start !== undefined || end !== undefined;
    if (relative || turns !== undefined) {
      this.leaveWhen(block, step.pc, account, () => {
        if (relative) {
          this.field(countWords[loop]);
          body.i32(0);
          body.op(Op.i32Ne);
        }
        if (turns !== undefined) emitNestsBadly(body, loop, turns, (name) => this.field(name));
        if (relative && turns !== undefined) body.op(Op.i32Or);
      });
    }
    if (start !== undefined) {
      body.i32(start);
      this.setField(startWords[loop]);
    }
    if (end !== undefined) {
      body.i32(end);
      this.setField(endWords[loop]);
    }
    if (count === undefined) return;
    if ('constant' in count) body.i32(count.constant);
    else this.register(count.register);
    this.setField(countWords[loop]);
  }
}
