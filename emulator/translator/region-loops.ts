import { MIN_END_DISTANCE } from '../hart/hardware-loops.js';
import { Op } from '../wasm/index.js';
import type { SetUp } from './loops.js';
import type { Account } from './region-account.js';
import type { Block, BlockEnd } from './region-graph.js';
import { RegionWriter, type LoopField } from './region-writer.js';
import type { Step } from './tree.js';

export const startFields = ['loopStart0', 'loopStart1'] as const;
export const endFields = ['loopEnd0', 'loopEnd1'] as const;
export const countFields = ['loopCount0', 'loopCount1'] as const;

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
    this.field(endFields[loop]);
    body.i32(end);
    body.op(Op.i32Eq);
    this.field(countFields[loop]);
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
          this.field(startFields[loop]);
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
          this.field(countFields[loop]);
          body.i32(0);
          body.op(Op.i32Ne);
        }
        if (turns !== undefined) this.nestsBadly(loop, turns);
        if (relative && turns !== undefined) body.op(Op.i32Or);
      });
    }
    if (start !== undefined) {
      body.i32(start);
      this.setField(startFields[loop]);
    }
    if (end !== undefined) {
      body.i32(end);
      this.setField(endFields[loop]);
    }
    if (count === undefined) return;
    if ('constant' in count) body.i32(count.constant);
    else this.register(count.register);
    this.setField(countFields[loop]);
  }

  /** Whether the other loop turns and the two may not be nested as they are. */
  private nestsBadly(loop: 0 | 1, [start, end]: readonly [number, number]): void {
    const { body } = this;
    const other = loop === 0 ? 1 : 0;
    const mine = (value: number) => (): void => body.i32(value);
    const its = (name: LoopField) => (): void => this.field(name);
    const [start0, start1] =
      loop === 0 ? [mine(start), its(startFields[1])] : [its(startFields[0]), mine(start)];
    const [end0, end1] =
      loop === 0 ? [mine(end), its(endFields[1])] : [its(endFields[0]), mine(end)];
    const compare = (a: () => void, b: () => void, op: number): void => {
      a();
      b();
      body.op(op);
    };
    compare(end0, start1, Op.i32LeU);
    compare(end1, start0, Op.i32LeU);
    body.op(Op.i32Or);
    compare(start1, start0, Op.i32LeU);
    compare(
      end1,
      () => {
        end0();
        body.i32(MIN_END_DISTANCE);
        body.op(Op.i32Add);
      },
      Op.i32GeU,
    );
    body.op(Op.i32And);
    body.op(Op.i32Or);
    body.op(Op.i32Eqz);
    this.field(countFields[other]);
    body.i32(0);
    body.op(Op.i32Ne);
    body.op(Op.i32And);
  }
}
