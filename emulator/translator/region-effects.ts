import type { Harts } from '../hart/harts.js';
import { HART_SHIFT } from '../hart/slot.js';
import { numberOffset, stall } from '../hart/state.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import type { TranslatorArrays } from './layout.js';
import { frame } from './region-frame.js';
import { link, sumOfTargets } from './region-links.js';
import type { StepReader } from './tree.js';

interface Parts {
  readonly harts: Harts;
  readonly crossbar: Crossbar;
  readonly arrays: TranslatorArrays;
  readonly reader: StepReader;
  /** Cycles of an access to L2. */
  readonly l2Latency: number;
}

/** What the last region of a hart, and those before it, did beside what their blocks count: harts and arbiters take it over. */
export class RegionEffects {
  private readonly words: Int32Array;
  private readonly frameAt: number;

  constructor(private readonly options: Parts) {
    const { frame: left } = options.arrays;
    this.words = new Int32Array(left.buffer);
    this.frameAt = left.byteOffset >> 2;
  }

  /** What depends on the target of a jump out of the last region. */
  jumped(hart: number, target: number): void {
    const { harts, reader } = this.options;
    const { state, timing } = harts;
    const base = hart << HART_SHIFT;
    const { after } = reader.at(state.pc[base])!;
    state.pc[base] = target;
    // Counted is the way to address 0.
    state.numbers[base + numberOffset('walked')] += ((after - target) | 0) - after;
    if (timing.split_target === 0 || (target & 2) === 0 || !harts.isLong(target)) return;
    state.next[base] += timing.split_target;
    state.stalls[base + stall.jump] += timing.split_target;
    state.lastStall[base] = stall.jump;
  }

  /** Takes over what the last region left in the frame at an index, and those before it, of what no block counts. */
  addLinked(hart: number, words: Int32Array, at: number, control: Int32Array): void {
    const { harts, l2Latency } = this.options;
    const { state, timing } = harts;
    const base = hart << HART_SHIFT;
    const divisions = words[at + (frame.divisions >> 2)];
    state.stalls[base + stall.div] += divisions + control[link.divisions];
    const outer = words[at + (frame.outer >> 2)] + control[link.outer];
    state.stalls[base + stall.outer_memory] += outer * (l2Latency - 1);
    state.outerLoadCycles[base] += outer * l2Latency;
    state.outerLoads[base] += outer;
    state.l2Loads[base] += outer;
    state.stalls[base + stall.jump] += control[link.splits] * timing.split_target;
    state.numbers[base + numberOffset('walked')] -= sumOfTargets(control);
  }

  /** Whether the last grant of each bank was that of a hart. */
  ownsBanks(hart: number): boolean {
    const { pointers, banks } = this.options.crossbar;
    for (let bank = 0; bank < banks; bank++) if (pointers[bank] !== hart) return false;
    return true;
  }

  /** What each grant of a bank left behind in its arbiter. */
  grant(control: Int32Array, hart: number): void {
    const { crossbar } = this.options;
    const odd = this.words[this.frameAt + (frame.odd >> 2)] ^ control[link.odd];
    const granted = this.words[this.frameAt + (frame.granted >> 2)] | control[link.granted];
    const { pointers, sides } = crossbar;
    for (let rest = granted; rest !== 0; rest &= rest - 1)
      pointers[31 - Math.clz32(rest & -rest)] = hart;
    for (let rest = odd; rest !== 0; rest &= rest - 1) sides[31 - Math.clz32(rest & -rest)] ^= 1;
  }
}
