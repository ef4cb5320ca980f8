import type { Counters } from './sim/unit.js';
import type { HartProfiler, ProfilerOptions } from './hart/profiler.js';
import type { OctobarError } from './sim/error.js';
import type { UnitObserver } from './sim/intervals.js';

/** Why `runUntil` returned. */
export type Stop =
  | { readonly reason: 'cycle' }
  | { readonly reason: 'exit'; readonly code: number; readonly hart: number }
  | { readonly reason: 'probe'; readonly hart: number; readonly pc: number }
  | { readonly reason: 'fault'; readonly error: OctobarError };

/** Called when an instruction at a probed pc leaves decode, before it takes effect. True stops the run there. */
export type Probe = (hart: number, pc: number, cycle: number, instret: number) => boolean | void;

/** Called for each instruction that leaves decode, before it takes effect. */
export type TraceSink = (hart: number, pc: number, cycle: number) => void;

export interface HartStats {
  instret: number;
  /** Of these, 16-bit ones. */
  compressed: number;
  cycles_active: number;
  cycles_sleep: number;
  loads: number;
  stores: number;
  jumps: number;
  branches: number;
  branches_taken: number;
  /** Cycles that a jalr waited for its register; part of the stall cause `jump`. */
  jalr_stalls: number;
  /** Words read from and written to the TCDM. The second access of a misaligned one is a read here, whatever it does. */
  tcdm_reads: number;
  tcdm_writes: number;
  /** Loads from and stores to L2. */
  l2_reads: number;
  l2_writes: number;
  /** Loads and stores that went over the peripheral bus or a direct link, event loads included. */
  peripheral_accesses: number;
  /** Fetches that missed the private instruction cache, lines that it fetched ahead, refills that both caused in the shared one. */
  icache_misses: number;
  icache_prefetches: number;
  icache_shared_misses: number;
  /** Cycles in which the hart was awake but no instruction left decode, by cause. instret + all stalls = cycles_active. */
  stalls: Record<string, number>;
}

export interface MachineStats {
  cycles: number;
  harts: HartStats[];
  /** Sums over the harts. */
  total: HartStats;
  /** `accesses` of all masters; of these, words that DMA and engines read and wrote. */
  tcdm: {
    accesses: number;
    port_reads: number;
    port_writes: number;
    conflicts: number;
    conflicts_per_bank: number[];
  };
  /** Of the event unit: `delivered`, writes of event lines into the buffer of a hart. */
  events: Counters;
  dma: Counters;
  /** Both levels of the instruction cache; zeros when it is ideal. */
  icache: { private_misses: number; shared_misses: number; shared_waits: number };
  engines: Record<string, Counters>;
}

/** Who executed the instructions, and why translated code handed a cycle over. Says nothing of the guest. */
export interface TierStats {
  /** Parameter `engine`. */
  engine: string;
  /** Why translated code was not used, at all or in parts: docs/translator.md lists the reasons. */
  off: string[];
  /** Why there are no regions: `round-robin`, `banks`, `div_base`; null when there may be. */
  regions_off: string | null;
  /** Instructions that left decode, by tier. */
  instructions: { region: number; translated: number; interpreted: number };
  /** The same as parts of 1; zeros before the first instruction. */
  shares: { region: number; translated: number; interpreted: number };
  /** Instructions and waits that the interpreter did for one hart while translated code went on with the others. */
  assisted: number;
  /** Cycles that translated code left to the interpreter, by reason. */
  leaves: Record<string, number>;
  /** Times that translated code was entered. */
  visits: number;
  /** The same of translated regions: code of a hart that is alone. */
  region_visits: number;
  regions: number;
  /** How phases ended in which harts ran freely from one barrier to the next: `done`, `cut`, or why they were given up. */
  phases: Record<string, number>;
  /** Cycles of those that were done or cut. */
  phase_cycles: number;
  functions: number;
  modules: number;
  /** Bytes of all modules ever made. */
  code_bytes: number;
  /** Times that all translations were dropped: code changed, or there were too many. */
  dropped: number;
}

export interface HartView {
  /** `controller` of the hart outside the cluster. */
  readonly name?: string;
  readonly pc: number;
  /** x0..x31, unsigned. */
  readonly registers: readonly number[];
  readonly state: 'running' | 'waiting' | 'sleeping' | 'stopped';
  /** What it waits for, when it does. */
  readonly waitsFor: string | undefined;
  /** Addresses of the last (up to 16) instructions, oldest first. */
  readonly recent: readonly number[];
}

/** What `src/session` builds upon. Times are cycles; addresses are guest addresses. */
export interface MachineApi {
  readonly now: number;
  /** Back door: no time passes. An address that is no memory is an error. */
  read(address: number, bytes: number): Uint8Array;
  write(address: number, data: Uint8Array): void;
  /** All harts start here in cycle 0; of a machine with a controller hart, that one alone. */
  start(entry: number): void;
  /** Runs every cycle < `cycle`, or until the run ends. */
  runUntil(cycle: number): Stop;
  hart(index: number): HartView;
  /** Register x of a hart, unsigned; cheaper than `hart` for who looks at every instruction. */
  register(hart: number, x: number): number;
  /** The 32 bits of code from an address on; a 16-bit instruction is their low half. */
  codeAt(pc: number): number;
  stats(): MachineStats;
  tiers(): TierStats;
  probe(pc: number, probe: Probe): void;
  trace(sink: TraceSink | undefined): void;
  /**
   * Counts what each instruction costs from now on, and from the start when the machine is started again;
   * undefined ends it. Changes no cycle; translated code is not used meanwhile.
   */
  profile(options: ProfilerOptions | undefined): void;
  /** What is counted at present; another one after each start and restore. */
  readonly profiler: HartProfiler | undefined;
  /** Tells of jobs of engines, transfers of the DMA and conflicts; undefined ends it. Changes no cycle. */
  observeUnits(observer: UnitObserver | undefined): void;
  onOutput(sink: (hart: number, byte: number) => void): void;
  /** HTIF: a store to this address ends the run (value >> 1 when bit 0 is set). */
  setToHost(address: number): void;
  /** Hands an ELF section to the accelerators; false when nobody wants it. */
  preload(section: string, bytes: Uint8Array): boolean;
  /** Text of the instruction at an address, and its length in bytes. */
  disassemble(address: number): { text: string; bytes: number };
  /** The address map, for people and for `octobar map`. */
  map(): { base: number; size: number; name: string; latency: number }[];
  save(): unknown;
  restore(state: unknown): void;
}
