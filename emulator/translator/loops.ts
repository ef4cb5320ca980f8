import type { CodeCache } from '../hart/code-cache.js';
import type { HardwareLoops } from '../hart/hardware-loops.js';
import type { Step } from './tree.js';

/** What a set-up instruction writes, as far as it is known when it is translated. */
export interface SetUp {
  readonly loop: 0 | 1;
  readonly start: number | undefined;
  readonly end: number | undefined;
  /** The number of turns: a constant, a register, or left alone. */
  readonly count: { readonly constant: number } | { readonly register: number } | undefined;
  /** Start and end of the body that begins to turn; known whenever there is a count. */
  readonly body: readonly [number, number] | undefined;
}

/** Where the bodies of hardware loops begin, by where they end. */
export class LoopTable {
  private readonly starts = [new Map<number, number>(), new Map<number, number>()] as const;

  constructor(
    private readonly code: CodeCache,
    private readonly loops: HardwareLoops,
  ) {}

  /** Start of the body of a loop that ends before `end`, or undefined. */
  startOf(loop: 0 | 1, end: number): number | undefined {
    return this.starts[loop].get(end);
  }

  /** True when this is news. */
  note(loop: 0 | 1, start: number, end: number): boolean {
    if (this.starts[loop].has(end)) return false;
    this.starts[loop].set(end, start);
    return true;
  }

  /** Takes over the loops that the interpreter set up. */
  learn(): void {
    for (const loop of [0, 1] as const) {
      for (const [start, end] of this.loops.bodies(loop)) this.note(loop, start, end);
    }
  }

  /** What a set-up instruction does; undefined when the interpreter has to do it. `before`: what the path did. */
  setUp(step: Step, before: readonly Step[]): SetUp | undefined {
    const { row, pc, rd, rs2, imm } = step;
    const { start, end, count } = row.loop!;
    if (start === 'register' || end === 'register') return undefined;
    const relative = start !== undefined || end !== undefined;
    if (relative && (pc & 3) !== 0) return undefined;
    const loop = rd === 0 ? 0 : 1;
    const offset = row.format === 'loop-setup-immediate' ? 4 * rs2 : imm;
    const from = start === undefined ? undefined : start === 'next' ? pc + 4 : (pc + offset) & -4;
    const to = end === undefined ? undefined : (pc + offset) & -4;
    if (count === undefined) return { loop, start: from, end: to, count, body: undefined };
    const first = from ?? this.last(before, loop, 'start');
    const last = to ?? this.last(before, loop, 'end');
    if (first === undefined || last === undefined || !this.loops.isGood(loop, first, last)) {
      return undefined;
    }
    this.note(loop, first, last);
    this.code.watchLoopEnd(last - 4);
    return {
      loop,
      start: from,
      end: to,
      count: count === 'register' ? { register: step.rs1 } : { constant: imm },
      body: [first, last],
    };
  }

  /** What the last instruction of a path that sets one end of a body set it to. */
  private last(before: readonly Step[], loop: 0 | 1, which: 'start' | 'end'): number | undefined {
    for (let i = before.length - 1; i >= 0; i--) {
      const step = before[i];
      if (step.row.loop?.[which] === undefined || (step.rd === 0 ? 0 : 1) !== loop) continue;
      return this.setUp(step, before.slice(0, i))?.[which];
    }
    return undefined;
  }
}
