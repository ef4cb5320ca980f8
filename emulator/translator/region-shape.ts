import { edgesOf, type Block, type Edge } from './region-graph.js';
import type { Step } from './tree.js';

/**
 * How blocks become nested code: a block inside what dominates it, loops where an edge goes back to what
 * dominates it. An edge back to anything else goes through a dispatcher, which is a loop around all.
 * After Ramsey, "Beyond Relooper: recursive translation of unstructured control flow to structured
 * control flow", ICFP 2022.
 */
export class Shape {
  /** Where the dispatcher goes, in the order of its labels; empty when there is none. */
  readonly dispatched: Block[] = [];
  private readonly viaDispatcher = new Set<Edge>();
  private readonly edges: readonly Edge[];
  /** By node; the dispatcher is behind the blocks. */
  private order: number[] = [];
  private number: Int32Array;
  private dominator: Int32Array;
  private children: number[][] = [];
  private readonly headers = new Set<number>();
  private readonly merges = new Set<number>();
  /** Blocks that only turn by themselves, in a time that is known, with the edge that they turn by. */
  readonly tight = new Map<Block, Edge>();
  /** Loops around each block. */
  readonly depths: Int32Array;

  constructor(
    readonly blocks: readonly Block[],
    /** Whether what a step takes is only known when it runs. */
    private readonly varies: (step: Step) => boolean,
  ) {
    this.edges = blocks.flatMap(edgesOf);
    this.number = new Int32Array(blocks.length + 1);
    this.dominator = new Int32Array(blocks.length + 1);
    this.depths = new Int32Array(blocks.length);
    do this.analyse();
    while (this.dispatchIrreducible());
    this.findTight();
    this.classify();
    this.measureDepths();
  }

  get root(): number {
    return this.dispatched.length > 0 ? this.blocks.length : 0;
  }

  /** Whether anything comes back to where it was. */
  get loops(): boolean {
    return this.headers.size > 0;
  }

  goesBack(edge: Edge): boolean {
    return (
      this.viaDispatcher.has(edge) || this.number[edge.to.index] <= this.number[edge.from.index]
    );
  }

  isDispatched(edge: Edge): boolean {
    return this.viaDispatcher.has(edge);
  }

  isHeader(node: number): boolean {
    return this.headers.has(node);
  }

  isMerge(node: number): boolean {
    return this.merges.has(node);
  }

  /** Nodes that come behind a node in blocks of their own, the last one first. */
  mergesBehind(node: number): number[] {
    return this.children[node]
      .filter((child) => this.merges.has(child))
      .toSorted((a, b) => this.number[b] - this.number[a]);
  }

  /** Blocks, each behind those that lead to it other than by going back. */
  blocksInOrder(): Block[] {
    return this.order.filter((node) => node < this.blocks.length).map((node) => this.blocks[node]);
  }

  private successors(node: number): number[] {
    const { blocks } = this;
    if (node === blocks.length) return this.dispatched.map(({ index }) => index);
    return edgesOf(blocks[node])
      .filter((edge) => !this.viaDispatcher.has(edge))
      .map(({ to }) => to.index);
  }

  /** Reverse postorder, and dominators after Cooper, Harvey and Kennedy. */
  private analyse(): void {
    const nodes = this.blocks.length + 1;
    const seen = new Uint8Array(nodes);
    const postorder: number[] = [];
    const stack: { node: number; rest: number[] }[] = [];
    const visit = (node: number): void => {
      seen[node] = 1;
      stack.push({ node, rest: this.successors(node) });
    };
    visit(this.root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const next = top.rest.pop();
      if (next === undefined) {
        postorder.push(top.node);
        stack.pop();
      } else if (seen[next] === 0) visit(next);
    }
    this.order = postorder.toReversed();
    this.number.fill(-1);
    this.order.forEach((node, at) => (this.number[node] = at));
    const sources: number[][] = Array.from({ length: nodes }, () => []);
    for (const node of this.order) for (const to of this.successors(node)) sources[to].push(node);
    const { dominator, number } = this;
    dominator.fill(-1);
    dominator[this.root] = this.root;
    for (let changed = true; changed;) {
      changed = false;
      for (const node of this.order) {
        if (node === this.root) continue;
        let found = -1;
        for (let other of sources[node]) {
          if (dominator[other] < 0) continue;
          if (found < 0) {
            found = other;
            continue;
          }
          while (found !== other) {
            while (number[found] > number[other]) found = dominator[found];
            while (number[other] > number[found]) other = dominator[other];
          }
        }
        if (dominator[node] !== found) {
          dominator[node] = found;
          changed = true;
        }
      }
    }
  }

  private dominates(node: number, other: number): boolean {
    let at = other;
    while (this.number[at] > this.number[node]) at = this.dominator[at];
    return at === node;
  }

  /** Sends edges that enter loops from the side through the dispatcher; false when there are none. */
  private dispatchIrreducible(): boolean {
    let found = false;
    for (const edge of this.edges) {
      const { from, to } = edge;
      if (this.viaDispatcher.has(edge)) continue;
      if (this.number[to.index] > this.number[from.index]) continue;
      if (this.dominates(to.index, from.index)) continue;
      found = true;
      this.viaDispatcher.add(edge);
      for (const block of [this.blocks[0], to]) {
        if (!this.dispatched.includes(block)) this.dispatched.push(block);
      }
    }
    return found;
  }

  private findTight(): void {
    const back = new Map<Block, Edge[]>();
    for (const edge of this.edges) {
      if (this.goesBack(edge)) back.set(edge.to, [...(back.get(edge.to) ?? []), edge]);
    }
    for (const [block, [edge, ...others]] of back) {
      const { end } = block;
      const last = end.kind === 'loop-end' || end.kind === 'branch' ? [end.step] : [];
      if (others.length > 0 || edge.from !== block || last.length === 0) continue;
      if (edgesOf(block).filter(({ to }) => to === block).length > 1) continue;
      if (end.kind === 'branch' && (end.taken !== edge || end.fall === undefined)) continue;
      if ([...block.steps, ...last].some((step) => this.varies(step))) continue;
      if (this.tight.size < MOST_TIGHT) this.tight.set(block, edge);
    }
  }

  private classify(): void {
    const { blocks } = this;
    const forward = new Int32Array(blocks.length + 1);
    for (const edge of this.edges) {
      if (this.viaDispatcher.has(edge)) continue;
      if (this.goesBack(edge)) this.headers.add(edge.to.index);
      // What comes behind a tight loop is reached from each of its copies.
      else forward[edge.to.index] += this.tight.has(edge.from) ? 2 : 1;
    }
    if (this.dispatched.length > 0) this.headers.add(blocks.length);
    for (const { index } of this.dispatched) this.merges.add(index);
    forward.forEach((count, node) => {
      if (count > 1) this.merges.add(node);
    });
    this.children = Array.from({ length: blocks.length + 1 }, () => []);
    for (const node of this.order) {
      if (node !== this.root) this.children[this.dominator[node]].push(node);
    }
  }

  private measureDepths(): void {
    const sources: number[][] = this.blocks.map(() => []);
    for (const { from, to } of this.edges) sources[to.index].push(from.index);
    for (const header of this.headers) {
      if (header === this.blocks.length) continue;
      const body = new Set([header]);
      const waiting = this.edges
        .filter((edge) => edge.to.index === header && this.goesBack(edge))
        .map(({ from }) => from.index);
      for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
        if (body.has(node)) continue;
        body.add(node);
        waiting.push(...sources[node]);
      }
      for (const node of body) this.depths[node]++;
    }
  }
}

/** Tight loops of one function. */
export const MOST_TIGHT = 16;
