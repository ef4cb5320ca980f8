import { HART_SHIFT } from '../hart/slot.js';
import { HISTORY, type HartState } from '../hart/state.js';
import { REGION_FRAME } from './layout.js';
import { rememberJumps, type Region } from './region.js';
import { frame } from './region-frame.js';
import { link, LINK_BYTES } from './region-links.js';
import type { Regions } from './regions.js';

const MOST_NOTES = 4096;
/** Words of the frame, and with them of what is said to and of a hart. */
const FRAME_WORDS = REGION_FRAME >> 2;
const NOTE_WORDS = FRAME_WORDS + (LINK_BYTES >> 2);

interface Note {
  readonly region: Region;
  readonly exit: number;
  readonly hart: number;
}

/** What regions left each time when they came back to the host, until it is known that it happened. */
export class PhaseNotes {
  private readonly notes: Note[] = [];
  private words = new Int32Array(64 * NOTE_WORDS);

  constructor(
    private readonly regions: Regions,
    private readonly state: HartState,
    /** Where the frame is. */
    private readonly memory: Int32Array,
    private readonly frameAt: number,
  ) {}

  clear(): void {
    this.notes.length = 0;
  }

  /** Keeps what the last region of a hart left; false where there is no room. */
  add(region: Region, exit: number, hart: number, control: Int32Array): boolean {
    const at = this.notes.length * NOTE_WORDS;
    if (this.notes.length === MOST_NOTES) return false;
    if (at + NOTE_WORDS > this.words.length) {
      const more = new Int32Array(2 * this.words.length);
      more.set(this.words);
      this.words = more;
    }
    this.words.set(this.memory.subarray(this.frameAt, this.frameAt + FRAME_WORDS), at);
    this.words.set(control, at + FRAME_WORDS);
    control.fill(0, link.odd, link.soft);
    this.notes.push({ region, exit, hart });
    return true;
  }

  /** It happened. */
  commit(): void {
    const { regions, state, words } = this;
    this.notes.forEach(({ region, exit, hart }, i) => {
      const at = i * NOTE_WORDS;
      const base = hart << HART_SHIFT;
      region.account(exit, words, at, hart);
      const { account, kind, pc } = region.exits[exit];
      state.pc[base] = pc;
      if (account.lastStall >= 0) state.lastStall[base] = account.lastStall;
      if (kind === 'jump') regions.jumped(hart, words[at + (frame.target >> 2)]);
      regions.addLinked(hart, words, at, this.controlOf(i));
    });
    for (let hart = 0; hart < state.count; hart++) this.rememberJumps(hart);
  }

  /** The last taken jumps of a hart, from the last notes. */
  private rememberJumps(hart: number): void {
    let found = 0;
    for (let i = this.notes.length - 1; i >= 0 && found < HISTORY; i--) {
      const { region, exit, hart: of } = this.notes[i];
      if (of !== hart) continue;
      found = region.findJumps(exit, this.words, i * NOTE_WORDS, this.controlOf(i), found);
    }
    rememberJumps(found, this.state, hart);
  }

  private controlOf(note: number): Int32Array {
    return this.words.subarray(note * NOTE_WORDS + FRAME_WORDS, (note + 1) * NOTE_WORDS);
  }
}
