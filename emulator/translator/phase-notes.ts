import { HART_SHIFT } from '../hart/slot.js';
import { HISTORY, stall, type HartState } from '../hart/state.js';
import { REGION_FRAME } from './layout.js';
import { rememberJumps, type Region } from './region.js';
import { frame } from './region-frame.js';
import { link, LINK_BYTES } from './region-links.js';
import type { Regions } from './regions.js';

const MOST_NOTES = 4096;
/** Words of the frame, and with them of what is said to and of a hart. */
const FRAME_WORDS = REGION_FRAME >> 2;
const NOTE_WORDS = FRAME_WORDS + (LINK_BYTES >> 2);

/** A frame in which a region left nothing. */
const nothing = new Int32Array(FRAME_WORDS);

interface Note {
  readonly region: Region;
  readonly exit: number;
  readonly hart: number;
}

/** What regions left each time when they came back to the host, until it is known that it happened. */
export class PhaseNotes {
  private readonly notes: Note[] = [];
  private readonly stalls: Int32Array;
  private words = new Int32Array(64 * NOTE_WORDS);

  constructor(
    private readonly regions: Regions,
    private readonly state: HartState,
    /** Where the frame is. */
    private readonly memory: Int32Array,
    private readonly frameAt: number,
  ) {
    this.stalls = new Int32Array(state.count);
  }

  clear(): void {
    this.notes.length = 0;
  }

  get length(): number {
    return this.notes.length;
  }

  /** What was kept behind the first ones did not happen. */
  forget(first: number): void {
    this.notes.length = first;
  }

  /** Keeps what the last region of a hart left; false where there is no room. `splits`: it jumped to where that takes longer. */
  add(region: Region, exit: number, hart: number, control: Int32Array, splits: boolean): boolean {
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
    const { account, kind } = region.exits[exit];
    const base = hart << HART_SHIFT;
    if (account.lastStall >= 0) this.state.lastStall[base] = account.lastStall;
    if (kind === 'jump' && splits) this.state.lastStall[base] = stall.jump;
    this.notes.push({ region, exit, hart });
    return true;
  }

  /**
   * It happened, but for taken jumps; `between`: what the last region of a hart left that another one follows.
   */
  commit(between: (hart: number) => Int32Array | undefined): void {
    const { regions, state, words } = this;
    // Of what came last it is known already.
    for (let hart = 0; hart < state.count; hart++)
      this.stalls[hart] = state.lastStall[hart << HART_SHIFT];
    this.notes.forEach(({ region, exit, hart }, i) => {
      const at = i * NOTE_WORDS;
      region.account(exit, words, at, hart);
      const { kind, pc } = region.exits[exit];
      state.pc[hart << HART_SHIFT] = pc;
      if (kind === 'jump') regions.effects.jumped(hart, words[at + (frame.target >> 2)]);
      regions.effects.addLinked(hart, words, at, this.controlOf(i));
    });
    for (let hart = 0; hart < state.count; hart++) {
      state.lastStall[hart << HART_SHIFT] = this.stalls[hart];
      const control = between(hart);
      if (control !== undefined) regions.effects.addLinked(hart, nothing, 0, control);
    }
  }

  /** The last taken jumps of harts; `behind` finds those behind all notes, and how many they are. */
  remember(behind: (hart: number) => number): void {
    const { state } = this;
    for (let hart = 0; hart < state.count; hart++) {
      let found = behind(hart);
      for (let i = this.notes.length - 1; i >= 0 && found < HISTORY; i--) {
        const { region, exit, hart: of } = this.notes[i];
        if (of !== hart) continue;
        found = region.findJumps(exit, this.words, i * NOTE_WORDS, this.controlOf(i), found);
      }
      rememberJumps(found, state, hart);
    }
  }

  private controlOf(note: number): Int32Array {
    return this.words.subarray(note * NOTE_WORDS + FRAME_WORDS, (note + 1) * NOTE_WORDS);
  }
}
