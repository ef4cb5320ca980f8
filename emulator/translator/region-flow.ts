import { edgesOf, type Block, type Edge } from './region-graph.js';

/** Turns have 21 bits: a visit of a region is shorter than that in cycles. */
export const COUNT_BITS = 21;

/**
 * How often each edge was taken, found from few counters: what enters a block leaves it, so it is enough to
 * count the edges that are not in a spanning tree (Knuth and Stevenson 1973). The tree has the edges inside loops.
 */
export class Flow {
  readonly edges: readonly Edge[];
  /** By edge: number of its counter, or -1. */
  readonly counters: Int32Array;
  readonly counterCount: number;
  private readonly indices = new Map<Edge, number>();
  /** Blocks whose balance gives an edge, in an order in which all others of the block are known. */
  private readonly solution: { readonly block: number; readonly edge: number }[] = [];

  constructor(
    private readonly blocks: readonly Block[],
    depths: Int32Array,
    /** Edges from a block to itself whose turns are known otherwise. */
    readonly known: readonly Edge[],
  ) {
    this.edges = blocks.flatMap(edgesOf);
    this.edges.forEach((edge, i) => this.indices.set(edge, i));
    const weight = ({ from, to }: Edge): number => Math.min(depths[from.index], depths[to.index]);
    const inTree = this.spanningTree(
      this.edges.map((_, i) => i).toSorted((a, b) => weight(this.edges[b]) - weight(this.edges[a])),
    );
    this.counters = new Int32Array(this.edges.length).fill(-1);
    // The first counters cost least: they stand in one word with the time.
    const counted = this.edges
      .map((_, i) => i)
      .filter((i) => !inTree.has(i) && !known.includes(this.edges[i]))
      .toSorted((a, b) => weight(this.edges[b]) - weight(this.edges[a]));
    counted.forEach((edge, counter) => (this.counters[edge] = counter));
    this.counterCount = counted.length;
    this.order(inTree);
  }

  indexOf(edge: Edge): number {
    return this.indices.get(edge)!;
  }

  private spanningTree(byWeight: readonly number[]): Set<number> {
    const parents = this.blocks.map((_, i) => i);
    const rootOf = (node: number): number => {
      let at = node;
      while (parents[at] !== at) at = parents[at] = parents[parents[at]];
      return at;
    };
    const tree = new Set<number>();
    for (const i of byWeight) {
      const from = rootOf(this.edges[i].from.index);
      const to = rootOf(this.edges[i].to.index);
      if (from === to) continue;
      parents[from] = to;
      tree.add(i);
    }
    return tree;
  }

  private order(tree: ReadonlySet<number>): void {
    const open = this.blocks.map(() => new Set<number>());
    for (const i of tree) {
      open[this.edges[i].from.index].add(i);
      open[this.edges[i].to.index].add(i);
    }
    const leaves = open.flatMap((edges, block) => (edges.size === 1 ? [block] : []));
    for (let block = leaves.pop(); block !== undefined; block = leaves.pop()) {
      const [edge] = open[block];
      if (edge === undefined) continue;
      this.solution.push({ block, edge });
      const { from, to } = this.edges[edge];
      for (const end of [from.index, to.index]) {
        open[end].delete(edge);
        if (open[end].size === 1) leaves.push(end);
      }
    }
  }

  /**
   * Times that each edge was taken.
   * @param counted by counter
   * @param turns of the known edges
   * @param entered times that each block was entered from outside, less the times that it was left
   */
  solve(counted: Float64Array, turns: Float64Array, entered: Float64Array): Float64Array {
    const times = new Float64Array(this.edges.length);
    /** What came in by edges that are known, less what went out. */
    const balance = entered.slice();
    const settle = (edge: number, count: number): void => {
      times[edge] = count;
      balance[this.edges[edge].from.index] -= count;
      balance[this.edges[edge].to.index] += count;
    };
    this.counters.forEach((counter, edge) => {
      if (counter >= 0) settle(edge, counted[counter]);
    });
    this.known.forEach((edge, i) => settle(this.indexOf(edge), turns[i]));
    for (const { block, edge } of this.solution) {
      const goesOut = this.edges[edge].from.index === block;
      settle(edge, goesOut ? balance[block] : -balance[block]);
    }
    return times;
  }
}
