import { Op, Type } from '../wasm/index.js';
import type { timingParameters } from '../hart/timing.js';
import type { ConfigOf } from '../sim/parameters.js';
import { Account } from './region-account.js';
import type { Flow } from './region-flow.js';
import { MOST_TAKEN, type Block, type Edge, type RegionGraph } from './region-graph.js';
import { countWords } from './loop-nesting.js';
import { nothing, type Way } from './region-pending.js';
import type { Shape } from './region-shape.js';
import { copiesOf, firstTurnsOf } from './region-turns.js';
import { RegionJumpWriter } from './region-jumps.js';
import { FIELD, TIME_SHIFT } from './region-ways.js';
import { frame, MOST_WORDS } from './region-frame.js';
import { fetchesOf, type BookedFetches } from './region-fetches.js';
import { fetchShift, HIDING } from './booked-layout.js';
import type { Step, StepReader } from './tree.js';

/** Longest division: base, and 32 leading zeros. */
const ZEROS = 32;

/** A function that was written. */
export interface EmittedRegion {
  /** What one turn through each edge counts, its block included, by index of the edge. */
  readonly accounts: readonly Account[];
  /** Taken edges of a way, by the number that stands for them, which begins with 1. */
  readonly taken: readonly Way[];
  /** Cycles of one turn, by tight loop. */
  readonly turnCycles: readonly number[];
  /** Most cycles between two places that look at the time. */
  readonly longest: number;
}

/** Writes the function of one region: nested loops where its blocks allow, a dispatcher for the rest. */
export class RegionEmitter extends RegionJumpWriter {
  private shape!: Shape;
  private accounts: Account[] = [];
  /** The line of code that an address lies in. */
  lineOf: (pc: number) => number = (pc) => pc;
  /** Cycles of a turn, by tight loop. */
  private turnCycles: number[] = [];

  /** Undefined when the region is too large for its counters. */
  emit(
    graph: RegionGraph,
    shape: Shape,
    flow: Flow,
    reader: StepReader,
    timing: ConfigOf<typeof timingParameters>,
  ): EmittedRegion | undefined {
    const { body } = this;
    this.shape = shape;
    this.flow = flow;
    this.accounts = [];
    this.taken = [];
    this.turnCycles = [];
    this.reader = reader;
    this.timing = timing;
    const words = 1 + Math.ceil(Math.max(0, flow.counterCount - 1) / 3);
    if (words > MOST_WORDS) return undefined;
    const steps = [...graph.steps];
    const loops = steps.some(({ endsLoop, row }) => endsLoop || row.loop !== undefined);
    this.prologue(steps, words, loops, shape.tight.size);
    body.block(Type.i32);
    this.frames.length = 0;
    this.frames.push(-1);
    this.pending = nothing;
    this.tree(shape.root);
    body.op(Op.unreachable);
    body.end();
    this.epilogue();
    if (this.taken.length > MOST_TAKEN) return undefined;
    return {
      accounts: this.accounts,
      taken: this.taken,
      longest: this.longest(),
      turnCycles: this.turnCycles,
    };
  }

  /** A node with all that it dominates. */
  private tree(node: number): void {
    const loops = this.shape.isHeader(node);
    // What comes behind a tight loop is no part of it.
    const header = loops && this.tightOf(node) < 0;
    if (loops) this.flush();
    if (header) this.open('loop', node);
    const behind = this.shape.mergesBehind(node);
    for (const merge of behind) this.open('block', BEHIND + merge);
    this.node(node);
    for (const merge of behind.toReversed()) {
      this.close();
      this.pending = nothing;
      this.tree(merge);
    }
    if (header) this.close();
  }

  private node(node: number): void {
    const { shape, body } = this;
    if (node < shape.blocks.length) return this.block(shape.blocks[node]);
    const depths = shape.dispatched.map(({ index }) => this.depthOf(BEHIND + index));
    body.get(this.label);
    body.brTable(depths, depths.length - 1, depths[depths.length - 1]);
  }

  private tightOf(node: number): number {
    return [...this.shape.tight.keys()].findIndex(({ index }) => index === node);
  }

  private block(block: Block): void {
    const tight = this.tightOf(block.index);
    if (tight >= 0) return this.tightLoop(block, tight);
    this.end(block, this.steps(block));
  }

  private steps(block: Block): Account {
    this.masks.clear();
    const account = Account.begin(this.timing, block);
    const fetches = this.variant === 'fetching' ? this.fetchesOf(block) : undefined;
    const begin = (step: Step): void => {
      const what = fetches?.entries.get(step);
      if (what === undefined) return;
      this.log(account, () => {
        const { body } = this;
        if (fetches!.unlessOuter.has(step)) {
          body.i32(what & ~(HIDING << fetchShift.hiding));
          body.i32(what);
          body.get(this.wasOuter);
          body.op(Op.select);
        } else body.i32(what);
      });
    };
    for (const step of block.steps) {
      begin(step);
      const setUp = block.setUps.get(step);
      if (setUp === undefined) this.straight(block, step, account);
      else this.setUp(block, step, setUp, account);
      account.straight(step);
    }
    const { end } = block;
    if ('step' in end && end.step !== undefined) begin(end.step);
    return account;
  }

  /** Before which steps a hart books its fetches. */
  private fetchesOf(block: Block): BookedFetches {
    const { timing, lineOf, outerLoads } = this;
    const varies = (step: Step): boolean => step.row.timing === 'div' || outerLoads.has(step);
    return fetchesOf(block, { timing, lineOf, varies });
  }

  // --- Tight loops ---------------------------------------------------------------------------

  private tightLoop(block: Block, tight: number): void {
    const { body, words } = this;
    const { end } = block;
    const copies = copiesOf(block);
    const first = firstTurnsOf(block);
    for (let turn = 0; turn < first && end.kind === 'branch'; turn++) {
      const account = this.steps(block);
      this.firstBranch(end, account, tight, turn);
    }
    this.pending = nothing;
    body.get(words[0]);
    body.set(this.begun[tight]);
    if (first > 0) this.add(0, 0, (first * this.turnCycles[tight]) << TIME_SHIFT);
    this.inTight = tight;
    this.open('loop', block.index);
    for (let copy = 0; copy < copies; copy++) {
      this.copies = copy;
      const account = this.steps(block);
      if (end.kind === 'branch') this.tightBranch(end, account, first > 0);
      else if (end.kind === 'loop-end') this.tightLoopEnd(block, end, account);
    }
    this.turn(block, copies);
    this.close();
    this.inTight = -1;
    this.copies = 0;
  }

  protected override get copied(): number {
    return this.copies === 0 ? 0 : this.copies * this.turnCycles[this.inTight];
  }

  /** The end of one of the first turns: how many there were is known behind it. */
  private firstBranch(
    { step, taken, fall }: Block['end'] & { kind: 'branch' },
    account: Account,
    tight: number,
    turn: number,
  ): void {
    const { body } = this;
    const other = account.copy();
    this.condition(step);
    body.op(Op.i32Eqz);
    this.open('if');
    other.notTaken();
    if (turn > 0) {
      body.get(this.turned[tight]);
      body.i32(turn * this.turnCycles[tight]);
      body.op(Op.i32Add);
      body.set(this.turned[tight]);
    }
    this.aside(() => this.go(fall!, other));
    this.close();
    account.taken(step);
    this.inTight = tight;
    this.countTurn(taken!, account);
    this.inTight = -1;
    const { edges, time } = this.pending;
    this.pending = { edges: [...edges, taken!], time: time + account.time };
  }

  /** Writes what comes behind a turn that is the last one; `some`: it is not the first one. */
  private behind(edge: Edge, some: boolean, write: () => void): void {
    const { body, words, inTight, copies } = this;
    const begun = this.begun[inTight];
    const turned = body.local(Type.i32);
    const cycles = this.turnCycles[inTight];
    if (copies > 0) this.add(0, 0, (copies * cycles) << TIME_SHIFT);
    body.get(words[0]);
    body.get(begun);
    body.op(Op.i64Sub);
    body.i64(2 * FIELD);
    body.op(Op.i64ShrU);
    body.op(Op.i32WrapI64);
    body.tee(turned);
    body.get(this.turned[inTight]);
    body.op(Op.i32Add);
    body.set(this.turned[inTight]);
    // All turns are one entry of the list of taken jumps.
    if (!some) {
      body.get(turned);
      body.if();
    }
    this.add(0, 1, 0);
    this.remember([edge], true);
    this.recent();
    body.i32(2);
    body.op(Op.i32Shl);
    body.get(turned);
    body.memory(Op.i32Store, this.options.frameAt + frame.lengths);
    if (!some) body.end();
    this.inTight = -1;
    this.copies = 0;
    this.aside(write);
    this.inTight = inTight;
    this.copies = copies;
  }

  private tightBranch(
    { step, taken, fall }: Block['end'] & { kind: 'branch' },
    account: Account,
    some: boolean,
  ): void {
    const other = account.copy();
    this.condition(step);
    this.body.op(Op.i32Eqz);
    this.open('if');
    account.taken(step);
    this.countTurn(taken!, account);
    other.notTaken();
    this.behind(taken!, some || this.copies > 0, () => this.go(fall!, other));
    this.close();
  }

  /** What a turn counts. */
  private countTurn(edge: Edge, account: Account): void {
    this.accounts[this.flow.indexOf(edge)] = account;
    this.turnCycles[this.inTight] = account.time;
  }

  private tightLoopEnd(
    block: Block,
    end: Block['end'] & { kind: 'loop-end' },
    account: Account,
  ): void {
    const { body } = this;
    const self = end.back.find((turn) => turn?.edge?.to === block)!;
    const path = account.copy();
    path.waited = 0;
    path.straight(end.step, self.cost, false);
    path.walk(end.step, self.start);
    this.countTurn(self.edge!, path);
    this.open('block', NEXT);
    this.loopEnd(block, end, account, (edge, write) => {
      if (edge === self.edge) body.br(this.depthOf(NEXT));
      else this.behind(self.edge!, this.copies > 0, write);
    });
    this.close();
  }

  /** Goes back to the first copy. */
  private turn(block: Block, copies: number): void {
    const { body, inTight } = this;
    this.copies = 0;
    this.add(0, 0, (copies * this.turnCycles[inTight]) << TIME_SHIFT);
    body.get(this.words[0]);
    body.get(this.limit);
    body.op(Op.i64LtU);
    body.brIf(this.depthOf(block.index));
    this.leave(block, block.pc, new Account(this.timing), 'late');
  }

  // --- Ends ----------------------------------------------------------------------------------

  private end(block: Block, account: Account): void {
    const { body } = this;
    const { end } = block;
    switch (end.kind) {
      case 'stop':
        return this.leave(block, block.next, account, end.cold ? 'cold' : 'side', end.far);
      case 'go': {
        const { step, to } = end;
        if (to === undefined) return this.leave(block, block.next, account, 'cold');
        if (step !== undefined) {
          this.link(step);
          account.jump(step);
        }
        return this.go(to, account);
      }
      case 'decided':
        if (end.to === undefined) return this.leave(block, end.step.pc, account, 'cold');
        if (end.taken) account.taken(end.step);
        else account.notTaken();
        return this.go(end.to, account);
      case 'branch': {
        const { step, taken, fall } = end;
        const other = account.copy();
        if (taken === undefined || fall === undefined) {
          if (taken === fall) return this.leave(block, step.pc, account, 'cold');
          this.leaveWhen(
            block,
            step.pc,
            account,
            () => {
              this.condition(step);
              if (taken !== undefined) body.op(Op.i32Eqz);
            },
            'cold',
          );
          if (taken) account.taken(step);
          else account.notTaken();
          return this.go((taken ?? fall)!, account);
        }
        this.condition(step);
        this.open('if');
        account.taken(step);
        this.aside(() => this.go(taken, account));
        this.close();
        other.notTaken();
        return this.go(fall, other);
      }
      case 'jalr':
        return this.indirect(block, end, account);
      case 'loop-end': {
        return this.loopEnd(block, end, account, (_, write) => write());
      }
    }
  }

  private loopEnd(
    block: Block,
    end: Block['end'] & { kind: 'loop-end' },
    account: Account,
    leading: (edge: Edge | undefined, write: () => void) => void,
  ): void {
    const { body } = this;
    const { step, back, on } = end;
    this.guardEnd(block, end, account);
    account.waited = 0;
    this.straight(block, step, account);
    this.open('block', THROUGH);
    for (const loop of [0, 1] as const) {
      const turn = back[loop];
      const edge = turn?.edge;
      if (turn === undefined || edge === undefined) continue;
      this.turns(loop, step.after);
      this.open('if');
      this.field(countWords[loop]);
      body.i32(1);
      body.op(Op.i32Sub);
      this.setField(countWords[loop]);
      this.field(countWords[loop]);
      body.op(Op.i32Eqz);
      body.brIf(this.depthOf(THROUGH));
      const path = account.copy();
      path.straight(step, turn.cost, false);
      path.walk(step, turn.start);
      this.aside(() => leading(edge, () => this.go(edge, path)));
      this.close();
    }
    this.close();
    account.straight(step);
    leading(on, () => {
      if (on === undefined) this.leave(block, step.after, account, 'cold');
      else this.go(on, account);
    });
  }

  // --- Edges ---------------------------------------------------------------------------------

  /** Notes an edge and what its block did, and goes where it leads. */
  protected go(edge: Edge, account: Account): void {
    const { body, shape, pending } = this;
    this.accounts[this.flow.indexOf(edge)] = account;
    this.pending = { edges: [...pending.edges, edge], time: pending.time + account.time };
    if (shape.goesBack(edge)) return this.goBack(edge);
    const { to } = edge;
    if (!shape.isMerge(to.index)) return this.tree(to.index);
    this.flush();
    body.br(this.depthOf(BEHIND + to.index));
  }

  private goBack(edge: Edge): void {
    const { body, shape } = this;
    const { to } = edge;
    this.flush();
    const dispatched = shape.isDispatched(edge);
    if (dispatched) {
      body.i32(shape.dispatched.indexOf(to));
      body.set(this.label);
    }
    const node = dispatched ? shape.blocks.length : to.index;
    body.get(this.words[0]);
    body.get(this.limit);
    body.op(Op.i64LtU);
    body.brIf(this.depthOf(node));
    this.leave(to, to.pc, Account.begin(this.timing, to), 'late');
  }

  /** Longest way in cycles that never goes back. */
  private longest(): number {
    const { shape, flow } = this;
    const ways = new Float64Array(shape.blocks.length);
    const { divBase, outer } = this.options;
    const longer = (block: Block): number => {
      const last = block.end.kind === 'loop-end' ? [block.end.step] : [];
      const steps = [...block.steps, ...last];
      const divisions = steps.filter(({ row }) => row.timing === 'div').length;
      const loads = steps.filter((step) => this.outerLoads.has(step)).length;
      return divisions * (divBase + ZEROS) + loads * (outer.latency - 1);
    };
    const inside = new Float64Array(shape.blocks.length);
    for (const { block, account } of this.exits)
      inside[block.index] = Math.max(inside[block.index], account.time);
    const orders = shape.blocksInOrder().toReversed();
    const leaving = new Map<Block, number[]>(shape.blocks.map((block) => [block, []]));
    flow.edges.forEach(({ from }, i) => leaving.get(from)!.push(i));
    let most = 0;
    for (const block of orders) {
      const tight = this.tightOf(block.index);
      const copies = copiesOf(block) + firstTurnsOf(block);
      const turns = tight < 0 ? 0 : copies * this.turnCycles[tight];
      const own = longer(block) + turns;
      let way = inside[block.index];
      for (const i of leaving.get(block)!) {
        const edge = flow.edges[i];
        if (this.accounts[i] === undefined) continue;
        const on = shape.goesBack(edge) ? 0 : ways[edge.to.index];
        way = Math.max(way, this.accounts[i].time + on);
      }
      ways[block.index] = way + own;
      most = Math.max(most, way + own);
    }
    return most;
  }
}

/** Nodes of frames that end where a merge begins, beside those of loops. */
const BEHIND = 1 << 16;
/** Node of the frame behind the turns of a hardware loop. */
const THROUGH = -2;
/** The same of the frame behind which the next copy of a tight loop comes. */
const NEXT = -3;
