import { CallTree, TRAP, type CallSink, type CodeRange, type TreeNode } from './call-tree.js';
import { COUNTER, counterOf, frameOf, FRAME_SHIFT, pending } from './profiler-layout.js';
import { StallRecords } from './stall-records.js';
import { HART_SHIFT, RD_MASK, RD_SHIFT, REGISTER_MASK, RS1_SHIFT, SINK } from './slot.js';
import { AT, mode, stall, stallCauses, type HartState } from './state.js';
import { hartStats } from './view.js';

export type { CallSink, CodeRange, TreeNode } from './call-tree.js';

export interface ProfilerOptions {
  /** The function at an address; every address has one. */
  readonly rangeOf: (pc: number) => CodeRange;
  readonly calls?: CallSink | undefined;
  /** Halfwords of code that all nodes of all harts together may reach. */
  readonly room?: number;
}

/** Physical events that are counted with the instruction that caused them: by name, by hart. */
export type EventSources = readonly (readonly [string, (hart: number) => number])[];

/** What one instruction cost in one node. */
export interface Spent {
  readonly pc: number;
  readonly instructions: number;
  readonly loads: number;
  readonly stores: number;
  readonly sleep: number;
  readonly stalls: ArrayLike<number>;
  readonly events: ArrayLike<number>;
  /** By bank; undefined: none. */
  readonly banks: ArrayLike<number> | undefined;
}

/** Counters of a hart as they stand. */
export type HartTotals = Omit<Spent, 'pc'> & { readonly compressed: number };

const ROOM = 1 << 21;
/** Bytes of a function that get counters at once. */
const STRETCH = 1 << 12;
const CAUSES = stallCauses.length;

/**
 * Counts for each hart what each instruction cost, by the way the hart came to it. Nothing is sampled: an
 * instruction owns the cycles from its arrival in decode to the arrival of the next one, and what the stall
 * counters of the hart have gained meanwhile. So the sums are the hart's own counters, whatever happens.
 *
 * The observed interpreter does the frequent case itself: the instruction before took its one cycle and
 * this one lies in the same function. All else comes here (`arrived`).
 */
export class HartProfiler {
  /** One frame a hart, see `frameOf`. */
  readonly frames: Int32Array;
  /** By hart the cycle in which the next instruction comes when this one takes one cycle; negative: look in any case. */
  readonly due: Float64Array;
  /** Counters, COUNTER doubles each. The first of each hart, by number, takes what found no room. */
  readonly counters: Float64Array;
  readonly trees: CallTree[];
  /** Code found no counters: its cost is in the first counter of its hart. */
  full = false;
  private readonly records: StallRecords;
  private used: number;
  private readonly known: Uint8Array;
  /** Counters of the hart that have an owner: stalls, sleep, events. */
  private readonly owned: Float64Array;
  private readonly width: number;
  private readonly totals: Float64Array;
  /** Cycles without a grant for the first half of a misaligned access, and their bank. */
  private readonly lowWithheld: Float64Array;
  private readonly lowBank: Int32Array;
  private readonly hartBanks: Float64Array;

  constructor(
    private readonly state: HartState,
    private readonly events: EventSources,
    private readonly bankMask: number,
    /** Position of a pc in the code space. */
    private readonly indexOf: (pc: number) => number,
    private readonly options: ProfilerOptions,
  ) {
    const { count } = state;
    this.frames = new Int32Array(count << FRAME_SHIFT);
    this.due = new Float64Array(count);
    this.counters = new Float64Array(COUNTER * Math.max(options.room ?? ROOM, count));
    this.used = COUNTER * count;
    this.trees = Array.from({ length: count }, (_, hart) => new CallTree(hart, options.calls));
    this.known = new Uint8Array(count);
    this.width = CAUSES + 1 + events.length;
    this.owned = new Float64Array(count * this.width);
    this.totals = new Float64Array(this.width);
    for (let hart = 0; hart < count; hart++) {
      this.frames[(hart << FRAME_SHIFT) + frameOf.CURRENT] = COUNTER * hart;
    }
    this.records = new StallRecords(this.width, bankMask + 1);
    this.lowWithheld = new Float64Array(count);
    this.lowBank = new Int32Array(count);
    this.hartBanks = new Float64Array(count * (bankMask + 1));
  }

  // --- Asked by the interpreter and what is around it ------------------------------------------

  /** The instruction at `pc` is about to issue in cycle `clock[AT]`, or waits for its bytes. */
  arrived(hart: number, pc: number, index: number): void {
    this.arrive(hart, pc, index, this.state.clock[AT]);
  }

  arrive(hart: number, pc: number, index: number, now: number): void {
    if (this.known[hart] === 0) this.begin(hart, now);
    else this.charge(hart, now);
    const at = hart << FRAME_SHIFT;
    if (this.frames[at + frameOf.PENDING] !== pending.none) this.follow(hart, pc >>> 0, now);
    const inside = index - this.frames[at + frameOf.ORIGIN];
    if (inside < 0 || inside >= this.frames[at + frameOf.SIZE]) this.locate(hart, pc >>> 0, now);
    this.frames[at + frameOf.CURRENT] =
      this.frames[at + frameOf.SIZE] === 0
        ? COUNTER * hart
        : this.frames[at + frameOf.FIRST] + (index - this.frames[at + frameOf.ORIGIN]) * 2;
    this.due[hart] = now + 1;
  }

  /** A jump is taken: a call, a return, or neither, by the registers it names. */
  jumped(hart: number, slot: number, pc: number): void {
    const at = hart << FRAME_SHIFT;
    const rd = (slot >>> RD_SHIFT) & RD_MASK;
    const rs1 = (slot >>> RS1_SHIFT) & REGISTER_MASK;
    if (isLink(rd)) {
      this.frames[at + frameOf.PENDING] = pending.call;
      this.frames[at + frameOf.SITE] = pc;
      this.frames[at + frameOf.LINK] = pc + 2 + ((slot >>> 27) & 2);
    } else if (rd === SINK && isLink(rs1)) this.frames[at + frameOf.PENDING] = pending.return;
    else return;
    this.frames[at + frameOf.SIZE] = 0;
  }

  /** The hart enters a handler before or in the instruction at `pc`. */
  trapped(hart: number, pc: number): void {
    const at = hart << FRAME_SHIFT;
    this.frames[at + frameOf.PENDING] = pending.trap;
    this.frames[at + frameOf.SITE] = pc;
    this.frames[at + frameOf.SIZE] = 0;
    this.force(hart);
  }

  trapReturned(hart: number): void {
    const at = hart << FRAME_SHIFT;
    this.frames[at + frameOf.PENDING] = pending.trapReturn;
    this.frames[at + frameOf.SIZE] = 0;
    this.force(hart);
  }

  /** The instruction under way may do more than take a cycle. */
  force(hart: number): void {
    this.due[hart] = -Math.abs(this.due[hart]);
  }

  /** A load or store that the interpreter did not complete itself is over. */
  accessed(hart: number, isWrite: boolean): void {
    const counter = this.frames[(hart << FRAME_SHIFT) + frameOf.CURRENT];
    this.counters[counter + (isWrite ? counterOf.stores : counterOf.loads)]++;
    this.force(hart);
  }

  /** The first half of a misaligned access got its bank after `withheld` cycles. */
  halfGranted(hart: number, withheld: number): void {
    this.lowWithheld[hart] = withheld;
    this.lowBank[hart] = this.bankOf(hart);
    this.force(hart);
  }

  // --- Time ------------------------------------------------------------------------------------

  private begin(hart: number, now: number): void {
    this.known[hart] = 1;
    for (let k = 0; k < this.width; k++) this.owned[hart * this.width + k] = this.raw(hart, k);
    this.due[hart] = -(now + 1);
  }

  /** Counter k of a hart as it stands: the stalls, sleep, the events. */
  private raw(hart: number, k: number): number {
    if (k < CAUSES) return this.state.stalls[(hart << HART_SHIFT) + k];
    if (k === CAUSES) return this.state.sleep[hart << HART_SHIFT];
    return this.events[k - CAUSES - 1][1](hart);
  }

  /** The instruction that the hart is at owns the time up to `now`. */
  private charge(hart: number, now: number): void {
    const due = this.due[hart];
    const spent = now + 1 - Math.abs(due);
    if (spent === 0) return;
    const counter = this.frames[(hart << FRAME_SHIFT) + frameOf.CURRENT];
    if (due > 0) {
      if (spent === 1) {
        this.counters[counter]++;
        return;
      }
      // Nearly always one cause has all of it.
      const cause = this.state.lastStall[hart << HART_SHIFT];
      const at = hart * this.width + cause;
      const total = this.state.stalls[(hart << HART_SHIFT) + cause];
      if (total - this.owned[at] === spent - 1) {
        this.owned[at] = total;
        this.counters[counter]++;
        // First the row: it may move the values.
        const record = this.recordOf(counter);
        this.records.values[record + cause] += spent - 1;
        return;
      }
    }
    for (let k = 0; k < this.width; k++) this.totals[k] = this.raw(hart, k);
    this.chargeAll(hart, counter, spent);
  }

  /** Books `spent` cycles and what `totals` has more than before on one counter. */
  private chargeAll(hart: number, counter: number, spent: number): void {
    const record = this.recordOf(counter);
    const base = hart * this.width;
    let rest = spent;
    for (let k = 0; k < this.width; k++) {
      const gained = this.totals[k] - this.owned[base + k];
      if (gained === 0) continue;
      this.owned[base + k] = this.totals[k];
      this.records.values[record + k] += gained;
      if (k <= CAUSES) rest -= gained;
      if (k === stall.tcdm_conflict) this.chargeBanks(hart, record, gained);
      if (k === CAUSES) this.slept(hart, gained);
    }
    this.counters[counter] += rest;
  }

  private slept(hart: number, cycles: number): void {
    const { sleepSince, clockStops } = this.state;
    const from = Math.max(
      sleepSince[hart << HART_SHIFT] + clockStops,
      Math.abs(this.due[hart]) - 1,
    );
    this.options.calls?.slept(hart, from, from + cycles);
  }

  private chargeBanks(hart: number, record: number, cycles: number): void {
    const low = Math.min(this.lowWithheld[hart], cycles);
    this.lowWithheld[hart] = 0;
    if (low !== 0) this.addBank(hart, record, this.lowBank[hart], low);
    if (cycles !== low) this.addBank(hart, record, this.bankOf(hart), cycles - low);
  }

  private addBank(hart: number, record: number, bank: number, cycles: number): void {
    this.records.addBank(record, bank, cycles);
    this.hartBanks[hart * (this.bankMask + 1) + bank] += cycles;
  }

  private bankOf(hart: number): number {
    return (this.state.requestOffset[hart << HART_SHIFT] >> 2) & this.bankMask;
  }

  private recordOf(counter: number): number {
    const known = this.counters[counter + counterOf.record];
    if (known !== 0) return known;
    return (this.counters[counter + counterOf.record] = this.records.add());
  }

  /** Everything before cycle `now` gets its owner; a stall or sleep under way is cut there. */
  settle(now: number): void {
    for (let hart = 0; hart < this.state.count; hart++) {
      if (this.known[hart] === 0) continue;
      const spent = now + 1 - Math.abs(this.due[hart]);
      const counter = this.frames[(hart << FRAME_SHIFT) + frameOf.CURRENT];
      this.cut(hart, now);
      this.chargeAll(hart, counter, spent);
      this.due[hart] = -(now + 1);
    }
  }

  /** Brings the counters of a hart over [0, now) to `totals`. */
  private cut(hart: number, now: number): void {
    const { stalls, cycles_sleep } = hartStats(this.state, hart, now);
    stallCauses.forEach((cause, k) => (this.totals[k] = stalls[cause]));
    this.totals[CAUSES] = cycles_sleep;
    for (let k = CAUSES + 1; k < this.width; k++) this.totals[k] = this.raw(hart, k);
  }

  /** Counting begins in cycle `now`; what was counted before is forgotten, the ways stay. */
  start(now: number): void {
    this.settle(now);
    this.counters.fill(0, 0, this.used);
    this.records.clear();
    this.hartBanks.fill(0);
    for (const tree of this.trees) for (const node of tree.nodes) node.calls = 0;
    for (let hart = 0; hart < this.state.count; hart++) {
      if (this.known[hart] !== 0 || this.state.mode[hart << HART_SHIFT] === mode.stopped) continue;
      this.cut(hart, now);
      this.owned.set(this.totals, hart * this.width);
      this.known[hart] = 1;
      const pc = this.state.pc[hart << HART_SHIFT];
      const index = this.indexOf(pc);
      this.due[hart] = -(Math.max(now, this.state.startedAt[hart << HART_SHIFT]) + 1);
      if (index >= 0) this.enterAt(hart, pc, index, Math.abs(this.due[hart]) - 1);
    }
  }

  private enterAt(hart: number, pc: number, index: number, now: number): void {
    this.locate(hart, pc >>> 0, now);
    const at = hart << FRAME_SHIFT;
    if (this.frames[at + frameOf.SIZE] === 0) return;
    this.frames[at + frameOf.CURRENT] =
      this.frames[at + frameOf.FIRST] + (index - this.frames[at + frameOf.ORIGIN]) * 2;
  }

  // --- Places ----------------------------------------------------------------------------------

  /** What the last jump meant, now that it has arrived at `pc`. */
  private follow(hart: number, pc: number, now: number): void {
    const at = hart << FRAME_SHIFT;
    const { frames } = this;
    const tree = this.trees[hart];
    const what = frames[at + frameOf.PENDING];
    frames[at + frameOf.PENDING] = pending.none;
    if (what === pending.call || what === pending.trap) {
      const link = what === pending.trap ? TRAP : frames[at + frameOf.LINK] >>> 0;
      tree.call(this.options.rangeOf(pc), frames[at + frameOf.SITE] >>> 0, link, now);
    } else tree.return(what === pending.trapReturn ? TRAP : pc, now);
  }

  /** Finds the counters of the code around `pc` in the node of the hart. */
  private locate(hart: number, pc: number, now: number): void {
    const { frames, options, trees } = this;
    const at = hart << FRAME_SHIFT;
    const range = options.rangeOf(pc);
    if (trees[hart].top?.range.id !== range.id) trees[hart].go(range, now);
    const node = trees[hart].top!;
    const stretch = Math.floor((pc - node.range.from) / STRETCH);
    const from = node.range.from + stretch * STRETCH;
    const size = Math.min(node.range.to - from, STRETCH);
    const first = (node.counters[stretch] ??= this.take(size));
    frames[at + frameOf.ORIGIN] = this.indexOf(from);
    frames[at + frameOf.FIRST] = first;
    frames[at + frameOf.SIZE] = first === 0 ? 0 : size;
  }

  /** Counters for a stretch of code; 0 when there are none left. */
  private take(bytes: number): number {
    const first = this.used;
    const end = first + ((bytes + 1) >> 1) * COUNTER;
    if (end > this.counters.length) {
      this.full = true;
      return 0;
    }
    this.used = end;
    return first;
  }

  /**
   * Counters since its start of a hart that has retired `instructions` and is about to issue at `pc`; the
   * arrays are written over.
   */
  totalsOf(hart: number, pc: number, instructions: number): HartTotals {
    for (let k = 0; k < this.width; k++) this.totals[k] = this.raw(hart, k);
    return {
      instructions,
      compressed: this.state.compressedOf(hart, instructions, pc),
      loads: this.state.loads[hart << HART_SHIFT],
      stores: this.state.stores[hart << HART_SHIFT],
      stalls: this.totals.subarray(0, CAUSES),
      sleep: this.totals[CAUSES],
      events: this.totals.subarray(CAUSES + 1),
      banks: this.banksOf(hart),
    };
  }

  /** Cycles without a grant of a hart by bank, since `start`. */
  banksOf(hart: number): Float64Array {
    const banks = this.bankMask + 1;
    return this.hartBanks.subarray(hart * banks, (hart + 1) * banks);
  }

  get eventNames(): readonly string[] {
    return this.events.map(([name]) => name);
  }

  // --- Results ---------------------------------------------------------------------------------

  /** What found no room on a hart. */
  unplaced(hart: number): Spent | undefined {
    return this.spentAt(COUNTER * hart, 0);
  }

  /** Each instruction of a node that cost anything, by address. */
  *spent(node: TreeNode): Generator<Spent> {
    for (const [stretch, first] of node.counters.entries()) {
      if (first === undefined || first === 0) continue;
      const from = node.range.from + stretch * STRETCH;
      const size = Math.min(node.range.to - from, STRETCH);
      for (let byte = 0; byte < size; byte += 2) {
        const spent = this.spentAt(first + 2 * byte, from + byte);
        if (spent !== undefined) yield spent;
      }
    }
  }

  private spentAt(counter: number, pc: number): Spent | undefined {
    const { counters, records } = this;
    const record = counters[counter + counterOf.record];
    const instructions = counters[counter];
    if (instructions === 0 && record === 0) return undefined;
    return {
      pc,
      instructions,
      loads: counters[counter + counterOf.loads],
      stores: counters[counter + counterOf.stores],
      stalls: records.values.subarray(record, record + CAUSES),
      sleep: records.values[record + CAUSES],
      events: records.values.subarray(record + CAUSES + 1, record + this.width),
      banks: records.banksOf(record),
    };
  }
}

/** ra and t0. */
const isLink = (register: number): boolean => register === 1 || register === 5;
