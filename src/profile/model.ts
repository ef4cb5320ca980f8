/**
 * `octobar-profile/1`: where every cycle and every picojoule of a run went, as plain JSON.
 *
 * One rule holds everywhere: parts add up. For each hart the sum of `self` over its nodes, the sum over its
 * rows of `instructions`, and `total` are the same numbers, and they are the hart's own counters in
 * `octobar-stats/1`. Energies are sums of counts times prices and add up in the same way; what belongs to no hart
 * (engines, DMA, clock tree, leakage) stands in `units` and `background`, so that the grand total is the run's.
 */
import type { EnergyReport } from '../energy/index.js';

export const profileSchema = 'octobar-profile/1';

/** What a hart spent and did in some part of the program. */
export interface Counts {
  /** Cycles awake: instructions and stalls. */
  cycles: number;
  /** Cycles with the clock stopped, at a barrier or in `wfi`; beside `cycles`, no part of them. */
  sleep: number;
  instructions: number;
  /** By cause, in the order of `Profile.causes`; instructions + stalls = cycles. */
  stalls: number[];
  /** Physical events that are priced, in the order of `Profile.events`. */
  events: number[];
  /** Cycles without a grant by TCDM bank; they add up to the stall cause `tcdm_conflict`. Absent: none. */
  banks?: number[];
  picojoules: number;
}

/** A function of the symbol table, or code that none covers (`0x1c008000` of its page). */
export interface ProfiledFunction {
  readonly name: string;
  /** Addresses [from, to) of the code that runs under this name; the same for both when only inlined. */
  readonly from: number;
  readonly to: number;
  /** Path as the compiler wrote it, and line of its first row; absent without debug data. */
  readonly file?: string;
  readonly line?: number;
}

/** A place in the source, as the line table says. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
}

/**
 * A function as reached by one chain of calls. Recursion is folded: a call of a function that is already on the
 * way returns to its node. Parents come before children.
 */
export interface CallNode {
  /** Index of the caller's node; -1 for a root: where the hart started. */
  readonly parent: number;
  /** Index in `Profile.functions`. */
  readonly function: number;
  /** The compiler put it into its parent: no call happened, `calls` is 0. */
  readonly inlined: boolean;
  /** Where the parent calls it; absent without debug data. */
  readonly site?: SourcePlace;
  /** Address of the call instruction; absent for roots and inlined functions. */
  readonly pc?: number;
  /** How often it was entered on this way. */
  readonly calls: number;
  /** Without the functions it called. */
  readonly self: Counts;
}

/** One instruction of the program on one hart, all ways to it together. */
export interface InstructionRow {
  readonly pc: number;
  /** Index in `Profile.functions` of the symbol it lies in. */
  readonly function: number;
  /** Innermost place first; the others are where the function of the one before was inlined. Empty: unknown. */
  readonly places: readonly (SourcePlace & { readonly function: number })[];
  /** Assembler text. */
  readonly text: string;
  readonly bytes: number;
  readonly self: Counts;
}

/** Sums of one source line on one hart. */
export interface LineRow extends SourcePlace {
  readonly function: number;
  readonly self: Counts;
}

export interface HartProfile {
  readonly hart: number;
  /** `controller` outside the cluster. */
  readonly name?: string;
  /** Cycles of the window before the hart was started. cycles + sleep + stopped = cycles of the window. */
  readonly stopped: number;
  readonly total: Counts;
  readonly nodes: readonly CallNode[];
  readonly instructions: readonly InstructionRow[];
  readonly lines: readonly LineRow[];
}

/** A stretch of time in which a unit did one thing. Intervals of one track never overlap. */
export interface UnitInterval {
  /** Distinguishes what goes on at the same time: context of an engine, transfer id of the DMA. */
  readonly track: number;
  /** Cycles [from, to). */
  readonly from: number;
  readonly to: number;
  /** `job`, `in 4096 B`, ... */
  readonly what: string;
  /** Hart that asked for it. */
  readonly hart: number;
  /** Part of the run in which it ended, of runs that say so: a layer, `(dma)`, ... */
  readonly layer?: string;
}

/** An engine or the DMA. */
export interface UnitProfile {
  /** `ima`, `depthwise`, ..., `dma`. */
  readonly unit: string;
  /** Its counters within the window. */
  readonly counters: Readonly<Record<string, number>>;
  readonly picojoules: number;
  readonly intervals: readonly UnitInterval[];
  /** Intervals that found no room (`ProfileOptions.intervals`); the counters have them. */
  readonly dropped: number;
}

/**
 * A stretch of the program between two places (`--region`), or a part of a run of a network or bottleneck: a
 * layer, or `(dma)`, `(moves)`, `(programming)` between layers. Layers and these add up to the window.
 */
export interface SectionRow {
  readonly kind: 'region' | 'layer';
  readonly name: string;
  readonly hart: number;
  readonly passes: number;
  readonly total: Counts;
}

export interface Profile {
  readonly schema: typeof profileSchema;
  readonly versions: { readonly octobar: string };
  readonly preset: string;
  readonly images: readonly { readonly name: string; readonly sha256: string }[];
  readonly clock_hz: number;
  /** First cycle, cycle behind the last one, and how many of them were profiled. */
  readonly window: { readonly from: number; readonly to: number; readonly cycles: number };
  /** Names of `Counts.stalls`. */
  readonly causes: readonly string[];
  /** Names of `Counts.events`: keys of `HartStats`. */
  readonly events: readonly string[];
  readonly functions: readonly ProfiledFunction[];
  readonly harts: readonly HartProfile[];
  readonly units: readonly UnitProfile[];
  readonly sections: readonly SectionRow[];
  /** Conflicts by bank, of harts and of ports (DMA, engines). */
  readonly banks: readonly { readonly harts: number; readonly ports: number }[];
  readonly energy: {
    readonly total_pj: number;
    readonly harts_pj: number;
    readonly units_pj: number;
    /** Clock tree and leakage: per cycle of the run, nobody's in particular. */
    readonly background_pj: number;
    /** The report of the window, component by component. */
    readonly report: EnergyReport;
  };
  /** What a reader must know: no debug data, a bound reached, which tier was switched off. */
  readonly notes: readonly string[];
}
