import { frame, RECENT } from './region-frame.js';

const parts = [
  { first: frame.recent >> 2, words: RECENT >> 2 },
  { first: frame.lengths >> 2, words: RECENT },
] as const;
const start = frame.start >> 2;

/** The lists of taken jumps of harts that take turns at one frame, while each of them is between two regions. */
export class PhaseJumps {
  /** By hart. */
  readonly kept: readonly Int32Array[];

  constructor(
    harts: number,
    private readonly memory: Int32Array,
    private readonly frameAt: number,
  ) {
    const words = parts.reduce((sum, part) => sum + part.words, 1);
    this.kept = Array.from({ length: harts }, () => new Int32Array(words));
  }

  /** The list is empty. */
  begin(): void {
    this.memory[this.frameAt + start] = 0;
  }

  keep(hart: number): void {
    const { memory, frameAt } = this;
    const kept = this.kept[hart];
    kept[0] = memory[frameAt + start];
    let at = 1;
    for (const { first, words } of parts) {
      kept.set(memory.subarray(frameAt + first, frameAt + first + words), at);
      at += words;
    }
  }

  /** Puts back what was kept. */
  goOn(hart: number): void {
    const { memory, frameAt } = this;
    const kept = this.kept[hart];
    memory[frameAt + start] = kept[0];
    let at = 1;
    for (const { first, words } of parts) {
      memory.set(kept.subarray(at, at + words), frameAt + first);
      at += words;
    }
  }
}
