import type { timingParameters } from '../hart/timing.js';
import { csrRows } from '../isa/csr.js';
import type { ConfigOf } from '../sim/parameters.js';
import type { SetUp } from './loops.js';
import { Account } from './region-account.js';
import { turnsOf } from './region-turns.js';
import { privateTimings, type Step, type StepReader } from './tree.js';

/** Way from one block to another. */
export interface Edge {
  readonly from: Block;
  readonly to: Block;
  /** Source of a taken jump, which is remembered; undefined where the hart goes straight on. */
  readonly source: number | undefined;
}

export type BlockEnd =
  | { readonly kind: 'go'; readonly step: Step | undefined; readonly to: Edge | undefined }
  /** Leaves; `cold` where more would follow, `far` to another region. */
  | { readonly kind: 'stop'; readonly cold: boolean; readonly far?: boolean }
  | {
      readonly kind: 'branch';
      readonly step: Step;
      readonly taken: Edge | undefined;
      readonly fall: Edge | undefined;
    }
  /** A branch whose way is known. */
  | {
      readonly kind: 'decided';
      readonly step: Step;
      readonly taken: boolean;
      readonly to: Edge | undefined;
    }
  /** Edges by target; any other target leaves. */
  | {
      readonly kind: 'jalr';
      readonly step: Step;
      readonly targets: readonly Edge[];
      readonly far: boolean;
    }
  | {
      readonly kind: 'loop-end';
      readonly step: Step;
      readonly back: readonly (
        | { readonly start: number; readonly cost: number; readonly edge: Edge | undefined }
        | undefined
      )[];
      readonly on: Edge | undefined;
    };

/** Instructions that run one after the other. */
export interface Block {
  readonly index: number;
  readonly pc: number;
  /** Addresses that the calls around it return to, as far as they are known, the innermost first. */
  readonly calls: readonly number[];
  /** What a jump at the beginning finds: cycles until its register is there, -1 when it is; and whether it waited. */
  readonly ready: number;
  readonly waited: number;
  /** Turns of the loop which this block is, this one included, where that is known: else 0. */
  readonly turns: number;
  readonly steps: readonly Step[];
  readonly setUps: ReadonlyMap<Step, SetUp>;
  /** Address behind the steps: of the step of the end, or where the region is left. */
  readonly next: number;
  readonly end: BlockEnd;
}

/** How large a region may be: blocks, and instructions. */
export interface RegionSize {
  readonly blocks: number;
  readonly steps: number;
}

export interface RegionSource {
  readonly most: RegionSize;
  /** Whether another region begins there, which then goes on. */
  isHead(pc: number): boolean;
  readonly reader: StepReader;
  readonly timing: ConfigOf<typeof timingParameters>;
  /** Whether the fetch of an instruction has no consequence now. */
  fetched(step: Step): boolean;
  /** Targets that an indirect jump was seen to have. */
  targets(pc: number): ReadonlySet<number>;
}

const MHARTID = csrRows.find(({ name }) => name === 'mhartid')!.address;

/** Whether a step does nothing but read `mhartid`. */
const readsHartId = ({ row, rs1, imm }: Step): boolean =>
  row.timing === 'csr' && row.format === 'csr' && row.csr === 'set' && rs1 === 0 && imm === MHARTID;

const timings = new Set([...privateTimings, 'load', 'store', 'fence']);

/** Whether regions have such an instruction. */
export const isInRegions = (step: Step): boolean =>
  timings.has(step.row.timing) || readsHartId(step);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Calls that are followed by context: each caller then has a copy of its own of what it calls. Fewer, where that is too much. */
const DEPTHS = [4, 2, 1, 0];
const MOST_TARGETS = 12;
/** Targets of an indirect call, or callers of a function that is not copied for each. */
const MOST_CALLS = 4;
/** Indices of taken edges have a byte, and 0 is none. */
export const MOST_TAKEN = 255;

const isLink = (register: number): boolean => register === 1 || register === 5;
export const isReturn = ({ rd, rs1, imm }: Step): boolean =>
  (rd === 0 || rd === 32) && isLink(rs1) && imm === 0;

/**
 * The blocks that can be reached from a place by a hart, as far as their code is in its instruction cache
 * and is known. Called functions are copied for each caller while they are not recursive, so that
 * a return has one target.
 */
export class RegionGraph {
  readonly blocks: Block[] = [];
  /** Addresses of lines of code that were looked at. */
  readonly steps = new Set<Step>();
  private readonly byKey = new Map<string, Block>();
  private readonly leaders: Set<number>;
  private readonly recursive: Set<number>;
  private readonly returns = new Set<number>();
  private readonly waiting: Mutable<Block>[] = [];
  private readonly returning: Mutable<Block>[] = [];
  private count = 0;
  private again = false;
  /** There would be more. */
  private full = false;

  private constructor(
    private readonly source: RegionSource,
    entry: number,
    leaders: Set<number>,
    recursive: Set<number>,
    private readonly deepest: number,
  ) {
    this.leaders = leaders;
    this.recursive = recursive;
    // No leader: the middle of a loop, where the region begins, does not cut the loop.
    this.block(entry, [], -1, 0, 0, true);
    while (this.waiting.length > 0) {
      while (this.waiting.length > 0) this.fill(this.waiting.shift()!);
      this.connectReturns();
    }
    const edges = this.blocks.flatMap(edgesOf);
    for (const block of this.blocks) this.separate(block, edges);
  }

  /**
   * Gives a loop of one block a place before it, where others come in: a loop around it that begins with it
   * then begins there, and it has only its own turns.
   */
  private separate(block: Block, edges: readonly Edge[]): void {
    const { end } = block;
    if (end.kind !== 'branch' || end.taken?.to !== block || end.fall?.to === block) return;
    const others = edges.filter((edge) => edge.to === block && edge.from !== block);
    if (others.length < 2) return;
    const before: Mutable<Block> = {
      ...block,
      index: this.blocks.length,
      steps: [],
      setUps: new Map(),
    };
    this.blocks.push(before);
    before.next = block.pc;
    const to: Edge = { from: before, to: block, source: undefined };
    before.end = { kind: 'go', step: undefined, to };
    for (const edge of others) (edge as Mutable<Edge>).to = before;
  }

  /** Undefined where nothing can be run. */
  static grow(source: RegionSource, entry: number): RegionGraph | undefined {
    let graph: RegionGraph | undefined;
    for (const deepest of DEPTHS) {
      graph = RegionGraph.growTo(source, entry, deepest);
      if (graph?.full !== true) break;
    }
    return graph;
  }

  private static growTo(
    source: RegionSource,
    entry: number,
    deepest: number,
  ): RegionGraph | undefined {
    const leaders = new Set<number>();
    const recursive = new Set<number>();
    for (let round = 0; round < 12; round++) {
      const graph = new RegionGraph(source, entry, leaders, recursive, deepest);
      if (!graph.again) return graph.steps.size === 0 ? undefined : graph;
    }
    return undefined;
  }

  private lead(pc: number): void {
    if (this.leaders.has(pc)) return;
    this.leaders.add(pc);
    this.again = true;
  }

  /** The block at an address; undefined when the region is as large as it may be. */
  private block(
    pc: number,
    calls: readonly number[],
    ready: number,
    waited: number,
    turns: number,
    isEntry = false,
  ): Block | undefined {
    const key = `${pc} ${calls.join()} ${ready} ${waited} ${turns}`;
    const known = this.byKey.get(key);
    if (known) return known;
    const { blocks, steps } = this.source.most;
    const isFull = this.blocks.length >= blocks || this.count >= steps;
    this.full ||= isFull;
    const first = this.source.reader.at(pc);
    if (first === undefined || first.probed || !this.source.fetched(first)) return undefined;
    const isFar = !isEntry && this.source.isHead(pc);
    if (isFull || isFar) return ready < 0 && waited === 0 ? this.end(pc, isFar) : undefined;
    if (!isEntry) this.lead(pc);
    const block: Mutable<Block> = {
      index: this.blocks.length,
      pc,
      calls,
      ready,
      waited,
      turns,
      steps: [],
      setUps: new Map(),
      next: pc,
      end: { kind: 'stop', cold: false },
    };
    this.blocks.push(block);
    // What comes back to the entry comes to a copy: a loop that begins there has no other way in.
    if (!isEntry) this.byKey.set(key, block);
    this.waiting.push(block);
    return block;
  }

  /** A place where the region is left behind a branch or jump, so that what follows begins where others come to, too. */
  private end(pc: number, far: boolean): Block {
    const key = `end ${pc}`;
    const known = this.byKey.get(key);
    if (known) return known;
    const block: Block = {
      index: this.blocks.length,
      pc,
      calls: [],
      ready: -1,
      waited: 0,
      turns: 0,
      steps: [],
      setUps: new Map(),
      next: pc,
      end: { kind: 'stop', cold: true, far },
    };
    this.blocks.push(block);
    this.byKey.set(key, block);
    return block;
  }

  private edge(
    from: Block,
    pc: number,
    account: Account,
    jump: Step | undefined,
    calls = from.calls,
    turns = 0,
  ): Edge | undefined {
    const first = this.source.reader.at(pc);
    const timing = first?.row.timing;
    const ready = timing === 'jalr' ? Math.max(-1, account.ready - account.time) : -1;
    const waited = timing === 'jalr' || timing === 'jump' ? account.waited : 0;
    const to = this.block(pc, calls, ready, waited, turns);
    return to && { from, to, source: jump?.pc };
  }

  private fill(block: Mutable<Block>): void {
    const { reader, timing } = this.source;
    const steps: Step[] = [];
    const setUps = new Map<Step, SetUp>();
    const account = Account.begin(timing, block);
    let at = block.pc;
    const close = (end: BlockEnd): void => {
      block.steps = steps;
      block.setUps = setUps;
      block.next = at;
      block.end = end;
    };
    const leave = (cold: boolean): void => close({ kind: 'stop', cold });
    for (;;) {
      // A jump that hides behind what comes before it stays with it.
      const free = account.waited === 0 && account.owed === 0;
      if (at !== block.pc && free && this.leaders.has(at)) {
        const turns = this.turns(at, steps);
        const to = this.edge(block, at, account, undefined, block.calls, turns);
        return close({ kind: 'go', step: undefined, to });
      }
      const step = reader.at(at);
      if (step === undefined || step.probed) return leave(false);
      if (!this.source.fetched(step)) return leave(true);
      this.count++;
      const kind = step.row.timing;
      if (step.endsLoop) {
        const end = canEndLoop(step) ? this.loopEnd(block, step, account) : undefined;
        if (end === undefined) return leave(true);
        this.steps.add(step);
        return close(end);
      }
      switch (kind) {
        case 'branch': {
          this.steps.add(step);
          if (block.turns > 0) return close(this.decide(block, step, account));
          const [one, other] = [account.copy(), account.copy()];
          one.taken(step);
          other.notTaken();
          const { calls } = block;
          const [back, on] = [this.turns(step.imm, steps), this.turns(step.after, steps)];
          const taken = this.edge(block, step.imm, one, step, calls, back);
          const fall = this.edge(block, step.after, other, undefined, calls, on);
          return close({ kind: 'branch', step, taken, fall });
        }
        case 'jump': {
          this.steps.add(step);
          account.jump(step);
          const calls = isLink(step.rd) ? this.call(step, block.calls) : block.calls;
          const to = this.edge(block, step.imm, account, step, calls);
          return close({ kind: 'go', step, to });
        }
        case 'jalr':
          this.steps.add(step);
          close({ kind: 'jalr', step, targets: [], far: false });
          this.returning.push(block);
          return;
        case 'loop': {
          const setUp = reader.loops.setUp(step, steps);
          if (setUp === undefined) return leave(false);
          setUps.set(step, setUp);
          break;
        }
        case 'alu':
        case 'mul':
        case 'mulh':
        case 'div':
        case 'fence':
        case 'load':
        case 'store':
          break;
        case 'csr':
          if (!readsHartId(step)) return leave(false);
          break;
        default:
          return leave(false);
      }
      this.steps.add(step);
      account.straight(step);
      steps.push(step);
      at = step.after;
    }
  }

  /** Turns of a loop at an address that begins behind instructions, where its copies fit in. */
  private turns(pc: number, before: readonly Step[]): number {
    const { blocks, steps } = this.source.most;
    if (2 * this.blocks.length > blocks || 2 * this.count > steps) return 0;
    return turnsOf(this.source.reader, pc, before);
  }

  /** The branch behind one of the turns that are known. */
  private decide(block: Block, step: Step, account: Account): BlockEnd {
    const { calls, turns } = block;
    const taken = turns > 1;
    if (taken) account.taken(step);
    else account.notTaken();
    const to = taken
      ? this.edge(block, step.imm, account, step, calls, turns - 1)
      : this.edge(block, step.after, account, undefined);
    return { kind: 'decided', step, taken, to };
  }

  private loopEnd(block: Block, step: Step, before: Account): BlockEnd | undefined {
    const { reader } = this.source;
    const starts = [reader.loops.startOf(0, step.after), reader.loops.startOf(1, step.after)];
    if (starts[0] === undefined && starts[1] === undefined) return undefined;
    before.waited = 0;
    const on = before.copy();
    on.straight(step);
    const back = starts.map((start) => {
      if (start === undefined) return undefined;
      const cost = reader.turnCost(step, start);
      const turn = before.copy();
      turn.straight(step, cost, false);
      return { start, cost, edge: this.edge(block, start, turn, step) };
    });
    return { kind: 'loop-end', step, back, on: this.edge(block, step.after, on, undefined) };
  }

  /** Calls around a function that is called; none are known of one that calls itself. */
  private call(step: Step, calls: readonly number[]): readonly number[] {
    const target = step.imm;
    if (calls.includes(step.after) && !this.recursive.has(target)) {
      this.recursive.add(target);
      this.again = true;
    }
    if (this.recursive.has(target) || calls.length >= this.deepest) {
      this.returns.add(step.after);
      return [];
    }
    return [step.after, ...calls];
  }

  /** Gives the indirect jumps that were found their targets: all returns are known by now. */
  private connectReturns(): void {
    const { reader, timing, targets: seen } = this.source;
    for (const block of this.returning) {
      const { end } = block;
      if (end.kind !== 'jalr') continue;
      const { step } = end;
      const known = isReturn(step) && block.calls.length > 0;
      const inner = isReturn(step) && !known ? this.returns : [];
      const links = isLink(step.rd);
      const far = leadsFar(step, seen.call(this.source, step.pc));
      const pcs = known
        ? [block.calls[0]]
        : [...new Set([...(far ? [] : seen.call(this.source, step.pc)), ...inner])].slice(
            0,
            MOST_TARGETS,
          );
      const targets: Edge[] = [];
      for (const pc of pcs) {
        if (end.targets.some(({ to }) => to.pc === pc)) continue;
        const account = Account.begin(timing, block);
        for (const each of block.steps) account.straight(each);
        account.indirect(step, pc, splits(reader, pc));
        const calls = known ? block.calls.slice(1) : links ? this.call(step, block.calls) : [];
        const edge = this.edge(block, pc, account, step, calls);
        if (edge) targets.push(edge);
      }
      if (targets.length > 0 || far !== end.far)
        block.end = { kind: 'jalr', step, targets: [...end.targets, ...targets], far: far };
    }
  }
}

/**
 * Whether a jump that was seen to have these targets leaves the region for them: a function that is called from many
 * places, or a call of many functions.
 */
export function leadsFar(step: Step, targets: ReadonlySet<number>): boolean {
  return targets.size > (isReturn(step) || isLink(step.rd) ? MOST_CALLS : MOST_TARGETS);
}

/** Whether the instruction at a target lies in two fetch words. */
export function splits(reader: StepReader, pc: number): boolean {
  if ((pc & 2) === 0) return false;
  const step = reader.at(pc);
  return step !== undefined && step.after - pc === 4;
}

function canEndLoop({ row: { timing } }: Step): boolean {
  switch (timing) {
    case 'alu':
    case 'mul':
    case 'mulh':
    case 'div':
    case 'load':
    case 'store':
      return true;
    default:
      return false;
  }
}

/** All edges that leave a block. */
export function edgesOf({ end }: Block): Edge[] {
  const edges: (Edge | undefined)[] =
    end.kind === 'go' || end.kind === 'decided'
      ? [end.to]
      : end.kind === 'stop'
        ? []
        : end.kind === 'branch'
          ? [end.taken, end.fall]
          : end.kind === 'jalr'
            ? [...end.targets]
            : [...end.back.map((turn) => turn?.edge), end.on];
  return edges.filter((edge) => edge !== undefined);
}
