import type { Counters, HartControl, Stateful } from '../sim/unit.js';
import type { Capability, HwpeRegisterMap } from './registers.js';
import type { Streamer } from './streamer.js';

/** Job registers of one context, signed 32-bit, indexed by byte offset / 4. */
export type JobRegisters = Int32Array;

/** Who touches a register, and when. Hart -1 is a debugger: no time may pass and nothing may change. */
export interface RegisterVisit {
  readonly hart: number;
  readonly now: number;
}

/** What `createHwpe` gives to an engine. */
export interface EngineHost {
  readonly clockHz: number;
  /** Seed of the chip: whatever is random in an engine is a pure function of it. */
  readonly seed: number;
  /** The engine's one way into the TCDM; at most one request a cycle. */
  readonly streamer: Streamer;
  /** For registers whose access takes time (`delay`). */
  readonly control: HartControl;
  /** Shared registers, signed 32-bit, indexed by byte offset / 4. */
  readonly shared: Int32Array;
  /** True when a committed, unfinished job of a context satisfies the condition. */
  someJob(condition: (job: JobRegisters) => boolean): boolean;
  /** The oldest started job is complete: frees its context and raises the event. From `cycle` or `settle`. */
  done(now: number): void;
  /** Programming of cells is over: gives up the lock of a hart that acquired for it only (as `ima_v1` does). */
  release(hart: number): void;
}

/**
 * The datapath of an accelerator: everything that differs between engines. Control registers,
 * contexts, queue, events and counters of the port are the frame's (`createHwpe`).
 */
export interface Engine extends Stateful {
  /** Whether another job may start now. An engine that overlaps jobs says yes before the last one is done. */
  readonly ready: boolean;
  /** Refuses a job that cannot run, by an OctobarError `device-misuse`. Called when a context is committed. */
  check(job: JobRegisters): void;
  /** Takes a job. The registers of the context stay as they are until the job is done. */
  start(job: JobRegisters, context: number, now: number): void;
  /** Phase 1. May raise one request. Returns the next cycle it wants, Infinity when only a start can wake it. */
  cycle(now: number): number;
  /** Phase 3 of a cycle in which it raised a request; `cycle` follows in the next one. */
  settle(now: number): void;
  /** Drops all jobs (SOFT_CLEAR). Weights stay. */
  clear(): void;
  /** The engine's own physical events; must never decrease. */
  counters(): Counters;
  /** A shared or job register was written (`word` = offset / 4, the value is already there). */
  written?(word: number, registers: Int32Array, visit: RegisterVisit): void;
  /** Answers a register by itself; undefined means: the stored value. */
  fetched?(word: number, visit: RegisterVisit): number | undefined;
  /** CHECK_STATE while no job runs; 0 leaves it to the frame. */
  checkState?(): number;
  /** Contents of an ELF section; false when it is not the engine's. */
  preload?(section: string, bytes: Uint8Array): boolean;
}

/** One engine, ready to be put into a slot by `createHwpe`. */
export interface EngineDescription {
  /** Name in the JSON output, e.g. `ima`. */
  readonly name: string;
  readonly registers: HwpeRegisterMap;
  /** The capability block; what is left out reads 0, CONTEXTS and PORT_BITS are the frame's. */
  readonly capability: Partial<Omit<Capability, 'CONTEXTS' | 'PORT_BITS'>>;
  /** Payload of the port in bits. */
  readonly portBits: number;
  create(host: EngineHost): Engine;
}
