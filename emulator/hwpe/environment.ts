import type { Peripheral } from '../interconnect/peripheral.js';
import type { WidePort } from '../interconnect/ports.js';
import type { Intervals } from '../sim/intervals.js';
import type { Counters, EventSink, HartControl, Unit } from '../sim/unit.js';

/** What the machine hands to an engine when it composes it into an accelerator slot. */
export interface HwpeEnvironment {
  /** Slot number: 0 depth-wise engine, 1 in-memory computing engine. */
  readonly slot: number;
  /** Event line of the slot (12 for slot 0, 14 for slot 1), raised at the hart that committed the job. */
  readonly eventLine: number;
  readonly clockHz: number;
  /** Seed of the chip: whatever is random in an engine is a pure function of it. */
  readonly seed: number;
  readonly port: WidePort;
  readonly events: EventSink;
  readonly control: HartControl;
  /** Whether the cluster control unit (0x18) has enabled and selected this slot. */
  selected(): boolean;
}

/** An accelerator as the machine sees it. `emulator/hwpe` builds one around any engine. */
export interface Accelerator extends Peripheral, Unit {
  /** Name under `engines` in the JSON output: `ima`, `depthwise`, ... */
  readonly name: string;
  /** The jobs of each context, for who looks. */
  readonly intervals: Intervals;
  /**
   * At least `jobs`, `busy_cycles`, `stall_cycles`; then the engine's own physical events. Busy cycles are
   * those before `now`; without it, before the cycle in which the engine ran last.
   */
  counters(now?: number): Counters;
  /** Contents of an ELF section addressed to this engine, e.g. `.ima.3`; false when it is not its own. */
  preload(section: string, bytes: Uint8Array): boolean;
}

export interface AcceleratorFactory {
  (environment: HwpeEnvironment): Accelerator;
  /** Payload width in bits that the engine needs: the machine gives it a `WidePort` of this width. */
  readonly portBits?: number;
}
