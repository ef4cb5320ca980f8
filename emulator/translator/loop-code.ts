import { wordOffset, type WordField } from '../hart/state.js';
import { Op, Type } from '../wasm/index.js';
import { wordBytes } from './layout.js';
import { countWords, emitNestsBadly, endWords, startWords } from './loop-nesting.js';
import type { LoopTable, SetUp } from './loops.js';
import { PathState, UNKNOWN } from './path.js';
import type { SegmentEmitter } from './segment.js';
import { BASE } from './writer.js';
import type { LoopEnd, Step } from './tree.js';

export const allLoopWords = [...startWords, ...endWords, ...countWords].map(wordOffset);

/** Code of hardware loops: the same decisions as `HardwareLoops` makes at run time. */
export class LoopCode {
  constructor(
    private readonly writer: SegmentEmitter,
    private readonly table: LoopTable,
  ) {}

  private word(name: WordField): void {
    this.writer.body.get(BASE);
    this.writer.body.memory(Op.i32Load, wordBytes(name));
  }

  private equals(name: WordField, value: number): void {
    this.word(name);
    this.writer.body.i32(value);
    this.writer.body.op(Op.i32Eq);
  }

  /** Leaves before an instruction that ends a loop which is not the one that is known, or jumps back late. */
  guard(step: Step, state: PathState): void {
    const { body } = this.writer;
    this.equals('afterFlush', step.pc);
    this.equals('afterFlush', step.pc - 4);
    body.op(Op.i32Or);
    for (const loop of [0, 1] as const) {
      const start = this.table.startOf(loop, step.after);
      this.equals(endWords[loop], step.after);
      this.word(countWords[loop]);
      body.i32(0);
      body.op(Op.i32Ne);
      body.op(Op.i32And);
      if (start !== undefined) {
        this.word(startWords[loop]);
        body.i32(start);
        body.op(Op.i32Ne);
        body.op(Op.i32And);
      }
      body.op(Op.i32Or);
    }
    body.if();
    this.writer.leave(step.pc, new PathState(state));
    body.end();
  }

  /** Counts down and goes on behind the loop, or back to its start. `turning` begins a path back. */
  turn(
    { step, back, on }: LoopEnd,
    state: PathState,
    saves: boolean,
    turning: (state: PathState, start: number, cost: number) => void,
    goingOn: (state: PathState) => void,
  ): void {
    const { writer } = this;
    const { body } = writer;
    if (saves) {
      for (const loop of [0, 1]) if (back[loop]) writer.save(wordOffset(countWords[loop]), state);
    }
    body.block();
    writer.depth++;
    for (const loop of [0, 1]) {
      const turn = back[loop];
      if (turn === undefined) continue;
      const count = body.local(Type.i32);
      this.equals(endWords[loop], step.after);
      this.word(countWords[loop]);
      body.tee(count);
      body.i32(0);
      body.op(Op.i32Ne);
      body.op(Op.i32And);
      body.if();
      body.get(BASE);
      body.get(count);
      body.i32(1);
      body.op(Op.i32Sub);
      body.memory(Op.i32Store, wordBytes(countWords[loop]));
      body.get(count);
      body.i32(1);
      body.op(Op.i32Ne);
      body.if();
      writer.depth += 2;
      const path = new PathState(state);
      path.waited = 0;
      path.waitedLocal = -1;
      if (step.feedsJalr) path.ready = UNKNOWN;
      turning(path, turn.start, turn.cost);
      writer.node(turn.node, path);
      writer.depth -= 2;
      body.end();
      body.br(1);
      body.end();
    }
    writer.depth--;
    body.end();
    goingOn(state);
    writer.node(on, state);
  }

  setUp(step: Step, { loop, start, end, count, body: turns }: SetUp, state: PathState): void {
    const { writer } = this;
    const { body } = writer;
    writer.need(step, state);
    body.i32(0);
    if (start !== undefined || end !== undefined) {
      this.word(countWords[loop]);
      body.op(Op.i32Or);
    }
    if (turns !== undefined) {
      emitNestsBadly(body, loop, turns, (name) => this.word(name));
      body.op(Op.i32Or);
    }
    body.if();
    writer.leave(step.pc, new PathState(state));
    body.end();
    const store = (name: WordField, value: () => void): void => {
      writer.save(wordOffset(name), state);
      body.get(BASE);
      value();
      body.memory(Op.i32Store, wordBytes(name));
    };
    if (start !== undefined) store(startWords[loop], () => body.i32(start));
    if (end !== undefined) store(endWords[loop], () => body.i32(end));
    if (count !== undefined) {
      store(countWords[loop], () => {
        if ('constant' in count) body.i32(count.constant);
        else writer.register(count.register);
      });
    }
    state.retire(1);
  }
}
