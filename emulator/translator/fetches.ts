import type { CodeCache } from '../hart/code-cache.js';
import type { InstructionCache } from '../icache/instruction-cache.js';
import type { Step } from './tree.js';

/** What the instruction cache, if there is one, would make of the fetch of an instruction. */
export class Fetches {
  constructor(
    private readonly icache: InstructionCache | undefined,
    private readonly codeCache: CodeCache,
  ) {}

  /** Whether it would hit without any consequence. */
  hit(hart: number, step: Step): boolean {
    const { icache } = this;
    return (
      icache === undefined ||
      (icache.hits(hart, this.first(step)) && icache.hits(hart, this.last(step)))
    );
  }

  /**
   * Whether it may be done twice in its cycle, as `RESUME` and `Assist` do where the interpreter goes on: the second time
   * has no consequence, but for one of two lines in a cache of two sets, where the second may push out the first.
   */
  mayRepeat(step: Step): boolean {
    const { privates, lineShift } = this.icache!;
    return privates.sets > 2 || this.first(step) >>> lineShift === this.last(step) >>> lineShift;
  }

  private first({ pc }: Step): number {
    return this.codeCache.indexOf(pc);
  }

  private last({ after }: Step): number {
    return this.codeCache.indexOf(after - 2);
  }
}
