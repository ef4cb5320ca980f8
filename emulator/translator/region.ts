import { HISTORY, type HartState } from '../hart/state.js';
import { HART_SHIFT } from '../hart/slot.js';
import { DYNAMIC, INSTRUCTIONS } from './path.js';
import type { Account } from './region-account.js';
import type { EmittedRegion } from './region-emitter.js';
import type { Flow } from './region-flow.js';
import type { Block } from './region-graph.js';
import type { RegionLinks } from './region-links.js';
import { JUMPED, LAST_STALL_SHIFT, LINKED, WAYS } from './region-links.js';
import type { WasmFunction } from '../wasm/index.js';
import { takenOf, type Way } from './region-pending.js';
import { frame, RECENT, type RegionExit, type Variant } from './region-frame.js';

/** Taken jumps, one behind the other: source, target, ... */
interface Jumps {
  readonly jumps: readonly number[];
  /** Cycles of a turn, where it is that of a tight loop; else 0. */
  readonly turnCycles: number;
}

/** What one hart counted. */
interface Counted {
  runs: number;
  readonly turns: Float64Array;
  readonly tight: Float64Array;
  readonly left: Float64Array;
}

/** Jumps that were found, the newest first. */
const sources = new Int32Array(HISTORY);
const destinations = new Int32Array(HISTORY);

/** Adds the jumps that were found to the ring of a hart. */
export function rememberJumps(found: number, state: HartState, hart: number): void {
  for (let i = found - 1; i >= 0; i--) state.remember(hart, sources[i], destinations[i]);
}

/** Finds the last taken jumps of regions that others followed, behind newer ones; how many there are then. `at`: of the frame. */
export function findLinked(
  links: RegionLinks,
  control: Int32Array,
  words: Int32Array,
  at: number,
  already: number,
): number {
  let found = already;
  links.recall(control, (region, exit, target, taken, start) => {
    if (found === HISTORY) return false;
    found = region.findFollowed(exit, target, words, at, taken, start, found);
    return true;
  });
  return found;
}

/** One translated region, and what it counted since somebody asked. */
export class Region {
  /** Cycles that it may need to come back from its deadline. */
  readonly longest: number;
  /** By hart, the epoch of its instruction cache in which all lines were seen there. */
  readonly epochs: number[] = [];
  /** Times that it could not be entered in a row. */
  refused = 0;
  /** Times that a hart came to it whose fetches perhaps all hit. */
  hits = 0;
  /** It is to be translated again, with what it left for. */
  stale = false;
  /** To translate it again made nothing better. */
  final = false;
  /** By hart. */
  private readonly counted: (Counted | undefined)[] = [];
  private readonly coldLeft: Float64Array;

  private readonly ways: readonly Jumps[];
  /** By exit: the jumps that are not counted yet, or those of a turn of the tight loop; and counters of the former. */
  private readonly exitWays: readonly Jumps[];
  private readonly exitCounters: readonly (readonly number[])[];
  /** By exit: the tight loops whose first turns are not counted yet, one entry for each turn. */
  private readonly exitTurns: readonly (readonly number[])[];

  private links: RegionLinks | undefined;
  /** Number of its record, or -1. */
  number = -1;

  constructor(
    readonly pc: number,
    readonly compile: (variant: Variant) => WasmFunction,
    /** Lines of code that it executes. */
    readonly lines: Int32Array,
    /** Addresses of the last instructions of its hardware loops. */
    readonly loopEnds: readonly number[],
    readonly exits: readonly RegionExit[],
    private readonly blocks: readonly Block[],
    private readonly flow: Flow,
    private readonly emitted: EmittedRegion,
    /** How often it has been translated. */
    readonly version: number,
    /** Addresses of loads that were known to reach L2: any other one leaves there. */
    readonly outerLoads: ReadonlySet<number>,
    /** It books its fetches, and does nothing else: else all of them must hit. */
    readonly fetches: boolean,
  ) {
    this.longest = emitted.longest;
    const jumpsOf = ({ edges, turning }: Way): Jumps => ({
      jumps: takenOf(edges).flatMap(({ source, to }) => [source!, to.pc]),
      turnCycles: turning ? emitted.turnCycles[flow.known.indexOf(edges[0])] : 0,
    });
    this.ways = emitted.taken.map(jumpsOf);
    this.exitWays = exits.map(({ pending, tight, kind, pc: from }) => {
      if (tight >= 0) return jumpsOf({ edges: [flow.known[tight]], turning: true });
      const { jumps } = jumpsOf({ edges: pending.edges, turning: false });
      return { jumps: kind === 'jump' ? [...jumps, from, DYNAMIC] : jumps, turnCycles: 0 };
    });
    this.exitCounters = exits.map(({ pending }) =>
      pending.edges.map((edge) => flow.counters[flow.indexOf(edge)]).filter((n) => n >= 0),
    );
    this.exitTurns = exits.map(({ pending }) =>
      pending.edges.map((edge) => flow.known.indexOf(edge)).filter((n) => n >= 0),
    );
    this.coldLeft = new Float64Array(exits.length);
  }

  /** Makes it known to others; false where there is no room. */
  join(links: RegionLinks): boolean {
    const words = 1 + Math.ceil(Math.max(0, this.flow.counterCount - 1) / 3);
    this.links = links;
    this.number = links.add(this, this.exits, words, this.flow.known.length) ?? -1;
    if (this.number >= 0) this.linkExits();
    return this.number >= 0;
  }

  /** Says by which exits another region may follow at once: else it is to be seen whether it should have been part of this one. */
  private linkExits(): void {
    const done = this.final || this.version >= LINKED_FROM;
    this.exits.forEach(({ kind, tight, account, far }, i) => {
      const follows = (kind === 'jump' || kind === 'cold') && (far || done);
      const isClean = tight < 0 && account.waited === 0 && account.owed === 0;
      const flags =
        (follows && isClean ? LINKED : 0) |
        (kind === 'jump' ? JUMPED : 0) |
        (this.exitWays[i].jumps.length > 0 ? WAYS : 0);
      this.links!.setFlags(this.number, i, flags | ((account.lastStall + 1) << LAST_STALL_SHIFT));
    });
  }

  /** To translate it again would make nothing better. */
  finish(): void {
    this.final = true;
    this.stale = false;
    this.linkExits();
  }

  private countedOf(hart: number): Counted {
    return (this.counted[hart] ??= {
      runs: 0,
      turns: new Float64Array(this.flow.counterCount),
      tight: new Float64Array(this.flow.known.length),
      left: new Float64Array(this.exits.length),
    });
  }

  /** Takes over what was counted where other regions went on. */
  private takeLinked(hart: number): void {
    const { links, number } = this;
    if (links === undefined || number < 0) return;
    const turned = new Float64Array(this.flow.known.length);
    const went = new Float64Array(this.exits.length);
    const { turns, tight, left } = this.countedOf(hart);
    if (!links.takeSums(number, hart, turns, turned, went)) return;
    for (let i = 0; i < tight.length; i++) tight[i] += turned[i] / this.emitted.turnCycles[i];
    const own = this.countedOf(hart);
    for (let exit = 0; exit < left.length; exit++) {
      const times = went[exit];
      if (times === 0) continue;
      own.runs += times;
      left[exit] += times;
      for (const counter of this.exitCounters[exit]) turns[counter] += times;
      for (const loop of this.exitTurns[exit]) tight[loop] += times;
    }
  }

  /** Cycles of a run that left what it counted in the frame. */
  timeOf(exit: number, words: Int32Array, at: number): number {
    const { pending, tight, turns, account } = this.exits[exit];
    const inside = tight < 0 ? 0 : turns * this.emitted.turnCycles[tight];
    return (words[at + (frame.words >> 2) + 1] >>> 10) + pending.time + inside + account.time;
  }

  /** Takes over what one run left in the frame; gives its cycles. */
  account(exit: number, words: Int32Array, at: number, hart: number): number {
    const own = this.countedOf(hart);
    own.runs++;
    own.left[exit]++;
    const first = at + (frame.words >> 2);
    let low = words[first];
    let high = words[first + 1];
    const { turns, tight } = own;
    const { turnCycles } = this.emitted;
    if (turns.length > 0) turns[0] += ((high & 0x3ff) << 11) | (low >>> 21);
    for (let i = 1; i < turns.length; i += 3) {
      const word = first + 2 + 2 * ((i - 1) / 3);
      low = words[word];
      high = words[word + 1];
      turns[i] += low & FIELD_MASK;
      if (i + 1 < turns.length) turns[i + 1] += ((high & 0x3ff) << 11) | (low >>> 21);
      if (i + 2 < turns.length) turns[i + 2] += high >>> 10;
    }
    for (let i = 0; i < tight.length; i++)
      tight[i] += words[at + (frame.turned >> 2) + i] / turnCycles[i];
    const { tight: inside } = this.exits[exit];
    for (const counter of this.exitCounters[exit]) turns[counter]++;
    for (const loop of this.exitTurns[exit]) tight[loop]++;
    if (inside >= 0) tight[inside] += this.lastTurns(exit, words, at);
    return this.timeOf(exit, words, at);
  }

  /** Turns of the tight loop that it was in since it was entered. */
  private lastTurns(exit: number, words: Int32Array, at: number): number {
    const { tight, account } = this.exits[exit];
    const begun = words[at + (frame.begun >> 2) + 2 * tight + 1] >>> 10;
    const time = this.timeOf(exit, words, at) - account.time;
    return (time - begun) / this.emitted.turnCycles[tight];
  }

  /**
   * Finds the last taken jumps of a run and of those before it; `already`: that many newer ones were found. Returns how many there
   * are then; older ones nobody sees any more.
   */
  findJumps(
    exit: number,
    words: Int32Array,
    at: number,
    control: Int32Array,
    already: number,
  ): number {
    const last = this.exits[exit].tight < 0 ? 1 : this.lastTurns(exit, words, at);
    const taken = words[at + (frame.words >> 2)] & FIELD_MASK;
    const target = words[at + (frame.target >> 2)];
    let found = this.find(this.exitWays[exit], last, already, target);
    found = this.findWays(words, at, taken, words[at + (frame.start >> 2)], found);
    return findLinked(this.links!, control, words, at, found);
  }

  /** Adds the jumps of a run that another region followed to what was found. */
  findFollowed(
    exit: number,
    target: number,
    words: Int32Array,
    at: number,
    taken: number,
    start: number,
    already: number,
  ): number {
    const found = this.find(this.exitWays[exit], 1, already, target);
    return this.findWays(words, at, taken, start, found);
  }

  /** Adds the jumps of entries of the list behind number `start`, up to number `taken`, the last one first. */
  private findWays(
    words: Int32Array,
    at: number,
    taken: number,
    start: number,
    already: number,
  ): number {
    let found = already;
    for (let number = taken; number > start && found < HISTORY; number--) {
      const entry = number & (RECENT - 1);
      const way = (words[at + ((frame.recent + entry) >> 2)] >>> (8 * (entry & 3))) & 0xff;
      found = this.findWay(way, words[at + (frame.lengths >> 2) + entry], found);
    }
    return found;
  }

  /** The same for an entry of the list of the function; `cycles`: of the turns of a tight loop. */
  private findWay(way: number, cycles: number, found: number): number {
    const jumps = this.ways[way - 1];
    return this.find(jumps, jumps.turnCycles === 0 ? 1 : cycles / jumps.turnCycles, found);
  }

  /**
   * Adds the jumps of a way that was gone `times` times to those that were found, as far as they are seen. `target`: of a
   * jump out of the region.
   */
  private find({ jumps }: Jumps, times: number, found: number, target = 0): number {
    let at = found;
    for (let n = times; n > 0 && at < HISTORY; n--) {
      for (let i = jumps.length - 2; i >= 0 && at < HISTORY; i -= 2, at++) {
        sources[at] = jumps[i];
        destinations[at] = jumps[i + 1] === DYNAMIC ? target : jumps[i + 1];
      }
    }
    return at;
  }

  /** Whether it is as large as another one. */
  resembles(other: Region): boolean {
    return (
      this.blocks.length === other.blocks.length &&
      this.flow.edges.length === other.flow.edges.length
    );
  }

  /** Counts an exit where the region would go on if it were larger; true when that was often. */
  isCold(exit: number): boolean {
    const { kind, far } = this.exits[exit];
    if (kind === 'cold' && far) return false;
    return (kind === 'cold' || kind === 'jump') && ++this.coldLeft[exit] >= OFTEN;
  }

  /** Adds what was counted to the numbers of the harts; returns the instructions. */
  settle(numbers: Float64Array, harts: number): number {
    let instructions = 0;
    for (let hart = 0; hart < harts; hart++) {
      this.takeLinked(hart);
      const counted = this.counted[hart];
      if (counted !== undefined && counted.runs !== 0)
        instructions += this.settleHart(counted, numbers, hart << HART_SHIFT);
    }
    return instructions;
  }

  private settleHart(counted: Counted, numbers: Float64Array, base: number): number {
    const { turns, tight, left } = counted;
    const entered = new Float64Array(this.blocks.length);
    entered[0] = counted.runs;
    let instructions = 0;
    const add = ({ counts }: Account, times: number): void => {
      if (times === 0) return;
      for (let i = 0; i < INSTRUCTIONS; i++) {
        if (counts[i] !== 0) numbers[base + i] += counts[i] * times;
      }
      instructions += counts[INSTRUCTIONS] * times;
    };
    this.exits.forEach(({ block, account }, i) => {
      entered[block.index] -= left[i];
      add(account, left[i]);
    });
    const times = this.flow.solve(turns, tight, entered);
    this.emitted.accounts.forEach((account, i) => add(account, times[i]));
    counted.runs = 0;
    turns.fill(0);
    tight.fill(0);
    left.fill(0);
    return instructions;
  }
}

const FIELD_MASK = (1 << 21) - 1;
/** Exits of one kind after which a region is translated again. */
const OFTEN = 8;
/** Times that it was translated after which it is as it is. */
const LINKED_FROM = 3;
