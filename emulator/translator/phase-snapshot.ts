import type { Harts } from '../hart/harts.js';
import type { InstructionCache } from '../icache/instruction-cache.js';
import type { Crossbar } from '../interconnect/crossbar.js';
import { PhaseCaches } from './phase-caches.js';
import type { Regions } from './regions.js';

interface Parts {
  readonly harts: Harts;
  readonly crossbar: Crossbar;
  readonly regions: Regions;
  readonly icache: InstructionCache | undefined;
}

/** What harts that run freely may change, as it was before. */
export class PhaseSnapshot {
  private readonly words: Int32Array;
  private readonly numbers: Float64Array;
  private readonly history: Int32Array;
  private readonly pointers: Uint8Array;
  private readonly sides: Uint8Array;
  private readonly conflicts: Float64Array;
  private readonly tcdm: Uint8Array;
  private sums = new Int32Array(0);
  private kept = 0;
  private readonly caches: PhaseCaches;
  /** What is in the instruction caches was taken, too. */
  private hasCaches = false;

  constructor(
    private readonly parts: Parts,
    tcdmBytes: number,
  ) {
    const { harts, crossbar } = parts;
    const { state } = harts;
    this.words = new Int32Array(state.words.length);
    this.numbers = new Float64Array(state.numbers.length);
    this.history = new Int32Array(state.history.length);
    this.pointers = new Uint8Array(crossbar.pointers.length);
    this.sides = new Uint8Array(crossbar.sides.length);
    this.conflicts = new Float64Array(crossbar.conflictsPerBank.length);
    this.tcdm = new Uint8Array(tcdmBytes);
    this.caches = new PhaseCaches(parts.icache);
  }

  /** Before the first fetch that is booked. */
  takeCaches(): void {
    this.caches.take();
    this.hasCaches = true;
  }

  take(): void {
    const { harts, crossbar, regions } = this.parts;
    const { state, tcdm } = harts;
    this.hasCaches = false;
    this.words.set(state.words);
    this.numbers.set(state.numbers);
    this.history.set(state.history);
    this.pointers.set(crossbar.pointers);
    this.sides.set(crossbar.sides);
    this.conflicts.set(crossbar.conflictsPerBank);
    this.tcdm.set(tcdm.u8);
    const { sums } = regions.links;
    if (this.sums.length < sums.length) this.sums = new Int32Array(2 * sums.length);
    this.sums.set(sums);
    this.kept = sums.length;
  }

  restore(): void {
    const { harts, crossbar, regions } = this.parts;
    const { state, tcdm } = harts;
    if (this.hasCaches) {
      this.caches.restore();
      regions.forgetEpochs();
    }
    state.words.set(this.words);
    state.numbers.set(this.numbers);
    state.history.set(this.history);
    crossbar.pointers.set(this.pointers);
    crossbar.sides.set(this.sides);
    crossbar.conflictsPerBank.set(this.conflicts);
    tcdm.u8.set(this.tcdm);
    const { sums } = regions.links;
    sums.set(this.sums.subarray(0, this.kept));
    sums.fill(0, this.kept);
  }
}
