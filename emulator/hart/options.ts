import type { Memory } from '../memory/memory.js';
import type { ConfigOf } from '../sim/parameters.js';
import type { InstructionCache } from '../icache/instruction-cache.js';
import type { HartArbiter } from './context.js';
import type { HartState } from './state.js';
import type { timingParameters } from './timing.js';

/** What the harts are made of. */
export interface HartsOptions {
  readonly state: HartState;
  readonly arbiter: HartArbiter;
  readonly timing: ConfigOf<typeof timingParameters>;
  readonly isa: string;
  readonly clusterId: number;
  readonly tcdm: Memory;
  readonly l2: Memory;
  /** TCDM through test-and-set. */
  readonly testAndSetBase: number;
  readonly l2Latency: number;
  /** Undefined: every fetch hits. */
  readonly icache: InstructionCache | undefined;
  readonly controller: ControllerOptions;
}

/** The hart outside the cluster: its number (-1 when there is none) and its latencies. */
export interface ControllerOptions {
  readonly hart: number;
  readonly cluster_id: number;
  readonly l2_latency: number;
  readonly cluster_latency: number;
}
