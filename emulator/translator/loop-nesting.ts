import { MIN_END_DISTANCE } from '../hart/hardware-loops.js';
import { Op } from '../wasm/index.js';
import type { FunctionBody } from '../wasm/index.js';

/** Registers of the two hardware loops, by their names in the state of a hart. */
export const startWords = ['loopStart0', 'loopStart1'] as const;
export const endWords = ['loopEnd0', 'loopEnd1'] as const;
export const countWords = ['loopCount0', 'loopCount1'] as const;

export type LoopWord =
  | (typeof startWords)[number]
  | (typeof endWords)[number]
  | (typeof countWords)[number];

/**
 * Leaves 1 when the other loop turns and the two may not be nested as they are: the rule that
 * `HardwareLoops` checks at run time.
 * @param loop that is set up to [start, end]
 * @param get puts a register of a loop on the stack
 */
export function emitNestsBadly(
  body: FunctionBody,
  loop: 0 | 1,
  [start, end]: readonly [number, number],
  get: (name: LoopWord) => void,
): void {
  const mine = (value: number) => (): void => body.i32(value);
  const its = (name: LoopWord) => (): void => get(name);
  const [start0, start1] =
    loop === 0 ? [mine(start), its(startWords[1])] : [its(startWords[0]), mine(start)];
  const [end0, end1] = loop === 0 ? [mine(end), its(endWords[1])] : [its(endWords[0]), mine(end)];
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
  get(countWords[loop === 0 ? 1 : 0]);
  body.i32(0);
  body.op(Op.i32Ne);
  body.op(Op.i32And);
}
