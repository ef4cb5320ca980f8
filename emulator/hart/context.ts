import type { Memory } from '../memory/memory.js';
import type { ConfigOf } from '../sim/parameters.js';
import type { HartState } from './state.js';
import type { timingParameters } from './timing.js';

/** The hart side of the TCDM arbiters, as far as the interpreter settles it itself. */
export interface HartArbiter {
  readonly pointers: Uint8Array;
  /** Flag of each bank between harts and DMA, toggled at each grant. */
  readonly sides: Uint8Array;
  readonly bankMask: number;
  /** Masters of a tree, less one. */
  readonly pointerMask: number;
  readonly fair: boolean;
  /** Phases 2 and 3 of a cycle in which `requesters[0..count)` ask. */
  arbitrateHarts(count: number): void;
}

/**
 * What the generated interpreter needs of the rest of the machine; only rare events come through it.
 * The cycle of a call is in `clock[AT]`, of `attend` and `completeSpecial` in `clock[NOW]`.
 */
export interface InterpreterContext {
  readonly state: HartState;
  readonly timing: ConfigOf<typeof timingParameters>;
  readonly arbiter: HartArbiter;
  readonly tcdm: Memory;
  readonly tcdmBase: number;
  readonly tcdmSize: number;
  readonly l2Base: number;
  readonly l2Size: number;
  /** Decoded slots: L2 first, the TCDM behind it; index = byte offset. */
  readonly code: Int32Array;
  /** End of decoded code in the TCDM as an offset, 0 while there is none. */
  readonly tcdmCodeEnd: number;
  /** Looks at a hart with `attention` before it issues; true when it takes an interrupt instead. */
  attend(hart: number): boolean;
  /** Bytes of the TCDM that a hart with `attention` reaches through the crossbar. */
  reachOf(hart: number): number;
  /** Index into `code` of a pc outside L2; an address that is no memory is an error. */
  indexOf(hart: number, pc: number): number;
  /** By line of code: a bit for each hart whose private instruction cache holds it. */
  readonly resident: Uint16Array;
  /** Lines of 2^lineShift bytes. */
  readonly lineShift: number;
  /** Cycles that a hart waits for the instruction at a pc, which has the index `index`; 0 when it is there. */
  fetch(hart: number, pc: number, index: number): number;
  /** Slot word 0 of a pc that is not decoded yet or is probed; 0 when the run stops here. */
  resolve(hart: number, pc: number, index: number): number;
  /** Whether the instruction at an address has a 32-bit encoding. */
  isLong(address: number): boolean;
  /** An instruction that touches more than this hart's registers and the TCDM. */
  special(hart: number, slot: number, index: number): void;
  /** A load or store that is not one aligned access to the TCDM. */
  access(hart: number, slot: number, address: number): void;
  completeSpecial(hart: number): void;
  /** A hart, by the start of its state, goes from the last instruction of a loop to its first; gives the extra cost. */
  jumpBack(base: number): number;
  /** What the observed interpreter counts in; the next two are for it alone. */
  observer(): { frames: Int32Array; due: Float64Array; counters: Float64Array };
  /** The instruction at a pc is about to issue, and was not expected now or there. */
  arrived(hart: number, pc: number, index: number): void;
  /** A jump that may be a call or a return is taken. */
  jumped(hart: number, slot: number, pc: number): void;
  /** A store below `tcdmCodeEnd`. */
  storedCode(hart: number, offset: number): void;
}
