import { BOOKED_ENTRY } from './booked-layout.js';
import { HART_SHIFT } from '../hart/slot.js';
import type { HartState } from '../hart/state.js';
import { PhaseCaches } from './phase-caches.js';
import { LINK_BYTES } from './region-links.js';
import type { PhaseRun } from './phase-run.js';

/** Where harts that run freely are between two chunks: they may be put back to there. */
export class PhaseCheckpoint {
  /** Cycle up to which all is arbitrated. */
  from = 0;
  /** True time of the hart that is the furthest, or less. */
  furthest = 0;
  /** By hart: where it stands, and cycle in the time of one that is alone. */
  readonly pcs: Int32Array;
  readonly free: Int32Array;
  readonly between: Uint8Array;
  /** By hart: accesses that are booked, but not granted. */
  readonly pending: Int32Array;
  private readonly ended: Uint8Array;
  private readonly words: Int32Array;
  private readonly tcdm: Uint8Array;
  private readonly controls: readonly Int32Array[];
  private readonly jumps: readonly Int32Array[];
  private sums = new Int32Array(0);
  private kept = 0;
  private notes = 0;
  // What is arbitrated
  private readonly booked: Int32Array;
  private logs = new Int32Array(0);
  private readonly pointers: Uint8Array;
  private readonly sides: Uint8Array;
  private readonly conflicts: Float64Array;
  private granted = 0;
  private refused = 0;
  private readonly caches: PhaseCaches;
  private readonly known: Uint8Array;
  private readonly epochs: Int32Array;

  constructor(
    private readonly run: PhaseRun,
    tcdmBytes: number,
  ) {
    const { count, options } = run;
    const { harts, arrays, crossbar } = options;
    this.pcs = new Int32Array(count);
    this.free = new Int32Array(count);
    this.between = new Uint8Array(count);
    this.ended = new Uint8Array(count);
    this.pending = new Int32Array(count);
    this.words = new Int32Array(harts.state.words.length);
    this.tcdm = new Uint8Array(tcdmBytes);
    this.jumps = run.jumps.kept.map((kept) => new Int32Array(kept.length));
    this.controls = Array.from({ length: count }, () => new Int32Array(LINK_BYTES >> 2));
    this.booked = new Int32Array(arrays.booked.length);
    this.pointers = new Uint8Array(crossbar.pointers.length);
    this.sides = new Uint8Array(crossbar.sides.length);
    this.conflicts = new Float64Array(crossbar.conflictsPerBank.length);
    this.caches = new PhaseCaches(options.icache);
    this.known = new Uint8Array(count);
    this.epochs = new Int32Array(count);
  }

  /** `from`: cycle up to which all is arbitrated, and forgotten. */
  take(from: number): void {
    const { run } = this;
    const { harts, regions, crossbar, arrays } = run.options;
    const { links } = regions;
    this.from = from;
    this.pcs.set(run.pcs);
    this.free.set(run.free);
    this.between.set(run.between);
    this.ended.set(run.ended);
    this.words.set(harts.state.words);
    this.tcdm.set(harts.tcdm.u8);
    const { sums } = links;
    if (this.sums.length < sums.length) this.sums = new Int32Array(2 * sums.length);
    this.sums.set(sums);
    this.kept = sums.length;
    this.notes = run.notes.length;
    this.booked.set(arrays.booked);
    this.pointers.set(crossbar.pointers);
    this.sides.set(crossbar.sides);
    this.conflicts.set(crossbar.conflictsPerBank);
    this.granted = run.granted;
    this.refused = run.refused;
    this.caches.take();
    this.known.set(run.known);
    let entries = 0;
    this.furthest = 0;
    for (let hart = 0; hart < run.count; hart++) {
      this.controls[hart].set(run.controls[hart]);
      if (this.between[hart] !== 0) {
        this.pcs[hart] = links.regionOf(run.controls[hart]).pc;
        this.jumps[hart].set(run.jumps.kept[hart]);
      }
      this.pending[hart] = (run.get(hart, 'endAt') - run.logs[hart]) / BOOKED_ENTRY;
      entries += this.pending[hart];
      this.furthest = Math.max(this.furthest, run.timeOf(hart));
    }
    const size = entries * (BOOKED_ENTRY >> 2);
    if (this.logs.length < size) this.logs = new Int32Array(2 * size);
    let at = 0;
    for (let hart = 0; hart < run.count; hart++) {
      const log = run.logs[hart] >> 2;
      const length = this.pending[hart] * (BOOKED_ENTRY >> 2);
      this.logs.set(run.words.subarray(log, log + length), at);
      at += length;
    }
  }

  /** What harts did since then has not happened. */
  restoreHarts(): void {
    const { run } = this;
    const { harts, regions } = run.options;
    run.free.set(this.free);
    run.between.set(this.between);
    run.pcs.set(this.pcs);
    // Fetches are not taken back here.
    for (let hart = 0; hart < run.count; hart++) this.epochs[hart] = epochOf(harts.state, hart);
    harts.state.words.set(this.words);
    for (let hart = 0; hart < run.count; hart++)
      harts.state.fetchEpoch[hart << HART_SHIFT] = this.epochs[hart];
    harts.tcdm.u8.set(this.tcdm);
    const { sums } = regions.links;
    sums.set(this.sums.subarray(0, this.kept));
    sums.fill(0, this.kept);
    for (let hart = 0; hart < run.count; hart++) {
      run.controls[hart].set(this.controls[hart]);
      if (this.between[hart] !== 0) run.jumps.kept[hart].set(this.jumps[hart]);
    }
    run.notes.forget(this.notes);
  }

  /** Nor was it arbitrated, or fetched. */
  restore(): void {
    const { run } = this;
    const { crossbar, arrays, harts, regions } = run.options;
    this.restoreHarts();
    if (run.fetches) {
      this.caches.restore();
      harts.state.words.set(this.words);
      regions.forgetEpochs();
    }
    run.known.set(this.known);
    run.ended.set(this.ended);
    arrays.booked.set(this.booked);
    crossbar.pointers.set(this.pointers);
    crossbar.sides.set(this.sides);
    crossbar.conflictsPerBank.set(this.conflicts);
    run.granted = this.granted;
    run.refused = this.refused;
    let at = 0;
    for (let hart = 0; hart < run.count; hart++) {
      const length = this.pending[hart] * (BOOKED_ENTRY >> 2);
      run.words.set(this.logs.subarray(at, at + length), run.logs[hart] >> 2);
      at += length;
    }
  }
}

const epochOf = ({ fetchEpoch }: HartState, hart: number): number => fetchEpoch[hart << HART_SHIFT];
