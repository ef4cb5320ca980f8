import type { Edge } from './region-graph.js';

/**
 * What a way through a region has done that is in none of its counters yet. Where ways meet, go back or end
 * it is known which edges each of them took: there one addition stands for all of them.
 */
export interface Pending {
  readonly edges: readonly Edge[];
  /** Cycles of these edges, the blocks before them included. */
  readonly time: number;
}

export const nothing: Pending = { edges: [], time: 0 };

/** The taken jumps among edges. */
export const takenOf = (edges: readonly Edge[]): readonly Edge[] =>
  edges.filter(({ source }) => source !== undefined);

/** What an entry of the list of taken jumps stands for. */
export interface Way {
  readonly edges: readonly Edge[];
  /** The one edge was taken several times: the turns of a tight loop. */
  readonly turning: boolean;
}
